/* help_config.h - the schema and the dataflows, written out for people.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_HELP_CONFIG_H
#define SIM_CONFIG_HELP_CONFIG_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

void help_config_text(FILE *to);
/* As docs/config.md. */
void help_config_markdown(FILE *to);
/* Each dataflow with its parameters. */
void help_dataflows(FILE *to);

#ifdef __cplusplus
}
#endif

#endif
