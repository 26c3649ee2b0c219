/* layer_mapping.c - the mapping under which a layer runs, finished.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/layer_mapping.h"

#include <string.h>

#include "sim/run/fold_passes.h"
#include "sim/run/nest_passes.h"
#include "sim/run/program_passes.h"

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

struct pass_source *pass_source_new(const struct arch *arch,
                                    const struct layer *layer,
                                    const struct layer_mapping *mapping,
                                    const struct layer_values *check,
                                    const struct access_tap *tap)
{
    if (layer_mapping_is_nest(mapping) &&
        arch->array_network == NETWORK_SYSTOLIC) {
        SIM_CHECK(tap == NULL); /* command_reuse refuses it */
        return fold_passes_new(arch, layer, &mapping->nest, check);
    }
    if (layer_mapping_is_nest(mapping))
        return nest_passes_new(arch, layer, &mapping->nest, check, tap);
    return program_passes_new(arch, layer, mapping, check, tap);
}
