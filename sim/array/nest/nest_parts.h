/* nest_parts.h - what the files of the machine that runs a nest share: its
 * insides, and functions of its committed state.  Private to
 * sim/array/nest/nest_{machine,blocks,probes}.c.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_PARTS_H
#define SIM_ARRAY_NEST_NEST_PARTS_H

#include "sim/array/nest/nest_machine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Work of an engine is counted in cycles that it still has to move. */
struct nest_state {
    struct nest_work now, next;
    struct nest_l1_work l1_now, l1_next;
    uint64_t latency;
    uint64_t in[NEST_INPUTS], in_next[NEST_INPUTS]; /* to the PEs */
    uint64_t l1_in[NEST_INPUTS], l1_in_next[NEST_INPUTS];
    uint64_t out;                     /* of psums, from the PEs */
    uint64_t l1_out;                  /* from L1 */
    uint64_t out_words, l1_out_words; /* of these tiles */
    uint64_t l1_held;     /* the same, until those from the PEs are there */
    uint64_t macs;        /* of the PE with the most */
    bool working, worked; /* on `now` */
    bool ended;           /* all steps are done, the last psums go */
    bool psums_in_turn;   /* whose turn a shared port is */
    bool in_flight;
};

struct nest_moves {
    bool in[NEST_INPUTS], in_next[NEST_INPUTS];
    bool l1_in[NEST_INPUTS], l1_in_next[NEST_INPUTS];
    bool out, l1_out, macs, latency;
};

struct nest_machine {
    const struct nest_machine_cfg *cfg;
    struct nest_source *source;
    struct nest_state s;
    struct nest_outcome out;
    /* Staged by eval. */
    struct nest_moves moves;
    bool met;        /* psums in and out at a shared port */
    uint64_t cycles; /* like this one; 0: nothing moves */

    /* By PE; own; NULL: there are no blocks of a PE. */
    bool *has_worked;       /* in this pass */
    uint8_t *pe_state;      /* of PE_STATES, in the last cycle */
    struct nest_seen *seen; /* owns; NULL: no one watches */
};

/* Networks: inputs of the PEs, psums from them; the same of L1. */
enum {
    NEST_OUT = NEST_INPUTS,
    NEST_TO_L1,
    NEST_FROM_L1 = NEST_TO_L1 + NEST_INPUTS,
    NEST_NETWORKS
};

/* What happened in the last cycle, for waveforms. */
struct nest_seen {
    struct nest_network_seen {
        uint32_t state;      /* of NETWORK_STATES */
        uint64_t tile_words; /* of the tile on its way */
        uint64_t words;      /* the same, when the last of them came */
    } network[NEST_NETWORKS];
    uint64_t step; /* of the PEs, from 1 on in each pass */
    bool met;
};

extern const char *const nest_network_name[NEST_NETWORKS];
void nest_pe_place(const struct nest_machine *m, int pe, int *row, int *col);
void nest_pe_name(const struct nest_machine *m, int pe,
                  char name[BLOCK_NAME_MAX]);

/* Which engines move in this cycle, from the state as it was committed.
 * Returns whether psums in and out meet at a shared port. */
bool nest_find_moves(const struct nest_machine *m, struct nest_moves *moves);
/* Cycles that are like this one; 0: nothing moves. */
uint64_t nest_like_cycles(const struct nest_machine *m,
                          const struct nest_moves *moves, bool met);
/* What PEs with work wait for. */
enum ledger_cause nest_missing(const struct nest_machine *m);
/* Before the moves of a cycle are made. */
void nest_note_cycle(struct nest_machine *m);

#ifdef __cplusplus
}
#endif

#endif
