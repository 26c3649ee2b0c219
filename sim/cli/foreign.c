/* foreign.c - tells other tools' files from accelsim's own, and has them
 * imported where an option names one.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/foreign.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/base/file_use.h"
#include "sim/base/input_file.h"
#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/base/unfinished.h"
#include "sim/cli/importer.h"

static const struct src_pos command_line = {NULL, 0};

enum { SEEN_BYTES = 4096 }; /* of a file's beginning */

/* Words that begin a setting in libconfig's syntax as other tools use it. */
static const char *const foreign_words[] = {
    "arch",     "architecture", "problem", "mapper",
    "mapspace", "standard",     "shape",   NULL};

static bool has_own_suffix(const char *path)
{
    const char *dot = strrchr(path, '.');
    static const char *const foreign[] = {
        ".csv", ".yaml", ".yml", ".json", ".onnx", ".ini", ".m", ".toml", NULL};
    for (int i = 0; dot != NULL && foreign[i] != NULL; i++)
        if (strcasecmp(dot, foreign[i]) == 0)
            return false;
    return true;
}

/* Behind blanks and comments. */
static const char *first_word(const char *c)
{
    for (;;) {
        c += strspn(c, " \t\r\n");
        if (*c == '#' || *c == ';' || (c[0] == '/' && c[1] == '/')) {
            c += strcspn(c, "\n");
        } else if (c[0] == '/' && c[1] == '*') {
            const char *end = strstr(c + 2, "*/");
            if (end == NULL)
                return "";
            c = end + 2;
        } else {
            return c;
        }
    }
}

/* Whether it is a mapping as Timeloop prints it: a level, and what it keeps in
 * brackets. A setting of ours has an '=' or ':' between. */
static bool begins_as_printed_nest(const char *c)
{
    const char *end = c;
    while (isalnum((unsigned char)*end) || *end == '_' || *end == '-')
        end++;
    return end > c && end[strspn(end, " \t")] == '[';
}

/* Whether a text with a suffix of our own begins as no file of ours can, such
 * as with the section of an INI file. */
static bool begins_as_foreign(const char *text)
{
    const char *c = first_word(text);
    if (*c == '[')
        return true;
    const size_t n =
        strspn(c, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
    for (int i = 0; foreign_words[i] != NULL; i++)
        if (n == strlen(foreign_words[i]) &&
            strncmp(c, foreign_words[i], n) == 0)
            return true;
    return begins_as_printed_nest(c);
}

bool foreign_is(const char *path)
{
    struct stat st;
    char text[SEEN_BYTES + 1];
    FILE *from = input_open(path, &st);
    if (from == NULL)
        return false;
    const size_t n = S_ISREG(st.st_mode) ? fread(text, 1, SEEN_BYTES, from) : 0;
    text[n] = '\0';
    fclose(from);
    return S_ISREG(st.st_mode) &&
           (!has_own_suffix(path) || begins_as_foreign(text));
}

static bool make_folder(struct foreign_files *files, struct diag *d)
{
    const char *tmp = getenv("TMPDIR");
    if (files->folder != NULL)
        return true;
    if (tmp == NULL || tmp[0] == '\0')
        tmp = P_tmpdir;
    static const char name[] = "/accelsim-import.XXXXXX";
    char *pattern = xcalloc(strlen(tmp) + sizeof(name), 1);
    strcat(strcpy(pattern, tmp), name);
    if (!unfinished_folder(pattern)) {
        output_failed(pattern, d);
        free(pattern);
        return false;
    }
    files->folder = pattern;
    file_use_trust(pattern);
    return true;
}

/* The file of that kind that is made of the one at `from`; borrowed from
 * `files`.  NULL after a message. */
static const char *import(const struct options *o, const char *kind,
                          const char *from, struct foreign_files *files,
                          struct diag *d)
{
    if (!make_folder(files, d))
        return NULL;
    SIM_CHECK(files->n < FOREIGN_FILES_MAX);
    char *path =
        xcalloc(strlen(files->folder) + strlen(kind) + sizeof("/.cfg"), 1);
    strcat(strcat(strcat(strcpy(path, files->folder), "/"), kind), ".cfg");
    files->path[files->n++] = path;
    unfinished_name(path);
    file_use_read(from);
    struct import_task task = {
        .kind = kind, .to = path, .is_strict = o->strict, .dims = o->dims};
    for (int i = 0; i < files->n_context; i++)
        task.is_told = task.is_told || strcmp(files->context[i], from) == 0;
    texts_add(&task.files, from);
    if (strcmp(kind, "mapping") == 0)
        for (int i = 0; i < files->n_context; i++)
            texts_add(&task.files, files->context[i]);
    const bool ok = importer_run(&task, d);
    texts_fini(&task.files);
    return ok ? path : NULL;
}

static bool take(const struct options *o, const char **name, const char *kind,
                 struct foreign_files *files, struct diag *d)
{
    if (*name == NULL)
        return true;
    if (strchr(*name, '/') != NULL &&
        !file_use_may_read(*name, command_line, d))
        return false;
    if (!foreign_is(*name))
        return true;
    if (!file_use_may_read(*name, command_line, d))
        return false;
    const char *made = import(o, kind, *name, files, d);
    if (made == NULL)
        return false;
    /* A mapping is read together with what it is for. */
    if (strcmp(kind, "mapping") != 0 &&
        (files->n_context == 0 || strcmp(files->context[0], *name) != 0))
        files->context[files->n_context++] = *name;
    *name = made;
    return true;
}

/* "energy=FILE" of --set, and the like. */
static bool take_set(struct options *o, const char *key, const char *kind,
                     struct foreign_files *files, struct diag *d)
{
    bool done = false;
    for (int i = o->set.n - 1; i >= 0 && !done; i--) {
        if (strncmp(o->set.text[i], key, strlen(key)) != 0)
            continue;
        done = true; /* the last one holds */
        const char *name = o->set.text[i] + strlen(key);
        if (!foreign_is(name))
            return true;
        if (!file_use_may_read(name, command_line, d))
            return false;
        const char *made = import(o, kind, name, files, d);
        if (made == NULL)
            return false;
        char *text = xcalloc(strlen(key) + strlen(made) + 1, 1);
        strcat(strcpy(text, key), made);
        files->text[files->n - 1] = text;
        o->set.text[i] = text;
    }
    return true;
}

/* Tables of --energy, of which several have commas between them. */
static bool take_energies(struct options *o, struct foreign_files *files,
                          struct diag *d)
{
    if (o->energy == NULL || strchr(o->energy, ',') == NULL)
        return take(o, &o->energy, "energy", files, d);
    char *names = xcalloc(strlen(o->energy) + 1, 1), *rest = names, *name;
    char *text = NULL;
    size_t bytes;
    bool ok = true, is_changed = false;
    FILE *to = text_stream(&text, &bytes);
    strcpy(names, o->energy);
    while ((name = strsep(&rest, ",")) != NULL) {
        const char *made = name;
        if (ok && files->n < FOREIGN_FILES_MAX && foreign_is(name)) {
            made = file_use_may_read(name, command_line, d)
                       ? import(o, "energy", name, files, d)
                       : NULL;
            ok = made != NULL;
            is_changed = true;
        }
        fprintf(to, "%s%s", made != NULL ? made : "", rest != NULL ? "," : "");
    }
    SIM_CHECK(fclose(to) == 0);
    free(names);
    if (ok && is_changed) {
        files->text[files->n - 1] = text;
        o->energy = text;
    } else {
        free(text);
    }
    return ok;
}

bool foreign_take(struct options *o, struct foreign_files *out, struct diag *d)
{
    bool ok = take(o, &o->cfg, "architecture", out, d);
    ok = take(o, &o->net, "network", out, d) && ok;
    ok = take(o, &o->mapping, "mapping", out, d) && ok;
    ok = take(o, &o->mappings, "mapping", out, d) && ok;
    ok = take_energies(o, out, d) && ok;
    ok = take_set(o, "energy=", "energy", out, d) && ok;
    ok = take_set(o, "dram.part=", "part", out, d) && ok;
    if (ok && o->dims.n > 0 && out->n == 0)
        return diag_error(d, command_line,
                          "'--dim %s' has no use, for no file of another tool "
                          "is named; leave it out",
                          o->dims.text[0]);
    return ok;
}

void foreign_fini(struct foreign_files *files)
{
    for (int i = 0; i < files->n; i++) {
        unfinished_remove(files->path[i]);
        free(files->path[i]);
        free(files->text[i]);
    }
    if (files->folder != NULL)
        unfinished_remove(files->folder);
    free(files->folder);
    *files = (struct foreign_files){0};
}
