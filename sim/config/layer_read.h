/* layer_read.h - reads one layer, with a loop nest of MACs, from a network's
 * file.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_LAYER_READ_H
#define SIM_CONFIG_LAYER_READ_H

#include "sim/base/config_text.h"
#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct layer_read_how {
    const char *const *other_keys; /* read by the caller; NULL ends; or NULL */
    /* *out has C, H and W, or the M and K of a gemm or matmul, which keys may
     * repeat but not change. */
    bool ifmap_is_known;
    bool filter_is_ifmap; /* R and S, left out, are H and W */
};

/* Fills and finishes *out.  false after a message. */
bool layer_read(const struct setting *s, const struct layer_read_how *how,
                struct layer *out, struct diag *d);
/* Reads a name that can be chosen on the command line. */
bool layer_read_name(const struct setting *s, char *out, size_t out_bytes,
                     struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
