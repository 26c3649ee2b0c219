/* options_fault.h - what is wrong with a word of the command line, in one line
 * that names what was meant.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_OPTIONS_FAULT_H
#define SIM_CLI_OPTIONS_FAULT_H

#include <argp.h>
#include <stdbool.h>

#include "sim/base/diag.h"
#include "sim/cli/command.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether `word` names a command. */
bool options_find_command(const char *word, enum command *out);

/* argp stopped at, or behind, argv[next - 1]. */
void options_bad_option(const struct argp_state *state, struct diag *d);

/* A word that belongs to no option; is_first: of the command line. */
void options_stray_word(const char *word, bool is_first, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
