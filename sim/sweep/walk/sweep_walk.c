/* sweep_walk.c - threads that take points in turns, and the writer.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/process/progress.h"
#include "sim/run/run.h"
#include "sim/sweep/walk/point_process.h"
#include "sim/sweep/walk/sweep.h"

/* So many results may wait for the writer. */
enum { QUEUE_MAX = 64 };

struct finished {
    uint64_t number;
    struct cell cell[PLAN_COLUMNS_MAX];
    struct point_result result; /* its reason is owned */
};

struct walking {
    const struct sweep_walk *walk;
    const struct plan *plan;
    struct points_order order;
    uint64_t shard_points; /* next to each other, of one shard */
    uint64_t share_points; /* that a thread takes at once */
    pthread_mutex_t lock;  /* of what follows */
    pthread_cond_t not_empty, not_full;
    uint64_t next;                     /* point in order that nobody has */
    struct finished *queue[QUEUE_MAX]; /* own */
    int n_queue, working;
    bool gives_up;  /* nobody needs results any more */
    struct diag *d; /* owns; why, where no result could be had */
};

/* A point on its thread. */
struct walker {
    struct walking *w;
    struct point_texts texts;
    struct finished *now;
    double began_seconds;
    struct point_process *process; /* owns; NULL: points run here */
};

static bool take_share(struct walking *w, uint64_t *from, uint64_t *to)
{
    pthread_mutex_lock(&w->lock);
    *from = w->next;
    *to = w->plan->n_points - w->next < w->share_points
              ? w->plan->n_points
              : w->next + w->share_points;
    w->next = *to;
    const bool ok = *from < *to && !w->gives_up;
    pthread_mutex_unlock(&w->lock);
    return ok;
}

static bool put_finished(struct walking *w, struct finished *f)
{
    pthread_mutex_lock(&w->lock);
    while (w->n_queue == QUEUE_MAX && !w->gives_up)
        pthread_cond_wait(&w->not_full, &w->lock);
    const bool ok = !w->gives_up;
    if (ok) {
        w->queue[w->n_queue++] = f;
        pthread_cond_signal(&w->not_empty);
    }
    pthread_mutex_unlock(&w->lock);
    return ok;
}

static bool has_bit(const unsigned char *bits, uint64_t number)
{
    return (bits[number / 8] >> number % 8 & 1) != 0;
}

/* Whether the i-th point in order, of that number, is one to run. */
static bool is_wanted(const struct walking *w, uint64_t i, uint64_t number)
{
    const struct sweep_walk *walk = w->walk;
    const uint64_t shards = (uint64_t)walk->in->shards;
    return i / w->shard_points % shards + 1 == (uint64_t)walk->in->shard &&
           !has_bit(walk->skip, number) &&
           (walk->only == NULL || has_bit(walk->only, number));
}

static void exclude(const struct walker *me, struct point_result *r,
                    const struct expression *condition)
{
    const char *text = expression_text(condition),
               *lacks = points_lack(me->w->plan, condition, me->now->cell);
    if (lacks != NULL)
        point_fail(r, POINT_excluded, "'%s' does not hold: it has no '%s'",
                   text, lacks);
    else
        point_fail(r, POINT_excluded, "'%s' does not hold", text);
}

/* Conditions on the machine alone, before its layers run. */
static bool is_worth_running(void *context, struct point_result *r)
{
    struct walker *me = context;
    const struct plan *p = me->w->plan;
    const struct expression *condition;
    memcpy(me->now->cell + p->n_keys, r->value,
           (size_t)result_columns() * sizeof(r->value[0]));
    if (points_hold(p, STAGE_MACHINE, me->now->cell, &condition))
        return true;
    exclude(me, r, condition);
    return false;
}

static bool takes_too_long(void *context)
{
    const struct walker *me = context;
    const uint64_t most = me->w->plan->limit_seconds;
    return most > 0 &&
           me->w->walk->in->now_seconds() - me->began_seconds > (double)most;
}

/* What closed forms say of the plan's objectives: of cycles, their bound. */
static void note_screened(const struct plan *p, const struct cell *value,
                          struct point_result *out)
{
    for (int k = 0; p->screens && k < p->n_objectives; k++) {
        int column = p->objective[k];
        if (strcmp(result_column_at(column)->name, "cycles") == 0)
            column = result_column_find("bound_cycles");
        out->screened[k] = value[column];
    }
}

/* What closed forms say of the point alone; *out has it in its place. */
static void screen(struct walker *me, struct point_result *out)
{
    const struct evaluation how = {me->w->walk->in->bench, is_worth_running,
                                   takes_too_long, me, NULL};
    me->texts.point.simulates = false;
    evaluate(&how, &me->texts.point, out);
    note_screened(me->w->plan, out->value, out);
}

static void evaluate_now(struct walker *me, struct point_result *out)
{
    const struct evaluation how = {me->w->walk->in->bench, is_worth_running,
                                   takes_too_long, me, NULL};
    struct point *point = &me->texts.point;
    point->simulates = me->w->walk->simulates;
    if (!me->w->plan->screens || !point->simulates) {
        evaluate(&how, point, out);
        if (out->status == POINT_ok)
            note_screened(me->w->plan, out->value, out);
        return;
    }
    screen(me, out);
    struct cell screened[PLAN_OBJECTIVES_MAX];
    memcpy(screened, out->screened, sizeof(screened));
    point_result_fini(out);
    point->simulates = true;
    evaluate(&how, point, out);
    memcpy(out->screened, screened, sizeof(screened));
}

/* Runs the point whose keys are in me->now. */
static void run_point(struct walker *me)
{
    const struct plan *p = me->w->plan;
    struct finished *f = me->now;
    const struct expression *condition;
    const char *key = points_unlinked(p, f->cell);
    if (key != NULL) {
        point_fail(&f->result, POINT_illegal,
                   "the link of '%s' has no value here", key);
        f->result.simulated = me->w->walk->simulates;
        return;
    }
    point_texts_set(&me->texts, p, f->cell);
    me->began_seconds =
        p->limit_seconds > 0 ? me->w->walk->in->now_seconds() : 0;
    evaluate_now(me, &f->result);
    if (f->result.status == POINT_over_limit && p->limit_seconds > 0 &&
        takes_too_long(me))
        point_fail(&f->result, POINT_over_limit,
                   "it takes more than %" PRIu64 " seconds", p->limit_seconds);
    /* Closed forms lack results that conditions are on. */
    if (f->result.status != POINT_ok || (p->screens && !f->result.simulated))
        return;
    memcpy(f->cell + p->n_keys, f->result.value,
           (size_t)result_columns() * sizeof(f->cell[0]));
    if (!points_hold(p, STAGE_RESULTS, f->cell, &condition))
        exclude(me, &f->result, condition);
}

/* Beside a point's number: what closed forms say of it, alone. */
#define SCREENED_ONLY (UINT64_C(1) << 63)

/* The same of a point by its number, in a process of its own. */
static void run_in_process(void *context, uint64_t number,
                           struct point_result *out)
{
    struct walker *me = context;
    me->now = xcalloc(1, sizeof(*me->now));
    points_cells(me->w->plan, number & ~SCREENED_ONLY, me->now->cell);
    point_texts_set(&me->texts, me->w->plan, me->now->cell);
    if ((number & SCREENED_ONLY) != 0)
        screen(me, &me->now->result);
    else
        run_point(me);
    *out = me->now->result;
    free(me->now);
}

/* A point that ended its process took with it what closed forms say of it. */
static bool keep_screened(struct walker *me, struct diag *d)
{
    struct finished *f = me->now;
    struct point_result screened;
    if (!me->w->plan->screens || !f->result.simulated ||
        f->result.status != POINT_over_limit)
        return true;
    if (!point_process_run(me->process, f->number | SCREENED_ONLY, &screened,
                           d))
        return false;
    memcpy(f->result.screened, screened.screened, sizeof(screened.screened));
    point_result_fini(&screened);
    return true;
}

/* why: NULL: whoever calls says so himself. */
static void give_up(struct walking *w, const struct diag *why)
{
    pthread_mutex_lock(&w->lock);
    w->gives_up = true;
    for (int i = 0; why != NULL && i < diag_count(why); i++)
        diag_relay(w->d, diag_status(why), diag_text(why, i));
    pthread_cond_broadcast(&w->not_full);
    pthread_mutex_unlock(&w->lock);
}

static bool run_now(struct walker *me)
{
    if (me->process == NULL) {
        run_point(me);
        return true;
    }
    struct diag *d = diag_new();
    bool ok =
        point_process_run(me->process, me->now->number, &me->now->result, d);
    me->now->result.simulated = me->w->walk->simulates;
    ok = ok && keep_screened(me, d);
    if (!ok)
        give_up(me->w, d);
    diag_free(d);
    return ok;
}

static void free_finished(struct finished *f)
{
    point_result_fini(&f->result);
    free(f);
}

static bool walk_point(struct walker *me, uint64_t i)
{
    const struct walking *w = me->w;
    const uint64_t number = points_order_number(&w->order, i);
    if (!is_wanted(w, i, number))
        return true;
    struct finished *f = xcalloc(1, sizeof(*f));
    f->number = number;
    points_cells(w->plan, number, f->cell);
    if (!points_hold(w->plan, STAGE_KEYS, f->cell, NULL)) {
        free(f);
        return true;
    }
    me->now = f;
    if (run_now(me) && put_finished(me->w, f))
        return true;
    free_finished(f);
    return false;
}

static void *work(void *context)
{
    struct walking *w = context;
    struct walker me = {.w = w};
    uint64_t from, to;
    bool goes_on = true;
    point_texts_init(&me.texts);
    if (w->plan->limit_mib > 0)
        me.process = point_process_new(w->plan->limit_mib, run_in_process, &me);
    while (goes_on && take_share(w, &from, &to))
        for (uint64_t i = from; goes_on && i < to; i++)
            goes_on = walk_point(&me, i);
    point_texts_fini(&me.texts);
    point_process_free(me.process);
    pthread_mutex_lock(&w->lock);
    w->working--;
    pthread_cond_signal(&w->not_empty);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* All that waits, or, where nothing does, waits for it; 0: nobody works. */
static int take_finished(struct walking *w, struct finished *out[QUEUE_MAX])
{
    pthread_mutex_lock(&w->lock);
    while (w->n_queue == 0 && w->working > 0)
        pthread_cond_wait(&w->not_empty, &w->lock);
    const int n = w->n_queue;
    memcpy(out, w->queue, (size_t)n * sizeof(out[0]));
    w->n_queue = 0;
    pthread_cond_broadcast(&w->not_full);
    pthread_mutex_unlock(&w->lock);
    return n;
}

static bool write_finished(struct store *store, struct finished *const *list,
                           int n, struct diag *d)
{
    bool ok = store_begin(store, d);
    for (int i = 0; ok && i < n; i++)
        ok = store_add(store, list[i]->number, list[i]->cell, &list[i]->result,
                       d);
    return ok && store_commit(store, d);
}

/* Until nobody works and all is written, or it can't be. */
static bool write_all(struct walking *w, struct diag *d)
{
    struct finished *list[QUEUE_MAX];
    struct progress *progress = progress_new(stderr, (double)w->plan->n_points);
    bool ok = true;
    int n;
    while ((n = take_finished(w, list)) > 0) {
        ok = ok && write_finished(w->walk->in->store, list, n, d);
        for (int i = 0; i < n; i++)
            free_finished(list[i]);
        progress_add(progress, w->plan->name, n);
        if (!ok)
            give_up(w, NULL);
    }
    progress_free(progress);
    return ok;
}

bool sweep_walk(const struct sweep_walk *walk, struct diag *d)
{
    const struct sweep_input *in = walk->in;
    const int jobs = in->jobs > 0 ? in->jobs : run_processors();
    struct walking w = {.walk = walk, .plan = in->plan, .d = diag_new()};
    pthread_t *thread = xcalloc((size_t)jobs, sizeof(*thread));
    int made = 0;
    points_order_init(&w.order, in->plan);
    w.shard_points = points_order_share(&w.order, (uint64_t)in->shards);
    w.share_points = points_order_share(&w.order, (uint64_t)jobs);
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.not_empty, NULL);
    pthread_cond_init(&w.not_full, NULL);
    w.working = jobs;
    while (made < jobs && pthread_create(&thread[made], NULL, work, &w) == 0)
        made++;
    pthread_mutex_lock(&w.lock);
    w.working -= jobs - made;
    pthread_mutex_unlock(&w.lock);
    bool ok =
        made > 0 || diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
                              "no thread can be made to run points on; fewer "
                              "processes or more memory are needed");
    ok = ok && write_all(&w, d);
    for (int i = 0; i < made; i++)
        SIM_CHECK(pthread_join(thread[i], NULL) == 0);
    free(thread);
    for (int i = 0; i < diag_count(w.d); i++)
        diag_relay(d, diag_status(w.d), diag_text(w.d, i));
    ok = ok && diag_count(w.d) == 0;
    diag_free(w.d);
    pthread_cond_destroy(&w.not_empty);
    pthread_cond_destroy(&w.not_full);
    pthread_mutex_destroy(&w.lock);
    return ok;
}
