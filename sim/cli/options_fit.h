/* options_fit.h - whether options go together, and with the command.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_OPTIONS_FIT_H
#define SIM_CLI_OPTIONS_FIT_H

#include "sim/base/diag.h"
#include "sim/cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Says of each option that the command has no use for, with which it goes;
 * then of those left which exclude or need each other.  Looks the format up. */
bool options_fit(struct options *o, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
