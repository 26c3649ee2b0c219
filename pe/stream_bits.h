/* stream_bits.h - bits of words in the order in which they come, a bit
 * each: a word of 64 lies behind that of the last.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_STREAM_BITS_H
#define PE_STREAM_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BITS = 64 };

/* 64 bits from a place on; those behind the stream's last are any. */
static inline uint64_t bits_from(const uint64_t *bits, uint64_t from)
{
    const uint64_t *word = bits + from / BITS;
    const int at = (int)(from % BITS);
    return word[0] >> at | word[1] << 1 << (BITS - 1 - at);
}

static inline uint64_t low_bits(uint64_t n)
{
    return n < BITS ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
}

/* Without bits, all are set. */
static inline bool bit_is_set(const uint64_t *bits, uint64_t at)
{
    return bits == NULL || (bits[at / BITS] >> at % BITS & 1) != 0;
}

static inline uint64_t bits_of_word(const uint64_t *bits, uint64_t at)
{
    return bits == NULL ? UINT64_MAX : bits_from(bits, at);
}

/* As bits_of_word, the first 32 bits, from a load of their bytes alone. */
static inline uint32_t few_bits(const uint64_t *bits, uint64_t at)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t eight;
    if (bits == NULL)
        return UINT32_MAX;
    memcpy(&eight, (const char *)bits + at / 8, sizeof(eight));
    return (uint32_t)(eight >> at % 8);
#else
    return (uint32_t)bits_of_word(bits, at);
#endif
}

/* The first bit that is set of [from, end), or end.  NULL: all are set.  Where
 * zeros lie is chance, so that nothing here branches but the loop's end. */
static inline uint64_t next_bit(const uint64_t *bits, uint64_t from,
                                uint64_t end)
{
    if (bits == NULL)
        return from;
    for (;; from += BITS) {
        const uint64_t left = end - from;
        const uint64_t stop = left < BITS ? (uint64_t)1 << left : 0;
        const uint64_t word = bits_from(bits, from) | stop;
        if (word != 0)
            return from + (uint64_t)__builtin_ctzll(word);
    }
}

/* How many words of streams come before one of them. */
static inline uint64_t rank_of(const uint64_t *comes, const uint32_t *ranks,
                               uint64_t word)
{
    if (comes == NULL)
        return word;
    return ranks[word / BITS] + (uint64_t)__builtin_popcountll(
                                    comes[word / BITS] & low_bits(word % BITS));
}

/* The same of two words. */
static inline int16_t lane_bits_of_two(int16_t a, int16_t b)
{
    uint16_t x = (uint16_t)a, y = (uint16_t)b;
    x = (uint16_t)(x - ((x >> 1) & 0x5555));
    y = (uint16_t)(y - ((y >> 1) & 0x5555));
    x = (uint16_t)((x & 0x3333) + ((x >> 2) & 0x3333));
    x = (uint16_t)(x + (y & 0x3333) + ((y >> 2) & 0x3333));
    x = (uint16_t)((x & 0x0f0f) + ((x >> 4) & 0x0f0f));
    return (int16_t)((x + (x >> 8)) & 0x3f);
}

/* A bit for each of `n` bytes, up to 64, that are 0 or 1, with as many more as
 * fill eight. */
static inline uint64_t bits_of_bytes(const uint8_t *bytes, int n)
{
    uint64_t bits = 0;
    for (int k = 0; k < n; k += 8) {
        uint64_t eight;
        memcpy(&eight, bytes + k, sizeof(eight));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        eight = __builtin_bswap64(eight);
#endif
        /* The low bits of the eight bytes, side by side. */
        bits |= (eight * 0x0102040810204080u >> 56) << k;
    }
    return bits;
}

/* How many bits are set; of many words at once, where there is no instruction
 * for it. */
static inline int16_t lane_bits(int16_t word)
{
    uint16_t x = (uint16_t)word;
    x = (uint16_t)(x - ((x >> 1) & 0x5555));
    x = (uint16_t)((x & 0x3333) + ((x >> 2) & 0x3333));
    x = (uint16_t)((x + (x >> 4)) & 0x0f0f);
    return (int16_t)((x + (x >> 8)) & 0x1f);
}

/* The place of bit number n of those that are set from a place on. */
uint64_t stream_bits_nth(const uint64_t *bits, uint64_t from, int n);

#ifdef __cplusplus
}
#endif

#endif
