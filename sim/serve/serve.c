/* serve.c - a reader, threads that answer, and the requests between them.
 * SPDX-License-Identifier: MIT
 */
#include "sim/serve/serve.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/run/run.h"
#include "sim/serve/request.h"
#include "sim/sweep/export.h"
#include "sim/sweep/names.h"

static const struct src_pos no_place = {NULL, 0};

/* What waits at most, in requests and in bytes of their lines, and the longest
 * line. */
enum {
    WAITING_MAX = 256,
    WAITING_BYTES_MAX = 16 << 20,
    LINE_BYTES_MAX = 1 << 20
};

struct waiting { /* a request on its way */
    struct waiting *next;
    struct request *request; /* owns */
    struct serving *of;
    bool runs, is_cancelled; /* under the lock */
    double began_seconds;
};

struct serving {
    const struct serve_input *in;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct waiting *first; /* owns; oldest first; those that run, too */
    int n, n_runs;
    size_t bytes;
    bool is_over;            /* no more requests come */
    bool is_broken;          /* answers cannot be written */
    pthread_mutex_t writing; /* of an answer */
};

/* Writes a line. */
static void answer(struct serving *s, const char *line, size_t bytes)
{
    pthread_mutex_lock(&s->writing);
    const bool ok =
        fwrite(line, 1, bytes, s->in->to) == bytes && fflush(s->in->to) == 0;
    pthread_mutex_unlock(&s->writing);
    if (ok)
        return;
    pthread_mutex_lock(&s->lock);
    s->is_broken = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

/* An answer of a status and a reason alone. */
static void answer_reason(struct serving *s, const char *id, const char *status,
                          const char *reason)
{
    char *line = NULL;
    size_t bytes;
    FILE *to = text_stream(&line, &bytes);
    fprintf(to, "{\"id\": %s, \"status\": \"%s\", \"reason\": ", id, status);
    text_json(reason, to);
    fputs("}\n", to);
    SIM_CHECK(fclose(to) == 0);
    answer(s, line, bytes);
    free(line);
}

static void answer_columns(struct serving *s, const char *id)
{
    char *line = NULL;
    size_t bytes;
    FILE *to = text_stream(&line, &bytes);
    fprintf(to, "{\"id\": %s, \"status\": \"ok\", \"columns\": [", id);
    for (int i = 0; i < result_columns(); i++) {
        const struct result_column *c = result_column_at(i);
        fputs(i > 0 ? ", {\"name\": " : "{\"name\": ", to);
        text_json(c->name, to);
        fputs(", \"unit\": ", to);
        text_json(c->unit, to);
        fputs(", \"meaning\": ", to);
        text_json(c->doc, to);
        fputs("}", to);
    }
    fputs("]}\n", to);
    SIM_CHECK(fclose(to) == 0);
    answer(s, line, bytes);
    free(line);
}

static void answer_result(struct serving *s, const char *id,
                          const struct point_result *r)
{
    char *line = NULL;
    size_t bytes;
    FILE *to = text_stream(&line, &bytes);
    fprintf(to, "{\"id\": %s, \"status\": \"ok\", \"by\": \"%s\"", id,
            r->simulated ? "run" : "model");
    const struct cell source = cell_text(r->mapping_source),
                      mapping =
                          cell_text(r->mapping[0] != '\0' ? r->mapping : NULL);
    export_json_member("mapping_source", &source, to);
    export_json_member("mapping", &mapping, to);
    for (int i = 0; i < result_columns(); i++)
        export_json_member(result_column_at(i)->name, &r->value[i], to);
    fputs("}\n", to);
    SIM_CHECK(fclose(to) == 0);
    answer(s, line, bytes);
    free(line);
}

/* Asked at every pass. */
static bool is_to_stop(void *context)
{
    struct waiting *w = context;
    const double most = w->request->max_seconds;
    pthread_mutex_lock(&w->of->lock);
    const bool stops = w->is_cancelled || w->of->is_broken;
    pthread_mutex_unlock(&w->of->lock);
    return stops ||
           (most > 0 && w->of->in->now_seconds() - w->began_seconds > most);
}

/* Takes it out of the list; the lock is held. */
static void take_out(struct serving *s, struct waiting *w)
{
    struct waiting **at = &s->first;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    s->n--;
    s->bytes -= w->request->bytes;
    pthread_cond_broadcast(&s->changed);
}

/* Runs a point, takes it out of the list and answers: what comes to cancel it
 * from then on finds none. */
static void run_point(struct serving *s, struct waiting *w)
{
    const struct evaluation how = {
        .bench = s->in->bench, .stop = is_to_stop, .context = w};
    const struct point *point = &w->request->point;
    struct point_result r = {.status = POINT_ok};
    struct diag *d = diag_new();
    w->began_seconds = s->in->now_seconds();
    const bool names =
        names_are_there(point, s->in->bench->inputs, no_place, d);
    const double most = w->request->max_seconds;
    if (names)
        evaluate(&how, point, &r);
    else
        point_refuse(&r, d);
    if (r.status == POINT_over_limit && most > 0 &&
        s->in->now_seconds() - w->began_seconds > most)
        point_fail(&r, POINT_over_limit, "it takes more than %g seconds", most);
    const char *id = w->request->id;
    pthread_mutex_lock(&s->lock);
    const bool is_cancelled = w->is_cancelled;
    take_out(s, w);
    pthread_mutex_unlock(&s->lock);
    if (is_cancelled)
        answer_reason(s, id, "cancelled", "the request was cancelled");
    else if (r.status == POINT_ok)
        answer_result(s, id, &r);
    else
        answer_reason(s, id, names ? point_status_name[r.status] : "error",
                      r.reason);
    point_result_fini(&r);
    diag_free(d);
}

static void free_waiting(struct waiting *w)
{
    request_free(w->request);
    free(w);
}

/* The oldest that nobody runs; NULL: there will be none. */
static struct waiting *take_next(struct serving *s)
{
    struct waiting *w = NULL;
    pthread_mutex_lock(&s->lock);
    for (;;) {
        for (w = s->first; w != NULL && w->runs; w = w->next)
            ;
        if (w != NULL || s->is_over || s->is_broken)
            break;
        pthread_cond_wait(&s->changed, &s->lock);
    }
    if (s->is_broken)
        w = NULL;
    if (w != NULL)
        w->runs = true;
    pthread_mutex_unlock(&s->lock);
    return w;
}

static void *work(void *context)
{
    struct serving *s = context;
    struct waiting *w;
    while ((w = take_next(s)) != NULL) {
        run_point(s, w);
        free_waiting(w);
    }
    return NULL;
}

/* Puts it behind the others, once there is room. */
static void add(struct serving *s, struct request *request)
{
    struct waiting *w = xcalloc(1, sizeof(*w));
    w->request = request;
    w->of = s;
    pthread_mutex_lock(&s->lock);
    while (!s->is_broken && s->n > 0 &&
           (s->n >= WAITING_MAX || s->bytes >= WAITING_BYTES_MAX))
        pthread_cond_wait(&s->changed, &s->lock);
    struct waiting **at = &s->first;
    while (*at != NULL)
        at = &(*at)->next;
    *at = w;
    s->n++;
    s->bytes += request->bytes;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

/* Gives up all requests of an id: who runs one answers it. */
static void cancel(struct serving *s, const char *id)
{
    struct waiting *gone = NULL;
    bool found = false;
    pthread_mutex_lock(&s->lock);
    for (struct waiting *w = s->first, *next; w != NULL; w = next) {
        next = w->next;
        if (strcmp(w->request->id, id) != 0)
            continue;
        found = true;
        w->is_cancelled = true;
        if (w->runs)
            continue;
        take_out(s, w);
        w->next = gone;
        gone = w;
    }
    pthread_mutex_unlock(&s->lock);
    for (struct waiting *next; gone != NULL; gone = next) {
        next = gone->next;
        answer_reason(s, id, "cancelled", "the request was cancelled");
        free_waiting(gone);
    }
    if (!found)
        answer_reason(s, id, "error",
                      "no request of that id waits or runs, so none is "
                      "cancelled");
}

static void take_line(struct serving *s, const char *line, size_t bytes)
{
    struct diag *d = diag_new();
    struct request *r = request_read(line, bytes, d);
    switch (r->kind) {
    case REQUEST_POINT:
        add(s, r);
        r = NULL;
        break;
    case REQUEST_CANCEL:
        cancel(s, r->id);
        break;
    case REQUEST_COLUMNS:
        answer_columns(s, r->id);
        break;
    case REQUEST_WRONG:
        answer_reason(s, r->id, "error",
                      diag_text(d, 0) + strlen("request: error: "));
        break;
    }
    request_free(r);
    diag_free(d);
}

/* The next line without its end; *bytes > LINE_BYTES_MAX: it was longer, and
 * the rest of it is gone.  false: there is none. */
static bool read_line(FILE *from, char *line, size_t *bytes)
{
    int c;
    *bytes = 0;
    while ((c = getc(from)) != EOF && c != '\n') {
        if (*bytes < LINE_BYTES_MAX)
            line[*bytes] = (char)c;
        if (*bytes <= LINE_BYTES_MAX)
            ++*bytes;
    }
    return c != EOF || *bytes > 0;
}

static bool is_blank(const char *line, size_t bytes)
{
    size_t i = 0;
    while (i < bytes && strchr(" \t\r", line[i]) != NULL && line[i] != '\0')
        i++;
    return i == bytes;
}

static bool is_broken(struct serving *s)
{
    pthread_mutex_lock(&s->lock);
    const bool broken = s->is_broken;
    pthread_mutex_unlock(&s->lock);
    return broken;
}

static void read_all(struct serving *s)
{
    char *line = xcalloc(1, LINE_BYTES_MAX);
    size_t bytes;
    while (!is_broken(s) && read_line(s->in->from, line, &bytes)) {
        if (bytes > LINE_BYTES_MAX)
            answer_reason(s, "null", "error",
                          "the line has more than 1 MiB; shorter ones are "
                          "read");
        else if (!is_blank(line, bytes))
            take_line(s, line, bytes);
    }
    free(line);
}

bool serve(const struct serve_input *in, struct diag *d)
{
    const int jobs = in->jobs > 0 ? in->jobs : run_processors();
    struct serving s = {.in = in};
    pthread_t *thread = xcalloc((size_t)jobs, sizeof(*thread));
    int made = 0;
    pthread_mutex_init(&s.lock, NULL);
    pthread_mutex_init(&s.writing, NULL);
    pthread_cond_init(&s.changed, NULL);
    while (made < jobs && pthread_create(&thread[made], NULL, work, &s) == 0)
        made++;
    bool ok = made > 0 ||
              diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
                        "no thread can be made to answer on; fewer processes "
                        "or more memory are needed");
    if (ok)
        read_all(&s);
    pthread_mutex_lock(&s.lock);
    s.is_over = true;
    pthread_cond_broadcast(&s.changed);
    pthread_mutex_unlock(&s.lock);
    for (int i = 0; i < made; i++)
        SIM_CHECK(pthread_join(thread[i], NULL) == 0);
    while (s.first != NULL) {
        struct waiting *w = s.first;
        s.first = w->next;
        free_waiting(w);
    }
    free(thread);
    if (ok && s.is_broken)
        ok = diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
                       "cannot write 'standard output'; whoever asks has to "
                       "read the answers");
    pthread_cond_destroy(&s.changed);
    pthread_mutex_destroy(&s.writing);
    pthread_mutex_destroy(&s.lock);
    return ok;
}
