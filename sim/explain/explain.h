/* explain.h - where the cycles and the energy of layers went, what binds them,
 * and what would help: each change that what_if.h lists is simulated and
 * ranked by what it saves.
 *
 * A change is run as a user would run it, with the options that make it: the
 * same command with them takes the same cycles.  What binds is the key whose
 * change alone saves most.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_EXPLAIN_EXPLAIN_H
#define SIM_EXPLAIN_EXPLAIN_H

#include <stdio.h>

#include "sim/choose/chooser.h"
#include "sim/config/workload.h"
#include "sim/energy/energy.h"
#include "sim/explain/what_if.h"

#ifdef __cplusplus
extern "C" {
#endif

struct explain_input { /* all borrowed */
    const struct config *cfg;
    /* What it was read from, so that it can be read again with more --set. */
    const char *cfg_name;
    const char *const *set;
    int n_sets;
    const char *mapping_file;        /* that cfg uses; NULL: none */
    bool mapping_is_given;           /* that file, by the user */
    const char *network;             /* that mapping tables know it by, or "" */
    const struct dataflow *dataflow; /* NULL: the mapping file's */
    enum mapping_policy policy;
    enum search_objective objective;
    const struct workload *workload;
    const struct energy_table *energy;
    /* A table that knows areas; NULL: none is shown. */
    const struct energy_table *area;
    int jobs;
};

/* What all layers together take on a machine. */
struct explain_cost {
    uint64_t cycles;
    double energy;   /* in the table's unit */
    double area_mm2; /* 0: not known */
};

struct explained_what_if {
    struct what_if what;
    bool ran;
    char *why; /* it did not run; owns, or NULL */
    struct explain_cost cost;
    bool is_other_mapping; /* some layer runs under another mapping than now */
};

struct explanation {
    const struct explain_input *in;
    struct layer_result *layer; /* owns */
    struct layer_result total;
    struct layer_energy energy;
    struct explain_cost now;
    const char *mapping_source; /* as chooser_source */
    int n;                      /* those that ran first, the best first */
    struct explained_what_if what_if[WHAT_IFS_MAX];
};

/* false after a message: the machine as it is cannot run the layers. */
bool explain_layers(const struct explain_input *in, struct explanation *out,
                    struct diag *d);
void explanation_fini(struct explanation *e);
/* The change of one key that saves most, or that of the mapping which the user
 * gave, if it saves more; NULL: none saves a cycle. */
const struct explained_what_if *
explanation_binding(const struct explanation *e);
/* The share of the cycles that a change saves; below 0: it costs some. */
double explanation_gain(const struct explanation *e,
                        const struct explained_what_if *w);

/* One paragraph in plain words; the caller frees it. */
char *explanation_in_words(const struct explanation *e);
bool explain_write_text(const struct explanation *e, FILE *to);
bool explain_write_json(const struct explanation *e, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
