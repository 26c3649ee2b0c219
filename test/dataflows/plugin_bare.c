/* plugin_bare.c - a dataflow of this version of the interface that does not say
 * by which structs it was built, for the tests of --plugin.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/plugin.h"

extern const uint32_t accelsim_dataflow_version;
const uint32_t accelsim_dataflow_version = ACCELSIM_PLUGIN_VERSION;

extern const struct dataflow accelsim_dataflow;
const struct dataflow accelsim_dataflow = {.name = "bare"};
