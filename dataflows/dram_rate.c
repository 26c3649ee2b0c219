/* dram_rate.c - how long a byte of DRAM takes: by the key of a bandwidth, or by
 * a part's clock, bus and channels.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/dram_rate.h"

#include <string.h>

#include "mem/dram.h"

double dram_cycles_per_byte(const struct arch *a)
{
    const struct dram_part *part = dram_part_find(a->dram_model);
    if (part != NULL)
        return (double)a->clock_hz * part->clocks_per_burst /
               ((double)part->clock_hz * part->BL * part->bus_bytes *
                (a->dram_channels > 0 ? a->dram_channels : 1));
    if (strcmp(a->dram_model, "ideal") == 0 || a->dram_bytes_per_second == 0)
        return 0;
    return (double)a->clock_hz / (double)a->dram_bytes_per_second;
}
