/* trial.h - simulates candidates one after the other and takes the best.
 *
 * The first has to end; from then on one is simulated only if its bound, or the
 * estimate of one that a search has found, leaves it a chance, and, for the
 * least delay, only as long as it has one.  Ties go by energy, then by the
 * order of the list.  So the choice depends neither on threads nor on which
 * simulations were cut short.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_TRIAL_H
#define SIM_CHOOSE_TRIAL_H

#include "sim/choose/candidates.h"
#include "sim/run/simulate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What choosing took. */
struct choose_stats {
    uint64_t layers, candidates, simulated, given_up, passes;
    double seconds;
};

/* Index of the best of n candidates, whose `ran` and `cycles` are set where
 * they ran to their end; *result: what it came to.  with: memory and helpers to
 * simulate with; NULL: none.  -1 after a message: none of them ran. */
int trial_best(const struct candidates_input *in, const struct layer *layer,
               struct candidate *candidate, int n,
               const struct simulate_options *with, struct layer_result *result,
               struct choose_stats *stats, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
