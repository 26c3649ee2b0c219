/* levels_key.h - all that decides what a machine of listed levels does in a
 * pass, as plain data, by which the pass memory knows it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_KEY_H
#define SIM_ARRAY_LEVELS_LEVELS_KEY_H

#include "dataflows/nest/nest_walk.h"
#include "sim/array/nest/nest_source.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the loops outside the tiles of the levels put a pass; of all arrays the
 * first place is that of the MACs and of all levels whose tiles have no fewer
 * loops outside than a pass, whose own places stay 0. */
struct levels_key_place {
    int32_t exists;
    int32_t offset[LEVEL_N + 1][NEST_DIMS]; /* to the pass in question */
    int32_t left[LEVEL_N + 1][NEST_DIMS];   /* how far the layer goes on */
    int32_t above[LEVEL_N + 1][2], below[LEVEL_N + 1][2]; /* its edges */
};

struct levels_key {
    /* What all passes of a layer have alike. */
    struct levels_key_inside {
        uint64_t kind; /* of machine; others have others */
        struct level_arch machine[LEVEL_N];
        uint64_t room[LEVEL_N][TENSOR_N];
        struct nest_level level[LEVEL_N]; /* without time loops */
        int32_t pipeline_cycles, padding;
        int32_t stride[2], dilation[2];
        int32_t n_loops; /* inside a pass */
        struct levels_key_loop {
            int32_t dim, level, tile;
        } loop[NEST_TIME_MAX];
        int32_t outside[LEVEL_N]; /* of these, outside a level's tile */
        int32_t tile[LEVEL_N][NEST_DIMS];
        int32_t extent[NEST_DIMS]; /* as far as the outermost tile goes */
    } inside;
    struct levels_key_pass {
        struct levels_key_place at, before, next;
        int32_t reads_back[LEVEL_N];
        int32_t begins[2]; /* sums of MACs, as the loops over passes say */
    } pass;
};

/* Sets `inside`; all other bytes are 0. */
void levels_key_init(struct levels_key *key, const struct arch *arch,
                     const struct nest_walk *walk);
void levels_key_set(struct levels_key_pass *pass, const struct arch *arch,
                    const struct nest_walk *walk,
                    const struct nest_pass_place *place);

#ifdef __cplusplus
}
#endif

#endif
