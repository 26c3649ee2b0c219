/* rlc.h - run-length compression of feature maps on their way to DRAM.
 *
 * A code word has 64 bits: as many pairs of a 5-bit run and a value as fit
 * beside one flag bit that marks the last word.  A pair stands for `run`
 * zeros, at most 31, and the value that follows them; a longer run spends a
 * pair on its 32nd zero.  With 16-bit values: three pairs.
 *
 * Time uses the expected size only, a function of a stream's length and its
 * declared share of zeros, in integers: the same on every machine.  Real
 * streams are sized beside it.
 * Source  Chen, Krishna, Emer, Sze, JSSC 52(1), 2017.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_RLC_H
#define MEM_RLC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RLC_WORD_BYTES = 8, RLC_RUN_MAX = 31 };

/* Pairs in a code word; 0: a value of so many bits does not fit. */
int rlc_pairs_per_word(int value_bits);

/* Expected size of a stream of `words` values of which each is zero with
 * probability `zero_share`, independently.  Derived in docs/compression.md. */
uint64_t rlc_expected_bytes(uint64_t words, int value_bits, double zero_share);
/* The same for many streams of one kind.  A stream of all words of two is
 * never longer than the two. */
struct rlc_code {
    int value_bits;
    uint64_t mean_pair, cut_short; /* fixed point */
};
struct rlc_code rlc_code_of(int value_bits, double zero_share);
uint64_t rlc_code_bytes(const struct rlc_code *code, uint64_t words);

/* A real stream. */
struct rlc_stream {
    uint64_t pairs;
    int run; /* zeros not yet in a pair */
};
/* Takes the stream's next value; start from {0}. */
void rlc_take(struct rlc_stream *s, bool is_zero);
/* Bytes of the stream if it ends here. */
uint64_t rlc_bytes(const struct rlc_stream *s, int value_bits);

#ifdef __cplusplus
}
#endif

#endif
