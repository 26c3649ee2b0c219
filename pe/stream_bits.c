/* stream_bits.c - bits of words in the order in which they come.
 * SPDX-License-Identifier: MIT
 */
#include "pe/stream_bits.h"

uint64_t stream_bits_nth(const uint64_t *bits, uint64_t from, int n)
{
    for (;; from += BITS - from % BITS) {
        uint64_t word = bits[from / BITS] >> (from % BITS);
        const int set = __builtin_popcountll(word);
        if (n >= set) {
            n -= set;
            continue;
        }
        for (; n > 0; n--)
            word &= word - 1;
        return from + (uint64_t)__builtin_ctzll(word);
    }
}
