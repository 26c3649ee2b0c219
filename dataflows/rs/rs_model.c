/* rs_model.c - row stationary in closed form: every access of every level and
 * link, as sums over tiles that factor.  Calls nothing of the programs.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/l1_kept_model.h"
#include "dataflows/rs/rs.h"

typedef uint64_t u64;

/* Shapes a pass that takes so many filters, ofmap rows and channels of a group,
 * and filter rows. */
static void shape_pass(const int *v, const struct layer *l, int groups, int f,
                       int e, int c, int fr, struct l1_passes *p)
{
    const int sets = ceil_div(f, v[RS_P]);
    p->used = (struct pe_sets){groups * sets, e, ceil_div(c, v[RS_Q]), fr};
    p->groups = groups;
    p->filters = min_int(f, v[RS_P]);
    p->filters_tail = f - (sets - 1) * v[RS_P];
    p->channels = min_int(c, v[RS_Q]);
    p->channels_tail = c - (p->used.blocks - 1) * v[RS_Q];
    p->chain_step = l->stride_h;
    p->row_step = l->dilation_h;
}

static u64 columns_of(const struct layer *l, int n, int w, int fc)
{
    return (u64)n * (u64)touched(w, l->stride_w, fc, l->dilation_w);
}

/* What L1s keep: chunks of the filters tell all words apart. */
static void kept_inner(const struct l1_dataflow *d, const int *size,
                       struct tile_sizes inner[2])
{
    (void)size;
    inner[0] = tile_sizes_of(d->layer->R, d->mapping->value[RS_FR]);
    inner[1] = tile_sizes_of(d->layer->S, d->mapping->value[RS_FC]);
}

static void kept_pass(const struct l1_dataflow *d, const int *size,
                      struct l1_passes *p)
{
    const int fc = size[L1_LOOP_INNER1];
    shape_pass(d->mapping->value, d->layer, size[L1_LOOP_G], size[L1_LOOP_F],
               size[L1_LOOP_E], size[L1_LOOP_C], size[L1_LOOP_INNER0], p);
    p->held_words = (u64)fc;
    p->window_words =
        columns_of(d->layer, size[L1_LOOP_N], size[L1_LOOP_W], fc);
}

/* Passes of one strip (images x ofmap rows) and one tile of channels. */
static void expect_strip_l1(const struct arch *arch, const struct layer *l,
                            const int *v, int groups, int n, int e, int w,
                            int c, u64 times, struct counts *out)
{
    const struct tile_sizes R = tile_sizes_of(l->R, v[RS_FR]);
    const struct tile_sizes S = tile_sizes_of(l->S, v[RS_FC]);
    const struct tile_sizes M = tile_sizes_of(l->M / l->G, v[RS_M]);
    for (int k = 0; k < 16; k++) {
        int i = k >> 3, j = k >> 2 & 1, a = k >> 1 & 1, b = k & 1;
        if (M.times[a] == 0)
            continue;
        const struct tile_sizes F = tile_sizes_of(M.size[a], v[RS_P] * v[RS_T]);
        int f = F.size[b], fr = R.size[i], fc = S.size[j];
        struct l1_passes p = {
            .times = times * R.times[i] * S.times[j] * M.times[a] * F.times[b],
        };
        if (p.times == 0)
            continue;
        shape_pass(v, l, groups, f, e, c, fr, &p);
        p.held_words = (u64)fc;
        p.window_words = columns_of(l, n, w, fc);
        l1_expect_add(arch, &p, out);
    }
}

static void expect_l1(const struct arch *arch, const struct layer *l,
                      const int *v, struct counts *out)
{
    const struct tile_sizes N = tile_sizes_of(l->N, v[RS_N]);
    const struct tile_sizes P = tile_sizes_of(l->P, v[RS_E]);
    const struct tile_sizes Q = tile_sizes_of(l->Q, v[RS_W]);
    const struct tile_sizes C = tile_sizes_of(l->C / l->G, v[RS_Q] * v[RS_R]);
    const struct tile_sizes G = tile_sizes_of(l->G, v[RS_G]);
    for (int k = 0; k < 32; k++) {
        int g = k >> 4, a = k >> 3 & 1, b = k >> 2 & 1, w = k >> 1 & 1,
            c = k & 1;
        u64 times =
            G.times[g] * N.times[a] * P.times[b] * Q.times[w] * C.times[c];
        if (times > 0)
            expect_strip_l1(arch, l, v, G.size[g], N.size[a], P.size[b],
                            Q.size[w], C.size[c], times, out);
    }
}

void rs_expect(const struct arch *arch, const struct layer *l,
               const struct mapping *mapping, struct counts *out)
{
    const int *v = mapping->value;
    const u64 G = (u64)l->G, N = (u64)l->N;
    const int Mg = l->M / l->G, Cg = l->C / l->G;
    const u64 macs = layer_macs(l);
    const u64 outputs = N * (u64)l->M * (u64)l->P * (u64)l->Q;
    struct tiling t;
    rs_tiling(mapping, &t);

    /* Filter passes over an ifmap tile, ifmap strips over a filter tile,
     * reduction steps (c tile x filter chunk), chains' worth of PE rows. */
    const u64 filter_passes = sum_ceil(Mg, t.m, t.f);
    const u64 n_tiles = (u64)ceil_div(l->N, t.n);
    const u64 e_tiles = (u64)ceil_div(l->P, t.e);
    const u64 chunks =
        (u64)ceil_div(l->R, v[RS_FR]) * (u64)ceil_div(l->S, v[RS_FC]);
    const u64 reductions = (u64)ceil_div(Cg, t.c) * chunks;
    /* PE sets, summed over the channel tiles and over the filter tiles. */
    const u64 channel_sets = sum_ceil(Cg, t.c, v[RS_Q]);
    const struct tile_sizes E = tile_sizes_of(l->P, t.e);
    const u64 filter_sets = sum_ceil2(Mg, t.m, t.f, v[RS_P]);
    u64 rows = 0;
    for (int k = 0; k < 2; k++)
        if (E.times[k] > 0)
            rows +=
                E.times[k] * tiling_all_touched(l->R, v[RS_FR], l->dilation_h,
                                                E.size[k], l->stride_h);
    /* Each reads its slide of columns anew for each tile of columns, phase and
     * chunk. */
    const struct tile_sizes W = tile_sizes_of(l->Q, t.w);
    const u64 w_tiles = W.times[0] + W.times[1];
    u64 cols = 0;
    for (int k = 0; k < 2; k++)
        if (W.times[k] > 0)
            cols +=
                W.times[k] * tiling_all_touched(l->S, v[RS_FC], l->dilation_w,
                                                W.size[k], l->stride_w);

    *out = (struct counts){0};
    tiling_expect(arch, l, &t, out);
    counts_set_macs(arch, macs, out);

    const u64 filter_words = (u64)l->M * (u64)Cg * (u64)l->R * (u64)l->S;
    const u64 filter_sent = filter_words * n_tiles * e_tiles * w_tiles;
    const u64 filter_delivered = filter_words * n_tiles * (u64)l->P * w_tiles;
    const u64 ifmap_sent = G * filter_passes * N * (u64)Cg * rows * cols;
    const u64 ifmap_delivered =
        G * filter_sets * N * (u64)Cg * (u64)l->P * (u64)l->R * cols;
    const u64 psum_out = outputs * reductions;
    const u64 psum_in = outputs * (reductions - 1);
    /* One psum leaves each PE of a chain per window and filter. */
    const u64 emissions =
        outputs * channel_sets * (u64)l->R * (u64)ceil_div(l->S, v[RS_FC]);

    struct accesses *rf = out->access[LEVEL_RF];
    rf[TENSOR_IFMAP].reads = macs;
    rf[TENSOR_IFMAP].writes = ifmap_delivered;
    rf[TENSOR_FILTER].reads = macs;
    rf[TENSOR_FILTER].writes = filter_delivered;
    rf[TENSOR_PSUM].reads =
        macs - emissions +
        (arch->psum_add == PSUM_ADD_OWN_CYCLE ? emissions : 0);
    rf[TENSOR_PSUM].writes = macs;

    struct accesses *l2 = out->access[LEVEL_L2];
    l2[TENSOR_IFMAP].reads += ifmap_sent;
    l2[TENSOR_FILTER].reads += filter_sent;
    l2[TENSOR_PSUM].reads += psum_in;
    l2[TENSOR_PSUM].writes += psum_out;

    struct link_words *link = out->link;
    link[LINK_filter].words_sent = filter_sent;
    link[LINK_filter].words_delivered = filter_delivered;
    link[LINK_filter].hops = filter_delivered;
    link[LINK_ifmap].words_sent = ifmap_sent;
    link[LINK_ifmap].words_delivered = ifmap_delivered;
    link[LINK_ifmap].hops = ifmap_delivered;
    link[LINK_psum_in].words_sent = psum_in;
    link[LINK_psum_in].words_delivered = psum_in;
    link[LINK_psum_in].hops = psum_in;
    link[LINK_psum_out].words_sent = psum_out;
    link[LINK_psum_out].words_delivered = psum_out;
    link[LINK_psum_out].hops = psum_out;
    link[LINK_psum_link].words_sent = emissions - psum_out;
    link[LINK_psum_link].words_delivered = emissions - psum_out;
    link[LINK_psum_link].hops = emissions - psum_out;
    if (!arch->has_l1)
        return;
    l1_expect_start(arch, out);
    expect_l1(arch, l, v, out);
    const struct l1_dataflow keeps = {.arch = arch,
                                      .layer = l,
                                      .mapping = mapping,
                                      .inner = kept_inner,
                                      .pass = kept_pass};
    l1_expect_kept(&keeps, &t, out);
}

/* The PE at the bottom left of the first set has the most filters, channels
 * and windows of every pass. */
uint64_t rs_busiest_pe_cycles(const struct arch *arch, const struct layer *l,
                              const struct mapping *mapping)
{
    const int *v = mapping->value;
    const int Mg = l->M / l->G, Cg = l->C / l->G;
    struct tiling t;
    rs_tiling(mapping, &t);
    const u64 filters = sum_min2(Mg, t.m, t.f, v[RS_P]);
    const u64 row_chunks = (u64)ceil_div(l->R, v[RS_FR]);
    const u64 taps = sum_min(Cg, t.c, v[RS_Q]) * row_chunks * (u64)l->S;
    const u64 passes =
        (u64)ceil_div(Cg, t.c) * row_chunks * (u64)ceil_div(l->S, v[RS_FC]);
    const u64 windows = (u64)l->N * (u64)ceil_div(l->P, t.e) * (u64)l->Q;
    const u64 adds = arch->psum_add == PSUM_ADD_OWN_CYCLE ? passes : 0;
    return count_mul((u64)ceil_div(l->G, v[RS_G]) * filters,
                     count_mul(windows, taps + adds));
}
