/* gemm.h - what the dataflows share that see a layer as a GEMM (ws, is,
 * os).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_GEMM_GEMM_H
#define DATAFLOWS_GEMM_GEMM_H

#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first six parameters of each of these dataflows, in this order. */
enum { GEMM_M, GEMM_N, GEMM_E, GEMM_C, GEMM_F, GEMM_KEEP, GEMM_TILES };

#define GEMM_TILE_PARAMS                                                \
    {"m", 1, LAYER_DIM_MAX, "filters",                                  \
     "filters whose psums L2 holds at a time"},                         \
        {"n", 1, LAYER_DIM_MAX, "images", "images of a tile"},          \
        {"e", 1, LAYER_DIM_MAX, "rows", "ofmap rows of a tile"},        \
        {"c", 1, 65535, "channels", "channels of a tile"},              \
        {"f", 1, LAYER_DIM_MAX, "filters", "filters of a filter tile"}, \
        KEEP_PARAM

/* The last one of those that may have groups of a layer side by side. */
#define GEMM_GROUPS_PARAM                                           \
    {                                                               \
        "g", 1, 65535, "groups", "groups of the layer side by side" \
    }

/* os: products of an output in a pass; windows of a group are counted in 15
 * bits (pe/lanes.h). */
enum { OS_PRODUCTS_MAX = 32767 };

/* The most outputs of a tile, because a pass counts them in 31 bits. */
enum { TILE_OUTPUTS_MAX = 1 << 30 };

extern const struct dataflow ws_dataflow, is_dataflow, os_dataflow,
    nlr_dataflow;

/* Sets the tile sizes of a tiling to those of the mapping. */
void gemm_tiling(const struct mapping *mapping, struct tiling *out);
/* Copies given parameters, clipped to extent[], 0 = not given; *at: of the
 * last one. */
void gemm_given(const struct dataflow *dataflow,
                const struct given_mapping *given, const int *extent,
                int *fixed, struct src_pos *at);
/* Whether a pass counts the products of an output and a group's filters. */
bool gemm_is_countable(const struct layer *layer);
/* As gemm_is_countable, and reports it when an int does not. */
bool gemm_countable(const struct dataflow *dataflow, const struct layer *layer,
                    struct diag *d);
/* Chooses the tiles of `mapping`; reports when none fits. */
bool gemm_choose_tiles(const struct dataflow *dataflow, const struct arch *arch,
                       const struct layer *layer, const struct gemm_cost *cost,
                       const int *fixed, struct src_pos at,
                       struct mapping *mapping, struct diag *d);
/* Reports that a register file is too small. */
bool gemm_rf_short(const struct dataflow *dataflow, const struct layer *layer,
                   const char *key, int words, struct src_pos at,
                   struct diag *d);
/* The most groups of a layer that ws, is and os may put side by side: on an
 * array whose networks give each its own words.  A systolic one streams the
 * same words past all its columns, and a tree adds up a whole column. */
static inline int gemm_groups_max(const struct arch *arch)
{
    return arch->array_network == NETWORK_MULTICAST &&
                   arch->psum_reduce == PSUM_CHAIN
               ? arch_groups_max(arch)
               : 1;
}
/* A legal mapping with so many groups side by side, as a dataflow finds it;
 * *cycles: its estimate, *pes: that it uses. */
struct gemm_grouped {
    struct mapping mapping;
    double cycles;
    int pes;
};
struct gemm_groups {
    const struct dataflow *dataflow;
    const struct arch *arch;
    const struct layer *layer;
    const int *fixed; /* by parameter, 0: not given */
    int param;        /* g's index */
    /* false: there is none.  fixed: as above, with g and what it asks for. */
    bool (*choose)(const struct gemm_groups *groups, const int *fixed,
                   struct gemm_grouped *out);
};
/* What g groups ask of the other parameters. */
void gemm_ask_for_groups(const struct gemm_groups *groups, int g, int *fixed);
/* Whether some may be side by side, and how many is free. */
bool gemm_may_group(const struct gemm_groups *groups);
/* Takes a mapping with several groups in place of *best, of those that take no
 * longer the one in which the most PEs have work; any, where `found` is false.
 * Returns whether there is one now. */
bool gemm_choose_groups(const struct gemm_groups *groups, bool found,
                        struct gemm_grouped *best);
/* Reports that given parameters ask for groups that cannot be side by side;
 * false: they do not. */
bool gemm_groups_lack(const struct gemm_groups *groups, struct src_pos at,
                      struct diag *d);

/* Prints the loops outside a pass and the line for --set. */
void gemm_show_tiles(const struct dataflow *dataflow, const struct layer *layer,
                     const struct mapping *mapping, FILE *to);

/* Output x of a tile (image, row, column in this order): its coordinates. */
void gemm_pixel(const struct program *program, const struct pass_place *place,
                int x, int *n, int *p, int *q);
void gemm_ifmap_word(const struct program *program,
                     const struct pass_place *place, int x, int k,
                     int coord[4]);
void gemm_filter_word(const struct program *program,
                      const struct pass_place *place, int filter, int k,
                      int coord[4]);
void gemm_psum_word(const struct program *program,
                    const struct pass_place *place, int x, int filter,
                    int coord[4]);

/* Taps of a filter that the rows of an array work on side by side, beside the
 * channels: all of them; of rows that hold channels alone, one. */
static inline int gemm_row_taps(const struct arch *arch, const struct layer *l)
{
    return arch_axis_holds(arch->rows_hold, "rs") ? l->R * l->S : 1;
}
/* Passes, or steps of a pass, that then take the taps in turn. */
static inline int gemm_tap_turns(const struct arch *arch, const struct layer *l)
{
    return l->R * l->S / gemm_row_taps(arch, l);
}

/* Where a pass stands, of one of its groups. */
static inline struct pass_place gemm_of_group(const struct pass_place *place,
                                              int group)
{
    struct pass_place its = *place;
    its.g += group;
    return its;
}

/* Gives a pass `n` windows that share no words, in groups short enough for
 * lanes to count (pe/lanes.h). */
void gemm_windows(struct multicast_pass *pass, int n);

/* The outputs of a tile of images and rows, whole or clipped in either, and how
 * often tiles of so many come. */
struct gemm_output_tiles {
    int outputs[4];
    uint64_t times[4];
};
struct gemm_output_tiles gemm_output_tiles_of(const struct layer *l,
                                              const struct tiling *t);
/* The outputs of the PE with the most, p at a time of each fold's. */
uint64_t gemm_busiest_outputs(const struct layer *l, const struct tiling *t,
                              int fold, int p);
/* Folds of a group's tiles over an array that takes `fold` outputs, products
 * or filters at a time: each tile rounds up. */
uint64_t gemm_output_folds(const struct layer *l, const struct tiling *t,
                           int fold);
uint64_t gemm_product_folds(const struct arch *arch, const struct layer *l,
                            const struct tiling *t, int fold);
uint64_t gemm_filter_folds(const struct layer *l, const struct tiling *t,
                           int fold);

/* Links of an adder tree with `leaves` leaves that the words of one sum cross,
 * from `used` of them: into each stage a word for each pair, pair of pairs,
 * ... with any. */
uint64_t gemm_tree_links(int leaves, int used);

/* The most images that a tile with e rows may have; 0 when not even one image
 * fits. */
static inline int gemm_images_max(const struct layer *l, int e)
{
    return (int)(TILE_OUTPUTS_MAX / ((int64_t)e * l->Q));
}

static inline uint64_t gemm_outputs(const struct layer *l)
{
    return (uint64_t)l->N * (uint64_t)l->M * (uint64_t)l->P * (uint64_t)l->Q;
}

#ifdef __cplusplus
}
#endif

#endif
