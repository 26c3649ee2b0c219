/* rlc.c - run-length compression of feature maps on their way to DRAM.
 *
 * The mean pair: with z the share of zeros, a pair covers more than j values
 * with probability z^j for j <= 31, and never more than 32.  So its mean
 * length is mu = sum of z^j, j = 0..31, and E[L (L - 1)] = 2 a with
 * a = sum of j z^j.  A stream of n values needs on average
 * n / mu + E[L (L - 1)] / (2 mu^2) pairs (renewal theorem; the second term is
 * the pair that the stream's end cuts short).
 * SPDX-License-Identifier: MIT
 */
#include "mem/rlc.h"

#include "sim/base/diag.h"

__extension__ typedef unsigned __int128 wide;

enum { RUN_BITS = 5, FLAG_BITS = 1, POINT = 28 }; /* POINT: of fixed point */
static const uint64_t one = (uint64_t)1 << POINT;

int rlc_pairs_per_word(int value_bits)
{
    return (8 * RLC_WORD_BYTES - FLAG_BITS) / (RUN_BITS + value_bits);
}

static uint64_t bytes_of_pairs(uint64_t pairs, int value_bits)
{
    int each = rlc_pairs_per_word(value_bits);
    SIM_CHECK(each > 0);
    return (pairs + (uint64_t)each - 1) / (uint64_t)each * RLC_WORD_BYTES;
}

struct rlc_code rlc_code_of(int value_bits, double zero_share)
{
    SIM_CHECK(zero_share >= 0 && zero_share <= 1);
    const uint64_t z = (uint64_t)(zero_share * (double)one + 0.5);
    struct rlc_code code = {.value_bits = value_bits, .mean_pair = one};
    uint64_t power = one, a = 0; /* power: z^j */
    for (uint64_t j = 1; j <= RLC_RUN_MAX; j++) {
        power = (power * z) >> POINT;
        code.mean_pair += power;
        a += j * power;
    }
    /* a / mu */
    code.cut_short =
        (uint64_t)((((wide)a << POINT) + code.mean_pair / 2) / code.mean_pair);
    return code;
}

uint64_t rlc_code_bytes(const struct rlc_code *code, uint64_t words)
{
    if (words == 0)
        return 0;
    wide sum = ((wide)words << POINT) + code->cut_short + code->mean_pair - 1;
    /* Most streams are short enough for a machine word. */
    wide pairs = sum <= UINT64_MAX ? (uint64_t)sum / code->mean_pair
                                   : sum / code->mean_pair;
    if (pairs > UINT64_MAX / RLC_WORD_BYTES) /* no stream is so long */
        return UINT64_MAX;
    return bytes_of_pairs((uint64_t)pairs, code->value_bits);
}

uint64_t rlc_expected_bytes(uint64_t words, int value_bits, double zero_share)
{
    const struct rlc_code code = rlc_code_of(value_bits, zero_share);
    return rlc_code_bytes(&code, words);
}

void rlc_take(struct rlc_stream *s, bool is_zero)
{
    if (is_zero && s->run < RLC_RUN_MAX) {
        s->run++;
        return;
    }
    s->pairs++;
    s->run = 0;
}

uint64_t rlc_bytes(const struct rlc_stream *s, int value_bits)
{
    return bytes_of_pairs(s->pairs + (s->run > 0), value_bits);
}
