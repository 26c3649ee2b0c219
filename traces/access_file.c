/* access_file.c - reads a file of accesses line by line and checks every field.
 * What is wrong is said with the file and the line, and nothing is returned
 * then.
 * SPDX-License-Identifier: MIT
 */
#include "traces/access_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/file_use.h"
#include "sim/base/input_file.h"
#include "sim/base/whole_number.h"

enum { CONSUMERS_MAX = 1024, WORDS_MAX = 1 << 16, LINE_BYTES = 4095 };

struct data {                           /* of one name, while reading */
    struct reuse *reuse[CONSUMERS_MAX]; /* owns */
    struct sharing *sharing;            /* owns */
};

struct reader {
    struct access_file *out;
    struct data data[ACCESS_FILE_NAMES];
    struct src_pos at;
    struct diag *d;
};

static int find_name(struct reader *r, const char *name)
{
    struct access_file *out = r->out;
    for (int k = 0; k < out->n_names; k++)
        if (strcmp(out->data[k].name, name) == 0)
            return k;
    if (strlen(name) >= ACCESS_FILE_NAME_BYTES) {
        diag_error(r->d, r->at,
                   "the name '%.40s' is too long; at most %d "
                   "letters are possible",
                   name, ACCESS_FILE_NAME_BYTES - 1);
        return -1;
    }
    if (out->n_names == ACCESS_FILE_NAMES) {
        diag_error(r->d, r->at,
                   "'%s' is one name too many; at most %d are "
                   "possible",
                   name, ACCESS_FILE_NAMES);
        return -1;
    }
    strcpy(out->data[out->n_names].name, name);
    r->data[out->n_names].sharing = sharing_new(1 << 20);
    return out->n_names++;
}

static bool read_number(struct reader *r, const char *what, const char *text,
                        int64_t max, int64_t *out)
{
    if (whole_number_read(text, out) == NUMBER_OK && *out >= 0 && *out <= max)
        return true;
    return diag_error(r->d, r->at,
                      "the %s is '%.40s'; a whole number from 0 "
                      "to %lld is needed",
                      what, text, (long long)max);
}

static bool read_line(struct reader *r, char *line)
{
    static const char blanks[] = " \t\r\n";
    int64_t consumer, word;
    char *rest = NULL;
    line[strcspn(line, "#")] = '\0';
    const char *name = strtok_r(line, blanks, &rest);
    if (name == NULL)
        return true;
    const char *second = strtok_r(NULL, blanks, &rest);
    const char *third = strtok_r(NULL, blanks, &rest);
    if (third == NULL || strtok_r(NULL, blanks, &rest) != NULL)
        return diag_error(r->d, r->at,
                          "an access is not three words; NAME CONSUMER WORD "
                          "is needed, as in 'weight 0 3'");
    if (!read_number(r, "consumer", second, CONSUMERS_MAX - 1, &consumer) ||
        !read_number(r, "word", third, INT64_MAX, &word))
        return false;
    int k = find_name(r, name);
    if (k < 0)
        return false;
    struct data *data = &r->data[k];
    if (data->reuse[consumer] == NULL)
        data->reuse[consumer] = reuse_new(WORDS_MAX);
    reuse_access(data->reuse[consumer], (uint64_t)word);
    sharing_access(data->sharing, (int)consumer, (uint64_t)word);
    return true;
}

/* Reads a line without its end; a device or a pipe may have one that never
 * ends.  false: there is none, or *ok is false after a message. */
static bool next_line(struct reader *r, FILE *from, char line[LINE_BYTES],
                      bool *ok)
{
    int n = 0, c = getc(from);
    if (c == EOF)
        return false;
    r->at.line++;
    for (; c != EOF && c != '\n'; c = getc(from)) {
        *ok = (c != '\0' && n < LINE_BYTES - 1) ||
              diag_error(r->d, r->at,
                         "a line of more than %d letters, or with a zero byte; "
                         "NAME CONSUMER WORD is needed",
                         LINE_BYTES - 1);
        if (!*ok)
            return false;
        line[n++] = (char)c;
    }
    line[n] = '\0';
    return true;
}

static void finish(struct reader *r)
{
    for (int k = 0; k < r->out->n_names; k++) {
        struct access_file_data *out = &r->out->data[k];
        for (int c = 0; c < CONSUMERS_MAX; c++) {
            struct reuse_counts one;
            if (r->data[k].reuse[c] == NULL)
                continue;
            reuse_read(r->data[k].reuse[c], &one);
            reuse_counts_merge(&out->counts, &one);
            out->consumers++;
            reuse_free(r->data[k].reuse[c]);
        }
        sharing_read(r->data[k].sharing, &out->sharing);
        sharing_free(r->data[k].sharing);
    }
}

/* Opens the file. Returns NULL after a message. */
static FILE *open_accesses(const char *path, struct diag *d)
{
    struct src_pos command_line = {NULL, 0};
    struct stat st;
    if (!file_use_may_read(path, command_line, d))
        return NULL;
    FILE *from = input_open(path, &st);
    if (from == NULL) {
        diag_fail(d, input_status(errno), command_line,
                  "cannot read '%s' (%s); a file of accesses is needed", path,
                  strerror(errno));
    } else if (input_is_named_pipe(path, &st)) {
        diag_error(d, command_line,
                   "'%s' is a named pipe; a file of accesses is needed", path);
        fclose(from);
        from = NULL;
    }
    return from;
}

bool access_file_read(const char *path, struct access_file *out, struct diag *d)
{
    FILE *from = open_accesses(path, d);
    struct reader *r;
    char line[LINE_BYTES];
    bool ok = true;
    memset(out, 0, sizeof(*out));
    if (from == NULL)
        return false;
    r = xcalloc(1, sizeof(*r));
    r->out = out;
    r->d = d;
    r->at.file = path;
    while (ok && next_line(r, from, line, &ok))
        ok = read_line(r, line);
    if (ok && ferror(from))
        ok = diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
                       "cannot read '%s' (%s); a file of accesses is needed",
                       path, strerror(errno));
    if (ok && out->n_names == 0)
        ok = diag_error(d, r->at,
                        "there is no access; lines NAME CONSUMER "
                        "WORD are needed");
    finish(r);
    free(r);
    fclose(from);
    return ok;
}
