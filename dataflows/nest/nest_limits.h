/* nest_limits.h - which nests a search may look at; for machines without an
 * L1.
 *
 * Places  Where a dimension is cut, from the inside: the loops of a PE, its
 *         columns and rows, the time loops of L2 and of DRAM.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_LIMITS_H
#define DATAFLOWS_NEST_NEST_LIMITS_H

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum nest_place { AT_RF, AT_COLS, AT_ROWS, AT_L2, AT_DRAM, NEST_PLACES };

struct nest_limits_order {
    int n, dim[NEST_DIMS];
};

/* Limits of the nests that a search may look at. All zeroes are no limits. */
struct nest_limits {
    int most[NEST_PLACES][NEST_DIMS]; /* steps, 0: as many as there are */
    bool must_keep[TENSOR_N], may_not_keep[TENSOR_N]; /* L2 */
    int rf_words; /* of the three tiles of a PE together; 0: any */
    /* The time loops of L2 and DRAM from the outside, all dimensions that may
     * have one; n 0: any order. */
    struct nest_limits_order order[2];
    /* Whether a tensor must be stationary: the time loops over dimensions that
     * it lacks are then inside those over its own, so each of its words comes
     * to a PE once, or leaves it once. */
    bool has_stationary;
    enum tensor stationary;
};

#ifdef __cplusplus
}
#endif

#endif
