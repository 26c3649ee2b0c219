/* pass_view.h - one layer's view of the pass memory.
 *
 * The latest passes have a place of their own here, found by their keys without
 * the memory's lock, with their outcome beside it.  All others are asked of the
 * memory.  Whether a view keeps such places changes time only; one that does
 * not may serve several threads.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_PASS_VIEW_H
#define SIM_RUN_PASS_VIEW_H

#include <stdbool.h>

#include "sim/run/pass_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pass_view;

/* memory: borrowed. */
struct pass_view *pass_view_new(struct pass_memory *memory, bool keeps_places);
/* What to do while another thread brings what is asked for; copied. */
void pass_view_set_meanwhile(struct pass_view *view,
                             const struct pass_meanwhile *meanwhile);
void pass_view_free(struct pass_view *view);

/* As pass_memory_find: a key that is not known is the caller's to bring, or to
 * abandon. */
enum pass_answer pass_view_find(struct pass_view *view,
                                const struct pass_key *key,
                                struct pass_outcome *out);
void pass_view_add(struct pass_view *view, const struct pass_key *key,
                   const struct pass_outcome *outcome);
void pass_view_abandon(struct pass_view *view, const struct pass_key *key);

#ifdef __cplusplus
}
#endif

#endif
