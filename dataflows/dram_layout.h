/* dram_layout.h - where the words of a layer's tensors lie in DRAM.
 *
 * Ifmap, filters and ofmap follow each other; each tensor starts at a burst.
 * Feature maps lie as NCHW and NMPQ.  Filters lie tile by tile, in the order in
 * which a mapping first fetches the tiles (dram.filter_order "tiles"), or
 * filter by filter ("mcrs"); inside a tile or filter as MCRS.  The second
 * operand of a matmul is a feature map, and lies as "mcrs".
 *
 * packed  A tensor's words follow each other without a gap, bit by bit where
 *         a word is not a whole number of bytes.
 * rows    Each row of a feature map, and each filter or filter tile, starts at
 *         a burst of its own.  All filter tiles take as much room as the
 *         largest one.
 *
 * The DRAM models without bursts do not look at addresses: for them every row
 * and filter takes whole bytes, in the order "mcrs".
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_DRAM_LAYOUT_H
#define DATAFLOWS_DRAM_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arch.h"
#include "sim/base/layer.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Dimensions of a layer's filters; M and C count within a group. */
enum filter_dim {
    FILTER_G,
    FILTER_M,
    FILTER_C,
    FILTER_R,
    FILTER_S,
    FILTER_DIMS
};

/* A loop over filter tiles: cuts a dimension of what the loops outside it leave
 * into pieces of `size`; the last one may be smaller. */
struct filter_cut {
    enum filter_dim dim;
    int size; /* at least 1 */
};
#define FILTER_CUTS_MAX 40

/* What lies in DRAM: the tensors, of psums the finished outputs; and psums that
 * come back, in place of their outputs or, where these are of another width,
 * behind them. */
enum { STORED_SPILLS = TENSOR_N, STORED_N };

struct dram_layout {
    bool has_bursts; /* the DRAM is a part */
    bool is_packed;
    bool has_filter_tiles;
    int bits[STORED_N]; /* of a word */
    /* The ifmap as it lies in DRAM: its size, and the rows (and columns) of
     * padding above (and left of) it that do not. */
    int ifmap_h, ifmap_w, ifmap_pad_top, ifmap_pad_left;
    int C, M, P;
    int filter_size[FILTER_DIMS];
    int n_cuts; /* outermost first */
    struct filter_cut cut[FILTER_CUTS_MAX];
    uint64_t base_bits[STORED_N]; /* where it starts */
    /* From a row of a feature map to the next one; from a filter tile to the
     * next one unless packed. */
    uint64_t pitch_bits[STORED_N];
};

/* burst_bytes: of the DRAM, 1 if it has no bursts.  cut: the loops over filter
 * tiles, outermost first; used if the architecture stores filters so. */
void dram_layout_init(struct dram_layout *out, const struct arch *arch,
                      const struct layer *layer, int burst_bytes,
                      const struct filter_cut *cut, int n_cuts);

/* Bit in DRAM where a word begins.  coord: ifmap n, c (of all groups), h, w
 * (padded); filter m (of all), c (of the group), r, s; ofmap n, m (of all), p,
 * q.  stored: a tensor, or STORED_SPILLS. */
uint64_t dram_layout_bit(const struct dram_layout *layout, int stored,
                         const int coord[4]);
/* Bits that words take which lie side by side; without bursts: of whole bytes.
 */
uint64_t dram_layout_run_bits(const struct dram_layout *layout, int stored,
                              uint64_t words);

/* Bytes that hold bits bit .. bit + bits - 1, counted from byte bit / 8. */
static inline uint64_t bytes_under(uint64_t bit, uint64_t bits)
{
    return (bit + bits + 7) / 8 - bit / 8;
}

#ifdef __cplusplus
}
#endif

#endif
