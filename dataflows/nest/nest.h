/* nest.h - the general mapping: any tiling, loop order, spatial split and
 * bypass of a layer's loop nest over DRAM, L2, L1 (where there is one) and RF,
 * or over the levels that an architecture's file lists.
 *
 * Order, outermost first: the time loops of DRAM; those of L2; L2's children
 * in parallel; the time loops of L1; its PEs in parallel; the loops of a PE
 * (RF).  A loop of `count` steps cuts what the loops outside it leave into
 * tiles as large as the product of the counts inside it; the last tile is
 * clipped, so counts need not divide anything.  The children of L2 are the
 * PEs (rows and columns of the array), or with an L1 its clusters side by
 * side (columns only), and then L1's children are the PEs of a cluster.  With
 * listed levels any level but DRAM has children in parallel, the innermost
 * one its MACs.
 *
 * Tiles   A level holds one tile of each tensor that it keeps: the words that
 *         the loops inside it touch, generated padding left out.
 * Steps   All children step together.  A step fetches new \ old; a tile
 *         remembers only its predecessor, and a child without work in a step
 *         holds nothing of ifmap and filter after it.
 * Passes  At the end of a pass (nest_pass.h) the PEs hold nothing any more.
 * Reads   One read serves all children that need the word in the same step;
 *         each of them is a delivery.  A level that does not keep a tensor
 *         hands the requests outward; RF keeps all tensors, but a listed
 *         one need not: a MAC then takes each word from further out.
 * Psums   A psum tile belongs to a child for as long as its outputs stay the
 *         same, also while the child has no share of the reduction.  It is
 *         read back unless all reduction loops (c, r, s) outside are at 0,
 *         and written whenever replaced.  Where a reduction is split over
 *         children, the first of them gets what is read back; on the way out
 *         the others add theirs over the psum links, and one word is written.
 *         Without an L1, PEs that share outputs are a chain in a pass, if they
 *         have work in it.  What is read back joins the bottom's psums on their
 *         way out and is not written into RF; a PE adds what comes from below
 *         to its own, reading it (`pe.psum_add = own_cycle`), or adds its last
 *         product to it; one without a share in these outputs passes it on.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_H
#define DATAFLOWS_NEST_NEST_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arch.h"
#include "sim/base/diag.h"
#include "sim/base/layer.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Loops of a layer; m and c count within a group. */
enum nest_dim {
    NEST_G,
    NEST_N,
    NEST_M,
    NEST_C,
    NEST_P,
    NEST_Q,
    NEST_R,
    NEST_S,
    NEST_DIMS
};
extern const char nest_dim_letter[NEST_DIMS]; /* 'g' 'n' 'm' ... */

#define NEST_LOOPS_MAX 12 /* of one list */
#define NEST_COUNT_MAX 65535

struct nest_loop {
    uint16_t dim;   /* enum nest_dim; a dimension may come more than once */
    uint16_t count; /* steps, at least 1 */
};
struct nest_loops { /* outermost first */
    int n;
    struct nest_loop loop[NEST_LOOPS_MAX];
};

struct nest_level {
    struct nest_loops time;
    struct nest_loops rows, cols; /* rows outside cols; of DRAM none, and of RF
                                   * only where the file lists its levels */
    bool keep[TENSOR_N];          /* DRAM: all */
};

/* A loop nest as plain data, indexed by enum level. Levels that the machine has
 * not are empty. */
struct nest {
    struct nest_level level[LEVEL_N];
    /* Innermost time loops that run within a pass; 0: nest_pass.h says. */
    int pass;
    /* L1s keep no tiles: operands pass them on their way to the PEs, as under
     * named dataflows, and psums pass them by. */
    bool l1_is_line;
};

/* Where the levels were read, for messages; file NULL: nowhere. */
struct nest_where {
    struct src_pos level[LEVEL_N];
};

/* Every tensor kept at every level of the machine that has a store for it, no
 * loops. */
void nest_start(const struct arch *arch, struct nest *out);
bool nest_append(struct nest_loops *loops, enum nest_dim dim, int count);

/* Steps of a dimension in all: extent of the layer's loop. */
int nest_extent(const struct layer *layer, enum nest_dim dim);
/* Largest tile of a level, as extents of the dimensions, not clipped to the
 * layer; level -1: a single product. */
void nest_tile_extents(const struct nest *nest, int level, int out[NEST_DIMS]);
/* Room that the largest tile of a level takes, in words; 0: the
 * level does not keep the tensor. */
uint64_t nest_tile_words(const struct arch *arch, const struct layer *layer,
                         const struct nest *nest, enum level level,
                         enum tensor tensor);

/* Whether psums that are not done stay in L2, whatever loops lie outside: on
 * systolic arrays with spills = false. */
bool nest_psums_stay(const struct arch *arch);
/* Room that psums take in L2, in words: that of a tile, or, where they stay, of
 * all tiles that may wait for more products at a time. */
uint64_t nest_psum_room(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest);

/* The same of a tile of these extents, none larger than the layer's. */
uint64_t nest_words(const struct arch *arch, const struct layer *layer,
                    const int extents[NEST_DIMS], enum tensor tensor);

/* Clusters of PEs under an L1, side by side and one above the other. */
int nest_cluster_rows(const struct arch *arch);
int nest_cluster_height(const struct arch *arch); /* rows of PEs in one */
int nest_cluster_cols(const struct arch *arch);
/* The link over which ifmaps or filters come to L1 or RF. */
enum link nest_link(enum level child, enum tensor tensor);
/* Whether the L2 tiles fit, and with how many buffers and banks each; see
 * l2_fits. */
bool nest_l2_places(const struct arch *arch, const struct layer *layer,
                    const struct nest *nest, int buffers[TENSOR_N],
                    int banks[TENSOR_N], enum tensor *short_tensor,
                    uint64_t *short_words);

/* What is wrong with a nest; the comment of each says which fields of a verdict
 * are set. */
enum nest_fault {
    NEST_LEGAL,
    NEST_NOT_COVERED, /* the counts of `dim` multiply to `have` < `need` */
    NEST_ROWS,        /* `level`'s children take `need` rows of `have` */
    NEST_COLS,        /* the same for columns, or clusters */
    NEST_ROWS_HOLD,   /* `level`'s rows share out `dim`, which they may not */
    NEST_COLS_HOLD,   /* the same for columns */
    NEST_MISPLACED,   /* loops at a level, or kept tensors, it cannot have */
    NEST_PASS,        /* `pass` is given, and L1s keep tiles */
    NEST_LINE,        /* an L1 that is a line has loops, or keeps tiles */
    NEST_LINE_WIDTH,  /* L1 has no room for a slot of the tensor's network */
    NEST_RF_CAPACITY, /* `tensor` needs `need` words of `have` */
    NEST_L1_CAPACITY, /* the tiles need `need` bytes of `have` */
    NEST_L2_CAPACITY, /* `tensor` lacks `need` words */
    NEST_NO_STORE,    /* `level` has no store for `tensor` and keeps it */
    NEST_STORE_CAPACITY, /* its tiles need `need` bytes of `have` in the store
                          * of `tensor` */
    NEST_NO_REDUCE, /* `level`'s children share `dim`; its network adds none */
    NEST_STEPS, /* `need` loops over time of more than one step, of `have` */
};
struct nest_verdict {
    enum nest_fault fault;
    enum level level;
    enum tensor tensor;
    enum nest_dim dim;
    uint64_t need, have;
};
/* The level that a child's tensor comes from: the next outward that keeps it.
 * child -1: the MACs. */
static inline enum level nest_parent(const struct nest *nest, int child,
                                     enum tensor tensor)
{
    int level = child + 1;
    while (!nest->level[level].keep[tensor])
        level++;
    return (enum level)level;
}

/* No allocation, no message: for a search. */
bool nest_is_legal(const struct arch *arch, const struct layer *layer,
                   const struct nest *nest, struct nest_verdict *why);
/* The closed form: every counter of a run but dram_bursts.  The nest must be
 * legal.  No allocation.  With a cache it is faster where many nests are looked
 * at that share parts, for what was found of ifmap rows and columns is kept; a
 * cache is for one thread. */
struct lattice_cache; /* dataflows/nest/lattice.h */
void nest_expect_cached(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, struct lattice_cache *cache,
                        struct counts *out);
void nest_expect(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, struct counts *out);
/* MACs of the first PE, which in no step has fewer than another: all PEs step
 * together, so the layer takes as many cycles at least. */
uint64_t nest_busiest_pe_cycles(const struct arch *arch,
                                const struct layer *layer,
                                const struct nest *nest);
/* PEs with work in the first step: no step has more. */
uint64_t nest_pes_used(const struct arch *arch, const struct layer *layer,
                       const struct nest *nest);

#ifdef __cplusplus
}
#endif

#endif
