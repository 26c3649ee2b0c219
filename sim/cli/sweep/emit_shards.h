/* emit_shards.h - scripts that run all shards of a plan, for who deals jobs to
 * machines.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_SWEEP_EMIT_SHARDS_H
#define SIM_CLI_SWEEP_EMIT_SHARDS_H

#include <stdio.h>

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* form: "slurm", a job array, or "parallel", GNU Parallel; plan: as the user
 * named it; name: the plan's, of which stores are named.  false after a
 * message: there is no such form. */
bool emit_shards(const char *form, const char *plan, const char *name,
                 int shards, FILE *to, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
