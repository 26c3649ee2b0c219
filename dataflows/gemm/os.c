/* os.c - output stationary: psums stay in the PEs, ifmaps and filters stream.
 *
 * Multicast: `x` outputs (pixels) are worked on in parallel by `t` groups of
 * PEs, each on `p` filters a PE; a product's ifmap word goes to the PEs of
 * its output, its filter words to the PEs of their group.
 * `g` whole groups of a layer may stand side by side, each with t groups of PEs
 * and ifmap words of its own.
 * With psums summed by trees (dot.h), rows of PEs share an output's products
 * and psums stay at the roots: x times t columns, p = 1.
 * Systolic: outputs run down the rows, filters across the columns; p = 1,
 * x = rows, t = columns.
 *
 * Source: Sze, Chen, Yang, Emer, Proc. IEEE 105(12), 2017, s. V-B; Du et al.
 * (ShiDianNao), ISCA 2015.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/gemm/os.h"

static const struct mapping_param os_params[] = {
    GEMM_TILE_PARAMS,
    {"x", 1, 65535, "outputs", "outputs (pixels) in parallel"},
    {"t", 1, 65535, "groups", "groups of PEs on different filters"},
    {"p", 1, 4096, "filters", "filters whose psums a PE holds"},
    GEMM_GROUPS_PARAM,
    {NULL, 0, 0, NULL, NULL},
};

const struct dot os_dot = {&os_dataflow, true};

void os_tiling(const struct mapping *mapping, struct tiling *out)
{
    gemm_tiling(mapping, out);
    out->g = os_groups(mapping);
}

static int fold_filters(const struct program *p)
{
    return p->mapping.value[OS_T] * p->mapping.value[OS_P];
}

static int tile_outputs(const struct program *p, const struct pass_place *place)
{
    return place->n * place->e * p->layer.Q;
}

static void os_inner_counts(const struct program *program,
                            const struct pass_place *place, int counts[2])
{
    counts[0] =
        ceil_div(tile_outputs(program, place), program->mapping.value[OS_X]);
    counts[1] = ceil_div(place->f, fold_filters(program));
}

static void os_describe(const struct program *program, struct pass *pass)
{
    struct pass_place *pl = &pass->place;
    const int p = program->mapping.value[OS_P];
    int outputs = tile_size(tile_outputs(program, pl),
                            program->mapping.value[OS_X], pl->inner[0]);
    int filters = tile_size(pl->f, fold_filters(program), pl->inner[1]);
    int products = pl->c * program->layer.R * program->layer.S;
    if (program->kind == NETWORK_SYSTOLIC) {
        struct systolic_pass *s = &pass->work.systolic;
        s->kind = SYSTOLIC_OS;
        s->rows_used = (uint16_t)outputs;
        s->cols_used = (uint16_t)filters;
        s->psum_in = !pl->first_reduction;
        s->depth = (uint32_t)products;
        return;
    }
    struct multicast_pass *d = &pass->work.multicast;
    const int sets = ceil_div(filters, p);
    d->sets = (uint16_t)(pl->groups * sets);
    d->groups_beside = (uint16_t)pl->groups;
    d->set_chains = (uint16_t)outputs;
    d->blocks = 1;
    d->block_rows = 1;
    d->filters = (uint16_t)min_int(p, filters);
    d->filters_tail = (uint16_t)tile_size(filters, p, sets - 1);
    d->channels = 1;
    d->channels_tail = 1;
    d->filter_cols = 1;
    d->slide_cols = 1;
    d->groups[0] = 1;
    d->windows[0] = (uint32_t)products;
    d->chain_step = 1;
    d->row_step = 1;
    d->held_streams = 1;
    d->emit_last = 1;
    d->psum_in = !pl->first_reduction;
    for (int t = 0; t < TENSOR_N; t++)
        d->banks[t] = (uint16_t)program->banks[t];
}

static int first_filter(const struct program *program, const struct pass *pass)
{
    return pass->place.inner[1] * fold_filters(program);
}

static int first_output(const struct program *program, const struct pass *pass)
{
    return pass->place.inner[0] * program->mapping.value[OS_X];
}

static void os_held_coord(const struct program *program,
                          const struct pass *pass, uint32_t round, int set,
                          int block, int row, int word, int coord[4])
{
    const int sets = multicast_group_sets(&pass->work.multicast);
    const struct pass_place place = gemm_of_group(&pass->place, set / sets);
    (void)block;
    (void)row;
    gemm_filter_word(program, &place,
                     first_filter(program, pass) +
                         set % sets * program->mapping.value[OS_P] + word,
                     (int)round, coord);
}

static void os_window_coord(const struct program *program,
                            const struct pass *pass, uint32_t round, int group,
                            int block, int h, int word, int coord[4])
{
    const struct pass_place place = gemm_of_group(&pass->place, group);
    (void)block;
    (void)word;
    gemm_ifmap_word(program, &place, first_output(program, pass) + h,
                    (int)round, coord);
}

static void os_psum_coord(const struct program *program,
                          const struct pass *pass, uint32_t round, int set,
                          int chain, int word, int coord[4])
{
    const int sets = multicast_group_sets(&pass->work.multicast);
    const struct pass_place place = gemm_of_group(&pass->place, set / sets);
    (void)round;
    gemm_psum_word(program, &place, first_output(program, pass) + chain,
                   first_filter(program, pass) +
                       set % sets * program->mapping.value[OS_P] + word,
                   coord);
}

static void os_gemm_ifmap_coord(const struct program *program,
                                const struct pass *pass, uint32_t k, uint32_t x,
                                int coord[4])
{
    gemm_ifmap_word(program, &pass->place, first_output(program, pass) + (int)x,
                    (int)k, coord);
}

static void os_gemm_filter_coord(const struct program *program,
                                 const struct pass *pass, uint32_t k,
                                 uint32_t f, int coord[4])
{
    gemm_filter_word(program, &pass->place,
                     first_filter(program, pass) + (int)f, (int)k, coord);
}

static void os_gemm_psum_coord(const struct program *program,
                               const struct pass *pass, uint32_t x, uint32_t f,
                               int coord[4])
{
    gemm_psum_word(program, &pass->place, first_output(program, pass) + (int)x,
                   first_filter(program, pass) + (int)f, coord);
}

static const struct program_ops os_ops = {
    .inner_counts = os_inner_counts,
    .describe = os_describe,
    .held_coord = os_held_coord,
    .window_coord = os_window_coord,
    .psum_coord = os_psum_coord,
    .gemm_ifmap_coord = os_gemm_ifmap_coord,
    .gemm_filter_coord = os_gemm_filter_coord,
    .gemm_psum_coord = os_gemm_psum_coord,
};

static void os_compile(const struct arch *arch, const struct layer *layer,
                       const struct mapping *mapping, struct program *out)
{
    const int *v = mapping->value;
    if (dot_sums_by_tree(arch)) {
        dot_compile(&os_dot, arch, layer, mapping, out);
        return;
    }
    memset(out, 0, sizeof(*out));
    out->kind = arch->array_network;
    out->arch = *arch;
    out->layer = *layer;
    out->mapping = *mapping;
    os_tiling(mapping, &out->tiling);
    out->ops = &os_ops;
    const struct tiling *t = &out->tiling;
    int filters = min_int(min_int(t->f, t->m), layer->M / layer->G);
    int outputs = min_int(t->n, layer->N) * min_int(t->e, layer->P) * layer->Q;
    out->sets = min_int(os_groups(mapping), layer->G) *
                ceil_div(min_int(filters, fold_filters(out)), v[OS_P]);
    out->set_chains = min_int(v[OS_X], outputs);
    out->rows = 1;
    out->inner_leaves[TENSOR_FILTER] = 1u << 0;
    out->inner_leaves[TENSOR_IFMAP] = 1u << 1;
    program_finish(out);
}

static void os_show(const struct arch *arch, const struct layer *layer,
                    const struct mapping *mapping, FILE *to)
{
    if (dot_sums_by_tree(arch)) {
        dot_show(&os_dot, arch, layer, mapping, to);
        return;
    }
    const int *v = mapping->value;
    int outputs = v[GEMM_N] * v[GEMM_E] * layer->Q;
    gemm_show_tiles(&os_dataflow, layer, mapping, to);
    fprintf(
        to,
        "      for x1 in 0..%d, f1 in 0..%d              a pass each\n"
        "       parallel-for g1 in 0..%d, x in 0..%d, t in 0..%d  PE: output "
        "x, filters of t, of group g1\n"
        "        for c in 0..%d, r in 0..%d, s in 0..%d  product\n"
        "         for p0 in 0..%d                        MAC\n"
        "\nPE array: %d of %d x %d PEs have work\n",
        ceil_div(outputs, v[OS_X]), ceil_div(v[GEMM_F], v[OS_T] * v[OS_P]),
        os_groups(mapping), min_int(v[OS_X], outputs), v[OS_T], v[GEMM_C],
        layer->R, layer->S, v[OS_P],
        min_int(os_groups(mapping), layer->G) * min_int(v[OS_X], outputs) *
            min_int(v[OS_T], ceil_div(v[GEMM_F], v[OS_P])),
        arch->rows, arch->cols);
}

const struct dataflow os_dataflow = {
    .name = "os",
    .doc = "output stationary: psums stay, ifmaps and filters stream",
    .source = "Sze et al., Proc. IEEE 105(12), 2017; Du et al., ISCA 2015",
    .params = os_params,
    .on_systolic = true,
    .choose = os_choose,
    .compile = os_compile,
    .expect = os_expect,
    .show = os_show,
    .busiest_pe_cycles = os_busiest_pe_cycles,
    .sum_folds = os_sum_folds,
};
