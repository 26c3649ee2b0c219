/* dram_port.h - where the DMA meets a memory.
 *
 * The memory behind it is mem/dram.h or another model.  As dram.h says of its
 * calls: only forward in time, served in the order in which they are made.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DRAM_PORT_H
#define MEM_DRAM_PORT_H

#include <stdint.h>

#include "mem/dram.h"

#ifdef __cplusplus
extern "C" {
#endif

struct dram_port {
    void *context; /* borrowed */
    /* As dram_serve_list.  `own`: the architecture's DRAM, for a port that
     * only passes requests on. */
    uint64_t (*serve)(void *context, struct dram *own,
                      const struct dram_request *requests, int n,
                      uint64_t start_cycle);
    /* Returns the core cycle from which the next request can be served, as
     * dram_free_cycle does. */
    uint64_t (*free_cycle)(void *context, const struct dram *own);
};

/* The architecture's DRAM itself. */
extern const struct dram_port dram_port_own;

#ifdef __cplusplus
}
#endif

#endif
