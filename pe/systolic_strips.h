/* systolic_strips.h - commands: in what pieces the words of a pass enter an
 * array with second registers, and when.
 *
 * A command carries a strip of the operand that streams: at most
 * `strip_words` of them, all of one line (an output row).  It takes as many
 * cycles as it has words, and no fewer than `strip_min_cycles`; then the next
 * one may enter.  It is in the array for `command_cycles`, and at least until
 * its last psum has left; a further one waits while `commands_in_flight` are.
 *
 *   strip n begins     b(n) = max(b(n-1) + cycles(n-1), left(n-F))
 *   it has left        left(n) = b(n) + max(command_cycles, words + R + C - 2)
 *
 * Strips are counted on from pass to pass.  Without strip_words a pass is one
 * command.
 *
 * Cycles here count from the one in which the pass begins to flow, which is
 * that in which its first strip does.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_SYSTOLIC_STRIPS_H
#define PE_SYSTOLIC_STRIPS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct systolic_cfg; /* pe/systolic.h */
struct systolic_pass;

/* The most commands whose end is kept in mind. */
enum { SYSTOLIC_COMMANDS_MAX = 16 };

/* Cycles until each of the last commands has left, oldest first; 0: it has. */
struct strip_flight {
    uint32_t cycles[SYSTOLIC_COMMANDS_MAX];
};

/* Goes through the strips of a pass. */
struct strip_walk {
    const struct systolic_cfg *cfg;       /* borrowed */
    uint32_t depth, line_words;           /* of the pass */
    uint32_t first, words;                /* of the strip */
    uint64_t begins, ends;                /* ends: the next one may enter */
    uint64_t left[SYSTOLIC_COMMANDS_MAX]; /* when the last ones have, in turn */
    int oldest;
};

/* At the first strip. */
void strip_walk_start(struct strip_walk *walk, const struct systolic_cfg *cfg,
                      const struct systolic_pass *pass,
                      const struct strip_flight *flight);
/* To the next one; false: there is none. */
bool strip_walk_next(struct strip_walk *walk);

/* What a pass takes, in cycles. */
struct strip_span {
    uint64_t last_begins; /* its last strip; with it, the next words to stay */
    uint64_t entered;     /* until all its words have */
    uint64_t stream;      /* until a strip of the next pass may enter */
    uint64_t life;        /* until its last command has left, and may be
                             followed */
};
struct strip_span strip_span_of(const struct systolic_cfg *cfg,
                                const struct systolic_pass *pass,
                                const struct strip_flight *flight);

/* What is in flight so many cycles after the pass began to flow, at least
 * `stream` of them. */
struct strip_flight strip_flight_after(const struct systolic_cfg *cfg,
                                       const struct systolic_pass *pass,
                                       const struct strip_flight *flight,
                                       uint64_t cycles);
#ifdef __cplusplus
}
#endif

#endif
