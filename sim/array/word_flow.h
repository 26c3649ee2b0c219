/* word_flow.h - words that follow a machine's timing.
 *
 * The machine's words are looked up by the coordinates that the program gives
 * them and travel through the machine as its timing says.  What a word is, is
 * the caller's: an operand's value in functional mode, or its name when
 * accesses are traced.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_WORD_FLOW_H
#define SIM_ARRAY_WORD_FLOW_H

#include "dataflows/program.h"
#include "sim/array/multicast_machine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where words come from and go to, at L2; coord as in program.h.  Psums are
 * summed in 64 bits and wrap. */
struct word_ends {
    void *context;
    int64_t (*ifmap)(void *context, const struct pass *pass,
                     const int coord[4]);
    int64_t (*filter)(void *context, const struct pass *pass,
                      const int coord[4]);
    int64_t (*psum_in)(void *context, const struct pass *pass,
                       const int coord[4]);
    void (*psum_out)(void *context, const struct pass *pass, const int coord[4],
                     int64_t value);
    /* A PE (index in the machine) multiplies; may be NULL. */
    void (*mac)(void *context, int pe, int64_t ifmap, int64_t filter);
};

struct word_flow;

struct word_flow *word_flow_new(const struct program *program,
                                const struct word_ends *ends);
void word_flow_free(struct word_flow *flow);

/* The machine is about to run a pass on the lanes: what to hang on to it. */
const struct machine_tap *word_flow_multicast(struct word_flow *flow,
                                              const struct pass *pass);
/* Before that: the pattern of the pass; borrowed until it is done. */
void word_flow_set_pattern(struct word_flow *flow,
                           const struct lane_pattern *pattern);
/* The pass is set up (after issue, before the first step). */
void word_flow_multicast_issued(struct word_flow *flow,
                                const struct lanes *lanes);
/* The pass is done. */
void word_flow_multicast_done(struct word_flow *flow);
/* The same for a systolic pass. */
const struct systolic_values *word_flow_systolic(struct word_flow *flow,
                                                 const struct pass *pass);

/* MACs up to now with an ifmap word of 0. */
uint64_t word_flow_zero_macs(const struct word_flow *flow);

#ifdef __cplusplus
}
#endif

#endif
