/* pass_view.h - one layer's view of the pass memory.
 *
 * Descriptors are interned here: the latest ones have a place of their own,
 * found by their bytes without the memory's lock, with their outcome beside
 * it.  All others are asked of the memory.  Whether descriptors are interned
 * changes time only; a view that does not may serve several threads.
 *
 * What the array holds at a boundary is known by the descriptor of the pass
 * that drains, so that stands for it in the key, and no end state is kept.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_PASS_VIEW_H
#define SIM_RUN_PASS_VIEW_H

#include <stdbool.h>

#include "dataflows/program.h"
#include "sim/run/pass_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A memory for the layers of one architecture. */
struct pass_memory *pass_view_new_memory(uint64_t budget_bytes);

/* The array as a pass finds it: the one before drains, and has done so alone
 * for so many cycles since the boundary.  All zero: the array was empty. */
struct pass_boundary {
    struct systolic_pass draining;
    uint32_t reserved; /* 0 */
    uint64_t lateness_cycles;
};

struct pass_view;

/* memory: borrowed. */
struct pass_view *pass_view_new(struct pass_memory *memory,
                                enum network_type kind, bool intern);
/* What to do while another thread brings what is asked for; copied. */
void pass_view_set_meanwhile(struct pass_view *view,
                             const struct pass_meanwhile *meanwhile);
void pass_view_free(struct pass_view *view);

/* As pass_memory_find: a key that is not known is the caller's to bring, or to
 * abandon; and as pass_memory_claim_ahead. */
enum pass_answer pass_view_find(struct pass_view *view,
                                const struct pass_boundary *boundary,
                                const struct pass *pass,
                                struct pass_outcome *out);
bool pass_view_claim_ahead(struct pass_view *view,
                           const struct pass_boundary *boundary,
                           const struct pass *pass);
void pass_view_add(struct pass_view *view, const struct pass_boundary *boundary,
                   const struct pass *pass, const struct pass_outcome *counts);
void pass_view_abandon(struct pass_view *view,
                       const struct pass_boundary *boundary,
                       const struct pass *pass);

#ifdef __cplusplus
}
#endif

#endif
