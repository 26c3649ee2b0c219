/* l1.h - buffers between a network from L2 and the PEs: one per cluster of
 * PEs, made of banks.
 *
 * Two lines pass through an L1, each in the order of its stream (noc/stream.h)
 * restricted to the destinations in the cluster.  A slot comes into the
 * line's input buffer, is written into the line's part of the banks, stays
 * until its turn comes, and is read once, for all PEs of the cluster that
 * need it.  A line may bypass the banks: its slots go on from the input
 * buffer.
 *
 * A slot fills whole rows of `row_words` words, in consecutive banks of its
 * line; the line is a ring over its rows.  A bank has one port (1rw) or one
 * of each kind (1r1w).  Where two of the four (read and write of each line)
 * want the same port, first are reads for PEs whose fifos have at most the word
 * that they may take in this cycle, then writes, then reads ahead of need; of
 * equal ones the one whose turn it is: at first the reads of line 0, then
 * whoever was refused last.
 * Reads   input buffers, banks, PE fifos as the cycle began.
 * Writes  stages pushes to the PE fifos; l1_commit publishes the rest.
 * Timing  a slot pushed in t is written in t + 1 at the earliest, and read,
 *         when written in t, in t + 1 + latency_cycles at the earliest: then it
 *         is in the PE fifos from the next cycle on.  A read waits until every
 *         PE of its destination has room.
 * Kept    a line may send once more what it sent in the pass before: nothing
 *         comes into its buffer, and its slots are read where they lie, the
 *         first latency_cycles after the pass began.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_L1_H
#define MEM_L1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noc/multicast.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { L1_LINES = 2, L1_CLUSTERS_MAX = 64, L1_BANKS_MAX = 64 };

struct l1_line_cfg {
    bool bypass;           /* the banks; then the next three are 0 */
    int first_bank, banks; /* lines may share banks */
    int capacity_rows;     /* of the line, over all its banks */
    int slots_per_cycle;   /* written and read, as far as banks suffice */
};

struct l1_cfg {
    int clusters;
    int row_words;   /* that a port of a bank moves in a cycle */
    int input_slots; /* of each line's input buffer */
    int latency_cycles;
    bool read_and_write_ports; /* 1r1w */
    struct l1_line_cfg line[L1_LINES];
};

/* A slot of a line whose slots are listed. */
struct l1_slot {
    int32_t dest, words;
    bool begins; /* it does not go in one cycle with those before it */
};

/* What a line of a cluster does in a pass; borrowed, constant. */
struct l1_stream {
    struct stream_shape shape;    /* of the destinations in the cluster */
    struct destination_sets sets; /* their lanes */
    const int32_t *dest;          /* their numbers in the L2 stream */
    /* The slots, where no shape says them; else NULL, and dest is. */
    const struct l1_slot *slot;
    int32_t slots;
};

/* A line of a cluster, part of the arena. */
#define L1_LINE_STATE(X)                                          \
    X(NESTED, struct stream_state, out, , "what it sends to PEs") \
    X(RELATION, int32_t, listed, , "of its listed slots, sent")   \
    X(RELATION, int32_t, input_slots, , "in the input buffer")    \
    X(PLACE, int32_t, input_first, , "of the oldest of them")     \
    X(RELATION, int32_t, held_rows, , "in the banks")             \
    X(RELATION, int32_t, held_slots, , "in the banks")            \
    X(RELATION, int32_t, ready_slots, , "of those, readable")     \
    X(PLACE, int32_t, write_row, , "the next one, modulo banks")  \
    X(PLACE, int32_t, read_row, ,                                 \
      "the next one, modulo banks; "                              \
      "held_rows before the other")                               \
    X(STAGED, int32_t, arrived, , "slots")                        \
    X(STAGED, int32_t, written_slots, , "into the banks")         \
    X(STAGED, int32_t, read_slots, , "from where they lay")       \
    X(STAGED, int32_t, written_rows, , "into the banks")          \
    X(STAGED, int32_t, read_rows, , "from the banks")

#define L1_CLUSTER_STATE(X)                                       \
    X(NESTED, struct l1_line, line, [L1_LINES], "its two lines")  \
    X(RELATION, int32_t, turn, ,                                  \
      "line 0 reads, line 1 reads, line 0 writes, line 1 writes") \
    X(PLACE, int32_t, phase, , "of the next delay")

#define L1_FIELD(kind, type, name, dims, doc) type name dims;
struct l1_line {
    L1_LINE_STATE(L1_FIELD)
};
struct l1_cluster { /* part of the arena */
    L1_CLUSTER_STATE(L1_FIELD)
};
#undef L1_FIELD

struct l1_counts {
    uint64_t reads[L1_LINES], writes[L1_LINES]; /* of banks, in words */
    uint64_t sent[L1_LINES];                    /* to PEs, bypassing or not */
    uint64_t delivered[L1_LINES];               /* those times PEs */
    uint64_t refusals;                          /* of a port */
};

/* What an L1 did in a cycle, for those who watch. */
struct l1_cycle {
    uint64_t read_banks, written_banks; /* bit k: a port of bank k moved */
    struct l1_counts counts;            /* of the cycle alone */
};

/* Told of each slot that an L1 sends to PEs (functional mode); slot->dest is
 * the L2 stream's. */
struct l1_tap {
    void *context;
    void (*sent)(void *context, int line, int cluster, const struct slot *slot,
                 const int32_t *lanes, int n_lanes);
};

struct l1 {
    struct l1_cfg cfg;
    struct l1_cluster *cluster; /* in the arena */
    int16_t *input;             /* in the arena: words of slots, by line */
    int16_t *delay; /* in the arena: slots written k cycles ago, by line */
    const struct l1_stream *stream[L1_LINES]; /* of the pass, by cluster */
    bool kept[L1_LINES]; /* its words lie in the banks since the pass before */
    bool is_plain; /* no line is kept or listed, and slots fill a row at most */
    uint64_t full[L1_LINES]; /* bit k: cluster k's input buffer, with what is
                                staged */
    struct l1_counts counts;
    struct l1_cycle *watched; /* borrowed, by cluster; or NULL */
};

size_t l1_state_bytes(const struct l1_cfg *cfg);
/* state: zeroed, borrowed. */
void l1_init(struct l1 *l1, const struct l1_cfg *cfg, void *state);
/* A pass begins; nothing may be left of the last one.  Clears the counts.
 * streams: of every cluster; borrowed while the pass runs.  kept: of lines
 * whose words are those of the pass before, in the same order; they have to fit
 * into the line's rows, all of them. */
void l1_issue(struct l1 *l1, const struct l1_stream *const streams[L1_LINES],
              const uint32_t rounds[L1_LINES], const bool kept[L1_LINES]);

/* Whether the input buffer of a line has room, with the slots that were staged
 * in this cycle. */
bool l1_has_room(const struct l1 *l1, int line, int cluster);
void l1_push(struct l1 *l1, int line, int cluster, const struct slot *slot);
/* Pushes a slot of so many words to all clusters of a mask, bit k for cluster
 * k, if all have room; returns whether they had. */
bool l1_push_all(struct l1 *l1, int line, uint64_t clusters, int words);

/* One cycle.  fifo[k]: of the PEs, for line k.  Returns whether a slot moved
 * or a latency ran down. */
bool l1_eval(struct l1 *l1, struct lane_fifo fifo[L1_LINES],
             const struct l1_tap *tap);
void l1_commit(struct l1 *l1);
/* Does the same for one cluster. The clusters of a cycle may be evaluated in
 * any order. */
bool l1_eval_cluster(struct l1 *l1, int cluster,
                     struct lane_fifo fifo[L1_LINES], const struct l1_tap *tap);
void l1_commit_cluster(struct l1 *l1, int cluster);
/* From now on each cycle leaves in `cycle` (borrowed, one per cluster) what it
 * did. */
void l1_watch(struct l1 *l1, struct l1_cycle *cycle);
/* Rows of a bank of a cluster that the pass has still to read, of those that it
 * has written: kept words are not among them. */
int l1_bank_rows(const struct l1 *l1, int cluster, int bank);
/* Copies of the state in a pass, and whether the L1s go on as they did from a
 * copy on, for so many more times as l1_periods_left says. */
size_t l1_copy_bytes(const struct l1 *l1);
void l1_save(const struct l1 *l1, void *copy);
bool l1_is_alike(const struct l1 *l1, const void *copy);
uint64_t l1_periods_left(const struct l1 *l1, const void *copy);
/* Moves all but the counts. */
void l1_skip(struct l1 *l1, const void *copy, uint64_t periods);
/* Whether all that came in has left. */
bool l1_is_empty(const struct l1 *l1);

#ifdef __cplusplus
}
#endif

#endif
