/* rs_estimate.c - estimates the cycles of row-stationary mappings, so that the
 * dataflow can choose one, and bounds them from below, so that it need not look
 * at all. What many mappings share is worked out once.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/rs/rs_estimate.h"

#include <math.h>

#include "dataflows/dram_rate.h"

/* Bytes of a word in the estimate. Assumed: 16 bits, whatever the precision.
 * Like the next figure, it only decides which mapping is chosen. */
static const double WORD_BYTES = 2;
/* Assumed: the weights of DRAM's traffic and of the array's time, shares of the
 * time of each, by which mappings that take equally long are told apart. */
static const double TRAFFIC_SHARE = 1e-3, ARRAY_SHARE = 1e-4;

/* array: with what DRAM exposes; traffic: its time alone. */
static double weighed(double array, double traffic)
{
    return max_real(array, traffic) + array * ARRAY_SHARE +
           traffic * TRAFFIC_SHARE;
}

static double word_cycles_of(const struct arch *a)
{
    return WORD_BYTES * dram_cycles_per_byte(a);
}

/* Cycles in which a pass begins and ends beside its work: L2 answers, words
 * cross fifos and a register file, and its last psums are added up along a
 * chain of so many rows of PEs. */
static double ramp_cycles(const struct arch *a, int rows)
{
    const int adds = a->psum_reduce == PSUM_CHAIN ? rows : 1;
    return a->l2_latency_cycles + 3.0 + (double)adds * a->pipeline_cycles;
}

/* Images x ofmap rows x ofmap columns, in tiles. */
static double rs_strips(const struct layer *l, const struct tiling *t)
{
    return (double)ceil_div(l->N, t->n) * ceil_div(l->P, t->e) *
           ceil_div(l->Q, t->w);
}

double rs_passes(const struct layer *l, const struct mapping *m)
{
    const int *v = m->value;
    struct tiling t;
    rs_tiling(m, &t);
    double strips = rs_strips(l, &t);
    double c_tiles = ceil_div(group_c(l), t.c);
    double filter_tiles =
        (double)ceil_div(group_m(l), t.m) * ceil_div(t.m, t.f);
    double inner = (double)ceil_div(l->R, v[RS_FR]) * ceil_div(l->S, v[RS_FC]);
    return ceil_div(l->G, v[RS_G]) * strips * c_tiles * filter_tiles * inner;
}

double rs_estimate(const struct arch *a, const struct layer *l,
                   const struct mapping *m)
{
    const int *v = m->value;
    const struct network_arch *net = a->network;
    struct tiling t;
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    rs_tiling(m, &t);
    tiling_fits(a, l, &t, buffers, banks, &tensor, &lacking);

    double windows = (double)v[RS_N] * v[RS_W];
    double taps = (double)v[RS_Q] * v[RS_FC];
    const struct zero_shares left = zero_shares_of(a, l, TENSOR_IFMAP);
    double macs =
        windows * (zero_shares_window_cycles(&left, (int)taps, v[RS_P]) +
                   (a->psum_add == PSUM_ADD_OWN_CYCLE
                        ? zero_shares_add_cycles(&left, v[RS_P])
                        : 0));
    double chains = (double)v[RS_E] * v[RS_T] * v[RS_G];
    double psums = windows * chains *
                   ceil_div(v[RS_P], net[NETWORK_PSUM_OUT].words_per_slot) /
                   net[NETWORK_PSUM_OUT].slots_per_cycle;
    double rows = touched(v[RS_E], l->stride_h, v[RS_FR], l->dilation_h);
    double cols = touched(v[RS_W], l->stride_w, v[RS_FC], l->dilation_w);
    double ifmaps =
        left.sent[TENSOR_IFMAP] * v[RS_N] * v[RS_G] * t.c * rows * cols /
        (net[NETWORK_IFMAP].words_per_slot * arch_l2_slots(a, NETWORK_IFMAP));
    double filters =
        left.sent[TENSOR_FILTER] * taps * v[RS_P] * v[RS_T] * v[RS_G] *
        v[RS_R] * v[RS_FR] /
        (net[NETWORK_FILTER].words_per_slot * arch_l2_slots(a, NETWORK_FILTER));
    double pass = max_real(max_real(macs, psums), ifmaps) + filters +
                  ramp_cycles(a, v[RS_R] * v[RS_FR]);

    double strips = rs_strips(l, &t);
    double c_tiles = ceil_div(group_c(l), t.c);
    double m_tiles = ceil_div(group_m(l), t.m);
    double filter_tiles = m_tiles * ceil_div(t.m, t.f);
    double passes = rs_passes(l, m);
    const int groups = ceil_div(l->G, v[RS_G]);

    double word_cycles = word_cycles_of(a);
    const bool keeps_ifmap = tiling_keeps(&t, TENSOR_IFMAP);
    const bool keeps_filter = tiling_keeps(&t, TENSOR_FILTER);
    t.kept = 0;
    double ifmap_words = groups * (keeps_ifmap ? 1 : m_tiles) * strips *
                         c_tiles * (double)tiling_l2_words(l, &t, TENSOR_IFMAP);
    double ofmap_words = (double)l->N * l->M * l->P * l->Q;
    double filter_words = groups * (keeps_filter ? 1 : strips) * c_tiles *
                          filter_tiles *
                          (double)tiling_l2_words(l, &t, TENSOR_FILTER);
    double exposed =
        (buffers[TENSOR_IFMAP] == 1 && !keeps_ifmap ? ifmap_words : 0) +
        (buffers[TENSOR_PSUM] == 1 ? ofmap_words : 0);
    double all = (ifmap_words + ofmap_words + filter_words) * word_cycles;
    return weighed(passes * pass + exposed * word_cycles, all);
}

/* Makes a bound a little smaller, so that rounding cannot put it above the
 * estimate. */
static double at_least(double cycles)
{
    return cycles * (1 - 1e-9);
}

void rs_strip_set(struct rs_strip *s, const struct arch *a,
                  const struct layer *l, const struct mapping *m)
{
    const int *v = m->value;
    const struct tiling channel = {1, v[RS_N], v[RS_E], 1, 1, 1, v[RS_W], 0};
    const struct network_arch *in = &a->network[NETWORK_IFMAP];
    s->arch = a;
    s->layer = l;
    s->n = v[RS_N];
    s->e = v[RS_E];
    s->w = v[RS_W];
    s->fr = v[RS_FR];
    s->fc = v[RS_FC];
    s->kept = tiling_kept_by(v[RS_KEEP]);
    s->strips = rs_strips(l, &channel);
    s->inner = (double)ceil_div(l->R, s->fr) * ceil_div(l->S, s->fc);
    s->ifmap_words = (double)tiling_l2_words(l, &channel, TENSOR_IFMAP);
    s->psum_words = (double)tiling_l2_words(l, &channel, TENSOR_PSUM);
    s->left = zero_shares_of(a, l, TENSOR_IFMAP);
    s->delivered = s->left.sent[TENSOR_IFMAP] * s->n *
                   touched(s->e, l->stride_h, s->fr, l->dilation_h) *
                   touched(s->w, l->stride_w, s->fc, l->dilation_w) /
                   in->words_per_slot / arch_l2_slots(a, NETWORK_IFMAP);
    s->word_cycles = word_cycles_of(a);
}

/* Tiles that the filters are cut into at least, by the psums that fit into L2
 * beside an ifmap tile of c channels; 0: none does. */
static int m_tiles(const struct rs_strip *s, int c)
{
    const int *bits = s->arch->precision_bits;
    double room = 8.0 * (double)s->arch->l2_bytes -
                  s->ifmap_words * c * bits[TENSOR_IFMAP];
    double filter = s->psum_words * bits[TENSOR_PSUM];
    int filters = group_m(s->layer);
    if (room < filter)
        return 0;
    return room < filter * filters ? ceil_div(filters, (int)(room / filter))
                                   : 1;
}

/* Words of ifmap and filter that the array waits for, because L2 has only one
 * buffer for them. */
static double exposed_words(const struct rs_strip *s, double ifmaps,
                            double ofmaps)
{
    const bool is_kept = (s->kept >> TENSOR_IFMAP & 1) != 0;
    return (s->arch->l2_buffers[TENSOR_IFMAP] == 1 && !is_kept ? ifmaps : 0) +
           (s->arch->l2_buffers[TENSOR_PSUM] == 1 ? ofmaps : 0);
}

/* How often DRAM sends an operand's words, of so many times. */
static double loads(const struct rs_strip *s, enum tensor tensor, double times)
{
    return (s->kept >> tensor & 1) != 0 ? 1 : times;
}

static double ofmap_words(const struct layer *l)
{
    return (double)l->N * l->M * l->P * l->Q;
}

static double taps_of(const struct rs_strip *s, int q)
{
    bool own = s->arch->psum_add == PSUM_ADD_OWN_CYCLE;
    return q * s->fc * zero_shares_product_cycles(&s->left, 0) +
           (own ? 1.0 / s->left.multipliers : 0);
}

/* The bound assumes tiles that divide evenly, and the psums of as many filters
 * in L2 as fit. */
double rs_strip_at_least(const struct rs_strip *s, int r, int t, int q_most,
                         int p_most, double c_tiles)
{
    const struct layer *l = s->layer;
    const struct network_arch *net = s->arch->network;
    const struct network_arch *out = &net[NETWORK_PSUM_OUT];
    int tiles = m_tiles(s, min_int(r, group_c(l)));
    if (tiles == 0)
        return HUGE_VAL;
    double windows = s->strips * s->inner * s->n * s->w;
    double f_tiles = max_real(l->G, (double)l->M / p_most / t);
    double macs = windows * l->M / t * c_tiles * taps_of(s, q_most);
    double psums = windows * l->M * s->e * c_tiles / out->words_per_slot /
                   out->slots_per_cycle;
    double delivered =
        f_tiles * s->strips * s->inner * group_c(l) * s->delivered;
    double filters = s->strips * l->M * group_c(l) * l->R * l->S;
    double loaded =
        loads(s, TENSOR_FILTER, s->strips) * l->M * group_c(l) * l->R * l->S;
    double ifmaps =
        loads(s, TENSOR_IFMAP, tiles) * s->strips * l->C * s->ifmap_words;
    double ofmaps = ofmap_words(l);
    double array = max_real(max_real(macs, psums), delivered) +
                   s->left.sent[TENSOR_FILTER] * filters /
                       net[NETWORK_FILTER].words_per_slot /
                       arch_l2_slots(s->arch, NETWORK_FILTER) +
                   f_tiles * s->strips * s->inner * c_tiles *
                       ramp_cycles(s->arch, r * s->fr);
    double exposed = exposed_words(s, ifmaps, ofmaps) * s->word_cycles;
    double all = (loaded + ifmaps + ofmaps) * s->word_cycles;
    return at_least(weighed(array + exposed, all));
}

void rs_channels_set(struct rs_channels *c, const struct rs_strip *s, int q,
                     int r, int t)
{
    const struct layer *l = s->layer;
    const struct network_arch *net = s->arch->network;
    const struct network_arch *out = &net[NETWORK_PSUM_OUT];
    int tiles = m_tiles(s, q * r);
    double c_tiles = l->G * s->strips * ceil_div(group_c(l), q * r);
    double windows = (double)s->n * s->w;
    double ifmaps =
        loads(s, TENSOR_IFMAP, tiles) * c_tiles * q * r * s->ifmap_words;
    double ofmaps = ofmap_words(l);
    c->strip = s;
    c->t = t;
    c->fits = tiles > 0;
    c->ramp = ramp_cycles(s->arch, r * s->fr);
    c->passes = c_tiles * s->inner;
    c->macs = windows * taps_of(s, q);
    c->psums = windows * s->e * t / out->slots_per_cycle;
    c->ifmaps = s->delivered * q * r;
    c->filters = s->left.sent[TENSOR_FILTER] * q * s->fc * t * r * s->fr /
                 net[NETWORK_FILTER].words_per_slot /
                 arch_l2_slots(s->arch, NETWORK_FILTER);
    c->moved_words = ifmaps + ofmaps;
    c->filter_words = c_tiles * t * q * r * l->R * l->S;
    if ((s->kept >> TENSOR_FILTER & 1) != 0)
        c->filter_words /= s->strips;
    c->exposed_words = exposed_words(s, ifmaps, ofmaps);
}

/* The bound takes the most filters at a time that fit: more of them need no
 * more passes and move no more words. */
double rs_channels_at_least(const struct rs_channels *c, int p)
{
    const struct rs_strip *s = c->strip;
    int per_slot = s->arch->network[NETWORK_PSUM_OUT].words_per_slot;
    double tiles = ceil_div(group_m(s->layer), p * c->t);
    double work = max_real(c->macs * p, c->psums * ceil_div(p, per_slot));
    double array = c->passes * tiles *
                   (max_real(work, c->ifmaps) + c->filters * p + c->ramp);
    double all =
        (c->moved_words + c->filter_words * tiles * p) * s->word_cycles;
    double exposed = c->exposed_words * s->word_cycles;
    return c->fits ? at_least(weighed(array + exposed, all)) : HUGE_VAL;
}
