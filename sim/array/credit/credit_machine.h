/* credit_machine.h - an array side that runs passes given as tables
 * (credit_pass.h): lanes of PEs, three networks from L2, one back, and L2's
 * port for psums.
 *
 * It knows no dataflow and no loop.  Fifos, register files, ports, pipeline,
 * psum additions, widths, banks and latencies mean what they mean to the
 * multicast machine (sim/array/multicast_machine.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_CREDIT_CREDIT_MACHINE_H
#define SIM_ARRAY_CREDIT_CREDIT_MACHINE_H

#include <stddef.h>

#include "mem/l1.h"
#include "sim/array/credit/credit_lanes.h"
#include "sim/array/credit/credit_stream.h"
#include "sim/base/block.h"

#ifdef __cplusplus
extern "C" {
#endif

struct credit_machine_cfg {
    struct credit_lanes_cfg lanes;
    struct credit_stream_cfg stream[CREDIT_NETWORKS];
    bool shared_psum_port;        /* 1rw */
    bool ifmap_waits_for_filters; /* the other input, for the held one */
    const int *unit;              /* borrowed; by lane: row * cols + column */
    int array_cols;
    /* L1s as lines between L2 and the lanes; NULL: none.  Both borrowed. */
    const struct l1_cfg *l1;
    const int *cluster; /* by lane */
};

/* What a pass did. */
struct credit_outcome {
    uint64_t cycles;        /* from issue to boundary */
    uint64_t flight_cycles; /* from the first word in a PE to the last psum
                               sent */
    uint64_t active_pes;
    uint64_t pe_cycles[PE_CAUSE_N];
    uint64_t wait_by[PE_WAITS][NETWORK_WAIT_N]; /* of these */
    uint64_t free_cycle[CREDIT_INPUTS];         /* the last word has left L2 */
    uint64_t macs;
    uint64_t emits;     /* psums that a PE sent up */
    uint64_t own_emits; /* of them, those with products of its own */
    uint64_t own_adds;  /* of these, in cycles of their own */
    /* With L1s, words_delivered of inputs are those to the lanes. */
    struct credit_stream_counts words[CREDIT_NETWORKS];
    uint64_t to_l1s[CREDIT_INPUTS]; /* words times L1s */
    struct l1_counts l1;
};

struct credit_machine;

/* Borrows cfg. */
struct credit_machine *credit_machine_new(const struct credit_machine_cfg *cfg);
void credit_machine_free(struct credit_machine *m);
/* On an empty machine; the pass is borrowed until it is done. */
void credit_machine_issue(struct credit_machine *m,
                          const struct credit_pass *pass);
bool credit_machine_is_done(const struct credit_machine *m);
/* One cycle, eval then commit, and those that are like it, in which PEs issue
 * MACs and nothing else happens, up to most_cycles; how many they were.  0:
 * nothing moved, and no timer ran down. */
uint64_t credit_machine_step(struct credit_machine *m, uint64_t most_cycles);
/* The same cycle as blocks (sim/array/array_side.h). */
int credit_machine_blocks(struct credit_machine *m, enum block_grain grain,
                          struct block **blocks);
bool credit_machine_moved(const struct credit_machine *m);
void credit_machine_outcome(const struct credit_machine *m,
                            struct credit_outcome *out);
/* Who waits for what; for the report of a deadlock. */
void credit_machine_explain(const struct credit_machine *m, char *text,
                            size_t size_bytes);

#ifdef __cplusplus
}
#endif

#endif
