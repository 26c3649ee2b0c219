/* block.h - all that a kernel knows of a piece of hardware.
 *
 * A cycle is: eval of every block, in any order; then commit of every block,
 * in any order.  eval reads what was committed before the cycle, changes only
 * its own state and stages what it sends; commit publishes.  What two evals
 * add to one counter may be added in any order.  No cycle number: behaviour
 * depends on state alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_BLOCK_H
#define SIM_BASE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a block's state repeats (docs/periods.md). Copies are the caller's, of
 * the running pass.  Counts are part of the state, as positions. */
struct block_period {
    size_t (*copy_bytes)(const void *self, int part); /* in any pass */
    void (*save)(const void *self, int part, void *copy);
    /* Whether the block, as long as the others do, goes on as it did from the
     * copy on, for so many more times as periods_left says. */
    bool (*is_alike)(const void *self, int part, const void *copy);
    uint64_t (*periods_left)(const void *self, int part, const void *copy);
    /* Moves position and counts by so many times what they moved since. */
    void (*skip)(void *self, int part, const void *copy, uint64_t periods);
};

enum { BLOCK_NAME_MAX = 32 };

struct block {                 /* a view; whoever listed it outlives it */
    char name[BLOCK_NAME_MAX]; /* "pe_3_7"; a C identifier */
    void *self;                /* what both functions are called with */
    int part;
    void (*eval)(void *self, int part);
    void (*commit)(void *self, int part);
    /* NULL: the block does not say how its state repeats, so that nothing can
     * be skipped on its machine. */
    const struct block_period *period;
};

/* How finely an array is cut into blocks. */
enum block_grain {
    BLOCK_GRAIN_ARRAY, /* what is alike, side by side in one block */
    BLOCK_GRAIN_PE     /* one block per PE (or row), network, port */
};

#ifdef __cplusplus
}
#endif

#endif
