/* overlap_run.h - passes of a program that overlap on the array: those that
 * work on the same tiles of L2, one after the other, in the same shape.
 *
 * Shape  Which PEs form chains, which of them want a row's words, and in which
 *        banks the tiles lie.  Where it changes, or a tile does, the array runs
 *        empty first; also after as many passes or windows as below, so that
 *        tables and keys stay small.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_OVERLAP_OVERLAP_RUN_H
#define SIM_ARRAY_OVERLAP_OVERLAP_RUN_H

#include <stddef.h>

#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { OVERLAP_PASSES_MAX = 256, OVERLAP_WINDOWS_MAX = 1 << 18 };

/* Plain data: all that decides what the array does in a pass of a run. */
struct overlap_pass {
    struct multicast_pass work;
    uint32_t reads_back; /* how many passes before wrote the psums that it
                            reads; 0: they were there before the run */
    uint32_t unused;     /* 0 */
};

struct overlap_run {
    size_t n, room;
    struct pass *pass;          /* owns; with their places, for values */
    struct overlap_pass *alone; /* owns; what the array is told of each */
};

/* Gathers runs from a cursor, which it reads a pass ahead. */
struct overlap_gather {
    struct pass ahead;
    bool has_ahead;
};

void overlap_run_fini(struct overlap_run *run);
/* The next passes that overlap; false: there is none left.  *run is all zero or
 * was filled before. */
bool overlap_gather_next(struct overlap_gather *gather,
                         const struct program *program, struct cursor *cursor,
                         struct overlap_run *run);
/* Windows of each PE in a pass; psums leave it so often. */
uint64_t overlap_windows(const struct multicast_pass *work);
uint64_t overlap_emissions(const struct multicast_pass *work);

#ifdef __cplusplus
}
#endif

#endif
