/* search_tree.h - one reduction's part of a mapping space: its lower bound,
 * its size, and its best mappings.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_SEARCH_TREE_H
#define DATAFLOWS_SEARCH_SEARCH_TREE_H

#include "dataflows/search/best.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where evaluations are counted, each stands for so many steps at most, which
 * are bounds. */
enum { SEARCH_STEPS_OF_AN_EVALUATION = 20 };

/* Where evaluations are counted, a search that has found nothing for so many
 * steps ends, some milliseconds. */
enum { SEARCH_STEPS_IN_VAIN = 20000 };

struct search_walk {
    const struct search_problem *problem; /* borrowed */
    struct search_best best;              /* owns */
    uint64_t evaluated, cuts[SEARCH_CUT_N];
    /* Called now and then; true: give up.  May be NULL. */
    bool (*is_late)(void *context);
    void *context;
    uint64_t looks, steps;
    uint64_t steps_found; /* of them, when a mapping was taken last */
    bool gave_up;
    /* Only balanced cuts: of the values that cut into as many tiles, the
     * least.  Finds good mappings soon. */
    bool coarse;
    uint64_t most; /* evaluations; 0: no matter how many */
    /* With so many evaluations, or steps, what the present number of rows may
     * have is used up. */
    uint64_t share_ends, share_ends_steps;
    bool share_is_over;
    /* With stalls, the passes of what is promising are looked at.  Room for
     * them, which a walk makes when it needs it and leaves to its caller;
     * NULL: none yet. */
    bool looks_at_passes;
    struct program *program;
};

/* Gives up where it is late; to be called in each loop that may be long. */
static inline void search_walk_look(struct search_walk *w)
{
    enum { BETWEEN = 4096 };
    if (++w->looks % BETWEEN == 0 && w->is_late != NULL &&
        w->is_late(w->context))
        w->gave_up = true;
}

/* No mapping with this reduction costs less. */
void search_reduction_least(const struct search_problem *problem,
                            const struct search_reduction *reduction,
                            struct search_cost *out);
/* Finds the best mappings with this reduction. It looks at all of them, unless
 * `coarse` is set or is_late told it to give up.  walk->program is to be freed
 * behind the last one. */
void search_reduction_walk(struct search_walk *walk,
                           const struct search_reduction *reduction);

#ifdef __cplusplus
}
#endif

#endif
