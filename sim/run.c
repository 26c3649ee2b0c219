/* run.c - see run.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/progress.h"

enum job_state { JOB_WAITS, JOB_DONE, JOB_FAILED };

struct job { /* one layer */
    const struct layer *layer;
    struct given_mapping given;
    struct layer_result *out;
    struct diag *diag; /* owns */
    enum job_state state;
    struct progress *progress;
    double shown_share; /* of the layer, in the progress line */
};

struct crew {
    const struct run_input *in;
    pthread_mutex_t lock;
    struct job *job;
    int n_jobs, next;
    int first_failed; /* n_jobs: none */
};

/* Called from the thread that simulates the layer. */
static void show_progress(void *context, uint64_t passes_done, uint64_t passes)
{
    struct job *job = context;
    double share = passes > 0 ? (double)passes_done / (double)passes : 1;
    progress_add(job->progress, job->layer->name,
                 (share - job->shown_share) * (double)layer_macs(job->layer));
    job->shown_share = share;
}

/* The next layer; none behind one that failed, for nobody would see it. */
static struct job *take_job(struct crew *crew)
{
    struct job *job = NULL;
    pthread_mutex_lock(&crew->lock);
    if (crew->next < crew->n_jobs && crew->next < crew->first_failed)
        job = &crew->job[crew->next++];
    pthread_mutex_unlock(&crew->lock);
    return job;
}

static void put_back(struct crew *crew, struct job *job, bool ok)
{
    int index = (int)(job - crew->job);
    pthread_mutex_lock(&crew->lock);
    job->state = ok ? JOB_DONE : JOB_FAILED;
    if (!ok && index < crew->first_failed)
        crew->first_failed = index;
    pthread_mutex_unlock(&crew->lock);
}

static void *work(void *context)
{
    struct crew *crew = context;
    const struct run_input *in = crew->in;
    struct job *job;
    while ((job = take_job(crew)) != NULL) {
        struct simulate_options options = in->simulate;
        bool ok;
        options.progress = show_progress;
        options.progress_context = job;
        ok =
            simulate_layer(config_arch(in->cfg), job->layer, in->dataflow->name,
                           &job->given, &options, job->out, job->diag);
        if (ok)
            show_progress(job, 1, 1);
        put_back(crew, job, ok);
    }
    return NULL;
}

static int threads_for(int jobs, int n_layers)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int threads = jobs;
    if (threads == 0)
        threads = processors > 0 && processors < 1024 ? (int)processors : 1;
    return threads < n_layers ? threads : n_layers;
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

static double all_macs(const struct workload *w)
{
    double macs = 0;
    for (int i = 0; i < w->n_layers; i++)
        macs += (double)layer_macs(&w->layer[i]);
    return macs;
}

static bool prepare(struct crew *crew, struct progress *progress,
                    struct layer_result *out, struct diag *d)
{
    const struct run_input *in = crew->in;
    for (int i = 0; i < crew->n_jobs; i++) {
        struct job *job = &crew->job[i];
        job->layer = &in->workload->layer[i];
        job->out = &out[i];
        job->diag = diag_new();
        job->progress = progress;
        memset(job->out, 0, sizeof(*job->out));
        if (!config_given_mapping(in->cfg, in->network, job->layer,
                                  in->dataflow, &job->given, d))
            return false;
    }
    return true;
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
}

bool run_layers(const struct run_input *in, struct layer_result *out,
                struct diag *d)
{
    int n = in->workload->n_layers;
    struct progress *progress = progress_new(stderr, all_macs(in->workload));
    struct crew crew = {.in = in, .n_jobs = n, .first_failed = n};
    bool ok;
    pthread_mutex_init(&crew.lock, NULL);
    crew.job = xcalloc((size_t)n, sizeof(*crew.job));
    ok = prepare(&crew, progress, out, d);
    if (ok) {
        work_together(&crew, threads_for(in->jobs, n));
        ok = crew.first_failed == n;
    }
    progress_free(progress);
    close_jobs(&crew, ok, d);
    free(crew.job);
    pthread_mutex_destroy(&crew.lock);
    return ok;
}
