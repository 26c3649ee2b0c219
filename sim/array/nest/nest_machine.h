/* nest_machine.h - the array side of a machine that runs a nest, cycle by
 * cycle: the networks from L2 to the PEs, or to L1 and from there, and the PEs.
 *
 * All PEs step together.  A step's words come over the input networks; then
 * the PEs with work do a MAC a cycle.  The words of the next step may come
 * while the PEs work, where a register file (or L1) holds both tiles; else
 * when they are done.  Psums go, after their last product, on a network of
 * their own, and make room for those of the next step where there is none for
 * both.  At most one replaced psum tile is on its way out.
 *
 * Timing  a slot moves in cycle t, its words are used from t + 1 on; the first
 *         slot of a pass leaves L2 in cycle `latency_cycles`.  L2's bank ports
 *         give and take so many words of a tile a cycle; with one port for
 *         both, psums in and out take turns.
 * A pass on an empty array is a pure function of its steps.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_MACHINE_H
#define SIM_ARRAY_NEST_NEST_MACHINE_H

#include "sim/array/nest/nest_source.h"
#include "sim/base/block.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a network moves in a cycle: so many slots, and never more words than
 * the banks behind it give or take (0: there are none). */
struct nest_rate {
    uint64_t slots_per_cycle, words_per_cycle;
};

struct nest_machine_cfg {
    uint64_t pes_used; /* that ever have work */
    int array_cols;
    uint64_t latency_cycles;  /* of L2 */
    bool shared_psum_port;    /* 1rw */
    bool via_l1[NEST_INPUTS]; /* the PEs' words come from L1 */
    struct nest_rate from_l2[NEST_INPUTS], psum_to_l2;
    struct nest_rate from_l1[NEST_INPUTS], psum_to_l1;
};

/* Sets the configuration for a nest, which must fit into L2. */
void nest_machine_config(const struct arch *arch, const struct nest_walk *walk,
                         struct nest_machine_cfg *out);

/* What a pass did. */
struct nest_outcome {
    uint64_t cycles;        /* from issue to boundary */
    uint64_t flight_cycles; /* from the first word or MAC to the last */
    uint64_t busy_pes;      /* PEs with work in the pass */
    /* PE-cycles of the PEs used, by cause; their sum is pes_used *
     * flight_cycles. */
    uint64_t pe_cycles[LEDGER_N];
};

struct nest_machine;

/* Both borrowed. */
struct nest_machine *nest_machine_new(const struct nest_machine_cfg *cfg,
                                      struct nest_source *source);
void nest_machine_free(struct nest_machine *m);
/* The pass that the source has begun, on an empty array. */
void nest_machine_issue(struct nest_machine *m);
bool nest_machine_is_done(const struct nest_machine *m);
/* One cycle and those that are like it, up to `most` of them; how many they
 * were.  0: nothing moved. */
uint64_t nest_machine_step(struct nest_machine *m, uint64_t most_cycles);
/* A cycle in two phases, the machine as one block (sim/base/block.h). */
void nest_machine_eval(struct nest_machine *m);
void nest_machine_commit(struct nest_machine *m);
/* The same as a block per PE and network, as array_side_blocks says; before
 * the first pass.  Each network and PE finds from committed state whether it
 * moves; what is left to move is dealt out and counted by the sequencer. */
int nest_machine_blocks(struct nest_machine *m, struct block **blocks);
bool nest_machine_moved(const struct nest_machine *m);
/* Up to now. */
const struct nest_outcome *nest_machine_outcome(const struct nest_machine *m);

#ifdef __cplusplus
}
#endif

#endif
