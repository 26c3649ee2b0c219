/* options_argp.h - the table of options as glibc's argp takes it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_OPTIONS_ARGP_H
#define SIM_CLI_OPTIONS_ARGP_H

#include <argp.h>

#include "sim/cli/option_table.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OPTIONS_ALL ~0u

/* Fills in the rows that one of `commands` (bits) honours, with the titles that
 * have such a row, and the row of zeros that ends them. */
void options_argp_rows(unsigned commands, struct argp_option out[OPTIONS_MAX]);
/* The row of option_table that argp's key stands for, or -1. */
int options_argp_row(int key);

#ifdef __cplusplus
}
#endif

#endif
