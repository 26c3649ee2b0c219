/* options_help.h - texts that the help and the manual page share, and the
 * manual page and the shell's completion themselves.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_OPTIONS_HELP_H
#define SIM_CLI_OPTIONS_HELP_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const char options_summary[];  /* what the program is for */
extern const char options_statuses[]; /* what it exits with */

/* accelsim(1), in the language of man pages. */
void options_manual(FILE *to);
/* A script that completes words for bash. */
void options_completion(FILE *to);

#ifdef __cplusplus
}
#endif

#endif
