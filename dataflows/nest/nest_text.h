/* nest_text.h - a nest as text that a person reads and
 * sim/config/mapping_file.h reads back.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_TEXT_H
#define DATAFLOWS_NEST_NEST_TEXT_H

#include <stdio.h>

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A whole mapping file with this one nest, and for the reader each loop's
 * tile.  layer: the name that the entry holds for; "" = any. */
void nest_print(const struct arch *arch, const struct layer *layer,
                const struct nest *nest, const char *layer_name, FILE *to);
/* One loop, "m 4".  Returns NULL, or what is wrong with it. */
const char *nest_parse_loop(const char *text, struct nest_loop *out);
/* The verdict of nest_is_legal in words (EXIT_NO_MAPPING), with the nearest
 * legal value; returns false. */
bool nest_report(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct nest_verdict *why,
                 const struct nest_where *where, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
