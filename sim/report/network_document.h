/* network_document.h - what a program reads of a network that ran as a graph,
 * and what describes it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_NETWORK_DOCUMENT_H
#define SIM_REPORT_NETWORK_DOCUMENT_H

#include <jansson.h>

#include "sim/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The network's name, or, where a graph ran, an object that has it. */
json_t *network_document(const struct report_input *in);
json_t *network_schema(void);

#ifdef __cplusplus
}
#endif

#endif
