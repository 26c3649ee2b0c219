/* plugin_old.c - a dataflow for another version of the interface, for the tests
 * of --plugin.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/plugin.h"

extern const uint32_t accelsim_dataflow_version;
const uint32_t accelsim_dataflow_version = ACCELSIM_PLUGIN_VERSION - 1;

extern const struct dataflow accelsim_dataflow;
const struct dataflow accelsim_dataflow = {.name = "old"};

extern const struct plugin_layout accelsim_dataflow_layout;
const struct plugin_layout accelsim_dataflow_layout = PLUGIN_LAYOUT;
