/* nest_limits_file.h - which nests `map --dataflow nest` may look at, from a
 * file (docs/nest.md).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_NEST_LIMITS_FILE_H
#define SIM_CONFIG_NEST_LIMITS_FILE_H

#include "dataflows/nest/nest_limits.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `name`: a path, or a file in configs/mappings.  at: who named it. */
bool nest_limits_read(const char *name, struct src_pos at,
                      struct nest_limits *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
