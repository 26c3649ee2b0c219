/* search.c - branch and bound over a dataflow's space. The space is cut into
 * its reductions, each a task with a lower bound of its own; they are walked in
 * the order of that bound, in waves: the tasks of a wave start from what was
 * known before it and are merged in their order, so that neither threads nor
 * their timing change the result.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/search.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/gemm/dot.h"
#include "dataflows/rs/rs.h"
#include "dataflows/search/search_tree.h"

#define WAVE_MAX 64
/* So many reductions are listed in about a millisecond. */
#define LISTED_BETWEEN_LOOKS 4096
/* The most steps of counting, which take some seconds. Of a space that takes
 * more, only a part is counted. */
#define COUNT_STEPS_MAX 1e9
/* The rest of a time limit is for counting. */
#define WALKING_SHARE 0.9

#define TABLE_NAME(name, doc) #name,
#define TABLE_DOC(name, doc) doc,
const char *const search_objective_name[SEARCH_OBJECTIVE_N] = {
    SEARCH_OBJECTIVES(TABLE_NAME)};
const char *const search_objective_doc[SEARCH_OBJECTIVE_N] = {
    SEARCH_OBJECTIVES(TABLE_DOC)};
const char *const search_cut_name[SEARCH_CUT_N] = {SEARCH_CUTS(TABLE_NAME)};
const char *const search_cut_doc[SEARCH_CUT_N] = {SEARCH_CUTS(TABLE_DOC)};

const struct search_space *search_space_of(const struct dataflow *dataflow,
                                           const struct arch *arch)
{
    static const struct search_space *const spaces[] = {
        &rs_search_space, &ws_search_space,  &is_search_space,
        &os_search_space, &nlr_search_space, NULL};
    if (dataflow == &os_dataflow && dot_sums_by_tree(arch))
        return &os_tree_search_space;
    for (int k = 0; spaces[k] != NULL; k++)
        if (spaces[k]->dataflow == dataflow)
            return spaces[k];
    return NULL;
}

enum task_state { TASK_WAITS, TASK_CUT, TASK_DONE, TASK_GIVEN_UP };

struct task {
    struct search_reduction r;
    struct search_cost least;
    struct search_key key;
    int index; /* in the space's order */
    enum task_state state;
    bool counted;
    uint64_t mappings;
};

struct search {
    const struct search_problem *problem;
    const struct search_options *options;
    struct search_reduction *listed; /* owns; the space's */
    int n_listed;
    bool is_cut_short; /* stopped before all were tasks */
    struct task *task; /* owns */
    int n_tasks, room_tasks;
    struct search_best best;
    double start_seconds;
    pthread_mutex_t lock;
    /* The wave, or the count: tasks to take. */
    struct task *const *wave;
    struct search_walk *walk; /* one per task of the wave */
    int n_wave, next;
    /* How many a quick search took so far, and since it took a mapping. */
    uint64_t steps, steps_in_vain;
};

static double now_seconds(const struct search *s)
{
    return s->options->now_seconds != NULL ? s->options->now_seconds() : 0;
}

static bool is_over(const struct search *s, double limit_seconds)
{
    return limit_seconds > 0 &&
           now_seconds(s) - s->start_seconds > limit_seconds;
}

static bool is_stopped(const struct search *s)
{
    const struct search_stop *stop = &s->problem->stop;
    return stop->is_asked != NULL && stop->is_asked(stop->context);
}

static bool is_late(void *context)
{
    const struct search *s = context;
    if (is_stopped(s))
        return true;
    const double share = s->options->count ? WALKING_SHARE : 1;
    return is_over(s, share * s->options->time_limit_seconds);
}

static int take(struct search *s)
{
    pthread_mutex_lock(&s->lock);
    int k = s->next < s->n_wave ? s->next++ : -1;
    pthread_mutex_unlock(&s->lock);
    return k;
}

static void *walk_tasks(void *context)
{
    struct search *s = context;
    struct program *room = NULL;
    int k;
    while ((k = take(s)) >= 0) {
        struct search_walk *w = &s->walk[k];
        search_best_copy(&w->best, &s->best);
        w->program = room;
        search_reduction_walk(w, &s->wave[k]->r);
        room = w->program;
        search_best_trim(&w->best);
    }
    free(room);
    return NULL;
}

static void *count_tasks(void *context)
{
    struct search *s = context;
    int k;
    while ((k = take(s)) >= 0) {
        struct task *t = &s->task[k];
        t->counted = !is_over(s, s->options->time_limit_seconds);
        if (t->counted)
            t->mappings = search_count(s->problem, &t->r);
    }
    return NULL;
}

/* Runs `work` on as many threads as the options ask for; the caller's is one of
 * them. */
static void together(struct search *s, int n, void *(*work)(void *))
{
    int threads = min_int(s->options->jobs, n), made = 0;
    pthread_t *thread = xcalloc((size_t)threads + 1, sizeof(*thread));
    s->n_wave = n;
    s->next = 0;
    while (made < threads - 1 &&
           pthread_create(&thread[made], NULL, work, s) == 0)
        made++;
    work(s);
    for (int k = 0; k < made; k++)
        SIM_CHECK(pthread_join(thread[k], NULL) == 0);
    free(thread);
}

/* What may stay in L2 over loops outside it: what is given, else what searches
 * are to try. */
static struct search_range keeps_of(const struct search_problem *p)
{
    const int given = p->fixed[SEARCH_KEEP];
    const int most = p->arch->l2_keeps_tiles ? KEEP_BOTH : KEEP_NONE;
    if (given > 0)
        return (struct search_range){given, given <= most ? given : 0};
    return (struct search_range){p->keeps.from, min_int(p->keeps.to, most)};
}

static int by_key(const void *a, const void *b)
{
    const struct task *x = a, *y = b;
    const int sign = search_key_compare(&x->key, &y->key);
    return sign != 0 ? sign : x->index - y->index;
}

static bool is_on_grid(const struct search *s, const struct search_reduction *r)
{
    const int C = s->problem->group_c, c = r->c;
    return c == ceil_div(C, ceil_div(C, c)) || s->problem->fixed[SEARCH_C] > 0;
}

/* Whether it will do to look at the least channels of each count of tiles: in a
 * quick search, and where one mapping is asked for and those have one. */
static bool grid_does(const struct search *s)
{
    const struct search_options *o = s->options;
    const struct search_space *space = s->problem->space;
    return o->quick > 0 || (o->top == 1 && o->objective != SEARCH_front &&
                            !o->count && space->least_channels_do != NULL &&
                            space->least_channels_do(s->problem));
}

/* Adds tasks of the space's reductions, those on the grid or those off it, and
 * puts all in the order of their bounds.  With `out`, what the best known cuts
 * is counted there instead: a space may have millions that are. */
static void add_tasks(struct search *s, bool on_grid, struct search_result *out)
{
    const struct search_problem *p = s->problem;
    const struct search_range keep = keeps_of(p);
    const int keeps = keep.to < keep.from ? 0 : keep.to - keep.from + 1;
    for (int k = 0; k < s->n_listed * keeps; k++) {
        const struct search_reduction *r = &s->listed[k / keeps];
        if (k % LISTED_BETWEEN_LOOKS == 0 && is_stopped(s)) {
            s->is_cut_short = true;
            break;
        }
        if (is_on_grid(s, r) != on_grid)
            continue;
        struct task t = {.r = *r, .index = k};
        t.r.keep = keep.from + k % keeps;
        search_reduction_least(p, &t.r, &t.least);
        if (out != NULL && !search_best_may_take(&s->best, &t.least)) {
            out->cuts[SEARCH_CUT_reduction]++;
            continue;
        }
        t.key = search_key_of(s->options->objective, &t.least);
        if (s->n_tasks == s->room_tasks) {
            s->room_tasks += s->room_tasks / 2 + 64;
            s->task =
                xrealloc(s->task, (size_t)s->room_tasks, sizeof(*s->task));
        }
        s->task[s->n_tasks++] = t;
    }
    if (s->n_tasks > 0)
        qsort(s->task, (size_t)s->n_tasks, sizeof(*s->task), by_key);
}

static void list_reductions(struct search *s)
{
    const struct search_problem *p = s->problem;
    s->n_listed = p->space->reductions(p, NULL, 0);
    s->listed = xcalloc((size_t)s->n_listed + 1, sizeof(*s->listed));
    p->space->reductions(p, s->listed, s->n_listed);
}

static void run_wave(struct search *s, struct task **wave, int n, bool coarse,
                     struct search_result *out)
{
    s->wave = wave;
    s->walk = xcalloc((size_t)n, sizeof(*s->walk));
    for (int k = 0; k < n; k++) {
        s->walk[k].problem = s->problem;
        s->walk[k].is_late = is_late;
        s->walk[k].context = s;
        s->walk[k].coarse = coarse;
        s->walk[k].most = s->options->quick / (uint64_t)min_int(3, s->n_tasks);
    }
    together(s, n, walk_tasks);
    for (int k = 0; k < n; k++) {
        struct search_walk *w = &s->walk[k];
        if (coarse) {
            out->tried += w->evaluated;
            s->steps += w->steps;
            s->steps_in_vain = w->steps - w->steps_found +
                               (w->steps_found > 0 ? 0 : s->steps_in_vain);
        } else {
            wave[k]->state = w->gave_up ? TASK_GIVEN_UP : TASK_DONE;
            out->evaluated += w->evaluated;
            for (int i = 0; i < SEARCH_CUT_N; i++)
                out->cuts[i] += w->cuts[i];
        }
        search_best_merge(&s->best, &w->best);
        search_best_fini(&w->best);
    }
    free(s->walk);
}

/* Runs the tasks in waves. With `coarse` only balanced cuts are tried, so that
 * good mappings are known before the walk; without them its first tasks would
 * evaluate most of what they hold. */
static void run_tasks(struct search *s, bool coarse, struct search_result *out)
{
    struct task *wave[WAVE_MAX];
    int size = 1;
    const uint64_t quick = s->options->quick;
    for (int next = 0;
         next < s->n_tasks && !is_late(s) &&
         (quick == 0 ||
          (s->steps_in_vain <= SEARCH_STEPS_IN_VAIN && out->tried < quick &&
           s->steps < quick * SEARCH_STEPS_OF_AN_EVALUATION));) {
        int n = 0;
        for (; next < s->n_tasks && n < size; next++) {
            struct task *t = &s->task[next];
            if (coarse && !is_on_grid(s, &t->r))
                continue;
            if (search_best_may_take(&s->best, &t->least)) {
                wave[n++] = t;
            } else if (!coarse) {
                t->state = TASK_CUT;
                out->cuts[SEARCH_CUT_reduction]++;
            }
        }
        if (n > 0)
            run_wave(s, wave, n, coarse, out);
        size = min_int(2 * size, WAVE_MAX);
        if (!coarse && s->options->progress != NULL)
            s->options->progress(s->options->progress_context,
                                 (double)next / (double)s->n_tasks);
    }
}

/* The least that the parts not walked to their end may hold, against the
 * best. */
static void set_gap(const struct search *s, struct search_result *out)
{
    double least = s->is_cut_short ? 0 : -1;
    out->proven = !s->is_cut_short;
    for (int k = 0; k < s->n_tasks; k++) {
        const struct task *t = &s->task[k];
        bool is_open = t->state == TASK_GIVEN_UP || t->state == TASK_WAITS;
        if (!is_open || !search_best_may_take(&s->best, &t->least))
            continue;
        out->proven = false;
        if (least < 0 || t->key.first < least)
            least = t->key.first;
    }
    if (out->proven ||
        (s->best.n == 0 && (!s->best.has_limit || s->best.step > 0)))
        return;
    double best =
        s->best.n == 0
            ? s->best.limit.first
            : search_key_of(s->options->objective, &s->best.best[0].cost).first;
    out->gap = best > least ? 1 - least / best : 0;
}

static void count_space(struct search *s, struct search_result *out)
{
    const double start = now_seconds(s);
    double steps = 0;
    int n = 0;
    for (; n < s->n_tasks; n++) {
        steps += search_count_steps(s->problem, &s->task[n].r);
        if (steps > COUNT_STEPS_MAX)
            break;
    }
    together(s, n, count_tasks);
    out->counted = true;
    for (int k = 0; k < s->n_tasks; k++) {
        const struct task *t = &s->task[k];
        out->counted = out->counted && t->counted;
        out->space = search_count_add(out->space, t->mappings);
        if (t->state == TASK_DONE || t->state == TASK_CUT)
            out->covered = search_count_add(out->covered, t->mappings);
        if (t->state == TASK_CUT)
            out->covered_by_reduction =
                search_count_add(out->covered_by_reduction, t->mappings);
    }
    out->counted = out->counted && out->space < COUNT_MAX;
    out->count_seconds = now_seconds(s) - start;
}

bool search_fits(const struct search_problem *problem)
{
    return problem->space->reductions(problem, NULL, 0) <=
           SEARCH_REDUCTIONS_MAX;
}

bool search_run(const struct search_problem *problem,
                const struct search_options *options, struct search_result *out)
{
    struct search s = {.problem = problem, .options = options};
    SIM_CHECK(options->top >= 1 && options->jobs >= 1);
    memset(out, 0, sizeof(*out));
    pthread_mutex_init(&s.lock, NULL);
    s.start_seconds = now_seconds(&s);
    search_best_init(&s.best, options->objective, options->top);
    s.best.equals = options->equals;
    s.best.slack = options->slack;
    search_best_set_step(&s.best, options->step);
    if (options->better_than != NULL)
        search_best_limit(&s.best, options->better_than);
    const bool off_grid = !grid_does(&s);
    list_reductions(&s);
    add_tasks(&s, true, NULL);
    if (off_grid && options->count)
        add_tasks(&s, false, NULL);
    run_tasks(&s, true, out);
    if (off_grid && !options->count)
        add_tasks(&s, false, out);
    if (options->quick == 0)
        run_tasks(&s, false, out);
    set_gap(&s, out);
    out->seconds = now_seconds(&s) - s.start_seconds;
    if (options->count)
        count_space(&s, out);
    out->best = s.best.best;
    out->n_best = s.best.n;
    out->front = s.best.front;
    out->n_front = s.best.n_front;
    free(s.task);
    free(s.listed);
    pthread_mutex_destroy(&s.lock);
    return out->n_best > 0;
}

bool search_cost_of_mapping(const struct search_problem *problem,
                            const struct mapping *mapping,
                            struct search_cost *out)
{
    struct search_problem one = *problem;
    const struct search_options options = {
        .objective = SEARCH_energy, .top = 1, .jobs = 1};
    struct search_result found = {0};
    for (int k = 0; k < SEARCH_PARAMS; k++)
        if (one.index[k] >= 0)
            one.fixed[k] = mapping->value[one.index[k]];
    const bool ok = search_fits(&one) && search_run(&one, &options, &found);
    if (ok)
        *out = found.best[0].cost;
    search_result_fini(&found); /* what finds nothing has room for it, too */
    return ok;
}

void search_result_fini(struct search_result *r)
{
    free(r->best);
    free(r->front);
    memset(r, 0, sizeof(*r));
}
