/* ahead.c - one list of open layers under one lock; a lock per layer for its
 * scout.  Claims keep threads from simulating one pass twice.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"
#include "sim/run/kernel.h"

struct ahead_layer {
    struct pass_memory *memory;
    pthread_mutex_t lock;
    struct pass_source *scout; /* owns; at the next pass to look at */
    bool is_spent;             /* no pass is left, or the layer is done */
    /* Under the lock of all. */
    int helpers;
    struct ahead_layer *next;
};

struct ahead {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct ahead_layer *layers;
    bool has_ended;
    int to_hire, hired;
    pthread_t *thread; /* owns; those hired */
};

struct ahead *ahead_new(void)
{
    struct ahead *a = xcalloc(1, sizeof(*a));
    SIM_CHECK(pthread_mutex_init(&a->lock, NULL) == 0);
    SIM_CHECK(pthread_cond_init(&a->changed, NULL) == 0);
    return a;
}

void ahead_free(struct ahead *a)
{
    if (a == NULL)
        return;
    SIM_CHECK(a->layers == NULL);
    for (int k = 0; k < a->hired; k++)
        SIM_CHECK(pthread_join(a->thread[k], NULL) == 0);
    free(a->thread);
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

void ahead_hire(struct ahead *a, int threads)
{
    SIM_CHECK(a->thread == NULL);
    a->to_hire = threads;
    a->thread = xcalloc((size_t)threads, sizeof(*a->thread));
}

static void *be_helper(void *context)
{
    ahead_help(context);
    return NULL;
}

/* A thread that can't be made only costs time.  Under the lock. */
static void hire(struct ahead *a)
{
    while (a->to_hire > 0 &&
           pthread_create(&a->thread[a->hired], NULL, be_helper, a) == 0) {
        a->hired++;
        a->to_hire--;
    }
    a->to_hire = 0;
}

struct ahead_layer *ahead_open(struct ahead *a, struct pass_source *scout,
                               struct pass_memory *memory)
{
    struct ahead_layer *l = xcalloc(1, sizeof(*l));
    l->memory = memory;
    l->scout = scout;
    SIM_CHECK(pthread_mutex_init(&l->lock, NULL) == 0);
    pthread_mutex_lock(&a->lock);
    l->next = a->layers;
    a->layers = l;
    hire(a);
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
    return l;
}

static bool is_spent(struct ahead_layer *l)
{
    pthread_mutex_lock(&l->lock);
    bool spent = l->is_spent;
    pthread_mutex_unlock(&l->lock);
    return spent;
}

static void spend(struct ahead_layer *l)
{
    pthread_mutex_lock(&l->lock);
    l->is_spent = true;
    pthread_mutex_unlock(&l->lock);
}

void ahead_close(struct ahead *a, struct ahead_layer *l)
{
    struct ahead_layer **at = &a->layers;
    spend(l);
    pthread_mutex_lock(&a->lock);
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    while (l->helpers > 0)
        pthread_cond_wait(&a->changed, &a->lock);
    pthread_mutex_unlock(&a->lock);
    l->scout->ops->destroy(l->scout);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

/* A claim, with copies of what is the scout's. */
struct claim {
    void *work, *key_bytes; /* own */
    struct pass_key key;
};

static void *copy_of(const void *bytes, size_t n)
{
    void *copy = xcalloc(1, n);
    memcpy(copy, bytes, n);
    return copy;
}

/* The next pass that is nobody's, claimed. */
static bool take_pass(struct ahead_layer *l, struct claim *out)
{
    struct source_pass pass;
    bool found = false;
    pthread_mutex_lock(&l->lock);
    while (!found && !l->is_spent) {
        l->is_spent = !l->scout->ops->next(l->scout, &pass);
        if (l->is_spent)
            break;
        out->key = l->scout->ops->key(l->scout, 0);
        found = pass_memory_claim_ahead(l->memory, &out->key);
    }
    if (found) {
        out->work = copy_of(pass.work, l->scout->work_bytes);
        out->key_bytes = copy_of(out->key.bytes, out->key.n_bytes);
        out->key.bytes = out->key_bytes;
    }
    pthread_mutex_unlock(&l->lock);
    return found;
}

/* Simulates the claimed pass; false: it came to no end. */
static bool bring(struct ahead_layer *l, const struct claim *claim,
                  struct array_side *array)
{
    struct pass_outcome outcome;
    array_side_issue(array, claim->work);
    bool ok = kernel_native.run_pass(NULL, array, UINT64_MAX) == RUN_DONE;
    if (ok) {
        array_side_finish(array, &outcome);
        pass_memory_add(l->memory, &claim->key, &outcome);
    } else {
        pass_memory_abandon(l->memory, &claim->key);
    }
    return ok;
}

bool ahead_one(struct ahead_layer *l, struct array_side **array)
{
    struct claim claim;
    if (!take_pass(l, &claim))
        return false;
    if (*array == NULL) {
        *array = l->scout->ops->new_array(l->scout);
        array_side_may_skip(*array);
    }
    bool ok = bring(l, &claim, *array);
    free(claim.work);
    free(claim.key_bytes);
    if (ok)
        return true;
    /* The layer will come to the same end, and say so. */
    array_side_free(*array);
    *array = NULL;
    spend(l);
    return false;
}

static struct ahead_layer *layer_to_help(struct ahead *a)
{
    struct ahead_layer *l = a->layers;
    while (l != NULL && is_spent(l))
        l = l->next;
    return l;
}

static void help_layer(struct ahead_layer *l)
{
    struct array_side *array = NULL;
    while (ahead_one(l, &array))
        ;
    array_side_free(array);
}

void ahead_help(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->has_ended) {
        struct ahead_layer *l = layer_to_help(a);
        if (l == NULL) {
            pthread_cond_wait(&a->changed, &a->lock);
            continue;
        }
        l->helpers++;
        pthread_mutex_unlock(&a->lock);
        help_layer(l);
        pthread_mutex_lock(&a->lock);
        l->helpers--;
        pthread_cond_broadcast(&a->changed);
    }
    pthread_mutex_unlock(&a->lock);
}

void ahead_end(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    a->has_ended = true;
    pthread_cond_broadcast(&a->changed);
    pthread_mutex_unlock(&a->lock);
}
