/* access.h - a tap on the accesses that a machine makes.
 *
 * The machine calls it once per word read or written, in the order in which
 * things happen; within a cycle: filter, ifmap, psum networks, then PEs in the
 * order of their index.  Only when asked for: taps never steer timing.
 * SPDX-License-Identifier: MIT
 */
#ifndef TRACES_ACCESS_H
#define TRACES_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/layer.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In the place of a level where levels are listed: an operand of a MAC. */
enum { ACCESS_MACS = LEVEL_N };

struct access {
    /* LEVEL_RF: an operand of a MAC, before any RF, unless levels are listed.
     */
    enum level level;
    enum tensor tensor;
    int unit; /* index of the PE, of the L1 or of a listed level's instance; 0
                 at L2 and DRAM */
    bool is_write;
    uint64_t word; /* access_word() */
};

struct access_tap {
    void *context;
    void (*access)(void *context, const struct access *access);
};

/* Words have names up to here in each dimension, the ifmap's padding
 * included. */
enum { ACCESS_EXTENT_MAX = 65536 };

/* The largest of a layer's dimensions: ACCESS_EXTENT_MAX at most where its
 * words have names. */
static inline int access_extent(const struct layer *l)
{
    const int extent[] = {
        l->N, l->M, l->C, layer_padded_h(l), layer_padded_w(l), l->R, l->S};
    int most = 0;
    for (int i = 0; i < (int)(sizeof(extent) / sizeof(extent[0])); i++)
        most = extent[i] > most ? extent[i] : most;
    return most;
}

static inline bool access_words_have_names(const struct layer *layer)
{
    return access_extent(layer) <= ACCESS_EXTENT_MAX;
}

/* A word of a tensor by its coordinates, 16 bits each, ifmap n c h w (padded),
 * filter m c r s, psum n m p q, c of the ifmap and m over all groups. */
static inline uint64_t access_word(const int coord[4])
{
    return (uint64_t)(uint16_t)coord[0] << 48 |
           (uint64_t)(uint16_t)coord[1] << 32 |
           (uint64_t)(uint16_t)coord[2] << 16 | (uint64_t)(uint16_t)coord[3];
}

static inline void access_coord(uint64_t word, int coord[4])
{
    for (int k = 0; k < 4; k++)
        coord[k] = (int)(word >> (48 - 16 * k) & 0xffff);
}

#ifdef __cplusplus
}
#endif

#endif
