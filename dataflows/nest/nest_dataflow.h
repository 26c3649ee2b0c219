/* nest_dataflow.h - the general loop nest by its name among the dataflows.
 *
 * Not in dataflow_table: it chooses nothing by itself, and its loops come from
 * a mapping file (sim/config/mapping_file.h) instead of parameters.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_DATAFLOW_H
#define DATAFLOWS_NEST_NEST_DATAFLOW_H

#include "dataflows/dataflow.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct dataflow nest_dataflow;

#ifdef __cplusplus
}
#endif

#endif
