/* lane_skips.h - lanes that skip products of zeros.
 *
 * A pass's pattern says which of the words that come to its lanes are zero; a
 * lane's next product is then the next of its window whose skipped operands
 * are not.  Patterns steer timing, so a machine that has them repeats nothing
 * that depends on it.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_LANE_SKIPS_H
#define PE_LANE_SKIPS_H

#include "pe/lanes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bits, 1: the word is not zero, in the order in which the words of a stream
 * come; *_begin: of each lane, the first of its stream.  NULL: an operand of
 * which no word is skipped.  All borrowed; behind the word of the last bit
 * there is another. */
struct lane_pattern {
    const uint64_t *window, *held;
    const uint64_t *window_begin, *held_begin;
    /* Coded streams: bits, 1: the word comes; NULL: all do.  Words that come
     * before the first of each 64 bits; of each round and destination of the
     * network. */
    const uint64_t *window_comes, *held_comes;
    const uint32_t *window_ranks, *held_ranks;
    const int16_t *window_rounds, *held_rounds;
};

/* Makes the lanes, which lanes_init has set up, some that skip. The caller
 * frees it after their last cycle. */
struct lane_skips *lane_skips_new(struct lanes *lanes);
void lane_skips_free(struct lane_skips *skips);

/* Before lanes_issue: the pattern of the pass to come. */
void lane_skips_set(struct lane_skips *skips,
                    const struct lane_pattern *pattern);
/* Every lane to its first product; lanes_issue calls it. */
void lane_skips_issue(struct lanes *lanes);
/* Lanes [from, to) that have moved on to the product after their next.
 * may_count: those that hold all their words may count products down from now
 * on. */
void lane_skips_go_on(struct lanes *lanes, int from, int to, bool may_count);

/* Whether lanes of the pass may count products down. */
bool lane_skips_may_count(const struct lane_skips *skips);
/* Whether products of zero words are skipped. */
bool lane_skips_window(const struct lanes *lanes);
bool lane_skips_held(const struct lanes *lanes);
/* Whether some of the words do not come. */
bool lane_skips_coded(const struct lanes *lanes);

#ifdef __cplusplus
}
#endif

#endif
