/* multicast_machine.h - the array side of a machine with multicast networks:
 * lanes of PEs, three networks from L2, one back, L2's array ports and, where
 * they sum the psums, adder trees.
 *
 * All timing state lies in one arena of plain data without pointers; the
 * views, tables and counters are rebuilt from the pass descriptor.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_MULTICAST_MACHINE_H
#define SIM_ARRAY_MULTICAST_MACHINE_H

#include "dataflows/program.h"
#include "noc/collect.h"
#include "noc/multicast.h"
#include "noc/tree.h"
#include "pe/lane_skips.h"
#include "pe/lanes.h"
#include "sim/array/l1_path.h"
#include "sim/array/pass_periods.h"
#include "sim/base/block.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The scalars of the arena, before the lanes' part. */
struct multicast_state {
    struct stream_state stream[NETWORK_N];
    struct stream_state next[NETWORK_N]; /* staged */
    int32_t in_flight; /* a PE has taken a word, and not all are done */
    int32_t flies;     /* staged: so it is in this cycle */
    int32_t running;   /* not all PEs are done */
};

/* What functional mode needs to know of a cycle, in this order. */
struct machine_tap {
    void *context;
    void (*slot)(void *context, enum network network, const struct slot *slot);
    /* An adder tree has a word of each of its chain's rows 0 .. rows-1; leave:
     * their sum, with those before it, goes to L2. */
    void (*tree_took)(void *context, int tree, int rows, bool leave);
    /* With an L1, of filters and ifmaps: instead of slot. */
    struct l1_path_tap l1;
    /* After eval, before commit: lanes' emit, pop_* are staged. */
    void (*evaluated)(void *context, const struct lanes *lanes);
};

struct multicast_machine;

struct multicast_machine *multicast_machine_new(const struct program *program);
void multicast_machine_free(struct multicast_machine *m);

/* Makes the tables of a pass on a quiescent machine. */
void multicast_machine_shape(struct multicast_machine *m,
                             const struct multicast_pass *pass);
/* Before each issue, or never: which words of the pass its lanes skip.
 * Borrowed until the pass is done.  Where it has zeros, the machine may not
 * skip cycles. */
void multicast_machine_set_pattern(struct multicast_machine *m,
                                   const struct lane_pattern *pattern);
/* Puts a pass on a quiescent machine.  tap may be NULL; borrowed. */
void multicast_machine_issue(struct multicast_machine *m,
                             const struct multicast_pass *pass,
                             const struct machine_tap *tap);
/* One cycle, in the order eval then commit.  Returns false in a cycle in
 * which nothing moved and no timer ran down: a deadlock. */
bool multicast_machine_step(struct multicast_machine *m);
/* From now on multicast_machine_steps may skip periods of a pass, if all blocks
 * of the machine say how they repeat (sim/array/pass_periods.h). */
void multicast_machine_may_skip(struct multicast_machine *m);
/* A cycle, and those that are known to follow it.  Returns how many; 0: a
 * deadlock. */
uint64_t multicast_machine_steps(struct multicast_machine *m);
/* Cycles of the pass that were skipped until now. */
uint64_t multicast_machine_skipped(const struct multicast_machine *m);
/* ... and, of those, cycles in which window words were moved alone. */
uint64_t multicast_machine_drifted(const struct multicast_machine *m);
/* The kinds of skips, on a machine that may; for tests. */
const struct period_skips *
multicast_machine_skips(const struct multicast_machine *m);
/* The same cycle in blocks, as array_side_blocks (sim/array/array_side.h) says;
 * PEs are named by where they stand. */
int multicast_machine_blocks(struct multicast_machine *m,
                             enum block_grain grain, struct block **blocks);
/* Whether anything moved in the last cycle, as multicast_machine_step returns
 * it. */
bool multicast_machine_moved(const struct multicast_machine *m);
bool multicast_machine_is_done(const struct multicast_machine *m);
void multicast_machine_counts(const struct multicast_machine *m,
                              struct pass_counts *out);
/* Who waits for what, one line each; for the report of a deadlock. */
void multicast_machine_explain(const struct multicast_machine *m, char *text,
                               size_t size_bytes);
void *multicast_machine_state(struct multicast_machine *m, size_t *size_bytes);
struct lanes *multicast_machine_lanes(struct multicast_machine *m);

/* For waveforms.  A lane is the PE at (row, col) of the array, in a pass that
 * uses all lanes; a smaller one uses them from the first on. */
void multicast_machine_pe_place(const struct multicast_machine *m, int lane,
                                int *row, int *col);
void multicast_machine_pe_name(const struct multicast_machine *m, int lane,
                               char name[BLOCK_NAME_MAX]);
/* From now on, blocks of one PE each keep what it did (PE_STATES in
 * sim/array/probe.h) until the next cycle. */
void multicast_machine_watch(struct multicast_machine *m);
uint32_t multicast_machine_pe_state(const struct multicast_machine *m,
                                    int lane);
/* What the pass took and sent until now. */
uint64_t multicast_machine_cycles(const struct multicast_machine *m);
uint64_t multicast_machine_words_sent(const struct multicast_machine *m,
                                      enum network network);
/* NULL: there is none. */
struct l1_path *multicast_machine_l1_path(struct multicast_machine *m);
/* In the last cycle, both psum networks wanted one port. */
bool multicast_machine_had_conflict(const struct multicast_machine *m);
bool multicast_machine_holds_ifmap(const struct multicast_machine *m);

#ifdef __cplusplus
}
#endif

#endif
