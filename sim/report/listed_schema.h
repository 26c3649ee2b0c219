/* listed_schema.h - what the schema of results says of levels that an
 * architecture's file lists, under names of its own.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_LISTED_SCHEMA_H
#define SIM_REPORT_LISTED_SCHEMA_H

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Allows members of any name in 'accesses' and 'noc' of a layer's schema, in
 * the place of the usual levels and networks, which need not be there then. */
void schema_put_listed_levels(json_t *layer);

#ifdef __cplusplus
}
#endif

#endif
