/* is.c - input stationary: ifmap words stay in the PEs, filters stream past.
 *
 * Source: Sze, Chen, Yang, Emer, "Efficient Processing of Deep Neural
 * Networks", 2020, s. 5.7.3; systolic: Samajdar et al., ISPASS 2020.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/stationary.h"

static const struct mapping_param is_params[] = {
    GEMM_TILE_PARAMS,
    {"p", 1, 4096, "outputs", "outputs (pixels) whose ifmap words a PE holds"},
    {"q", 1, 4096, "products", "products of each output that a PE holds"},
    GEMM_GROUPS_PARAM,
    {NULL, 0, 0, NULL, NULL},
};

static const struct stationary is = {&is_dataflow, TENSOR_IFMAP, TENSOR_FILTER,
                                     "output", "filter"};

static bool is_choose(const struct arch *arch, const struct layer *layer,
                      const struct given_mapping *given, struct mapping *out,
                      struct diag *d)
{
    return stationary_choose(&is, arch, layer, given, out, d);
}

static void is_compile(const struct arch *arch, const struct layer *layer,
                       const struct mapping *mapping, struct program *out)
{
    stationary_compile(&is, arch, layer, mapping, out);
}

static void is_expect(const struct arch *arch, const struct layer *layer,
                      const struct mapping *mapping, struct counts *out)
{
    stationary_expect(&is, arch, layer, mapping, out);
}

static uint64_t is_busiest_pe_cycles(const struct arch *arch,
                                     const struct layer *layer,
                                     const struct mapping *mapping)
{
    return stationary_busiest_pe_cycles(&is, arch, layer, mapping);
}

static void is_sum_folds(const struct arch *arch, const struct layer *layer,
                         const struct mapping *mapping, struct fold_sums *out)
{
    stationary_sum_folds(&is, arch, layer, mapping, out);
}

static void is_show(const struct arch *arch, const struct layer *layer,
                    const struct mapping *mapping, FILE *to)
{
    stationary_show(&is, arch, layer, mapping, to);
}

const struct dataflow is_dataflow = {
    .name = "is",
    .doc = "input stationary: ifmaps stay, filters stream, psums add up "
           "along a column",
    .source = "Sze et al., 2020, s. 5.7.3; Samajdar et al., ISPASS 2020",
    .params = is_params,
    .on_systolic = true,
    .choose = is_choose,
    .compile = is_compile,
    .expect = is_expect,
    .show = is_show,
    .busiest_pe_cycles = is_busiest_pe_cycles,
    .sum_folds = is_sum_folds,
};
