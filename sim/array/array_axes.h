/* array_axes.h - which dataflows can do with what the rows and the columns of
 * an array may hold (array.rows_hold, array.cols_hold).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_ARRAY_AXES_H
#define SIM_ARRAY_ARRAY_AXES_H

#include "sim/array/array_kind.h"

#ifdef __cplusplus
extern "C" {
#endif

/* false: says which axis may not hold what the dataflow puts there.  It asks
 * nothing of a loop nest, whose loops are looked at one by one. */
bool array_axes_honour(const struct arch *arch, const char *dataflow,
                       struct array_refusal *out);

#ifdef __cplusplus
}
#endif

#endif
