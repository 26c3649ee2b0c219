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

#include <limits.h>
#include <stdlib.h>

#include "dataflows/search/branch.h"
#include "dataflows/search/leaf.h"
#include "dataflows/search/least_sums.h"

/* A number of rows may have one of so many parts of the evaluations left. */
enum { SHARES = 2 };

/* So many psum tiles are tried, the largest, where evaluations are counted. */
enum { PSUM_TILES = 8 };

static bool is_cut(struct search_walk *w, const struct search_line *line,
                   const struct search_filters *least, enum search_cut cut)
{
    struct search_cost cost;
    w->steps++;
    search_walk_look(w);
    if (w->most > 0 && w->steps >= w->share_ends_steps)
        w->gave_up = w->share_is_over = true;
    if (w->most > 0 && w->steps - w->steps_found > SEARCH_STEPS_IN_VAIN)
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
    if (v <= 1)
        return 0;
    const int parts = ceil_div(whole, v), even = ceil_div(whole, parts);
    return even < v ? even : min_int(v - 1, ceil_div(whole, parts + 1));
}

/* The same of tiles that are filled by units of so many: before the next one
 * that cuts evenly, the most whole units. */
static int next_of_units(const struct search_walk *w, int whole, int unit,
                         int v)
{
    const int even = next_below(w, whole, v);
    const int units = v / unit * unit;
    return w->coarse && units < v && units > even ? units : even;
}

/* The same of outputs in parallel, `most` at once: the least that take as many
 * turns, then the most that leave PEs for one more of something else, or the
 * least that take one turn more. */
static int next_outputs(const struct search_walk *w,
                        const struct search_branch *b, int most, int v)
{
    const int64_t outputs = (int64_t)b->o.n * b->o.e * w->problem->layer->Q;
    if (!w->coarse || outputs > INT_MAX)
        return next_below(w, most, v);
    const int all = (int)outputs, turns = ceil_div(all, v);
    const int even = ceil_div(all, turns);
    int next = most / (most / v + 1);
    if (even < v)
        return even;
    if (ceil_div(all, turns + 1) > next)
        next = ceil_div(all, turns + 1);
    return min_int(v - 1, next);
}

/* m from `to` down to `from`: fewer filters a tile, more tiles. */
static void walk_psum_tiles(struct search_walk *w,
                            const struct search_branch *b,
                            const struct search_filters *least, int from,
                            int to)
{
    const int M = w->problem->group_m;
    struct search_filters s = *least;
    s.m_tiles = 0;
    for (int m = to, n = 0;
         m >= from && !w->gave_up &&
         n<PSUM_TILES; m = next_of_units(w, M, s.f, m), n += w->most> 0) {
        uint64_t tiles = ceil_u(M, m);
        if (tiles != s.m_tiles) {
            s.m_tiles = tiles;
            if (is_cut(w, &b->line, &s, SEARCH_CUT_psum_tile))
                return;
        }
        struct search_filters f = {
            .m = m, .f = s.f, .p = s.p, .t = s.t, .g = s.g};
        search_evaluate(w, b, &f);
    }
}

/* The least m that stands for itself: a smaller one would leave PEs (rs: the
 * last set) or filters of the tile without work. */
static int least_m(const struct search_problem *p,
                   const struct search_filters *s)
{
    if (search_has(p->space, SEARCH_F))
        return s->f;
    return s->t == 1 ? s->p : s->p * (s->t - 1) + 1;
}

static void walk_filter_tile(struct search_walk *w,
                             const struct search_branch *b,
                             struct search_filters *s, int fold)
{
    const struct search_problem *p = w->problem;
    const int M = p->group_m;
    search_walk_look(w);
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
    search_set_paced(p, s);
    s->sets =
        search_has(p->space, SEARCH_P) ? ceil_u(M, s->p) : ceil_u(M, s->f);
    if (search_has(p->space, SEARCH_P))
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

static void walk_filter_tiles(struct search_walk *w,
                              const struct search_branch *b,
                              struct search_filters *s)
{
    const struct search_problem *p = w->problem;
    const int M = p->group_m;
    if (!search_has(p->space, SEARCH_F)) {
        s->f = s->p * s->t;
        if (s->f <= b->f_max)
            walk_filter_tile(w, b, s, s->f);
        return;
    }
    int least = s->p * (s->t - 1) + 1;
    if (search_has(p->space, SEARCH_P) && least < s->p)
        least = s->p;
    struct search_range f = search_range_of(p, SEARCH_F, min_int(M, b->f_max));
    if (f.from < least)
        f.from = least;
    if (search_groups(b->r) > 1 && f.from < M)
        f.from = M;
    s->f = f.to;
    const int unit = p->space->fold(p, s);
    for (int k = f.to; k >= f.from && !w->gave_up;
         k = next_of_units(w, M, unit, k)) {
        s->f = k;
        if (!search_has(p->space, SEARCH_P))
            s->p = k;
        walk_filter_tile(w, b, s, p->space->fold(p, s));
    }
}

/* Groups of PEs that filters may be shared by, p of each PE; none: to is below
 * from. */
static struct search_range groups_of(const struct search_problem *p,
                                     const struct search_branch *b, int held)
{
    const int sets = ceil_div(p->group_m, held);
    struct search_range groups = {1, 1};
    if (search_has(p->space, SEARCH_T))
        groups = search_range_of(
            p, SEARCH_T,
            min_int(search_most_groups(p, b->r, b->o.e, b->o.x), sets));
    /* Whole groups side by side: all filters of each in a tile, which, if it is
     * no parameter, is a pass's. */
    if (search_groups(b->r) > 1 && !search_has(p->space, SEARCH_F) &&
        groups.from < sets)
        groups.from = sets;
    return groups;
}

/* Sets the sums to the least with p filters of a PE in so many groups. */
static void set_held(const struct search_problem *p,
                     const struct search_branch *b, int groups,
                     struct search_filters *s)
{
    const uint64_t m_tiles = s->m_tiles;
    search_set_least(p, s->p, groups, b->f_max, p->group_m, s);
    search_set_busy(p, s->p, groups, b->f_max, s);
    s->m_tiles = m_tiles;
    s->f = 0; /* not known */
}

/* A number of filters of a PE, and what mappings with it cost at least. */
struct held {
    int p;
    struct search_range groups;
    struct search_key least;
};

static int by_least_held(const void *a, const void *b)
{
    const struct held *x = a, *y = b;
    const int sign = search_key_compare(&x->least, &y->least);
    return sign != 0 ? sign : y->p - x->p;
}

/* Walks groups of PEs that have `held` filters each. */
static void walk_groups(struct search_walk *w, const struct search_branch *b,
                        const struct search_filters *all,
                        const struct held *held)
{
    const struct search_problem *p = w->problem;
    struct search_filters s = *all;
    for (s.t = held->groups.to; s.t >= held->groups.from && !w->gave_up;
         s.t = next_below(w, ceil_div(p->group_m, held->p), s.t)) {
        s.p = held->p;
        if (search_has(p->space, SEARCH_T)) {
            set_held(p, b, s.t, &s);
            if (is_cut(w, &b->line, &s, SEARCH_CUT_groups))
                continue;
        }
        walk_filter_tiles(w, b, &s);
    }
}

/* Walks filters of a PE, the most promising number first. */
static void walk_filters(struct search_walk *w, const struct search_branch *b,
                         const struct search_filters *all)
{
    const struct search_problem *p = w->problem;
    const int most = search_most_groups(p, b->r, b->o.e, b->o.x);
    struct search_filters s = *all;
    struct search_range range = {1, 1};
    struct search_cost cost;
    s.g = b->r->g;
    if (!search_has(p->space, SEARCH_P)) {
        const struct held one = {.p = 1, .groups = groups_of(p, b, 1)};
        walk_groups(w, b, &s, &one);
        return;
    }
    range = search_range_of(p, SEARCH_P, search_most_filters(p, b->r));
    struct held *held =
        xcalloc((size_t)(range.to > 0 ? range.to : 0) + 1, sizeof(*held));
    int n = 0;
    const int slot = p->arch->network[NETWORK_PSUM_OUT].words_per_slot;
    for (s.p = range.to; s.p >= range.from;
         s.p = next_of_units(w, p->group_m, slot, s.p)) {
        struct held *h = &held[n];
        h->p = s.p;
        h->groups = groups_of(p, b, s.p);
        if (h->groups.to < h->groups.from)
            continue;
        s.m_tiles = all->m_tiles;
        set_held(p, b, search_has(p->space, SEARCH_T) ? h->groups.to : most,
                 &s);
        search_line_cost(p, &b->line, &s, &cost);
        h->least = search_key_of(w->best.objective, &cost);
        n++;
    }
    qsort(held, (size_t)n, sizeof(*held), by_least_held);
    for (int k = 0; k < n && !w->gave_up; k++) {
        s.p = held[k].p;
        s.m_tiles = all->m_tiles;
        set_held(p, b,
                 search_has(p->space, SEARCH_T) ? held[k].groups.to : most, &s);
        if (!is_cut(w, &b->line, &s, SEARCH_CUT_held))
            walk_groups(w, b, &s, &held[k]);
    }
    free(held);
}

static void walk_parallel(struct search_walk *w, struct search_branch *b,
                          int m_max)
{
    const struct search_problem *p = w->problem;
    struct search_filters least = {0};
    struct search_range x = {1, 1};
    if (search_has(p->space, SEARCH_X)) {
        int64_t outputs = (int64_t)b->o.n * b->o.e * p->layer->Q;
        int most = p->space->x_max(p, b->r);
        x = search_range_of(p, SEARCH_X, outputs < most ? (int)outputs : most);
        branch_set_any_parallel(p, b, m_max, &least);
        if (is_cut(w, &b->line, &least, SEARCH_CUT_outputs))
            return;
    }
    for (b->o.x = x.to; b->o.x >= x.from && !w->gave_up;
         b->o.x = next_outputs(w, b, x.to, b->o.x)) {
        search_set_least(p, search_most_filters(p, b->r),
                         search_most_groups(p, b->r, b->o.e, b->o.x), b->f_max,
                         m_max, &least);
        p->space->outputs(p, b->r, &b->o);
        branch_set_terms(p, b);
        search_line_of(
            p, &b->terms, search_ifmap_bytes_least(p, b->r, &b->terms),
            search_psum_bytes(p, search_groups(b->r), b->o.n, b->o.e,
                              search_width_of(p, b->r)->w, p->group_m),
            &b->line);
        branch_set_runs(p, b);
        if (is_cut(w, &b->line, &least,
                   search_has(p->space, SEARCH_X) ? SEARCH_CUT_parallel
                                                  : SEARCH_CUT_outputs))
            continue;
        if (p->coded[TENSOR_IFMAP]) {
            branch_refine(p, b);
            if (is_cut(w, &b->line, &least, SEARCH_CUT_outputs))
                continue;
        }
        walk_filters(w, b, &least);
    }
}

/* Ranges of fewer numbers of rows are walked one by one. */
enum { ROWS_OF_A_RANGE = 4 };

/* Whether all tiles of `from` to `to` rows may be left out: those of `to` rows
 * are the fewest strips, and beside `from` rows L2 has the most room. */
static bool rows_are_cut(struct search_walk *w,
                         const struct search_branch *walked, int from, int to)
{
    const struct search_problem *p = w->problem;
    struct search_branch b = {.r = walked->r,
                              .o = {.n = walked->o.n, .e = from}};
    struct search_filters least = {0};
    int m_max;
    if (!branch_set_room(p, &b, &m_max))
        return true;
    b.o.strips =
        b.o.n_tiles * ceil_u(p->layer->P, to) * search_width_of(p, b.r)->tiles;
    b.o.dram_ifmap = branch_dram_ifmap(p, b.r, p->dram_rows[to].least);
    b.o.n = 0; /* the least of any */
    p->space->outputs_least(p, b.r, &b.o);
    /* Each strip has a block of outputs, and PEs' worth of them, of its own. */
    b.o.x_folds = max_u64(b.o.x_folds, b.o.strips);
    b.o.columns = max_u64(b.o.columns, b.o.strips);
    b.o.busy = max_u64(b.o.busy, b.o.strips);
    branch_set_terms(p, &b);
    branch_set_least_line(p, &b);
    search_set_least(p, search_most_filters(p, b.r),
                     search_most_groups(p, b.r, from, 1), b.f_max, m_max,
                     &least);
    least.p = b.o.e = 0; /* not known */
    branch_set_runs(p, &b);
    return is_cut(w, &b.line, &least, SEARCH_CUT_rows);
}

/* Tiles of so many images and rows, and what any of them costs at least. */
struct strip {
    int e, m_max;
    struct search_key least;
};

static int by_least(const void *a, const void *b)
{
    const struct strip *x = a, *y = b;
    const int sign = search_key_compare(&x->least, &y->least);
    return sign != 0 ? sign : y->e - x->e;
}

/* Sets what tiles of the branch's images and rows cost at least; returns false
 * when none fits. */
static bool set_strip(const struct search_walk *w, struct search_branch *b,
                      struct strip *out)
{
    const struct search_problem *p = w->problem;
    struct search_filters least = {0};
    struct search_cost cost;
    if (!branch_set_room(p, b, &out->m_max))
        return false;
    out->e = b->o.e;
    branch_set_any_parallel(p, b, out->m_max, &least);
    search_line_cost(p, &b->line, &least, &cost);
    out->least = search_key_of(w->best.objective, &cost);
    return true;
}

static bool is_spent(const struct search_walk *w)
{
    return w->evaluated >= w->most ||
           w->steps >= w->most * SEARCH_STEPS_OF_AN_EVALUATION;
}

/* What comes next may have one of so many parts of what is left. */
static void begin_share(struct search_walk *w, int parts)
{
    const uint64_t steps = w->most * SEARCH_STEPS_OF_AN_EVALUATION;
    if (w->most == 0)
        return;
    w->share_ends =
        w->evaluated + 1 + (w->most - w->evaluated) / (uint64_t)parts;
    w->share_ends_steps = w->steps + 1 + (steps - w->steps) / (uint64_t)parts;
}

/* Walks balanced numbers of rows, the most promising first.  Each has a part of
 * the evaluations that are left, so that the first do not use up all. */
static void walk_strips(struct search_walk *w, struct search_branch *b,
                        int from, int to)
{
    const struct search_problem *p = w->problem;
    struct strip *strip =
        xcalloc((size_t)(to >= from ? to - from + 1 : 1), sizeof(*strip));
    int n = 0;
    for (b->o.e = to; b->o.e >= from;
         b->o.e = next_below(w, p->layer->P, b->o.e))
        n += set_strip(w, b, &strip[n]);
    qsort(strip, (size_t)n, sizeof(*strip), by_least);
    for (int k = 0; k < n && !w->gave_up; k++) {
        begin_share(w, min_int(n - k, SHARES));
        b->o.e = strip[k].e;
        if (branch_set_room(p, b, &strip[k].m_max))
            walk_parallel(w, b, strip[k].m_max);
        if (w->share_is_over && !is_spent(w))
            w->gave_up = w->share_is_over = false;
    }
    free(strip);
}

/* Walks tiles of `to` rows down to `from`, and leaves out halves of them. */
static void walk_rows(struct search_walk *w, struct search_branch *b, int from,
                      int to)
{
    const struct search_problem *p = w->problem;
    int m_max;
    search_walk_look(w);
    if (w->gave_up)
        return;
    if (to - from >= ROWS_OF_A_RANGE) {
        const int middle = from + (to - from) / 2;
        /* Where all tiles stay, more rows may leave more room. */
        if (!search_keeps(b->r, TENSOR_IFMAP) && rows_are_cut(w, b, from, to))
            return;
        walk_rows(w, b, middle + 1, to);
        walk_rows(w, b, from, middle);
        return;
    }
    for (b->o.e = to; b->o.e >= from && !w->gave_up; b->o.e--)
        if (branch_set_room(p, b, &m_max))
            walk_parallel(w, b, m_max);
}

void search_reduction_walk(struct search_walk *w,
                           const struct search_reduction *r)
{
    const struct search_problem *p = w->problem;
    struct search_branch b = {.r = r};
    struct search_range n = search_range_of(p, SEARCH_N, p->layer->N);
    w->looks_at_passes = search_evaluates_passes(w);
    const struct search_range e =
        search_range_of(p, SEARCH_E, p->space->e_max(p, r));
    /* Tiles of the fewest rows may have the most images. */
    const int N = p->layer->N, n_max = p->space->n_max(p, r, e.from);
    if (n_max < n.to)
        n.to = w->coarse && n_max > 0 ? ceil_div(N, ceil_div(N, n_max)) : n_max;
    for (b.o.n = n.to; b.o.n >= n.from && !w->gave_up;
         b.o.n = next_below(w, N, b.o.n))
        if (w->coarse)
            walk_strips(w, &b, e.from, e.to);
        else
            walk_rows(w, &b, e.from, e.to);
}
