/* reuse.h - how far apart the accesses to a word are, in a stream of accesses.
 *
 * Two distances between an access and the word's previous one:
 *   reuse distance  accesses from the previous to this one: back to back = 1
 *                   (Sze, Chen, Yang, Emer 2020, s. 5.2)
 *   stack distance  distinct words in between, the word itself included: back
 *                   to back = 1 (Mattson et al., IBM Systems Journal 9(2),
 *                   1970).  Under LRU an access hits exactly when it is at
 *                   most the capacity.
 * A word's first access has none: it is compulsory.
 *
 * Exact while the stream has at most `max_words` distinct words.  Beyond, a
 * fixed share of the words, chosen by a hash, is followed, halved whenever
 * there are too many of them; stack distances and counts are scaled
 * (Waldspurger et al., FAST 2015, "SHARDS").  Then `sampled_share` is below 1.
 *
 * Cost: O(log n) an access by a tree of live positions; 40 bytes a word.
 * SPDX-License-Identifier: MIT
 */
#ifndef TRACES_REUSE_H
#define TRACES_REUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How often each distance occurred.  Distances up to DISTANCE_EXACT have a bin
 * each, longer ones DISTANCE_OCTAVE bins per doubling. */
enum {
    DISTANCE_EXACT = 1024,
    DISTANCE_OCTAVE = 16,
    DISTANCE_BINS = 1024 + 16 * 54
};

struct distances {
    uint64_t count[DISTANCE_BINS]; /* accesses */
    uint64_t n, sum, min, max;     /* min, max: 0 when n is 0 */
};

/* The bin of a distance, 1 or more, and the shortest and longest in a bin. */
int distances_bin(uint64_t distance);
uint64_t distances_first(int bin);
uint64_t distances_last(int bin);
void distances_add(struct distances *d, uint64_t distance, uint64_t times);
void distances_merge(struct distances *into, const struct distances *from);

/* What a stream showed.  Scaled by 1 / sampled_share where that is below 1. */
struct reuse_counts {
    uint64_t accesses;   /* all of them, never scaled */
    uint64_t compulsory; /* first accesses = distinct words */
    double sampled_share;
    struct distances reuse, stack;
};

struct reuse;

/* max_words: distinct words followed at most, 16 or more. */
struct reuse *reuse_new(size_t max_words);
void reuse_free(struct reuse *r);
void reuse_access(struct reuse *r, uint64_t word);
/* Makes a stream as new: it forgets all words and counts. */
void reuse_clear(struct reuse *r);
void reuse_read(const struct reuse *r, struct reuse_counts *out);
/* Sums streams that do not share a memory (PEs' register files). */
void reuse_counts_merge(struct reuse_counts *into,
                        const struct reuse_counts *from);
/* As if streams with `all` accesses had been followed, of which these counts'
 * `accesses` are a part: the same distances in the same shares, in whole
 * accesses that still add up. */
void reuse_counts_scale(struct reuse_counts *c, uint64_t all);
/* Accesses that miss an LRU memory of so many words, compulsory ones
 * included.  Exact up to DISTANCE_EXACT words and at the last distance of a
 * bin; between, the bin counts as missing. */
uint64_t reuse_misses(const struct reuse_counts *c, uint64_t capacity_words);

#ifdef __cplusplus
}
#endif

#endif
