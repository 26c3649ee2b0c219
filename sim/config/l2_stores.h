/* l2_stores.h - the list 'l2.stores' of an architecture's file: memories of
 * L2, each for some of the tensors.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_L2_STORES_H
#define SIM_CONFIG_L2_STORES_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/base/arch.h"
#include "sim/base/config_text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the list into the architecture, its l2_bytes and l2_banks included.
 * Errors: what is no store, a tensor that none holds, or several do. */
bool l2_stores_read(const struct setting *list, struct arch *arch,
                    struct diag *d);

/* Reads one store; of_level: of a listed level. */
bool l2_store_read(const struct setting *s, bool of_level, struct l2_store *out,
                   struct diag *d);

/* Whether a key of a level's store is a whole number, and sets it. */
bool l2_store_has_number(const char *name);
bool l2_store_put_number(const char *name, int64_t value, struct src_pos at,
                         struct l2_store *out, struct diag *d);

/* Whether 'l2.accumulator_bytes' is a part of the L2. */
bool l2_accumulators_fit(const struct arch *arch, struct src_pos at,
                         struct diag *d);

/* Keys of a store and what they mean, a line each: plain text, or rows of a
 * table in Markdown. */
void l2_stores_help(bool is_markdown, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
