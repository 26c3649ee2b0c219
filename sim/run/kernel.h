/* kernel.h - who calls the blocks' eval and commit.
 *
 * The native kernel steps the array side itself; another one (SystemC) hangs
 * in by this interface and must give the same counts.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_KERNEL_H
#define SIM_RUN_KERNEL_H

#include <stdint.h>

#include "sim/array/array_side.h"

#ifdef __cplusplus
extern "C" {
#endif

enum run_end {
    RUN_DONE,
    RUN_DEADLOCK, /* nothing moved, and no timer ran down */
    RUN_LIMIT     /* still running after the limit */
};

struct kernel {
    void *context; /* borrowed */
    /* A layer's array side is assembled and quiescent; NULL: don't care. */
    void (*assembled)(void *context, struct array_side *side);
    /* Steps the pass that was issued to its end. */
    enum run_end (*run_pass)(void *context, struct array_side *side,
                             uint64_t limit_cycles);
    /* No pass was in flight for so many cycles; NULL: don't care. */
    void (*idle)(void *context, uint64_t cycles);
};

extern const struct kernel kernel_native;

#ifdef __cplusplus
}
#endif

#endif
