/* mapping_schema.h - the JSON of a layer's mapping, described.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_MAPPING_SCHEMA_H
#define SIM_REPORT_MAPPING_SCHEMA_H

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Both are owned by the caller. */
json_t *mapping_schema(void);
json_t *provenance_schema(void);

#ifdef __cplusplus
}
#endif

#endif
