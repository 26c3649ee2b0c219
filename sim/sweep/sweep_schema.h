/* sweep_schema.h - describes, in JSON Schema, what `sweep export --format json`
 * prints and the lines that `accelsim serve` reads and writes.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_SWEEP_SCHEMA_H
#define SIM_SWEEP_SWEEP_SCHEMA_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

void sweep_schema(FILE *to);

#ifdef __cplusplus
}
#endif

#endif
