/* diag.c - messages to the user, and the two ways in which the program ends
 * at once: a failed check and no memory.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sim/base/text_stream.h"
#include "sim/base/unfinished.h"

#define PRINTED_MAX 10 /* messages that diag_print shows */
/* The most bytes of a message. The middle of a longer one is left out: that is
 * where the user's own words are. */
#define TEXT_BYTES_MAX 2000
#define HEAD_BYTES 1200
#define TAIL_BYTES 600

struct diag {
    char **text; /* owns */
    int n, room;
    enum exit_status status;
};

struct diag *diag_new(void)
{
    return xcalloc(1, sizeof(struct diag));
}

void diag_clear(struct diag *d)
{
    for (int i = 0; i < d->n; i++)
        free(d->text[i]);
    d->n = 0;
    d->status = EXIT_OK;
}

void diag_free(struct diag *d)
{
    if (d == NULL)
        return;
    diag_clear(d);
    free(d->text);
    free(d);
}

static void append(struct diag *d, enum exit_status status, char *text)
{
    if (d->n == d->room) {
        d->room = d->room == 0 ? 4 : 2 * d->room;
        d->text = xrealloc(d->text, (size_t)d->room, sizeof(*d->text));
    }
    d->text[d->n++] = text;
    if (d->status == EXIT_OK || d->status == EXIT_USAGE)
        d->status = status;
}

/* A message is one line, whatever the user's file holds. */
static void keep_on_one_line(char *text)
{
    for (char *c = text; *c != '\0'; c++) {
        unsigned char u = (unsigned char)*c;
        if (u < 0x20 || u == 0x7f)
            *c = '?';
    }
}

static void shorten(char *text)
{
    static const char gap[] = " ... ";
    size_t n = strlen(text), gap_bytes = sizeof(gap) - 1;
    if (n <= TEXT_BYTES_MAX)
        return;
    memcpy(text + HEAD_BYTES, gap, gap_bytes);
    memmove(text + HEAD_BYTES + gap_bytes, text + n - TAIL_BYTES,
            TAIL_BYTES + 1);
}

__attribute__((format(printf, 4, 0))) static void
add(struct diag *d, enum exit_status status, struct src_pos at, const char *fmt,
    va_list args)
{
    char *text = NULL;
    size_t text_bytes = 0;
    FILE *to = text_stream(&text, &text_bytes);
    fputs(at.file != NULL ? at.file : "accelsim", to);
    if (at.file != NULL && at.line > 0)
        fprintf(to, ":%d", at.line);
    fputs(": error: ", to);
    vfprintf(to, fmt, args);
    SIM_CHECK(fclose(to) == 0);
    keep_on_one_line(text);
    shorten(text);
    append(d, status, text);
}

bool diag_error(struct diag *d, struct src_pos at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(d, EXIT_USAGE, at, fmt, args);
    va_end(args);
    return false;
}

bool diag_fail(struct diag *d, enum exit_status status, struct src_pos at,
               const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(d, status, at, fmt, args);
    va_end(args);
    return false;
}

void diag_relay(struct diag *d, enum exit_status status, const char *text)
{
    append(d, status, xstrdup(text));
}

void diag_move(struct diag *to, struct diag *from)
{
    for (int i = 0; i < from->n; i++)
        append(to, from->status, from->text[i]);
    from->n = 0;
    from->status = EXIT_OK;
}

int diag_count(const struct diag *d)
{
    return d->n;
}

bool diag_is_full(const struct diag *d)
{
    return d->n > PRINTED_MAX;
}

enum exit_status diag_status(const struct diag *d)
{
    return d->status;
}

const char *diag_text(const struct diag *d, int i)
{
    SIM_CHECK(i >= 0 && i < d->n);
    return d->text[i];
}

/* Whether one of the n lines says the same as the given one. */
static bool is_said(const char *const line[], int n, const char *text)
{
    while (n > 0 && strcmp(line[n - 1], text) != 0)
        n--;
    return n > 0;
}

void diag_print(const struct diag *d, FILE *to)
{
    const char *line[PRINTED_MAX];
    int n = 0, more = 0;
    for (int i = 0; i < d->n; i++) {
        if (is_said(line, n, d->text[i]))
            continue;
        if (n == PRINTED_MAX) {
            more++;
            continue;
        }
        line[n++] = d->text[i];
        fprintf(to, "%s\n", d->text[i]);
    }
    if (more > 0)
        fprintf(to, "and %d more\n", more);
}

/* Says of what there is too little, without asking for memory, and ends the
 * program, also from a thread: what is half-written goes, and what is in
 * buffers never comes out. */
__attribute__((noreturn)) static void end_without_memory(const char *wanted)
{
    char limit[80] = "", line[256];
    struct rlimit data;
    if (getrlimit(RLIMIT_DATA, &data) == 0 && data.rlim_cur != RLIM_INFINITY)
        snprintf(limit, sizeof(limit),
                 ", and the limit of memory is %llu MiB (--memory-limit)",
                 (unsigned long long)(data.rlim_cur >> 20));
    const int bytes = snprintf(line, sizeof(line),
                               "accelsim: error: out of memory: there is no "
                               "room for %s%s; more memory or less work is "
                               "needed\n",
                               wanted, limit);
    unfinished_remove_all();
    ssize_t written = write(STDERR_FILENO, line, (size_t)bytes);
    (void)written; /* there is nobody left to be told */
    _exit(EXIT_IO);
}

void sim_check_failed(const char *expr, const char *file, int line)
{
    /* What the system's library could not do for want of memory. */
    if (errno == ENOMEM)
        memory_is_out();
    fprintf(stderr, "BUG: %s:%d: '%s' does not hold\n", file, line, expr);
    abort();
}

__attribute__((noreturn)) static void out_of_memory(size_t count,
                                                    size_t size_bytes)
{
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "%zu times %zu bytes", count, size_bytes);
    end_without_memory(wanted);
}

void memory_is_out(void)
{
    end_without_memory("what comes next");
}

void *xcalloc(size_t count, size_t size_bytes)
{
    void *p = calloc(count > 0 ? count : 1, size_bytes > 0 ? size_bytes : 1);
    if (p == NULL)
        out_of_memory(count, size_bytes);
    return p;
}

void *xrealloc(void *old, size_t count, size_t size_bytes)
{
    void *p = NULL;
    size_t bytes;
    if (!__builtin_mul_overflow(count, size_bytes, &bytes))
        p = realloc(old, bytes > 0 ? bytes : 1);
    if (p == NULL)
        out_of_memory(count, size_bytes);
    return p;
}

char *xstrndup(const char *text, size_t bytes)
{
    const size_t n = strnlen(text, bytes);
    return memcpy(xcalloc(1, n + 1), text, n);
}

char *xstrdup(const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(xcalloc(1, bytes), text, bytes);
}
