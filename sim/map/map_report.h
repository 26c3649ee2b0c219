/* map_report.h - what `accelsim map` found, for a person or a program.
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
    const char *network;
    int batch;
    enum search_objective objective;
    const struct map_layer *layer;
    int n_layers;
};

bool map_report_write(const struct map_report *in, enum report_format format,
                      FILE *to);
/* The best mappings as tables that --mappings reads. */
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
