/* vector_values.h - what a node without a MAC loop makes of its words.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_VALUES_VECTOR_VALUES_H
#define SIM_VALUES_VECTOR_VALUES_H

#include "sim/base/arch.h"
#include "sim/values/value_map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Operations that work words out take the first bits of wider ones. */
enum { VECTOR_WORD_BITS = 16 };

/* arch: with the node's widths; layer: the node's, of all images; in: its
 * inputs, with exponents.  Fills out[0 .. n_out), whose shapes and room are
 * set, with words of so many bits (docs/values.md). */
void vector_values(const struct arch *arch, const struct layer *layer,
                   const struct graph_node *node,
                   const struct value_map *const *in, int bits,
                   struct value_map *out);

#ifdef __cplusplus
}
#endif

#endif
