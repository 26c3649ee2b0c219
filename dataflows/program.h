/* program.h - what a dataflow hands to the machine.
 *
 * A program is a sequence of passes, walked by a cursor; each pass says which
 * tiles it needs, what the DMA moves for it, and what the array does.
 * Descriptors hold loop bounds and flags only: no layer name, address, pass
 * number or time, so that equal work has equal bytes.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_PROGRAM_H
#define DATAFLOWS_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "dataflows/arith.h"
#include "dataflows/dataflow.h"
#include "dataflows/dram_layout.h"
#include "dataflows/l2_room.h"
#include "mem/dram.h"
#include "pe/systolic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One pass on a multicast array (pe/lanes.h), plain data; unused bytes are
 * zero.  Chains come in `sets` of `set_chains` (one filter group each), rows
 * in `blocks` of `block_rows` (one channel group each).  The sets of each of
 * `groups_beside` groups of the layer follow each other, equally many. */
struct multicast_pass {
    uint16_t sets, set_chains;        /* used in this pass */
    uint16_t blocks, block_rows;      /* used in this pass */
    uint16_t filters, filters_tail;   /* per PE; of a group's last set */
    uint16_t channels, channels_tail; /* per PE; of the last block */
    uint16_t filter_cols;             /* taps = channels * filter_cols */
    uint16_t slide_cols;              /* columns between two windows */
    uint32_t groups[2], windows[2];
    /* PE (chain y of a set, row i of a block) works on the ifmap row
     * y * chain_step + i * row_step. */
    uint16_t chain_step, row_step;
    uint8_t held_streams, emit_last, psum_in;
    uint8_t holds_ifmap; /* held words are ifmap's, window words filters'; for
                            "filters" above read "outputs" */
    uint8_t sends_products; /* each leaves its PE at once, to an adder tree */
    uint8_t no_rf;          /* operand registers only: a word and its next */
    uint8_t kept[TENSOR_PSUM]; /* the L1s have its words of the pass before */
    uint16_t groups_beside;    /* each gets window words of its own; 0 is 1 */
    uint16_t banks[TENSOR_N];  /* of L2 under each tile */
};

/* Where a pass stands in the layer: for values, pictures and traces. */
struct pass_place {
    int g, groups;        /* side by side: the first, how many */
    int m0, m;            /* psum tile: filters m0 .. m0+m-1 of the group */
    int n0, n;            /* images */
    int p0, e;            /* ofmap rows */
    int q0, w;            /* ofmap columns */
    int c0, c;            /* channels of the group */
    int f0, f;            /* filter tile: filters of the group */
    int inner[2];         /* the dataflow's own loops inside the tiles */
    bool first_reduction; /* no psum of an earlier pass */
    int begins[8]; /* a nest's fold: where in each enum nest_dim; else unused */
};

/* What the DMA moves: runs of rows (or filters), as DRAM requests. */
struct tile_move {
    int n_requests, request_room;
    struct dram_request *request; /* owns */
    uint64_t words;               /* useful ones */
    uint64_t compressed_bytes;    /* of all requests; 0: not compressed */
};

struct pass {
    struct pass_place place;
    bool new_tile[TENSOR_N]; /* this pass is the first to use its tile */
    bool last_use[TENSOR_N]; /* and the last, before another has come */
    /* The last of all, of an operand's tile that stays until then. */
    bool gives_place[TENSOR_PSUM];
    union {
        struct multicast_pass multicast;
        struct systolic_pass systolic;
    } work;
};

/* The loops outside a pass, outermost first:
 *   g, m tile, n tile, e tile, w tile, c tile, f tile, inner 0, inner 1.
 * A psum tile lives while c, f and inner run; a tile is loaded when its
 * coordinates differ from those of its predecessor. */
struct tiling {
    int m, n, e, c, f; /* tile sizes, of each group */
    /* Groups whose tiles lie side by side; 0 stands for 1.  More than one only
     * of tiles that have all filters and channels of a group. */
    int g;
    int w; /* ofmap columns; 0: all of them */
    /* Bit t: L2 keeps all tiles of operand t that loops outside them come back
     * to: ifmaps over m, filters over n, e and w.  Each has a place of its
     * own, which the tile in its place of the next group (of filters: the next
     * m tile, too) takes after it. */
    unsigned kept;
};

/* What a mapping says of that: its parameter `keep`. */
enum { KEEP_NONE = 1, KEEP_IFMAP, KEEP_FILTER, KEEP_BOTH };
#define KEEP_PARAM                                                     \
    {                                                                  \
        "keep", KEEP_NONE, KEEP_BOTH, "of 4",                          \
            "tiles that stay in L2 for loops outside them: 1 none, 2 " \
            "ifmaps, 3 filters, 4 both"                                \
    }
static inline unsigned tiling_kept_by(int keep)
{
    return keep > KEEP_NONE ? (unsigned)(keep - KEEP_NONE) : 0;
}
static inline bool tiling_keeps(const struct tiling *t, enum tensor tensor)
{
    return (t->kept >> tensor & 1) != 0;
}
/* Prints what stays, a line each, if anything. */
void tiling_show_kept(int keep, FILE *to);
/* Reports that a machine keeps no tiles, though `keep` asks for some; false:
 * it may. */
bool tiling_keep_lacks(const struct arch *arch, const struct layer *layer,
                       const char *dataflow, int keep, struct src_pos at,
                       struct diag *d);

static inline int tiling_groups(const struct tiling *t)
{
    return t->g > 1 ? t->g : 1;
}

static inline int tiling_width(const struct layer *layer,
                               const struct tiling *t)
{
    return t->w > 0 && t->w < layer->Q ? t->w : layer->Q;
}

struct program;

struct program_ops {
    /* Counts of the two inner loops at a place whose tiles are set: of the
     * tiles' sizes alone, wherever they lie. */
    void (*inner_counts)(const struct program *program,
                         const struct pass_place *place, int counts[2]);
    /* Fills the descriptor of a pass. */
    void (*describe)(const struct program *program, struct pass *pass);

    /* Words by coordinates.  Multicast; held words are filters', unless the
     * program holds_ifmap; a group counts from the pass's first; words of one
     * row of a tensor come in its order: */
    void (*held_coord)(const struct program *program, const struct pass *pass,
                       uint32_t round, int set, int block, int row, int word,
                       int coord[4]);
    void (*window_coord)(const struct program *program, const struct pass *pass,
                         uint32_t round, int group, int block, int h, int word,
                         int coord[4]);
    void (*psum_coord)(const struct program *program, const struct pass *pass,
                       uint32_t round, int set, int chain, int word,
                       int coord[4]);
    /* Systolic: product `k`, output row `x` (pixel), output column `f`. */
    void (*gemm_ifmap_coord)(const struct program *program,
                             const struct pass *pass, uint32_t k, uint32_t x,
                             int coord[4]);
    void (*gemm_filter_coord)(const struct program *program,
                              const struct pass *pass, uint32_t k, uint32_t f,
                              int coord[4]);
    void (*gemm_psum_coord)(const struct program *program,
                            const struct pass *pass, uint32_t x, uint32_t f,
                            int coord[4]);
};

/* coord: ifmap n, c (of all groups), h, w (padded); filter m (of all), c (of
 * the group), r, s; psum n, m (of all), p, q. */

struct program {
    enum network_type kind;
    struct arch arch;
    struct layer layer;
    struct mapping mapping;
    struct tiling tiling;
    int buffers[TENSOR_N]; /* 1, or 2: tiles of it that L2 holds */
    int banks[TENSOR_N];   /* of L2, one buffer */
    uint64_t passes;
    struct dram_layout layout; /* of the tensors in DRAM */
    /* The most that a pass uses; multicast only. */
    int sets, set_chains, rows;
    bool holds_ifmap; /* of all passes: ifmap words stay in the PEs */
    bool loads_ahead; /* ... which come in behind those in use */
    bool mixed_inner; /* passes of inner loop 0 differ in its middle, too */
    int inner1_tail;  /* last passes of inner loop 1 that may be clipped;
                         0 stands for 1 */
    bool skips_rf[TENSOR_N]; /* its words never lie in a PE's register file */
    /* Bit k: inner loop k leaves the words of the operand as they are. */
    unsigned inner_leaves[TENSOR_PSUM];
    const struct program_ops *ops;
};

/* Loops around the passes, outermost first. */
#define CURSOR_LOOPS 9
struct cursor {
    int at[CURSOR_LOOPS];     /* loop indices of the next pass */
    int before[CURSOR_LOOPS]; /* of the one before it; -1: none */
    bool done;
    /* What follows from the program is kept as long as it holds. */
    bool is_placed;          /* what comes next is that of at[] */
    int trips[CURSOR_LOOPS]; /* of each loop */
    struct pass_place place; /* but for first_reduction */
    uint32_t changed;        /* bit k: loop k, since the pass before */
    bool has_described;      /* that pass's place and descriptor are there */
    bool starts_described;   /* its first_reduction before it was described */
    struct pass described;
    /* Where L1s keep tiles: what the pass before was, and which operands' words
     * of it fit there, a bit each, as far as that was asked. */
    bool has_latest;
    struct pass latest;
    uint32_t fits, fits_asked;
};

/* Fills what does not depend on the dataflow and counts the passes.  kind,
 * arch, layer, mapping, tiling, ops, sets, set_chains, rows must be set. */
void program_finish(struct program *program);

void cursor_start(struct cursor *cursor);
/* Fills *pass and moves on; false when there is none left. */
bool cursor_next(const struct program *program, struct cursor *cursor,
                 struct pass *pass);
/* Whether the place of an operand's tile is free while the pass at `now` is
 * still to come and all before it are done: where tiles stay, another one may
 * have it. */
bool program_has_place(const struct program *program, enum tensor tensor,
                       const struct pass_place *tile,
                       const struct pass_place *now);

/* As cursor_next until a pass has a new tile of the tensor, an operand: what
 * lies between is not looked at.  Of the pass only the place is filled. */
bool cursor_next_tile(const struct program *program, struct cursor *cursor,
                      enum tensor tensor, struct pass *pass);

/* Iterations *first .. *end - 1 of the loop, the outer ones at at[], are
 * alike: pass by pass the same descriptor and flags, tile by tile as many
 * words and bytes to move.  None if *end <= *first.  It rests on this: a
 * descriptor is a function of the sizes in its pass's place, of its inner
 * indices being first, last or neither, and of first_reduction; and, of a
 * program with mixed_inner, on the first inner index itself; and in the last
 * inner1_tail passes of inner loop 1, on these. */
void program_alike(const struct program *program, const int at[CURSOR_LOOPS],
                   int level, int *first, int *end);
/* As that, of descriptors alone, whatever the tiles are: each iteration there
 * is like the one *period before it. */
void program_alike_work(const struct program *program,
                        const int at[CURSOR_LOOPS], int level, int *first,
                        int *end, int *period);
/* Moves on by so many iterations of a loop that are alike.  pass: the last one
 * that the cursor gave, moved with it; may be NULL. */
void cursor_skip(const struct program *program, struct cursor *cursor,
                 int level, int iterations, struct pass *pass);

/* Tiles *first .. *end - 1 of ofmap rows, or of ofmap columns, need equally
 * many ifmap words. */
void tile_move_alike_rows(const struct program *program, int *first, int *end);
void tile_move_alike_columns(const struct program *program, int *first,
                             int *end);

/* Rows, or columns, of the ifmap in DRAM that so many of the ofmap from p0, or
 * q0, on need. */
int tile_move_rows(const struct program *program, int p0, int e);
int tile_move_columns(const struct program *program, int q0, int w);

/* Says where the tensors lie in a DRAM with bursts of so many bytes; arch,
 * layer and tiling must be set.  A finished program has one without bursts
 * (1). */
void program_lay_out(struct program *program, int burst_bytes);

/* The transfer behind a pass's tile; TENSOR_PSUM: the finished ofmap.  *out is
 * all zero or was filled before. */
void program_tile_move(const struct program *program, const struct pass *pass,
                       enum tensor tensor, struct tile_move *out);
void tile_move_fini(struct tile_move *move);
/* Calls visit with a pass that uses it, of which only the place is filled, for
 * each tile of a tensor, and with how often the tile is moved: loaded, or
 * stored if it is of psums. */
void program_each_tile(const struct program *program, enum tensor tensor,
                       void (*visit)(void *context, const struct pass *pass,
                                     uint64_t times),
                       void *context);
/* Rows of so many words that all moves of a tensor's tiles fill, each from a
 * row's first word on; not tile by tile, exactly. */
uint64_t program_tile_rows(const struct program *program, enum tensor tensor,
                           int row_words);
/* Calls visit with a pass of each kind, of which place and descriptor are
 * filled, and with how many there are: of each loop, its last iteration and any
 * of the others, whether these are the first of a reduction or not.  What L1s
 * keep is left out. */
void program_each_kind(const struct program *program,
                       void (*visit)(void *context, const struct pass *pass,
                                     uint64_t times),
                       void *context);
/* Outputs of a pass's psum tile. */
uint64_t program_outputs(const struct pass_place *place);

/* Whether a tensor comes from DRAM, or goes there, at all.  A matmul's filters
 * are a feature map. */
bool tensor_is_moved(const struct arch *arch, const struct layer *layer,
                     enum tensor tensor);
/* Whether a layer's tensor crosses the DRAM's link compressed. */
bool tensor_is_compressed(const struct arch *arch, const struct layer *layer,
                          enum tensor tensor);
/* Visits the useful words of a pass's tile in the order in which they lie in
 * DRAM: image (or filter), channel, row, column. */
void program_tile_words(const struct program *program, const struct pass *pass,
                        enum tensor tensor,
                        void (*visit)(void *context, const int coord[4]),
                        void *context);

/* Ifmap rows (or columns) that L2 holds for all tiles of so many rows of an
 * ofmap's `extent`. */
uint64_t tiling_all_touched(int extent, int tile, int stride, int taps,
                            int dilation);
/* Words that L2 holds for a tile of these sizes, generated padding included;
 * where it keeps all of an operand's tiles, for these. */
uint64_t tiling_l2_words(const struct layer *layer, const struct tiling *t,
                         enum tensor tensor);
/* As l2_fits, for the tiles of a tiling: those that are kept have one buffer
 * together. */
bool tiling_fits(const struct arch *arch, const struct layer *layer,
                 const struct tiling *t, int buffers[TENSOR_N],
                 int banks[TENSOR_N], enum tensor *short_tensor,
                 uint64_t *short_words);

/* Ifmap columns that a group of windows[k] windows reads. */
static inline uint32_t multicast_columns(const struct multicast_pass *d, int k)
{
    if (d->windows[k] == 0)
        return 0;
    if (d->slide_cols < d->filter_cols)
        return (d->windows[k] - 1) * d->slide_cols + d->filter_cols;
    return d->windows[k] * d->filter_cols;
}

/* Windows of a pass, of all its groups, and ifmap columns that they read. */
static inline uint64_t multicast_windows(const struct multicast_pass *d)
{
    return (uint64_t)d->groups[0] * d->windows[0] +
           (uint64_t)d->groups[1] * d->windows[1];
}
static inline uint64_t multicast_all_columns(const struct multicast_pass *d)
{
    return (uint64_t)d->groups[0] * multicast_columns(d, 0) +
           (uint64_t)d->groups[1] * multicast_columns(d, 1);
}

static inline int multicast_groups(const struct multicast_pass *d)
{
    return d->groups_beside > 1 ? d->groups_beside : 1;
}
/* Sets of each group. */
static inline int multicast_group_sets(const struct multicast_pass *d)
{
    return d->sets / multicast_groups(d);
}

/* Distinct values of y * step_a + i * step_b, y < a, i < b. */
int touched(int a, int step_a, int b, int step_b);

/* Tiles of `size` ofmap rows or columns that follow each other, each of which
 * touches as many rows or columns of the ifmap that DRAM holds. */
struct tiling_alike {
    int size;
    uint64_t times, touched;
};
/* Those from the tile of e rows (w columns) on that begins at *p0 (*q0), which
 * moves behind them. */
struct tiling_alike tiling_alike_rows(const struct arch *arch,
                                      const struct layer *layer, int *p0,
                                      int e);
struct tiling_alike tiling_alike_columns(const struct arch *arch,
                                         const struct layer *layer, int *q0,
                                         int w);
/* Ifmap rows (or columns) that lie in DRAM and are touched by ofmap rows
 * [first, first + n): x = stride * y + dilation * r - pad, 0 <= x < extent. */
uint64_t tiling_touched(int first, int n, int stride, int taps, int dilation,
                        int pad, int extent);
/* How often each of a tensor's tiles is moved, one of filters where the psum
 * tile has so many. */
uint64_t tiling_moves(const struct arch *arch, const struct layer *layer,
                      const struct tiling *t, enum tensor tensor, int filters);
/* Closed form of the tile loops: DRAM and the DMA's part of L2. */
void tiling_expect(const struct arch *arch, const struct layer *layer,
                   const struct tiling *t, struct counts *out);

/* The next smaller number of tiles of `extent` after tiles of `size`, as an
 * even tile size; 0: there is none.  From 1 on it visits each even cut. */
int tiling_next_even(int extent, int size);

/* Tiles for a dataflow that works on a layer as a GEMM: the fewest estimated
 * cycles among those that fit into L2 and are even cuts, or waste fewer folds
 * than smaller ones.  given[]: m n e c f or 0.  false: none fits;
 * *short_tensor and *short_words are of the smallest. */
struct gemm_cost {
    /* Filters, products and outputs that a pass takes; a tile that is no
     * multiple wastes part of its last pass.  1: it wastes nothing. */
    int fold_filters, fold_products, fold_outputs;
    int row_taps; /* products that a channel of the tile adds to a fold */
    int c_max;    /* channels of a tile */
    /* Estimated array cycles with these tiles. */
    double (*cycles)(const struct arch *arch, const struct layer *layer,
                     const struct mapping *mapping, const struct tiling *t);
    const struct mapping *mapping;
    /* Tiles of more filters or channels never take more of these cycles. */
    bool whole_is_least;
    int groups;    /* side by side; 0 is 1 */
    unsigned kept; /* as of a tiling */
};
bool tiling_choose_gemm(const struct arch *arch, const struct layer *layer,
                        const struct gemm_cost *cost, const int given[5],
                        struct tiling *out, enum tensor *short_tensor,
                        uint64_t *short_words);

/* Product k of a channel tile: its channel, filter row and column. */
static inline void product_coord(const struct layer *l, int k, int *c, int *r,
                                 int *s)
{
    *s = k % l->S;
    *r = k / l->S % l->R;
    *c = k / l->S / l->R;
}

/* Filters and channels of a group. */
static inline int group_m(const struct layer *l)
{
    return l->M / l->G;
}

static inline int group_c(const struct layer *l)
{
    return l->C / l->G;
}

#ifdef __cplusplus
}
#endif

#endif
