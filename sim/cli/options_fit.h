/* options_fit.h - whether options go together, and with the command.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_OPTIONS_FIT_H
#define SIM_CLI_OPTIONS_FIT_H

#include <argp.h>

#include "sim/base/diag.h"
#include "sim/cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes note of what argp found. */
void options_note(struct options *o, int key);

/* Says of each option that the command has no use for, with which it goes;
 * then of those left which exclude or need each other. */
bool options_fit(const struct options *o, const struct argp_option *table,
                 struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
