/* kept.c - a list of items with their keys, how many use each, and when one was
 * last asked for.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/kept.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"
#include "sim/run/pass_memory.h"

struct kept_item {
    void *item;
    void *key; /* owns */
    size_t key_bytes;
    uint64_t hash, asked;
    int users;
};

struct kept {
    struct kept_item *list; /* owns */
    int n, room, most;
    uint64_t asked; /* how often anything was */
    void (*free_item)(void *item);
};

struct kept *kept_new(int most, void (*free_item)(void *item))
{
    struct kept *k = xcalloc(1, sizeof(*k));
    k->most = most;
    k->free_item = free_item;
    return k;
}

static void drop(struct kept *k, int i)
{
    SIM_CHECK(k->list[i].users == 0);
    k->free_item(k->list[i].item);
    free(k->list[i].key);
    k->list[i] = k->list[--k->n];
}

void kept_free(struct kept *k)
{
    while (k->n > 0)
        drop(k, k->n - 1);
    free(k->list);
    free(k);
}

void *kept_take(struct kept *k, const void *key, size_t key_bytes)
{
    const uint64_t hash = pass_key_of(key, key_bytes).hash;
    for (int i = 0; i < k->n; i++) {
        struct kept_item *one = &k->list[i];
        if (one->hash != hash || one->key_bytes != key_bytes ||
            memcmp(one->key, key, key_bytes) != 0)
            continue;
        one->users++;
        one->asked = ++k->asked;
        return one->item;
    }
    return NULL;
}

/* Makes room: the one that nobody uses, and that was asked for longest ago. */
static void forget_one(struct kept *k)
{
    int oldest = -1;
    for (int i = 0; i < k->n; i++)
        if (k->list[i].users == 0 &&
            (oldest < 0 || k->list[i].asked < k->list[oldest].asked))
            oldest = i;
    if (oldest >= 0)
        drop(k, oldest);
}

void kept_add(struct kept *k, const void *key, size_t key_bytes, void *item)
{
    if (k->n >= k->most)
        forget_one(k);
    if (k->n == k->room) {
        k->room = 2 * k->room + 4;
        k->list = xrealloc(k->list, (size_t)k->room, sizeof(*k->list));
    }
    struct kept_item *one = &k->list[k->n++];
    *one = (struct kept_item){.item = item,
                              .key = xcalloc(1, key_bytes),
                              .key_bytes = key_bytes,
                              .hash = pass_key_of(key, key_bytes).hash,
                              .asked = ++k->asked,
                              .users = 1};
    memcpy(one->key, key, key_bytes);
}

void kept_give_back(struct kept *k, const void *item)
{
    int i = 0;
    if (item == NULL)
        return;
    while (i < k->n && k->list[i].item != item)
        i++;
    SIM_CHECK(i < k->n && k->list[i].users > 0);
    k->list[i].users--;
    if (k->n > k->most && k->list[i].users == 0)
        drop(k, i);
}
