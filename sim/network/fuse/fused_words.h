/* fused_words.h - the words of a node's part of a tile, cut out of whole maps,
 * and whether its psums are theirs.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSE_FUSED_WORDS_H
#define SIM_NETWORK_FUSE_FUSED_WORDS_H

#include "sim/base/layer.h"
#include "sim/network/fuse/fuse_tiles.h"
#include "sim/run/check.h"

#ifdef __cplusplus
extern "C" {
#endif

/* whole: of the node, as it ran by itself.  To be freed. */
struct layer_values fused_words_cut(const struct layer_values *whole,
                                    const struct layer *node,
                                    const struct fuse_span *y,
                                    const struct fuse_span *x);
void fused_words_free(struct layer_values *part);
/* How many of the part's psums are not those of the whole. */
uint64_t fused_words_differ(const struct layer_values *whole,
                            const struct layer_values *part,
                            const struct layer *node, const struct fuse_span *y,
                            const struct fuse_span *x);

#ifdef __cplusplus
}
#endif

#endif
