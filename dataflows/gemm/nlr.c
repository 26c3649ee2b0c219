/* nlr.c - no local reuse: no register files; ifmap, filter and psum words go
 * straight between L2 and the datapaths.
 *
 * Columns of PEs share an ifmap word and work on different filters (Tm of
 * them); the PEs of a column work on different channels (Tn), and their
 * products are summed on the psum network.
 *
 * Source: Chen, Emer, Sze, ISCA 2016, s. IV-C ("No Local Reuse"): PEs of a
 * group share an ifmap pixel for different filters, groups take different
 * channels, psums are accumulated across the array and through the global
 * buffer.  Tn, Tm: Chen et al. (DianNao), ASPLOS 2014, whose NFU-2 also has
 * registers for partial sums (`noc.tree_accumulates`).
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/dot.h"

static const struct mapping_param nlr_params[] = {
    GEMM_TILE_PARAMS,
    {"x", 1, 65535, "outputs", "outputs (pixels) in parallel"},
    {"t", 1, 65535, "filters", "filters in parallel (Tm)"},
    {"k", 1, 1024, "products", "products of an output in parallel (Tn)"},
    {NULL, 0, 0, NULL, NULL},
};

static const struct dot nlr = {&nlr_dataflow, false};

static bool nlr_choose(const struct arch *arch, const struct layer *layer,
                       const struct given_mapping *given, struct mapping *out,
                       struct diag *d)
{
    return dot_choose(&nlr, arch, layer, given, out, d);
}

static void nlr_compile(const struct arch *arch, const struct layer *layer,
                        const struct mapping *mapping, struct program *out)
{
    dot_compile(&nlr, arch, layer, mapping, out);
}

static void nlr_expect(const struct arch *arch, const struct layer *layer,
                       const struct mapping *mapping, struct counts *out)
{
    dot_expect(&nlr, arch, layer, mapping, out);
}

static uint64_t nlr_busiest_pe_cycles(const struct arch *arch,
                                      const struct layer *layer,
                                      const struct mapping *mapping)
{
    return dot_busiest_pe_cycles(&nlr, arch, layer, mapping);
}

static void nlr_show(const struct arch *arch, const struct layer *layer,
                     const struct mapping *mapping, FILE *to)
{
    dot_show(&nlr, arch, layer, mapping, to);
}

const struct dataflow nlr_dataflow = {
    .name = "nlr",
    .doc = "no local reuse: all words come from and go to L2, products are "
           "summed across PEs",
    .source = "Chen, Emer, Sze, ISCA 2016; Chen et al. (DianNao), ASPLOS 2014",
    .params = nlr_params,
    .choose = nlr_choose,
    .compile = nlr_compile,
    .expect = nlr_expect,
    .show = nlr_show,
    .busiest_pe_cycles = nlr_busiest_pe_cycles,
};
