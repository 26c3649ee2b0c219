/* gemm.c - what the dataflows share that see a layer as a GEMM.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/gemm.h"

void gemm_tiling(const struct mapping *mapping, struct tiling *out)
{
    out->m = mapping->value[GEMM_M];
    out->n = mapping->value[GEMM_N];
    out->e = mapping->value[GEMM_E];
    out->c = mapping->value[GEMM_C];
    out->f = mapping->value[GEMM_F];
    out->g = 1;
    out->w = 0; /* all columns of a row */
    out->kept = tiling_kept_by(mapping->value[GEMM_KEEP]);
}

void gemm_given(const struct dataflow *dataflow,
                const struct given_mapping *given, const int *extent,
                int *fixed, struct src_pos *at)
{
    at->file = NULL;
    at->line = 0;
    for (int k = 0; dataflow->params[k].name != NULL; k++)
        fixed[k] = 0;
    for (int k = 0; k < given->n; k++) {
        int i = dataflow_param_index(dataflow, given->param[k].name);
        SIM_CHECK(i >= 0);
        fixed[i] = min_int(given->param[k].value, extent[i]);
        *at = given->param[k].at;
    }
}

bool gemm_is_countable(const struct layer *l)
{
    const uint64_t most = 1 << 30;
    uint64_t products = (uint64_t)(l->C / l->G) * (uint64_t)l->R;
    return products <= most && products * (uint64_t)l->S <= most &&
           (uint64_t)(l->M / l->G) <= most;
}

bool gemm_countable(const struct dataflow *dataflow, const struct layer *l,
                    struct diag *d)
{
    const struct src_pos at = {NULL, 0};
    if (gemm_is_countable(l))
        return true;
    return diag_fail(d, EXIT_NO_MAPPING, at,
                     "layer '%s' has no legal '%s' mapping: an output has more "
                     "than 2^30 products, or a group more than 2^30 filters; "
                     "split the layer",
                     l->name, dataflow->name);
}

bool gemm_choose_tiles(const struct dataflow *dataflow, const struct arch *arch,
                       const struct layer *layer, const struct gemm_cost *cost,
                       const int *fixed, struct src_pos at,
                       struct mapping *mapping, struct diag *d)
{
    struct tiling t;
    enum tensor tensor;
    uint64_t lacking;
    if (tiling_keep_lacks(arch, layer, dataflow->name, fixed[GEMM_KEEP], at, d))
        return false;
    if (!tiling_choose_gemm(arch, layer, cost, fixed, &t, &tensor, &lacking)) {
        if (lacking == 0) /* not L2: no tile was small enough to be tried */
            return diag_fail(d, EXIT_NO_MAPPING, at,
                             "layer '%s' has no legal '%s' mapping: a tile has "
                             "more than 2^30 outputs; choose a smaller "
                             "'mapping.n' or 'mapping.e'",
                             layer->name, dataflow->name);
        return diag_fail(
            d, EXIT_NO_MAPPING, at,
            "layer '%s' has no legal '%s' mapping: L2 is short by %llu words "
            "for the %s tile; enlarge 'l2.bytes' or choose smaller mapping "
            "parameters",
            layer->name, dataflow->name, (unsigned long long)lacking,
            tensor_name[tensor]);
    }
    mapping->value[GEMM_M] = t.m;
    mapping->value[GEMM_N] = t.n;
    mapping->value[GEMM_E] = t.e;
    mapping->value[GEMM_C] = t.c;
    mapping->value[GEMM_F] = t.f;
    mapping->value[GEMM_KEEP] =
        fixed[GEMM_KEEP] > 0 ? fixed[GEMM_KEEP] : KEEP_NONE;
    return true;
}

bool gemm_rf_short(const struct dataflow *dataflow, const struct layer *layer,
                   const char *key, int words, struct src_pos at,
                   struct diag *d)
{
    return diag_fail(d, EXIT_NO_MAPPING, at,
                     "layer '%s' has no legal '%s' mapping: '%s' is short by "
                     "%d words; enlarge it or choose smaller mapping "
                     "parameters",
                     layer->name, dataflow->name, key, words);
}

void gemm_show_tiles(const struct dataflow *dataflow, const struct layer *l,
                     const struct mapping *mapping, FILE *to)
{
    const int *v = mapping->value;
    fprintf(to, "mapping of '%s' by %s; to ask for it:", l->name,
            dataflow->name);
    for (int k = 0; dataflow->params[k].name != NULL; k++)
        if (dataflow_param_is_told(dataflow->params[k].name, v[k]))
            fprintf(to, " --set mapping.%s=%d", dataflow->params[k].name, v[k]);
    fprintf(to,
            "\nfor g in 0..%d                 DRAM -> L2\n"
            " for m2 in 0..%d               %d filters' psums in L2\n"
            "  for n2 in 0..%d              %d images\n"
            "   for e2 in 0..%d             %d ofmap rows\n"
            "    for c2 in 0..%d            %d channels' ifmap tile\n"
            "     for f2 in 0..%d           %d filters' tile\n",
            l->G, ceil_div(l->M / l->G, v[GEMM_M]), v[GEMM_M],
            ceil_div(l->N, v[GEMM_N]), v[GEMM_N], ceil_div(l->P, v[GEMM_E]),
            v[GEMM_E], ceil_div(l->C / l->G, v[GEMM_C]), v[GEMM_C],
            ceil_div(v[GEMM_M], v[GEMM_F]), v[GEMM_F]);
    tiling_show_kept(v[GEMM_KEEP], to);
}

void gemm_pixel(const struct program *program, const struct pass_place *place,
                int x, int *n, int *p, int *q)
{
    *q = x % program->layer.Q;
    *p = place->p0 + x / program->layer.Q % place->e;
    *n = place->n0 + x / program->layer.Q / place->e;
}

void gemm_ifmap_word(const struct program *program,
                     const struct pass_place *place, int x, int k, int coord[4])
{
    const struct layer *l = &program->layer;
    int n, p, q, c, r, s;
    gemm_pixel(program, place, x, &n, &p, &q);
    product_coord(l, k, &c, &r, &s);
    coord[0] = n;
    coord[1] = place->g * (l->C / l->G) + place->c0 + c;
    coord[2] = p * l->stride_h + r * l->dilation_h;
    coord[3] = q * l->stride_w + s * l->dilation_w;
}

void gemm_filter_word(const struct program *program,
                      const struct pass_place *place, int filter, int k,
                      int coord[4])
{
    const struct layer *l = &program->layer;
    int c, r, s;
    product_coord(l, k, &c, &r, &s);
    coord[0] = place->g * (l->M / l->G) + place->f0 + filter;
    coord[1] = place->c0 + c;
    coord[2] = r;
    coord[3] = s;
}

void gemm_psum_word(const struct program *program,
                    const struct pass_place *place, int x, int filter,
                    int coord[4])
{
    const struct layer *l = &program->layer;
    int n, p, q;
    gemm_pixel(program, place, x, &n, &p, &q);
    coord[0] = n;
    coord[1] = place->g * (l->M / l->G) + place->f0 + filter;
    coord[2] = p;
    coord[3] = q;
}

void gemm_windows(struct multicast_pass *pass, int n)
{
    const int most = 32767;
    pass->groups[0] = (uint32_t)(n < most ? 1 : n / most);
    pass->windows[0] = (uint32_t)min_int(n, most);
    if (n <= most || n % most == 0)
        return;
    pass->groups[1] = 1;
    pass->windows[1] = (uint32_t)(n % most);
}

uint64_t gemm_output_folds(const struct layer *l, const struct tiling *t,
                           int fold)
{
    const uint64_t Q = (uint64_t)l->Q, x = (uint64_t)fold;
    const uint64_t n = (uint64_t)t->n, e = (uint64_t)t->e;
    const uint64_t n_tail = (uint64_t)(l->N % t->n);
    const uint64_t e_tail = (uint64_t)(l->P % t->e);
    const uint64_t n_tiles = (uint64_t)(l->N / t->n);
    const uint64_t e_tiles = (uint64_t)(l->P / t->e);
    return n_tiles * (e_tiles * ceil_div_u64(n * e * Q, x) +
                      ceil_div_u64(n * e_tail * Q, x)) +
           e_tiles * ceil_div_u64(n_tail * e * Q, x) +
           ceil_div_u64(n_tail * e_tail * Q, x);
}

struct gemm_output_tiles gemm_output_tiles_of(const struct layer *l,
                                              const struct tiling *t)
{
    const struct tile_sizes N = tile_sizes_of(l->N, t->n);
    const struct tile_sizes E = tile_sizes_of(l->P, t->e);
    struct gemm_output_tiles out;
    for (int k = 0; k < 4; k++) {
        out.times[k] = N.times[k & 1] * E.times[k >> 1];
        out.outputs[k] =
            out.times[k] > 0 ? N.size[k & 1] * E.size[k >> 1] * l->Q : 0;
    }
    return out;
}

uint64_t gemm_busiest_outputs(const struct layer *l, const struct tiling *t,
                              int fold, int p)
{
    const struct gemm_output_tiles tiles = gemm_output_tiles_of(l, t);
    uint64_t sum = 0;
    for (int k = 0; k < 4; k++)
        sum += tiles.times[k] * sum_min2(tiles.outputs[k], fold, fold, p);
    return sum;
}

uint64_t gemm_product_folds(const struct arch *arch, const struct layer *l,
                            const struct tiling *t, int fold)
{
    const int Cg = l->C / l->G, taps = gemm_row_taps(arch, l);
    return (uint64_t)gemm_tap_turns(arch, l) *
           sum_ceil(Cg * taps, min_int(t->c, Cg) * taps, fold);
}

uint64_t gemm_filter_folds(const struct layer *l, const struct tiling *t,
                           int fold)
{
    return sum_ceil2(l->M / l->G, t->m, min_int(t->f, t->m), fold);
}

uint64_t gemm_tree_links(int leaves, int used)
{
    uint64_t links = 0;
    for (int reach = 1; reach < leaves; reach *= 2)
        links += (uint64_t)ceil_div(used, reach);
    return links;
}
