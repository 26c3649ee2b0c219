/* streams.h - the words of a network of a pass: which are zero, and which come;
 * for sim/array/sparse/pass_pattern.c alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_SPARSE_STREAMS_H
#define SIM_ARRAY_SPARSE_STREAMS_H

#include <stdlib.h>
#include <string.h>

#include "dataflows/zero_shares.h"
#include "pe/stream_bits.h"
#include "sim/base/diag.h"
#include "sim/pattern/pattern.h"

/* How many zeros the count beside a word counts: one more spends a word of its
 * own (Chen et al., JETCAS 9(2), 2019, s. IV-A). */
enum { ZEROS_MAX = (1 << ZERO_COUNT_BITS) - 1 };

/* The words of one network of a pass, stream after stream. */
struct streams {
    enum tensor tensor;
    bool are_skipped;
    struct pattern pattern; /* of the tensor whose words they are */
    uint64_t all;           /* its words; 0: none is noted */
    /* Own; of its words 64 at a time in order: bits, 1: zero; and a bit for
     * each of these words of bits: it has been asked for. */
    uint64_t *zeros, *asked;
    int extent[4];
    uint64_t step[4]; /* words from one to its neighbour in a coordinate */
    int along;        /* the coordinate in which neighbours are side by side */
    bool has_parts;   /* the latest stretch rose by a tap's channels alone */
    uint64_t *bits;   /* owns */
    uint64_t n, room; /* of the bits */
    uint64_t *begin;  /* owns; of each lane */
    bool are_coded;
    uint64_t *comes; /* owns; bits as those, of words that come */
    uint32_t *ranks; /* owns; how many come before those of each word of bits */
    uint32_t come;   /* in all */
    int run;         /* zeros behind the latest of these, of its segment */
    int16_t *words;  /* owns; that come, by round and destination */
};

/* Makes room for twice as many bits, and one word more, which is touched where
 * 64 bits are read from one of the last on. */
static inline void make_room(struct streams *s)
{
    const uint64_t words = s->room / BITS;
    const uint64_t more = words == 0 ? 64 : 2 * words;
    s->bits = (uint64_t *)xrealloc(s->bits, more + 1, sizeof(*s->bits));
    if (s->are_coded) {
        s->comes = (uint64_t *)xrealloc(s->comes, more + 1, sizeof(*s->comes));
        s->ranks = (uint32_t *)xrealloc(s->ranks, more + 1, sizeof(*s->ranks));
    }
    s->room = more * BITS;
}

/* Whether a word comes.  A segment's zeros are counted for themselves. */
static inline bool comes(struct streams *s, bool is_zero, bool begins_segment)
{
    if (begins_segment)
        s->run = 0;
    if (is_zero && s->run < ZEROS_MAX) {
        s->run++;
        return false;
    }
    s->run = 0;
    return true;
}

/* Asks for the 64 words of number `block` of the tensor's: passes ask again and
 * again for a word, who asks for one asks for its neighbours, and the hashes of
 * those side by side have a common beginning. */
static inline void ask(struct streams *s, uint64_t block)
{
    const uint64_t begin = block * BITS;
    const uint64_t left = s->all - begin;
    const int words = left < BITS ? (int)left : BITS;
    uint64_t at = begin;
    int coord[4];
    for (int c = 0; c < 4; c++) {
        coord[c] = (int)(at / s->step[c]);
        at %= s->step[c];
    }
    s->zeros[block] =
        pattern_zeros_behind(&s->pattern, coord, s->extent, s->along, words);
    s->asked[block / BITS] |= (uint64_t)1 << block % BITS;
}

static inline void ask_once(struct streams *s, uint64_t block)
{
    if ((s->asked[block / BITS] >> block % BITS & 1) == 0)
        ask(s, block);
}

/* Whether the word of that number is zero. */
static inline bool is_zero_at(struct streams *s, uint64_t at)
{
    ask_once(s, at / BITS);
    return (s->zeros[at / BITS] >> at % BITS & 1) != 0;
}

/* Bits of up to 64 words from one on, 1: it is zero; others are any. */
static inline uint64_t zeros_from(struct streams *s, uint64_t at, int words)
{
    ask_once(s, at / BITS);
    ask_once(s, (at + (uint64_t)words - 1) / BITS);
    return bits_from(s->zeros, at);
}

/* The number of a word; false: it has none. */
static inline bool number_of(const struct streams *s, const int coord[4],
                             uint64_t *at)
{
    *at = 0;
    for (int k = 0; k < 4; k++) {
        if (coord[k] < 0 || coord[k] >= s->extent[k])
            return false;
        *at += s->step[k] * (uint64_t)coord[k];
    }
    return true;
}

static inline bool is_zero_word(struct streams *s, const int coord[4])
{
    uint64_t at;
    return number_of(s, coord, &at) ? is_zero_at(s, at)
                                    : pattern_is_zero(&s->pattern, coord);
}

/* Up to 64 words more; those that are not zero, and those that come. */
static inline void append(struct streams *s, uint64_t words, uint64_t come,
                          int n)
{
    const uint64_t at = s->n / BITS;
    const int shift = (int)(s->n % BITS), behind = BITS - shift;
    if (n == 0)
        return;
    while (s->n + (uint64_t)n > s->room)
        make_room(s);
    s->bits[at] = (shift == 0 ? 0 : s->bits[at]) | words << shift;
    if (n > behind)
        s->bits[at + 1] = words >> behind;
    if (s->are_coded) {
        SIM_CHECK(s->come < UINT32_MAX - BITS);
        s->comes[at] = (shift == 0 ? 0 : s->comes[at]) | come << shift;
        if (shift == 0)
            s->ranks[at] = s->come;
        if (n > behind) {
            s->comes[at + 1] = come >> behind;
            s->ranks[at + 1] =
                s->come + (uint32_t)__builtin_popcountll(come << shift);
        }
        s->come += (uint32_t)__builtin_popcountll(come);
    }
    s->n += (uint64_t)n;
}

/* Words that are put together until they are 64, or the last. */
struct putting {
    uint64_t words, come;
    int n;
    int segment; /* words whose zeros are counted together */
    int come_in_all;
};

static inline void put_together(struct streams *s, struct putting *p)
{
    append(s, p->words, p->come, p->n);
    p->come_in_all += __builtin_popcountll(p->come);
    p->words = p->come = 0;
    p->n = 0;
}

/* Bits of words from the one of number k on, of which some are zero: 1: it
 * comes.  In segments of no more words than zeros are counted each zero stays
 * behind. */
static inline uint64_t coming(struct streams *s, const struct putting *p, int k,
                              uint64_t zeros, int words)
{
    uint64_t come = 0;
    if (!s->are_coded)
        return low_bits((uint64_t)words);
    if (p->segment <= ZEROS_MAX)
        return ~zeros & low_bits((uint64_t)words);
    for (int n = 0; n < words; n++)
        come |=
            (uint64_t)comes(s, (zeros >> n & 1) != 0, (k + n) % p->segment == 0)
            << n;
    return come;
}

/* Puts up to 64 words, bits, 1: zero; k: the number of the first of them. */
static inline void put(struct streams *s, struct putting *p, int k,
                       uint64_t zeros, int words)
{
    if (p->n + words > BITS)
        put_together(s, p);
    p->come |= coming(s, p, k, zeros, words) << p->n;
    p->words |= (~zeros & low_bits((uint64_t)words)) << p->n;
    p->n += words;
    if (p->n == BITS)
        put_together(s, p);
}

/* Words that lie in their tensor a step each from the one before. */
struct rise {
    uint64_t at, step; /* the first one's number; the same */
    bool is_row;       /* side by side in one coordinate */
};

/* Whether words rise like that, from their first two and their last.  They are
 * in the order of a loop nest, whose coordinates rise: one coordinate alone
 * does, or all that lies between two words of the tensor is among them, whose
 * order then is the nest's. */
static inline bool rises(const struct streams *s, const int first[4],
                         const int second[4], const int last[4], int words,
                         struct rise *out)
{
    uint64_t next, end;
    int along = -1, differ = 0;
    if (!number_of(s, first, &out->at) || !number_of(s, second, &next) ||
        !number_of(s, last, &end))
        return false;
    for (int k = 0; k < 4; k++) {
        differ += first[k] != last[k];
        along = last[k] - first[k] == words - 1 ? k : along;
    }
    const bool is_one = differ == 1 && along >= 0 &&
                        next - out->at == s->step[along] &&
                        second[along] - first[along] == 1;
    out->step = next - out->at;
    out->is_row = is_one && along == s->along;
    return is_one || (out->step == 1 && end - out->at == (uint64_t)words - 1);
}

/* Puts words that rise. */
static inline void put_risen(struct streams *s, struct putting *p, int k,
                             struct rise rise, int words)
{
    while (words > 0) {
        const int now = words < BITS ? words : BITS;
        uint64_t zeros = 0;
        if (rise.step == 1)
            zeros = zeros_from(s, rise.at, now);
        for (int n = 0; rise.step > 1 && n < now; n++)
            zeros |= (uint64_t)is_zero_at(s, rise.at + (uint64_t)n * rise.step)
                     << n;
        rise.at += (uint64_t)now * rise.step;
        put(s, p, k, zeros, now);
        words -= now;
        k += now;
    }
}

#endif
