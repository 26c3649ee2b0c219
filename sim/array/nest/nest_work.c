/* nest_work.c - turns the words that a PE's MACs use into runs of MACs that ask
 * and free alike.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_work.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

struct entry {
    struct credit_work work;
    uint64_t hash;
};

struct nest_works {
    struct entry **entry;   /* owns, as what it points to; open addressing */
    size_t n, size;         /* a power of two */
    struct credit_run *mac; /* owns; a run for each MAC */
    int32_t *last;          /* owns; by word or psum: the last MAC with it */
    size_t mac_room, last_room;
};

struct nest_works *nest_works_new(void)
{
    struct nest_works *w = xcalloc(1, sizeof(*w));
    w->size = 64;
    w->entry = xcalloc(w->size, sizeof(struct entry *));
    return w;
}

void nest_works_forget(struct nest_works *w)
{
    for (size_t k = 0; k < w->size; k++) {
        if (w->entry[k] == NULL)
            continue;
        free((void *)(uintptr_t)w->entry[k]->work.run);
        free(w->entry[k]);
        w->entry[k] = NULL;
    }
    w->n = 0;
}

void nest_works_free(struct nest_works *w)
{
    if (w == NULL)
        return;
    nest_works_forget(w);
    free(w->entry);
    free(w->mac);
    free(w->last);
    free(w);
}

const struct credit_work *nest_works_none(void)
{
    static const struct credit_work none = {0};
    return &none;
}

/* --- a run for each MAC --------------------------------------------------- */

static int32_t word_of(const struct nest_use *use, int input)
{
    return input == CREDIT_FILTER ? use->filter : use->ifmap;
}

static int32_t *room_for_last(struct nest_works *w, int32_t n)
{
    if ((size_t)n > w->last_room) {
        w->last_room = (size_t)n;
        w->last = xrealloc(w->last, w->last_room, sizeof(*w->last));
    }
    return w->last;
}

static void ask_and_free(struct nest_works *w, const struct nest_use *use,
                         int32_t macs, int input,
                         const struct nest_input_words *words)
{
    int32_t *last = room_for_last(w, words->n), need = 0;
    for (int32_t k = 0; k < macs; k++) {
        const int32_t word = word_of(&use[k], input);
        if (word >= 0) {
            last[word] = k;
            if (words->arrival[word] > need)
                need = words->arrival[word];
        }
        w->mac[k].need[input] = need;
    }
    for (int32_t k = 0; k < macs; k++) {
        const int32_t word = word_of(&use[k], input);
        w->mac[k].frees[input] =
            word >= 0 && last[word] == k && !words->stays[word];
    }
}

static void find_rides(struct nest_works *w, const struct nest_use *use,
                       int32_t macs, int32_t psums)
{
    int32_t *last = room_for_last(w, psums);
    for (int32_t k = 0; k < macs; k++)
        last[use[k].psum] = k;
    for (int32_t k = 0; k < macs; k++)
        w->mac[k].rides = last[use[k].psum] == k;
}

/* --- runs ----------------------------------------------------------------- */

static bool joins(const struct credit_run *run, const struct credit_run *next)
{
    if (run->rides != next->rides)
        return false;
    for (int i = 0; i < CREDIT_INPUTS; i++) {
        const int32_t grows =
            next->need[i] - run->need[i] - (run->macs - 1) * run->grows[i];
        if (run->frees[i] != next->frees[i])
            return false;
        if (run->macs == 1 ? grows > 1 : grows != run->grows[i])
            return false;
    }
    return true;
}

static void join(struct credit_run *run, const struct credit_run *next)
{
    for (int i = 0; run->macs == 1 && i < CREDIT_INPUTS; i++)
        run->grows[i] = next->need[i] - run->need[i];
    run->macs++;
}

/* Joins the MACs' runs in place; returns how many are left. */
static int32_t join_runs(struct credit_run *run, int32_t macs)
{
    int32_t n = 1;
    for (int32_t k = 1; k < macs; k++) {
        if (joins(&run[n - 1], &run[k]))
            join(&run[n - 1], &run[k]);
        else
            run[n++] = run[k];
    }
    return n;
}

/* --- the pool ------------------------------------------------------------- */

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t k = 0; k < n; k++)
        hash = (hash ^ at[k]) * 1099511628211u;
    return hash;
}

static uint64_t hash_of(const struct credit_work *work)
{
    uint64_t hash =
        hash_bytes(14695981039346656037u, work->comes, sizeof(work->comes));
    return hash_bytes(hash, work->run,
                      (size_t)work->n_runs * sizeof(*work->run));
}

static bool equal(const struct credit_work *a, const struct credit_work *b)
{
    return a->n_runs == b->n_runs &&
           memcmp(a->comes, b->comes, sizeof(a->comes)) == 0 &&
           memcmp(a->run, b->run, (size_t)a->n_runs * sizeof(*a->run)) == 0;
}

static size_t place_of(const struct nest_works *w,
                       const struct credit_work *work, uint64_t hash)
{
    size_t at = (size_t)(hash >> 17) & (w->size - 1);
    while (w->entry[at] != NULL &&
           (w->entry[at]->hash != hash || !equal(&w->entry[at]->work, work)))
        at = (at + 1) & (w->size - 1);
    return at;
}

static void grow(struct nest_works *w)
{
    struct entry **old = w->entry;
    const size_t size = w->size;
    w->size = 2 * size;
    w->entry = xcalloc(w->size, sizeof(struct entry *));
    for (size_t k = 0; k < size; k++)
        if (old[k] != NULL)
            w->entry[place_of(w, &old[k]->work, old[k]->hash)] = old[k];
    free(old);
}

const struct credit_work *
nest_works_of(struct nest_works *w, const struct nest_use *use, int32_t macs,
              int32_t psums, bool rides,
              const struct nest_input_words words[CREDIT_INPUTS])
{
    if ((size_t)macs > w->mac_room) {
        w->mac_room = (size_t)macs;
        w->mac = xrealloc(w->mac, w->mac_room, sizeof(*w->mac));
    }
    memset(w->mac, 0, (size_t)macs * sizeof(*w->mac));
    for (int32_t k = 0; k < macs; k++)
        w->mac[k].macs = 1;
    for (int i = 0; i < CREDIT_INPUTS; i++)
        ask_and_free(w, use, macs, i, &words[i]);
    if (rides)
        find_rides(w, use, macs, psums);
    const struct credit_work work = {
        .macs = macs,
        .comes = {words[CREDIT_FILTER].comes, words[CREDIT_IFMAP].comes},
        .n_runs = join_runs(w->mac, macs),
        .run = w->mac,
    };
    const uint64_t hash = hash_of(&work);
    size_t at = place_of(w, &work, hash);
    if (w->entry[at] != NULL)
        return &w->entry[at]->work;
    if (2 * ++w->n > w->size) {
        grow(w);
        at = place_of(w, &work, hash);
    }
    struct entry *entry = xcalloc(1, sizeof(*entry));
    struct credit_run *run = xcalloc((size_t)work.n_runs, sizeof(*run));
    memcpy(run, w->mac, (size_t)work.n_runs * sizeof(*run));
    entry->work = work;
    entry->work.run = run;
    entry->hash = hash;
    w->entry[at] = entry;
    return &entry->work;
}
