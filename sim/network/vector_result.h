/* vector_result.h - what a node without a MAC loop does to memories and time.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_VECTOR_RESULT_H
#define SIM_NETWORK_VECTOR_RESULT_H

#include "sim/base/arch.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a node is worked on. */
enum node_place {
    PLACE_ARRAY,    /* a MAC loop */
    PLACE_VIEW,     /* nowhere: its words are where they should be */
    PLACE_EPILOGUE, /* on the array's outputs, as they leave */
    PLACE_VECTOR,   /* on the vector unit */
    PLACE_OUTSIDE,  /* not on this chip: its words come from DRAM and go back */
    PLACE_N
};
extern const char *const node_place_name[PLACE_N];

enum node_place node_place_of(const struct arch *arch,
                              const struct layer *layer);

/* Unique words of all images that a node reads, from its inputs and from what
 * the network stores for it, and that it makes; none of a view. */
struct vector_words {
    uint64_t input, stored, output;
};
struct vector_words vector_words_of(const struct layer *layer);

struct simulate_options; /* sim/run/simulate.h */

/* A node's result: on a vector unit simulated, outside its DRAM traffic and how
 * long the DRAM takes for that at its peak.  options: NULL for a closed form,
 * without cycles.  Errors: more than can be counted, max_cycles. */
bool vector_result(const struct arch *machine, const struct layer *layer,
                   const struct simulate_options *options,
                   struct layer_result *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
