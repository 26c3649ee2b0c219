/* lane_fifo.h - one bounded fifo per lane, side by side.
 *
 * `words` is what every reader and sender sees in this cycle; a push is
 * staged in `push` and is seen from the next cycle on, when the fifos'
 * reader commits.  Only occupancy: what a word is worth lies elsewhere.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOC_LANE_FIFO_H
#define NOC_LANE_FIFO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lane_fifo { /* a view into the arena */
    int16_t *words;
    int16_t *push;
    int capacity_words;
};

#ifdef __cplusplus
}
#endif

#endif
