/* nest.c - tiles of a nest, and whether a machine can hold them.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest.h"
#include "dataflows/l1_shape.h"

#include <string.h>

#include "dataflows/l2_deal.h"
#include "dataflows/nest/nest_pass.h"
#include "dataflows/nest/nest_walk.h"
#include "dataflows/program.h"

enum { EXTENT_MAX = 1 << 20 }; /* beyond every layer's */

const char nest_dim_letter[NEST_DIMS] = {'g', 'n', 'm', 'c',
                                         'p', 'q', 'r', 's'};

void nest_start(const struct arch *arch, struct nest *out)
{
    memset(out, 0, sizeof(*out));
    for (int level = 0; level < LEVEL_N; level++)
        for (int t = 0; t < TENSOR_N; t++)
            out->level[level].keep[t] =
                arch_level_holds(arch, (enum level)level, (enum tensor)t);
}

bool nest_append(struct nest_loops *loops, enum nest_dim dim, int count)
{
    if (loops->n == NEST_LOOPS_MAX || count < 1 || count > NEST_COUNT_MAX)
        return false;
    loops->loop[loops->n++] =
        (struct nest_loop){(uint16_t)dim, (uint16_t)count};
    return true;
}

int nest_extent(const struct layer *l, enum nest_dim dim)
{
    switch (dim) {
    case NEST_G:
        return l->G;
    case NEST_N:
        return l->N;
    case NEST_M:
        return l->M / l->G;
    case NEST_C:
        return l->C / l->G;
    case NEST_P:
        return l->P;
    case NEST_Q:
        return l->Q;
    case NEST_R:
        return l->R;
    default:
        return l->S;
    }
}

static void grow(const struct nest_loops *loops, int tile[NEST_DIMS])
{
    for (int i = 0; i < loops->n; i++) {
        int *t = &tile[loops->loop[i].dim], count = loops->loop[i].count;
        *t = count > EXTENT_MAX / *t ? EXTENT_MAX : *t * count;
    }
}

static void grow_level(const struct nest_level *level, int tile[NEST_DIMS])
{
    grow(&level->time, tile);
    grow(&level->rows, tile);
    grow(&level->cols, tile);
}

void nest_tile_extents(const struct nest *nest, int level, int out[NEST_DIMS])
{
    for (int d = 0; d < NEST_DIMS; d++)
        out[d] = 1;
    for (int k = 0; k <= level && k < LEVEL_N; k++)
        grow_level(&nest->level[k], out);
}

/* Rows (or columns) of the ifmap under so many rows of ofmap and filter. */
static uint64_t room(int outputs, int stride, int taps, int dilation,
                     int extent)
{
    int n = touched(outputs, stride, taps, dilation);
    return (uint64_t)min_int(n, extent);
}

uint64_t nest_words(const struct arch *arch, const struct layer *l,
                    const int x[NEST_DIMS], enum tensor tensor)
{
    bool stored = arch->padding == PADDING_STORED;
    uint64_t g = (uint64_t)x[NEST_G], n = (uint64_t)x[NEST_N];
    uint64_t m = (uint64_t)x[NEST_M], c = (uint64_t)x[NEST_C];
    uint64_t p = (uint64_t)x[NEST_P], q = (uint64_t)x[NEST_Q];
    switch (tensor) {
    case TENSOR_IFMAP:
        return g * n * c *
               room(x[NEST_P], l->stride_h, x[NEST_R], l->dilation_h,
                    stored ? layer_padded_h(l) : l->H) *
               room(x[NEST_Q], l->stride_w, x[NEST_S], l->dilation_w,
                    stored ? layer_padded_w(l) : l->W);
    case TENSOR_FILTER:
        return g * m * c * (uint64_t)x[NEST_R] * (uint64_t)x[NEST_S];
    default:
        return g * n * m * p * q;
    }
}

uint64_t nest_tile_words(const struct arch *arch, const struct layer *l,
                         const struct nest *nest, enum level level,
                         enum tensor tensor)
{
    int x[NEST_DIMS];
    if (!nest->level[level].keep[tensor])
        return 0;
    nest_tile_extents(nest, level, x);
    for (int d = 0; d < NEST_DIMS; d++)
        x[d] = min_int(x[d], nest_extent(l, (enum nest_dim)d));
    return nest_words(arch, l, x, tensor);
}

bool nest_psums_stay(const struct arch *arch)
{
    return arch->array_network == NETWORK_SYSTOLIC &&
           !arch_l2_store(arch, TENSOR_PSUM).spills;
}

/* The tiles inside the outermost loop of DRAM that adds products. */
uint64_t nest_psum_room(const struct arch *arch, const struct layer *l,
                        const struct nest *nest)
{
    struct nest inside = *nest;
    const struct nest_loops *time = &nest->level[LEVEL_DRAM].time;
    int first = 0, x[NEST_DIMS];
    if (!nest_psums_stay(arch))
        return nest_tile_words(arch, l, nest, LEVEL_L2, TENSOR_PSUM);
    while (first < time->n &&
           (time->loop[first].count == 1 ||
            strchr("crs", nest_dim_letter[time->loop[first].dim]) == NULL))
        first++;
    inside.level[LEVEL_DRAM].time.n = 0;
    for (int i = first; i < time->n; i++)
        nest_append(&inside.level[LEVEL_DRAM].time,
                    (enum nest_dim)time->loop[i].dim, time->loop[i].count);
    nest_tile_extents(&inside, LEVEL_DRAM, x);
    for (int d = 0; d < NEST_DIMS; d++)
        x[d] = min_int(x[d], nest_extent(l, (enum nest_dim)d));
    return nest_words(arch, l, x, TENSOR_PSUM);
}

static bool fault(struct nest_verdict *why, enum nest_fault what,
                  enum level level, uint64_t need, uint64_t have)
{
    why->fault = what;
    why->level = level;
    why->need = need;
    why->have = have;
    return false;
}

static bool covers(const struct layer *l, const struct nest *nest,
                   struct nest_verdict *why)
{
    int all[NEST_DIMS];
    nest_tile_extents(nest, LEVEL_DRAM, all);
    for (int d = 0; d < NEST_DIMS; d++) {
        int need = nest_extent(l, (enum nest_dim)d);
        why->dim = (enum nest_dim)d;
        if (all[d] < need)
            return fault(why, NEST_NOT_COVERED, LEVEL_DRAM, (uint64_t)need,
                         (uint64_t)all[d]);
    }
    return true;
}

static bool is_empty(const struct nest_level *level)
{
    return level->time.n + level->rows.n + level->cols.n == 0 &&
           !level->keep[TENSOR_IFMAP] && !level->keep[TENSOR_FILTER] &&
           !level->keep[TENSOR_PSUM];
}

static bool keeps_all(const struct nest_level *level)
{
    return level->keep[TENSOR_IFMAP] && level->keep[TENSOR_FILTER] &&
           level->keep[TENSOR_PSUM];
}

static bool is_a_line(const struct arch *arch, const struct nest *nest,
                      struct nest_verdict *why)
{
    const struct nest_level *l1 = &nest->level[LEVEL_L1];
    bool keeps = false;
    for (int t = 0; t < TENSOR_N; t++)
        keeps = keeps || l1->keep[t];
    if (!nest->l1_is_line)
        return true;
    if (!arch->has_l1)
        return fault(why, NEST_MISPLACED, LEVEL_L1, 0, 0);
    if (keeps || l1->time.n > 0)
        return fault(why, NEST_LINE, LEVEL_L1, 0, 0);
    for (int t = 0; t < TENSOR_PSUM; t++) {
        const struct l1_part part = l1_part_of(arch, (enum tensor)t);
        why->tensor = (enum tensor)t;
        if (!part.bypass &&
            (part.slot_rows > part.banks || part.slot_rows > part.rows))
            return fault(
                why, NEST_LINE_WIDTH, LEVEL_L1, (uint64_t)part.slot_rows,
                (uint64_t)(part.rows < part.banks ? part.rows : part.banks));
    }
    return true;
}

static bool is_well_placed(const struct arch *arch, const struct nest *nest,
                           struct nest_verdict *why)
{
    static const enum level ends[] = {LEVEL_DRAM, LEVEL_RF};
    const int n_ends = arch_has_levels(arch) ? 1 : 2;
    for (int i = 0; i < n_ends; i++) {
        const struct nest_level *at = &nest->level[ends[i]];
        if (at->rows.n + at->cols.n > 0 || !keeps_all(at))
            return fault(why, NEST_MISPLACED, ends[i], 0, 0);
    }
    for (int k = 0; k < LEVEL_N; k++)
        if (!arch_has_level(arch, (enum level)k) && !is_empty(&nest->level[k]))
            return fault(why, NEST_MISPLACED, (enum level)k, 0, 0);
    if (!is_a_line(arch, nest, why))
        return false;
    if (nest->pass > 0 && !nest_forgets(arch, nest))
        return fault(why, NEST_PASS, LEVEL_L2, 0, 0);
    return true;
}

static uint64_t product(const struct nest_loops *loops)
{
    uint64_t n = 1;
    for (int i = 0; i < loops->n; i++)
        n = n > EXTENT_MAX ? n : n * loops->loop[i].count;
    return n;
}

static bool children_fit(const struct nest *nest, enum level level, int rows,
                         int cols, struct nest_verdict *why)
{
    const struct nest_level *at = &nest->level[level];
    if (product(&at->rows) > (uint64_t)rows)
        return fault(why, NEST_ROWS, level, product(&at->rows), (uint64_t)rows);
    if (product(&at->cols) > (uint64_t)cols)
        return fault(why, NEST_COLS, level, product(&at->cols), (uint64_t)cols);
    return true;
}

/* Whether an axis may share out each of its loops that has steps. */
static bool axis_holds(const struct nest_loops *loops, const char *held,
                       struct nest_verdict *why)
{
    for (int i = 0; i < loops->n; i++) {
        const char letter[] = {nest_dim_letter[loops->loop[i].dim], '\0'};
        why->dim = (enum nest_dim)loops->loop[i].dim;
        if (loops->loop[i].count > 1 && !arch_axis_holds(held, letter))
            return false;
    }
    return true;
}

static bool axes_hold(const struct arch *arch, const struct nest *nest,
                      struct nest_verdict *why)
{
    static const enum level levels[] = {LEVEL_L2, LEVEL_L1};
    for (int k = 0; k < 2; k++) {
        const struct nest_level *at = &nest->level[levels[k]];
        if (!axis_holds(&at->rows, arch->rows_hold, why))
            return fault(why, NEST_ROWS_HOLD, levels[k], 0, 0);
        if (!axis_holds(&at->cols, arch->cols_hold, why))
            return fault(why, NEST_COLS_HOLD, levels[k], 0, 0);
    }
    return true;
}

static bool is_on_the_array(const struct arch *arch, const struct nest *nest,
                            struct nest_verdict *why)
{
    if (!arch->has_l1)
        return children_fit(nest, LEVEL_L2, arch->rows, arch->cols, why);
    return children_fit(nest, LEVEL_L2, nest_cluster_rows(arch),
                        nest_cluster_cols(arch), why) &&
           children_fit(nest, LEVEL_L1, nest_cluster_height(arch),
                        arch->l1_cluster_cols, why);
}

static bool rf_holds(const struct arch *arch, const struct layer *l,
                     const struct nest *nest, struct nest_verdict *why)
{
    for (int t = 0; t < TENSOR_N; t++) {
        uint64_t need =
            nest_tile_words(arch, l, nest, LEVEL_RF, (enum tensor)t);
        why->tensor = (enum tensor)t;
        if (need > (uint64_t)arch->rf_words[t])
            return fault(why, NEST_RF_CAPACITY, LEVEL_RF, need,
                         (uint64_t)arch->rf_words[t]);
    }
    return true;
}

static bool l1_holds(const struct arch *arch, const struct layer *l,
                     const struct nest *nest, struct nest_verdict *why)
{
    uint64_t bits = 0, largest = 0;
    if (!arch->has_l1)
        return true;
    for (int t = 0; t < TENSOR_N; t++) {
        uint64_t tile =
            nest_tile_words(arch, l, nest, LEVEL_L1, (enum tensor)t) *
            (uint64_t)arch->precision_bits[t];
        bits += tile;
        if (tile > largest) {
            largest = tile;
            why->tensor = (enum tensor)t;
        }
    }
    if (bits > arch->l1_bytes * 8)
        return fault(why, NEST_L1_CAPACITY, LEVEL_L1, (bits + 7) / 8,
                     arch->l1_bytes);
    return true;
}

static bool l2_holds(const struct arch *arch, const struct layer *l,
                     const struct nest *nest, struct nest_verdict *why)
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    uint64_t lacking = 0;
    if (nest_l2_places(arch, l, nest, buffers, banks, &why->tensor, &lacking))
        return true;
    return fault(why, NEST_L2_CAPACITY, LEVEL_L2, lacking, 0);
}

bool nest_l2_places(const struct arch *arch, const struct layer *l,
                    const struct nest *nest, int buffers[TENSOR_N],
                    int banks[TENSOR_N], enum tensor *short_tensor,
                    uint64_t *short_words)
{
    uint64_t words[TENSOR_N];
    for (int t = 0; t < TENSOR_N; t++)
        words[t] =
            t == TENSOR_PSUM && nest->level[LEVEL_L2].keep[t]
                ? nest_psum_room(arch, l, nest)
                : nest_tile_words(arch, l, nest, LEVEL_L2, (enum tensor)t);
    if (!l2_fits(arch, words, buffers, banks, short_tensor, short_words))
        return false;
    l2_deal(arch, words, buffers, banks);
    return true;
}

/* Whether the children fit, and whether their psums can become one. */
static bool level_has_children(const struct arch *arch, const struct nest *nest,
                               enum level level, struct nest_verdict *why)
{
    const struct level_arch *at = &arch->level[level];
    const struct nest_loops *list[] = {&nest->level[level].rows,
                                       &nest->level[level].cols};
    if (!children_fit(nest, level, at->rows, at->cols, why))
        return false;
    for (int k = 0; at->reduce == LEVEL_APART && k < 2; k++)
        for (int i = 0; i < list[k]->n; i++) {
            const int dim = list[k]->loop[i].dim;
            why->dim = (enum nest_dim)dim;
            if ((dim == NEST_C || dim == NEST_R || dim == NEST_S) &&
                list[k]->loop[i].count > 1)
                return fault(why, NEST_NO_REDUCE, level, 0, 0);
        }
    return true;
}

/* Whether each store takes the tiles of its tensors, as many as it buffers. */
static bool level_holds(const struct arch *arch, const struct layer *l,
                        const struct nest *nest, enum level level,
                        struct nest_verdict *why)
{
    const struct level_arch *at = &arch->level[level];
    for (int t = 0; t < TENSOR_N; t++) {
        why->tensor = (enum tensor)t;
        if (nest->level[level].keep[t] &&
            !arch_level_holds(arch, level, (enum tensor)t))
            return fault(why, NEST_NO_STORE, level, 0, 0);
    }
    for (int k = 0; k < at->n_stores; k++) {
        const struct l2_store *store = &at->store[k];
        uint64_t bits = 0, largest = 0;
        for (int t = 0; t < TENSOR_N; t++) {
            if (!store->holds[t])
                continue;
            const uint64_t tile = count_mul(
                nest_tile_words(arch, l, nest, level, (enum tensor)t),
                (uint64_t)arch->precision_bits[t] * (uint64_t)store->buffers);
            bits = count_add(bits, tile);
            if (tile >= largest)
                why->tensor = (enum tensor)t;
            largest = max_u64(largest, tile);
        }
        if (bits / 8 + (bits % 8 != 0) > store->bytes)
            return fault(why, NEST_STORE_CAPACITY, level,
                         bits / 8 + (bits % 8 != 0), store->bytes);
    }
    return true;
}

/* Whether a walk can number the loops over time (nest_walk.h). */
static bool steps_are_few(const struct nest *nest, struct nest_verdict *why)
{
    int n = 0;
    for (int k = 0; k < LEVEL_N; k++)
        for (int i = 0; i < nest->level[k].time.n; i++)
            n += nest->level[k].time.loop[i].count > 1;
    return n <= NEST_TIME_MAX ||
           fault(why, NEST_STEPS, LEVEL_DRAM, (uint64_t)n, NEST_TIME_MAX);
}

static bool levels_are_legal(const struct arch *arch, const struct layer *l,
                             const struct nest *nest, struct nest_verdict *why)
{
    if (!is_well_placed(arch, nest, why) || !covers(l, nest, why) ||
        !steps_are_few(nest, why))
        return false;
    for (int k = LEVEL_RF; k < LEVEL_DRAM; k++)
        if (arch_has_level(arch, (enum level)k) &&
            (!level_has_children(arch, nest, (enum level)k, why) ||
             !level_holds(arch, l, nest, (enum level)k, why)))
            return false;
    return true;
}

bool nest_is_legal(const struct arch *arch, const struct layer *l,
                   const struct nest *nest, struct nest_verdict *why)
{
    memset(why, 0, sizeof(*why));
    if (arch_has_levels(arch))
        return levels_are_legal(arch, l, nest, why);
    return is_well_placed(arch, nest, why) && covers(l, nest, why) &&
           is_on_the_array(arch, nest, why) && axes_hold(arch, nest, why) &&
           rf_holds(arch, l, nest, why) && l1_holds(arch, l, nest, why) &&
           l2_holds(arch, l, nest, why);
}

enum link nest_link(enum level child, enum tensor tensor)
{
    if (child == LEVEL_L1)
        return tensor == TENSOR_IFMAP ? LINK_ifmap_l1 : LINK_filter_l1;
    return tensor == TENSOR_IFMAP ? LINK_ifmap : LINK_filter;
}

int nest_cluster_rows(const struct arch *arch)
{
    return arch->rows / nest_cluster_height(arch); /* whole ones */
}

int nest_cluster_height(const struct arch *arch)
{
    bool all = !arch->has_l1 || arch->l1_cluster_rows == 0;
    return all ? arch->rows : arch->l1_cluster_rows;
}

int nest_cluster_cols(const struct arch *arch)
{
    return arch->has_l1 ? arch->cols / arch->l1_cluster_cols : 1;
}
