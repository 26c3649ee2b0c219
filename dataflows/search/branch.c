/* branch.c - a reduction together with a choice of outputs: its terms, the line
 * of its costs, and what still fits into L2.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/branch.h"

#include "dataflows/search/least_sums.h"
#include "dataflows/search/search_tree.h"

void branch_set_terms(const struct search_problem *p, struct search_branch *b)
{
    const struct search_outputs *o = &b->o;
    struct search_terms *t = &b->terms;
    *t = (struct search_terms){0};
    t->dram_ifmap = o->dram_ifmap;
    t->strips = o->strips;
    t->kept = tiling_kept_by(b->r->keep);
    t->ifmap_stays =
        p->arch->l2_keeps_tiles &&
        (o->strips * b->r->c_tiles == 1 || search_keeps(b->r, TENSOR_IFMAP));
    t->filter_may_stay = p->arch->l2_keeps_tiles && b->r->c_tiles == 1;
    if (search_keeps(b->r, TENSOR_FILTER)) {
        t->strips = 1;
        t->filter_may_stay = false;
    }
    t->dram_filter =
        p->moves_filter
            ? (uint64_t)p->layer->G * (uint64_t)p->group_c * (uint64_t)p->taps
            : 0;
    t->psum_writes = p->macs;
    t->link_hops = UINT64_MAX; /* links, unless the dataflow says more */
    p->space->terms(p, b->r, o, t);
    if (t->link_hops == UINT64_MAX)
        t->link_hops = t->links;
}

void branch_set_runs(const struct search_problem *p, struct search_branch *b)
{
    for (int k = 0; k < NETWORK_N; k++)
        b->line.run[k] = (struct search_words_run){.words = 0};
    b->line.tile_steps = (double)b->r->steps / (double)b->r->c_tiles;
    b->line.filter_loads = (double)b->o.strips * (double)b->r->c_tiles *
                           ceil_div(p->layer->G, search_groups(b->r));
    b->line.last_share = 4; /* of outputs twice the mean, of filters, too */
    if (p->space->alone == NETWORK_PSUM_OUT)
        b->line.tile_steps *= b->o.n > 0 && b->o.strips > 0
                                  ? (double)b->o.x_folds / (double)b->o.strips
                                  : 0;
    if (p->stalls)
        p->space->runs(p, b->r, &b->o, b->line.run);
}

uint64_t branch_dram_ifmap(const struct search_problem *p,
                           const struct search_reduction *r, uint64_t rows)
{
    const struct layer *l = p->layer;
    if (!p->moves_ifmap)
        return 0;
    return (uint64_t)l->G * (uint64_t)l->N * (uint64_t)p->group_c * rows *
           search_width_of(p, r)->dram.all;
}

/* The line with the least bytes that any tiles give. */
void branch_set_least_line(const struct search_problem *p,
                           struct search_branch *b)
{
    const struct layer *l = p->layer;
    const int groups = search_groups(b->r) > 1 ? l->G : 1;
    search_line_of(p, &b->terms, search_ifmap_bytes_least(p, b->r, &b->terms),
                   search_psum_bytes(p, groups, l->N, l->P, l->Q, p->group_m),
                   &b->line);
}

void search_reduction_least(const struct search_problem *p,
                            const struct search_reduction *r,
                            struct search_cost *out)
{
    struct search_branch b = {.r = r};
    const int e_max = p->space->e_max(p, r);
    struct search_filters least = {0};
    b.o.n_tiles = 1;
    b.o.strips = ceil_u(p->layer->P, e_max) * search_width_of(p, r)->tiles;
    b.o.dram_ifmap = branch_dram_ifmap(p, r, p->dram_rows[e_max].least);
    p->space->outputs_least(p, r, &b.o);
    branch_set_terms(p, &b);
    branch_set_least_line(p, &b);
    /* One row of one image leaves L2 the most room for filters, and of tiles
     * that all stay, those with the fewest rows. */
    const int banks =
        search_ifmap_banks(p, r, 1, search_keeps(r, TENSOR_IFMAP) ? 0 : 1);
    int f_max = banks > 0 ? search_f_max(p, r, banks) : 1;
    if (f_max < 1)
        f_max = 1; /* nothing fits */
    search_set_least(p, search_most_filters(p, r),
                     search_most_groups(p, r, 1, 1), f_max, p->group_m, &least);
    least.p = 0; /* not known */
    b.o.x = 0;
    branch_set_runs(p, &b);
    search_line_cost(p, &b.line, &least, out);
}

/* Makes the costs exact but for the ofmap's bytes, which are still the least of
 * any m. */
void branch_refine(const struct search_problem *p, struct search_branch *b)
{
    search_line_of(p, &b->terms, search_ifmap_bytes(p, b->r, &b->o, &b->terms),
                   search_psum_bytes(p, search_groups(b->r), b->o.n, b->o.e,
                                     search_width_of(p, b->r)->w, p->group_m),
                   &b->line);
    branch_set_runs(p, b);
}

/* Line and sums of the branch's images and rows with the least of any x. */
void branch_set_any_parallel(const struct search_problem *p,
                             struct search_branch *b, int m_max,
                             struct search_filters *least)
{
    search_set_least(p, search_most_filters(p, b->r),
                     search_most_groups(p, b->r, b->o.e, 1), b->f_max, m_max,
                     least);
    p->space->outputs_least(p, b->r, &b->o);
    branch_set_terms(p, b);
    b->o.x = 0; /* any */
    branch_refine(p, b);
}

/* Works out what still fits into L2 with n images and e rows. Returns false
 * when nothing does. */
bool branch_set_room(const struct search_problem *p, struct search_branch *b,
                     int *m_max)
{
    const struct layer *l = p->layer;
    if (b->o.n > p->space->n_max(p, b->r, b->o.e))
        return false;
    b->ifmap_banks = search_ifmap_banks(p, b->r, b->o.n, b->o.e);
    if (b->ifmap_banks == 0)
        return false;
    b->f_max = search_f_max(p, b->r, b->ifmap_banks);
    int banks = search_filter_banks(p, b->r, 1);
    *m_max = search_m_max(p, b->r, b->o.n, b->o.e, b->ifmap_banks, banks);
    if (b->f_max < 1 || *m_max < 1)
        return false;
    b->o.n_tiles = ceil_u(l->N, b->o.n);
    b->o.strips =
        b->o.n_tiles * ceil_u(l->P, b->o.e) * search_width_of(p, b->r)->tiles;
    b->o.dram_ifmap = branch_dram_ifmap(p, b->r, p->dram_rows[b->o.e].all);
    return true;
}
