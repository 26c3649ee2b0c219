/* pass_periods.h - finds that a machine repeats itself inside a pass, and skips
 * whole periods.
 *
 * The machine is a list of blocks (sim/base/block.h), each of which says how
 * its state repeats.  At beats, cycles that the machine picks by its state
 * alone, its state is compared with copies of earlier beats; where all blocks
 * are as they were, but for positions that have moved, what they did since is
 * done again as often as no position comes near the end of its range.  Why that
 * is exact: docs/periods.md.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_PASS_PERIODS_H
#define SIM_ARRAY_PASS_PERIODS_H

#include "sim/base/block.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Beats come in two levels. An outer one (a group of windows begins) makes the
 * machine forget the inner ones (a window begins) before it. */
enum period_level { PERIOD_WINDOWS, PERIOD_GROUPS, PERIOD_LEVELS };

struct pass_periods;

/* Skips since the pass was issued, for tests. */
struct period_skips {
    uint64_t at_level[PERIOD_LEVELS];
    uint64_t from_mark; /* of them: of periods longer than the ring */
};

/* blocks: all of a machine's, n of them; freed with the periods.  Returns NULL
 * if one does not say how its state repeats. */
struct pass_periods *pass_periods_new(struct block *blocks, int n);
void pass_periods_free(struct pass_periods *p);
/* A pass has been issued: what was copied is of another one. */
void pass_periods_forget(struct pass_periods *p);
/* The windows of the group so far are of no use for comparison. */
void pass_periods_forget_windows(struct pass_periods *p);
/* A beat, after `cycle` cycles of the pass.  Returns how many cycles it has
 * skipped, 0 as a rule. */
uint64_t pass_periods_beat(struct pass_periods *p, enum period_level level,
                           uint64_t cycle);

const struct period_skips *pass_periods_skips(const struct pass_periods *p);

/* For a machine that sees to a part of its state itself: the same in pieces, of
 * windows and with the latest beat alone.  Compares; returns how many periods
 * are left, 0 if the blocks are not alike, and how long one is. */
uint64_t pass_periods_compare(struct pass_periods *p, uint64_t cycle,
                              uint64_t *cycles);
void pass_periods_skip(struct pass_periods *p, uint64_t periods);
void pass_periods_remember(struct pass_periods *p, uint64_t cycle);

/* Moves n counts by so many times what they have grown by since `then`.  What
 * passes COUNT_MAX stays one above it. */
void period_skip_counts(uint64_t *now, const uint64_t *then, size_t n,
                        uint64_t periods);

#ifdef __cplusplus
}
#endif

#endif
