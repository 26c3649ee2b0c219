/* layer_results.c - a table of keys and results, hashed, behind a lock.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/layer_results.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/run/pass_memory.h"

/* A result and its key are some 10 KB. */
enum { RESULTS_MAX = 1024, BUCKETS = 1024 };
#define WAIT_NS 100000000 /* between questions whether to stop */

struct entry {
    struct entry *next; /* in its bucket */
    uint64_t hash, asked;
    struct layer_results_key key;
    bool runs; /* the result is not there yet */
    struct layer_result result;
};

struct layer_results {
    pthread_mutex_t lock;
    pthread_cond_t done; /* an entry runs no longer */
    struct entry *bucket[BUCKETS];
    int n;
    uint64_t asked;
};

struct layer_results *layer_results_new(void)
{
    struct layer_results *r = xcalloc(1, sizeof(*r));
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->done, NULL);
    return r;
}

static void unlink_entry(struct layer_results *r, struct entry *e)
{
    struct entry **at = &r->bucket[e->hash % BUCKETS];
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    free(e);
    r->n--;
}

void layer_results_free(struct layer_results *r)
{
    for (int i = 0; i < BUCKETS; i++)
        while (r->bucket[i] != NULL)
            unlink_entry(r, r->bucket[i]);
    pthread_cond_destroy(&r->done);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static uint64_t hash_of(const struct layer_results_key *key)
{
    return pass_key_of(key, sizeof(*key)).hash;
}

static struct entry *find(struct layer_results *r,
                          const struct layer_results_key *key, uint64_t hash)
{
    struct entry *e = r->bucket[hash % BUCKETS];
    while (e != NULL &&
           (e->hash != hash || memcmp(&e->key, key, sizeof(*key)) != 0))
        e = e->next;
    return e;
}

static void forget_one(struct layer_results *r)
{
    struct entry *oldest = NULL;
    for (int i = 0; i < BUCKETS; i++)
        for (struct entry *e = r->bucket[i]; e != NULL; e = e->next)
            if (!e->runs && (oldest == NULL || e->asked < oldest->asked))
                oldest = e;
    if (oldest != NULL)
        unlink_entry(r, oldest);
}

/* Waits for an entry to run no longer, but not long. */
static void wait_a_while(struct layer_results *r)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&r->done, &r->lock, &until);
}

enum layer_found layer_results_find(struct layer_results *r,
                                    const struct layer_results_key *key,
                                    bool (*stop)(void *context), void *context,
                                    struct layer_result *out)
{
    const uint64_t hash = hash_of(key);
    pthread_mutex_lock(&r->lock);
    struct entry *e = find(r, key, hash);
    while (e != NULL && e->runs) {
        if (stop(context)) {
            pthread_mutex_unlock(&r->lock);
            return LAYER_STOPPED;
        }
        wait_a_while(r);
        e = find(r, key, hash);
    }
    const bool is_known = e != NULL;
    if (!is_known) {
        if (r->n >= RESULTS_MAX)
            forget_one(r);
        e = xcalloc(1, sizeof(*e));
        e->hash = hash;
        memcpy(&e->key, key, sizeof(*key));
        e->next = r->bucket[hash % BUCKETS];
        r->bucket[hash % BUCKETS] = e;
        r->n++;
        e->runs = true;
    } else {
        *out = e->result;
    }
    e->asked = ++r->asked;
    pthread_mutex_unlock(&r->lock);
    return is_known ? LAYER_KNOWN : LAYER_TO_RUN;
}

/* result: NULL: it has none. */
static void settle(struct layer_results *r, const struct layer_results_key *key,
                   const struct layer_result *result)
{
    pthread_mutex_lock(&r->lock);
    struct entry *e = find(r, key, hash_of(key));
    SIM_CHECK(e != NULL && e->runs);
    e->runs = false;
    if (result != NULL)
        e->result = *result;
    else
        unlink_entry(r, e);
    pthread_cond_broadcast(&r->done);
    pthread_mutex_unlock(&r->lock);
}

void layer_results_add(struct layer_results *r,
                       const struct layer_results_key *key,
                       const struct layer_result *result)
{
    settle(r, key, result);
}

void layer_results_abandon(struct layer_results *r,
                           const struct layer_results_key *key)
{
    settle(r, key, NULL);
}
