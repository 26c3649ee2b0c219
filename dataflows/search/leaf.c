/* leaf.c - works out the cost of a complete mapping, and keeps it where it
 * is among the best.  What is promising by the sums over its layer, where
 * stalls count, has its passes looked at.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/leaf.h"

#include "dataflows/search/stalls.h"

/* Where DRAM takes so many times what the array does, the array is hidden;
 * assumed. */
static const double DRAM_DECIDES = 1.3;

/* A mapping whose passes are looked at counts as so many. */
enum { EVALUATIONS_OF_PASSES = 4 };

/* Whether what the array takes, so far at the least, may decide how long a
 * mapping takes: DRAM does not take so much longer. */
static bool array_matters(const struct search_cost *cost)
{
    return (double)cost->array_cycles * DRAM_DECIDES > (double)cost->cycles;
}

/* Whether each operand whose tiles stay would come again if they did not. */
static bool keeps_save(const struct search_problem *p,
                       const struct search_branch *b,
                       const struct search_filters *f)
{
    const uint64_t strips = b->o.strips, c_tiles = b->r->c_tiles;
    if (search_keeps(b->r, TENSOR_IFMAP) &&
        (f->m_tiles == 1 || strips * c_tiles == 1))
        return false;
    return !search_keeps(b->r, TENSOR_FILTER) ||
           (strips > 1 && (c_tiles > 1 || f->once < (uint64_t)p->group_m));
}

void search_evaluate(struct search_walk *w, const struct search_branch *b,
                     struct search_filters *f)
{
    struct search_cost cost;
    search_filters_sum(w->problem, f);
    if (w->most > 0 && b->r->keep > KEEP_NONE &&
        w->problem->fixed[SEARCH_KEEP] == 0 && !keeps_save(w->problem, b, f))
        return;
    search_cost_of(w->problem, b->r, &b->o, &b->terms, &b->line, f, &cost);
    w->evaluated++;
    if (w->most > 0 && w->evaluated >= w->share_ends)
        w->gave_up = w->share_is_over = true;
    if (!search_best_wants(&w->best, &cost))
        return;
    struct search_found found = {.is_new = true};
    search_mapping(w->problem, b->r, &b->o, f, &found.mapping);
    if (w->looks_at_passes && array_matters(&cost)) {
        w->evaluated += EVALUATIONS_OF_PASSES - 1;
        struct search_line line = b->line;
        if (w->program == NULL)
            w->program = xcalloc(1, sizeof(*w->program));
        line.passes =
            search_passes_time(w->problem, &found.mapping, w->program);
        search_cost_of(w->problem, b->r, &b->o, &b->terms, &line, f, &cost);
    }
    found.cost = cost;
    if (search_best_wants(&w->best, &cost)) {
        search_best_take(&w->best, &found);
        w->steps_found = w->steps;
    }
}

bool search_evaluates_passes(const struct search_walk *w)
{
    return w->problem->stalls && w->best.objective != SEARCH_energy &&
           search_knows_passes(w->problem);
}
