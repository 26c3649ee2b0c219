/* count.c - how many mappings a reduction has, exactly: the levels of
 * search_tree.c, with arithmetic in place of the innermost.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "dataflows/search/search.h"

static bool has(const struct search_problem *p, enum search_param param)
{
    return search_has(p->space, param);
}

uint64_t search_count_add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    if (__builtin_add_overflow(a, b, &sum) || sum > COUNT_MAX)
        return COUNT_MAX;
    return sum;
}

static uint64_t length(int from, int to)
{
    return to < from ? 0 : (uint64_t)(to - from) + 1;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* What still fits into L2 once reduction, n and e are chosen. */
struct room {
    const struct search_reduction *r;
    int n, e, ifmap_banks, f_max;
};

static int most_m(const struct search_problem *p, const struct room *room,
                  int f)
{
    int banks = search_filter_banks(p, room->r, f);
    return banks == 0
               ? 0
               : min_int(p->group_m, search_m_max(p, room->r, room->n, room->e,
                                                  room->ifmap_banks, banks));
}

/* f = p * t: m from the least that leaves no set without work. */
static uint64_t count_folds(const struct search_problem *p,
                            const struct search_reduction *r,
                            const struct room *room)
{
    const struct search_range held =
        search_range_of(p, SEARCH_P, p->space->p_max(p, r));
    const int groups = p->space->t_max(p, r, room->e, 1);
    const bool whole = search_groups(r) > 1; /* all filters of a group */
    uint64_t n = 0;
    for (int k = held.from; k <= held.to; k++) {
        const struct search_range t = search_range_of(
            p, SEARCH_T,
            min_int(min_int(groups, ceil_div(p->group_m, k)), room->f_max / k));
        const int from = whole ? ceil_div(p->group_m, k) : 1;
        for (int i = larger(t.from, from); i <= t.to; i++) {
            struct search_range m =
                search_range_of(p, SEARCH_M, most_m(p, room, k * i));
            const int least = i == 1 ? k : k * (i - 1) + 1;
            n += length(larger(m.from, whole ? p->group_m : least), m.to);
        }
    }
    return n;
}

/* Filter tiles f that take as many banks as each other, so that all leave room
 * for the same m. */
struct span {
    int from, to;     /* f */
    int m_from, m_to; /* m, where it is not below f */
    uint64_t more;    /* pairs (f, m) of the spans after this one */
};

/* Pairs (f, m), f <= m, of f in [from, to]; weighted: f times each. */
static uint64_t pairs(const struct span *s, int from, int to, bool weighted)
{
    const int64_t M = s->m_to;
    int64_t a = from, b = to < s->m_to ? to : s->m_to, n = 0;
    /* Up to m_from all f leave the same m; from there on, one fewer each. */
    int64_t flat = b < s->m_from ? b : s->m_from;
    if (a <= flat) {
        n += (M - s->m_from + 1) *
             (weighted ? (a + flat) * (flat - a + 1) / 2 : flat - a + 1);
        a = flat + 1;
    }
    if (a > b || M < s->m_from)
        return n > 0 ? (uint64_t)n : 0;
    const int64_t count = b - a + 1, sum = (a + b) * count / 2;
    if (!weighted)
        return (uint64_t)(n + (M + 1) * count - sum);
    const int64_t squares =
        b * (b + 1) * (2 * b + 1) / 6 - (a - 1) * a * (2 * a - 1) / 6;
    return (uint64_t)(n + (M + 1) * sum - squares);
}

/* Fills span[], which has a place for each bank of L2; returns how many. */
static int set_spans(const struct search_problem *p, const struct room *room,
                     struct span *span)
{
    const struct search_range f =
        search_range_of(p, SEARCH_F, min_int(p->group_m, room->f_max));
    const int from = search_groups(room->r) > 1 && f.from < p->group_m
                         ? p->group_m /* whole groups */
                         : f.from;
    const uint64_t bank = p->l2.bank_words[TENSOR_FILTER];
    const uint64_t words = (uint64_t)search_groups(room->r) *
                           (uint64_t)room->r->c * (uint64_t)p->taps;
    int n = 0;
    for (int k = from; k <= f.to;) {
        const int banks = search_filter_banks(p, room->r, k);
        if (banks == 0)
            break;
        const uint64_t last = search_keeps(room->r, TENSOR_FILTER)
                                  ? (uint64_t)f.to /* they leave room alike */
                                  : (uint64_t)banks * bank / words;
        const struct search_range m =
            search_range_of(p, SEARCH_M, most_m(p, room, k));
        SIM_CHECK(n < p->l2.banks[TENSOR_FILTER]);
        span[n].from = k;
        span[n].to = last < (uint64_t)f.to ? (int)last : f.to;
        span[n].m_from = m.from;
        span[n].m_to = m.to;
        k = span[n++].to + 1;
    }
    uint64_t more = 0;
    for (int k = n - 1; k >= 0; k--) {
        span[k].more = more;
        more += pairs(&span[k], span[k].from, span[k].to, false);
    }
    return n;
}

/* Pairs (f, m) with f >= from; *at: the span to begin at, for rising from. */
static uint64_t pairs_from(const struct span *span, int n, int from, int *at)
{
    while (*at < n && span[*at].to < from)
        (*at)++;
    if (*at == n)
        return 0;
    const struct span *s = &span[*at];
    return pairs(s, larger(from, s->from), s->to, false) + s->more;
}

/* Triples (t, f, m), t <= most and t <= f: sum of min(f, most) over pairs. */
static uint64_t triples(const struct span *span, int n, int most)
{
    uint64_t sum = 0;
    for (int k = 0; k < n; k++) {
        const struct span *s = &span[k];
        if (s->from <= most)
            sum += pairs(s, s->from, min_int(s->to, most), true);
        if (s->to > most)
            sum += (uint64_t)most *
                   pairs(s, larger(s->from, most + 1), s->to, false);
    }
    return sum;
}

/* Returns a + b * c, or the largest count if that is less. */
static uint64_t add_times(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t product;
    if (__builtin_mul_overflow(b, c, &product))
        return COUNT_MAX;
    return search_count_add(a, product);
}

/* Choices of p, t and x, each with the pairs (f, m) that it leaves. */
static uint64_t count_pes(const struct search_problem *p,
                          const struct search_reduction *r,
                          const struct room *room, const struct span *span,
                          int spans)
{
    const struct search_space *space = p->space;
    struct search_range x = {1, 1}, held = {1, 1};
    uint64_t n = 0;
    if (has(p, SEARCH_X)) {
        int64_t outputs = (int64_t)room->n * room->e * p->layer->Q;
        int most = space->x_max(p, r);
        x = search_range_of(p, SEARCH_X, outputs < most ? (int)outputs : most);
    }
    if (has(p, SEARCH_P))
        held = search_range_of(p, SEARCH_P, space->p_max(p, r));
    int first = 0;
    for (int k = held.from; k <= held.to; k++) {
        if (!has(p, SEARCH_T)) {
            n = add_times(n, length(x.from, x.to),
                          pairs_from(span, spans, k, &first));
            continue;
        }
        /* The x that leave room for t groups: as t grows, fewer. */
        int x_to = x.to, at = 0;
        const struct search_range t =
            search_range_of(p, SEARCH_T,
                            min_int(ceil_div(p->group_m, k),
                                    space->t_max(p, r, room->e, x.from)));
        if (k == 1 && t.from == 1 && x.to >= x.from &&
            space->t_max(p, r, room->e, x.to) >= t.to) {
            n = add_times(n, length(x.from, x.to), triples(span, spans, t.to));
            continue;
        }
        for (int i = t.from; i <= t.to; i++) {
            while (x_to >= x.from && space->t_max(p, r, room->e, x_to) < i)
                x_to--;
            n = add_times(
                n, length(x.from, x_to),
                pairs_from(span, spans, larger(k, k * (i - 1) + 1), &at));
        }
    }
    return n;
}

uint64_t search_count(const struct search_problem *p,
                      const struct search_reduction *r)
{
    const struct search_range n = search_range_of(p, SEARCH_N, p->layer->N);
    const struct search_range e =
        search_range_of(p, SEARCH_E, p->space->e_max(p, r));
    struct span *span =
        xcalloc((size_t)p->l2.banks[TENSOR_FILTER] + 1, sizeof(*span));
    uint64_t found = 0;
    struct room room = {.r = r};
    for (room.n = n.from; room.n <= n.to; room.n++)
        for (room.e = e.from; room.e <= e.to; room.e++) {
            if (room.n > p->space->n_max(p, r, room.e))
                continue;
            room.ifmap_banks = search_ifmap_banks(p, r, room.n, room.e);
            if (room.ifmap_banks == 0)
                continue;
            room.f_max = search_f_max(p, r, room.ifmap_banks);
            if (!has(p, SEARCH_F)) {
                found = search_count_add(found, count_folds(p, r, &room));
                continue;
            }
            const int spans = set_spans(p, &room, span);
            found =
                search_count_add(found, count_pes(p, r, &room, span, spans));
        }
    free(span);
    return found;
}

double search_count_steps(const struct search_problem *p,
                          const struct search_reduction *r)
{
    const struct search_space *space = p->space;
    double steps = (double)p->layer->N * (double)space->e_max(p, r);
    if (has(p, SEARCH_P))
        steps *= space->p_max(p, r);
    if (has(p, SEARCH_T) && !(has(p, SEARCH_P) && space->p_max(p, r) == 1))
        steps *= min_int(p->group_m, space->t_max(p, r, 1, 1));
    return steps;
}
