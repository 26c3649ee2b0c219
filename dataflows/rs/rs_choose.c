/* rs_choose.c - a legal row-stationary mapping, the quickest by estimate.
 *
 * Enumerates set widths that divide the ofmap's rows evenly, the channels and
 * filters of a PE, and how the sets that fit stand on channels or filters; of
 * equally quick mappings the first is taken.  PE sets (n, e, r) are visited
 * from the most promising on, until the bound of what is left says that it
 * can't be quicker.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/l1_shape.h"
#include "dataflows/rs/rs.h"
#include "dataflows/rs/rs_estimate.h"
#include "pe/lanes.h"

/* What a mapping must fit, in the order in which it is looked at. */
enum limit { LIMIT_COUNTERS, LIMIT_RF, LIMIT_ARRAY, LIMIT_L2 };

struct shortage { /* why a candidate is illegal */
    enum limit limit;
    const char *what, *unit;
    uint64_t amount; /* in units */
};

static bool lacks(struct shortage *s, const char *what, int64_t words)
{
    if (words <= 0)
        return false;
    *s = (struct shortage){LIMIT_RF, what, "words", (uint64_t)words};
    return true;
}

/* Groups stand side by side as wholes: with all their channels and filters. */
static bool lacks_of_group(const struct layer *l, const int *v,
                           struct shortage *why)
{
    int channels = group_c(l) - v[RS_Q] * v[RS_R];
    int filters = group_m(l) - min_int(v[RS_M], v[RS_P] * v[RS_T]);
    if (channels <= 0 && filters <= 0)
        return false;
    *why = (struct shortage){
        LIMIT_ARRAY, "a pass, for whole groups side by side (q * r, p * t, m),",
        channels > 0 ? "channels" : "filters",
        (uint64_t)(channels > 0 ? channels : filters)};
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
    if (!rs_windows_are_counted(l, v[RS_W])) {
        *why = (struct shortage){
            LIMIT_COUNTERS, "a pass's counter of windows, for w columns,",
            "columns", (uint64_t)(v[RS_W] - LANE_WINDOWS_MAX * rs_phases(l))};
        return false;
    }
    const int images = rs_images_max(l, v[RS_W], v[RS_FC]);
    if (v[RS_N] > images) {
        *why = (struct shortage){LIMIT_COUNTERS,
                                 "a pass's counter of windows, for n images,",
                                 "images", (uint64_t)(v[RS_N] - images)};
        return false;
    }
    if (lacks(why, "pe.rf.ifmap_words", taps - a->rf_words[TENSOR_IFMAP]) ||
        lacks(why, "pe.rf.filter_words",
              taps * v[RS_P] - a->rf_words[TENSOR_FILTER]) ||
        lacks(why, "pe.rf.psum_words", v[RS_P] - a->rf_words[TENSOR_PSUM]))
        return false;
    const int sets = v[RS_G] * v[RS_R] * v[RS_T];
    if (v[RS_FR] > a->rows || rs_set_capacity(a, v[RS_FR], v[RS_E]) < sets) {
        int there =
            v[RS_FR] > a->rows ? 0 : rs_set_capacity(a, v[RS_FR], v[RS_E]);
        *why = (struct shortage){LIMIT_ARRAY,
                                 "the array, for g * r * t sets of fr x e PEs,",
                                 "PE sets", (uint64_t)(sets - there)};
        return false;
    }
    if (v[RS_G] > arch_groups_max(a)) {
        const bool few = a->groups_parallel < v[RS_G];
        *why = (struct shortage){
            LIMIT_ARRAY,
            few ? "array.groups_parallel"
                : "the array, whose rows and columns hold no 'g',",
            "groups", (uint64_t)(v[RS_G] - arch_groups_max(a))};
        return false;
    }
    if (v[RS_G] > 1 && lacks_of_group(l, v, why))
        return false;
    rs_tiling(m, &t);
    if (!tiling_fits(a, l, &t, buffers, banks, &tensor, &lacking)) {
        *why = (struct shortage){LIMIT_L2, l2_short[tensor], "words", lacking};
        return false;
    }
    return true;
}

bool rs_is_legal(const struct arch *arch, const struct layer *layer,
                 const struct mapping *mapping)
{
    struct shortage unread;
    return rs_legal(arch, layer, mapping, &unread);
}

/* Whether a is nearer to a legal candidate: it fits more; else, of the same
 * unit, it lacks less. */
static bool is_nearer(const struct shortage *a, const struct shortage *b)
{
    if (b->what == NULL || a->limit != b->limit)
        return b->what == NULL || a->limit > b->limit;
    return a->amount < b->amount;
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

/* An arrangement of PE sets that is still to be looked at: n, e and r, and the
 * t that goes with them. */
struct sets {
    double at_least; /* cycles of any mapping with them */
    uint64_t order;  /* among all */
    int n, e, r, t;
};

enum {
    SETS_MAX = 1 << 14, /* noted at a time: a few hundred kilobytes */
    FIRST_SETS = 8,     /* of them tried out of order */
};

struct search {
    const struct arch *arch;
    const struct layer *layer;
    int given[RS_PARAMS]; /* or 0 */
    struct mapping m;     /* being looked at */
    uint64_t order;       /* of its PE sets */
    struct rs_strip strip;
    struct rs_channels channels;
    bool found;
    double cycles; /* of the best */
    uint64_t best_order;
    struct mapping best;
    struct shortage why; /* of the nearest candidate that failed */
    struct sets *sets;
    int n_sets, room;
};

/* Whether a mapping with this bound need not be looked at. Of equally quick
 * mappings the first is wanted, so one that comes later must be quicker. */
static bool is_too_slow(const struct search *s, double at_least)
{
    return s->found && (at_least > s->cycles ||
                        (at_least == s->cycles && s->order >= s->best_order));
}

static void consider(struct search *s)
{
    struct shortage why = {LIMIT_COUNTERS, "", "", 0};
    struct mapping *m = &s->m;
    if (is_too_slow(s, rs_channels_at_least(&s->channels, m->value[RS_P])))
        return;
    m->value[RS_M] =
        min_int(m->value[RS_P] * m->value[RS_T], group_m(s->layer));
    int filters = largest_m(s->arch, s->layer, m, s->given, &why);
    if (filters == 0) {
        if (is_nearer(&why, &s->why))
            s->why = why;
        return;
    }
    m->value[RS_M] = filters;
    double cycles = rs_estimate(s->arch, s->layer, m);
    if (!is_too_slow(s, cycles)) {
        s->found = true;
        s->cycles = cycles;
        s->best_order = s->order;
        s->best = *m;
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

static void try_filters(struct search *s)
{
    const struct arch *a = s->arch;
    const struct layer *l = s->layer;
    int *v = s->m.value;
    int taps = v[RS_Q] * v[RS_FC];
    int most =
        min_int(a->rf_words[TENSOR_PSUM], a->rf_words[TENSOR_FILTER] / taps);
    /* Where not even one fits, it shows what is short. */
    most = most > 0 ? most : 1;
    struct range p = range_of(s->given[RS_P], min_int(group_m(l), most));
    double c_tiles = ceil_div(group_c(l), v[RS_Q] * v[RS_R]);
    if (is_too_slow(s, rs_strip_at_least(&s->strip, v[RS_R], v[RS_T], v[RS_Q],
                                         p.to, c_tiles)))
        return;
    rs_channels_set(&s->channels, &s->strip, v[RS_Q], v[RS_R], v[RS_T]);
    for (int k = p.from; k > 0 && k <= p.to;
         k = tiling_next_even(group_m(l), k)) {
        v[RS_P] = k;
        consider(s);
    }
    if (s->given[RS_P] == 0 && p.to >= 1 && p.to < group_m(l)) {
        v[RS_P] = p.to;
        consider(s);
    }
}

static struct range channels_of(const struct search *s)
{
    int most = s->arch->rf_words[TENSOR_IFMAP] / s->m.value[RS_FC];
    return range_of(s->given[RS_Q], min_int(group_c(s->layer), most));
}

static void try_sets(struct search *s)
{
    struct range q = channels_of(s);
    for (s->m.value[RS_Q] = q.from; s->m.value[RS_Q] <= q.to;
         s->m.value[RS_Q]++)
        try_filters(s);
}

static void try_noted(struct search *s, const struct sets *sets)
{
    int *v = s->m.value;
    v[RS_N] = sets->n;
    v[RS_E] = sets->e;
    v[RS_R] = sets->r;
    v[RS_T] = sets->t;
    s->order = sets->order;
    if (is_too_slow(s, sets->at_least))
        return;
    rs_strip_set(&s->strip, s->arch, s->layer, &s->m);
    try_sets(s);
}

/* Tries the noted PE sets. It begins with the most promising few, so that their
 * cycles limit all the others. */
static void try_all_noted(struct search *s)
{
    for (int i = 0; i < FIRST_SETS && s->n_sets > 0; i++) {
        int first = 0, n = 0;
        for (int k = 1; k < s->n_sets; k++)
            if (s->sets[k].at_least < s->sets[first].at_least)
                first = k;
        try_noted(s, &s->sets[first]);
        for (int k = 0; k < s->n_sets; k++) {
            s->order = s->sets[k].order;
            if (k != first && !is_too_slow(s, s->sets[k].at_least))
                s->sets[n++] = s->sets[k];
        }
        s->n_sets = n;
    }
    for (int i = 0; i < s->n_sets; i++)
        try_noted(s, &s->sets[i]);
    s->n_sets = 0;
}

static void note_sets(struct search *s)
{
    const int *v = s->m.value;
    struct range q = channels_of(s);
    int p =
        s->given[RS_P] > 0 ? s->given[RS_P] : s->arch->rf_words[TENSOR_PSUM];
    if (q.to < 1)
        return;
    double c_tiles = (double)group_c(s->layer) / v[RS_R] / q.to;
    double at_least =
        rs_strip_at_least(&s->strip, v[RS_R], v[RS_T], q.to, p, c_tiles);
    if (at_least == HUGE_VAL || is_too_slow(s, at_least))
        return;
    if (s->n_sets == s->room) {
        s->room = s->room > 0 ? 2 * s->room : 64;
        s->sets = xrealloc(s->sets, (size_t)s->room, sizeof(struct sets));
    }
    struct sets sets = {at_least, s->order, v[RS_N], v[RS_E], v[RS_R], v[RS_T]};
    s->sets[s->n_sets++] = sets;
    if (s->n_sets == SETS_MAX)
        try_all_noted(s);
}

static void visit_strip(struct search *s, void (*visit)(struct search *s),
                        uint64_t *order)
{
    int *v = s->m.value;
    int sets = rs_set_capacity(s->arch, v[RS_FR], v[RS_E]);
    if (sets == 0)
        sets = 1;
    struct range r = range_of(s->given[RS_R], min_int(sets, group_c(s->layer)));
    for (int k = r.from; k <= r.to; k++) {
        int t = min_int(sets / k, group_m(s->layer));
        t = s->given[RS_T] > 0 ? s->given[RS_T] : t;
        v[RS_R] = k;
        v[RS_T] = t > 0 ? t : 1;
        s->order = (*order)++;
        visit(s);
    }
}

static void visit_sets(struct search *s, void (*visit)(struct search *s))
{
    int *v = s->m.value;
    struct range n = range_of(
        s->given[RS_N],
        min_int(s->layer->N, rs_images_max(s->layer, v[RS_W], v[RS_FC])));
    struct range e = range_of(s->given[RS_E], s->layer->P);
    uint64_t order = 0;
    for (int i = n.from; i > 0 && i <= n.to;
         i = tiling_next_even(s->layer->N, i))
        for (int k = e.from; k > 0 && k <= e.to;
             k = tiling_next_even(s->layer->P, k)) {
            v[RS_N] = i;
            v[RS_E] = k;
            if (rs_set_capacity(s->arch, v[RS_FR], k) == 0 &&
                s->given[RS_E] == 0)
                break;
            rs_strip_set(&s->strip, s->arch, s->layer, &s->m);
            visit_strip(s, visit, &order);
        }
}

/* Whether L2 holds a row of w ofmap columns for q channels and p filters. */
static bool holds_row(const struct arch *a, const struct layer *l, int q, int p,
                      int w)
{
    const struct tiling t = {p, 1, 1, q, p, 1, w, 0};
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    return rs_windows_are_counted(l, w) &&
           tiling_fits(a, l, &t, buffers, banks, &tensor, &lacking);
}

bool rs_is_roomy(const struct arch *a, const struct layer *l, int w)
{
    const int *rf = a->rf_words;
    const int fc = min_int(l->S, rf[TENSOR_IFMAP]);
    const int q = min_int(group_c(l), rf[TENSOR_IFMAP] / fc);
    const int p = min_int(min_int(group_m(l), rf[TENSOR_PSUM]),
                          rf[TENSOR_FILTER] / (q * fc));
    return holds_row(a, l, q, p > 0 ? p : 1, w);
}

/* The widest even cut of an ofmap row that is roomy, else that fits at all. */
static int rs_width(const struct arch *a, const struct layer *l)
{
    int w = l->Q;
    while (w > 1 && !rs_is_roomy(a, l, w))
        w = rs_next_width(l, w);
    if (w > 1 || rs_is_roomy(a, l, 1))
        return w;
    w = l->Q;
    while (w > 1 && !holds_row(a, l, 1, 1, w))
        w = rs_next_width(l, w);
    return w;
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
        [RS_FC] = layer->S,      [RS_G] = layer->G,
        [RS_W] = layer->Q,       [RS_KEEP] = KEEP_BOTH};
    struct search s = {.arch = arch, .layer = layer};
    int *v = s.m.value;
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
        s.given[i] = min_int(given->param[k].value, extent[i]);
        at = given->param[k].at;
    }
    v[RS_KEEP] = s.given[RS_KEEP] > 0 ? s.given[RS_KEEP] : KEEP_NONE;
    if (tiling_keep_lacks(arch, layer, rs_dataflow.name, v[RS_KEEP], at, d))
        return false;
    int fr = min_int(layer->R, arch->rows);
    int fc = min_int(layer->S, arch->rf_words[TENSOR_IFMAP]);
    v[RS_FR] = s.given[RS_FR] > 0 ? s.given[RS_FR]
                                  : ceil_div(layer->R, ceil_div(layer->R, fr));
    v[RS_FC] = s.given[RS_FC] > 0 ? s.given[RS_FC]
                                  : ceil_div(layer->S, ceil_div(layer->S, fc));
    s.given[RS_FR] = v[RS_FR];
    s.given[RS_FC] = v[RS_FC];
    v[RS_W] = s.given[RS_W] > 0 ? s.given[RS_W] : rs_width(arch, layer);
    s.given[RS_W] = v[RS_W];
    v[RS_G] = 1;
    if (s.given[RS_G] <= 1) {
        visit_sets(&s, note_sets);
        try_all_noted(&s);
        free(s.sets);
    }
    if (s.given[RS_G] != 1 &&
        rs_choose_groups(arch, layer, s.given, s.found, &s.best))
        s.found = true;
    if (!s.found) {
        v[RS_G] = s.given[RS_G] > 0 ? s.given[RS_G] : 1;
        visit_sets(&s, try_sets); /* to see what is short */
    }
    if (!s.found)
        return diag_fail(
            d, EXIT_NO_MAPPING, at,
            "layer '%s' has no legal 'rs' mapping%s: %s is short by %llu %s; "
            "enlarge it or choose smaller mapping parameters",
            layer->name, given->n > 0 ? " with the parameters given" : "",
            s.why.what != NULL ? s.why.what : "pe.rf.ifmap_words",
            (unsigned long long)s.why.amount,
            s.why.what != NULL ? s.why.unit : "words");
    *out = s.best;
    return true;
}
