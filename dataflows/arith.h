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

#ifdef __cplusplus
}
#endif

#endif
