/* config.h - an architecture's file and the --set overrides, read, checked
 * and resolved.
 *
 * All errors of a file are reported at once.  A table of published mappings
 * holds for the machine whose sizes it names (mapping_table.h) and as long as
 * --set changes nothing of the file but timing: another size of array, register
 * files, buffers or words, or another dataflow, and its rows are left aside.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_CONFIG_H
#define SIM_CONFIG_CONFIG_H

#include "dataflows/dataflow.h"
#include "dataflows/nest/nest.h"
#include "sim/base/arch.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

struct config; /* owns what it returns */

/* set[i]: "array.rows=16", the texts of --set in their order; later ones
 * replace earlier ones.  NULL after a message. */
struct config *config_load(const char *name_or_path, const char *const *set,
                           int n_sets, struct diag *d);
/* The machine of a file that was read without --set, with these; reads no file
 * but those that they name.  base: outlives it. */
struct config *config_vary(const struct config *base, const char *const *set,
                           int n_sets, struct diag *d);
void config_free(struct config *cfg);

const struct arch *config_arch(const struct config *cfg);
/* Where a key of the schema was set. */
struct src_pos config_pos(const struct config *cfg, const char *key);

/* Where the list of levels stands; of a machine that has one. */
struct src_pos config_levels_pos(const struct config *cfg);

/* The dataflow to run: the one named, or, for NULL, the default one.  NULL
 * after a message when there is none such, or the machine lacks it. */
const struct dataflow *config_dataflow(const struct config *cfg,
                                       const char *name, struct diag *d);

/* Whether the mapping table for the network and the dataflow, if there is one,
 * has no misspelt layers (mapping_table_fits); all layers of the network. */
bool config_table_fits(const struct config *cfg, const char *network,
                       const struct dataflow *dataflow,
                       const struct layer *layer, int n_layers, struct diag *d);

/* The mapping parameters of a layer: those set by hand, the rest from the
 * architecture's mapping table where that holds and is legal with them.  The
 * network's name is "" for layers of none. */
bool config_given_mapping(const struct config *cfg, const char *network,
                          const struct layer *layer,
                          const struct dataflow *dataflow,
                          struct given_mapping *out, struct diag *d);

/* Reads a mapping file (sim/config/mapping_file.h), named at `at`.  From now
 * on each layer's mapping comes from there, whatever machine it is. */
bool config_use_mappings(struct config *cfg, const char *name_or_path,
                         struct src_pos at, struct diag *d);

/* What is asked of a layer's mapping: a dataflow with some of its parameters,
 * or all loops of a nest. */
struct asked_mapping {
    const struct dataflow *dataflow;
    struct given_mapping given; /* none of a nest */
    bool is_file;               /* by a mapping file: nothing is searched */
    /* Without what stands in the machine's table. */
    struct given_mapping by_hand;
    /* The row of the table for this layer, with what is set by hand in place of
     * its own, whether it holds for this machine or not; n 0: there is none. */
    struct given_mapping row;
    /* That row is left aside, because this key has
     * another value than the machine that it holds for; NULL: none is. */
    const char *left_aside;
    bool is_nest;
    struct nest nest;        /* where is_nest */
    struct nest_where where; /* of its levels; borrowed from cfg */
};

/* What the mapping file in use says of a layer; without one, `dataflow` and
 * config_given_mapping.  With one, dataflow NULL: that of the file's entry. */
bool config_ask_mapping(const struct config *cfg, const char *network,
                        const struct layer *layer,
                        const struct dataflow *dataflow,
                        struct asked_mapping *out, struct diag *d);

/* A policy by its name; false: none has it. */
bool config_policy(const char *name, enum mapping_policy *out);

/* Only those set by hand. */
bool config_mapping_by_hand(const struct config *cfg,
                            const struct dataflow *dataflow,
                            struct given_mapping *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
