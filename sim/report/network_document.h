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

/* Puts "network" into the document: its name, "" where it has none, or, where
 * a graph ran, an object that has it. */
void network_document(const struct report_input *in, json_t *document);
json_t *network_schema(void);

#ifdef __cplusplus
}
#endif

#endif
