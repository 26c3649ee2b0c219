/* nest_walk.h - a nest as a sequence of steps and places: which part of each
 * loop every child works on, step by step.
 *
 * The time loops outside RF are numbered from the outside; a step gives each
 * a value.  The outermost of them are the loops over passes (nest_pass.h):
 * within a pass nothing is asked of DRAM.  On listed levels the loops of the
 * innermost level are numbered too, for its children are MACs.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_WALK_H
#define DATAFLOWS_NEST_NEST_WALK_H

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NEST_TIME_MAX = 4 * NEST_LOOPS_MAX };

struct nest_span { /* of a dimension */
    int first, n;  /* n 0: no work */
};

/* A child of L2 or L1: where it begins in its parent's tile. */
struct nest_child {
    int offset[NEST_DIMS];
    int unit;  /* PE: row * columns + column of the array; L1: its number */
    int group; /* PE: its cluster */
    /* No part of the reduction precedes its own: among all children, and
     * among those in the same cluster. */
    bool is_first, is_first_in_group;
};

struct nest_walk {
    struct layer layer;
    struct nest nest;
    int extent[NEST_DIMS];
    int n_loops;
    struct {
        uint8_t dim;
        uint8_t level; /* enum level whose list it stands in */
        uint16_t count;
        int tile; /* what a step works on */
        int room; /* what the cuts outside it leave, at most */
    } loop[NEST_TIME_MAX];
    int pass_loops;               /* the first so many */
    int outside[LEVEL_N];         /* loops outside a level's tile */
    int tile[LEVEL_N][NEST_DIMS]; /* largest tile of each level */
    int n_pes, n_clusters; /* that ever have work; of listed levels none */
    struct nest_child *pe, *cluster; /* own; clusters only with an L1 */
    bool has_l1;
    bool l2_keeps_tiles; /* of operands */
    bool psums_stay;     /* in L2, until they are done */
};

/* Makes the walk of a nest, which must be legal. The caller frees it. */
struct nest_walk *nest_walk_new(const struct arch *arch,
                                const struct layer *layer,
                                const struct nest *nest);
void nest_walk_free(struct nest_walk *walk);

/* A step: the value of every time loop. */
struct nest_step {
    int value[NEST_TIME_MAX];
};

/* Goes to the next step of loops from .. to-1, those after `to` at 0; returns
 * the outermost loop that stepped, or -1 at the end (all back at 0). */
int nest_walk_next(const struct nest_walk *walk, struct nest_step *step,
                   int from, int to);
/* The last step of the loops from `from` on; the outer ones as given. */
void nest_walk_last(const struct nest_walk *walk, struct nest_step *step,
                    int from);
/* Steps of loop i, with the loops outside it as given. */
int nest_walk_steps_of(const struct nest_walk *walk,
                       const struct nest_step *step, int i);
/* Number of steps of the first `loops` loops. */
uint64_t nest_walk_steps(const struct nest_walk *walk, int loops);
/* Whether a loop over the dimension adds products to the same outputs. */
bool nest_dim_reduces(int dim);
/* What a child of level (LEVEL_L2: child NULL) works on. */
void nest_walk_spans(const struct nest_walk *walk, const struct nest_step *step,
                     enum level level, const struct nest_child *child,
                     struct nest_span out[NEST_DIMS]);
/* Loops outside a level's tile; level -1: outside a product, all. */
static inline int nest_walk_outside(const struct nest_walk *walk, int level)
{
    return level < 0 ? walk->n_loops : walk->outside[level];
}
/* Whether a reduction loop outside `level`'s tile is not at 0. */
bool nest_walk_reads_back(const struct nest_walk *walk,
                          const struct nest_step *step, int level);
/* Whether the reduction loops outside `level`'s tile are all at their last
 * values: a psum that leaves the tile in this step is a finished output. */
bool nest_walk_finishes(const struct nest_walk *walk,
                        const struct nest_step *step, int level);

#ifdef __cplusplus
}
#endif

#endif
