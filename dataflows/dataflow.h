/* dataflow.h - what a dataflow must be able to do: choose a mapping, compile
 * it, and say in closed form what it will count.
 *
 * A dataflow is one const struct in dataflows/table.c, or the symbol
 * `accelsim_dataflow` of a shared object named by --plugin.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_DATAFLOW_H
#define DATAFLOWS_DATAFLOW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "dataflows/folds.h"
#include "sim/base/arch.h"
#include "sim/base/diag.h"
#include "sim/base/layer.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One parameter of a dataflow's mapping: `mapping.NAME`, which has up to
 * MAPPING_NAME_BYTES - 1 bytes.  Up to MAPPING_PARAMS_MAX of them. */
struct mapping_param {
    const char *name;
    int min, max;
    const char *unit;
    const char *doc;
};

/* Values in the order of the dataflow's params. */
struct mapping {
    int value[MAPPING_PARAMS_MAX];
};

/* What a mapping file has in the place of a network's name for layers of no
 * network. */
#define MAPPING_NO_NETWORK "none"

struct program; /* dataflows/program.h */

struct dataflow {
    const char *name;                   /* as in a .cfg: "rs"; as short as
                                           a parameter's */
    const char *doc;                    /* one line */
    const char *source;                 /* paper and section */
    const struct mapping_param *params; /* name NULL at the end */
    bool on_systolic; /* also on arrays whose networks are systolic */
    /* Completes `given` to a legal mapping.  false: none is legal; the
     * message says which buffer is short and by how many words. */
    bool (*choose)(const struct arch *arch, const struct layer *layer,
                   const struct given_mapping *given, struct mapping *out,
                   struct diag *d);
    /* Compiles a legal mapping. */
    void (*compile)(const struct arch *arch, const struct layer *layer,
                    const struct mapping *mapping, struct program *out);
    /* The closed form: every access of every level and link. */
    void (*expect)(const struct arch *arch, const struct layer *layer,
                   const struct mapping *mapping, struct counts *out);
    /* Prints the loop nest and who holds what. */
    void (*show)(const struct arch *arch, const struct layer *layer,
                 const struct mapping *mapping, FILE *to);
    /* Cycles in which the PE that works most issues a MAC or adds a psum. No
     * run of the layer takes fewer. NULL when the dataflow does not say. */
    uint64_t (*busiest_pe_cycles)(const struct arch *arch,
                                  const struct layer *layer,
                                  const struct mapping *mapping);
    /* Adds up the folds of a layer on a systolic array; only dataflows with
     * on_systolic have it. */
    void (*sum_folds)(const struct arch *arch, const struct layer *layer,
                      const struct mapping *mapping, struct fold_sums *out);
};

extern const struct dataflow *const dataflow_table[];   /* NULL at the end */
const struct dataflow *dataflow_find(const char *name); /* or NULL */
/* Loads a shared object and adds its dataflow to those dataflow_find knows;
 * messages call it `name`. */
bool dataflow_load_plugin(const char *file, const char *name, struct diag *d);
/* Index of a parameter by name, or -1. */
int dataflow_param_index(const struct dataflow *dataflow, const char *name);
/* Whether reports and mapping files name a parameter's value: `keep`, where
 * nothing stays, goes without saying. */
bool dataflow_param_is_told(const char *name, int value);

#ifdef __cplusplus
}
#endif

#endif
