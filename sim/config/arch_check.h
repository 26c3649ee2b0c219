/* arch_check.h - what the values of an architecture must be to each other.
 * Ranges of single values are in the schema.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_ARCH_CHECK_H
#define SIM_CONFIG_ARCH_CHECK_H

#include "dataflows/dataflow.h"
#include "sim/base/arch.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where each row of the schema was set; both borrowed. */
struct arch_where {
    const char *path; /* of the architecture's file */
    const struct src_pos *at;
};

struct src_pos arch_where_of(const struct arch_where *where, const char *key);

bool arch_check(const struct arch *arch, const struct arch_where *where,
                struct diag *d);

/* Whether the machine lists the dataflow, or a plugin brought it. */
bool arch_runs(const struct arch *arch, const struct dataflow *dataflow);

#ifdef __cplusplus
}
#endif

#endif
