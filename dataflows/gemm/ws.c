/* ws.c - weight stationary: filter words stay in the PEs, pixels stream past.
 *
 * Source: Sze, Chen, Yang, Emer, Proc. IEEE 105(12), 2017, s. V-B; systolic:
 * Jouppi et al., ISCA 2017.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/stationary.h"

static const struct mapping_param ws_params[] = {
    GEMM_TILE_PARAMS,
    {"p", 1, 4096, "filters", "filters that a PE holds"},
    {"q", 1, 4096, "products", "products of each filter that a PE holds"},
    GEMM_GROUPS_PARAM,
    {NULL, 0, 0, NULL, NULL},
};

static const struct stationary ws = {&ws_dataflow, TENSOR_FILTER, TENSOR_IFMAP,
                                     "filter", "output"};

static bool ws_choose(const struct arch *arch, const struct layer *layer,
                      const struct given_mapping *given, struct mapping *out,
                      struct diag *d)
{
    return stationary_choose(&ws, arch, layer, given, out, d);
}

static void ws_compile(const struct arch *arch, const struct layer *layer,
                       const struct mapping *mapping, struct program *out)
{
    stationary_compile(&ws, arch, layer, mapping, out);
}

static void ws_expect(const struct arch *arch, const struct layer *layer,
                      const struct mapping *mapping, struct counts *out)
{
    stationary_expect(&ws, arch, layer, mapping, out);
}

static uint64_t ws_busiest_pe_cycles(const struct arch *arch,
                                     const struct layer *layer,
                                     const struct mapping *mapping)
{
    return stationary_busiest_pe_cycles(&ws, arch, layer, mapping);
}

static void ws_sum_folds(const struct arch *arch, const struct layer *layer,
                         const struct mapping *mapping, struct fold_sums *out)
{
    stationary_sum_folds(&ws, arch, layer, mapping, out);
}

static void ws_show(const struct arch *arch, const struct layer *layer,
                    const struct mapping *mapping, FILE *to)
{
    stationary_show(&ws, arch, layer, mapping, to);
}

const struct dataflow ws_dataflow = {
    .name = "ws",
    .doc = "weight stationary: filters stay, outputs stream, psums add up "
           "along a column",
    .source = "Sze et al., Proc. IEEE 105(12), 2017; Jouppi et al., ISCA 2017",
    .params = ws_params,
    .on_systolic = true,
    .choose = ws_choose,
    .compile = ws_compile,
    .expect = ws_expect,
    .show = ws_show,
    .busiest_pe_cycles = ws_busiest_pe_cycles,
    .sum_folds = ws_sum_folds,
};
