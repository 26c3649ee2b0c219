/* network_file.h - a network's file, read: the layers with MAC loops, and,
 * where it has more than those, the graph that they are nodes of.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_NETWORK_FILE_H
#define SIM_NETWORK_NETWORK_FILE_H

#include "sim/config/workload.h"
#include "sim/network/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

struct network_file {
    struct workload *workload; /* owns; MAC nodes in their order, maybe none */
    struct graph *graph;       /* owns; NULL: a list of MAC layers alone */
    struct workload *rows; /* owns; all nodes in their order; NULL as graph */
    bool is_part;          /* some rows were left out */
};

/* Reads a network, named at `at`.  N is 1, also where the file has a batch.
 * false after a message. */
bool network_load(const char *name_or_path, struct src_pos at,
                  struct network_file *out, struct diag *d);
void network_fini(struct network_file *network);

/* Keeps what `selection` names (workload_select), nodes of any operation. */
bool network_select(struct network_file *network, const char *selection,
                    struct diag *d);
/* Gives all nodes, and the layers made of them, so many images. */
bool network_set_batch(struct network_file *network, int batch,
                       struct src_pos at, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
