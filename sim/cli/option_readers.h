/* option_readers.h - values of options that are not plainly a text, a number
 * or a switch.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_OPTION_READERS_H
#define SIM_CLI_OPTION_READERS_H

#include "sim/cli/option_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The field is that of struct options with the option's name; of those that
 * are done in place of a command, it is `action`. */
option_reader read_set, read_safe, read_dim, read_policy, read_timeline_window,
    read_kernel, read_help_config, read_list_dataflows, read_help, read_usage,
    read_version;

#ifdef __cplusplus
}
#endif

#endif
