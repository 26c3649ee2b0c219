/* nest_l2_tile.c - L2's tiles as a walk chooses them, and what they cost at
 * least.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/nest/nest_l2_tile.h"

#include <math.h>
#include <string.h>

#include "dataflows/program.h"

const int nest_l2_order[NEST_DIMS] = {NEST_M, NEST_C, NEST_P, NEST_Q,
                                      NEST_N, NEST_R, NEST_S, NEST_G};

unsigned nest_l2_first(int n)
{
    unsigned known = 0;
    for (int i = 0; i < n; i++)
        known |= 1u << nest_l2_order[i];
    return known;
}

void nest_l2_walk_init(struct l2_walk *w, struct nest_search *s,
                       const int block[NEST_DIMS], int keep, int innermost)
{
    *w = (struct l2_walk){.s = s,
                          .block = block,
                          .any_tile = true,
                          .keep = keep,
                          .innermost = innermost,
                          .least = INFINITY};
    memcpy(w->tile, block, sizeof(w->tile));
    for (int d = 0; d < NEST_DIMS; d++)
        w->any_tile = w->any_tile && block[d] == 1;
}

bool nest_l2_holds(const struct l2_walk *w)
{
    const struct nest_search *s = w->s;
    uint64_t words[TENSOR_N], lacking;
    int buffers[TENSOR_N], banks[TENSOR_N], x[NEST_DIMS];
    enum tensor tensor;
    for (int d = 0; d < NEST_DIMS; d++)
        x[d] = min_int(w->tile[d], s->least.extent[d]);
    for (int t = 0; t < TENSOR_N; t++)
        words[t] = w->keep >> t & 1
                       ? nest_words(s->arch, s->layer, x, (enum tensor)t)
                       : 0;
    return l2_fits(s->arch, words, buffers, banks, &tensor, &lacking);
}

int nest_l2_fewest_steps(const struct l2_walk *w, int d)
{
    const int most = w->s->limits->most[AT_DRAM][d];
    const int extent = w->s->least.extent[d];
    const int64_t reach = (int64_t)most * w->block[d];
    return reach > 0 && reach < extent ? ceil_div(extent, (int)reach) : 1;
}

/* Without regard to what L2 holds. */
static int steps_limit(const struct l2_walk *w, int d)
{
    const int limit = w->any_tile ? 0 : w->s->limits->most[AT_L2][d];
    const int most = ceil_div(w->s->least.extent[d], w->block[d]);
    return limit > 0 ? min_int(most, limit) : most;
}

int nest_l2_most_steps(struct l2_walk *w, int d)
{
    const int before = w->tile[d];
    int low = nest_l2_fewest_steps(w, d) - 1, most = steps_limit(w, d);
    while (low < most) {
        const int middle = low + (most - low + 1) / 2;
        w->tile[d] = w->block[d] * middle;
        if (nest_l2_holds(w))
            low = middle;
        else
            most = middle - 1;
    }
    w->tile[d] = before;
    return low;
}

void nest_l2_wide(const struct l2_walk *w, unsigned known, int wide[NEST_DIMS])
{
    for (int d = 0; d < NEST_DIMS; d++)
        wide[d] = known >> d & 1 ? w->tile[d] : w->s->least.extent[d];
}

/* The least number of ifmap rows or columns that come anew where the loop over
 * dimension d slides. */
static double slid(const struct nest_least *n, int d, const int tile[NEST_DIMS],
                   unsigned known)
{
    struct nest_touch *t = d == NEST_P || d == NEST_R ? n->rows : n->cols;
    const bool over_taps = d == NEST_R || d == NEST_S;
    const int other = d == NEST_P   ? NEST_R
                      : d == NEST_R ? NEST_P
                      : d == NEST_Q ? NEST_S
                                    : NEST_Q;
    if (!(known >> d & 1) || !(known >> other & 1))
        return nest_touch_slide_any(t, over_taps, 1, 1, 0);
    const struct nest_slide s = {.over_taps = over_taps,
                                 .tile = min_int(tile[d], n->extent[d]),
                                 .children = 1,
                                 .steps = ceil_div(n->extent[d], tile[d]),
                                 .other =
                                     min_int(tile[other], n->extent[other])};
    return nest_touch_slide(t, &s);
}

double nest_l2_energy(const struct l2_walk *w, unsigned known,
                      const int wide[NEST_DIMS], const struct nest_again *again)
{
    const struct nest_least *n = &w->s->least;
    const int *e = n->extent;
    int tile[NEST_DIMS]; /* for ifmaps' windows: all of it where not chosen */
    double turns[NEST_DIMS], box = (double)e[NEST_G] * e[NEST_N] * e[NEST_C];
    for (int d = 0; d < NEST_DIMS; d++) {
        turns[d] = ceil_div(e[d], wide[d]);
        tile[d] = known >> d & 1 ? wide[d] : e[d];
    }
    double height = nest_touch_sum(n->rows, tile[NEST_P], tile[NEST_R]);
    double width = nest_touch_sum(n->cols, tile[NEST_Q], tile[NEST_S]);
    double all_h = nest_touch_sum(n->rows, e[NEST_P], e[NEST_R]);
    double all_w = nest_touch_sum(n->cols, e[NEST_Q], e[NEST_S]);
    double filters = turns[NEST_N] * turns[NEST_P] * turns[NEST_Q];
    double psums = turns[NEST_C] * turns[NEST_R] * turns[NEST_S];
    double least = INFINITY;
    bool is_one = filters * psums * turns[NEST_M] * turns[NEST_G] == 1;
    for (int i = 0; i < NEST_INNERMOST; i++) {
        const int d = i < NEST_DIMS ? nest_l2_order[i] : NEST_NO_LOOP;
        const enum tensor stays = nest_lacking(d);
        struct nest_flows f;
        if (i < NEST_DIMS ? (known >> d & 1) && turns[d] == 1 : !is_one)
            continue;
        double rows =
            d == NEST_P || d == NEST_R ? slid(n, d, tile, known) : height;
        double cols =
            d == NEST_Q || d == NEST_S ? slid(n, d, tile, known) : width;
        f.read[TENSOR_IFMAP] =
            box * (d == NEST_M
                       ? all_h * all_w
                       : fmax(turns[NEST_M] * rows * cols, all_h * all_w));
        f.read[TENSOR_FILTER] =
            n->filters * (stays == TENSOR_FILTER ? 1 : filters);
        f.read[TENSOR_PSUM] = n->outputs * (stays == TENSOR_PSUM ? 1 : psums);
        if (d == NEST_NO_LOOP) {
            f.read[TENSOR_FILTER] = n->filters;
            f.read[TENSOR_PSUM] = n->outputs;
        }
        double energy = nest_least_l2_energy(n, &f, w->keep);
        if (again != NULL)
            energy += again->each * (d == NEST_NO_LOOP || stays == again->stays
                                         ? again->words
                                         : again->words_else);
        least = fmin(least, energy);
    }
    return least;
}
