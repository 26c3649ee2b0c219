/* ahead.c - one list of open layers under one lock; a lock per layer for its
 * cursor.  Claims keep threads from simulating one pass twice.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/ahead.h"

#include <pthread.h>
#include <stdlib.h>

#include "sim/base/diag.h"
#include "sim/run/kernel.h"
#include "sim/run/pass_view.h"

/* The array as a pass finds it. */
static const struct pass_boundary empty;

struct ahead_layer {
    const struct program *program;
    struct pass_view *view; /* for its keys */
    pthread_mutex_t lock;
    struct cursor cursor; /* of the next pass to look at */
    bool is_spent;        /* no pass is left, or the layer is done */
    /* Under the lock of all. */
    int helpers;
    struct ahead_layer *next;
};

struct ahead {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct ahead_layer *layers;
    bool has_ended;
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
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

struct ahead_layer *ahead_open(struct ahead *a, const struct program *program,
                               struct pass_memory *memory)
{
    struct ahead_layer *l = xcalloc(1, sizeof(*l));
    l->program = program;
    l->view = pass_view_new(memory, program->kind, false);
    SIM_CHECK(pthread_mutex_init(&l->lock, NULL) == 0);
    cursor_start(&l->cursor);
    pthread_mutex_lock(&a->lock);
    l->next = a->layers;
    a->layers = l;
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
    pass_view_free(l->view);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

/* The loop that is about to begin another iteration; -1: none has ended. */
static int loop_of(const struct cursor *cursor)
{
    int level = CURSOR_LOOPS - 1;
    while (level >= 0 && cursor->at[level] == 0)
        level--;
    return level;
}

bool ahead_next(const struct program *program, struct cursor *cursor,
                struct pass *pass)
{
    int level = loop_of(cursor), first, end;
    if (level >= 0 && !cursor->done) {
        program_alike(program, cursor->at, level, &first, &end);
        if (cursor->at[level] == first + 1 && end > first + 1)
            cursor_skip(program, cursor, level, end - first - 1, NULL);
    }
    return cursor_next(program, cursor, pass);
}

/* The next pass that is nobody's, claimed. */
static bool take_pass(struct ahead_layer *l, struct pass *pass)
{
    bool found = false;
    pthread_mutex_lock(&l->lock);
    while (!found && !l->is_spent) {
        l->is_spent = !ahead_next(l->program, &l->cursor, pass);
        found = !l->is_spent && pass_view_claim_ahead(l->view, &empty, pass);
    }
    pthread_mutex_unlock(&l->lock);
    return found;
}

bool ahead_one(struct ahead_layer *l, struct array_side **array)
{
    struct pass pass;
    struct pass_outcome counts;
    if (!take_pass(l, &pass))
        return false;
    if (*array == NULL)
        *array = array_side_new(l->program, NULL);
    array_side_issue(*array, &pass);
    if (kernel_native.run_pass(NULL, *array, UINT64_MAX) == RUN_DONE) {
        array_side_finish(*array, &counts);
        pass_view_add(l->view, &empty, &pass, &counts);
        return true;
    }
    /* The layer will come to the same end, and say so. */
    pass_view_abandon(l->view, &empty, &pass);
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
