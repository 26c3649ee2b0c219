/* gemm_terms.h - what the spaces of the dataflows that see a layer as a GEMM
 * have in common (ws, is, os).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_GEMM_TERMS_H
#define DATAFLOWS_SEARCH_GEMM_TERMS_H

#include "dataflows/gemm/gemm.h"
#include "dataflows/search/cost.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline bool terms_on_systolic(const struct search_problem *p)
{
    return p->arch->array_network == NETWORK_SYSTOLIC;
}

static inline uint64_t terms_pixels(const struct search_problem *p)
{
    const struct layer *l = p->layer;
    return (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
}

/* Products of all groups' outputs that one filter or one pixel has. */
static inline uint64_t terms_products(const struct search_problem *p)
{
    return (uint64_t)p->layer->G * (uint64_t)p->group_c * (uint64_t)p->taps;
}

/* Cycles of folds whose rows, columns and depths sum to these: x passes, and
 * of all. */
struct fold_line {
    struct fold_sums x_passes, of_all;
};

static inline void terms_fold(const struct search_problem *p,
                              const struct fold_line *s, struct search_terms *t)
{
    t->pass_cycles = fold_sums_cycles(p->arch, &s->x_passes);
    t->folds_cycles = fold_sums_cycles(p->arch, &s->of_all);
}

static inline int terms_n_max(const struct search_problem *p,
                              const struct search_reduction *r, int e)
{
    (void)r;
    return gemm_images_max(p->layer, e);
}

static inline int terms_e_max(const struct search_problem *p,
                              const struct search_reduction *r)
{
    (void)r;
    return p->layer->P;
}

/* Groups that a reduction of `c` channels may put side by side, of `most` that
 * the array has room for. */
static inline struct search_range terms_groups(const struct search_problem *p,
                                               int c, int most)
{
    const bool whole = c >= p->group_c;
    most = min_int(min_int(gemm_groups_max(p->arch), p->layer->G), most);
    return search_range_of(p, SEARCH_G, whole && most > 1 ? most : 1);
}

/* Turns that the groups of a layer take. */
static inline uint64_t terms_turns(const struct search_problem *p,
                                   const struct search_reduction *r)
{
    return (uint64_t)ceil_div(p->layer->G, search_groups(r));
}

static inline struct tiling terms_output_tiles(const struct search_outputs *o)
{
    const struct tiling t = {1, o->n, o->e, 1, 1, 1, 0, 0};
    return t;
}

#ifdef __cplusplus
}
#endif

#endif
