/* map_report.h - what `accelsim map` found, for a person or a program, of named
 * dataflows and of nests alike: one table, one CSV, one JSON (docs/mapping.md).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_MAP_MAP_REPORT_H
#define SIM_MAP_MAP_REPORT_H

#include <stdio.h>

#include "sim/choose/map_layer.h"
#include "sim/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

struct map_report { /* all borrowed */
    const struct arch *arch;
    const struct energy_table *energy;
    /* Those of --energy, `energy` the first; up to 1: no others are shown. */
    const struct energy_table *const *tables;
    int n_tables;
    const char *network;
    int batch;
    enum search_objective objective;
    bool is_constrained; /* nests: by --constraints */
    bool keep_is_given;  /* mapping.keep */
    const struct map_layer *layer;
    int n_layers;
    int n_asked; /* more than n_layers while the others are searched */
};

/* One form each.  false: `to` could not be written. */
bool map_report_table(const struct map_report *in, FILE *to);
bool map_report_json(const struct map_report *in, FILE *to);
bool map_report_csv(const struct map_report *in, FILE *to);
/* A choice in one line: "rs m=64 n=4 ...", "nest dram(m4) ...".  To be freed.
 */
char *map_choice_line(const struct arch *arch, const struct map_choice *c);
/* A choice as an entry of a mapping file, for a layer of a network; NULL: of
 * any.  To be freed. */
char *map_choice_entry(const struct map_report *in, const struct layer *layer,
                       const char *network, const struct map_choice *c);
/* The options that run a named dataflow's choice: "--dataflow rs --set
 * mapping.m=64 ...".  To be freed. */
char *map_choice_options(const struct map_choice *c);
/* The best mapping of each layer, as a mapping file. */
void map_report_save(const struct map_report *in, FILE *to);
/* That no mapping of the layer ran, nor is one saved (EXIT_MACHINE); why: the
 * message of the first. */
void map_report_failure(const char *layer, const char *why, struct diag *d);
/* How far and how fast a layer's search went; for standard error. */
void map_report_speed(const struct map_layer *m, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
