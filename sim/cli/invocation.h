/* invocation.h - what one call of accelsim holds: its options, and the input
 * that they name.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_INVOCATION_H
#define SIM_CLI_INVOCATION_H

#include <stdbool.h>

#include "dataflows/dataflow.h"
#include "sim/choose/chooser.h"
#include "sim/cli/foreign.h"
#include "sim/cli/options.h"
#include "sim/config/config.h"
#include "sim/config/workload.h"
#include "sim/energy/energy.h"
#include "sim/network/network_file.h"
#include "sim/values/graph_values.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { INVOCATION_TABLES_MAX = 8 };

/* Each pointer may be NULL. */
struct invocation {
    struct options options;
    struct foreign_files foreign; /* made of other tools' files */
    struct config *cfg;           /* owns */
    /* The table that prices, and all that --energy names, itself the first. */
    struct energy_table *energy; /* borrowed of `tables` */
    struct energy_table *tables[INVOCATION_TABLES_MAX]; /* owns */
    int n_tables;
    /* Owns; `rows` are what is reported where there is a graph.  Without a
     * network, all NULL but the workload. */
    struct network_file network;
    struct workload *workload; /* owns; the layers that run */
    /* Own; the layers as they were given, and into how many of the others each
     * was cut, where there is a transposed convolution.  Else NULL. */
    struct workload *whole;
    int *parts;
    struct graph_values *values; /* owns; of --check of a graph, else NULL */
    /* The one asked for, or the architecture's; NULL: each layer's comes from
     * the mapping file in use. */
    const struct dataflow *dataflow;
    const char *mapping_source; /* of results, once there is a chooser */
    struct diag *diag;          /* owns */
};

/* Reads the architecture, the layers, the dataflow and the energy table that
 * the options name, and tries whether -o can be written. */
bool invocation_read(struct invocation *s);
/* Layers come from --shape or --gemm and know no network. */
bool invocation_is_single_layer(const struct invocation *s);
/* Who chooses the mappings of these layers, some of the invocation's; borrowed.
 * NULL after a message; to be freed. */
struct chooser *invocation_chooser(const struct invocation *s,
                                   const struct workload *layers);
void invocation_fini(struct invocation *s);

#ifdef __cplusplus
}
#endif

#endif
