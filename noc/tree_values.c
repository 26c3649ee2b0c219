/* tree_values.c - real psums that follow the timing of adder trees.
 * SPDX-License-Identifier: MIT
 */
#include "noc/tree_values.h"

#include <stdlib.h>

#include "sim/base/diag.h"

struct tree_values {
    int room; /* of each tree's queue, in sums */
    struct {
        uint64_t root;
        int from, n;
    } * tree;
    int64_t *left; /* queues of sums that have left, `room` a tree */
};

struct tree_values *tree_values_new(const struct tree_cfg *cfg)
{
    struct tree_values *v = xcalloc(1, sizeof(*v));
    v->room = cfg->fifo_words;
    v->tree = xcalloc((size_t)cfg->trees, sizeof(*v->tree));
    v->left = xcalloc((size_t)cfg->trees * (size_t)v->room, sizeof(*v->left));
    return v;
}

void tree_values_free(struct tree_values *v)
{
    if (v == NULL)
        return;
    free(v->tree);
    free(v->left);
    free(v);
}

void tree_values_add(struct tree_values *v, int tree, int64_t sum)
{
    v->tree[tree].root += (uint64_t)sum;
}

void tree_values_leave(struct tree_values *v, int tree, int64_t psum)
{
    SIM_CHECK(v->tree[tree].n < v->room);
    int at = (v->tree[tree].from + v->tree[tree].n++) % v->room;
    v->left[tree * v->room + at] =
        (int64_t)(v->tree[tree].root + (uint64_t)psum);
    v->tree[tree].root = 0;
}

int64_t tree_values_pop(struct tree_values *v, int tree)
{
    SIM_CHECK(v->tree[tree].n > 0);
    int at = v->tree[tree].from;
    v->tree[tree].from = (at + 1) % v->room;
    v->tree[tree].n--;
    return v->left[tree * v->room + at];
}
