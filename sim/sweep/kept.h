/* kept.h - things that are made once for a key, used by several, and kept for
 * those who ask again: so many at most beside those in use.
 *
 * The caller guards it: several threads need a lock around each call.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_KEPT_H
#define SIM_SWEEP_KEPT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kept;

/* free_item: called with what is no longer kept. */
struct kept *kept_new(int most, void (*free_item)(void *item));
/* Nothing of it is in use. */
void kept_free(struct kept *kept);

/* The item of a key, in use from now on; NULL: there is none. */
void *kept_take(struct kept *kept, const void *key, size_t key_bytes);
/* Adds the item of a key that has none, in use from now on. */
void kept_add(struct kept *kept, const void *key, size_t key_bytes, void *item);
/* Somebody uses it no longer; NULL: nobody did. */
void kept_give_back(struct kept *kept, const void *item);

#ifdef __cplusplus
}
#endif

#endif
