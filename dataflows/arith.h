/* arith.h - small arithmetic that programs, closed forms and searches share.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_ARITH_H
#define DATAFLOWS_ARITH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ceil(a / b), a >= 0, b > 0. */
static inline int ceil_div(int a, int b)
{
    return a / b + (a % b > 0); /* no sum passes 31 bits */
}

static inline uint64_t ceil_div_u64(uint64_t a, uint64_t b)
{
    return a / b + (a % b > 0); /* no sum passes 64 bits */
}

static inline int min_int(int a, int b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline double max_real(double a, double b)
{
    return a > b ? a : b;
}

/* The greatest common divisor of two positive numbers. */
static inline int gcd_int(int a, int b)
{
    while (b != 0) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Size of tile `i` of size `tile` over `extent`: the last one is clipped. */
static inline int tile_size(int extent, int tile, int i)
{
    return min_int(tile, extent - i * tile);
}

/* Where the tile behind that at `at` begins: at the extent, behind the last. */
static inline int next_tile(int extent, int at, int tile)
{
    return at + min_int(tile, extent - at);
}

/* The two sizes that tiles of `tile` over `extent` have, full ones and the
 * clipped last one, and how often each comes. */
struct tile_sizes {
    int size[2];
    uint64_t times[2]; /* of the tail: 0 or 1 */
};

static inline struct tile_sizes tile_sizes_of(int extent, int tile)
{
    struct tile_sizes s = {{tile, extent % tile},
                           {(uint64_t)(extent / tile), extent % tile > 0}};
    return s;
}

/* Sum over the tiles of size `tile` that cut `extent` of ceil(size / step). */
static inline uint64_t sum_ceil(int extent, int tile, int step)
{
    uint64_t whole = (uint64_t)(extent / tile) * (uint64_t)ceil_div(tile, step);
    return whole + (uint64_t)ceil_div(extent % tile, step);
}

/* Sum over the same tiles of min(size, most). */
static inline uint64_t sum_min(int extent, int tile, int most)
{
    return (uint64_t)(extent / tile) * (uint64_t)min_int(tile, most) +
           (uint64_t)min_int(extent % tile, most);
}

/* The same over tiles of tiles, and over tiles of those. */
static inline uint64_t sum_ceil2(int extent, int tile, int inner, int step)
{
    return (uint64_t)(extent / tile) * sum_ceil(tile, inner, step) +
           sum_ceil(extent % tile, inner, step);
}

static inline uint64_t sum_ceil3(int extent, int outer, int tile, int inner,
                                 int step)
{
    return (uint64_t)(extent / outer) * sum_ceil2(outer, tile, inner, step) +
           sum_ceil2(extent % outer, tile, inner, step);
}

static inline uint64_t sum_min2(int extent, int tile, int inner, int most)
{
    return (uint64_t)(extent / tile) * sum_min(tile, inner, most) +
           sum_min(extent % tile, inner, most);
}

static inline uint64_t sum_min3(int extent, int outer, int tile, int inner,
                                int most)
{
    return (uint64_t)(extent / outer) * sum_min2(outer, tile, inner, most) +
           sum_min2(extent % outer, tile, inner, most);
}

#ifdef __cplusplus
}
#endif

#endif
