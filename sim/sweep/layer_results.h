/* layer_results.h - what layers came to, so that equal layers of several points
 * are searched and run once.
 *
 * Several threads may ask at once: who is the first to ask for a layer runs it,
 * and the others wait.  Bounded: results asked for longest ago are forgotten.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_LAYER_RESULTS_H
#define SIM_SWEEP_LAYER_RESULTS_H

#include "sim/base/result.h"
#include "sim/choose/chooser.h"

#ifdef __cplusplus
extern "C" {
#endif

struct layer_results;

/* All that a result follows from.  Every byte counts. */
struct layer_results_key {
    struct choice_key choice;
    struct arch machine;
    bool simulated;
};

struct layer_results *layer_results_new(void);
void layer_results_free(struct layer_results *results);

/* LAYER_KNOWN: *out is what it came to.  LAYER_TO_RUN: the caller is to run it,
 * and to call one of the next two.  While another runs it, `stop` is asked now
 * and then; LAYER_STOPPED: it said so. */
enum layer_found { LAYER_KNOWN, LAYER_TO_RUN, LAYER_STOPPED };
enum layer_found layer_results_find(struct layer_results *results,
                                    const struct layer_results_key *key,
                                    bool (*stop)(void *context), void *context,
                                    struct layer_result *out);
void layer_results_add(struct layer_results *results,
                       const struct layer_results_key *key,
                       const struct layer_result *result);
/* It failed, or was stopped: whoever asks next runs it, and words a message
 * with its own name. */
void layer_results_abandon(struct layer_results *results,
                           const struct layer_results_key *key);

#ifdef __cplusplus
}
#endif

#endif
