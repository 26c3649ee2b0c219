/* pass_view.c - one layer's view of the pass memory.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/pass_view.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

enum { SLOTS = 64 };

/* What the memory compares, byte by byte. */
struct key {
    uint64_t kind; /* of machine */
    struct pass_boundary boundary;
    unsigned char work[sizeof(((struct pass *)0)->work)];
};

struct slot {
    bool used;
    struct key key;
    struct pass_outcome counts;
};

struct pass_view {
    struct pass_memory *memory;
    uint64_t kind;
    bool intern;
    struct pass_meanwhile meanwhile; /* work NULL: none */
    struct slot slot[SLOTS];
};

struct pass_memory *pass_view_new_memory(uint64_t budget_bytes)
{
    const struct pass_memory_cfg cfg = {.key_bytes = sizeof(struct key),
                                        .budget_bytes = budget_bytes};
    return pass_memory_new(&cfg);
}

struct pass_view *pass_view_new(struct pass_memory *memory,
                                enum network_type kind, bool intern)
{
    struct pass_view *v = xcalloc(1, sizeof(*v));
    v->memory = memory;
    v->kind = (uint64_t)kind;
    v->intern = intern;
    return v;
}

void pass_view_set_meanwhile(struct pass_view *v,
                             const struct pass_meanwhile *meanwhile)
{
    v->meanwhile = *meanwhile;
}

void pass_view_free(struct pass_view *view)
{
    free(view);
}

static void set_key(const struct pass_view *v,
                    const struct pass_boundary *boundary,
                    const struct pass *pass, struct key *key)
{
    memset(key, 0, sizeof(*key));
    key->kind = v->kind;
    key->boundary = *boundary;
    memcpy(key->work, &pass->work, sizeof(key->work));
}

static struct slot *slot_of(struct pass_view *v, const struct key *key)
{
    return &v->slot[(pass_memory_hash(key, sizeof(*key)) >> 1) % SLOTS];
}

static void keep(struct pass_view *v, const struct key *key,
                 const struct pass_outcome *counts)
{
    struct slot *slot = slot_of(v, key);
    if (!v->intern)
        return;
    slot->used = true;
    slot->key = *key;
    slot->counts = *counts;
}

enum pass_answer pass_view_find(struct pass_view *v,
                                const struct pass_boundary *boundary,
                                const struct pass *pass,
                                struct pass_outcome *out)
{
    struct key key;
    enum pass_answer answer;
    set_key(v, boundary, pass, &key);
    const struct slot *slot = slot_of(v, &key);
    if (slot->used && memcmp(&slot->key, &key, sizeof(key)) == 0) {
        *out = slot->counts;
        return PASS_KNOWN;
    }
    answer = pass_memory_find(v->memory, &key, out,
                              v->meanwhile.work != NULL ? &v->meanwhile : NULL);
    if (answer == PASS_KNOWN || answer == PASS_AHEAD)
        keep(v, &key, out);
    return answer;
}

bool pass_view_claim_ahead(struct pass_view *v,
                           const struct pass_boundary *boundary,
                           const struct pass *pass)
{
    struct key key;
    set_key(v, boundary, pass, &key);
    return pass_memory_claim_ahead(v->memory, &key);
}

void pass_view_add(struct pass_view *v, const struct pass_boundary *boundary,
                   const struct pass *pass, const struct pass_outcome *counts)
{
    struct key key;
    set_key(v, boundary, pass, &key);
    pass_memory_add(v->memory, &key, counts);
    keep(v, &key, counts);
}

void pass_view_abandon(struct pass_view *v,
                       const struct pass_boundary *boundary,
                       const struct pass *pass)
{
    struct key key;
    set_key(v, boundary, pass, &key);
    pass_memory_abandon(v->memory, &key);
}
