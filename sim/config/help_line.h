/* help_line.h - one key of a list of groups (stores, levels) as
 * `--help-config` prints it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_HELP_LINE_H
#define SIM_CONFIG_HELP_LINE_H

#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A row of a Markdown table, or a line of text.  left_out: the value when the
 * key is left out, or "required". */
void help_line(bool is_markdown, const char *name, const char *values,
               const char *left_out, const char *doc, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
