/* mask_file.h - reads which words of a tensor are zero from a file.
 *
 *   # filters of conv1: one line a row of S words, 1: not zero
 *   mask 96 3 11 11
 *   01101110110
 *   ...
 *
 * Behind `mask` come the tensor's extents: of an ifmap 1 (an image stands for
 * all), channels, rows and columns without padding; of filters M, C / G, R and
 * S.  Rows follow in that order, the last extent's words a line.  '#' begins a
 * comment that ends with its line; empty lines count for nothing.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PATTERN_MASK_FILE_H
#define SIM_PATTERN_MASK_FILE_H

#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct zero_mask {
    int extent[4];
    uint64_t *bits; /* owns; 1: not zero, in the file's order */
    uint64_t words, zeros;
};

/* Reads a file that a setting at `at` names; a path that does not begin with
 * '/' is looked up beside the file that names it.  The mask stays until the
 * process ends, and equal ones are one.  NULL after a message: a file that
 * cannot be read, or a line of it that is no mask's. */
const struct zero_mask *zero_mask_of_file(const char *path, struct src_pos at,
                                          struct diag *d);
/* The same of a path as it is, for who frees it. */
struct zero_mask *zero_mask_read(const char *path, struct src_pos at,
                                 struct diag *d);
void zero_mask_free(struct zero_mask *mask);

/* Whether the masks of a layer are as large as its tensors; their shares of
 * zeros become the layer's.  Errors: others, another declared share, blocks of
 * filters beside a mask, a seed beside masks alone, an operation that runs as
 * several layers. */
bool zero_masks_fit(struct layer *layer, struct src_pos at, struct diag *d);

/* coord: as of the pattern's words, without padding. */
bool zero_mask_is_zero(const struct zero_mask *mask, const int coord[4]);

#ifdef __cplusplus
}
#endif

#endif
