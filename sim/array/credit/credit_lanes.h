/* credit_lanes.h - the PEs of a credit machine, side by side: MAC, register
 * files, and a sequencer that follows the tables of a pass (credit_pass.h).
 *
 * Timing  that of pe/lanes.h, from the same keys: a MAC or a psum addition a
 *         cycle; a word in a fifo can be taken in the next cycle, one in a
 *         register file used in the next; a place is free in the cycle after
 *         its word's last use or, with refill_at_last_use, in the same; a psum
 *         sent in cycle t is in the fifo above in t + pipeline_cycles.
 * State   One array over lanes for each variable.  Tables are looked up only
 *         where a lane comes to the end of a run of MACs.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_CREDIT_CREDIT_LANES_H
#define SIM_ARRAY_CREDIT_CREDIT_LANES_H

#include "pe/pass_counts.h"
#include "sim/array/credit/credit_pass.h"

#ifdef __cplusplus
extern "C" {
#endif

struct credit_lanes_cfg {
    int lanes;
    int fifo_words, pipeline_cycles;
    int rf_words[CREDIT_INPUTS];
    int port_words[CREDIT_INPUTS]; /* into the register file, a cycle */
    bool psum_own_cycle;           /* else psums leave with their last MAC */
    bool start_at_step;            /* a step's MACs wait for all its words */
    bool refill_at_last_use;
};

/* State of each lane; those up to `collected` of the chains' exits too, which
 * follow the lanes. */
#define CREDIT_LANE_STATE(X)                                          \
    X(psum_fifo, "psums in the input fifo")                           \
    X(psum_reserved, "those and the ones on their way to it")         \
    X(push_psum, "staged by the network from L2")                     \
    X(collected, "staged by the network to L2")                       \
    X(fifo_filter, "words in the input fifo")                         \
    X(fifo_ifmap, "likewise")                                         \
    X(push_filter, "staged by the network")                           \
    X(push_ifmap, "likewise")                                         \
    X(rf_filter, "places of the register file in use")                \
    X(rf_ifmap, "likewise")                                           \
    X(got_filter, "words that have come, from the step's first")      \
    X(got_ifmap, "likewise")                                          \
    X(need_filter, "of them, before the next MAC")                    \
    X(need_ifmap, "likewise")                                         \
    X(grows_filter, "need grows with each MAC")                       \
    X(grows_ifmap, "likewise")                                        \
    X(frees_filter, "places that each MAC frees")                     \
    X(frees_ifmap, "likewise")                                        \
    X(macs_left, "of the run")                                        \
    X(rides, "-1: a psum leaves with each MAC of the run")            \
    X(adds_left, "psums to add and send, where they take own cycles") \
    X(takes_psum, "-1: psums that leave add one from below")          \
    X(owns_psum, "-1: they are the lane's, not passed on")            \
    X(started, "-1 from the pass's first MAC on")                     \
    X(running, "-1 until the lane is done with the pass")             \
    X(sent, "bit k: a psum was sent k cycles ago")                    \
    X(pop_filter, "staged")                                           \
    X(pop_ifmap, "staged")                                            \
    X(emit, "staged: -1 when a psum is sent up")                      \
    X(take, "staged: -1 when a psum is taken")                        \
    X(mac, "-1: a MAC was issued in this cycle")                      \
    X(step, "of the pass")                                            \
    X(run, "of the step's work")                                      \
    X(active, "-1: has work in this pass")                            \
    X(above_words, "psums in the fifo above, and on their way to it") \
    X(above, "the lane or exit that psums go to")                     \
    X(below, "the lane whose psums come; -1: none")

#define CREDIT_LANE_FIELD(name, doc) int32_t *name;
struct credit_lane_fields {
    CREDIT_LANE_STATE(CREDIT_LANE_FIELD)
};
#undef CREDIT_LANE_FIELD

/* PEs per cause in one cycle, and what moved. */
struct credit_cycle {
    int32_t cause[PE_CAUSE_N];
    int32_t emits, own_emits, adds;
    int32_t pops; /* not 0: some register file took words */
};

struct credit_lanes {
    struct credit_lanes_cfg cfg;
    const struct credit_pass *pass; /* borrowed */
    struct credit_lane_fields f;
    int32_t *memory; /* owns */
    int running;     /* lanes that are not done */
    bool went_on;    /* one came to the end of a run of MACs or of its psums;
                        whoever asks clears it */
};

void credit_lanes_init(struct credit_lanes *lanes,
                       const struct credit_lanes_cfg *cfg);
void credit_lanes_fini(struct credit_lanes *lanes);
/* All lanes must be done with the last pass. */
void credit_lanes_issue(struct credit_lanes *lanes,
                        const struct credit_pass *pass);
/* Reads what was committed, changes lanes [from, to) only, stages the rest.
 * Adds to *cycle. */
void credit_lanes_eval(struct credit_lanes *lanes, int from, int to,
                       struct credit_cycle *cycle);
/* Publishes staged pushes and pops of lanes, and exits behind them,
 * [from, to). */
void credit_lanes_commit(struct credit_lanes *lanes, int from, int to);
/* Cycles, after one in which no word moved and no lane went on, in which the
 * lanes that issued a MAC in it issue one each and nothing else happens. */
int32_t credit_lanes_alike(const struct credit_lanes *lanes);
/* Goes on by so many of them. */
void credit_lanes_skip(struct credit_lanes *lanes, int32_t cycles);
/* Lanes and exits. */
int credit_lanes_fifos(const struct credit_lanes *lanes);
/* A word has reached a PE and can be taken. */
bool credit_lanes_any_word(const struct credit_lanes *lanes);
/* A psum was sent a while ago, or is on its way. */
bool credit_lanes_any_sent(const struct credit_lanes *lanes);
/* A psum is on its way to a fifo, or has just come. */
bool credit_lanes_any_arriving(const struct credit_lanes *lanes);

#ifdef __cplusplus
}
#endif

#endif
