/* config_lexer.c - cuts the text of configuration files into words.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/config_lexer.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/file_use.h"
#include "sim/base/input_file.h"

/* Budgets of a file with all that it includes. */
#define INCLUDE_DEPTH_MAX 10
#define FILES_MAX 256
#define MIB_MAX 16
#define BYTES_MAX (MIB_MAX * 1024 * 1024)
#define WORD_BYTES_MAX 65536 /* also of a comment */

struct source {
    struct source *includer; /* NULL: the first file */
    struct source *older;    /* all that were read, newest first */
    const char *path;        /* as messages name it */
    char *text;              /* owns; ends in a zero */
    const char *c;           /* the next letter */
    int line;                /* that it stands in */
    int depth;
    dev_t device;
    ino_t inode;
};

struct lexer {
    struct config_text *kept;
    struct diag *d;
    struct source *now; /* the file that is being cut */
    struct source *all; /* owns */
    int n_files;
    size_t bytes;
};

/* The letters of the "C" locale, whatever the program's is. */
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Behind the first of a name. */
static bool is_name_letter(char c)
{
    return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '*';
}

static bool is_mark(char c)
{
    return c != '\0' && strchr("=:;,{}()[]", c) != NULL;
}

static bool is_no_text(char c)
{
    return c == 0x7f || ((unsigned char)c < 0x20 && !is_space(c));
}

static struct src_pos here(const struct lexer *l)
{
    return (struct src_pos){l->now->path, l->now->line};
}

/* How many lines end in so many bytes. */
static int lines_in(const char *text, size_t bytes)
{
    int n = 0;
    const char *const end = text + bytes;
    while ((text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
        text++;
        n++;
    }
    return n;
}

/* Fills s->text from the open file. */
static bool read_text(struct lexer *l, struct source *s, FILE *from,
                      const struct stat *st, struct src_pos at)
{
    if (!S_ISREG(st->st_mode) || st->st_size > BYTES_MAX)
        return diag_error(l->d, at, "'%s' is %s; a text file is needed",
                          s->path,
                          S_ISDIR(st->st_mode)   ? "a folder"
                          : S_ISREG(st->st_mode) ? "larger than 16 MiB"
                                                 : "no regular file");
    const size_t bytes = (size_t)st->st_size;
    if (bytes > BYTES_MAX - l->bytes)
        return diag_error(l->d, at,
                          "'%s' makes more than %d MiB of what is read; less "
                          "is allowed",
                          s->path, MIB_MAX);
    s->text = xcalloc(bytes + 1, 1);
    const size_t n = fread(s->text, 1, bytes, from);
    l->bytes += n;
    /* An editor's mark of UTF-8 is no text. */
    if (n >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
        memset(s->text, ' ', 3);
    if (ferror(from) != 0)
        return diag_fail(l->d, EXIT_IO, at,
                         "cannot read '%s' (%s); a readable file is "
                         "needed",
                         s->path, strerror(errno));
    for (size_t i = 0; i < n; i++) {
        if (is_no_text(s->text[i]))
            return diag_error(
                l->d, (struct src_pos){s->path, 1 + lines_in(s->text, i)},
                "byte 0x%02x in '%s'; a text file is needed",
                (unsigned char)s->text[i], s->path);
    }
    return true;
}

/* Whether the file is one of those that include it. */
static bool is_loop(const struct source *s)
{
    const struct source *f = s->includer;
    while (f != NULL && (f->device != s->device || f->inode != s->inode))
        f = f->includer;
    return f != NULL;
}

/* Goes on with another file.  false after a message. */
static bool begin(struct lexer *l, const char *path, struct src_pos at)
{
    struct source *s = xcalloc(1, sizeof(*s));
    struct stat st;
    s->path = config_text_keep(l->kept, path, strlen(path));
    s->includer = l->now;
    s->older = l->all;
    s->depth = l->now != NULL ? l->now->depth + 1 : 0;
    s->line = 1;
    l->all = s;
    if (!file_use_may_read(path, at, l->d))
        return false;
    if (l->n_files++ == FILES_MAX)
        return diag_error(l->d, at,
                          "more than %d files are included; fewer are allowed",
                          FILES_MAX);
    FILE *from = input_open(path, &st);
    if (from == NULL)
        return diag_fail(l->d, input_status(errno), at,
                         "cannot read '%s' (%s); a readable file is "
                         "needed",
                         path, strerror(errno));
    s->device = st.st_dev;
    s->inode = st.st_ino;
    bool ok = true;
    if (is_loop(s))
        ok = diag_error(l->d, at,
                        "include loop: '%s' includes itself in the end; a file "
                        "may include other files only",
                        path);
    else if (s->depth >= INCLUDE_DEPTH_MAX)
        ok = diag_error(l->d, at,
                        "includes are nested more than %d deep; fewer are "
                        "allowed",
                        INCLUDE_DEPTH_MAX);
    ok = ok && read_text(l, s, from, &st, at);
    fclose(from);
    if (!ok)
        return false;
    file_use_read(path);
    s->c = s->text;
    l->now = s;
    return true;
}

struct lexer *lexer_new(const char *path, struct src_pos at,
                        struct config_text *text, struct diag *d)
{
    struct lexer *l = xcalloc(1, sizeof(*l));
    l->kept = text;
    l->d = d;
    if (begin(l, path, at))
        return l;
    lexer_free(l);
    return NULL;
}

void lexer_free(struct lexer *l)
{
    if (l == NULL)
        return;
    while (l->all != NULL) {
        struct source *older = l->all->older;
        free(l->all->text);
        free(l->all);
        l->all = older;
    }
    free(l);
}

/* Moves on to `to`, which is in the same text.  No line ends before it where
 * `is_in_line`. */
static bool go_to(struct lexer *l, const char *to, bool is_in_line)
{
    if (to - l->now->c > WORD_BYTES_MAX)
        return diag_error(l->d, here(l),
                          "a word, string or comment of %td bytes begins here; "
                          "at most %d are allowed",
                          to - l->now->c, WORD_BYTES_MAX);
    if (!is_in_line)
        l->now->line += lines_in(l->now->c, (size_t)(to - l->now->c));
    l->now->c = to;
    return true;
}

static bool skip_comment(struct lexer *l)
{
    const char *c = l->now->c;
    if (c[0] == '#' || c[1] == '/')
        return go_to(l, strchrnul(c, '\n'), true);
    const char *end = strstr(c + 2, "*/");
    if (end == NULL)
        return diag_error(l->d, here(l),
                          "a comment begins here and has no end; a */ is "
                          "needed");
    return go_to(l, end + 2, false);
}

/* `name` beside the file at `path`, or by itself where that is from the root;
 * the caller frees it. */
static char *beside(const char *path, const char *name, size_t name_bytes)
{
    const char *slash = strrchr(path, '/');
    size_t folder_bytes =
        name[0] != '/' && slash != NULL ? (size_t)(slash + 1 - path) : 0;
    char *joined = xcalloc(folder_bytes + name_bytes + 1, 1);
    memcpy(joined, path, folder_bytes);
    memcpy(joined + folder_bytes, name, name_bytes);
    return joined;
}

/* Whether a path begins at the root or goes up anywhere. */
static bool goes_out(const char *path)
{
    if (path[0] == '/')
        return true;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return true;
    }
    return false;
}

static bool include_is_safe(struct lexer *l, const char *name, size_t n,
                            struct src_pos at)
{
    if (!file_use_is_confined())
        return true;
    char *path = xstrndup(name, n);
    const bool ok =
        !goes_out(path) ||
        diag_error(l->d, at,
                   "'@include \"%s\"' goes up or begins at the root, and "
                   "'--safe' follows neither; a file beside or below this one "
                   "is needed",
                   path);
    free(path);
    return ok;
}

/* At "@include". */
static bool include(struct lexer *l)
{
    const struct src_pos at = here(l);
    const char *c = l->now->c + strlen("@include");
    c += strspn(c, " \t");
    const size_t n = *c == '"' ? strcspn(c + 1, "\"\n") : 0;
    if (n == 0 || c[1 + n] != '"')
        return diag_error(l->d, at,
                          "'@include' names no file; '@include \"FILE\"' is "
                          "needed");
    if (!include_is_safe(l, c + 1, n, at))
        return false;
    char *path = beside(l->now->path, c + 1, n);
    bool ok = go_to(l, c + n + 2, false) && begin(l, path, at);
    free(path);
    return ok;
}

/* Moves on to the next word, into files that are included and out of those
 * that end.  false after a message. */
static bool skip_to_word(struct lexer *l)
{
    for (bool ok = true; ok;) {
        const char *c = l->now->c;
        for (; is_space(*c); c++)
            l->now->line += *c == '\n';
        l->now->c = c;
        if (c[0] == '#' || (c[0] == '/' && (c[1] == '/' || c[1] == '*')))
            ok = skip_comment(l);
        else if (*c == '@' && strncmp(c, "@include", strlen("@include")) == 0)
            ok = include(l);
        else if (*c == '\0' && l->now->includer != NULL)
            l->now = l->now->includer;
        else
            return true;
    }
    return false;
}

/* Behind the string that begins at c, or NULL: it has no end. */
static const char *end_of_string(const char *c)
{
    for (c++; *c != '\0' && *c != '"'; c++)
        if (*c == '\\' && c[1] != '\0')
            c++;
    return *c == '"' ? c + 1 : NULL;
}

static const char *end_of_digits(const char *c)
{
    while (is_digit(*c))
        c++;
    return c;
}

/* Behind the number that begins at c; NULL: it is none.  Its kind goes to
 * *kind. */
static const char *end_of_number(const char *c, enum token_kind *kind)
{
    *kind = TOKEN_INT;
    c += *c == '+' || *c == '-';
    const char *digits = c;
    if (c[0] == '0' && (c[1] == 'x' || c[1] == 'X')) {
        digits += 2;
        c = digits + strspn(digits, "0123456789abcdefABCDEF");
    } else {
        c = end_of_digits(c);
        size_t n = (size_t)(c - digits);
        if (*c == '.') {
            const char *end = end_of_digits(c + 1);
            n += (size_t)(end - c - 1);
            c = end;
            *kind = TOKEN_FLOAT;
        }
        if (n == 0)
            return NULL;
        if (*c == 'e' || *c == 'E') {
            const char *exponent = c + 1 + (c[1] == '+' || c[1] == '-');
            c = end_of_digits(exponent);
            digits = exponent;
            *kind = TOKEN_FLOAT;
        }
    }
    if (c == digits)
        return NULL;
    if (*kind == TOKEN_INT && *c == 'L')
        c += 1 + (c[1] == 'L');
    return is_name_letter(*c) || *c == '.' ? NULL : c;
}

static bool too_large(struct lexer *l, const struct token *t, const char *than)
{
    return diag_error(l->d, t->at, "number %.*s is too large; %s is the %s",
                      (int)t->bytes, t->letters, than,
                      t->letters[0] == '-' ? "least" : "largest");
}

static bool read_whole(struct lexer *l, struct token *t)
{
    const bool is_negative = t->letters[0] == '-';
    const uint64_t most = (uint64_t)INT64_MAX + is_negative;
    const char *c = t->letters + (is_negative || t->letters[0] == '+');
    unsigned base = 10;
    uint64_t value = 0;
    if (c[0] == '0' && (c[1] == 'x' || c[1] == 'X')) {
        c += 2;
        base = 16;
    }
    for (; isxdigit((unsigned char)*c); c++) {
        const unsigned digit = isdigit((unsigned char)*c)
                                   ? (unsigned)(*c - '0')
                                   : (unsigned)(tolower(*c) - 'a') + 10;
        if (value > (most - digit) / base)
            return too_large(l, t,
                             is_negative ? "-9223372036854775808"
                                         : "9223372036854775807");
        value = value * base + digit;
    }
    t->whole = is_negative ? -(int64_t)(value - (value > 0)) - (value > 0)
                           : (int64_t)value;
    return true;
}

static bool read_number(struct lexer *l, struct token *t)
{
    const char *end = end_of_number(t->letters, &t->kind);
    if (end == NULL) {
        lexer_syntax_error(l, t);
        return false;
    }
    t->bytes = (size_t)(end - t->letters);
    if (t->kind == TOKEN_INT)
        return read_whole(l, t);
    t->fraction = strtod(t->letters, NULL);
    return isfinite(t->fraction) || too_large(l, t, "1.7e308");
}

static bool is_word(const struct token *t, const char *word)
{
    return t->bytes == strlen(word) &&
           strncasecmp(t->letters, word, t->bytes) == 0;
}

/* Finds out what begins at t->letters, and how long it is. */
static bool read_word(struct lexer *l, struct token *t)
{
    const char *c = t->letters, *end = c + 1;
    if (*c == '"') {
        t->kind = TOKEN_STRING;
        end = end_of_string(c);
        if (end == NULL)
            return diag_error(l->d, t->at,
                              "a string begins here and has no end; a \" is "
                              "needed");
    } else if (is_alpha(*c) || *c == '*') {
        t->kind = TOKEN_NAME;
        while (is_name_letter(*end))
            end++;
    } else if (is_mark(*c)) {
        t->kind = TOKEN_MARK;
    } else if (is_digit(*c) || *c == '+' || *c == '-' || *c == '.') {
        return read_number(l, t);
    } else {
        lexer_syntax_error(l, t);
        return false;
    }
    t->bytes = (size_t)(end - c);
    if (t->kind == TOKEN_NAME && (is_word(t, "true") || is_word(t, "false")))
        t->kind = TOKEN_BOOL;
    return true;
}

struct token lexer_next(struct lexer *l)
{
    struct token t = {.kind = TOKEN_WRONG};
    if (!skip_to_word(l))
        return t;
    t.at = here(l);
    t.letters = l->now->c;
    if (*t.letters == '\0')
        t.kind = TOKEN_END;
    else if (!read_word(l, &t) ||
             !go_to(l, t.letters + t.bytes, t.kind != TOKEN_STRING))
        t.kind = TOKEN_WRONG;
    return t;
}

/* Names the first word of the line, which says more than a mark. */
void lexer_syntax_error(const struct lexer *l, const struct token *t)
{
    const struct source *s = l->all;
    while (s->path != t->at.file)
        s = s->older;
    const char *c = t->letters;
    while (c > s->text && c[-1] != '\n')
        c--;
    c += strspn(c, " \t{(,;");
    const int n = (int)strcspn(c, " \t\r\n=:;,{(");
    diag_error(l->d, t->at,
               "syntax error near '%.*s'; 'name = value;' or 'name = { ... };' "
               "is needed",
               n > 0 ? n : (int)strlen("the end"), n > 0 ? c : "the end");
}
