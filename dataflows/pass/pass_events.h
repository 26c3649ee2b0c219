/* pass_events.h - what the passes of a program do beside moving words, in
 * closed form from their descriptors: rows of L2's banks, rows of PEs that a
 * word reaches, words that change on a register file's port.
 *
 * No stall changes any of it.  A port keeps the row, or the word, that it read
 * last until it has to read another: a stream's words lie in the order in which
 * it moves them, from a row's first word in each pass, and so do a tile's for
 * the DMA; the first read of a pass is always another word.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_PASS_PASS_EVENTS_H
#define DATAFLOWS_PASS_PASS_EVENTS_H

#include "dataflows/program.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds those of a pass of a multicast machine, without the DMA's. */
void pass_events_multicast(const struct arch *arch,
                           const struct multicast_pass *pass,
                           struct layer_events *out);
/* Those of all passes. */
void program_events(const struct program *program, struct layer_events *out);

#ifdef __cplusplus
}
#endif

#endif
