/* pass_counts.h - what one pass did on the array side, in integers.
 *
 * A pass runs from the cycle in which it is issued (cycle 0) to its boundary,
 * the cycle in which the sequencer may issue the next one.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_PASS_COUNTS_H
#define PE_PASS_COUNTS_H

#include <stdint.h>

#include "sim/base/waits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Causes that PEs with work in the pass are charged with. */
enum pe_cause {
    PE_MAC,
    PE_PSUM,
    PE_FILL,
    PE_DRAIN,
    PE_WAIT_FILTER,
    PE_WAIT_IFMAP,
    PE_WAIT_PSUM_IN,
    PE_WAIT_PSUM_OUT,
    PE_SKIP, /* found that a window has no product left, but zeros */
    PE_CAUSE_N,
    /* Waits for a network: PE_WAIT_FILTER + enum network. */
    PE_WAITS = PE_SKIP - PE_WAIT_FILTER
};

struct pass_counts {
    uint64_t cycles; /* from issue to boundary */
    /* Cycles from the first in which a PE takes a word to the last in which
     * a PE moves or emits one, both included. */
    uint64_t flight_cycles;
    uint64_t active_pes; /* PEs with work in this pass */
    /* Sum = active_pes * flight_cycles, but where an earlier pass drains: then
     * its PEs are counted, too. */
    uint64_t pe_cycles[PE_CAUSE_N];
    /* The waits among them, by what the network did. */
    uint64_t wait_by[PE_WAITS][NETWORK_WAIT_N];
    uint64_t filter_free_cycle;       /* last filter word has left L2 */
    uint64_t ifmap_free_cycle;        /* last ifmap word has left L2 */
    uint64_t macs, first_macs;        /* first: those that read no psum */
    uint64_t second_macs;             /* with the window word of another's */
    uint64_t skipped_macs;            /* not among them: products of zeros */
    uint64_t psum_reads, psum_writes; /* RF, outside MACs */
    uint64_t filter_sent, filter_delivered;
    uint64_t ifmap_sent, ifmap_delivered;
    uint64_t filter_hops, ifmap_hops, psum_out_hops;
    uint64_t psum_in_words, psum_out_words; /* L2 to PEs, PEs to L2 */
    uint64_t psum_link_words;               /* PE to PE, a hop each */
    /* What adder trees did: links crossed by the words that psum_link_words
     * counts as they enter; accesses of the registers at the roots. */
    uint64_t tree_hops, root_reads, root_writes;
    /* With an L1, [0] filters, [1] ifmaps: into L1s, over how many links, out
     * of L1s (without bypass: also reads and writes), all in words. */
    uint64_t l1_delivered[2], l1_hops[2], l1_sent[2];
    uint64_t l1_reads[2], l1_writes[2];
    /* After the boundary, until the pass's last psum is in L2; the next pass
     * may run meanwhile. */
    uint64_t drain_cycles;
    /* Systolic arrays: words of the operand that streams enter at the first
     * row, waits in between included; none do, and words that stay come in. */
    uint64_t stream_cycles, load_cycles;
};

#ifdef __cplusplus
}
#endif

#endif
