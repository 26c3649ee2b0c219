/* shadow_terms.c - cycles of ws and is where loads overlap.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/shadow_terms.h"

#include "dataflows/folds.h"
#include "dataflows/gemm/stationary.h"

/* What a layer takes beside its folds, whatever its last strip. */
static uint64_t least_ramps(const struct arch *a)
{
    const uint64_t whole = 2 * (uint64_t)a->rows + (uint64_t)a->cols - 2;
    const uint64_t one = fold_ramps_cycles(a, 1);
    return (int64_t)one < (int64_t)whole ? one : whole;
}

/* All outputs of a group stream; n = 0: in any tiles. */
void search_ws_shadow(const struct search_problem *p,
                      const struct search_reduction *r,
                      const struct search_outputs *o, struct search_terms *t)
{
    const struct layer *l = p->layer;
    const uint64_t k = (uint64_t)l->G * r->steps;
    if (o->n == 0) {
        const uint64_t pixels =
            (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
        const uint64_t rows = (uint64_t)p->arch->rows;
        t->pass_cycles = k * max_u64(pixels, o->strips * rows);
        t->folds_cycles = least_ramps(p->arch);
        return;
    }
    const struct tiling tiles = {1, o->n, o->e, 1, 1, 1, 0, 0};
    const int n = (l->N - 1) % o->n + 1, e = (l->P - 1) % o->e + 1;
    t->pass_cycles =
        k * stationary_paced_cycles(TENSOR_FILTER, p->arch, l, &tiles);
    const uint64_t last = (uint64_t)n * (uint64_t)e * (uint64_t)l->Q;
    t->folds_cycles =
        fold_ramps_cycles(p->arch, fold_last_words(p->arch, l, last));
}

void search_is_shadow(const struct search_problem *p,
                      const struct search_reduction *r,
                      const struct search_outputs *o, struct search_terms *t)
{
    t->paced_cycles = (uint64_t)p->layer->G * r->steps * o->x_folds;
    t->folds_cycles = fold_ramps_cycles(p->arch, (uint64_t)p->arch->rows);
}
