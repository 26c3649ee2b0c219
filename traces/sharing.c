/* sharing.c - spatial reuse distances: one hash table of what is known of
 * words, consumers and times.
 * SPDX-License-Identifier: MIT
 */
#include "traces/sharing.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

enum { HASH_BITS = 32, FIRST_ROOM = 256 };

enum kind {
    EMPTY,
    USES,  /* (word, consumer): how often so far */
    GROUP, /* (word, k): first and last time, consumers */
    SENT   /* (word, time): some consumer uses it then */
};

struct entry {
    uint64_t word, second;
    enum kind kind;
    uint32_t consumers;
    uint64_t first, last; /* USES: first is the count */
};

struct sharing {
    size_t max_entries, n_entries, n_used;
    struct entry *table;
    uint64_t threshold;
    uint64_t *time; /* of each consumer */
    int n_consumers;
    uint64_t accesses;
};

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static bool is_followed(const struct sharing *s, uint64_t word)
{
    return mix(word) >> HASH_BITS < s->threshold;
}

static struct entry *find(const struct sharing *s, uint64_t word,
                          uint64_t second, enum kind kind)
{
    size_t mask = s->n_entries - 1;
    size_t k = (size_t)mix(mix(word) + second * 4 + (uint64_t)kind) & mask;
    for (;; k = (k + 1) & mask) {
        struct entry *e = &s->table[k];
        if (e->kind == EMPTY ||
            (e->kind == kind && e->word == word && e->second == second))
            return e;
    }
}

static void set_room(struct sharing *s, size_t n_entries)
{
    s->n_entries = n_entries;
    s->table = xcalloc(n_entries, sizeof(*s->table));
    s->n_used = 0;
}

struct sharing *sharing_new(size_t max_entries)
{
    struct sharing *s = xcalloc(1, sizeof(*s));
    SIM_CHECK(max_entries >= 16);
    s->max_entries = max_entries;
    s->threshold = (uint64_t)1 << HASH_BITS;
    set_room(s, FIRST_ROOM);
    return s;
}

void sharing_free(struct sharing *s)
{
    if (s == NULL)
        return;
    free(s->table);
    free(s->time);
    free(s);
}

static void rebuild(struct sharing *s, size_t n_entries)
{
    struct sharing old = *s;
    set_room(s, n_entries);
    for (size_t k = 0; k < old.n_entries; k++) {
        const struct entry *from = &old.table[k];
        if (from->kind == EMPTY || !is_followed(s, from->word))
            continue;
        *find(s, from->word, from->second, from->kind) = *from;
        s->n_used++;
    }
    free(old.table);
}

/* An access adds three entries at most. */
static void make_room(struct sharing *s)
{
    if (s->n_used + 3 > s->max_entries) {
        s->threshold /= 2;
        rebuild(s, s->n_entries);
    } else if ((s->n_used + 3) * 2 > s->n_entries) {
        rebuild(s, s->n_entries * 2);
    }
}

static struct entry *look_up(struct sharing *s, uint64_t word, uint64_t second,
                             enum kind kind)
{
    struct entry *e = find(s, word, second, kind);
    if (e->kind == EMPTY) {
        e->kind = kind;
        e->word = word;
        e->second = second;
        s->n_used++;
    }
    return e;
}

static uint64_t next_time(struct sharing *s, int consumer)
{
    SIM_CHECK(consumer >= 0 && consumer < 1 << 20);
    if (consumer >= s->n_consumers) {
        size_t n = (size_t)consumer + 1;
        s->time = xrealloc(s->time, n, sizeof(*s->time));
        memset(s->time + s->n_consumers, 0,
               (n - (size_t)s->n_consumers) * sizeof(*s->time));
        s->n_consumers = consumer + 1;
    }
    return s->time[consumer]++;
}

void sharing_access(struct sharing *s, int consumer, uint64_t word)
{
    uint64_t now = next_time(s, consumer);
    s->accesses++;
    if (!is_followed(s, word))
        return;
    make_room(s);
    if (!is_followed(s, word))
        return;
    uint64_t k = look_up(s, word, (uint64_t)consumer, USES)->first++;
    struct entry *group = look_up(s, word, k, GROUP);
    if (group->consumers == 0 || now < group->first)
        group->first = now;
    if (group->consumers == 0 || now > group->last)
        group->last = now;
    group->consumers++;
    look_up(s, word, now, SENT);
}

void sharing_read(const struct sharing *s, struct sharing_counts *out)
{
    uint64_t weight = ((uint64_t)1 << HASH_BITS) / s->threshold;
    memset(out, 0, sizeof(*out));
    out->accesses = s->accesses;
    out->sampled_share = 1 / (double)weight;
    for (size_t k = 0; k < s->n_entries; k++) {
        const struct entry *e = &s->table[k];
        if (e->kind == SENT)
            out->multicast_reads += weight;
        if (e->kind != GROUP)
            continue;
        if (e->consumers == 1)
            out->alone += weight;
        else if (e->first == e->last)
            out->at_once += weight;
        else
            distances_add(&out->distance, e->last - e->first, weight);
    }
}
