/* config_text.c - see config_text.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/config_text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/file_use.h"
#include "sim/base/input_file.h"
#include "sim/base/nearest.h"

#define INCLUDE_DEPTH_MAX 10 /* libconfig 1.5, MAX_INCLUDE_DEPTH */
#define FILE_BYTES_MAX (16 * 1024 * 1024)
/* libconfig's scanner takes time by the square of a word's length. */
#define WORD_BYTES_MAX 65536

/* The chain of files being looked over, innermost first. */
struct open_file {
    const struct open_file *includer;
    const char *path; /* as messages name it */
    dev_t device;
    ino_t inode;
    int depth;
};

struct lookover {
    const char *folder; /* of the first file; "" = the current one */
    struct diag *d;
};

static char *look_over(const struct lookover *l, const char *path,
                       struct src_pos at, const struct open_file *includer);

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = xstrdup(slash == NULL ? "." : path);
    if (slash != NULL)
        folder[slash == path ? 1 : slash - path] = '\0';
    return folder;
}

/* The whole file with two zeros behind it, or NULL after a message. */
static char *read_all(const char *path, struct src_pos at, size_t *bytes,
                      struct stat *st, struct diag *d)
{
    FILE *from = input_open(path, st);
    char *text;
    if (from == NULL) {
        diag_fail(d, input_status(errno), at,
                  "cannot read '%s' (%s); a readable file is "
                  "needed",
                  path, strerror(errno));
        return NULL;
    }
    if (!S_ISREG(st->st_mode) || st->st_size > FILE_BYTES_MAX) {
        fclose(from);
        diag_error(d, at, "'%s' is %s; a text file is needed", path,
                   S_ISDIR(st->st_mode)   ? "a folder"
                   : S_ISREG(st->st_mode) ? "larger than 16 MiB"
                                          : "no regular file");
        return NULL;
    }
    text = xcalloc((size_t)st->st_size + 2, 1);
    *bytes = fread(text, 1, (size_t)st->st_size, from);
    if (ferror(from) != 0) {
        diag_fail(d, EXIT_IO, at,
                  "cannot read '%s' (%s); a readable file is "
                  "needed",
                  path, strerror(errno));
        free(text);
        text = NULL;
    }
    fclose(from);
    file_use_read(path);
    return text;
}

static bool is_text(const char *text, size_t bytes, const char *path,
                    struct diag *d)
{
    int line = 1;
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n')
            line++;
        if (c == 0x7f || (c < 0x20 && !isspace(c)))
            return diag_error(d, (struct src_pos){path, line},
                              "byte 0x%02x in '%s'; a text file in libconfig "
                              "syntax is needed",
                              c, path);
    }
    return true;
}

/* The file that the directive at `text` names, or NULL; the caller frees. */
static char *included_name(const char *text)
{
    const char *end;
    if (strncmp(text, "@include", 8) != 0)
        return NULL;
    text += 8;
    text += strspn(text, " \t");
    if (*text != '"')
        return NULL;
    end = strpbrk(text + 1, "\"\n");
    return end == NULL || *end == '\n'
               ? NULL
               : strndup(text + 1, (size_t)(end - text - 1));
}

static bool look_over_include(const struct lookover *l, const char *name,
                              int line, const struct open_file *file)
{
    struct src_pos at = {file->path, line};
    size_t path_bytes = strlen(l->folder) + strlen(name) + 2;
    char *path = xcalloc(1, path_bytes), *text;
    bool ok;
    if (name[0] == '/' || strcmp(l->folder, ".") == 0)
        snprintf(path, path_bytes, "%s", name);
    else
        snprintf(path, path_bytes, "%s/%s", l->folder, name);
    text = look_over(l, path, at, file);
    ok = text != NULL;
    free(text);
    free(path);
    return ok;
}

/* Whether the digits at `text` fit; libconfig 1.5 cuts larger ones to 32 bits
 * without a word. */
static bool number_fits(const char *text, struct src_pos at, struct diag *d)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    char *end;
    unsigned long long value;
    errno = 0;
    value = strtoull(text, &end, hexadecimal ? 16 : 10);
    if (!hexadecimal && *end != '\0' && strchr(".eE", *end) != NULL)
        return true; /* a fraction */
    if (errno == 0 && value <= (*end == 'L' ? LLONG_MAX : INT_MAX))
        return true;
    return diag_error(d, at,
                      "number %.*s is too large; %d is the largest, or, with "
                      "an L behind the digits, %lld",
                      (int)(end - text), text, INT_MAX, LLONG_MAX);
}

static bool is_name_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '*';
}

/* Behind the string that begins at `c`; NULL: it has no end. */
static const char *skip_string(const char *c)
{
    for (c++; *c != '\0' && *c != '"'; c++)
        if (*c == '\\' && c[1] != '\0')
            c++;
    return *c == '\0' ? NULL : c + 1;
}

static bool is_line_comment(const char *c)
{
    return *c == '#' || (c[0] == '/' && c[1] == '/');
}

/* Behind the token that begins at `c`; NULL after a message. */
static const char *skip_token(const char *c, struct src_pos at, struct diag *d)
{
    const char *end = NULL;
    if (*c == '"') {
        end = skip_string(c);
        if (end == NULL)
            diag_error(d, at,
                       "a string begins here and has no end; a \" is "
                       "needed");
    } else if (c[0] == '/' && c[1] == '*') {
        end = strstr(c + 2, "*/");
        if (end == NULL)
            diag_error(d, at,
                       "a comment begins here and has no end; a */ is "
                       "needed");
        else
            end += 2;
    } else if (is_line_comment(c)) {
        end = c + strcspn(c, "\n");
    } else if (isdigit((unsigned char)*c)) {
        end = number_fits(c, at, d)
                  ? c + strspn(c, "0123456789abcdefxABCDEFXL.")
                  : NULL;
    } else if (isalpha((unsigned char)*c)) {
        for (end = c; is_name_letter(*end); end++)
            ;
    } else {
        end = c + 1;
    }
    return end;
}

static bool is_short_enough(const char *from, const char *to, struct src_pos at,
                            struct diag *d)
{
    if (to - from <= WORD_BYTES_MAX)
        return true;
    return diag_error(d, at,
                      "a word, string or comment of %td bytes begins here; at "
                      "most %d are allowed",
                      to - from, WORD_BYTES_MAX);
}

/* libconfig 1.5 knows a comment by the line's end behind it.  The first file's
 * text gets one; included files libconfig reads by itself. */
static bool end_comment(char *end, struct src_pos at,
                        const struct open_file *file, struct diag *d)
{
    if (file->includer != NULL)
        return diag_error(d, at,
                          "the last line of '%s' is a comment without an end; "
                          "a line's end is needed in an included file",
                          file->path);
    *end = '\n';
    return true;
}

/* `text` has room for one more letter. */
static bool look_over_text(const struct lookover *l, char *text,
                           const struct open_file *file)
{
    bool ok = true, at_line_start = true;
    struct src_pos at = {file->path, 1};
    for (const char *c = text; *c != '\0';) {
        const char *next;
        if (at_line_start) {
            char *name = included_name(c + strspn(c, " \t"));
            if (name != NULL) {
                ok = look_over_include(l, name, at.line, file) && ok;
                free(name);
                c += strcspn(c, "\n");
            }
        }
        if (*c == '\0')
            break;
        next = skip_token(c, at, l->d);
        if (next == NULL || !is_short_enough(c, next, at, l->d))
            return false;
        if (*next == '\0' && is_line_comment(c))
            return end_comment(text + (next - text), at, file, l->d) && ok;
        at_line_start = next[-1] == '\n';
        for (; c < next; c++)
            at.line += *c == '\n';
    }
    return ok;
}

/* `file` includes itself if one of its includers has the same inode. */
static bool is_loop(const struct open_file *file)
{
    const struct open_file *f = file->includer;
    while (f != NULL && (f->device != file->device || f->inode != file->inode))
        f = f->includer;
    return f != NULL;
}

/* The file's text, which the caller frees; NULL after a message. */
static char *look_over(const struct lookover *l, const char *path,
                       struct src_pos at, const struct open_file *includer)
{
    struct stat st;
    size_t bytes = 0;
    char *text = read_all(path, at, &bytes, &st, l->d);
    struct open_file file = {includer, path, 0, 0,
                             includer == NULL ? 0 : includer->depth + 1};
    bool ok = false;
    if (text == NULL)
        return NULL;
    file.device = st.st_dev;
    file.inode = st.st_ino;
    if (is_loop(&file))
        diag_error(l->d, at,
                   "include loop: '%s' includes itself in the end; a file may "
                   "include other files only",
                   path);
    else if (file.depth >= INCLUDE_DEPTH_MAX)
        diag_error(l->d, at,
                   "includes are nested more than %d deep; fewer are "
                   "allowed",
                   INCLUDE_DEPTH_MAX);
    else
        ok = is_text(text, bytes, path, l->d) && look_over_text(l, text, &file);
    if (ok)
        return text;
    free(text);
    return NULL;
}

/* The first name on a line, for a message; the caller frees. */
static char *name_on_line(const char *path, int line)
{
    FILE *from = fopen(path, "r");
    char *text = NULL, *name = NULL;
    size_t room = 0;
    if (from == NULL)
        return NULL;
    while (line > 0 && getline(&text, &room, from) > 0)
        line--;
    if (line == 0 && text != NULL) {
        const char *c = text + strspn(text, " \t{(,;");
        size_t n = strcspn(c, " \t\r\n=:;,{(");
        name = n > 0 ? strndup(c, n) : NULL;
    }
    free(text);
    fclose(from);
    return name;
}

static bool parse_error(const config_t *cfg, const char *path, struct diag *d)
{
    const char *text = config_error_text(cfg);
    struct src_pos at = {config_error_file(cfg), config_error_line(cfg)};
    char *name;
    if (at.file == NULL)
        at.file = path;
    name = name_on_line(at.file, at.line);
    if (text != NULL && strstr(text, "duplicate") != NULL)
        diag_error(d, at, "'%s' is set twice in one group; once is enough",
                   name != NULL ? name : "a name");
    else if (text != NULL && strstr(text, "mismatched") != NULL)
        diag_error(d, at,
                   "values of several kinds in one array [ ]; one kind, "
                   "or a list ( ), is needed");
    else
        diag_error(d, at,
                   "%s near '%s'; 'name = value;' or 'name = { ... };' "
                   "is needed",
                   text != NULL ? text : "syntax error",
                   name != NULL ? name : "the end");
    free(name);
    return false;
}

bool config_text_read(const char *path, struct src_pos at, config_t *out,
                      struct diag *d)
{
    char *folder = folder_of(path);
    struct lookover l = {folder, d};
    char *text = look_over(&l, path, at, NULL);
    bool ok = false;
    config_init(out);
    if (text != NULL) {
        if (strcmp(folder, ".") != 0)
            config_set_include_dir(out, folder);
        ok = config_read_string(out, text) == CONFIG_TRUE ||
             parse_error(out, path, d);
    }
    free(text);
    free(folder);
    return ok;
}

struct src_pos setting_pos(const config_setting_t *setting, const char *path)
{
    const char *file = config_setting_source_file(setting);
    return (struct src_pos){file != NULL ? file : path,
                            (int)config_setting_source_line(setting)};
}

const char *setting_kind(const config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_GROUP:
        return "a group";
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return "a whole number";
    case CONFIG_TYPE_FLOAT:
        return "a number with a fraction";
    case CONFIG_TYPE_STRING:
        return "a string";
    case CONFIG_TYPE_BOOL:
        return "true or false";
    case CONFIG_TYPE_ARRAY:
        return "an array";
    default:
        return "a list";
    }
}

bool setting_is_list(const config_setting_t *setting)
{
    return config_setting_is_array(setting) || config_setting_is_list(setting);
}

bool setting_unknown_key(const config_setting_t *setting, const char *path,
                         const char *const known[], const char *of,
                         struct diag *d)
{
    const char *name = config_setting_name(setting);
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; known[i] != NULL; i++)
        nearest_offer(&near, known[i]);
    return diag_error(d, setting_pos(setting, path),
                      "unknown key '%s'%s; the nearest is '%s'", name, of,
                      near.best);
}

bool string_is_one_line(const char *text, const char *key, struct src_pos at,
                        struct diag *d)
{
    while (*text != '\0' && !iscntrl((unsigned char)*text))
        text++;
    return *text == '\0' || diag_error(d, at,
                                       "'%s' has the byte 0x%02x; letters on "
                                       "one line are needed",
                                       key, (unsigned char)*text);
}

bool setting_whole_number(const config_setting_t *setting, long long *out)
{
    double value;
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        *out = config_setting_get_int64(setting);
        return true;
    case CONFIG_TYPE_FLOAT:
        value = config_setting_get_float(setting);
        /* Up to 2^53 each whole number has a double of its own. */
        if (!(fabs(value) <= 9007199254740992.0) || value != floor(value))
            return false;
        *out = (long long)value;
        return true;
    default:
        return false;
    }
}
