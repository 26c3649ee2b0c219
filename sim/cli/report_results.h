/* report_results.h - writes what an invocation's layers came to, in the form
 * and to the place that its options ask for.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_REPORT_RESULTS_H
#define SIM_CLI_REPORT_RESULTS_H

#include "sim/cli/invocation.h"
#include "sim/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* results: one per layer of the workload.  Those of a layer that was cut are
 * added up. */
bool report_results(const struct invocation *s, const char *kernel,
                    const struct layer_result *results);

#ifdef __cplusplus
}
#endif

#endif
