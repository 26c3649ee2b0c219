/* workload.h - the layers to run: a network's file, or one layer from the
 * command line.
 *
 *   name = "alexnet";
 *   layers = (
 *     { name = "conv1"; type = "conv"; M = 96; C = 3; H = 227; W = 227;
 *       R = 11; S = 11; stride = 4; pad = 0; }, ...
 *   );
 *
 * Names: letters, digits, '_', '-', '/' and '.'; not "all" and not "total".
 * docs/config.md lists the keys (sim/config/layer_keys.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_WORKLOAD_H
#define SIM_CONFIG_WORKLOAD_H

#include "sim/base/config_text.h"
#include "sim/base/diag.h"
#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct workload {
    char name[64];       /* of the network; "shape" or "gemm" */
    int batch;           /* N of every layer */
    int own_batch;       /* the file's; 0: it has none */
    struct layer *layer; /* owns */
    int n_layers;
};

/* Reads a network, named at `at`.  N is 1, also where the file has a batch.
 * NULL after a message. */
struct workload *workload_load(const char *name_or_path, struct src_pos at,
                               struct diag *d);
/* The same from a file that was read, `path`. */
struct workload *workload_read(const struct setting *root, const char *path,
                               struct diag *d);
/* Reads a network's `batch`: the images that its file gives it. */
bool workload_read_batch(const struct setting *s, int *out, struct diag *d);
struct workload *workload_of_layer(const struct layer *layer);
void workload_free(struct workload *w);

/* Keeps the layers that `selection` names, in the network's order: a name, a
 * comma list, a glob or "all". */
bool workload_select(struct workload *w, const char *selection, struct diag *d);
bool workload_set_batch(struct workload *w, int batch, struct src_pos at,
                        struct diag *d);

/* The layers that run: in place of a transposed convolution those that it runs
 * as (several, or one with zeros inserted), by names as 'up.0_1', row and
 * column of the first of its outputs.  *parts, which the caller frees, says
 * into how many each layer was cut.  NULL: there is no transposed one. */
struct workload *workload_cut_transposed(const struct workload *w,
                                         bool with_zeros, int **parts);

/* Lower case, '-' and '/' as '_'; false when it does not fit. */
bool layer_name_of(const char *text, char *out, size_t out_bytes);

#ifdef __cplusplus
}
#endif

#endif
