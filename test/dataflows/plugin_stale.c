/* plugin_stale.c - a dataflow as if built for another version, for the tests
 * of --plugin.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/plugin.h"

extern const struct dataflow accelsim_dataflow;
const struct dataflow accelsim_dataflow = {.name = "stale"};

extern const struct plugin_layout accelsim_dataflow_layout;
const struct plugin_layout accelsim_dataflow_layout = {
    .layout = sizeof(struct plugin_layout),
    .dataflow = sizeof(struct dataflow) - 8,
};
