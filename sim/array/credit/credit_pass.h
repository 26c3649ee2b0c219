/* credit_pass.h - a pass as tables that say when a word may move: what the
 * credit machine (credit_machine.h) runs, whoever compiled it.
 *
 * Lanes     A lane is a PE.  It works through the steps of the pass one after
 *           the other, at its own speed.  In a step it issues `macs` MACs; MAC
 *           k may issue when `need` words of the step have come into its
 *           register file, and frees the places of the words that it is the
 *           last to read.  A step without MACs, and without psums that leave,
 *           takes no time.
 * Streams   Each network has slots in a fixed order, segment after segment (a
 *           segment is a step of an input network, a visit of a psum network).
 *           A slot goes when all its lanes have room in their fifos.  A lane
 *           takes words out of its fifo in the order in which they came, into
 *           free places of its register file.
 * Psums     A visit is a run of steps in which the psums of the lanes stay.
 *           Lanes that share outputs are a chain, from the bottom, which gets
 *           what comes from L2, to the top, which sends to L2.  Psums join on
 *           their way out: in the last step of a visit in which a lane has
 *           MACs, each of its psums adds what comes from below and goes up, in
 *           a cycle of its own after the MACs, or with its last MAC.  A lane of
 *           the chain that has no MACs in a visit passes psums on, a cycle
 *           each, at the visit's end.  So each psum fifo has one writer.
 * Boundary  All lanes are done and the last psum has left.  Nothing stays.
 *
 * A pass has no names, addresses, pass numbers or times.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_CREDIT_CREDIT_PASS_H
#define SIM_ARRAY_CREDIT_CREDIT_PASS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum credit_network {
    CREDIT_FILTER,
    CREDIT_IFMAP,
    CREDIT_PSUM_IN,
    CREDIT_PSUM_OUT,
    CREDIT_NETWORKS
};
/* The first so many bring operands. */
enum { CREDIT_INPUTS = 2 };

/* MACs one after the other that ask and free alike. */
struct credit_run {
    int32_t macs;
    /* Words of the step that must have come before the first of them, and how
     * many more before each further one (0 or 1). */
    int32_t need[CREDIT_INPUTS], grows[CREDIT_INPUTS];
    int32_t frees[CREDIT_INPUTS]; /* places, each MAC */
    int32_t rides; /* 1: a psum has its last product in each of them */
};

/* What a lane does in a step. */
struct credit_work {
    int32_t macs;                 /* 0: nothing; then there are no runs */
    int32_t comes[CREDIT_INPUTS]; /* words that the step brings */
    int32_t n_runs;
    const struct credit_run *run;
};

/* Psums that leave a lane with a step. */
struct credit_leave {
    int32_t words; /* 0: none */
    bool takes;    /* each adds one from below, or from L2 */
    bool own;      /* the lane has products in them; else it passes them on */
};

struct credit_slot {
    int32_t set; /* of the network's sets */
    int32_t words;
    /* The first of a chunk: it does not go in one cycle with those before. */
    bool begins;
};

struct credit_slots {
    int32_t n;
    const struct credit_slot *slot;
};

/* The lanes that a slot is for: of psums out, the chain. */
struct credit_sets {
    int32_t n;
    const int32_t *begin; /* n + 1 of them */
    const int32_t *lane;
};

struct credit_stream {
    uint32_t segments;
    const struct credit_slots *const *segment; /* one each; may be empty */
    struct credit_sets sets;
    /* By segment: it goes when so many of another network's are done, as
     * committed, and, where it has waited for them, the latency of L2 later:
     * words that come back are read when they have been written.  NULL: none
     * waits. */
    const uint32_t *after;
    enum credit_network waits_for;
};

/* All borrowed. */
struct credit_pass {
    int32_t lanes, chains;
    const bool *active;   /* by lane: it has MACs in some step */
    const int32_t *above; /* by lane: the next one, or lanes + its chain */
    uint32_t steps;
    const struct credit_work *const *const *work; /* by step, then lane */
    const struct credit_leave *const *leave;      /* by step: lanes, or NULL */
    struct credit_stream stream[CREDIT_NETWORKS];
    /* The input whose words are held; a lane that lacks both waits for it.
     * Where no loop of a pass moves them, they do not stream, and
     * `noc.ifmap_waits_for_filters` has the other input wait for them. */
    int32_t held;
    bool held_streams;
    /* How long a visit's psums take to be read and to be written: 1, 0, -1 as
     * the first takes longer, as long, less. */
    int32_t psum_reads_longer;
};

#ifdef __cplusplus
}
#endif

#endif
