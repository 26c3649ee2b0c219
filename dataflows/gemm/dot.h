/* dot.h - dataflows that stream both operands past columns of PEs, each of
 * which works out dot products: nlr and, where psums are summed by trees, os.
 *
 * A column of up to `k` PEs shares an output's products; the columns work on
 * `x` outputs (pixels) by `t` filters.  An ifmap word goes to the t columns of
 * its output, a filter word to the x columns of its filter, and no PE keeps
 * either.  Roots that accumulate take all products of a channel tile, a
 * column's PEs each a run of them (channel outer, so that they work on
 * different channels); else a pass takes k products of an output, of
 * different channels first, and its psums go through L2.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_GEMM_DOT_H
#define DATAFLOWS_GEMM_DOT_H

#include "dataflows/gemm/gemm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parameters after the tiles; os has no k: all rows of the array. */
enum { DOT_X = GEMM_TILES, DOT_T, DOT_K };

/* Products of a PE in a pass are counted in 15 bits (pe/lanes.h). */
enum { DOT_PRODUCTS_MAX = 32767 };

struct dot {
    const struct dataflow *dataflow;
    bool has_rf; /* os: operands and psums are written to registers */
};

/* Whether an arch runs os this way. */
static inline bool dot_sums_by_tree(const struct arch *arch)
{
    return arch->array_network == NETWORK_MULTICAST &&
           arch->psum_reduce == PSUM_TREE;
}

/* The most outputs, and filters, that columns work on side by side. */
static inline int dot_outputs_max(const struct arch *arch)
{
    return arch_axis_holds(arch->cols_hold, "npq") ? arch->cols : 1;
}
static inline int dot_filters_max(const struct arch *arch, int outputs)
{
    return arch_axis_holds(arch->cols_hold, "m") ? arch->cols / outputs : 1;
}
/* The most channels of a tile: a PE counts its products of an output. */
static inline int dot_channels_max(const struct arch *arch,
                                   const struct layer *layer, int k)
{
    const int64_t units = DOT_PRODUCTS_MAX / gemm_tap_turns(arch, layer);
    return min_int(65535, (int)(units * k / gemm_row_taps(arch, layer)));
}

bool dot_choose(const struct dot *dot, const struct arch *arch,
                const struct layer *layer, const struct given_mapping *given,
                struct mapping *out, struct diag *d);
void dot_compile(const struct dot *dot, const struct arch *arch,
                 const struct layer *layer, const struct mapping *mapping,
                 struct program *out);
void dot_expect(const struct dot *dot, const struct arch *arch,
                const struct layer *layer, const struct mapping *mapping,
                struct counts *out);
uint64_t dot_busiest_pe_cycles(const struct dot *dot, const struct arch *arch,
                               const struct layer *layer,
                               const struct mapping *mapping);
void dot_show(const struct dot *dot, const struct arch *arch,
              const struct layer *layer, const struct mapping *mapping,
              FILE *to);

/* How the products of an output in one pass are shared out to the PEs of a
 * column: as `units` (products, or channels whose taps a PE takes in turn). */
struct dot_split {
    int products; /* of the pass */
    int each;     /* of a PE, but for the last */
    int rows;     /* PEs of a column with work */
    int last;     /* products of the last */
};
struct dot_split dot_split(const struct arch *arch, const struct layer *layer,
                           int k, int units);

#ifdef __cplusplus
}
#endif

#endif
