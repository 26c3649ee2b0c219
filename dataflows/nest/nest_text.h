/* nest_text.h - a nest as text that a person reads and
 * sim/config/mapping_entry.h reads back.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_TEXT_H
#define DATAFLOWS_NEST_NEST_TEXT_H

#include <stdio.h>

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The levels of a nest as the entry of a mapping file has them, each with a
 * comment that says what its tiles hold. */
void nest_print(const struct arch *arch, const struct layer *layer,
                const struct nest *nest, FILE *to);
/* The loops in one line, " dram(m4 c48) l2(p27) rows(r5) cols(q14) rf(m8)",
 * and which tensors L2, or a listed level, could keep and does not. */
void nest_print_line(const struct arch *arch, const struct nest *nest,
                     FILE *to);
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
