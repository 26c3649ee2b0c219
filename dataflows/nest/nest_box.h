/* nest_box.h - the words of a tile of L2 as a product of four lists of
 * coordinates, and those of one tile that another lacks.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_BOX_H
#define DATAFLOWS_NEST_NEST_BOX_H

#include "dataflows/nest/nest_walk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Coordinates as dataflows/program.h has them: ifmap n, c (of all groups), h, w
 * (padded); filter m (of all), c, r, s; psum n, m (of all), p, q. */
struct nest_box {
    int n[4];   /* any 0: no words */
    int *at[4]; /* own; in rising order */
    int room[4];
};

void nest_box_fini(struct nest_box *box);
/* No words. */
void nest_box_clear(struct nest_box *box);
/* The tile of L2 in a step; stored_padding: the ifmap's padding is words. */
void nest_box_fill(struct nest_box *box, const struct nest_walk *walk,
                   const struct nest_step *step, enum tensor tensor,
                   bool stored_padding);
/* Visits the words of `box` that `other` lacks, in rising order, in runs along
 * the last coordinate. */
void nest_box_visit_new(
    const struct nest_box *box, const struct nest_box *other,
    void (*visit)(void *context, const int first[4], int words), void *context);

#ifdef __cplusplus
}
#endif

#endif
