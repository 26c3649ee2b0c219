/* dram_port.c - where the DMA meets a memory.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram_port.h"

#include <stddef.h>

static uint64_t serve(void *context, struct dram *own,
                      const struct dram_request *requests, int n,
                      uint64_t start_cycle)
{
    (void)context;
    return dram_serve_list(own, requests, n, start_cycle);
}

static uint64_t free_cycle(void *context, const struct dram *own)
{
    (void)context;
    return dram_free_cycle(own);
}

const struct dram_port dram_port_own = {NULL, serve, free_cycle};
