/* search_tree.c - walks one reduction's part of a space, level by level, and
 * leaves out what a lower bound says cannot be wanted.
 *
 * Levels, outermost first: reduction; images and rows (n, e); outputs in
 * parallel (x); filters of a PE (p); groups of PEs (t); filter tile (f); psum
 * tile (m).  At each, the five sums over filters (dataflows/search/space.h) are
 * put at the least that any choice further in can give:
 *
 *   m_tiles  M / the largest m that L2 takes beside what is chosen, rounded up
 *   passes   M / the most filters of a pass, and M / the largest f, rounded up
 *   sets     M / the most filters of a PE, rounded up
 *   busy     with at most s PEs sharing the filters of a pass, the busiest has
 *            1/s of them or more; with the pass's size F known: whole passes
 *            and a rest, for min(p, .) is concave
 *   once     at most all filters, or (m > f) those of the last, clipped m tile
 *
 * All but `once` raise energy and cycles, so this is a lower bound of both.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/search_tree.h"

#define STEPS_BETWEEN_LOOKS 4096

/* A reduction together with a choice of outputs. */
struct branch {
    const struct search_reduction *r;
    struct search_outputs o;
    struct search_terms terms;
    struct search_line line;
    int ifmap_banks, f_max;
};

static bool has(const struct search_problem *p, enum search_param param)
{
    return search_has(p->space, param);
}

static bool is_cut(struct search_walk *w, const struct search_line *line,
                   const struct search_filters *least, enum search_cut cut)
{
    struct search_cost cost;
    if (++w->steps % STEPS_BETWEEN_LOOKS == 0 && w->is_late != NULL &&
        w->is_late(w->context))
        w->gave_up = true;
    search_line_cost(w->problem, line, least, &cost);
    if (search_best_may_take(&w->best, &cost))
        return false;
    w->cuts[cut]++;
    return true;
}

/* The value to try after v of a parameter that cuts `whole`.  Balanced: the
 * least that cuts it into as many parts, where v is not that; else the least
 * that cuts it into one part more. */
static int next_below(const struct search_walk *w, int whole, int v)
{
    if (!w->coarse)
        return v - 1;
    const int parts = ceil_div(whole, v), even = ceil_div(whole, parts);
    return even < v ? even : min_int(v - 1, ceil_div(whole, parts + 1));
}

static void set_terms(const struct search_problem *p, struct branch *b)
{
    const struct search_outputs *o = &b->o;
    struct search_terms *t = &b->terms;
    *t = (struct search_terms){0};
    t->dram_ifmap = o->dram_ifmap;
    t->strips = o->strips;
    t->ifmap_stays = p->arch->l2_keeps_tiles && o->strips * b->r->c_tiles == 1;
    t->filter_may_stay = p->arch->l2_keeps_tiles && b->r->c_tiles == 1;
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

static void set_runs(const struct search_problem *p, struct branch *b)
{
    for (int k = 0; k < NETWORK_N; k++)
        b->line.run[k] = (struct search_words_run){.words = 0};
    b->line.tile_steps = (double)b->r->steps / (double)b->r->c_tiles;
    b->line.last_share = 4; /* of outputs twice the mean, of filters, too */
    if (p->space->alone == NETWORK_PSUM_OUT)
        b->line.tile_steps *= b->o.n > 0 && b->o.strips > 0
                                  ? (double)b->o.x_folds / (double)b->o.strips
                                  : 0;
    if (p->stalls)
        p->space->runs(p, b->r, &b->o, b->line.run);
}

static uint64_t dram_ifmap(const struct search_problem *p,
                           const struct search_reduction *r, uint64_t rows)
{
    const struct layer *l = p->layer;
    if (!p->moves_ifmap)
        return 0;
    return (uint64_t)l->G * (uint64_t)l->N * (uint64_t)p->group_c * rows *
           search_width_of(p, r)->dram.all;
}

static uint64_t ceil_u(int a, int b)
{
    return (uint64_t)ceil_div(a, b > 0 ? b : 1);
}

static int most_filters(const struct search_problem *p,
                        const struct search_reduction *r)
{
    return has(p, SEARCH_P)
               ? search_range_of(p, SEARCH_P, p->space->p_max(p, r)).to
               : p->group_m;
}

/* PEs that can share the filters of a pass. */
static int most_groups(const struct search_problem *p,
                       const struct search_reduction *r, int e, int x)
{
    if (has(p, SEARCH_T))
        return search_range_of(p, SEARCH_T, p->space->t_max(p, r, e, x)).to;
    return has(p, SEARCH_P) ? p->arch->cols / search_groups(r) : 1;
}

/* What follows from passes, at least. */
static void set_paced(const struct search_problem *p, struct search_filters *s)
{
    const uint64_t rows = (uint64_t)p->arch->rows;
    s->paced = max_u64((uint64_t)p->group_m, s->passes * rows);
    s->last_short = rows - 1;
}

/* Sets the sums to the least that any choice of filter parameters
 * gives. */
static void set_least(const struct search_problem *p, int p_max, int groups,
                      int f_max, int m_max, struct search_filters *out)
{
    const int M = p->group_m;
    int64_t fold = (int64_t)p_max * groups;
    int most = fold < f_max ? (int)fold : f_max;
    out->m_tiles = ceil_u(M, min_int(m_max, M));
    out->passes = ceil_u(M, min_int(most, M));
    set_paced(p, out);
    out->sets = ceil_u(M, min_int(p_max, min_int(f_max, M)));
    out->busy = has(p, SEARCH_P) ? ceil_u(M, groups) : (uint64_t)M;
    out->once = (uint64_t)M;
}

void search_reduction_least(const struct search_problem *p,
                            const struct search_reduction *r,
                            struct search_cost *out)
{
    struct branch b = {.r = r};
    const int e_max = p->space->e_max(p, r);
    const int x = 1;
    struct search_filters least = {0};
    b.o.n_tiles = 1;
    b.o.strips = ceil_u(p->layer->P, e_max) * search_width_of(p, r)->tiles;
    b.o.dram_ifmap = dram_ifmap(p, r, p->dram_rows[e_max].least);
    p->space->outputs_least(p, r, &b.o);
    set_terms(p, &b);
    search_line_of(p, &b.terms, search_ifmap_bytes_least(p, r, &b.terms),
                   search_psum_bytes(p, search_groups(r) > 1 ? p->layer->G : 1,
                                     p->layer->N, p->layer->P, p->layer->Q,
                                     p->group_m),
                   &b.line);
    set_least(p, most_filters(p, r), most_groups(p, r, 1, x), p->group_m,
              p->group_m, &least);
    least.p = 0; /* not known */
    b.o.x = 0;
    set_runs(p, &b);
    search_line_cost(p, &b.line, &least, out);
}

static void evaluate(struct search_walk *w, const struct branch *b,
                     struct search_filters *f)
{
    struct search_cost cost;
    search_filters_sum(w->problem, f);
    search_cost_of(w->problem, b->r, &b->o, &b->terms, &b->line, f, &cost);
    w->evaluated++;
    if (w->most > 0 && w->evaluated >= w->most)
        w->gave_up = true;
    if (!search_best_wants(&w->best, &cost))
        return;
    struct search_found found = {.cost = cost, .is_new = true};
    search_mapping(w->problem, b->r, &b->o, f, &found.mapping);
    search_best_take(&w->best, &found);
}

/* m from `to` down to `from`: fewer filters a tile, more tiles. */
static void walk_psum_tiles(struct search_walk *w, const struct branch *b,
                            const struct search_filters *least, int from,
                            int to)
{
    const int M = w->problem->group_m;
    struct search_filters s = *least;
    s.m_tiles = 0;
    for (int m = to; m >= from && !w->gave_up; m = next_below(w, M, m)) {
        uint64_t tiles = ceil_u(M, m);
        if (tiles != s.m_tiles) {
            s.m_tiles = tiles;
            if (is_cut(w, &b->line, &s, SEARCH_CUT_psum_tile))
                return;
        }
        struct search_filters f = {
            .m = m, .f = s.f, .p = s.p, .t = s.t, .g = s.g};
        evaluate(w, b, &f);
    }
}

/* The least m that stands for itself: a smaller one would leave PEs (rs: the
 * last set) or filters of the tile without work. */
static int least_m(const struct search_problem *p,
                   const struct search_filters *s)
{
    if (has(p, SEARCH_F))
        return s->f;
    return s->t == 1 ? s->p : s->p * (s->t - 1) + 1;
}

static void walk_filter_tile(struct search_walk *w, const struct branch *b,
                             struct search_filters *s, int fold)
{
    const struct search_problem *p = w->problem;
    const int M = p->group_m;
    int banks = search_filter_banks(p, b->r, s->f);
    int m_max = min_int(
        M, search_m_max(p, b->r, b->o.n, b->o.e, b->ifmap_banks, banks));
    struct search_range m = search_range_of(p, SEARCH_M, m_max);
    int from = least_m(p, s);
    if (m.from > from)
        from = m.from;
    if (search_groups(b->r) > 1)
        from = M;
    if (banks == 0 || m.to < from)
        return;
    s->m_tiles = ceil_u(M, m.to);
    s->passes = ceil_u(M, min_int(fold, s->f));
    set_paced(p, s);
    s->sets = has(p, SEARCH_P) ? ceil_u(M, s->p) : ceil_u(M, s->f);
    if (has(p, SEARCH_P))
        s->busy = (uint64_t)(M / fold) * (uint64_t)min_int(s->p, fold) +
                  (uint64_t)min_int(s->p, M % fold);
    s->once = (uint64_t)M;
    if (from > s->f)
        s->once = (uint64_t)min_int(s->f, M);
    if (is_cut(w, &b->line, s, SEARCH_CUT_filter_tile))
        return;
    s->once = (uint64_t)min_int(s->f, M);
    walk_psum_tiles(w, b, s, from > s->f ? from : s->f + 1, m.to);
    s->once = (uint64_t)M;
    walk_psum_tiles(w, b, s, from, min_int(m.to, s->f));
}

static void walk_filter_tiles(struct search_walk *w, const struct branch *b,
                              struct search_filters *s)
{
    const struct search_problem *p = w->problem;
    const int M = p->group_m;
    if (!has(p, SEARCH_F)) {
        s->f = s->p * s->t;
        if (s->f <= b->f_max)
            walk_filter_tile(w, b, s, s->f);
        return;
    }
    int least = s->p * (s->t - 1) + 1;
    if (has(p, SEARCH_P) && least < s->p)
        least = s->p;
    struct search_range f = search_range_of(p, SEARCH_F, min_int(M, b->f_max));
    if (f.from < least)
        f.from = least;
    if (search_groups(b->r) > 1 && f.from < M)
        f.from = M;
    for (int k = f.to; k >= f.from && !w->gave_up; k = next_below(w, M, k)) {
        s->f = k;
        if (!has(p, SEARCH_P))
            s->p = k;
        walk_filter_tile(w, b, s, p->space->fold(p, s));
    }
}

static void walk_filters(struct search_walk *w, const struct branch *b,
                         const struct search_filters *all)
{
    const struct search_problem *p = w->problem;
    const int M = p->group_m;
    struct search_filters s = *all;
    s.g = b->r->g;
    struct search_range held = {1, 1}, groups = {1, 1};
    const int most = most_groups(p, b->r, b->o.e, b->o.x);
    if (has(p, SEARCH_P))
        held = search_range_of(p, SEARCH_P, most_filters(p, b->r));
    for (s.p = held.to; s.p >= held.from && !w->gave_up;
         s.p = next_below(w, M, s.p)) {
        if (has(p, SEARCH_T))
            groups =
                search_range_of(p, SEARCH_T, min_int(most, ceil_div(M, s.p)));
        /* Whole groups side by side: all filters of each in a tile, which, if
         * it is no parameter, is a pass's. */
        if (search_groups(b->r) > 1 && !has(p, SEARCH_F) &&
            groups.from < ceil_div(M, s.p))
            groups.from = ceil_div(M, s.p);
        if (has(p, SEARCH_P)) {
            set_least(p, s.p, has(p, SEARCH_T) ? groups.to : most, b->f_max,
                      (int)p->group_m, &s);
            s.m_tiles = all->m_tiles;
            s.f = 0; /* not known */
            if (groups.to < groups.from ||
                is_cut(w, &b->line, &s, SEARCH_CUT_held))
                continue;
        }
        int held_now = s.p;
        for (s.t = groups.to; s.t >= groups.from && !w->gave_up;
             s.t = next_below(w, ceil_div(M, s.p), s.t)) {
            if (has(p, SEARCH_T)) {
                set_least(p, s.p, s.t, b->f_max, (int)p->group_m, &s);
                s.m_tiles = all->m_tiles;
                s.f = 0;
                if (is_cut(w, &b->line, &s, SEARCH_CUT_groups))
                    continue;
            }
            walk_filter_tiles(w, b, &s);
            s.p = held_now;
        }
    }
}

/* Makes the costs exact but for the ofmap's bytes, which are still the least of
 * any m. */
static void refine(const struct search_problem *p, struct branch *b)
{
    search_line_of(p, &b->terms, search_ifmap_bytes(p, b->r, &b->o, &b->terms),
                   search_psum_bytes(p, search_groups(b->r), b->o.n, b->o.e,
                                     search_width_of(p, b->r)->w, p->group_m),
                   &b->line);
    set_runs(p, b);
}

static void walk_parallel(struct search_walk *w, struct branch *b, int m_max)
{
    const struct search_problem *p = w->problem;
    struct search_filters least = {0};
    struct search_range x = {1, 1};
    if (has(p, SEARCH_X)) {
        int64_t outputs = (int64_t)b->o.n * b->o.e * p->layer->Q;
        int most = p->space->x_max(p, b->r);
        x = search_range_of(p, SEARCH_X, outputs < most ? (int)outputs : most);
        set_least(p, most_filters(p, b->r), most_groups(p, b->r, b->o.e, 1),
                  b->f_max, m_max, &least);
        p->space->outputs_least(p, b->r, &b->o);
        set_terms(p, b);
        b->o.x = 0; /* any */
        refine(p, b);
        if (is_cut(w, &b->line, &least, SEARCH_CUT_outputs))
            return;
    }
    /* Balanced: what is cut are the PEs, not the outputs, which are many. */
    for (b->o.x = x.to; b->o.x >= x.from && !w->gave_up;
         b->o.x = next_below(w, x.to, b->o.x)) {
        set_least(p, most_filters(p, b->r),
                  most_groups(p, b->r, b->o.e, b->o.x), b->f_max, m_max,
                  &least);
        p->space->outputs(p, b->r, &b->o);
        set_terms(p, b);
        search_line_of(
            p, &b->terms, search_ifmap_bytes_least(p, b->r, &b->terms),
            search_psum_bytes(p, search_groups(b->r), b->o.n, b->o.e,
                              search_width_of(p, b->r)->w, p->group_m),
            &b->line);
        set_runs(p, b);
        if (is_cut(w, &b->line, &least,
                   has(p, SEARCH_X) ? SEARCH_CUT_parallel : SEARCH_CUT_outputs))
            continue;
        if (p->coded[TENSOR_IFMAP]) {
            refine(p, b);
            if (is_cut(w, &b->line, &least, SEARCH_CUT_outputs))
                continue;
        }
        walk_filters(w, b, &least);
    }
}

/* Works out what still fits into L2 with n images and e rows. Returns false
 * when nothing does. */
static bool set_room(const struct search_problem *p, struct branch *b,
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
    b->o.dram_ifmap = dram_ifmap(p, b->r, p->dram_rows[b->o.e].all);
    return true;
}

/* Ranges of fewer numbers of rows are walked one by one. */
enum { ROWS_OF_A_RANGE = 4 };

/* Whether all tiles of `from` to `to` rows may be left out: those of `to` rows
 * are the fewest strips, and beside `from` rows L2 has the most room. */
static bool rows_are_cut(struct search_walk *w, const struct branch *walked,
                         int from, int to)
{
    const struct search_problem *p = w->problem;
    struct branch b = {.r = walked->r, .o = {.n = walked->o.n, .e = from}};
    struct search_filters least = {0};
    int m_max;
    if (!set_room(p, &b, &m_max))
        return true;
    b.o.strips =
        b.o.n_tiles * ceil_u(p->layer->P, to) * search_width_of(p, b.r)->tiles;
    b.o.dram_ifmap = dram_ifmap(p, b.r, p->dram_rows[to].least);
    b.o.n = 0; /* the least of any */
    p->space->outputs_least(p, b.r, &b.o);
    /* Each strip has a block of outputs, and PEs' worth of them, of its own. */
    b.o.x_folds = max_u64(b.o.x_folds, b.o.strips);
    b.o.columns = max_u64(b.o.columns, b.o.strips);
    b.o.busy = max_u64(b.o.busy, b.o.strips);
    set_terms(p, &b);
    search_line_of(
        p, &b.terms, search_ifmap_bytes_least(p, b.r, &b.terms),
        search_psum_bytes(p, search_groups(b.r) > 1 ? p->layer->G : 1,
                          p->layer->N, p->layer->P, p->layer->Q, p->group_m),
        &b.line);
    set_least(p, most_filters(p, b.r), most_groups(p, b.r, from, 1), b.f_max,
              m_max, &least);
    least.p = b.o.e = 0; /* not known */
    set_runs(p, &b);
    return is_cut(w, &b.line, &least, SEARCH_CUT_rows);
}

/* Walks tiles of `to` rows down to `from`, and leaves out halves of them. */
static void walk_rows(struct search_walk *w, struct branch *b, int from, int to)
{
    const struct search_problem *p = w->problem;
    int m_max;
    if (w->gave_up)
        return;
    if (!w->coarse && to - from >= ROWS_OF_A_RANGE) {
        const int middle = from + (to - from) / 2;
        if (rows_are_cut(w, b, from, to))
            return;
        walk_rows(w, b, middle + 1, to);
        walk_rows(w, b, from, middle);
        return;
    }
    for (b->o.e = to; b->o.e >= from && !w->gave_up;
         b->o.e = next_below(w, p->layer->P, b->o.e))
        if (set_room(p, b, &m_max))
            walk_parallel(w, b, m_max);
}

void search_reduction_walk(struct search_walk *w,
                           const struct search_reduction *r)
{
    const struct search_problem *p = w->problem;
    struct branch b = {.r = r};
    const struct search_range n = search_range_of(p, SEARCH_N, p->layer->N);
    const struct search_range e =
        search_range_of(p, SEARCH_E, p->space->e_max(p, r));
    for (b.o.n = n.to; b.o.n >= n.from && !w->gave_up;
         b.o.n = next_below(w, p->layer->N, b.o.n))
        walk_rows(w, &b, e.from, e.to);
}
