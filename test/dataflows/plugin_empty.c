/* plugin_empty.c - a dataflow that lacks its functions, for the tests of
 * --plugin.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/plugin.h"

ACCELSIM_DATAFLOW_PLUGIN;
const struct dataflow accelsim_dataflow = {.name = "empty"};
