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

#include "pe/systolic.h"
#include "pe/systolic_planes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of the pass that flows; psums that are shifted out have a state of their
 * own. */
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
    uint64_t cycles_left; /* foretold when it began */
};

/* The arena begins with this; the planes follow. */
struct systolic_state {
    struct systolic_pass pass;
    int32_t phase;              /* enum systolic_phase */
    int32_t last_row, last_col; /* that the schedule counts */
    uint32_t step;              /* of the phase */
    /* Where the last word's token was in the last step, from 1; 0: outside. */
    int32_t token_row, token_col;
    int32_t is_open;            /* the step's words are crossing the edges */
    int32_t edge_words[EDGE_N]; /* that cross in this step */
    int32_t edge_wait_cycles[EDGE_N];
    int32_t waiting; /* PEs between first MAC and last operation, in a wait */
    int32_t started; /* PEs that have issued a MAC */
    uint64_t psums_left;   /* WS, IS: to leave at the bottom edge */
    uint64_t alone_cycles; /* still to go without a pass that flows */
    struct systolic_drain drain;
    uint64_t active_pe_cycles; /* PEs with work, over the cycles so far */
    struct pass_counts counts; /* since the last boundary */
};

struct systolic {
    struct systolic_cfg cfg;
    struct plane_shape shape;
    struct systolic_state *state;
    size_t state_bytes;
    /* Views into the arena, in this order; flow_bytes of them, from left_front
     * on, are the flow's alone. */
    uint64_t *left_front; /* per row, 0 or 1: a word enters in this step */
    uint64_t *top_front;  /* a row: words that enter in this step */
    uint64_t *used_cols;  /* a row */
    uint64_t *left, *top, *has_started; /* planes */
    uint64_t *psum; /* a plane; WS, IS: psums; OS: the shift registers */
    size_t flow_bytes;

    struct pass_counts done_counts; /* of the last pass that is done */

    struct systolic_values values, drain_values;
    bool has_values, drain_has_values;
    /* The second arena: operands at index row * cols + col.  NULL until a
     * pass has values. */
    uint64_t *left_value, *top_value, *psum_value, *drain_value;
};

/* systolic_drain.c.  The registers are empty and take the psums in
 * s->has_started of a pass. */
void systolic_drain_begin(struct systolic *s, const struct systolic_pass *pass,
                          int last_row);
/* A cycle of the drain begins: false when an edge makes it wait, and *cause
 * says which. */
bool systolic_drain_moves(struct systolic *s, int *cause);
/* ... and ends: a row leaves, the others move down. */
void systolic_drain_move(struct systolic *s);

/* systolic_charge.c.  What the flow did in a cycle: `macs` PEs issued one; of
 * the others that have started, `waiting` are charged to `cause`. */
struct flow_cycle {
    int macs, waiting, cause;
    bool moved;
};
/* Charges a cycle in which a pass flows and none drains. */
void systolic_charge_flow(struct systolic *s, const struct flow_cycle *flow);
/* ... in which psums move out (or wait for an edge: cause) and none flows. */
void systolic_charge_drain(struct systolic *s, bool moves, int cause);
/* ... in which both is. */
void systolic_charge_both(struct systolic *s, const struct flow_cycle *flow,
                          bool moves, int cause);

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
