/* levels.h - the list 'levels' of an architecture's file: the levels of memory
 * from DRAM to the MACs, by names of the user's own.
 *
 *   levels = ( { name = "dram"; },
 *              { name = "gb";
 *                stores = ( { bytes = 65536; holds = ["ifmap", "psum"]; } );
 *                rows = 4; cols = 4;
 *                network = { kind = "multicast"; words_per_slot = 4; }; },
 *              { name = "regs";
 *                stores = ( { bytes = 64; holds = ["filter"]; } );
 *                cols = 8; } );
 *
 * The outermost is first, and is the DRAM.  Each other level has a store for
 * the tensors that it can keep, and rows x cols children: instances of the next
 * level, or MACs.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_LEVELS_H
#define SIM_CONFIG_LEVELS_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/base/arch.h"
#include "sim/base/config_text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the list into the architecture. */
bool levels_read(const struct setting *list, struct arch *arch, struct diag *d);
/* Sets a number of a level or of its store: "levels.gb.rows",
 * "levels.gb.network.hop_um", "levels.gb.bytes" where it has one store, else
 * "levels.gb.STORE.bytes". */
bool levels_set(const char *key, const char *value, struct src_pos at,
                struct arch *arch, struct diag *d);
/* Gives the keys of the usual levels the values that the list means for them:
 * PEs, the outermost store. */
void levels_resolve(struct arch *arch);
/* Whether a key of the schema is of the usual levels, so that it may not stand
 * beside a list. */
bool levels_replace(const char *key);

/* Keys of a level and what they mean, a line each: plain text, or rows of a
 * table in Markdown. */
void levels_help(bool is_markdown, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
