/* document_schema.h - the JSON Schema of what --format json prints, made from
 * the tables that the report walks.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_DOCUMENT_SCHEMA_H
#define SIM_REPORT_DOCUMENT_SCHEMA_H

#include <jansson.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a layer of results has; a new node. */
json_t *document_schema_layer(void);
/* docs/schema.json. */
void document_schema(FILE *to);

#ifdef __cplusplus
}
#endif

#endif
