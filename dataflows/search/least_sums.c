/* least_sums.c - the five sums over filters at the least that choices which are
 * still open can give.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/least_sums.h"

int search_most_filters(const struct search_problem *p,
                        const struct search_reduction *r)
{
    return search_has(p->space, SEARCH_P)
               ? search_range_of(p, SEARCH_P, p->space->p_max(p, r)).to
               : p->group_m;
}

/* PEs that can share the filters of a pass. */
int search_most_groups(const struct search_problem *p,
                       const struct search_reduction *r, int e, int x)
{
    if (search_has(p->space, SEARCH_T))
        return search_range_of(p, SEARCH_T, p->space->t_max(p, r, e, x)).to;
    return search_has(p->space, SEARCH_P) ? p->arch->cols / search_groups(r)
                                          : 1;
}

/* What follows from passes, at least. */
void search_set_paced(const struct search_problem *p, struct search_filters *s)
{
    const uint64_t rows = (uint64_t)p->arch->rows;
    s->paced = max_u64((uint64_t)p->group_m, s->passes * rows);
    s->last_short = rows - 1;
}

/* Sets the sums to the least that any choice of filter parameters
 * gives. */
void search_set_least(const struct search_problem *p, int p_max, int groups,
                      int f_max, int m_max, struct search_filters *out)
{
    const int M = p->group_m;
    int64_t fold = (int64_t)p_max * groups;
    int most = fold < f_max ? (int)fold : f_max;
    out->m_tiles = ceil_u(M, min_int(m_max, M));
    out->passes = ceil_u(M, min_int(most, M));
    search_set_paced(p, out);
    out->sets = ceil_u(M, min_int(p_max, min_int(f_max, M)));
    out->busy =
        search_has(p->space, SEARCH_P) ? ceil_u(M, groups) : (uint64_t)M;
    out->once = (uint64_t)M;
}

void search_set_busy(const struct search_problem *p, int held, int groups,
                     int f_max, struct search_filters *out)
{
    const int64_t fold = (int64_t)held * groups;
    const uint64_t most = (uint64_t)(fold < f_max ? fold : f_max);
    const uint64_t M = (uint64_t)p->group_m;
    if (most <= (uint64_t)held)
        out->busy = M;
    else
        out->busy = max_u64(out->busy, ceil_div_u64(M * (uint64_t)held, most));
}
