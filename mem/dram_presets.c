/* dram_presets.c - the parts whose timing the DRAM model knows.
 * SPDX-License-Identifier: MIT
 */
#include <stddef.h>
#include <string.h>

#include "mem/dram.h"

const struct dram_part dram_parts[] = {{.name = NULL}};

const struct dram_part *dram_part_find(const char *name)
{
    for (int k = 0; dram_parts[k].name != NULL; k++)
        if (strcmp(dram_parts[k].name, name) == 0)
            return &dram_parts[k];
    return NULL;
}
