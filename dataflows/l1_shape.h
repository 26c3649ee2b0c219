/* l1_shape.h - what of an L1's banks each tensor has, and whether a slot fits.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_L1_SHAPE_H
#define DATAFLOWS_L1_SHAPE_H

#include "sim/base/arch.h"
#include "sim/base/diag.h"
#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct l1_part {
    bool bypass; /* then there is no part */
    int first_bank, banks;
    int rows;      /* over all its banks */
    int slot_rows; /* that a whole slot fills */
};

/* Ifmaps' own banks come first, then filters', then the shared ones, which
 * the two halve if both have none of their own. */
struct l1_part l1_part_of(const struct arch *arch, enum tensor tensor);

/* Cycles in which an L1 passes so many slots of a tensor on to its PEs: each is
 * written and read, unless it goes past the banks. */
double l1_slot_cycles(const struct arch *arch, enum tensor tensor,
                      double slots);
/* Rows of PEs that have an L1 in common. */
int l1_rows_of_pes(const struct arch *arch);

/* Whether the L1s of a machine (if it has any) take a slot of each tensor.
 * false: the message says which key is short, and by how many words. */
bool l1_takes_slots(const struct arch *arch, const struct layer *layer,
                    const char *dataflow, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
