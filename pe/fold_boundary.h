/* fold_boundary.h - which passes are on a systolic array yet when another may
 * be issued, and for how long they have been.
 *
 * A pass source keeps one beside its walk; with the next pass it is all that
 * decides what the array will do, and so stands in the pass memory's key.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_FOLD_BOUNDARY_H
#define PE_FOLD_BOUNDARY_H

#include "pe/systolic.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fold_boundary;

/* A pass has left the array; passes are numbered from 0 in their order. */
struct fold_leaves {
    void *context;
    void (*tell)(void *context, uint64_t number);
};

/* leaves: copied, its context borrowed; NULL: nobody asks. */
struct fold_boundary *fold_boundary_new(const struct systolic_cfg *cfg,
                                        const struct fold_leaves *leaves);
void fold_boundary_free(struct fold_boundary *boundary);
/* The most passes that can be on the array. */
int fold_boundary_passes_max(const struct fold_boundary *boundary);
/* What array_side_put_draining takes; of the boundary. */
const struct systolic_boundary *
fold_boundary_left(const struct fold_boundary *boundary);
size_t fold_boundary_left_bytes(const struct fold_boundary *boundary);
/* The next pass is done, so many cycles after the one before it; late_cycles of
 * these went by before it was issued, and it drains for drain_cycles more. */
void fold_boundary_passed(struct fold_boundary *boundary,
                          const struct systolic_pass *pass, uint64_t cycles,
                          uint64_t drain_cycles, uint64_t late_cycles);
/* No pass comes any more. */
void fold_boundary_end(struct fold_boundary *boundary);

#ifdef __cplusplus
}
#endif

#endif
