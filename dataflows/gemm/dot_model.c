/* dot_model.c - the closed form of nlr, and of os with trees.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/dot.h"

/* What one output takes: the passes that compute some of its products, the sums
 * that columns of PEs make of these, and the links that they cross inside an
 * adder tree. */
struct per_output {
    uint64_t passes, sums, links;
};

static struct per_output per_output(const struct arch *arch,
                                    const struct layer *l, int c, int k)
{
    const bool at_root =
        arch->psum_reduce == PSUM_TREE && arch->tree_accumulates;
    const int Cg = l->C / l->G;
    const uint64_t turns = (uint64_t)gemm_tap_turns(arch, l);
    struct per_output n = {0, 0, 0};
    for (int c0 = 0; c0 < Cg; c0 += c) {
        int products = min_int(c, Cg - c0) * gemm_row_taps(arch, l);
        if (at_root) {
            /* Each PE takes a run; the last row's is shorter. */
            int run = ceil_div(products, k), rows = ceil_div(products, run);
            int last = products - (rows - 1) * run;
            n.passes++;
            n.sums += turns * (uint64_t)run;
            n.links +=
                turns * ((uint64_t)last * gemm_tree_links(arch->rows, rows) +
                         (uint64_t)(run - last) *
                             gemm_tree_links(arch->rows, rows - 1));
            continue;
        }
        for (int k0 = 0; k0 < products; k0 += k) {
            n.passes += turns;
            n.sums += turns;
            n.links +=
                turns * gemm_tree_links(arch->rows, min_int(k, products - k0));
        }
    }
    return n;
}

/* How many sets of t filters, and of x outputs, the tiles of a group have. */
struct visits {
    uint64_t f_folds, windows;
};

static struct visits visits(const struct layer *l, const struct tiling *t,
                            const int *v)
{
    const struct visits n = {sum_ceil2(l->M / l->G, t->m, t->f, v[DOT_T]),
                             gemm_output_folds(l, t, v[DOT_X])};
    return n;
}

void dot_expect(const struct dot *dot, const struct arch *arch,
                const struct layer *l, const struct mapping *mapping,
                struct counts *out)
{
    const int *v = mapping->value;
    const int Cg = l->C / l->G;
    const bool tree = arch->psum_reduce == PSUM_TREE;
    const uint64_t macs = layer_macs(l), outputs = gemm_outputs(l);
    const uint64_t products = (uint64_t)Cg * (uint64_t)(l->R * l->S);
    const uint64_t pixels = (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    struct tiling t;
    gemm_tiling(mapping, &t);

    const struct visits n = visits(l, &t, v);
    const struct per_output each =
        per_output(arch, l, t.c, dot->has_rf ? arch->rows : v[DOT_K]);
    const uint64_t ifmap = (uint64_t)l->G * n.f_folds * pixels * products;
    const uint64_t filter = n.windows * (uint64_t)l->M * products;
    const uint64_t psum_out = outputs * each.passes;
    const uint64_t psum_in = psum_out - outputs;

    *out = (struct counts){0};
    tiling_expect(arch, l, &t, out);
    counts_set_macs(arch, macs, out);
    struct accesses *rf = out->access[LEVEL_RF];
    if (dot->has_rf) {
        rf[TENSOR_IFMAP].reads = rf[TENSOR_IFMAP].writes = macs;
        rf[TENSOR_FILTER].reads = rf[TENSOR_FILTER].writes = macs;
    }
    if (tree && arch->tree_accumulates) {
        /* A register at each root takes each sum and adds all but a pass's
         * first to what it holds. */
        rf[TENSOR_PSUM].writes = outputs * each.sums;
        rf[TENSOR_PSUM].reads = outputs * (each.sums - each.passes);
    }
    struct accesses *l2 = out->access[LEVEL_L2];
    l2[TENSOR_IFMAP].reads += ifmap;
    l2[TENSOR_FILTER].reads += filter;
    l2[TENSOR_PSUM].reads += psum_in;
    l2[TENSOR_PSUM].writes += psum_out;
    struct link_words *link = out->link;
    link[LINK_filter] = (struct link_words){filter, macs, macs};
    link[LINK_ifmap] = (struct link_words){ifmap, macs, macs};
    link[LINK_psum_in] = (struct link_words){psum_in, psum_in, psum_in};
    link[LINK_psum_out] = (struct link_words){psum_out, psum_out, psum_out};
    /* Every product enters the tree, or goes up the chain but for the top. */
    if (tree)
        link[LINK_psum_link] =
            (struct link_words){macs, macs, count_mul(outputs, each.links)};
    else
        link[LINK_psum_link] = (struct link_words){
            macs - psum_out, macs - psum_out, macs - psum_out};
}

/* The PE in the corner takes a product in every step; on a chain, each psum
 * may take a cycle of its own. */
uint64_t dot_busiest_pe_cycles(const struct dot *dot, const struct arch *arch,
                               const struct layer *l,
                               const struct mapping *mapping)
{
    const int *v = mapping->value;
    const bool adds =
        arch->psum_reduce == PSUM_CHAIN && arch->psum_add == PSUM_ADD_OWN_CYCLE;
    struct tiling t;
    gemm_tiling(mapping, &t);
    const struct visits n = visits(l, &t, v);
    const struct per_output each =
        per_output(arch, l, t.c, dot->has_rf ? arch->rows : v[DOT_K]);
    return count_mul(count_mul((uint64_t)l->G * n.f_folds, n.windows),
                     each.sums * (adds ? 2 : 1));
}
