/* mapping_entry.h - one mapping as users write it, in a mapping file or as a
 * row of an architecture's table of published mappings: parameters of a named
 * dataflow, or a whole loop nest.
 *
 *   { layer = "conv2"; dataflow = "rs"; m = 64; n = 4; ... }
 *   { layer = "conv2";
 *     dram = { loops = ["m 4", "c 24"]; };
 *     l2 = { loops = ["p 27"]; rows = ["r 5"]; cols = ["q 14"];
 *            keep = ["ifmap", "filter", "psum"]; };
 *     l1 = { ... };               # machines with an L1: as l2
 *     rf = { loops = ["m 16", "s 5", "q 2"]; }; }
 *
 * The levels of a machine whose file lists them have the names that it gives,
 * and each but DRAM may have rows, cols and keep.
 *
 * Upper and lower case of layers and networks are alike.  A named dataflow
 * chooses the parameters that an entry leaves out.  Loops are outermost
 * first; a list that is left out has none, and `keep` left out means all.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_MAPPING_ENTRY_H
#define SIM_CONFIG_MAPPING_ENTRY_H

#include "dataflows/dataflow.h"
#include "dataflows/nest/nest.h"
#include "sim/base/config_text.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mapping_entry {
    char layer[64];   /* that it holds for; "": any */
    char network[64]; /* of that layer; "": any */
    const struct dataflow *dataflow;
    struct given_mapping given; /* parameters; none of a nest */
    struct nest nest;           /* where dataflow is nest_dataflow */
    bool keeps_given[LEVEL_N];  /* nest: the level has a 'keep' */
    struct nest_where where;    /* nest: where its levels stand */
    struct src_pos at;
};

/* Reads an entry of a mapping file, whose levels are those of the architecture.
 * Positions borrow from the setting's config_text. */
bool mapping_entry_read(const struct setting *s, const struct arch *arch,
                        struct mapping_entry *out, struct diag *d);
/* Reads a row of a mapping table, which names its layer and leaves dataflow
 * and network, set in *out, to the table. */
bool mapping_entry_read_row(const struct setting *s, struct mapping_entry *out,
                            struct diag *d);

/* Whether it holds for a layer of a network ("": of none) by a dataflow;
 * dataflow NULL: by any. */
bool mapping_entry_fits(const struct mapping_entry *entry, const char *network,
                        const char *layer, const struct dataflow *dataflow);
bool mapping_entry_is_nest(const struct mapping_entry *entry);
/* The nest of an entry on a machine, whose levels keep what the entry does
 * not say otherwise. */
void mapping_entry_nest(const struct mapping_entry *entry,
                        const struct arch *arch, struct nest *out);

/* Copies a member of a group that is a string of one line; one that lacks is
 * an error.  what: the group, as "a mapping table". */
bool mapping_read_string(const struct setting *group, const char *what,
                         const char *member, char *out, size_t out_bytes,
                         struct diag *d);

/* Adds a parameter after checking its name and range against the dataflow's.
 * A later one replaces an earlier one. */
bool given_mapping_add(struct given_mapping *given,
                       const struct dataflow *dataflow, const char *name,
                       int64_t value, struct src_pos at, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
