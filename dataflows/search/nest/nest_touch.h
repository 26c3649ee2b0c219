/* nest_touch.h - how many ifmap rows (or columns) the tiles of a nest touch.
 *
 * A tile has p, from a multiple of `outputs` on, and r, from a multiple of
 * `taps`; it touches the points p * stride + r * dilation - pad inside the
 * ifmap.  Tiles of a level begin at multiples of their size, whatever the
 * loops outside cut, so that a sum over all tiles depends on the size alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_NEST_NEST_TOUCH_H
#define DATAFLOWS_SEARCH_NEST_NEST_TOUCH_H

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nest_touch;
/* Makes a counter of ifmap rows (of_rows; from p and r), or of columns (from q
 * and s). The caller frees it. */
struct nest_touch *nest_touch_new(const struct arch *arch,
                                  const struct layer *layer, bool of_rows);
void nest_touch_free(struct nest_touch *t);

/* Whether no two outputs touch the same point: there is one tap. */
bool nest_touch_is_own(const struct nest_touch *t);

/* The points that the tiles touch, summed over the tiles: a point that two of
 * them touch counts twice. */
double nest_touch_sum(struct nest_touch *t, int outputs, int taps);

/* At least so many points are new where the tiles slide: the innermost loop
 * that the ifmap has goes over the outputs (or over the taps), in blocks of
 * `steps` steps, of `children` neighbouring tiles each.  `tile` of what
 * slides, `other` of the other.  0 steps, or children: whatever they are, up
 * to `children_most`; -1 steps: all, in one block.  A long dimension's unknowns
 * are not gone through: 0. */
enum { NEST_SLIDE_ALL = -1 };
struct nest_slide {
    bool over_taps;
    int tile, children, steps, other, children_most;
};
double nest_touch_slide(struct nest_touch *t, const struct nest_slide *slide);
/* The same of all children together, of `tile` or more and `other` or more. */
double nest_touch_slide_any(struct nest_touch *t, bool over_taps, int tile,
                            int other, int steps);

#ifdef __cplusplus
}
#endif

#endif
