/* run.c - several layers, on several threads.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/process/progress.h"
#include "sim/run/ahead.h"
#include "sim/run/model.h"
#include "sim/timeline/timeline.h"

/* A thread takes as long to make and to end as so many MACs to simulate, if all
 * PEs work: some 0.06 ms. */
#define HELPED_MACS_MIN 100000

enum job_state { JOB_WAITS, JOB_DONE, JOB_FAILED };

struct job { /* one layer */
    const struct layer *layer;
    const struct job *twin; /* an equal layer before it that runs, or NULL */
    int copies;             /* layers that it runs for, itself included */
    struct layer_result *out;
    struct diag *diag; /* owns */
    enum job_state state;
    struct progress *progress;
    double shown_share; /* of the layer, in the progress line */
};

struct crew {
    const struct run_input *in;
    struct pass_memory *memory; /* or NULL */
    struct ahead *ahead;        /* of those without a layer, or NULL */
    pthread_mutex_t lock;
    struct job *job;
    struct job **order; /* longest first, so that threads end together */
    int n_jobs, next, running;
    int first_failed; /* n_jobs: none */
};

/* Called from the thread that simulates the layer. */
static void show_progress(void *context, uint64_t passes_done, uint64_t passes)
{
    struct job *job = context;
    double share = passes > 0 ? (double)passes_done / (double)passes : 1;
    progress_add(job->progress, job->layer->name,
                 (share - job->shown_share) * job->copies *
                     (double)layer_macs(job->layer));
    job->shown_share = share;
}

/* The next layer; none behind one that failed, for nobody would see it. */
static struct job *take_job(struct crew *crew)
{
    struct job *job = NULL;
    pthread_mutex_lock(&crew->lock);
    while (job == NULL && crew->next < crew->n_jobs) {
        job = crew->order[crew->next++];
        if (job->twin != NULL || job - crew->job > crew->first_failed)
            job = NULL;
    }
    crew->running += job != NULL;
    pthread_mutex_unlock(&crew->lock);
    return job;
}

/* Once there is no layer to take: simulates passes of those that run. */
static void help_others(struct crew *crew)
{
    if (crew->ahead == NULL)
        return;
    pthread_mutex_lock(&crew->lock);
    bool is_last = crew->running == 0;
    pthread_mutex_unlock(&crew->lock);
    if (is_last)
        ahead_end(crew->ahead);
    else
        ahead_help(crew->ahead);
}

static void put_back(struct crew *crew, struct job *job, bool ok)
{
    int index = (int)(job - crew->job);
    pthread_mutex_lock(&crew->lock);
    job->state = ok ? JOB_DONE : JOB_FAILED;
    crew->running--;
    if (!ok && index < crew->first_failed)
        crew->first_failed = index;
    pthread_mutex_unlock(&crew->lock);
}

/* Whether a run asks for no more than who chose the mapping looked at. */
static bool is_plain(const struct run_input *in)
{
    const struct simulate_options *o = &in->simulate;
    return o->memo && !o->check && o->max_cycles == 0 &&
           o->access_tap == NULL && o->kernel == NULL && o->dram_port == NULL &&
           in->apart == NULL && in->timeline == NULL;
}

static bool simulate(const struct run_input *in, struct job *job,
                     struct simulate_options *options)
{
    struct layer_mapping mapping;
    if (!in->mapper->mapping_of(in->mapper->context, job->layer, options,
                                &mapping, job->diag))
        return false;
    if (mapping.ran != NULL && is_plain(in)) {
        *job->out = *mapping.ran;
        if (options->show_mapping)
            job->out->mapping_text =
                mapping_text(in->arch, job->layer, &mapping);
        return true;
    }
    if (in->apart != NULL)
        return run_apart(in->apart, in->arch, job->layer, &mapping, options,
                         job->out, job->diag);
    return simulate_layer(in->arch, job->layer, &mapping, options, job->out,
                          job->diag);
}

static void *work(void *context)
{
    struct crew *crew = context;
    const struct run_input *in = crew->in;
    struct job *job;
    while ((job = take_job(crew)) != NULL) {
        struct simulate_options options = in->simulate;
        bool ok;
        options.memory = crew->memory;
        options.ahead = crew->ahead;
        options.progress = show_progress;
        options.progress_context = job;
        const int layer = (int)(job - crew->job);
        if (in->timeline != NULL)
            options.timeline = &in->timeline[layer];
        if (in->carrier != NULL)
            options.values = in->carrier->words_of(in->carrier->context, layer);
        ok = simulate(in, job, &options);
        if (ok && in->carrier != NULL)
            in->carrier->is_done(in->carrier->context, layer);
        if (ok)
            show_progress(job, 1, 1);
        put_back(crew, job, ok);
    }
    help_others(crew);
    return NULL;
}

int run_processors(void)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 && online < 1024 ? (int)online : 1;
}

/* The address sanitizer's allocator may be held by another thread in the moment
 * of a fork; the child then waits for it for ever. */
#ifdef __SANITIZE_ADDRESS__
#define FORKS_BESIDE_THREADS false
#else
#define FORKS_BESIDE_THREADS true
#endif

static double all_macs(const struct run_input *in)
{
    double macs = 0;
    for (int i = 0; i < in->n_layers; i++)
        macs += (double)layer_macs(&in->layer[i]);
    return macs;
}

/* Threads that simulate passes ahead: as many as have processors; more of them
 * only cost.  Without any, and with one that takes layers, nobody waits for
 * another's pass either. */
static void hire(struct crew *crew, int spare, int taking)
{
    if (crew->ahead == NULL)
        return;
    if (spare > 0 && all_macs(crew->in) >= HELPED_MACS_MIN) {
        ahead_hire(crew->ahead, spare);
    } else if (taking == 1) {
        ahead_free(crew->ahead);
        crew->ahead = NULL;
    }
}

/* How many threads take layers. */
static int threads_for(int jobs, struct crew *crew)
{
    if (crew->in->carrier != NULL ||
        (!FORKS_BESIDE_THREADS && crew->in->apart != NULL))
        return 1;
    const int processors = run_processors();
    const int threads = jobs > 0 ? jobs : processors;
    const int helped = threads < processors ? threads : processors;
    const int taking = threads < crew->n_jobs ? threads : crew->n_jobs;
    hire(crew, helped - crew->n_jobs, taking);
    return taking;
}

/* The caller works too, so that a thread that can't be made only costs
 * time. */
static void work_together(struct crew *crew, int threads)
{
    pthread_t *thread = xcalloc((size_t)threads, sizeof(*thread));
    int made = 0;
    while (made < threads - 1 &&
           pthread_create(&thread[made], NULL, work, crew) == 0)
        made++;
    work(crew);
    for (int i = 0; i < made; i++)
        SIM_CHECK(pthread_join(thread[i], NULL) == 0);
    free(thread);
}

/* Layers that are equal but for their name run once.  Not where the name
 * shows, or where everything is to be simulated. */
static void find_twins(struct crew *crew)
{
    const struct simulate_options *o = &crew->in->simulate;
    const struct layer_mapper *mapper = crew->in->mapper;
    if (!o->memo || o->check || o->show_mapping || o->access_tap != NULL ||
        crew->in->timeline != NULL)
        return;
    for (int i = 1; i < crew->n_jobs; i++)
        for (int k = 0; k < i && crew->job[i].twin == NULL; k++) {
            struct job *job = &crew->job[i], *first = &crew->job[k];
            if (first->twin == NULL && layer_same(job->layer, first->layer) &&
                mapper->is_same(mapper->context, job->layer, first->layer)) {
                job->twin = first;
                first->copies++;
            }
        }
}

static int longer_first(const void *a, const void *b)
{
    const struct job *x = *(struct job *const *)a;
    const struct job *y = *(struct job *const *)b;
    uint64_t macs_x = layer_macs(x->layer), macs_y = layer_macs(y->layer);
    if (macs_x != macs_y)
        return macs_x > macs_y ? -1 : 1;
    return x < y ? -1 : 1;
}

static void prepare(struct crew *crew, struct progress *progress,
                    struct layer_result *out)
{
    const struct run_input *in = crew->in;
    for (int i = 0; i < crew->n_jobs; i++) {
        struct job *job = &crew->job[i];
        crew->order[i] = job;
        job->layer = &in->layer[i];
        job->copies = 1;
        job->out = &out[i];
        job->diag = diag_new();
        job->progress = progress;
        memset(job->out, 0, sizeof(*job->out));
    }
    find_twins(crew);
    if (in->carrier == NULL)
        qsort(crew->order, (size_t)crew->n_jobs, sizeof(struct job *),
              longer_first);
}

static void copy_twins(struct crew *crew)
{
    for (int i = 0; i < crew->n_jobs; i++) {
        struct job *job = &crew->job[i];
        if (job->twin == NULL)
            continue;
        *job->out = *job->twin->out;
        job->out->layer = *job->layer;
        const struct memo_stats memo = {
            .repeated_passes = job->out->passes,
            .pe_cycles = job->out->memo.pe_cycles,
        };
        job->out->memo = memo;
    }
}

static void close_jobs(struct crew *crew, bool ok, struct diag *d)
{
    if (crew->first_failed < crew->n_jobs)
        diag_move(d, crew->job[crew->first_failed].diag);
    for (int i = 0; i < crew->n_jobs; i++) {
        if (!ok && crew->job[i].state == JOB_DONE)
            layer_result_fini(crew->job[i].out);
        diag_free(crew->job[i].diag);
    }
    free(crew->job);
    free(crew->order);
}

/* Where no pass is remembered, none is simulated ahead. */
static bool remembers_passes(const struct run_input *in)
{
    const struct simulate_options *o = &in->simulate;
    return o->memo && !o->check && o->access_tap == NULL &&
           o->max_cycles == 0 && in->apart == NULL;
}

static void open_memory(struct crew *crew)
{
    uint64_t budget = crew->in->memo_bytes;
    if (crew->in->simulate.memo)
        crew->memory =
            pass_memory_new(budget > 0 ? budget : PASS_MEMORY_BYTES_DEFAULT);
    if (remembers_passes(crew->in))
        crew->ahead = ahead_new();
}

bool run_layers(const struct run_input *in, struct layer_result *out,
                struct pass_memory_stats *memory, struct diag *d)
{
    int n = in->n_layers;
    struct progress *progress = progress_new(stderr, all_macs(in));
    struct crew crew = {.in = in, .n_jobs = n, .first_failed = n};
    bool ok;
    pthread_mutex_init(&crew.lock, NULL);
    open_memory(&crew);
    crew.job = xcalloc((size_t)n, sizeof(*crew.job));
    crew.order = xcalloc((size_t)n, sizeof(*crew.order));
    prepare(&crew, progress, out);
    work_together(&crew, threads_for(in->jobs, &crew));
    ok = crew.first_failed == n;
    if (ok)
        copy_twins(&crew);
    progress_free(progress);
    close_jobs(&crew, ok, d);
    memset(memory, 0, sizeof(*memory));
    if (crew.memory != NULL)
        pass_memory_get_stats(crew.memory, memory);
    pass_memory_free(crew.memory);
    ahead_free(crew.ahead);
    pthread_mutex_destroy(&crew.lock);
    return ok;
}
