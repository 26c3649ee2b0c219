/* plugin_stale.c - a dataflow of this version of the interface, built from
 * headers whose structs have other sizes, for the tests of --plugin.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/plugin.h"

extern const uint32_t accelsim_dataflow_version;
const uint32_t accelsim_dataflow_version = ACCELSIM_PLUGIN_VERSION;

extern const struct dataflow accelsim_dataflow;
const struct dataflow accelsim_dataflow = {.name = "stale"};

extern const struct plugin_layout accelsim_dataflow_layout;
const struct plugin_layout accelsim_dataflow_layout = {
    .layout = sizeof(struct plugin_layout),
    .dataflow = sizeof(struct dataflow) - 8,
};
