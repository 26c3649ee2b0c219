/* lanes.h - the PEs of an array, side by side: MAC, register files, sequencer.
 *
 * A lane is one PE.  Lanes form chains: psums move up a chain, from row 0 to
 * the top row and out.  Lane index = row * chains + chain, so "the PE above"
 * is `+ chains`.  Each state variable is one array over lanes, 16 bits wide,
 * and one branch-free loop steps lanes [from, to).
 *
 * The PE program, the same for all dataflows, with bounds per lane:
 *
 *   take `filters * taps` held words (filters of rs, ws and os) as they come
 *   for group: for window:
 *     for tap in 0..taps: for f in 0..filters:
 *       psum[f] += held[tap * filters + f] * window[tap]
 *     if the window emits (each one, or the last of its group):
 *       for f: psum[f] += psum from below (or L2, or nothing); send it up
 *     drop the `slide` oldest window words (all after a group's last window)
 *
 * A lane that skips goes from one product of words that are not zero to the
 * next, past any number of zeros that have come, in no time; a window in which
 * it has to wait for the last zeros, or of zeros alone, takes a cycle.  With
 * two multipliers it makes two products of a window word at once, where there
 * are as many, and adds and sends two psums a cycle, where as many have come
 * and have room.
 *
 * Held words stay for the pass, or, when they stream, for one window.  With
 * emit_products nothing adds up: each product is sent as it is made.
 *
 * Timing  one MAC or one psum addition a cycle; register files take words
 *         from the fifos beside it, over ports of their own, up to a slot's
 *         words a cycle.  A word in a fifo can be taken in the next cycle, a
 *         word in a register file used in the next.  With
 *         `refill_at_last_use` a word takes its place in the cycle in which
 *         the one before it is last read, so that a register file of one word
 *         feeds a MAC every cycle.  `psum_own_cycle`: the
 *         addition and sending of a psum takes a cycle of its own after the
 *         window's last product; otherwise it rides on that product.  A psum
 *         sent in cycle t is in the fifo above in t + pipeline_cycles.
 * Source  Chen et al., JSSC 52(1), 2017, s. V-C (PE, spads, psum links);
 *         what it leaves open is a named key, see docs/timing.md.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_LANES_H
#define PE_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noc/lane_fifo.h"
#include "noc/state_kind.h"
#include "pe/pass_counts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A row of the arena each; state that a lane keeps from cycle to cycle. */
#define LANE_STATE(X)                                                    \
    X(RELATION, tap, "tap index of the next MAC")                        \
    X(RELATION, filter, "filter index of the next operation")            \
    X(RELATION, window_fifo, "window words in the input fifo")           \
    X(RELATION, window,                                                  \
      "window words in the register file, from the window's first")      \
    X(RELATION, psum_fifo, "psums in the input fifo")                    \
    X(RELATION, psum_reserved, "those and the ones on their way to it")  \
    X(RELATION, held_fifo, "held words in the input fifo")               \
    X(RELATION, held, "held words in the register file")                 \
    X(RELATION, held_at, "index of the next held word")                  \
    X(RELATION, in_psum, "-1 while psums are added and sent, else 0")    \
    X(RELATION, started, "-1 from the pass's first MAC on")              \
    X(RELATION, running, "-1 until the lane's part of the pass is done") \
    X(RELATION, sent, "bit k (with pairs two): psums sent k cycles ago") \
    X(POSITION, windows_left, "of the group")                            \
    X(POSITION, groups_done, "of the pass")                              \
    X(STAGED, push_held, "words for the fifo")                           \
    X(STAGED, push_window, "words for the fifo")                         \
    X(STAGED, push_psum, "by the network from L2")                       \
    X(STAGED, collected, "by the network to L2")                         \
    X(STAGED, pop_held, "words from the fifo")                           \
    X(STAGED, pop_window, "words from the fifo")                         \
    X(STAGED, asks_window, "words that the register file has room for")  \
    X(STAGED, emit, "-1 for each psum that is sent up")                  \
    X(STAGED, take, "-1 for each psum that is taken")                    \
    X(STAGED, mac, "-1: a MAC was issued in this cycle")

/* Bounds that a pass sets, constant while it runs. */
#define LANE_BOUNDS(X)                                 \
    X(active, "-1: has work in this pass")             \
    X(filters, "psums kept")                           \
    X(taps, "products of a psum per window")           \
    X(held_words, "filters * taps")                    \
    X(slide, "window words dropped after each window") \
    X(takes_psum, "-1: adds a psum from below or L2")

/* Where a lane that skips products of zeros stands: beside the arena, for no
 * pass is remembered whose words steer it (pe/lane_skips.h). */
#define LANE_SKIPS(X)                                                          \
    X(next_tap, "tap of the product after the next operation's; all: none")    \
    X(next_filter, "its filter")                                               \
    X(need_window, "words of the window that have come before the next one")   \
    X(need_held, "held words that have")                                       \
    X(dead_window, "of these, words that only products before it read")        \
    X(dead_held, "held ones, likewise")                                        \
    X(next_dead_window, "as dead_window, of the product after the next one")   \
    X(next_dead_held, "as dead_held")                                          \
    X(window_words, "words of the window that come")                           \
    X(slide_words, "of these, in what is dropped where it is not the last")    \
    X(held_come, "words of held_words that come")                              \
    X(pair, "1: the next operation makes two products of its window word")     \
    X(second_filter, "the other's filter")                                     \
    X(second_held, "and held words that have come before its own")             \
    X(ended, "-1: the window's products ended in this cycle")                  \
    X(moved_on, "-1: the lane needs another window; 1: another next product")  \
    X(counts, "-1: it counts its products down, by the next four")             \
    X(left, "products of its window's word that are not made yet")             \
    X(left_of_all, "products of each of these words; 0: not all have as many") \
    X(words_left, "bits, 1: such a word, the next product's and those behind") \
    X(words_come, "bits of the window's words, 1: it comes")

#define LANE_FIELD(kind, name, doc) int16_t *name;
#define LANE_BOUND(name, doc) int16_t *name;
struct lane_fields { /* views into one arena */
    LANE_STATE(LANE_FIELD)
    LANE_BOUNDS(LANE_BOUND)
    LANE_SKIPS(LANE_BOUND) /* outside of it; NULL where none skips */
};
#undef LANE_FIELD
#undef LANE_BOUND

struct lanes_cfg {
    int rows, chains; /* the most that a pass of the layer uses */
    int fifo_words, pipeline_cycles;
    bool psum_own_cycle;
    bool start_at_window; /* a window's MACs wait for all of its words */
    int held_rf_words, window_rf_words;
    int held_port_words, window_port_words; /* a slot's */
    /* A place of a register file is free again in the cycle in which its word
     * is read for the last time; else in the next. */
    bool refill_at_last_use;
    /* Up to two products of a window word, or two psums, a cycle, of lanes that
     * skip; then pipeline_cycles is at most 8. */
    bool pairs;
};

/* The most that a lane counts in a pass. Groups and windows are counted in 16
 * bits; a window's products and held words (`taps`, `held_words`) and a
 * register file's words in 15. */
enum { LANE_GROUPS_MAX = 65535, LANE_WINDOWS_MAX = 65535 };

/* The groups of a pass, in two runs of equal ones, at most LANE_GROUPS_MAX in
 * all. The second run may be empty. */
struct lane_groups {
    uint32_t groups[2];
    uint32_t windows[2]; /* 1..LANE_WINDOWS_MAX each */
};

/* What all lanes of a pass share. */
struct lanes_pass {
    int rows_used;
    bool held_streams;
    bool emit_last; /* psums leave after a group's last window only */
    struct lane_groups groups;
    /* Each product leaves with its MAC (filters = 1, no psum_own_cycle). */
    bool emit_products;
};

struct lane_skips; /* pe/lane_skips.h */

/* What the loop over lanes asks the configuration and the pass for: masks, and
 * words. */
struct lane_scalars {
    int16_t held_streams, ride, own, emit_each, products, start_at_window;
    int16_t refill;
    int16_t held_rf, window_rf, held_port, window_port, psum_fifo;
    int16_t multipliers;
};

/* Scalars of the array, part of the arena; all are compared. */
struct lanes_state {
    int32_t running; /* lanes */
    int32_t in_flight;
};

/* PEs per cause in one cycle, and what moved. */
struct lanes_cycle {
    int32_t cause[PE_CAUSE_N];
    int32_t emits, psum_adds;
    int32_t pairs; /* of products that are made in one PE-cycle */
    int32_t pops;  /* not 0: some register file took words */
};

struct lanes {
    struct lanes_cfg cfg;
    struct lanes_pass pass;
    struct lane_fields f;
    struct lane_scalars scalars; /* of the pass */
    struct lanes_state *state;   /* in the arena */
    int n;                       /* rows * chains */
    int active;                  /* with work in the pass */
    bool held_is_in; /* all that they hold in the pass; lanes_step knows it */
    int stride;      /* of one field, in lanes */
    struct lane_skips *skips; /* borrowed; NULL: no product is skipped */
};

/* Bytes of arena that the lanes need; a multiple of 64. */
size_t lanes_state_bytes(const struct lanes_cfg *cfg);
/* Bytes of memory that the bounds need. They are no state, so they lie outside
 * the arena. */
size_t lanes_bounds_bytes(const struct lanes_cfg *cfg);
/* Both must be zeroed; borrowed. */
void lanes_init(struct lanes *lanes, const struct lanes_cfg *cfg, void *state,
                void *bounds);

/* The bounds must be set.  All lanes must be done with the last pass. */
void lanes_issue(struct lanes *lanes, const struct lanes_pass *pass);

/* Reads what was committed, changes lanes [from, to) only, stages the rest.
 * Adds to *cycle. */
void lanes_eval(struct lanes *lanes, int from, int to,
                struct lanes_cycle *cycle);
/* Publishes staged pushes and pops of lanes [from, to), fifos to L2 (the row
 * above the top one) included. */
void lanes_commit(struct lanes *lanes, int from, int to);
/* Both at once, for a kernel in which nothing but the lanes is still to be
 * evaluated in the cycle: all lanes, and the fifos to L2.  psums_move: psums
 * were staged from L2 or to it.  held_is_sent: no more words to hold are on
 * their way in the pass. */
void lanes_step(struct lanes *lanes, bool psums_move, bool held_is_sent,
                struct lanes_cycle *cycle);
/* What all lanes asked for in the last lanes_step is copied to *asked, of the
 * lanes in use.  Returns whether each window fifo had as much; before: what was
 * in them. */
bool lanes_record_windows(const struct lanes *lanes, const int16_t *before,
                          int16_t *asked);
/* The window fifos alone: takes what is asked for, and commits what their
 * network has staged.  Returns false where one has not as much; it is then no
 * state of theirs. */
bool lanes_step_windows(struct lanes *lanes, const int16_t *asks);
/* A word has reached a PE and can be taken. */
bool lanes_any_word(const struct lanes *lanes);

struct lane_fifo lanes_held_fifo(struct lanes *lanes);
struct lane_fifo lanes_window_fifo(struct lanes *lanes);
struct lane_fifo lanes_psum_fifo(struct lanes *lanes);

#ifdef __cplusplus
}
#endif

#endif
