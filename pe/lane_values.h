/* lane_values.h - real operands that follow the lanes' timing.
 *
 * Functional mode.  The lanes decide what moves and when; this repeats each
 * move with values: fifos, register files, the MAC, psums up the chain.  It
 * keeps a sequencer of its own, so that a wrong order of words shows as a
 * wrong output.  Values never steer timing.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_LANE_VALUES_H
#define PE_LANE_VALUES_H

#include "pe/lanes.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lane_values;

/* Makes the values of a machine's lanes; with holds_ifmap the held words are
 * the ifmap's. The caller frees it. */
struct lane_values *lane_values_new(const struct lanes *lanes,
                                    bool holds_ifmap);
void lane_values_free(struct lane_values *values);

/* Told of each MAC. */
struct mac_tap {
    void *context;
    void (*mac)(void *context, int lane, int64_t window, int64_t held);
};
void lane_values_tap(struct lane_values *values, const struct mac_tap *tap);

/* A pass begins: the lanes' bounds are set, all fifos are empty. */
void lane_values_issue(struct lane_values *values, const struct lanes *lanes);

/* A word arrives in a fifo of a lane. */
void lane_values_push_held(struct lane_values *values, int lane, int64_t value);
void lane_values_push_window(struct lane_values *values, int lane,
                             int64_t value);
void lane_values_push_psum(struct lane_values *values, int lane, int64_t value);
/* A psum leaves the fifo of a lane (of the row above the top one). */
int64_t lane_values_pop_psum(struct lane_values *values, int lane);

/* Repeats a cycle: after lanes_eval, before lanes_commit. */
void lane_values_follow(struct lane_values *values, const struct lanes *lanes);

/* MACs of the pass whose ifmap word was 0. */
uint64_t lane_values_zero_macs(const struct lane_values *values);

#ifdef __cplusplus
}
#endif

#endif
