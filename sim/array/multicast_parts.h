/* multicast_parts.h - what the files of the multicast machine share: its
 * insides, and the eval and commit of each of its blocks.  Private to
 * sim/array/multicast_*.c.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_MULTICAST_PARTS_H
#define SIM_ARRAY_MULTICAST_PARTS_H

#include "sim/array/multicast_machine.h"

#ifdef __cplusplus
extern "C" {
#endif

struct multicast_drift; /* multicast_skips.c */

struct multicast_machine {
    struct arch arch;
    int slot_words[2]; /* of filters and ifmaps; coded words are wider */
    const struct lane_pattern *pattern; /* borrowed, or NULL */
    struct multicast_pass pass;
    struct lanes lanes;
    bool has_trees;
    struct trees trees;
    void *arena, *bounds;
    size_t arena_bytes;
    struct multicast_state *state; /* in the arena */
    struct l1_path *l1;            /* owns; NULL without an L1 */
    int32_t *cluster_of_lane;      /* owns; with an L1 */

    /* What follows from the pass; it is built anew when the descriptor
     * changes. */
    struct stream_shape shape[NETWORK_N];
    struct destination_sets sets[NETWORK_N];
    int16_t *limit_words[NETWORK_N];
    int32_t *set_begin[NETWORK_N], *set_lane[NETWORK_N];
    uint32_t rounds[NETWORK_N];
    uint64_t active_pes, windows;
    int psum_reads_longer; /* 1, 0, -1: to read a round takes longer than to
                              write one, as long, or less */

    /* What the cycle did; it is cleared when the cycle is committed. */
    struct lanes_cycle cycle;
    /* What each network did; every eval of it says so anew. */
    enum network_wait network_did[NETWORK_N];
    bool moved;         /* a word did, or a timer ran down */
    bool made_headway;  /* `moved` of the last cycle committed */
    bool one_psum_port; /* of a bank of L2, for reads and writes */
    struct psum_grant {
        bool known, clash;
        int read_rows, write_rows; /* of the psum tile, that may move */
    } grant;

    struct pe_place *place; /* of each lane, on the array */
    uint64_t most_dests;    /* of a network in any pass, or more */
    bool had_conflict;      /* in the last cycle committed */
    uint8_t *lane_state;    /* enum of PE_STATES; or NULL: no one watches */

    struct multicast_counts words[NETWORK_N];
    struct tree_counts sums;
    struct pass_counts counts;
    const struct machine_tap *tap; /* borrowed or NULL */
    struct slot_tap slot_tap[NETWORK_N];
    struct tap_route {
        const struct machine_tap *tap;
        enum network network;
    } route[NETWORK_N];
    bool shaped;
    struct pass_periods *periods;  /* owns; NULL: no cycle is skipped */
    struct multicast_drift *drift; /* owns, or NULL */
    struct beat { /* where lane 0 stood when it was last looked at */
        uint16_t windows_left, groups_done;
        uint64_t cycle; /* of the latest beat */
    } beat;
    uint64_t skipped_cycles; /* of the pass */
};

/* Words that are still in L2 leave it in the next cycle at the earliest: the
 * place of their tile is free from `cycle` on, the one after that, or later. */
static inline void multicast_note_left(struct multicast_machine *m,
                                       uint64_t cycle)
{
    if (!stream_is_done(&m->state->next[NETWORK_FILTER]))
        m->counts.filter_free_cycle = cycle;
    if (!stream_is_done(&m->state->next[NETWORK_IFMAP]))
        m->counts.ifmap_free_cycle = cycle;
}

static inline enum network held_network(const struct multicast_machine *m)
{
    return m->pass.holds_ifmap ? NETWORK_IFMAP : NETWORK_FILTER;
}

static inline enum network window_network(const struct multicast_machine *m)
{
    return m->pass.holds_ifmap ? NETWORK_FILTER : NETWORK_IFMAP;
}

/* The fifos to L2, above the top row that the pass uses. */
static inline int multicast_top_lane(const struct multicast_machine *m)
{
    return m->pass.blocks * m->pass.block_rows * m->lanes.cfg.chains;
}

/* Ifmap rows of a block, those between that no PE works on included. */
static inline uint64_t multicast_heights(const struct multicast_pass *d,
                                         int set_chains, int block_rows)
{
    return (uint64_t)(set_chains - 1) * d->chain_step +
           (uint64_t)(block_rows - 1) * d->row_step + 1;
}

/* multicast_shape.c: tables of the pass in m->pass; the old ones go. */
void multicast_shape_pass(struct multicast_machine *m);
/* Words of slots, which are fewer where words are coded. */
void multicast_set_slots(struct multicast_machine *m, const struct program *p);
/* The words of each round, where the pass's pattern says how many come. */
void multicast_shape_rounds(struct multicast_machine *m);
void multicast_free_tables(struct multicast_machine *m);

/* multicast_machine.c: blocks, in any order within eval and within commit. */
void multicast_eval_sequencer(struct multicast_machine *m);
void multicast_commit_sequencer(struct multicast_machine *m);
void multicast_eval_network(struct multicast_machine *m, enum network k);
void multicast_commit_network(struct multicast_machine *m, enum network k);
void multicast_eval_psum_port(struct multicast_machine *m);
void multicast_commit_psum_port(struct multicast_machine *m);
void multicast_eval_trees(struct multicast_machine *m);
void multicast_commit_trees(struct multicast_machine *m);
void multicast_eval_routers(struct multicast_machine *m, int line);
void multicast_eval_l1s(struct multicast_machine *m);
void multicast_eval_router(struct multicast_machine *m, int line, int node);
void multicast_eval_l1(struct multicast_machine *m, int cluster);
void multicast_eval_lanes(struct multicast_machine *m, int from, int to);

/* multicast_skips.c: whether the cycle that was just committed is a beat, and
 * how many cycles could be skipped behind it. */
uint64_t multicast_beat(struct multicast_machine *m);
void multicast_drift_free(struct multicast_drift *drift);
void multicast_start_beats(struct multicast_machine *m);
/* multicast_periods.c: how each block repeats. */
extern const struct block_period multicast_sequencer_period,
    multicast_network_period, multicast_psum_port_period,
    multicast_trees_period, multicast_pes_period, multicast_routers_period,
    multicast_l1s_period, multicast_other_network_period,
    multicast_pes_inside_period;

#ifdef __cplusplus
}
#endif

#endif
