/* rs_choose.c - a legal row-stationary mapping, the quickest by estimate.
 *
 * Enumerates set widths that divide the ofmap's rows evenly, the channels and
 * filters of a PE, and how the sets that fit stand on channels or filters.
 * The estimate is a bound per pass (MACs, networks) plus what DRAM exposes.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "dataflows/l1_shape.h"
#include "dataflows/rs.h"

struct shortage { /* why a candidate is illegal */
    const char *what, *unit;
    uint64_t words; /* or PE sets */
};

static int group_m(const struct layer *l)
{
    return l->M / l->G;
}

static int group_c(const struct layer *l)
{
    return l->C / l->G;
}

static bool lacks(struct shortage *s, const char *what, int64_t words)
{
    if (words <= 0)
        return false;
    s->what = what;
    s->unit = "words";
    s->words = (uint64_t)words;
    return true;
}

static bool rs_legal(const struct arch *a, const struct layer *l,
                     const struct mapping *m, struct shortage *why)
{
    static const char *const l2_short[TENSOR_N] = {
        "L2 (ifmap tile)", "L2 (filter tile)", "L2 (psum tile)"};
    const int *v = m->value;
    int64_t taps = (int64_t)v[RS_Q] * v[RS_FC];
    struct tiling t;
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    if (lacks(why, "pe.rf.ifmap_words", taps - a->rf_words[TENSOR_IFMAP]) ||
        lacks(why, "pe.rf.filter_words",
              taps * v[RS_P] - a->rf_words[TENSOR_FILTER]) ||
        lacks(why, "pe.rf.psum_words", v[RS_P] - a->rf_words[TENSOR_PSUM]))
        return false;
    if (v[RS_FR] > a->rows ||
        rs_set_capacity(a, v[RS_FR], v[RS_E]) < v[RS_R] * v[RS_T]) {
        int sets =
            v[RS_FR] > a->rows ? 0 : rs_set_capacity(a, v[RS_FR], v[RS_E]);
        why->what = "the array, for r * t sets of fr x e PEs,";
        why->unit = "PE sets";
        why->words = (uint64_t)(v[RS_R] * v[RS_T] - sets);
        return false;
    }
    rs_tiling(m, &t);
    if (!tiling_fits(a, l, &t, buffers, banks, &tensor, &lacking)) {
        why->what = l2_short[tensor];
        why->unit = "words";
        why->words = lacking;
        return false;
    }
    return true;
}

static double max2(double a, double b)
{
    return a > b ? a : b;
}

/* DRAM cycles per word. */
static double word_cycles_of(const struct arch *a)
{
    if (strcmp(a->dram_model, "bandwidth") != 0 ||
        a->dram_bytes_per_second == 0)
        return 0;
    return 2.0 * (double)a->clock_hz / (double)a->dram_bytes_per_second;
}

/* Tiles that the filters are cut into: of psums, and of filters in all. */
struct cuts {
    int m_tiles;
    double filter_tiles;
};

/* Estimated cycles of the layer with so many buffers of each tile. */
static double rs_cycles(const struct arch *a, const struct layer *l,
                        const struct mapping *m, struct cuts cuts,
                        const int buffers[TENSOR_N])
{
    const int *v = m->value;
    const struct network_arch *net = a->network;
    struct tiling t;
    rs_tiling(m, &t);

    double windows = (double)v[RS_N] * l->Q;
    double taps = (double)v[RS_Q] * v[RS_FC];
    double macs = windows * v[RS_P] *
                  (taps + (a->psum_add == PSUM_ADD_OWN_CYCLE ? 1 : 0));
    double chains = (double)v[RS_E] * v[RS_T];
    double psums = windows * chains *
                   ceil_div(v[RS_P], net[NETWORK_PSUM_OUT].words_per_slot) /
                   net[NETWORK_PSUM_OUT].slots_per_cycle;
    double rows = touched(v[RS_E], l->stride, v[RS_FR], l->dilation);
    double cols = touched(l->Q, l->stride, v[RS_FC], l->dilation);
    double ifmaps =
        (double)v[RS_N] * t.c * rows * cols /
        (net[NETWORK_IFMAP].words_per_slot * arch_l2_slots(a, NETWORK_IFMAP));
    double filters =
        taps * v[RS_P] * v[RS_T] * v[RS_R] * v[RS_FR] /
        (net[NETWORK_FILTER].words_per_slot * arch_l2_slots(a, NETWORK_FILTER));
    double pass = max2(max2(macs, psums), ifmaps) + filters;

    double strips = (double)ceil_div(l->N, t.n) * ceil_div(l->P, t.e);
    double c_tiles = ceil_div(group_c(l), t.c);
    double inner = (double)ceil_div(l->R, v[RS_FR]) * ceil_div(l->S, v[RS_FC]);
    double passes = l->G * strips * c_tiles * cuts.filter_tiles * inner;

    double word_cycles = word_cycles_of(a);
    double ifmap_words = l->G * cuts.m_tiles * strips * c_tiles *
                         (double)tiling_l2_words(l, &t, TENSOR_IFMAP);
    double ofmap_words = (double)l->N * l->M * l->P * l->Q;
    double filter_words = l->G * strips * c_tiles * cuts.filter_tiles *
                          (double)tiling_l2_words(l, &t, TENSOR_FILTER);
    double exposed = (buffers[TENSOR_IFMAP] == 1 ? ifmap_words : 0) +
                     (buffers[TENSOR_PSUM] == 1 ? ofmap_words : 0);
    double all = (ifmap_words + ofmap_words + filter_words) * word_cycles;
    return max2(passes * pass + exposed * word_cycles, all) + all * 1e-3;
}

static double rs_estimate(const struct arch *a, const struct layer *l,
                          const struct mapping *m)
{
    struct tiling t;
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    rs_tiling(m, &t);
    tiling_fits(a, l, &t, buffers, banks, &tensor, &lacking);
    struct cuts cuts = {ceil_div(group_m(l), t.m), ceil_div(t.m, t.f)};
    cuts.filter_tiles *= cuts.m_tiles;
    return rs_cycles(a, l, m, cuts, buffers);
}

/* No more filters' psums fit into L2 beside an ifmap tile of c channels. */
static int most_filters(const struct arch *a, const struct layer *l,
                        const struct mapping *m, int c)
{
    const int *v = m->value;
    const struct tiling t = {1, v[RS_N], v[RS_E], c, 1};
    const int *bits = a->precision_bits;
    uint64_t l2_bits = 8 * a->l2_bytes;
    uint64_t ifmap_bits =
        tiling_l2_words(l, &t, TENSOR_IFMAP) * (uint64_t)bits[TENSOR_IFMAP];
    uint64_t filter_bits =
        tiling_l2_words(l, &t, TENSOR_PSUM) * (uint64_t)bits[TENSOR_PSUM];
    uint64_t most =
        l2_bits > ifmap_bits ? (l2_bits - ifmap_bits) / filter_bits : 0;
    return most < (uint64_t)group_m(l) ? (int)most : group_m(l);
}

/* No m that fits is estimated at less: more filters at a time need no more
 * passes and move no more words.  Each step of the sum rounds the same way. */
static double rs_at_least(const struct arch *a, const struct layer *l,
                          const struct mapping *m)
{
    const int *v = m->value;
    int most = most_filters(a, l, m, v[RS_Q] * v[RS_R]);
    int buffers[TENSOR_N];
    if (most == 0)
        return HUGE_VAL;
    struct cuts cuts = {ceil_div(group_m(l), most),
                        ceil_div(group_m(l), v[RS_P] * v[RS_T])};
    for (int k = 0; k < TENSOR_N; k++)
        buffers[k] = a->l2_buffers[k] == 1 ? 1 : 2;
    return rs_cycles(a, l, m, cuts, buffers);
}

/* Nor do any p and m of these sets, if a PE holds at most q channels and
 * p_most filters: tiles that divide evenly, as many filters' psums in L2 as
 * fit.
 * c_tiles: at least so many.  Rounding is left some room. */
static double sets_at_least(const struct arch *a, const struct layer *l,
                            const struct mapping *m, int q, int p_most,
                            double c_tiles)
{
    const int *v = m->value;
    const struct network_arch *net = a->network;
    const struct network_arch *in = &net[NETWORK_IFMAP];
    const struct network_arch *out = &net[NETWORK_PSUM_OUT];
    const struct tiling channel = {1, v[RS_N], v[RS_E], 1, 1};
    double strips = (double)ceil_div(l->N, v[RS_N]) * ceil_div(l->P, v[RS_E]);
    double cuts = (double)ceil_div(l->R, v[RS_FR]) * ceil_div(l->S, v[RS_FC]);
    double windows = strips * cuts * v[RS_N] * l->Q;
    double f_tiles = max2(l->G, (double)l->M / p_most / v[RS_T]);
    double strip_words = (double)tiling_l2_words(l, &channel, TENSOR_IFMAP);
    int most = most_filters(a, l, m, min_int(v[RS_R], group_c(l)));
    if (most == 0)
        return HUGE_VAL;
    double m_tiles = ceil_div(group_m(l), most);

    double macs =
        windows * l->M / v[RS_T] * c_tiles *
        ((double)q * v[RS_FC] + (a->psum_add == PSUM_ADD_OWN_CYCLE ? 1 : 0));
    double psums = windows * l->M * v[RS_E] * c_tiles / out->words_per_slot /
                   out->slots_per_cycle;
    double filters = strips * l->M * group_c(l) * l->R * l->S;
    double ifmaps = m_tiles * strips * l->C * strip_words;
    double ofmaps = (double)l->N * l->M * l->P * l->Q;
    double exposed = (a->l2_buffers[TENSOR_IFMAP] == 1 ? ifmaps : 0) +
                     (a->l2_buffers[TENSOR_PSUM] == 1 ? ofmaps : 0);
    double delivered = f_tiles * strips * cuts * group_c(l) * v[RS_N] *
                       touched(v[RS_E], l->stride, v[RS_FR], l->dilation) *
                       touched(l->Q, l->stride, v[RS_FC], l->dilation) /
                       in->words_per_slot / arch_l2_slots(a, NETWORK_IFMAP);
    double array = max2(max2(macs, psums), delivered) +
                   filters / net[NETWORK_FILTER].words_per_slot /
                       arch_l2_slots(a, NETWORK_FILTER);
    double word_cycles = word_cycles_of(a);
    double all = (filters + ifmaps + ofmaps) * word_cycles;
    return (max2(array + exposed * word_cycles, all) + all * 1e-3) * (1 - 1e-9);
}

/* The largest m (a multiple of f, or all) that L2 takes; 0 = none. */
static int largest_m(const struct arch *a, const struct layer *l,
                     struct mapping *m, const int given[RS_PARAMS],
                     struct shortage *why)
{
    int f = m->value[RS_P] * m->value[RS_T];
    if (given[RS_M] > 0) {
        m->value[RS_M] = given[RS_M];
        return rs_legal(a, l, m, why) ? given[RS_M] : 0;
    }
    int low = 0, high = ceil_div(group_m(l), f);
    while (low < high) {
        int middle = (low + high + 1) / 2;
        m->value[RS_M] = min_int(middle * f, group_m(l));
        if (rs_legal(a, l, m, why))
            low = middle;
        else
            high = middle - 1;
    }
    if (low == 0)
        return 0;
    /* As many tiles, but of even size. */
    int tiles = ceil_div(ceil_div(group_m(l), f), low);
    int even = ceil_div(ceil_div(group_m(l), f), tiles);
    return min_int(even * f, group_m(l));
}

struct best {
    bool found;
    double cycles;
    double limit; /* 0: none; some mapping is estimated at that */
    bool samples; /* only the fullest register files, to find a limit */
    struct mapping mapping;
    struct shortage why; /* of the smallest candidate that failed */
};

/* The first of the quickest mappings is looked for. */
static bool is_too_slow(const struct best *best, double at_least)
{
    return (best->found && at_least >= best->cycles) ||
           (best->limit > 0 && at_least > best->limit);
}

static void consider(const struct arch *a, const struct layer *l,
                     struct mapping *m, const int given[RS_PARAMS],
                     struct best *best)
{
    struct shortage why = {"", "", 0};
    if (is_too_slow(best, rs_at_least(a, l, m)))
        return;
    m->value[RS_M] = min_int(m->value[RS_P] * m->value[RS_T], group_m(l));
    int filters = largest_m(a, l, m, given, &why);
    if (filters == 0) {
        if (best->why.what == NULL || (why.words < best->why.words))
            best->why = why;
        return;
    }
    m->value[RS_M] = filters;
    double cycles = rs_estimate(a, l, m);
    if (!best->found || cycles < best->cycles) {
        best->found = true;
        best->cycles = cycles;
        best->mapping = *m;
    }
}

struct range {
    int from, to;
};

static struct range range_of(int given, int to)
{
    struct range r = {given > 0 ? given : 1, given > 0 ? given : to};
    return r;
}

static void try_filters(const struct arch *a, const struct layer *l,
                        struct mapping *m, const int given[RS_PARAMS],
                        struct best *best)
{
    int taps = m->value[RS_Q] * m->value[RS_FC];
    int most =
        min_int(a->rf_words[TENSOR_PSUM], a->rf_words[TENSOR_FILTER] / taps);
    /* Where not even one fits, it shows what is short. */
    most = most > 0 ? most : 1;
    struct range p = range_of(given[RS_P], min_int(group_m(l), most));
    double c_tiles = ceil_div(group_c(l), m->value[RS_Q] * m->value[RS_R]);
    if (is_too_slow(best,
                    sets_at_least(a, l, m, m->value[RS_Q], p.to, c_tiles)))
        return;
    for (int k = p.from; !best->samples && k > 0 && k <= p.to;
         k = tiling_next_even(group_m(l), k)) {
        m->value[RS_P] = k;
        consider(a, l, m, given, best);
    }
    if (best->samples || (given[RS_P] == 0 && p.to >= 1 && p.to < group_m(l))) {
        m->value[RS_P] = p.to;
        consider(a, l, m, given, best);
    }
}

static void try_pe(const struct arch *a, const struct layer *l,
                   struct mapping *m, const int given[RS_PARAMS],
                   struct best *best)
{
    struct range q =
        range_of(given[RS_Q], min_int(group_c(l), a->rf_words[TENSOR_IFMAP] /
                                                      m->value[RS_FC]));
    int p = given[RS_P] > 0 ? given[RS_P] : a->rf_words[TENSOR_PSUM];
    double c_tiles = (double)group_c(l) / m->value[RS_R] / q.to;
    if (q.to < 1 || is_too_slow(best, sets_at_least(a, l, m, q.to, p, c_tiles)))
        return;
    for (m->value[RS_Q] = q.from; m->value[RS_Q] <= q.to; m->value[RS_Q]++)
        try_filters(a, l, m, given, best);
}

static void try_sets(const struct arch *a, const struct layer *l,
                     struct mapping *m, const int given[RS_PARAMS],
                     struct best *best)
{
    struct range e = range_of(given[RS_E], l->P);
    for (int k = e.from; k > 0 && k <= e.to; k = tiling_next_even(l->P, k)) {
        int sets = rs_set_capacity(a, m->value[RS_FR], k);
        m->value[RS_E] = k;
        if (sets == 0 && given[RS_E] == 0)
            break;
        struct range r =
            range_of(given[RS_R], min_int(sets > 0 ? sets : 1, group_c(l)));
        for (m->value[RS_R] = r.from; m->value[RS_R] <= r.to;
             m->value[RS_R]++) {
            int t = sets / m->value[RS_R];
            t = given[RS_T] > 0 ? given[RS_T] : min_int(t, group_m(l));
            m->value[RS_T] = t > 0 ? t : 1;
            try_pe(a, l, m, given, best);
        }
    }
}

static void try_images(const struct arch *a, const struct layer *l,
                       struct mapping *m, const int given[RS_PARAMS],
                       struct best *best)
{
    struct range n = range_of(given[RS_N], l->N);
    for (int k = n.from; k > 0 && k <= n.to; k = tiling_next_even(l->N, k)) {
        m->value[RS_N] = k;
        try_sets(a, l, m, given, best);
    }
}

bool rs_choose(const struct arch *arch, const struct layer *layer,
               const struct given_mapping *given, struct mapping *out,
               struct diag *d)
{
    const int extent[RS_PARAMS] = {
        [RS_M] = group_m(layer), [RS_N] = layer->N,
        [RS_E] = layer->P,       [RS_P] = group_m(layer),
        [RS_Q] = group_c(layer), [RS_R] = group_c(layer),
        [RS_T] = group_m(layer), [RS_FR] = layer->R,
        [RS_FC] = layer->S};
    int fixed[RS_PARAMS] = {0};
    struct src_pos at = {NULL, 0};
    if (arch->psum_reduce == PSUM_TREE)
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "layer '%s' has no legal 'rs' mapping: chains of PE "
                         "sets need 'noc.psum_reduce' = 'chain'",
                         layer->name);
    if (!l1_takes_slots(arch, layer, rs_dataflow.name, d))
        return false;
    for (int k = 0; k < given->n; k++) {
        int i = dataflow_param_index(&rs_dataflow, given->param[k].name);
        SIM_CHECK(i >= 0);
        fixed[i] = min_int(given->param[k].value, extent[i]);
        at = given->param[k].at;
    }
    struct mapping m = {{0}};
    int fr = min_int(layer->R, arch->rows);
    int fc = min_int(layer->S, arch->rf_words[TENSOR_IFMAP]);
    m.value[RS_FR] = fixed[RS_FR] > 0
                         ? fixed[RS_FR]
                         : ceil_div(layer->R, ceil_div(layer->R, fr));
    m.value[RS_FC] = fixed[RS_FC] > 0
                         ? fixed[RS_FC]
                         : ceil_div(layer->S, ceil_div(layer->S, fc));
    struct best sample = {.samples = true};
    try_images(arch, layer, &m, fixed, &sample);
    struct best best = {.limit = sample.found ? sample.cycles : 0};
    try_images(arch, layer, &m, fixed, &best);
    if (!best.found)
        return diag_fail(
            d, EXIT_NO_MAPPING, at,
            "layer '%s' has no legal 'rs' mapping%s: %s is short by %llu %s; "
            "enlarge it or choose smaller mapping parameters",
            layer->name, given->n > 0 ? " with the parameters given" : "",
            best.why.what != NULL ? best.why.what : "pe.rf.ifmap_words",
            (unsigned long long)best.why.words,
            best.why.what != NULL ? best.why.unit : "words");
    *out = best.mapping;
    return true;
}
