/* nest_events.h - what a nest does beside moving words, in closed form: rows of
 * L2's banks, rows of PEs that words reach, and reads of another word.
 *
 * A tensor's words lie in L2 in the order in which they are moved, and fill its
 * rows from the first to the last, by the array and by the DMA: the least rows
 * that there can be.  A port of a register file keeps its word while, within a
 * pass, none but the innermost loops step that the tensor does not have.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_EVENTS_H
#define DATAFLOWS_NEST_NEST_EVENTS_H

#include "dataflows/nest/nest.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* counts: of the same nest.  Of listed levels no rows of PEs are counted. */
void nest_events(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct counts *counts,
                 struct layer_events *out);

#ifdef __cplusplus
}
#endif

#endif
