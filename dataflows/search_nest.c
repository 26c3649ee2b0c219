/* search_nest.c - see search_nest.h.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search_nest.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEEPS = 8, MOVES_WITHOUT_GAIN = 400, TRIES = 200 };

/* Counts of a dimension, innermost first. */
enum place { AT_RF, AT_COLS, AT_ROWS, AT_L2, AT_DRAM, PLACES };
struct split {
    int count[PLACES];
};

struct walk {
    const struct arch *arch;
    const struct layer *layer;
    const struct search_costs *costs;
    int n_dims; /* with more than one step */
    enum nest_dim dim[NEST_DIMS];
    int extent[NEST_DIMS];
    struct split split[NEST_DIMS];
    int order[2][NEST_DIMS]; /* of L2 and of DRAM: indices into dim[] */
    int n_order[2];
    int keep; /* a bit a tensor */
    struct search_nest_result *out;
    bool found;
    uint32_t chance;
};

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t saturated_add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t saturated_mul(uint64_t a, uint64_t b)
{
    return a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

double search_nest_energy(const struct arch *arch, const struct layer *layer,
                          const struct search_costs *costs,
                          const struct counts *c)
{
    static const enum tensor of_link[LINK_N] = {
        [LINK_filter] = TENSOR_FILTER,  [LINK_ifmap] = TENSOR_IFMAP,
        [LINK_psum_in] = TENSOR_PSUM,   [LINK_psum_out] = TENSOR_PSUM,
        [LINK_psum_link] = TENSOR_PSUM,
    };
    double gated = 0, energy;
    if (arch->zero_gating)
        gated = (double)(uint64_t)((double)c->macs *
                                       layer->zero_share[TENSOR_IFMAP] +
                                   0.5);
    energy = ((double)c->macs - gated) * costs->mac -
             gated * costs->rf[TENSOR_FILTER];
    for (int t = 0; t < TENSOR_N; t++) {
        const struct accesses *rf = &c->access[LEVEL_RF][t];
        const struct accesses *l2 = &c->access[LEVEL_L2][t];
        const struct accesses *dram = &c->access[LEVEL_DRAM][t];
        const struct compressed_words *coded = &c->dram_compressed[t];
        energy += (double)(rf->reads + rf->writes) * costs->rf[t] +
                  (double)(l2->reads + l2->writes) * costs->l2[t];
        energy += ((double)(dram->reads + dram->writes) +
                   (double)coded->bytes * 8 / arch->precision_bits[t] -
                   (double)coded->words) *
                  costs->dram[t];
    }
    for (int k = 0; k < LINK_N; k++)
        energy += (double)c->link[k].hops * costs->noc_hop[of_link[k]];
    return energy;
}

/* Every MAC reads two operands and writes a psum; every word comes from DRAM,
 * and to a PE, once at least; every output leaves once. */
static double least_energy(const struct arch *arch, const struct layer *l,
                           const struct search_costs *costs)
{
    const bool stored = tensor_is_moved(arch, TENSOR_IFMAP);
    struct counts c = {.macs = layer_macs(l)};
    uint64_t words[TENSOR_N];
    words[TENSOR_IFMAP] = (uint64_t)l->N * (uint64_t)l->C *
                          tiling_dram_rows(arch, l, 0, l->P) *
                          tiling_dram_columns(arch, l);
    words[TENSOR_FILTER] = (uint64_t)l->M * (uint64_t)(l->C / l->G) *
                           (uint64_t)l->R * (uint64_t)l->S;
    words[TENSOR_PSUM] =
        (uint64_t)l->N * (uint64_t)l->M * (uint64_t)l->P * (uint64_t)l->Q;
    for (int t = 0; t < TENSOR_N; t++)
        c.access[LEVEL_RF][t].reads = c.macs;
    c.access[LEVEL_RF][TENSOR_IFMAP].writes = words[TENSOR_IFMAP];
    c.access[LEVEL_RF][TENSOR_FILTER].writes = words[TENSOR_FILTER];
    c.link[LINK_ifmap].hops = words[TENSOR_IFMAP];
    c.link[LINK_filter].hops = words[TENSOR_FILTER];
    c.link[LINK_psum_out].hops = words[TENSOR_PSUM];
    for (int t = 0; t < TENSOR_N; t++) {
        bool coded = tensor_is_compressed(arch, l, (enum tensor)t);
        if (!coded && (stored || t == TENSOR_FILTER))
            c.access[LEVEL_DRAM][t].reads = words[t];
    }
    return search_nest_energy(arch, l, costs, &c);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t bound_of(const struct walk *w, const struct nest *nest,
                         const struct counts *c)
{
    static const enum link link[NETWORK_N] = {LINK_filter, LINK_ifmap,
                                              LINK_psum_in, LINK_psum_out};
    uint64_t pes = nest_pes_used(w->arch, w->layer, nest), bytes = 0;
    uint64_t cycles = (c->macs + pes - 1) / larger(pes, 1);
    for (int k = 0; k < NETWORK_N; k++) {
        uint64_t width = (uint64_t)w->arch->network[k].words_per_slot *
                         (uint64_t)w->arch->network[k].slots_per_cycle;
        cycles =
            larger(cycles, (c->link[link[k]].words_sent + width - 1) / width);
    }
    for (int t = 0; t < TENSOR_N; t++)
        bytes += counts_dram_bytes(w->arch, c, (enum tensor)t);
    return larger(cycles, dram_min_cycles(&w->costs->dram_cfg, bytes));
}

static void start_walk(struct walk *w, const struct arch *arch,
                       const struct layer *layer)
{
    memset(w, 0, sizeof(*w));
    w->arch = arch;
    w->layer = layer;
    w->chance = 1;
    for (int d = 0; d < NEST_DIMS; d++) {
        int extent = nest_extent(layer, (enum nest_dim)d);
        if (extent == 1)
            continue;
        w->dim[w->n_dims] = (enum nest_dim)d;
        w->extent[w->n_dims++] = extent;
    }
}

/* What the counts inside leave to cover. */
static int left(int extent, const struct split *s, int place)
{
    int tile = 1;
    for (int k = 0; k < place; k++)
        tile *= s->count[k];
    return ceil_div(extent, tile);
}

/* A dimension that is not split yet: all its steps are DRAM's. */
static void leave_whole(struct walk *w, int i)
{
    struct split s = {{1, 1, 1, 1, w->extent[i]}};
    w->split[i] = s;
}

static void build(const struct walk *w, struct nest *nest)
{
    struct nest_level *level = nest->level;
    nest_start(w->arch, nest);
    for (int t = 0; t < TENSOR_N; t++)
        level[LEVEL_L2].keep[t] = w->keep >> t & 1;
    for (int i = 0; i < w->n_dims; i++) {
        const int *count = w->split[i].count;
        struct nest_loops *const loops[AT_L2] = {&level[LEVEL_RF].time,
                                                 &level[LEVEL_L2].cols,
                                                 &level[LEVEL_L2].rows};
        for (int k = 0; k < AT_L2; k++)
            if (count[k] > 1)
                SIM_CHECK(nest_append(loops[k], w->dim[i], count[k]));
    }
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < w->n_order[k]; i++) {
            int d = w->order[k][i];
            SIM_CHECK(nest_append(
                k == 0 ? &level[LEVEL_L2].time : &level[LEVEL_DRAM].time,
                w->dim[d], w->split[d].count[k == 0 ? AT_L2 : AT_DRAM]));
        }
}

/* The loops of L2 and DRAM that there are, in the dimensions' order. */
static void first_orders(struct walk *w)
{
    w->n_order[0] = w->n_order[1] = 0;
    for (int i = 0; i < w->n_dims; i++)
        for (int k = 0; k < 2; k++)
            if (w->split[i].count[k == 0 ? AT_L2 : AT_DRAM] > 1)
                w->order[k][w->n_order[k]++] = i;
}

static bool next_order(int *a, int n)
{
    int i = n - 2, j = n - 1;
    while (i >= 0 && a[i] > a[i + 1])
        i--;
    if (i < 0)
        return false;
    while (a[j] < a[i])
        j--;
    int swap = a[i];
    a[i] = a[j];
    a[j] = swap;
    for (int low = i + 1, high = n - 1; low < high; low++, high--) {
        swap = a[low];
        a[low] = a[high];
        a[high] = swap;
    }
    return true;
}

/* The energy of the walk's nest, which is legal; keeps the best. */
static double evaluate(struct walk *w)
{
    struct nest nest;
    struct counts c;
    build(w, &nest);
    nest_expect(w->arch, w->layer, &nest, &c);
    double energy = search_nest_energy(w->arch, w->layer, w->costs, &c);
    w->out->evaluated++;
    if (!w->found || energy < w->out->energy * (1 - 1e-12)) {
        w->found = true;
        w->out->nest = nest;
        w->out->energy = energy;
        w->out->cycles = bound_of(w, &nest, &c);
    }
    return energy;
}

static bool is_legal(const struct walk *w)
{
    struct nest nest;
    struct nest_verdict why;
    build(w, &nest);
    return nest_is_legal(w->arch, w->layer, &nest, &why);
}

static void every_order(struct walk *w)
{
    first_orders(w);
    do {
        for (int i = 0, n = 0; i < w->n_dims; i++) {
            w->n_order[1] = n;
            if (w->split[i].count[AT_DRAM] > 1)
                w->order[1][n++] = i;
            w->n_order[1] = n;
        }
        do
            evaluate(w);
        while (next_order(w->order[1], w->n_order[1]));
    } while (next_order(w->order[0], w->n_order[0]));
}

static void every_split(struct walk *w, int i);

/* Chooses the counts of dimension i from `place` on. */
static void every_count(struct walk *w, int i, int place)
{
    struct split *s = &w->split[i];
    int most = left(w->extent[i], s, place);
    if (place == AT_DRAM) {
        s->count[AT_DRAM] = most;
        first_orders(w);
        if (is_legal(w))
            every_split(w, i + 1);
        else
            w->out->overflows++;
        return;
    }
    for (int n = 1; n <= most; n++) {
        for (int k = place + 1; k < AT_DRAM; k++)
            s->count[k] = 1;
        s->count[place] = n;
        every_count(w, i, place + 1);
    }
}

static void every_split(struct walk *w, int i)
{
    if (i == w->n_dims) {
        every_order(w);
        return;
    }
    for (int k = 0; k < AT_DRAM; k++)
        w->split[i].count[k] = 1;
    every_count(w, i, AT_RF);
    leave_whole(w, i);
}

static void whole_space(struct walk *w)
{
    for (w->keep = 0; w->keep < KEEPS; w->keep++) {
        for (int i = 0; i < w->n_dims; i++)
            leave_whole(w, i);
        first_orders(w);
        if (is_legal(w))
            every_split(w, 0);
    }
    w->out->proven = true;
}

/* Numerical Recipes' quick and even enough generator. */
static int pick(struct walk *w, int n)
{
    w->chance = w->chance * 1664525u + 1013904223u;
    return (int)((w->chance >> 8) % (uint32_t)n);
}

static void random_split(struct walk *w, int i)
{
    const int most[AT_DRAM] = {w->extent[i], w->arch->cols, w->arch->rows,
                               w->extent[i]};
    struct split *s = &w->split[i];
    for (int k = 0; k < AT_DRAM; k++) {
        int n = min_int(left(w->extent[i], s, k), most[k]);
        s->count[k] = pick(w, 2) == 0 ? 1 : 1 + pick(w, n);
        if (pick(w, 4) == 0)
            s->count[k] = n;
    }
    s->count[AT_DRAM] = left(w->extent[i], s, AT_DRAM);
}

static void shuffle(struct walk *w, int k)
{
    for (int i = w->n_order[k] - 1; i > 0; i--) {
        int j = pick(w, i + 1), swap = w->order[k][i];
        w->order[k][i] = w->order[k][j];
        w->order[k][j] = swap;
    }
}

/* A random step; false: it leaves the legal nests. */
static bool move(struct walk *w)
{
    int what = pick(w, 4);
    if (what == 0) {
        w->keep ^= 1 << pick(w, TENSOR_N);
    } else if (what == 1 || w->n_dims == 0) {
        shuffle(w, pick(w, 2));
        return true;
    } else {
        random_split(w, pick(w, w->n_dims));
        first_orders(w);
        shuffle(w, 0);
        shuffle(w, 1);
    }
    return is_legal(w);
}

/* Starts anew from nothing but DRAM's loops, and goes down hill. */
static void climb(struct walk *w, double until)
{
    while (now_seconds() < until) {
        for (int i = 0; i < w->n_dims; i++)
            leave_whole(w, i);
        w->keep = pick(w, KEEPS);
        first_orders(w);
        if (!is_legal(w))
            continue;
        double energy = evaluate(w);
        for (int still = 0; still < MOVES_WITHOUT_GAIN && now_seconds() < until;
             still++) {
            struct walk before = *w;
            bool legal = move(w);
            for (int k = 0; !legal && k < TRIES; k++) {
                uint32_t chance = w->chance;
                *w = before;
                w->chance = chance;
                legal = move(w);
            }
            double now = legal ? evaluate(w) : energy;
            if (legal && now <= energy) {
                still = now < energy ? 0 : still;
                energy = now;
                continue;
            }
            uint32_t chance = w->chance;
            bool found = w->found;
            *w = before;
            w->chance = chance;
            w->found = found;
        }
    }
}

/* Nests by rows used, columns used, loops of L2 and loops of DRAM. */
struct tally {
    int rows, cols;
    uint64_t *n;
};

static uint64_t *at(const struct tally *t, int rows, int cols, int l2, int dram)
{
    return &t->n[((rows * (t->cols + 1) + cols) * (NEST_DIMS + 1) + l2) *
                     (NEST_DIMS + 1) +
                 dram];
}

static size_t cells(const struct tally *t)
{
    return (size_t)(t->rows + 1) * (size_t)(t->cols + 1) * (NEST_DIMS + 1) *
           (NEST_DIMS + 1);
}

/* Splits of a dimension, by rows, columns and which time loops it has. */
static void count_splits(const struct walk *w, int i, const struct tally *out)
{
    struct split s;
    for (int a = 1; a <= w->extent[i]; a++) {
        s.count[AT_RF] = a;
        int cols = min_int(w->arch->cols, left(w->extent[i], &s, AT_COLS));
        for (int b = 1; b <= cols; b++) {
            s.count[AT_COLS] = b;
            int rows = min_int(w->arch->rows, left(w->extent[i], &s, AT_ROWS));
            for (int c = 1; c <= rows; c++) {
                s.count[AT_ROWS] = c;
                int most = left(w->extent[i], &s, AT_L2);
                for (int d = 1; d <= most; d++)
                    ++*at(out, c, b, d > 1, ceil_div(most, d) > 1);
            }
        }
    }
}

/* The counts of two sets of dimensions together. */
static void combine(const struct tally *a, const struct tally *b,
                    const struct tally *out)
{
    for (int r = 1; r <= a->rows; r++)
        for (int c = 1; c <= a->cols; c++)
            for (int k = 0; k < (NEST_DIMS + 1) * (NEST_DIMS + 1); k++) {
                uint64_t n = *at(a, r, c, 0, k);
                for (int s = 1; n > 0 && s <= a->rows / r; s++)
                    for (int d = 1; d <= a->cols / c; d++)
                        for (int h = 0; h < 4; h++) {
                            int l2 = k / (NEST_DIMS + 1) + (h & 1);
                            int dram = k % (NEST_DIMS + 1) + (h >> 1);
                            uint64_t m = *at(b, s, d, h & 1, h >> 1);
                            if (m == 0)
                                continue;
                            uint64_t *sum = at(out, r * s, c * d, l2, dram);
                            *sum = saturated_add(*sum, saturated_mul(n, m));
                        }
            }
}

static uint64_t factorial(int n)
{
    return n < 2 ? 1 : (uint64_t)n * factorial(n - 1);
}

uint64_t search_nest_space(const struct arch *arch, const struct layer *layer)
{
    struct walk w;
    struct tally all = {arch->rows, arch->cols, NULL}, one = all, both = all;
    uint64_t space = 0;
    if (arch_pes(arch) > 4096)
        return UINT64_MAX; /* the tallies would not fit */
    start_walk(&w, arch, layer);
    all.n = xcalloc(cells(&all), sizeof(*all.n));
    one.n = xcalloc(cells(&one), sizeof(*one.n));
    both.n = xcalloc(cells(&both), sizeof(*both.n));
    *at(&all, 1, 1, 0, 0) = 1;
    for (int i = 0; i < w.n_dims; i++) {
        memset(one.n, 0, cells(&one) * sizeof(*one.n));
        memset(both.n, 0, cells(&both) * sizeof(*both.n));
        count_splits(&w, i, &one);
        combine(&all, &one, &both);
        uint64_t *swap = all.n;
        all.n = both.n;
        both.n = swap;
    }
    for (int r = 1; r <= all.rows; r++)
        for (int c = 1; c <= all.cols; c++)
            for (int l2 = 0; l2 <= NEST_DIMS; l2++)
                for (int dram = 0; dram <= NEST_DIMS; dram++)
                    space = saturated_add(
                        space, saturated_mul(*at(&all, r, c, l2, dram),
                                             factorial(l2) * factorial(dram)));
    free(all.n);
    free(one.n);
    free(both.n);
    return saturated_mul(space, KEEPS);
}

bool search_nest(const struct arch *arch, const struct layer *layer,
                 const struct search_costs *costs,
                 const struct search_nest_options *options,
                 struct search_nest_result *out)
{
    struct walk w;
    double start = now_seconds();
    memset(out, 0, sizeof(*out));
    if (arch->has_l1)
        return false;
    start_walk(&w, arch, layer);
    w.costs = costs;
    w.out = out;
    out->space = search_nest_space(arch, layer);
    out->least_energy = least_energy(arch, layer, costs);
    if (out->space <= options->whole_space_max)
        whole_space(&w);
    else
        climb(&w, start + options->time_limit_seconds);
    out->seconds = now_seconds() - start;
    return w.found;
}
