/* mapping_print.h - a layer's mapping as text that a mapping file holds
 * (docs/nest.md), so that it can be asked for again.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_MAPPING_PRINT_H
#define SIM_RUN_MAPPING_PRINT_H

#include <stdio.h>

#include "sim/base/arch.h"
#include "sim/base/layer.h"
#include "sim/run/layer_mapping.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Prints an entry for a layer of a network: "" for layers of none; NULL: the
 * entry holds for layers of any.  comment: lines for a reader that go into it,
 * or NULL. */
void mapping_print_entry(const struct arch *arch, const struct layer *layer,
                         const char *network,
                         const struct layer_mapping *mapping,
                         const char *comment, FILE *to);
/* Prints a whole file of such entries. */
void mapping_print_file(const char *const *entry, int n, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
