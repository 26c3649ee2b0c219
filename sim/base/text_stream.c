/* text_stream.c - a stream whose writes go to memory that grows by doubling.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/text_stream.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "sim/base/diag.h"

struct text {
    char **text;
    size_t *bytes;
    size_t room; /* of *text */
};

static ssize_t put(void *stream, const char *letters, size_t n)
{
    struct text *t = stream;
    if (t->room - *t->bytes <= n) {
        t->room = 2 * t->room + n;
        *t->text = xrealloc(*t->text, t->room, 1);
    }
    memcpy(*t->text + *t->bytes, letters, n);
    *t->bytes += n;
    (*t->text)[*t->bytes] = '\0';
    return (ssize_t)n;
}

/* For ftell alone: a text only grows. */
static int tell(void *stream, off64_t *position, int whence)
{
    const struct text *t = stream;
    const off64_t here = (off64_t)*t->bytes;
    if (whence == SEEK_SET && *position != here)
        return -1;
    if (whence != SEEK_SET && *position != 0)
        return -1;
    *position = here;
    return 0;
}

static int end(void *stream)
{
    free(stream);
    return 0;
}

FILE *text_stream(char **text, size_t *bytes)
{
    const cookie_io_functions_t functions = {
        .write = put, .seek = tell, .close = end};
    struct text *t = xcalloc(1, sizeof(*t));
    t->text = text;
    t->bytes = bytes;
    t->room = 64;
    *text = xcalloc(t->room, 1);
    *bytes = 0;
    FILE *to = fopencookie(t, "w", functions);
    SIM_CHECK(to != NULL);
    return to;
}

void text_json(const char *text, FILE *to)
{
    json_t *string = json_string(text);
    char *quoted = string != NULL ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    fputs(quoted != NULL ? quoted : "\"?\"", to);
    free(quoted);
    json_decref(string);
}
