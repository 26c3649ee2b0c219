/* mapping_table.h - published mappings in an architecture's file; `map` once
 * saved files of such tables, and a mapping file may still be one.
 *
 *   mapping_tables = {
 *     NAME = { dataflow = "rs"; network = "alexnet"; rows = (
 *       { layer = "conv1"; m = 96; n = 1; ... }, ... ); };
 *   };
 *
 * Names of networks and layers are those of their files, upper and lower case
 * alike.  A row may leave parameters out; the dataflow then chooses those.  A
 * table may say with `source` where it comes from, as "inferred", and with
 * `holds_for` of which machine it is: ["array.rows=12", ...], texts as of
 * --set.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_MAPPING_TABLE_H
#define SIM_CONFIG_MAPPING_TABLE_H

#include "sim/base/arch.h"
#include "sim/config/mapping_entry.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mapping_held {
    int row;    /* of the schema */
    char *text; /* owns; the value */
};

struct mapping_table {
    char name[32], dataflow[MAPPING_NAME_BYTES], network[64];
    char source[64];           /* "": published with the machine */
    int n_held;                /* values of the machine that it holds for */
    struct mapping_held *held; /* owns */
    struct mapping_entry *row; /* owns */
    int n_rows;
};

struct mapping_tables {
    struct mapping_table *table; /* owns */
    int n;
};

/* Reads the group 'mapping_tables' of a file; positions borrow from its
 * config_text. */
bool mapping_tables_read(const struct setting *group,
                         struct mapping_tables *out, struct diag *d);
void mapping_tables_fini(struct mapping_tables *tables);

const struct mapping_table *
mapping_tables_find(const struct mapping_tables *tables, const char *name);
/* The next name of a list with commas and blanks between; false at its end. */
bool mapping_tables_next_name(const char **list, char name[32]);
/* Returns the first of the tables listed that is for this network and dataflow,
 * or NULL. */
const struct mapping_table *
mapping_tables_pick(const struct mapping_tables *tables, const char *list,
                    const char *network, const char *dataflow);
const struct mapping_entry *mapping_table_row(const struct mapping_table *table,
                                              const char *layer);
/* Sets in *arch what the table says of the machine that it holds for. */
void mapping_table_machine(const struct mapping_table *table,
                           struct arch *arch);
/* Reports rows for layers that the network has only by nearly their name, and
 * for which the table has no row.  Other rows without a layer are left aside:
 * the file may be of a part of the network. */
bool mapping_table_fits(const struct mapping_table *table,
                        const struct layer *layer, int n_layers,
                        struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
