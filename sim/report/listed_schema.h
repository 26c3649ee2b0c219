/* listed_schema.h - what the schema of results says of machines of a kind:
 * those whose file lists the levels, under names of its own, and those whose
 * PEs skip zeros.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_LISTED_SCHEMA_H
#define SIM_REPORT_LISTED_SCHEMA_H

#include <jansson.h>

#include "sim/base/counters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Allows members of any name in 'accesses' and 'noc' of a layer's schema, in
 * the place of the usual levels and networks, which need not be there then, and
 * what it may have where PEs skip zeros. */
void schema_put_kinds(json_t *layer);
/* Counters of machines of a kind, which it puts. */
enum { NOT_OF_ALL = COUNTER_LISTED | COUNTER_SKIPS };

#ifdef __cplusplus
}
#endif

#endif
