/* systolic_state.h - the array's insides, for pe/systolic*.c alone.
 *
 * One bit per PE and operand, in planes (pe/systolic_planes.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_SYSTOLIC_STATE_H
#define PE_SYSTOLIC_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noc/state_kind.h"
#include "pe/systolic.h"
#include "pe/systolic_planes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The phase of the pass that flows. Psums that are being shifted out have a
 * state of their own. */
enum systolic_phase {
    SYSTOLIC_IDLE,
    SYSTOLIC_LOAD, /* WS, IS: the words that stay move down into place */
    SYSTOLIC_FLOW, /* operands meet */
    SYSTOLIC_HOLD  /* OS: done, but the shift registers are not empty yet */
};

/* In the order in which waiting PEs are charged: PE_WAIT_FILTER + edge. */
enum systolic_edge {
    EDGE_FILTER,
    EDGE_IFMAP,
    EDGE_PSUM_IN,
    EDGE_PSUM_OUT,
    EDGE_N
};

/* OS: psums on their way down and out, in the plane `psum`, which has a step
 * of its own: it waits for its edges alone. */
struct systolic_drain {
    struct systolic_pass pass; /* whose psums they are */
    int32_t last_row;
    int32_t is_open;    /* the step's words are crossing the edges */
    int32_t edge_words; /* that leave in this step, and, with psum_in, enter */
    int32_t edge_wait_cycles[2]; /* psum in, psum out */
    uint32_t step;
    uint32_t reserved;
    uint64_t psums_left;  /* to leave; 0: the registers are empty */
    uint64_t cycles_left; /* overlapped: foretold when it began */
};

/* The arena begins with this; the planes follow, which are relations, as are
 * the fronts (noc/state_kind.h). */
#define SYSTOLIC_STATE(X)                                                      \
    X(RELATION, struct systolic_pass, pass, , "that flows")                    \
    X(RELATION, int32_t, phase, , "enum systolic_phase")                       \
    X(RELATION, int32_t, last_row, , "that the schedule counts")               \
    X(RELATION, int32_t, last_col, , "that the schedule counts")               \
    X(POSITION, uint32_t, step, , "of the phase")                              \
    X(RELATION, int32_t, token_row, ,                                          \
      "where the last word's token was in the last step, from 1; 0: outside")  \
    X(RELATION, int32_t, token_col, , "likewise")                              \
    X(RELATION, int32_t, is_open, , "the step's words are crossing the edges") \
    X(RELATION, int32_t, edge_words, [EDGE_N], "that cross in this step")      \
    X(RELATION, int32_t, edge_wait_cycles, [EDGE_N], "still to go")            \
    X(RELATION, int32_t, waiting, ,                                            \
      "PEs between first MAC and last operation, in a wait")                   \
    X(RELATION, int32_t, started, , "PEs that have issued a MAC")              \
    X(POSITION, uint64_t, psums_left, , "WS, IS: to leave at the bottom edge") \
    X(RELATION, uint64_t, alone_cycles, ,                                      \
      "still to go without a pass that flows")                                 \
    X(RELATION, struct systolic_drain, drain, , "of the passes before")        \
    X(POSITION, uint64_t, active_pe_cycles, ,                                  \
      "PEs with work, over the cycles so far")                                 \
    X(POSITION, struct pass_counts, counts, , "since the last boundary")

#define SYSTOLIC_FIELD(kind, type, name, dims, doc) type name dims;
struct systolic_state {
    SYSTOLIC_STATE(SYSTOLIC_FIELD)
};
#undef SYSTOLIC_FIELD

/* Set bits after the flow has moved and before the registers have shifted. */
struct systolic_sums {
    int left, macs, started;
    int down; /* words that moved down: operands, or WS, IS psums in the flow */
    int first_row_macs; /* WS, IS without psum_in */
    int first_row_down, last_row_down;
    struct plane_overlap_bits psums; /* in shift registers; without a flow, all
                                        are `others` */
    int shift_links;                 /* of these, not in the last row */
};

struct systolic {
    struct systolic_cfg cfg;
    struct plane_shape shape;
    struct systolic_state *state;
    size_t state_bytes;
    /* Views into the arena, in this order; front_bytes before the planes. */
    size_t front_bytes;
    uint64_t *left_front; /* per row, 0 or 1: a word enters in this step */
    uint64_t *top_front;  /* a row: words that enter in this step */
    uint64_t *used_cols;  /* a row */
    uint64_t *left, *top, *has_started; /* planes */
    uint64_t *psum; /* a plane; WS, IS: psums; OS: the shift registers */

    struct pass_counts done_counts; /* of the last pass that is done */
    struct systolic_sums sums;      /* of the last cycle */
    bool repeats;                   /* systolic_repeats */

    struct systolic_values values, drain_values;
    bool has_values, drain_has_values;
    /* The second arena: operands at index row * cols + col.  NULL until a
     * pass has values. */
    uint64_t *left_value, *top_value, *psum_value, *drain_value;

    struct systolic_rows *rows; /* systolic_rows.c; or NULL */
    /* With shadow_words; then it is the array, and all above but cfg is
     * unused. */
    struct systolic_shadow *shadow;
};

static inline bool systolic_is_os(const struct systolic *s)
{
    return s->state->pass.kind == SYSTOLIC_OS;
}

static inline enum systolic_edge systolic_left_edge(const struct systolic *s)
{
    return s->state->pass.kind == SYSTOLIC_IS ? EDGE_FILTER : EDGE_IFMAP;
}

static inline enum systolic_edge systolic_top_edge(const struct systolic *s)
{
    return s->state->pass.kind == SYSTOLIC_IS ? EDGE_IFMAP : EDGE_FILTER;
}

/* Word column w of the planes. */
static inline struct plane_column systolic_column(const struct systolic *s,
                                                  int w)
{
    int rows = s->cfg.rows, at = w * rows;
    struct plane_column column;
    column.left = s->left + at;
    column.enters = w == 0 ? s->left_front : s->left + at - rows;
    column.enters_bit = w == 0 ? 0 : 63;
    column.used_cols = s->used_cols[w];
    column.top = s->top + at;
    column.psum = systolic_is_os(s) ? s->top + at : s->psum + at;
    column.has_started = s->has_started + at;
    column.n_rows = s->state->pass.rows_used;
    return column;
}

/* What a cycle does, known as it begins. */
enum systolic_end {
    END_NOTHING,
    END_FINISH,   /* WS, IS: the pass is done */
    END_HAND_OVER /* OS: its psums go over into the shift registers */
};
struct systolic_cycle {
    bool flows, drains;          /* a pass; psums of one that is done */
    bool moves, shifts;          /* and no edge makes it wait */
    int phase;                   /* of the flow, as the cycle begins */
    int flow_cause, drain_cause; /* enum pe_cause; of PEs that wait */
    bool waits_for_edge;         /* flow_cause: it brings or takes words */
    enum systolic_end end;
};

/* systolic_plan.c.  Advances the skew registers, opens steps, counts waits
 * down; moves nothing in the planes. */
void systolic_plan(struct systolic *s, struct systolic_cycle *cycle);
/* Where the last word's token is after a step; whether it has come to the last
 * PE. */
bool systolic_next_token(const struct systolic_state *st, int *row, int *col);

/* systolic_account.c.  Counts a cycle and brings the state, but for the
 * planes, to its end. */
void systolic_account(struct systolic *s, const struct systolic_cycle *cycle,
                      const struct systolic_sums *sums);

/* systolic_rows.c */
void systolic_rows_free(struct systolic_rows *rows);

/* systolic_drain.c.  The registers are empty and take a pass's psums. */
void systolic_drain_begin(struct systolic *s, const struct systolic_pass *pass,
                          int last_row);
/* A cycle of the drain begins: false when an edge makes it wait, and *cause
 * says which. */
bool systolic_drain_moves(struct systolic *s, int *cause);
/* ... and, if it moved, ends: a row has left, others crossed so many links. */
void systolic_drain_count(struct systolic *s, int links);

/* systolic_charge.c.  Charges the PEs with work for a cycle; `waiting` of those
 * that have started are charged to the flow's cause. */
void systolic_charge(struct systolic *s, const struct systolic_cycle *cycle,
                     const struct systolic_sums *sums, int waiting);
/* PEs that hold a psum in their shift register while a pass flows. */
void systolic_overlap(const struct systolic *s, bool macs,
                      struct plane_overlap_bits *bits);

/* Moves the operands behind the valid bits of a step.  _load and _flow come
 * after the step's bits have moved, _shift before; _drain as the pass's psums
 * go over into the shift registers. */
void systolic_values_start(struct systolic *s);
void systolic_values_load(struct systolic *s);
void systolic_values_flow(struct systolic *s);
void systolic_values_drain(struct systolic *s);
void systolic_values_shift(struct systolic *s);
void systolic_values_free(struct systolic *s);

#ifdef __cplusplus
}
#endif

#endif
