/* show_config.h - what --show-config prints: each value that a result depends
 * on, its unit, and where it comes from.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_SHOW_CONFIG_H
#define SIM_CLI_SHOW_CONFIG_H

#include "sim/cli/invocation.h"
#include "sim/report/listing.h"

#ifdef __cplusplus
extern "C" {
#endif

void show_config(struct invocation *s);
/* Writes the listing in the form and to the place that the options name, and
 * drops it. */
void print_listing(struct invocation *s, struct listing *l);

#ifdef __cplusplus
}
#endif

#endif
