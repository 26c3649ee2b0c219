/* document.h - results as the tree that JSON prints and CSV flattens.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_DOCUMENT_H
#define SIM_REPORT_DOCUMENT_H

#include <jansson.h>

#include "sim/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The caller drops it with json_decref.  A count of 2^63 or more aborts. */
json_t *report_document(const struct report_input *in);

/* Names of CSV columns that stand last; NULL at the end. */
extern const char *const document_late_columns[];
/* Members of a layer's precision, of the tensors and then of finished outputs;
 * NULL at the end. */
extern const char *const document_precision[];

#ifdef __cplusplus
}
#endif

#endif
