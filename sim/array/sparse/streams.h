/* streams.h - the words of a network of a pass: which are zero, and which come;
 * for sim/array/sparse/pass_pattern.c alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_SPARSE_STREAMS_H
#define SIM_ARRAY_SPARSE_STREAMS_H

#include <stdlib.h>
#include <string.h>

#include "pe/stream_bits.h"
#include "sim/base/diag.h"
#include "sim/pattern/pattern.h"

/* Bits of the count of zeros beside a word, and how many zeros it counts: one
 * more spends a word of its own (Chen et al., JETCAS 9(2), 2019, s. IV-A). */
enum { COUNT_BITS = 4, ZEROS_MAX = (1 << COUNT_BITS) - 1 };

/* The words of one network of a pass, stream after stream. */
struct streams {
    enum tensor tensor;
    bool are_skipped;
    struct pattern pattern; /* of the tensor whose words they are */
    /* Owns; of each of its words two bits: it has been asked for; it is zero.
     */
    uint64_t *asked;
    int extent[4];
    int along; /* the coordinate in which neighbours differ */
    /* The latest stretch of neighbours that was asked for: the number of its
     * first word, how many they are, and bits, 1: zero. */
    uint64_t row_at, row_words;
    uint64_t row_zeros;
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

/* Notes the zeros of so many words from `at`, the first one's, on. */
static inline void note(struct streams *s, uint64_t at, uint64_t zeros,
                        int words)
{
    for (int k = 0; k < words; k++, at++)
        s->asked[2 * at / BITS] |=
            ((zeros >> k & 1) != 0 ? (uint64_t)3 : (uint64_t)1)
            << 2 * at % BITS;
}

/* A word in whose stretch of its row none has been asked for: who asks for
 * one asks for its neighbours, and their hashes have a common beginning. */
static inline bool ask(struct streams *s, const int coord[4], uint64_t at)
{
    const int place = coord[s->along] % BITS;
    const int in_row = s->extent[s->along] - (coord[s->along] - place);
    int first[4];
    memcpy(first, coord, sizeof(first));
    first[s->along] -= place;
    s->row_at = at - (uint64_t)place;
    s->row_words = (uint64_t)(in_row < BITS ? in_row : BITS);
    s->row_zeros =
        pattern_zeros(&s->pattern, first, s->along, (int)s->row_words);
    note(s, s->row_at, s->row_zeros, (int)s->row_words);
    return (s->row_zeros >> place & 1) != 0;
}

/* Passes ask again and again for a word. */
static inline bool is_zero_word(struct streams *s, const int coord[4])
{
    uint64_t at = 0;
    for (int k = 0; k < 4; k++) {
        if (coord[k] < 0 || coord[k] >= s->extent[k])
            return pattern_is_zero(&s->pattern, coord);
        at = at * (uint64_t)s->extent[k] + (uint64_t)coord[k];
    }
    if (at - s->row_at < s->row_words)
        return (s->row_zeros >> (at - s->row_at) & 1) != 0;
    const uint64_t two = s->asked[2 * at / BITS] >> 2 * at % BITS;
    return (two & 1) == 0 ? ask(s, coord, at) : (two & 2) != 0;
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

/* Word k of those that are put.  In segments of no more words than zeros are
 * counted each zero stays behind. */
static inline void put(struct streams *s, struct putting *p, int k,
                       const int coord[4])
{
    const bool is_zero = is_zero_word(s, coord);
    const bool does =
        !s->are_coded ||
        (p->segment <= ZEROS_MAX ? !is_zero
                                 : comes(s, is_zero, k % p->segment == 0));
    p->words |= (uint64_t)!is_zero << p->n;
    p->come |= (uint64_t)does << p->n;
    if (++p->n == BITS)
        put_together(s, p);
}

/* Puts words that are neighbours in their tensor, from one to the other of the
 * same number less one: coordinates rise with k, as a loop nest's do.  They are
 * segments of one word.  false: they are none. */
static inline bool put_row(struct streams *s, struct putting *p,
                           const int first[4], const int last[4], int words)
{
    bool are_in_row =
        words <= BITS && last[s->along] - first[s->along] == words - 1;
    for (int k = 0; k < 4; k++)
        are_in_row = are_in_row && (k == s->along || first[k] == last[k]);
    if (!are_in_row)
        return false;
    const uint64_t all = UINT64_MAX >> (BITS - words);
    p->words = all & ~pattern_zeros(&s->pattern, first, s->along, words);
    p->come = s->are_coded ? p->words : all;
    p->n = words;
    return true;
}

#endif
