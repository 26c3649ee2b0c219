/* nest_slots.h - puts the words that PEs want in a step into slots
 * (nest_class.h has the order).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_SLOTS_H
#define SIM_ARRAY_NEST_NEST_SLOTS_H

#include "dataflows/nest/nest_walk.h"
#include "sim/array/credit/credit_pass.h"
#include "sim/array/nest/nest_sets.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A word that a PE lacks. */
struct nest_want {
    uint64_t word;
    int32_t pe;
    int32_t first_use; /* of the PE's MACs */
    int32_t round;     /* of the network; filled in */
    int32_t *arrival;  /* borrowed; gets the how manieth of the PE's it is */
};

struct nest_slots_cfg {
    const struct nest_walk *walk; /* borrowed */
    int array_cols, slot_words;
    bool is_window;  /* else held */
    bool by_columns; /* a round has one ifmap column of each PE */
};

/* Sorts the wants, fills in their arrivals and makes slots; the caller frees
 * out->slot.  arrived: by PE, zeroes; used. */
void nest_slots_make(const struct nest_slots_cfg *cfg, struct nest_want *want,
                     size_t n, struct nest_sets *sets, int32_t *arrived,
                     struct credit_slots *out);

#ifdef __cplusplus
}
#endif

#endif
