/* layer_mapping.c - the mapping under which a layer runs, finished.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/layer_mapping.h"

#include <string.h>

struct layer_mapping layer_mapping_chosen(const struct dataflow *dataflow,
                                          const struct mapping *mapping)
{
    struct layer_mapping m;
    memset(&m, 0, sizeof(m));
    m.dataflow = dataflow;
    m.mapping = *mapping;
    m.source = "chosen";
    return m;
}
