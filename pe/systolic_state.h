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

enum systolic_phase {
    SYSTOLIC_IDLE,
    SYSTOLIC_LOAD, /* WS, IS: the words that stay move down into place */
    SYSTOLIC_FLOW, /* operands meet */
    SYSTOLIC_SHIFT /* OS: psums move down and out */
};

/* In the order in which waiting PEs are charged: PE_WAIT_FILTER + edge. */
enum systolic_edge {
    EDGE_FILTER,
    EDGE_IFMAP,
    EDGE_PSUM_IN,
    EDGE_PSUM_OUT,
    EDGE_N
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
    uint64_t psums_left;       /* to leave at the bottom edge */
    struct pass_counts counts; /* of the pass, so far */
};

struct systolic {
    struct systolic_cfg cfg;
    struct plane_shape shape;
    struct systolic_state *state;
    size_t state_bytes;
    /* Views into the arena. */
    uint64_t *left_front; /* per row, 0 or 1: a word enters in this step */
    uint64_t *top_front;  /* a row: words that enter in this step */
    uint64_t *used_cols;  /* a row */
    uint64_t *left, *top, *psum, *has_started; /* planes */

    struct pass_counts done_counts; /* of the last pass that is done */

    struct systolic_values values;
    bool has_values;
    /* The second arena: operands at index row * cols + col.  NULL until a
     * pass has values. */
    uint64_t *left_value, *top_value, *psum_value;
};

/* Moves the operands behind the valid bits of a step.  _load and _flow come
 * after the step's bits have moved, _shift before. */
void systolic_values_start(struct systolic *s);
void systolic_values_load(struct systolic *s);
void systolic_values_flow(struct systolic *s);
void systolic_values_shift(struct systolic *s);
void systolic_values_free(struct systolic *s);

#ifdef __cplusplus
}
#endif

#endif
