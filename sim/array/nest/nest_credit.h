/* nest_credit.h - the kind of array that runs a loop nest on the credit
 * machine.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_CREDIT_H
#define SIM_ARRAY_NEST_NEST_CREDIT_H

#include "sim/array/array_side.h"
#include "sim/array/nest/nest_source.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct array_kind nest_credit_array;

/* What of the machine a nest decides, for the pass memory's key; plain data. */
struct nest_credit_key {
    int32_t banks[TENSOR_N]; /* of L2; 0: it does not keep the tensor */
    int32_t row_words[TENSOR_N], latency_cycles[TENSOR_N];
    int32_t l1_rows[TENSOR_PSUM]; /* which a layer's bits decide; 0: no L1 */
};
void nest_credit_describe(const struct nest_walk *walk, const struct arch *arch,
                          struct nest_credit_key *out);

/* The array for a nest that fits into L2; L1s are line buffers.  All borrowed.
 * Its passes are given to array_side_issue as a struct nest_pass_place each, of
 * which it needs `at` alone.  values: functional mode, or NULL; tap: told of
 * accesses, or NULL. */
struct array_side *nest_credit_new(const struct nest_walk *walk,
                                   const struct arch *arch,
                                   struct nest_values *values,
                                   const struct access_tap *tap);

#ifdef __cplusplus
}
#endif

#endif
