/* nest_key.c - by which key the pass memory knows a pass of a nest.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/nest_key.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_pass.h"
#include "sim/array/levels/levels_key.h"
#include "sim/array/nest/nest_credit.h"

/* Where the loops outside a pass put it. */
struct pass_tile {
    int32_t left[NEST_DIMS]; /* how far the layer goes on */
    /* Ifmap rows and columns to the ends, where those clip a tile. */
    int32_t above[2], below[2];
};

/* What all passes of a layer have alike. */
struct inside {
    uint64_t kind; /* of machine; those of programs have others */
    struct nest_credit_key credit;
    int32_t stride[2], dilation[2], pad[2]; /* of rows and of columns */
    int32_t n_loops;                        /* inside a pass */
    struct inside_loop {
        int32_t dim, level, tile, room;
    } loop[NEST_TIME_MAX];
    int32_t tile[LEVEL_N][NEST_DIMS];
    /* Which children ever have work follows from these. */
    struct nest_level level[LEVEL_N]; /* without time loops */
    int32_t extent[NEST_DIMS];        /* as far as an L2 tile goes */
};

struct key {
    struct inside inside;
    struct pass_tile at;
    int32_t reads_back;
};

struct nest_key {
    const struct nest_walk *walk; /* borrowed */
    /* Padding before the rows and columns that are words, and the first row
     * and column behind them. */
    int pad[2], extent[2];
    int most[NEST_DIMS]; /* extents that the pass, or an L2 tile, covers */
    int span[2];         /* of the ifmap under these */
    struct key key;
    struct levels_key *levels; /* owns; of listed levels, in place of key */
    struct pass_key latest;    /* of these */
    const struct arch *arch;   /* borrowed */
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Unused bytes stay zero. */
static void describe_inside(const struct nest_walk *w, const struct arch *arch,
                            const int pad[2], struct inside *out)
{
    out->kind = UINT64_MAX;
    nest_credit_describe(w, arch, &out->credit);
    out->stride[0] = w->layer.stride_h;
    out->stride[1] = w->layer.stride_w;
    out->dilation[0] = w->layer.dilation_h;
    out->dilation[1] = w->layer.dilation_w;
    for (int k = 0; k < 2; k++)
        out->pad[k] = pad[k];
    out->n_loops = w->n_loops - w->pass_loops;
    for (int i = 0; i < out->n_loops; i++) {
        struct inside_loop *loop = &out->loop[i];
        loop->dim = w->loop[w->pass_loops + i].dim;
        loop->level = w->loop[w->pass_loops + i].level;
        loop->tile = w->loop[w->pass_loops + i].tile;
        loop->room = w->loop[w->pass_loops + i].room;
    }
    for (int k = 0; k < LEVEL_N; k++)
        for (int d = 0; d < NEST_DIMS; d++)
            out->tile[k][d] = w->tile[k][d];
    for (int level = 0; level < LEVEL_N; level++) {
        const struct nest_level *from = &w->nest.level[level];
        struct nest_level *to = &out->level[level];
        to->rows.n = from->rows.n;
        to->cols.n = from->cols.n;
        for (int i = 0; i < from->rows.n; i++)
            to->rows.loop[i] = from->rows.loop[i];
        for (int i = 0; i < from->cols.n; i++)
            to->cols.loop[i] = from->cols.loop[i];
        memcpy(to->keep, from->keep, sizeof(to->keep));
        /* Steps of a PE's own loops are no steps of the walk. */
        if (level == LEVEL_RF) {
            to->time.n = from->time.n;
            for (int i = 0; i < from->time.n; i++)
                to->time.loop[i] = from->time.loop[i];
        }
    }
    for (int d = 0; d < NEST_DIMS; d++)
        out->extent[d] = least(w->extent[d], w->tile[LEVEL_L2][d]);
}

/* What a pass works on is a step of the loops outside it. */
static void set_most(struct nest_key *m)
{
    const struct nest_walk *w = m->walk;
    memcpy(m->most, w->tile[LEVEL_L2], sizeof(m->most));
    for (int i = 0; i < w->pass_loops; i++)
        m->most[w->loop[i].dim] = w->loop[i].tile;
}

struct nest_key *nest_key_new(const struct nest_walk *walk,
                              const struct arch *arch)
{
    struct nest_key *m = xcalloc(1, sizeof(*m));
    m->walk = walk;
    m->arch = arch;
    if (arch_has_levels(arch)) {
        m->levels = xcalloc(1, sizeof(*m->levels));
        levels_key_init(m->levels, arch, walk);
        return m;
    }
    const struct layer *l = &walk->layer;
    static const int out[2] = {NEST_P, NEST_Q}, tap[2] = {NEST_R, NEST_S};
    set_most(m);
    const bool stored = arch->padding == PADDING_STORED;
    const int step[2] = {l->stride_h, l->stride_w};
    const int tap_step[2] = {l->dilation_h, l->dilation_w};
    m->pad[0] = stored ? 0 : l->pad_top;
    m->pad[1] = stored ? 0 : l->pad_left;
    m->extent[0] = layer_padded_h(l) - (stored ? 0 : l->pad_bottom);
    m->extent[1] = layer_padded_w(l) - (stored ? 0 : l->pad_right);
    for (int k = 0; k < 2; k++) {
        int x = least(m->most[out[k]], walk->extent[out[k]]);
        int r = least(m->most[tap[k]], walk->extent[tap[k]]);
        m->span[k] = (x - 1) * step[k] + (r - 1) * tap_step[k] + 1;
    }
    describe_inside(walk, arch, m->pad, &m->key.inside);
    return m;
}

void nest_key_free(struct nest_key *m)
{
    if (m == NULL)
        return;
    free(m->levels);
    free(m);
}

static void tile_of(const struct nest_key *m, const struct nest_step *step,
                    struct pass_tile *out)
{
    const struct nest_walk *w = m->walk;
    const struct layer *l = &w->layer;
    int base[NEST_DIMS] = {0};
    for (int i = 0; i < w->pass_loops; i++)
        base[w->loop[i].dim] += step->value[i] * w->loop[i].tile;
    for (int d = 0; d < NEST_DIMS; d++)
        out->left[d] = least(w->extent[d] - base[d], m->most[d]);
    const int first[2] = {
        base[NEST_P] * l->stride_h + base[NEST_R] * l->dilation_h,
        base[NEST_Q] * l->stride_w + base[NEST_S] * l->dilation_w};
    for (int k = 0; k < 2; k++) {
        out->above[k] = least(0, first[k] - m->pad[k]);
        out->below[k] = least(m->span[k], m->extent[k] - first[k]);
    }
}

static struct pass_key listed_key(struct nest_key *m,
                                  const struct nest_pass_place *place,
                                  bool *is_as_before)
{
    const struct levels_key_pass was = m->levels->pass;
    levels_key_set(&m->levels->pass, m->arch, m->walk, place);
    *is_as_before = m->latest.n_bytes > 0 &&
                    memcmp(&was, &m->levels->pass, sizeof(was)) == 0;
    if (!*is_as_before)
        m->latest = pass_key_of(m->levels, sizeof(*m->levels));
    return m->latest;
}

struct pass_key nest_key_make(struct nest_key *m,
                              const struct nest_pass_place *place,
                              bool *is_as_before)
{
    struct key *k = &m->key;
    *is_as_before = false;
    if (m->levels != NULL)
        return listed_key(m, place, is_as_before);
    tile_of(m, &place->at, &k->at);
    k->reads_back = nest_walk_reads_back(m->walk, &place->at, LEVEL_RF);
    return pass_key_of(k, sizeof(*k));
}
