/* pass_view.c - one layer's view of the pass memory.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/pass_view.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

enum { SLOTS = 64 };

struct slot {
    struct pass_key key;  /* of bytes */
    unsigned char *bytes; /* owns */
    size_t room;
    struct pass_outcome outcome;
};

struct pass_view {
    struct pass_memory *memory;
    bool keeps_places;
    struct pass_meanwhile meanwhile; /* work NULL: none */
    struct slot *slot[SLOTS];        /* owns; NULL: not in use yet */
};

struct pass_view *pass_view_new(struct pass_memory *memory, bool keeps_places)
{
    struct pass_view *v = xcalloc(1, sizeof(*v));
    v->memory = memory;
    v->keeps_places = keeps_places;
    return v;
}

void pass_view_set_meanwhile(struct pass_view *v,
                             const struct pass_meanwhile *meanwhile)
{
    v->meanwhile = *meanwhile;
}

void pass_view_free(struct pass_view *v)
{
    if (v == NULL)
        return;
    for (int k = 0; k < SLOTS; k++) {
        if (v->slot[k] != NULL)
            free(v->slot[k]->bytes);
        free(v->slot[k]);
    }
    free(v);
}

static struct slot **slot_of(struct pass_view *v, const struct pass_key *key)
{
    return &v->slot[(key->hash >> 1) % SLOTS];
}

static void keep(struct pass_view *v, const struct pass_key *key,
                 const struct pass_outcome *outcome)
{
    if (!v->keeps_places)
        return;
    struct slot **place = slot_of(v, key);
    if (*place == NULL)
        *place = xcalloc(1, sizeof(**place));
    struct slot *slot = *place;
    if (slot->room < key->n_bytes) {
        slot->bytes = xrealloc(slot->bytes, key->n_bytes, 1);
        slot->room = key->n_bytes;
    }
    memcpy(slot->bytes, key->bytes, key->n_bytes);
    slot->key = *key;
    slot->key.bytes = slot->bytes;
    slot->outcome = *outcome;
}

enum pass_answer pass_view_find(struct pass_view *v, const struct pass_key *key,
                                struct pass_outcome *out)
{
    enum pass_answer answer;
    const struct slot *slot = *slot_of(v, key);
    if (slot != NULL && pass_key_same(&slot->key, key)) {
        *out = slot->outcome;
        return PASS_KNOWN;
    }
    answer = pass_memory_find(v->memory, key, out,
                              v->meanwhile.work != NULL ? &v->meanwhile : NULL);
    if (answer == PASS_KNOWN || answer == PASS_AHEAD)
        keep(v, key, out);
    return answer;
}

void pass_view_add(struct pass_view *v, const struct pass_key *key,
                   const struct pass_outcome *outcome)
{
    pass_memory_add(v->memory, key, outcome);
    keep(v, key, outcome);
}

void pass_view_abandon(struct pass_view *v, const struct pass_key *key)
{
    pass_memory_abandon(v->memory, key);
}
