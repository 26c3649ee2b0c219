/* pass_memory.h - what equal passes did before.
 *
 * A pass that starts on a quiescent array is a pure function of its
 * descriptor; equal descriptors (compared in full) have equal outcomes.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PASS_MEMORY_H
#define SIM_PASS_MEMORY_H

#include "pe/pass_counts.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pass_memory;

struct pass_memory *pass_memory_new(size_t key_bytes);
void pass_memory_free(struct pass_memory *memory);
/* NULL when the key was not seen, or no longer. */
const struct pass_counts *pass_memory_find(const struct pass_memory *memory,
                                           const void *key);
void pass_memory_add(struct pass_memory *memory, const void *key,
                     const struct pass_counts *counts);

#ifdef __cplusplus
}
#endif

#endif
