/* progress.c - the line on standard error that says how far a long run has
 * come. It appears only on a terminal and after some seconds.
 * SPDX-License-Identifier: MIT
 */
#include "sim/process/progress.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/base/diag.h"
#include "sim/process/clock.h"

#define FIRST_SECONDS 1.0 /* a shorter run needs no line */
#define EVERY_SECONDS 0.2 /* a person cannot read faster */

struct progress {
    pthread_mutex_t lock;
    FILE *to; /* NULL: no terminal */
    double work, done;
    double start_seconds, shown_seconds; /* shown: 0 = never */
};

struct progress *progress_new(FILE *to, double work)
{
    struct progress *p = xcalloc(1, sizeof(*p));
    pthread_mutex_init(&p->lock, NULL);
    p->to = isatty(fileno(to)) == 1 ? to : NULL;
    p->work = work;
    p->start_seconds = clock_now_seconds();
    return p;
}

void progress_free(struct progress *p)
{
    if (p->shown_seconds > 0)
        fputs("\r\033[K", p->to);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

bool progress_line(double done_share, double elapsed_seconds,
                   double since_shown_seconds, const char *name, char *out,
                   size_t out_bytes)
{
    double left_seconds;
    if (elapsed_seconds < FIRST_SECONDS || since_shown_seconds < EVERY_SECONDS)
        return false;
    if (!(done_share > 0)) {
        snprintf(out, out_bytes, "  0 %%  %s", name);
        return true;
    }
    left_seconds = ceil(elapsed_seconds / done_share - elapsed_seconds);
    if (left_seconds >= 120)
        snprintf(out, out_bytes, "%3.0f %%  %s, %.0f min left",
                 100 * done_share, name, ceil(left_seconds / 60));
    else
        snprintf(out, out_bytes, "%3.0f %%  %s, %.0f s left", 100 * done_share,
                 name, left_seconds);
    return true;
}

void progress_add(struct progress *p, const char *name, double more)
{
    char line[160];
    double now;
    if (p->to == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->done += more;
    now = clock_now_seconds();
    if (progress_line(fmin(p->done / p->work, 1), now - p->start_seconds,
                      now - p->shown_seconds, name, line, sizeof(line))) {
        fprintf(p->to, "\r\033[K%s", line);
        fflush(p->to);
        p->shown_seconds = now;
    }
    pthread_mutex_unlock(&p->lock);
}
