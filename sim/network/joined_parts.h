/* joined_parts.h - results of layers that ran in parts, as a transposed
 * convolution does, as those of the whole.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_JOINED_PARTS_H
#define SIM_NETWORK_JOINED_PARTS_H

#include "sim/base/result.h"
#include "sim/config/workload.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The results of the layers as they were given: each is the sum of parts[i]
 * of them, under the mapping of the first.  To be freed, and each with
 * layer_result_fini. */
struct layer_result *joined_parts(const struct layer_result *part,
                                  const struct workload *whole,
                                  const int *parts);

#ifdef __cplusplus
}
#endif

#endif
