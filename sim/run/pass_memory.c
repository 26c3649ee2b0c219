/* pass_memory.c - a chained hash table under one lock, its outcomes in a list
 * from the most to the least recently used.
 *
 * A lock is enough: a look-up takes some 50 ns, the walk from one to the next
 * several times that, and a pass is simulated outside of it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/pass_memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

enum {
    BUCKETS_MIN = 64,
    /* Hashes of forgotten keys, to tell why a key missed: a newer one takes
     * the place of an older one. */
    GHOSTS = 4096
};

struct entry {
    struct entry *next;          /* of the bucket */
    struct entry *newer, *older; /* by use; of those that are known */
    uint64_t hash;
    bool is_ahead;     /* nobody needed it yet */
    uint64_t *outcome; /* owns; packed; NULL: claimed */
    size_t outcome_words;
    size_t key_bytes;
    unsigned char key[];
};

struct pass_memory {
    uint64_t budget_bytes;
    pthread_mutex_t lock;
    pthread_cond_t brought; /* a claim has come to its end */
    struct entry **bucket;
    size_t n_buckets;          /* a power of two */
    size_t n_entries, n_known; /* with claims; without */
    struct entry *newest, *oldest;
    uint64_t bytes;
    /* Outcomes that somebody needed: what is brought ahead of need and never
     * asked for, by a run that is given up, depends on the threads. */
    uint64_t needed_bytes;
    size_t n_needed;
    size_t most_words; /* of any outcome so far */
    uint64_t *ghost;   /* owns; GHOSTS of them, none before one is forgotten */
    struct pass_memory_stats stats;
};

/* Eight bytes at a time: a multiplication and a shift each. */
struct pass_key pass_key_of(const void *bytes, size_t n_bytes)
{
    const unsigned char *at = bytes;
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15) ^ n_bytes;
    for (size_t left = n_bytes; left > 0;) {
        uint64_t word = 0;
        size_t n = left < sizeof(word) ? left : sizeof(word);
        memcpy(&word, at, n);
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
        at += n;
        left -= n;
    }
    /* 0 stands for no ghost. */
    return (struct pass_key){bytes, n_bytes, hash | 1};
}

bool pass_key_same(const struct pass_key *a, const struct pass_key *b)
{
    return a->hash == b->hash && a->n_bytes == b->n_bytes &&
           memcmp(a->bytes, b->bytes, a->n_bytes) == 0;
}

struct pass_memory *pass_memory_new(uint64_t budget_bytes)
{
    struct pass_memory *m = xcalloc(1, sizeof(*m));
    m->budget_bytes = budget_bytes;
    m->n_buckets = BUCKETS_MIN;
    m->bucket = xcalloc(m->n_buckets, sizeof(struct entry *));
    SIM_CHECK(pthread_mutex_init(&m->lock, NULL) == 0);
    SIM_CHECK(pthread_cond_init(&m->brought, NULL) == 0);
    return m;
}

static void entry_free(struct entry *e)
{
    free(e->outcome);
    free(e);
}

void pass_memory_free(struct pass_memory *m)
{
    if (m == NULL)
        return;
    for (size_t b = 0; b < m->n_buckets; b++)
        while (m->bucket[b] != NULL) {
            struct entry *e = m->bucket[b];
            m->bucket[b] = e->next;
            entry_free(e);
        }
    free(m->ghost);
    free(m->bucket);
    pthread_cond_destroy(&m->brought);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* What one outcome costs, its part of a half empty table included. */
static uint64_t entry_bytes(size_t key_bytes, size_t outcome_words)
{
    return sizeof(struct entry) + key_bytes + 2 * sizeof(struct entry *) +
           outcome_words * sizeof(uint64_t);
}

static struct entry **bucket_of(struct pass_memory *m, uint64_t hash)
{
    return &m->bucket[(hash >> 1) & (m->n_buckets - 1)];
}

static struct entry *lookup(struct pass_memory *m, const struct pass_key *key)
{
    struct entry *e = *bucket_of(m, key->hash);
    for (; e != NULL; e = e->next) {
        const struct pass_key its = {e->key, e->key_bytes, e->hash};
        if (pass_key_same(&its, key))
            break;
    }
    return e;
}

static void grow(struct pass_memory *m)
{
    struct entry **old = m->bucket;
    size_t n = m->n_buckets;
    m->n_buckets = 2 * n;
    m->bucket = xcalloc(m->n_buckets, sizeof(struct entry *));
    for (size_t b = 0; b < n; b++)
        while (old[b] != NULL) {
            struct entry *e = old[b];
            struct entry **to = bucket_of(m, e->hash);
            old[b] = e->next;
            e->next = *to;
            *to = e;
        }
    free(old);
}

static struct entry *insert(struct pass_memory *m, const struct pass_key *key)
{
    struct entry *e = xcalloc(1, sizeof(*e) + key->n_bytes);
    struct entry **to;
    if (m->n_entries == m->n_buckets)
        grow(m);
    to = bucket_of(m, key->hash);
    e->hash = key->hash;
    e->key_bytes = key->n_bytes;
    memcpy(e->key, key->bytes, key->n_bytes);
    e->next = *to;
    *to = e;
    m->n_entries++;
    return e;
}

static void drop(struct pass_memory *m, struct entry *e)
{
    struct entry **at = bucket_of(m, e->hash);
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    m->n_entries--;
    entry_free(e);
}

static void unlink_use(struct pass_memory *m, struct entry *e)
{
    *(e->newer != NULL ? &e->newer->older : &m->newest) = e->older;
    *(e->older != NULL ? &e->older->newer : &m->oldest) = e->newer;
}

static void link_newest(struct pass_memory *m, struct entry *e)
{
    e->newer = NULL;
    e->older = m->newest;
    *(m->newest != NULL ? &m->newest->newer : &m->oldest) = e;
    m->newest = e;
}

static size_t ghost_at(uint64_t hash)
{
    return (size_t)(hash >> 1) % GHOSTS;
}

static bool is_ghost(const struct pass_memory *m, uint64_t hash)
{
    return m->ghost != NULL && m->ghost[ghost_at(hash)] == hash;
}

static void forget_oldest(struct pass_memory *m)
{
    struct entry *e = m->oldest;
    unlink_use(m, e);
    if (m->ghost == NULL)
        m->ghost = xcalloc(GHOSTS, sizeof(*m->ghost));
    m->ghost[ghost_at(e->hash)] = e->hash;
    const uint64_t bytes = entry_bytes(e->key_bytes, e->outcome_words);
    m->bytes -= bytes;
    m->n_known--;
    if (!e->is_ahead) {
        m->needed_bytes -= bytes;
        m->n_needed--;
    }
    m->stats.forgotten++;
    drop(m, e);
}

/* Until another thread's claim comes to its end. */
static void wait_for(struct pass_memory *m,
                     const struct pass_meanwhile *meanwhile, bool *works)
{
    if (*works) {
        pthread_mutex_unlock(&m->lock);
        *works = meanwhile->work(meanwhile->context);
        pthread_mutex_lock(&m->lock);
    } else {
        pthread_cond_wait(&m->brought, &m->lock);
    }
}

static void count_needed(struct pass_memory *m, const struct entry *e)
{
    m->n_needed++;
    m->needed_bytes += entry_bytes(e->key_bytes, e->outcome_words);
}

static void note_peak(struct pass_memory *m)
{
    if (m->needed_bytes > m->stats.bytes_peak)
        m->stats.bytes_peak = m->needed_bytes;
}

/* The first that needs what was brought ahead of need. */
static enum pass_answer known_answer(struct pass_memory *m, struct entry *e)
{
    if (!e->is_ahead) {
        m->stats.known++;
        return PASS_KNOWN;
    }
    e->is_ahead = false;
    count_needed(m, e);
    note_peak(m);
    m->stats.is_new++;
    m->stats.ahead++;
    return PASS_AHEAD;
}

enum pass_answer pass_memory_find(struct pass_memory *m,
                                  const struct pass_key *key,
                                  struct pass_outcome *out,
                                  const struct pass_meanwhile *meanwhile)
{
    enum pass_answer answer;
    bool waited = false, works = meanwhile != NULL;
    struct entry *e;
    pthread_mutex_lock(&m->lock);
    while ((e = lookup(m, key)) != NULL && e->outcome == NULL) {
        waited = true;
        wait_for(m, meanwhile, &works);
    }
    if (e != NULL) {
        unlink_use(m, e);
        link_newest(m, e);
        pass_outcome_unpack(e->outcome, out);
        answer = known_answer(m, e);
        m->stats.waits += waited;
    } else {
        answer = is_ghost(m, key->hash) ? PASS_EVICTED : PASS_NEW;
        insert(m, key);
        *(answer == PASS_NEW ? &m->stats.is_new : &m->stats.evicted) += 1;
    }
    pthread_mutex_unlock(&m->lock);
    return answer;
}

/* Claims that are not brought yet have keys as long as this one, more or less,
 * and most likely outcomes no longer than those so far. */
static bool has_room(const struct pass_memory *m, size_t key_bytes)
{
    uint64_t claims = m->n_entries - m->n_known;
    return m->bytes + entry_bytes(key_bytes, m->most_words) * (claims + 1) <=
           m->budget_bytes;
}

bool pass_memory_claim_ahead(struct pass_memory *m, const struct pass_key *key)
{
    pthread_mutex_lock(&m->lock);
    bool ok = lookup(m, key) == NULL && !is_ghost(m, key->hash) &&
              has_room(m, key->n_bytes);
    if (ok)
        insert(m, key)->is_ahead = true;
    pthread_mutex_unlock(&m->lock);
    return ok;
}

/* bytes: of all, with this one. */
static void keep(struct pass_memory *m, struct entry *e, uint64_t bytes)
{
    link_newest(m, e);
    m->n_known++;
    m->bytes = bytes;
    if (!e->is_ahead)
        count_needed(m, e);
    while (m->bytes > m->budget_bytes)
        forget_oldest(m);
    note_peak(m);
}

void pass_memory_add(struct pass_memory *m, const struct pass_key *key,
                     const struct pass_outcome *outcome)
{
    uint64_t packed[PASS_OUTCOME_PACKED_MAX];
    const size_t words = pass_outcome_pack(outcome, packed);
    uint64_t *const own = xcalloc(words, sizeof(*own));
    memcpy(own, packed, words * sizeof(*own));
    pthread_mutex_lock(&m->lock);
    struct entry *e = lookup(m, key);
    SIM_CHECK(e != NULL && e->outcome == NULL);
    e->outcome = own;
    e->outcome_words = words;
    if (words > m->most_words)
        m->most_words = words;
    const uint64_t bytes = m->bytes + entry_bytes(e->key_bytes, words);
    if (e->is_ahead && bytes > m->budget_bytes)
        drop(m, e); /* longer than its claim was taken for */
    else
        keep(m, e, bytes);
    pthread_cond_broadcast(&m->brought);
    pthread_mutex_unlock(&m->lock);
}

void pass_memory_abandon(struct pass_memory *m, const struct pass_key *key)
{
    pthread_mutex_lock(&m->lock);
    struct entry *e = lookup(m, key);
    SIM_CHECK(e != NULL && e->outcome == NULL);
    drop(m, e);
    pthread_cond_broadcast(&m->brought);
    pthread_mutex_unlock(&m->lock);
}

void pass_memory_get_stats(struct pass_memory *m, struct pass_memory_stats *out)
{
    pthread_mutex_lock(&m->lock);
    *out = m->stats;
    out->outcomes = m->n_needed;
    pthread_mutex_unlock(&m->lock);
}

unsigned char *pass_memory_stored_key(struct pass_memory *m,
                                      const struct pass_key *key)
{
    struct entry *e = lookup(m, key);
    return e != NULL ? e->key : NULL;
}
