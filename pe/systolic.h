/* systolic.h - a rows x cols array in which words move one neighbour a cycle.
 *
 * One operand enters at the left edge and moves right, the other at the top
 * edge and moves down, each skewed by one cycle per row or column.
 *
 *   SYSTOLIC_OS  psum stays; ifmap words move right, filter words down; when
 *                all `depth` products are in, psums shift down and out at
 *                the bottom edge, a row a cycle.
 *   SYSTOLIC_WS  a filter word stays: `rows` cycles to shift the words down
 *                into place; then ifmap words move right, psums down, out at
 *                the bottom edge.
 *   SYSTOLIC_IS  as WS with ifmap and filter exchanged.
 *
 * Below, r = rows_used, c = cols_used; PE (i, j) is in row i from the top and
 * column j from the left; "word k" is step k along `depth`; cycles count from
 * 0, the pass's first, when no edge makes the array wait.
 *
 *   event                                     OS             WS, IS
 *   words that stay, of row i, enter          -              rows-1-i
 *   ... and lie in PE (i, j)                  -              rows-1
 *   word k enters row i at the left edge      i+k            rows+i+k
 *   word k enters column j at the top edge    j+k            psum: rows+j+k
 *   PE (i, j) issues its MAC of word k        i+j+k          rows+i+j+k
 *   psum leaves the bottom edge, first        2 rows+cols+   2 rows-1
 *     (OS: of row i, WS: word 0, column 0)    depth-3-i
 *   cycles of the pass                        2 rows+cols+depth-2
 *
 * A word is used in the cycle in which it enters a PE; a psum leaves in the
 * cycle in which the bottom row passes it on.  A token goes with the last
 * word, down the left column and right along the last row; in the cycle after
 * it reached the last PE, OS turns to shifting out, and WS and IS are done.
 * So a pass takes the same time whatever part of the array it uses, and psums
 * cross all rows.  The wave is stepped; the numbers come out.
 *
 * Tight folds  the last row and column that count are the last used ones:
 *         psums leave below row r-1 over a bypass that costs neither cycles
 *         nor hops, WS words of row i enter in cycle r-1-i.  In all of the
 *         above and below r stands for rows and c for cols, so a pass takes
 *         2 r + c + depth - 2 cycles.
 * Overlapped drain  (OS) the psums go over into a second plane of registers,
 *         which shifts down and out while the next pass flows.  The pass is
 *         done, and the next may be issued, as they go over: in ideal, after
 *         rows + cols + depth - 2 cycles.  While an earlier pass drains still,
 *         they wait in the PEs; the last row leaves in the same cycle in which
 *         the first of the next can go over.
 * Shadow words  (WS, IS) the words that stay come in behind those in use, and
 *         passes flow one behind another: pe/systolic_shadow.h says when.
 * Edges   an edge brings `words_per_cycle` words.  A step whose wave front
 *         needs n words at an edge takes max over edges of
 *         ceil(n / words_per_cycle) cycles: the words cross, then the array
 *         moves, in the last of them.  In the others the whole array waits.
 *         OS reads a psum of an earlier pass in the step in which the new
 *         one leaves and adds it at the edge; WS and IS take it in at the top.
 *         Psums that are shifted out while the next pass flows have a step of
 *         their own: neither waits for the other's edges.
 * State   one validity bit per PE and operand; a cycle is shifts, ANDs and
 *         sums of bits.  Between passes the arena is all zero.
 *
 * What a PE with work is charged with, first match (pass_counts.h):
 *
 *   PE_MAC       issues a MAC
 *   PE_PSUM      OS: sends down a psum, its own or one from above; while
 *                another pass flows, all PEs that have work in either
 *   PE_FILL      before its first MAC, waits included
 *   PE_DRAIN     after its last MAC (WS, IS) or its last psum (OS)
 *   PE_WAIT_X    the array waits for an edge: filter, ifmap, psum in, psum
 *                out, the first of them that has words to bring or take yet
 *   PE_WAIT_PSUM_OUT  OS also: has a finished psum, and the shift has not
 *                begun
 *
 * A PE with work in the pass that flows is after its psum's move one of that
 * pass.
 *
 * How the other counts (pass_counts.h) come about:
 *
 *   cycles               steps and waits, until done; with an overlapped
 *                        drain, since the pass before was
 *   drain_cycles         with an overlapped drain: after that, until its last
 *                        psum has left.  What the psums do in them, and the
 *                        PEs with work in this pass alone, counts with what
 *                        the array does next
 *   flight_cycles        = cycles: the schedule is that of the whole array,
 *                        so a fold that uses a part of it fills and drains
 *                        also while its own words are not under way
 *   filter_free_cycle,   the cycle after the last step in which words of it
 *   ifmap_free_cycle     entered
 *   macs                 r * c * depth
 *   first_macs           OS: r * c (the psum starts from zero); WS, IS:
 *                        c * depth in row 0, 0 with psum_in
 *   psum_reads           OS: r * c, each when the shift begins; else 0
 *   psum_writes          0
 *   X_sent               words that entered at the edge
 *   X_delivered          PEs that received and use a word, each it passes;
 *                        of a word that stays, the one in which it does
 *   X_hops               links crossed, that at the edge included; WS word
 *                        of row i: i + 1; a word moving right: c; an OS
 *                        filter word: r
 *   psum_in_words        words from L2 (with psum_in)
 *   psum_out_words,      words to L2, a hop each at the bottom edge
 *   psum_out_hops
 *   psum_link_words      links between PEs: OS, psum of row i: rows-1-i;
 *                        WS, IS: rows-1
 *
 * Source  Kung, "Why systolic architectures?", IEEE Computer 1982; the cycle
 *         convention is that of Samajdar et al., ISPASS 2020.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_SYSTOLIC_H
#define PE_SYSTOLIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pe/pass_counts.h"
#include "pe/systolic_strips.h"

#ifdef __cplusplus
extern "C" {
#endif

enum systolic_kind { SYSTOLIC_OS, SYSTOLIC_WS, SYSTOLIC_IS };

/* Rows and columns of one array; a limit of the schema, not of the code's
 * idea: a column index and a sum of 16-bit lanes stay small. */
enum { SYSTOLIC_DIM_MAX = 1024 };

struct systolic_cfg {
    int rows, cols;               /* 1 .. SYSTOLIC_DIM_MAX */
    int left_words_per_cycle;     /* operand that enters at the left edge */
    int top_words_per_cycle;      /* operand that enters at the top edge */
    int psum_in_words_per_cycle;  /* psums from L2 */
    int psum_out_words_per_cycle; /* psums that leave at the bottom */
    int l2_latency_cycles;        /* hidden: operands are read ahead */
    bool tight_folds; /* a partial fold ends when its last used PE is done */
    bool overlapped_drain; /* OS: psums leave while the next pass flows */
    /* WS, IS: words that stay come in behind those in use; edges as wide as
     * the array, no tight folds (pe/systolic_shadow.h). */
    bool shadow_words;
    /* With shadow_words, commands (pe/systolic_strips.h).  0: a pass is one;
     * any number in flight; none but until its last psum has left. */
    int strip_words, commands_in_flight, command_cycles;
    int strip_min_cycles;
};

/* Plain data; compared byte by byte, so unused bytes are zero. */
struct systolic_pass {
    uint16_t kind;      /* enum systolic_kind */
    uint16_t rows_used; /* OS: output rows; WS, IS: products */
    uint16_t cols_used;
    uint16_t psum_in;    /* psums of an earlier pass are read from L2 */
    uint32_t depth;      /* OS: products; WS: output rows (ifmap words per
                            row of PEs); IS: filter words per row of PEs;
                            below 2^30 */
    uint32_t line_words; /* with strips, a whole number of lines; 0: depth */
};

/* A pass that was done and of which psums are on the array yet.  Compared byte
 * by byte, as a pass is. */
struct systolic_left {
    struct systolic_pass pass;
    uint64_t load_cycles_left;  /* until its words that stay are all in place */
    uint64_t cycles;            /* since it was done */
    struct strip_flight flight; /* as it was done */
};

/* All that an array holds between two passes: oldest first. */
struct systolic_boundary {
    const struct systolic_left *left;
    int n;
};

/* How many passes can be on an array at once: with shadow_words one begins to
 * flow at least `rows` cycles after the one before, and has left rows + cols
 * - 2 cycles after its last word has entered, or with its last command. */
static inline int systolic_passes_max(int rows, int cols, int command_cycles)
{
    const int leaves =
        rows + cols > command_cycles ? rows + cols : command_cycles;
    return 4 + leaves / rows;
}

/* Where real operands come from and go to, in functional mode.  All indices
 * from 0: row and col of the array, step along depth.  Sums wrap. */
struct systolic_values {
    void *context;
    /* OS: ifmap word of output row `row`, product `step`; WS: ifmap word of
     * product `row`, output row `step`; IS: filter word of product `row`,
     * filter `step`. */
    int64_t (*left)(void *context, int row, uint32_t step);
    /* OS: filter word of column `col`, product `step`; WS, IS: the word that
     * stays at (`row`, `col`), `step` = row. */
    int64_t (*top)(void *context, int col, uint32_t step);
    /* Psum that an earlier pass left in L2.  OS: of (row, col), step = row;
     * WS, IS: of output `step` and column `col`.  NULL without psum_in. */
    int64_t (*psum_in)(void *context, int col, uint32_t step);
    void (*psum_out)(void *context, int col, uint32_t step, int64_t value);
    /* The PE at (row, col) multiplies; may be NULL. */
    void (*mac)(void *context, int row, int col, int64_t left, int64_t top);
};

struct systolic;

struct systolic *systolic_new(const struct systolic_cfg *cfg);
void systolic_free(struct systolic *s);
int systolic_rows(const struct systolic *s);
int systolic_cols(const struct systolic *s);

/* Puts the pass on an array on which none flows, or, with shadow_words, none
 * waits behind those that do.  values may be NULL; copied, its context borrowed
 * until the pass is done and has drained. */
void systolic_issue(struct systolic *s, const struct systolic_pass *pass,
                    const struct systolic_values *values);
/* One cycle: eval and commit.  Returns true while a bit moved or a wait
 * counted down; false when there is no pass. */
bool systolic_step(struct systolic *s);
/* The same, and as many cycles behind it that do just what it did, up to so
 * many in all; returns how many. */
uint64_t systolic_steps(struct systolic *s, uint64_t most_cycles);
/* With shadow_words: from now on systolic_steps counts many cycles at once,
 * without moving a bit; no pass has values.  Once, on an empty array. */
void systolic_may_foresee(struct systolic *s);
/* The pass is done: another may be issued, even while this one drains. */
bool systolic_is_done(const struct systolic *s);
/* Whether a pass flows: it was issued, and is not done. */
bool systolic_flows(const struct systolic *s);
/* What the pass did up to now; when done, all that the last one did. */
void systolic_counts(const struct systolic *s, struct pass_counts *out);

/* With an overlapped drain or shadow_words, when done.  The next `cycles`
 * steps, up to the pass's drain_cycles, are made before the array is done again
 * and a pass is issued; they count with that. */
void systolic_let_drain(struct systolic *s, uint64_t cycles);
/* As if the last of these passes had just been done, whatever was before.
 * Without shadow_words: one pass, 0 cycles ago. */
void systolic_put_draining(struct systolic *s,
                           const struct systolic_boundary *boundary);

/* The arena: all timing state and the counts of the pass so far, plain data
 * without pointers.  Copied into another array of the same cfg, it goes on
 * there.  Values lie elsewhere. */
void *systolic_state(struct systolic *s, size_t *size_bytes);

#ifdef __cplusplus
}
#endif

#endif
