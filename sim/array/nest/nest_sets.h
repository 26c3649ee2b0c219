/* nest_sets.h - sets of PEs, each with a number from 0 on, for the slots of a
 * network.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_SETS_H
#define SIM_ARRAY_NEST_NEST_SETS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct nest_sets {
    int32_t n;
    int32_t *begin, *pe; /* own; set k is pe[begin[k]] .. pe[begin[k+1] - 1] */
    size_t set_room, pe_room;
    int32_t *index;    /* owns; open addressing, 1 + number, 0: free */
    size_t index_size; /* a power of two */
};

void nest_sets_fini(struct nest_sets *sets);
void nest_sets_forget(struct nest_sets *sets);
/* The number of a set: that of an equal one, or a new one. */
int32_t nest_sets_number(struct nest_sets *sets, const int32_t *pe, int32_t n);

#ifdef __cplusplus
}
#endif

#endif
