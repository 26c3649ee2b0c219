/* nest_class.c - finds the words of a step by comparing their names with those
 * of the steps around it, and keeps what it found for steps that are alike.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_class.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/array/nest/nest_sets.h"
#include "sim/array/nest/nest_slots.h"
#include "sim/array/nest/nest_work.h"
#include "sim/array/nest/word_tile.h"

static const enum tensor tensor_of[CREDIT_INPUTS] = {
    [CREDIT_FILTER] = TENSOR_FILTER, [CREDIT_IFMAP] = TENSOR_IFMAP};

/* How a step lies to the one in question. */
struct relation {
    int32_t exists;
    int32_t offset[NEST_DIMS];
    int32_t left[NEST_DIMS];    /* how far the layer goes on, at most span */
    int32_t above[2], below[2]; /* ifmap rows and columns to the ends */
};

struct class_key {
    struct relation at, before, next;
};

struct class_entry {
    struct class_key key;
    uint64_t hash;
    struct nest_class class;
};

/* The words of a PE. */
struct pe_words {
    struct nest_span span[NEST_DIMS];
    int32_t macs;
    size_t arrival[CREDIT_INPUTS]; /* where they begin in the scratch lists */
    int32_t n[CREDIT_INPUTS];
};

struct nest_classes {
    struct nest_class_cfg cfg;
    struct class_entry **entry; /* owns, as what it points to */
    size_t n, size;             /* open addressing; a power of two */
    struct nest_sets sets[CREDIT_INPUTS];
    struct nest_works *works;
    int32_t span[NEST_DIMS]; /* of all PEs together */
    int32_t ifmap_span[2];   /* likewise, rows and columns */
    int pad[2], extent[2];   /* rows and columns that are words */

    /* Scratch of the class in the making. */
    struct word_maker maker[CREDIT_INPUTS];
    struct word_tile here, before, next;
    struct pe_words *pe;
    int32_t *arrival[CREDIT_INPUTS];
    bool *stays[CREDIT_INPUTS];
    size_t word_room[CREDIT_INPUTS], words[CREDIT_INPUTS];
    struct nest_want *want;
    size_t wants, want_room;
    struct nest_use *use;
    int32_t *first_use;
    size_t use_room, first_room;
    int32_t *arrived; /* by PE */
};

/* --- keys ----------------------------------------------------------------- */

static void set_spans(struct nest_classes *c)
{
    const struct nest_walk *w = c->cfg.walk;
    const struct layer *l = &w->layer;
    for (int d = 0; d < NEST_DIMS; d++)
        for (int k = 0; k < w->n_pes; k++) {
            const int end = w->pe[k].offset[d] + w->tile[LEVEL_RF][d];
            c->span[d] = end > c->span[d] ? end : c->span[d];
        }
    c->ifmap_span[0] = (c->span[NEST_P] - 1) * l->stride_h +
                       (c->span[NEST_R] - 1) * l->dilation_h + 1;
    c->ifmap_span[1] = (c->span[NEST_Q] - 1) * l->stride_w +
                       (c->span[NEST_S] - 1) * l->dilation_w + 1;
    const bool made = c->cfg.no_padding_words;
    c->pad[0] = made ? l->pad_top : 0;
    c->pad[1] = made ? l->pad_left : 0;
    c->extent[0] = layer_padded_h(l) - (made ? l->pad_bottom : 0);
    c->extent[1] = layer_padded_w(l) - (made ? l->pad_right : 0);
}

static void bases_of(const struct nest_walk *w, const struct nest_step *step,
                     int32_t base[NEST_DIMS])
{
    memset(base, 0, NEST_DIMS * sizeof(*base));
    for (int i = 0; i < w->n_loops; i++)
        base[w->loop[i].dim] += step->value[i] * w->loop[i].tile;
}

static void relate(const struct nest_classes *c, const struct nest_step *step,
                   const int32_t base[NEST_DIMS], struct relation *out)
{
    const struct nest_walk *w = c->cfg.walk;
    const struct layer *l = &w->layer;
    int32_t own[NEST_DIMS];
    if (step == NULL)
        return;
    bases_of(w, step, own);
    out->exists = 1;
    for (int d = 0; d < NEST_DIMS; d++) {
        out->offset[d] = own[d] - base[d];
        out->left[d] = min_int(w->extent[d] - own[d], c->span[d]);
    }
    const int first[2] = {
        own[NEST_P] * l->stride_h + own[NEST_R] * l->dilation_h,
        own[NEST_Q] * l->stride_w + own[NEST_S] * l->dilation_w};
    for (int k = 0; k < 2; k++) {
        out->above[k] = min_int(0, first[k] - c->pad[k]);
        out->below[k] = min_int(c->ifmap_span[k], c->extent[k] - first[k]);
    }
}

static uint64_t hash_of(const struct class_key *key)
{
    const int32_t *at = (const int32_t *)key;
    uint64_t hash = 14695981039346656037u;
    for (size_t k = 0; k < sizeof(*key) / sizeof(*at); k++)
        hash = (hash ^ (uint32_t)at[k]) * 1099511628211u;
    return hash;
}

static size_t place_of(const struct nest_classes *c,
                       const struct class_key *key, uint64_t hash)
{
    size_t at = (size_t)(hash >> 17) & (c->size - 1);
    while (c->entry[at] != NULL &&
           (c->entry[at]->hash != hash ||
            memcmp(&c->entry[at]->key, key, sizeof(*key)) != 0))
        at = (at + 1) & (c->size - 1);
    return at;
}

static void grow(struct nest_classes *c)
{
    struct class_entry **old = c->entry;
    const size_t size = c->size;
    c->size = 2 * size;
    c->entry = xcalloc(c->size, sizeof(struct class_entry *));
    for (size_t k = 0; k < size; k++)
        if (old[k] != NULL)
            c->entry[place_of(c, &old[k]->key, old[k]->hash)] = old[k];
    free(old);
}

/* --- words ---------------------------------------------------------------- */

/* Whether the PE has work; x: on what. */
static bool has_work(const struct nest_classes *c, const struct nest_step *step,
                     int pe, struct nest_span x[NEST_DIMS])
{
    const struct nest_walk *w = c->cfg.walk;
    if (step == NULL)
        return false;
    nest_walk_spans(w, step, LEVEL_RF, &w->pe[pe], x);
    for (int d = 0; d < NEST_DIMS; d++)
        if (x[d].n == 0)
            return false;
    return true;
}

static void fill(const struct nest_classes *c, int input,
                 const struct nest_step *step, int pe, struct word_tile *out)
{
    struct nest_span x[NEST_DIMS];
    out->n = 0;
    if (has_work(c, step, pe, x))
        word_tile_fill(out, &c->maker[input], x);
}

static void room_for_words(struct nest_classes *c, int input, int n)
{
    const size_t words = c->words[input] + (size_t)n;
    if (words <= c->word_room[input])
        return;
    c->word_room[input] = 2 * words + 256;
    c->arrival[input] = xrealloc(c->arrival[input], c->word_room[input],
                                 sizeof(*c->arrival[input]));
    c->stays[input] = xrealloc(c->stays[input], c->word_room[input],
                               sizeof(*c->stays[input]));
}

/* For each word of `tile`, whether `other` has it too. */
static void find_common(const struct word_tile *tile,
                        const struct word_tile *other, bool *common)
{
    int j = 0;
    for (int i = 0; i < tile->n; i++) {
        while (j < other->n && other->word[j] < tile->word[i])
            j++;
        common[i] = j < other->n && other->word[j] == tile->word[i];
    }
}

static void push_want(struct nest_classes *c, uint64_t word, int pe,
                      int32_t first_use)
{
    if (c->wants == c->want_room) {
        c->want_room = c->want_room * 2 + 256;
        c->want = xrealloc(c->want, c->want_room, sizeof(*c->want));
    }
    c->want[c->wants++] = (struct nest_want){word, pe, first_use, 0, NULL};
}

static void list_uses(struct nest_classes *c, struct pe_words *p)
{
    if ((size_t)p->macs > c->use_room) {
        c->use_room = (size_t)p->macs;
        c->use = xrealloc(c->use, c->use_room, sizeof(*c->use));
    }
    nest_use_list(c->cfg.walk, c->cfg.no_padding_words, p->span, c->use);
}

static void find_first_uses(struct nest_classes *c, const struct pe_words *p,
                            int input, int n)
{
    if ((size_t)n > c->first_room) {
        c->first_room = (size_t)n;
        c->first_use = xrealloc(c->first_use, c->first_room, sizeof(int32_t));
    }
    for (int32_t k = p->macs - 1; k >= 0; k--) {
        const int32_t word =
            input == CREDIT_FILTER ? c->use[k].filter : c->use[k].ifmap;
        if (word >= 0)
            c->first_use[word] = k;
    }
}

/* The words of an input that a PE has, lacks and will keep.  A word that it
 * lacks has an arrival of -1 until it is in a slot. */
static void find_words(struct nest_classes *c, int input, int pe,
                       const struct nest_step *at,
                       const struct nest_step *before,
                       const struct nest_step *next)
{
    struct pe_words *p = &c->pe[pe];
    fill(c, input, at, pe, &c->here);
    fill(c, input, before, pe, &c->before);
    fill(c, input, next, pe, &c->next);
    const int n = c->here.n;
    room_for_words(c, input, n);
    p->arrival[input] = c->words[input];
    p->n[input] = n;
    bool *stays = &c->stays[input][c->words[input]];
    int32_t *arrival = &c->arrival[input][c->words[input]];
    find_first_uses(c, p, input, n);
    find_common(&c->here, &c->before, stays);
    for (int i = 0; i < n; i++) {
        arrival[i] = stays[i] ? 0 : -1;
        if (!stays[i])
            push_want(c, c->here.word[i], pe, c->first_use[i]);
    }
    find_common(&c->here, &c->next, stays);
    c->words[input] += (size_t)n;
}

/* Wants were pushed PE by PE, each in the order of its words. */
static void aim_wants(struct nest_classes *c, int input)
{
    size_t k = 0;
    for (size_t i = 0; i < c->words[input]; i++)
        if (c->arrival[input][i] < 0)
            c->want[k++].arrival = &c->arrival[input][i];
    SIM_CHECK(k == c->wants);
}

static void find_input(struct nest_classes *c, int input,
                       const struct nest_step *at,
                       const struct nest_step *before,
                       const struct nest_step *next, struct nest_class *out)
{
    const struct nest_walk *w = c->cfg.walk;
    const bool is_window = input != (int)c->cfg.held;
    const struct nest_slots_cfg cfg = {
        .walk = w,
        .array_cols = c->cfg.array_cols,
        .slot_words = c->cfg.slot_words[input],
        .is_window = is_window,
        .by_columns = is_window && input == CREDIT_IFMAP,
    };
    c->wants = 0;
    c->words[input] = 0;
    for (int k = 0; k < w->n_pes; k++) {
        if (c->pe[k].macs == 0)
            continue;
        list_uses(c, &c->pe[k]);
        find_words(c, input, k, at, before, next);
    }
    aim_wants(c, input);
    memset(c->arrived, 0, (size_t)w->n_pes * sizeof(*c->arrived));
    nest_slots_make(&cfg, c->want, c->wants, &c->sets[input], c->arrived,
                    &out->slots[input]);
}

static struct nest_input_words words_of(const struct nest_classes *c,
                                        const struct pe_words *p, int input)
{
    struct nest_input_words words = {
        .n = p->n[input],
        .arrival = &c->arrival[input][p->arrival[input]],
        .stays = &c->stays[input][p->arrival[input]],
    };
    for (int32_t i = 0; i < words.n; i++)
        words.comes += words.arrival[i] > 0;
    return words;
}

static int32_t psums_of(const struct nest_span x[NEST_DIMS])
{
    return x[NEST_G].n * x[NEST_N].n * x[NEST_M].n * x[NEST_P].n * x[NEST_Q].n;
}

static void make_class(struct nest_classes *c, const struct nest_step *at,
                       const struct nest_step *before,
                       const struct nest_step *next, struct nest_class *out)
{
    const size_t pes = (size_t)c->cfg.walk->n_pes;
    struct nest_input_words words[CREDIT_INPUTS];
    out->work = xcalloc(pes, sizeof(*out->work));
    out->psums = xcalloc(pes, sizeof(*out->psums));
    for (size_t k = 0; k < pes; k++) {
        struct pe_words *p = &c->pe[k];
        memset(p, 0, sizeof(*p));
        if (!has_work(c, at, (int)k, p->span))
            continue;
        p->macs = nest_use_macs(p->span);
        out->psums[k] = psums_of(p->span);
    }
    for (int i = 0; i < CREDIT_INPUTS; i++)
        find_input(c, i, at, before, next, out);
    for (size_t k = 0; k < pes; k++) {
        struct pe_words *p = &c->pe[k];
        out->work[k] = nest_works_none();
        if (p->macs == 0)
            continue;
        list_uses(c, p);
        for (int i = 0; i < CREDIT_INPUTS; i++)
            words[i] = words_of(c, p, i);
        out->work[k] = nest_works_of(c->works, c->use, p->macs, out->psums[k],
                                     c->cfg.rides, words);
    }
}

/* --- the table of classes ------------------------------------------------- */

struct nest_classes *nest_classes_new(const struct nest_class_cfg *cfg)
{
    struct nest_classes *c = xcalloc(1, sizeof(*c));
    const size_t pes = (size_t)cfg->walk->n_pes;
    c->cfg = *cfg;
    c->size = 32;
    c->entry = xcalloc(c->size, sizeof(struct class_entry *));
    c->works = nest_works_new();
    c->pe = xcalloc(pes, sizeof(*c->pe));
    c->arrived = xcalloc(pes, sizeof(*c->arrived));
    for (int i = 0; i < CREDIT_INPUTS; i++)
        word_maker_init(&c->maker[i], &cfg->walk->layer, tensor_of[i],
                        cfg->no_padding_words, false);
    set_spans(c);
    return c;
}

void nest_classes_forget(struct nest_classes *c)
{
    for (size_t k = 0; k < c->size; k++) {
        struct class_entry *entry = c->entry[k];
        if (entry == NULL)
            continue;
        free(entry->class.work);
        free(entry->class.psums);
        for (int i = 0; i < CREDIT_INPUTS; i++)
            free((void *)(uintptr_t)entry->class.slots[i].slot);
        free(entry);
        c->entry[k] = NULL;
    }
    c->n = 0;
    nest_works_forget(c->works);
    for (int i = 0; i < CREDIT_INPUTS; i++)
        nest_sets_forget(&c->sets[i]);
}

void nest_classes_free(struct nest_classes *c)
{
    if (c == NULL)
        return;
    nest_classes_forget(c);
    nest_works_free(c->works);
    for (int i = 0; i < CREDIT_INPUTS; i++) {
        nest_sets_fini(&c->sets[i]);
        word_maker_fini(&c->maker[i]);
        free(c->arrival[i]);
        free(c->stays[i]);
    }
    word_tile_fini(&c->here);
    word_tile_fini(&c->before);
    word_tile_fini(&c->next);
    free(c->entry);
    free(c->pe);
    free(c->want);
    free(c->use);
    free(c->first_use);
    free(c->arrived);
    free(c);
}

const struct nest_class *nest_classes_of(struct nest_classes *c,
                                         const struct nest_step *at,
                                         const struct nest_step *before,
                                         const struct nest_step *next)
{
    struct class_key key;
    int32_t base[NEST_DIMS];
    memset(&key, 0, sizeof(key));
    bases_of(c->cfg.walk, at, base);
    relate(c, at, base, &key.at);
    relate(c, before, base, &key.before);
    relate(c, next, base, &key.next);
    const uint64_t hash = hash_of(&key);
    size_t place = place_of(c, &key, hash);
    if (c->entry[place] != NULL)
        return &c->entry[place]->class;
    if (2 * ++c->n > c->size) {
        grow(c);
        place = place_of(c, &key, hash);
    }
    struct class_entry *entry = xcalloc(1, sizeof(*entry));
    entry->key = key;
    entry->hash = hash;
    make_class(c, at, before, next, &entry->class);
    c->entry[place] = entry;
    return &entry->class;
}

struct credit_sets nest_classes_sets(const struct nest_classes *c,
                                     enum credit_network input)
{
    const struct nest_sets *s = &c->sets[input];
    const struct credit_sets sets = {s->n, s->begin, s->pe};
    return sets;
}
