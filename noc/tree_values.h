/* tree_values.h - real psums that follow the timing of adder trees.
 *
 * Functional mode.  The trees decide what is taken and what leaves; this
 * repeats it with values.  Sums wrap.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOC_TREE_VALUES_H
#define NOC_TREE_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "noc/tree.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tree_values;

struct tree_values *tree_values_new(const struct tree_cfg *cfg);
void tree_values_free(struct tree_values *values);

/* What the leaves of a set sum up to joins what the root holds. */
void tree_values_add(struct tree_values *values, int tree, int64_t sum);
/* The root's sum leaves, with a psum from L2 or 0 added. */
void tree_values_leave(struct tree_values *values, int tree, int64_t psum);
/* The oldest sum that has left goes to L2. */
int64_t tree_values_pop(struct tree_values *values, int tree);

#ifdef __cplusplus
}
#endif

#endif
