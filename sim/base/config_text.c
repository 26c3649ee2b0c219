/* config_text.c - the tree of a configuration file, and what may be asked of
 * it.
 *
 * Members of groups are found by one hash table for the whole text, whose key
 * is a group and a name.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/config_text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/config_tree.h"
#include "sim/base/nearest.h"

#define CHUNK_BYTES 4064 /* with its head and malloc's, a page */

/* Memory is handed out from the newest chunk; a large piece has one of its
 * own. */
struct chunk {
    struct chunk *older;
    size_t used, bytes;
    max_align_t memory[];
};

struct config_text {
    struct chunk *chunk;
    struct setting root;
    struct setting **slot; /* owns; a power of two of them */
    size_t n_slots, n_members;
};

static void *piece(struct config_text *text, size_t bytes, size_t align)
{
    struct chunk *c = text->chunk;
    size_t at = c == NULL ? 0 : (c->used + align - 1) / align * align;
    if (c == NULL || at > c->bytes || c->bytes - at < bytes) {
        size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
        c = xcalloc(1, sizeof(*c) + room);
        c->bytes = room;
        c->older = text->chunk;
        text->chunk = c;
        at = 0;
    }
    c->used = at + bytes;
    return (char *)c->memory + at;
}

struct config_text *config_text_new(void)
{
    struct config_text *text = xcalloc(1, sizeof(*text));
    text->root.text = text;
    text->root.type = SETTING_GROUP;
    text->n_slots = 64;
    text->slot = xcalloc(text->n_slots, sizeof(struct setting *));
    return text;
}

void config_text_free(struct config_text *text)
{
    if (text == NULL)
        return;
    while (text->chunk != NULL) {
        struct chunk *older = text->chunk->older;
        free(text->chunk);
        text->chunk = older;
    }
    free(text->slot);
    free(text);
}

struct setting *config_text_top(struct config_text *text)
{
    return &text->root;
}

const struct setting *config_text_root(const struct config_text *text)
{
    return &text->root;
}

const char *config_text_keep(struct config_text *text, const char *letters,
                             size_t bytes)
{
    char *kept = piece(text, bytes + 1, 1);
    if (bytes > 0)
        memcpy(kept, letters, bytes);
    kept[bytes] = '\0';
    return kept;
}

/* Where the member is, or where it would have to be put. */
static struct setting **slot_of(const struct config_text *text,
                                const struct setting *group, const char *name)
{
    uint64_t hash = (uint64_t)(uintptr_t)group * 0x9e3779b97f4a7c15u;
    for (const char *c = name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u; /* FNV-1a */
    hash ^= hash >> 32;
    for (size_t i = (size_t)hash;; i++) {
        struct setting **slot = &text->slot[i & (text->n_slots - 1)];
        if (*slot == NULL ||
            ((*slot)->parent == group && strcmp((*slot)->name, name) == 0))
            return slot;
    }
}

static void add_member(struct config_text *text, struct setting *member)
{
    if (2 * ++text->n_members > text->n_slots) {
        struct setting **old = text->slot;
        size_t n_old = text->n_slots;
        text->n_slots *= 2;
        text->slot = xcalloc(text->n_slots, sizeof(*text->slot));
        for (size_t i = 0; i < n_old; i++)
            if (old[i] != NULL)
                *slot_of(text, old[i]->parent, old[i]->name) = old[i];
        free(old);
    }
    *slot_of(text, member->parent, member->name) = member;
}

struct setting *setting_add(struct setting *to, const char *name,
                            struct src_pos at)
{
    struct setting *s = piece(to->text, sizeof(*s), _Alignof(struct setting));
    s->text = to->text;
    s->parent = to;
    s->name = name;
    s->at = at;
    if (to->n == to->room) {
        struct setting **old = to->item;
        to->room = to->room == 0 ? 4 : 2 * to->room;
        to->item = piece(to->text, (size_t)to->room * sizeof(*to->item),
                         _Alignof(struct setting *));
        if (to->n > 0)
            memcpy(to->item, old, (size_t)to->n * sizeof(*to->item));
    }
    to->item[to->n++] = s;
    if (name != NULL)
        add_member(to->text, s);
    return s;
}

enum config_type setting_type(const struct setting *s)
{
    return s->type;
}

const char *setting_name(const struct setting *s)
{
    return s->name;
}

struct src_pos setting_pos(const struct setting *s)
{
    return s->at;
}

const char *setting_kind(const struct setting *s)
{
    static const char *const kind[] = {
        [SETTING_GROUP] = "a group",
        [SETTING_LIST] = "a list",
        [SETTING_ARRAY] = "an array",
        [SETTING_INT] = "a whole number",
        [SETTING_FLOAT] = "a number with a fraction",
        [SETTING_BOOL] = "true or false",
        [SETTING_STRING] = "a string",
    };
    return kind[s->type];
}

int setting_length(const struct setting *s)
{
    return s->type == SETTING_GROUP || setting_is_list(s) ? s->n : 0;
}

const struct setting *setting_item(const struct setting *s, int i)
{
    SIM_CHECK(i >= 0 && i < setting_length(s));
    return s->item[i];
}

const struct setting *setting_member(const struct setting *group,
                                     const char *name)
{
    return group->type == SETTING_GROUP ? *slot_of(group->text, group, name)
                                        : NULL;
}

bool setting_is_list(const struct setting *s)
{
    return s->type == SETTING_LIST || s->type == SETTING_ARRAY;
}

bool setting_is_number(const struct setting *s)
{
    return s->type == SETTING_INT || s->type == SETTING_FLOAT;
}

double setting_number(const struct setting *s)
{
    return s->type == SETTING_INT     ? (double)s->whole
           : s->type == SETTING_FLOAT ? s->fraction
                                      : 0;
}

bool setting_whole_number(const struct setting *s, long long *out)
{
    /* Up to 2^53 each whole number has a double of its own. */
    if (s->type == SETTING_FLOAT && fabs(s->fraction) <= 9007199254740992.0 &&
        s->fraction == floor(s->fraction))
        *out = (long long)s->fraction;
    else if (s->type == SETTING_INT)
        *out = s->whole;
    else
        return false;
    return true;
}

bool setting_is_true(const struct setting *s)
{
    return s->type == SETTING_BOOL && s->is_true;
}

const char *setting_string(const struct setting *s)
{
    return s->type == SETTING_STRING ? s->string : NULL;
}

bool setting_unknown_key(const struct setting *s, const char *const known[],
                         const char *of, struct diag *d)
{
    struct nearest near;
    nearest_start(&near, s->name);
    for (int i = 0; known[i] != NULL; i++)
        nearest_offer(&near, known[i]);
    return diag_error(d, s->at, "unknown key '%s'%s; the nearest is '%s'",
                      s->name, of, near.best);
}

bool string_is_one_line(const char *text, const char *key, struct src_pos at,
                        struct diag *d)
{
    while (*text != '\0' && !iscntrl((unsigned char)*text))
        text++;
    return *text == '\0' || diag_error(d, at,
                                       "'%s' has the byte 0x%02x; letters on "
                                       "one line are needed",
                                       key, (unsigned char)*text);
}
