/* nest_walk.c - walks the time loops of a nest outside the register files. It
 * works out once where every child of a level stands and how large the tiles
 * are, and then finds for each step which part of each dimension a child has.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_walk.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_pass.h"
#include "dataflows/program.h"

bool nest_dim_reduces(int dim)
{
    return dim == NEST_C || dim == NEST_R || dim == NEST_S;
}

/* Loops of one step are left out on listed levels, where they may be many. */
static void push_loops(struct nest_walk *w, enum level level, bool all)
{
    const struct nest_loops *time = &w->nest.level[level].time;
    for (int i = 0; i < time->n; i++) {
        if (!all && time->loop[i].count == 1)
            continue;
        SIM_CHECK(w->n_loops < NEST_TIME_MAX);
        w->loop[w->n_loops].dim = (uint8_t)time->loop[i].dim;
        w->loop[w->n_loops].level = (uint8_t)level;
        w->loop[w->n_loops].count = time->loop[i].count;
        w->n_loops++;
    }
}

static int grown(int tile, int count)
{
    int most = 1 << 20;
    return count > most / tile ? most : tile * count;
}

/* Sets the tile of every loop, from the inside outwards, and the room that the
 * loops outside leave it.  innermost: the first level whose loops are steps. */
static void set_tiles(struct nest_walk *w, enum level innermost)
{
    int at[NEST_DIMS], i = w->n_loops - 1;
    nest_tile_extents(&w->nest, (int)innermost - 1, at);
    for (int k = 0; k < (int)innermost; k++)
        memcpy(w->tile[k], at, sizeof(at));
    for (int k = (int)innermost; k < LEVEL_N; k++) {
        const struct nest_level *level = &w->nest.level[k];
        for (int j = 0; j < level->cols.n; j++)
            at[level->cols.loop[j].dim] =
                grown(at[level->cols.loop[j].dim], level->cols.loop[j].count);
        for (int j = 0; j < level->rows.n; j++)
            at[level->rows.loop[j].dim] =
                grown(at[level->rows.loop[j].dim], level->rows.loop[j].count);
        for (; i >= 0 && w->loop[i].level == k; i--) {
            const int dim = w->loop[i].dim;
            w->loop[i].tile = at[dim];
            at[dim] = grown(at[dim], w->loop[i].count);
            w->loop[i].room = at[dim];
        }
        memcpy(w->tile[k], at, sizeof(at));
    }
}

/* Children of one level by the loops over rows, then columns; each stands in
 * the rows and columns of the parent's part of the array. */
static int push_children(const struct nest_walk *w, enum level level,
                         const int tile[NEST_DIMS],
                         const struct nest_child *outer, int row0, int col0,
                         int array_cols, int row_step, int col_step,
                         struct nest_child *out)
{
    const struct nest_loops *rows = &w->nest.level[level].rows;
    const struct nest_loops *cols = &w->nest.level[level].cols;
    int n = 0, n_rows = 1, n_cols = 1;
    for (int i = 0; i < rows->n; i++)
        n_rows *= rows->loop[i].count;
    for (int i = 0; i < cols->n; i++)
        n_cols *= cols->loop[i].count;
    for (int k = 0; k < n_rows * n_cols; k++) {
        struct nest_child child = *outer;
        int size[NEST_DIMS], row = k / n_cols, col = k % n_cols;
        bool used = true, first = true;
        memcpy(size, tile, sizeof(size));
        for (int i = cols->n - 1, left = col; i >= 0; i--) {
            int d = cols->loop[i].dim, v = left % cols->loop[i].count;
            left /= cols->loop[i].count;
            child.offset[d] += v * size[d];
            size[d] = grown(size[d], cols->loop[i].count);
            first = first && !(nest_dim_reduces(d) && v > 0);
        }
        for (int i = rows->n - 1, left = row; i >= 0; i--) {
            int d = rows->loop[i].dim, v = left % rows->loop[i].count;
            left /= rows->loop[i].count;
            child.offset[d] += v * size[d];
            size[d] = grown(size[d], rows->loop[i].count);
            first = first && !(nest_dim_reduces(d) && v > 0);
        }
        for (int d = 0; d < NEST_DIMS; d++)
            used = used && child.offset[d] < w->extent[d];
        if (!used)
            continue;
        child.is_first = outer->is_first && first;
        child.is_first_in_group = first;
        child.unit =
            (row0 + row * row_step) * array_cols + col0 + col * col_step;
        out[n++] = child;
    }
    return n;
}

static int by_unit(const void *a, const void *b)
{
    const struct nest_child *x = a, *y = b;
    return (x->unit > y->unit) - (x->unit < y->unit);
}

static void set_children(struct nest_walk *w, const struct arch *a)
{
    const struct nest_child whole = {.is_first = true,
                                     .is_first_in_group = true};
    w->pe = xcalloc((size_t)arch_pes(a), sizeof(*w->pe));
    if (!a->has_l1) {
        w->n_pes = push_children(w, LEVEL_L2, w->tile[LEVEL_RF], &whole, 0, 0,
                                 a->cols, 1, 1, w->pe);
        return;
    }
    int rows = nest_cluster_height(a);
    w->cluster = xcalloc((size_t)arch_pes(a), sizeof(*w->cluster));
    w->n_clusters =
        push_children(w, LEVEL_L2, w->tile[LEVEL_L1], &whole, 0, 0, a->cols,
                      rows, a->l1_cluster_cols, w->cluster);
    for (int k = 0; k < w->n_clusters; k++) {
        int corner = w->cluster[k].unit;
        struct nest_child outer = w->cluster[k];
        outer.group = k;
        w->n_pes += push_children(w, LEVEL_L1, w->tile[LEVEL_RF], &outer,
                                  corner / a->cols, corner % a->cols, a->cols,
                                  1, 1, &w->pe[w->n_pes]);
        w->cluster[k].unit = k;
        w->cluster[k].group = 0;
    }
    /* L1s that keep nothing leave the array as if they were not there. */
    if (w->nest.l1_is_line)
        qsort(w->pe, (size_t)w->n_pes, sizeof(*w->pe), by_unit);
}

/* Loops outside the outermost tile that is fetched from DRAM piece by piece:
 * L2's for what L2 keeps, else those of L1 or RF. */
static int loops_over_passes(const struct nest_walk *w)
{
    int most = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        int level = LEVEL_L2;
        while (!w->nest.level[level].keep[t])
            level--;
        if (w->outside[level] > most)
            most = w->outside[level];
    }
    return most;
}

/* Whether loop i, with those outside it at 0, has no second step. */
static bool is_still(const struct nest_walk *w, int i)
{
    return w->loop[i].tile >= w->extent[w->loop[i].dim];
}

/* Loops outside a pass on listed levels: those of DRAM, and where psums bypass
 * the outermost level on chip so many more that a pass has each output once. */
static int loops_over_listed(const struct nest_walk *w)
{
    const int least = w->outside[LEVEL_L2];
    int keeper = LEVEL_L2;
    bool has_output = false;
    while (keeper >= 0 && !w->nest.level[keeper].keep[TENSOR_PSUM])
        keeper--;
    if (keeper == LEVEL_L2)
        return least;
    const int loops = keeper >= 0 ? w->outside[keeper] : w->n_loops;
    for (int i = loops - 1; i >= least; i--) {
        const bool reduces = nest_dim_reduces(w->loop[i].dim);
        if (is_still(w, i))
            continue;
        if (reduces && (has_output || keeper < 0))
            return i + 1;
        has_output = has_output || !reduces;
    }
    return least;
}

struct nest_walk *nest_walk_new(const struct arch *arch,
                                const struct layer *layer,
                                const struct nest *nest)
{
    const bool is_listed = arch_has_levels(arch);
    const enum level innermost = is_listed ? LEVEL_RF : LEVEL_L1;
    struct nest_walk *w = xcalloc(1, sizeof(*w));
    w->layer = *layer;
    w->nest = *nest;
    w->has_l1 = arch->has_l1;
    w->l2_keeps_tiles = arch->l2_keeps_tiles;
    w->psums_stay = nest_psums_stay(arch);
    for (int d = 0; d < NEST_DIMS; d++)
        w->extent[d] = nest_extent(layer, (enum nest_dim)d);
    for (int k = LEVEL_DRAM; k >= (int)innermost; k--) {
        w->outside[k] = w->n_loops;
        push_loops(w, (enum level)k, !is_listed);
    }
    for (int k = 0; k < (int)innermost; k++)
        w->outside[k] = w->n_loops;
    set_tiles(w, innermost);
    w->pass_loops = is_listed ? loops_over_listed(w)
                    : nest_forgets(arch, nest)
                        ? w->n_loops - nest_pass_loops(arch, layer, nest)
                        : loops_over_passes(w);
    if (!is_listed)
        set_children(w, arch);
    return w;
}

void nest_walk_free(struct nest_walk *w)
{
    if (w == NULL)
        return;
    free(w->pe);
    free(w->cluster);
    free(w);
}

/* Where the loops before `loops` put the first child of a dimension. */
static int base_of(const struct nest_walk *w, const struct nest_step *s,
                   int loops, int dim)
{
    int base = 0;
    for (int i = 0; i < loops; i++)
        if (w->loop[i].dim == dim)
            base += s->value[i] * w->loop[i].tile;
    return base;
}

int nest_walk_steps_of(const struct nest_walk *w, const struct nest_step *s,
                       int i)
{
    int dim = w->loop[i].dim;
    int left = w->extent[dim] - base_of(w, s, i, dim);
    return ceil_div(min_int(left, w->loop[i].room), w->loop[i].tile);
}

int nest_walk_next(const struct nest_walk *w, struct nest_step *s, int from,
                   int to)
{
    for (int i = to; i < w->n_loops; i++)
        s->value[i] = 0;
    for (int i = to - 1; i >= from; i--) {
        if (++s->value[i] < nest_walk_steps_of(w, s, i))
            return i;
        s->value[i] = 0;
    }
    return -1;
}

void nest_walk_last(const struct nest_walk *w, struct nest_step *s, int from)
{
    for (int i = from; i < w->n_loops; i++)
        s->value[i] = nest_walk_steps_of(w, s, i) - 1;
}

uint64_t nest_walk_steps(const struct nest_walk *w, int loops)
{
    /* Dimensions step independently of each other: along one of them, the
     * steps are the tiles of the innermost of its loops. */
    uint64_t n = 1;
    for (int d = 0; d < NEST_DIMS; d++) {
        struct nest_step at = {{0}};
        uint64_t along = 0;
        int list[NEST_TIME_MAX], k = 0;
        for (int i = 0; i < loops; i++)
            if (w->loop[i].dim == d)
                list[k++] = i;
        for (bool more = true; more;) {
            along++;
            more = false;
            for (int j = k - 1; j >= 0 && !more; j--) {
                more =
                    ++at.value[list[j]] < nest_walk_steps_of(w, &at, list[j]);
                if (!more)
                    at.value[list[j]] = 0;
            }
        }
        n = count_mul(n, along);
    }
    return n;
}

void nest_walk_spans(const struct nest_walk *w, const struct nest_step *s,
                     enum level level, const struct nest_child *child,
                     struct nest_span out[NEST_DIMS])
{
    for (int d = 0; d < NEST_DIMS; d++) {
        out[d].first = child != NULL ? child->offset[d] : 0;
        out[d].n = 0;
    }
    for (int i = 0; i < w->outside[level]; i++)
        out[w->loop[i].dim].first += s->value[i] * w->loop[i].tile;
    for (int d = 0; d < NEST_DIMS; d++) {
        int left = w->extent[d] - out[d].first;
        if (left > 0)
            out[d].n = min_int(left, w->tile[level][d]);
    }
}

bool nest_walk_reads_back(const struct nest_walk *w, const struct nest_step *s,
                          int level)
{
    for (int i = 0; i < nest_walk_outside(w, level); i++)
        if (nest_dim_reduces(w->loop[i].dim) && s->value[i] > 0)
            return true;
    return false;
}

bool nest_walk_finishes(const struct nest_walk *w, const struct nest_step *s,
                        int level)
{
    for (int i = 0; i < nest_walk_outside(w, level); i++)
        if (nest_dim_reduces(w->loop[i].dim) &&
            s->value[i] + 1 < nest_walk_steps_of(w, s, i))
            return false;
    return true;
}
