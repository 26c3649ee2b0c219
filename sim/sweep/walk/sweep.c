/* sweep.c - what of a plan is to be run: all that the store lacks, or, of a
 * plan that screens, first all of it by closed forms and then what may be among
 * the best.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/walk/sweep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/file_use.h"
#include "sim/sweep/pareto.h"

/* Hashes what a file holds (FNV-1a). */
static void hash_file(void *context, const char *path)
{
    uint64_t *hash = context;
    FILE *from = fopen(path, "rb");
    int c;
    while (from != NULL && (c = getc(from)) != EOF)
        *hash = (*hash ^ (uint64_t)c) * UINT64_C(0x100000001b3);
    *hash = (*hash ^ 0x100) * UINT64_C(0x100000001b3);
    if (from != NULL)
        fclose(from);
}

static void hash_text(uint64_t *hash, const char *text)
{
    for (; *text != '\0'; text++)
        *hash = (*hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
}

static uint64_t count_points(const struct plan *p)
{
    bool all = true;
    uint64_t n = 0;
    for (int i = 0; i < p->n_conditions; i++)
        all = all && p->condition[i].stage != STAGE_KEYS;
    if (all)
        return p->n_points;
    for (uint64_t i = 0; i < p->n_points; i++)
        n += points_exists(p, i);
    return n;
}

void sweep_about(const struct plan *p, int shard, int shards,
                 struct store_about *out)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    memset(out, 0, sizeof(*out));
    file_use_each_read(hash_file, &hash);
    hash_text(&hash, ACCELSIM_VERSION);
    for (int i = 0; i < result_columns(); i++)
        hash_text(&hash, result_column_at(i)->name);
    snprintf(out->plan, sizeof(out->plan), "%s", p->name);
    snprintf(out->digest, sizeof(out->digest), "%016" PRIx64, hash);
    out->shard = shard;
    out->shards = shards;
    out->points = count_points(p);
    out->objective_columns = (uint64_t)p->n_objectives;
    for (int i = 0; i < p->n_objectives; i++)
        snprintf(out->objective[i], sizeof(out->objective[i]), "%s",
                 result_column_at(p->objective[i])->name);
    for (int i = 0; i < p->n_keys; i++) {
        const enum plan_key_kind kind = p->key[i].kind;
        if (kind == PLAN_net || kind == PLAN_layer || kind == PLAN_batch ||
            kind == PLAN_shape || kind == PLAN_gemm)
            snprintf(out->group[out->n_groups++], PLAN_KEY_BYTES, "%s",
                     p->key[i].name);
    }
}

/* A bit for each point of a plan. */
struct marks {
    unsigned char *seen, *simulated; /* own */
};

static void mark(unsigned char *bits, uint64_t number)
{
    bits[number / 8] |= (unsigned char)(1u << number % 8);
}

static void mark_done(void *context, uint64_t number, bool simulated)
{
    struct marks *m = context;
    mark(m->seen, number);
    if (simulated)
        mark(m->simulated, number);
}

static bool note_point(void *context, const struct store_row *row)
{
    pareto_add(context, row);
    return true;
}

/* Marks the points that may be among the best by their closed forms. */
static bool choose(const struct sweep_input *in, unsigned char *chosen,
                   struct diag *d)
{
    struct pareto *front = pareto_new(store_its_about(in->store), true);
    const bool ok = store_each_row(in->store, note_point, front, d);
    pareto_find(front, in->plan->screen_band);
    for (uint64_t i = 0; ok && i < in->plan->n_points; i++)
        if (pareto_has(front, i))
            mark(chosen, i);
    pareto_free(front);
    return ok;
}

static bool screen_and_run(const struct sweep_input *in,
                           const struct marks *done, unsigned char *chosen,
                           struct diag *d)
{
    /* A shard screens all points: which may be the best depends on all. */
    struct sweep_input whole = *in;
    whole.shard = whole.shards = 1;
    const struct sweep_walk first = {&whole, false, done->seen, NULL};
    const struct sweep_walk second = {in, true, done->simulated, chosen};
    return sweep_walk(&first, d) && choose(in, chosen, d) &&
           sweep_walk(&second, d);
}

bool sweep_run(const struct sweep_input *in, struct diag *d)
{
    const size_t bytes = (size_t)(in->plan->n_points / 8 + 1);
    struct marks done = {xcalloc(1, bytes), xcalloc(1, bytes)};
    /* Half of a point's memory is for itself. */
    if (in->plan->limit_mib > 0)
        machines_bound_memo(in->bench->machines,
                            ((uint64_t)in->plan->limit_mib << 20) / 2);
    bool ok = store_each_done(in->store, mark_done, &done, d);
    if (in->plan->screens) {
        unsigned char *chosen = xcalloc(1, bytes);
        ok = ok && screen_and_run(in, &done, chosen, d);
        free(chosen);
    } else {
        const struct sweep_walk all = {in, in->plan->simulates, done.seen,
                                       NULL};
        ok = ok && sweep_walk(&all, d);
    }
    free(done.seen);
    free(done.simulated);
    return ok;
}
