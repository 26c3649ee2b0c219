/* rs_groups.c - row-stationary mappings with several groups of a layer side by
 * side, the quickest by estimate.
 *
 * A pass takes whole groups, so a group's channels and filters leave few
 * choices: which of them lie in one PE.  Images, ofmap rows and groups are cut
 * evenly.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/rs/rs.h"
#include "dataflows/rs/rs_estimate.h"

/* Cycles that a pass takes beside its work. Assumed; like the rest of the
 * estimate it only decides which mapping is chosen. */
enum { PASS_RAMP_CYCLES = 20 };

struct groups_search {
    const struct arch *arch;
    const struct layer *layer;
    const int *given; /* or 0 */
    bool found;
    double cycles; /* of the best */
    int pes;       /* that it uses */
    struct mapping m, best;
};

static double cycles_of(const struct groups_search *s, const struct mapping *m)
{
    return rs_estimate(s->arch, s->layer, m) +
           rs_passes(s->layer, m) * PASS_RAMP_CYCLES;
}

static int pes_of(const struct mapping *m)
{
    const int *v = m->value;
    return v[RS_G] * v[RS_R] * v[RS_T] * v[RS_FR] * v[RS_E];
}

/* It keeps the quickest, and of equally quick ones that with the most PEs:
 * where a network sets the pace, they wait less for each other's words. */
static void consider(struct groups_search *s)
{
    if (!rs_is_legal(s->arch, s->layer, &s->m))
        return;
    const double cycles = cycles_of(s, &s->m), near = 1e-9 * cycles;
    const int pes = pes_of(&s->m);
    if (s->found && (cycles > s->cycles + near ||
                     (cycles > s->cycles - near && pes <= s->pes)))
        return;
    s->found = true;
    s->cycles = cycles;
    s->pes = pes;
    s->best = s->m;
}

/* The value behind `size` of a parameter that cuts `extent` evenly, or 0; of
 * one that is given there is one value. */
static int next_size(const struct groups_search *s, int param, int extent,
                     int size)
{
    return s->given[param] > 0 ? 0 : tiling_next_even(extent, size);
}

static int first_size(const struct groups_search *s, int param)
{
    return s->given[param] > 0 ? s->given[param] : 1;
}

/* Channels and filters of a PE, and the sets that the others then need. */
static void try_group(struct groups_search *s, int sets)
{
    const struct arch *a = s->arch;
    const int Cg = group_c(s->layer), Mg = group_m(s->layer);
    int *v = s->m.value;
    const int q_most = min_int(Cg, a->rf_words[TENSOR_IFMAP] / v[RS_FC]);
    const int p_most = min_int(Mg, a->rf_words[TENSOR_PSUM]);
    v[RS_M] = s->given[RS_M] > 0 ? s->given[RS_M] : Mg;
    for (int q = first_size(s, RS_Q); q > 0 && q <= q_most;
         q = next_size(s, RS_Q, Cg, q))
        for (int p = first_size(s, RS_P); p > 0 && p <= p_most;
             p = next_size(s, RS_P, Mg, p)) {
            v[RS_Q] = q;
            v[RS_P] = p;
            v[RS_R] = s->given[RS_R] > 0 ? s->given[RS_R] : ceil_div(Cg, q);
            v[RS_T] = s->given[RS_T] > 0 ? s->given[RS_T] : ceil_div(Mg, p);
            if (v[RS_R] <= sets && v[RS_T] <= sets / v[RS_R])
                consider(s);
        }
}

static void try_strip(struct groups_search *s)
{
    const struct layer *l = s->layer;
    int *v = s->m.value;
    const int sets = rs_set_capacity(s->arch, v[RS_FR], v[RS_E]);
    const int most = min_int(min_int(arch_groups_max(s->arch), l->G), sets);
    for (int g = first_size(s, RS_G); g > 0 && g <= most;
         g = next_size(s, RS_G, l->G, g)) {
        v[RS_G] = g;
        if (g > 1)
            try_group(s, sets / g);
    }
    if (s->given[RS_G] == 0 && most > 1) {
        v[RS_G] = most;
        try_group(s, sets / most);
    }
}

bool rs_choose_groups(const struct arch *arch, const struct layer *layer,
                      const int given[RS_PARAMS], bool found,
                      struct mapping *best)
{
    struct groups_search s = {
        .arch = arch, .layer = layer, .given = given, .found = found};
    int *v = s.m.value;
    if (arch_groups_max(arch) == 1 || layer->G == 1)
        return false;
    if (found) {
        s.best = *best;
        s.cycles = cycles_of(&s, best);
        s.pes = pes_of(best);
    }
    v[RS_FR] = given[RS_FR];
    v[RS_FC] = given[RS_FC];
    v[RS_W] = given[RS_W];
    v[RS_KEEP] = given[RS_KEEP] > 0 ? given[RS_KEEP] : KEEP_NONE;
    if (v[RS_FR] > arch->rows)
        return false;
    const int n_most =
        min_int(layer->N, rs_images_max(layer, v[RS_W], v[RS_FC]));
    for (int n = first_size(&s, RS_N); n > 0 && n <= n_most;
         n = next_size(&s, RS_N, layer->N, n))
        for (int e = first_size(&s, RS_E); e > 0;
             e = next_size(&s, RS_E, layer->P, e)) {
            v[RS_N] = n;
            v[RS_E] = e;
            if (rs_set_capacity(arch, v[RS_FR], e) > 0)
                try_strip(&s);
        }
    *best = s.best;
    return s.found;
}
