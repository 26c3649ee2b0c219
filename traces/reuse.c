/* reuse.c - reuse and stack distances of a stream.
 *
 * Each followed word holds one position in a row of slots, that of its last
 * access; the stack distance is the number of taken slots from there on.  A
 * Fenwick tree counts them.  When the slots run out, the taken ones are moved
 * together in order.
 * SPDX-License-Identifier: MIT
 */
#include "traces/reuse.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

enum { NO_SLOT = -1, HASH_BITS = 32 };

struct entry { /* of a followed word */
    uint64_t word;
    uint64_t accessed; /* index of its last access */
    int64_t slot;      /* NO_SLOT: the entry is empty */
};

struct reuse {
    size_t max_words;
    struct entry *table; /* open addressing */
    size_t n_entries, n_words;
    uint32_t *tree;  /* Fenwick, 1-based, over slots */
    uint64_t *taken; /* word in a slot; valid where mark is set */
    unsigned char *mark;
    size_t n_slots, next_slot;
    uint64_t threshold; /* words with a hash's upper bits below are followed */
    struct reuse_counts counts; /* unscaled */
};

int distances_bin(uint64_t distance)
{
    if (distance <= DISTANCE_EXACT)
        return (int)distance - 1;
    int log = 63 - __builtin_clzll(distance - 1);
    uint64_t within = (distance - 1) - ((uint64_t)1 << log);
    return DISTANCE_EXACT + (log - 10) * DISTANCE_OCTAVE +
           (int)(within >> (log - 4));
}

uint64_t distances_first(int bin)
{
    if (bin < DISTANCE_EXACT)
        return (uint64_t)bin + 1;
    int log = 10 + (bin - DISTANCE_EXACT) / DISTANCE_OCTAVE;
    uint64_t step = (uint64_t)((bin - DISTANCE_EXACT) % DISTANCE_OCTAVE);
    return ((uint64_t)1 << log) + (step << (log - 4)) + 1;
}

uint64_t distances_last(int bin)
{
    return bin + 1 < DISTANCE_BINS ? distances_first(bin + 1) - 1 : UINT64_MAX;
}

void distances_add(struct distances *d, uint64_t distance, uint64_t times)
{
    d->count[distances_bin(distance)] += times;
    if (d->n == 0 || distance < d->min)
        d->min = distance;
    if (distance > d->max)
        d->max = distance;
    d->n += times;
    d->sum += distance * times;
}

void distances_merge(struct distances *into, const struct distances *from)
{
    if (from->n == 0)
        return;
    for (int k = 0; k < DISTANCE_BINS; k++)
        into->count[k] += from->count[k];
    if (into->n == 0 || from->min < into->min)
        into->min = from->min;
    if (from->max > into->max)
        into->max = from->max;
    into->n += from->n;
    into->sum += from->sum;
}

/* Hashes a word with the finalizer of SplitMix64. */
static uint64_t hash_of(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static bool is_followed(const struct reuse *r, uint64_t hash)
{
    return hash >> HASH_BITS < r->threshold;
}

static void set_room(struct reuse *r, size_t n_entries)
{
    r->n_entries = n_entries;
    r->table = xcalloc(n_entries, sizeof(*r->table));
    for (size_t k = 0; k < n_entries; k++)
        r->table[k].slot = NO_SLOT;
    r->n_slots = n_entries;
    r->tree = xcalloc(n_entries + 1, sizeof(*r->tree));
    r->taken = xcalloc(n_entries, sizeof(*r->taken));
    r->mark = xcalloc(n_entries, 1);
    r->next_slot = 0;
}

static void free_room(struct reuse *r)
{
    free(r->table);
    free(r->tree);
    free(r->taken);
    free(r->mark);
}

enum { FIRST_ROOM = 64 };

struct reuse *reuse_new(size_t max_words)
{
    struct reuse *r = xcalloc(1, sizeof(*r));
    SIM_CHECK(max_words >= 16);
    r->max_words = max_words;
    r->threshold = (uint64_t)1 << HASH_BITS;
    set_room(r, FIRST_ROOM);
    return r;
}

void reuse_free(struct reuse *r)
{
    if (r == NULL)
        return;
    free_room(r);
    free(r);
}

void reuse_clear(struct reuse *r)
{
    free_room(r);
    memset(&r->counts, 0, sizeof(r->counts));
    r->n_words = 0;
    r->threshold = (uint64_t)1 << HASH_BITS;
    set_room(r, FIRST_ROOM);
}

static struct entry *find(const struct reuse *r, uint64_t word, uint64_t hash)
{
    size_t mask = r->n_entries - 1, k = (size_t)hash & mask;
    while (r->table[k].slot != NO_SLOT && r->table[k].word != word)
        k = (k + 1) & mask;
    return &r->table[k];
}

static void tree_add(struct reuse *r, size_t slot, uint32_t change)
{
    for (size_t k = slot + 1; k <= r->n_slots; k += k & (~k + 1))
        r->tree[k] += change; /* wraps where change is -1 */
}

/* The number of taken slots before `slot`. */
static uint64_t tree_sum(const struct reuse *r, size_t slot)
{
    uint64_t sum = 0;
    for (size_t k = slot; k > 0; k -= k & (~k + 1))
        sum += r->tree[k];
    return sum;
}

static void take_slot(struct reuse *r, struct entry *e)
{
    e->slot = (int64_t)r->next_slot;
    r->taken[r->next_slot] = e->word;
    r->mark[r->next_slot] = 1;
    tree_add(r, r->next_slot, 1);
    r->next_slot++;
}

/* Moves what is still followed to new tables with n_entries places, the taken
 * slots together in their order. */
static void rebuild(struct reuse *r, size_t n_entries)
{
    struct reuse old = *r;
    set_room(r, n_entries);
    r->n_words = 0;
    for (size_t s = 0; s < old.next_slot; s++) {
        if (!old.mark[s])
            continue;
        uint64_t hash = hash_of(old.taken[s]);
        if (!is_followed(r, hash))
            continue;
        const struct entry *from = find(&old, old.taken[s], hash);
        struct entry *e = find(r, from->word, hash);
        *e = *from;
        take_slot(r, e);
        r->n_words++;
    }
    free_room(&old);
}

static void make_room(struct reuse *r)
{
    if (r->n_words < r->max_words && r->next_slot < r->n_slots &&
        r->n_words * 2 < r->n_entries)
        return;
    size_t n_entries = r->n_entries;
    if (r->n_words >= r->max_words)
        r->threshold /= 2; /* about half of the words go */
    else if (r->n_words * 2 >= r->n_entries / 2)
        n_entries *= 2;
    rebuild(r, n_entries);
}

/* A share p of the words shows p of each stack distance (SHARDS, s. 3), but
 * the word itself is in any case there. */
static uint64_t scaled_distance(const struct reuse *r, uint64_t distance)
{
    double share = (double)r->threshold / (double)((uint64_t)1 << HASH_BITS);
    return 1 + (uint64_t)((double)(distance - 1) / share + 0.5);
}

void reuse_access(struct reuse *r, uint64_t word)
{
    uint64_t hash = hash_of(word), index = r->counts.accesses++;
    if (!is_followed(r, hash))
        return;
    make_room(r);
    if (!is_followed(r, hash))
        return;
    /* What one followed access stands for at the present share. */
    uint64_t weight = ((uint64_t)1 << HASH_BITS) / r->threshold;
    struct entry *e = find(r, word, hash);
    if (e->slot == NO_SLOT) {
        e->word = word;
        r->n_words++;
        r->counts.compulsory += weight;
    } else {
        size_t slot = (size_t)e->slot;
        uint64_t stack = r->n_words - tree_sum(r, slot);
        distances_add(&r->counts.stack, scaled_distance(r, stack), weight);
        distances_add(&r->counts.reuse, index - e->accessed, weight);
        tree_add(r, slot, (uint32_t)-1);
        r->mark[slot] = 0;
    }
    e->accessed = index;
    take_slot(r, e);
}

void reuse_read(const struct reuse *r, struct reuse_counts *out)
{
    *out = r->counts;
    out->sampled_share =
        (double)r->threshold / (double)((uint64_t)1 << HASH_BITS);
}

void reuse_counts_merge(struct reuse_counts *into,
                        const struct reuse_counts *from)
{
    if (into->accesses == 0 || from->sampled_share < into->sampled_share)
        into->sampled_share = from->sampled_share;
    into->accesses += from->accesses;
    into->compulsory += from->compulsory;
    distances_merge(&into->reuse, &from->reuse);
    distances_merge(&into->stack, &from->stack);
}

/* Scales x from the accesses followed to all accesses. */
static uint64_t scaled(uint64_t x, uint64_t followed, uint64_t all)
{
    return (uint64_t)((double)x * (double)all / (double)followed + 0.5);
}

/* Rounds what is up to a distance, the `before` first, so that the rounded
 * parts add up to the rounded sum. */
static void scale_distances(struct distances *d, uint64_t before,
                            uint64_t followed, uint64_t all)
{
    uint64_t seen = before, n = d->n;
    if (n == 0)
        return;
    for (int k = 0; k < DISTANCE_BINS; k++) {
        uint64_t first = scaled(seen, followed, all);
        seen += d->count[k];
        d->count[k] = scaled(seen, followed, all) - first;
    }
    d->n = scaled(seen, followed, all) - scaled(before, followed, all);
    d->sum = (uint64_t)((double)d->sum / (double)n * (double)d->n + 0.5);
}

void reuse_counts_scale(struct reuse_counts *c, uint64_t all)
{
    const uint64_t followed = c->accesses;
    SIM_CHECK(followed <= all);
    if (followed == all || followed == 0)
        return;
    scale_distances(&c->reuse, c->compulsory, followed, all);
    scale_distances(&c->stack, c->compulsory, followed, all);
    c->compulsory = scaled(c->compulsory, followed, all);
    c->accesses = all;
}

uint64_t reuse_misses(const struct reuse_counts *c, uint64_t capacity_words)
{
    uint64_t misses = c->compulsory;
    for (int k = 0; k < DISTANCE_BINS; k++)
        if (distances_last(k) > capacity_words)
            misses += c->stack.count[k];
    /* In a sample both are estimates, and their sum may pass all there are. */
    return misses < c->accesses ? misses : c->accesses;
}
