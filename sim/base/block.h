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

#ifdef __cplusplus
extern "C" {
#endif

enum { BLOCK_NAME_MAX = 32 };

struct block {                 /* a view; whoever listed it outlives it */
    char name[BLOCK_NAME_MAX]; /* "pe_3_7"; a C identifier */
    void *self;                /* what both functions are called with */
    int part;
    void (*eval)(void *self, int part);
    void (*commit)(void *self, int part);
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
