/* find_file.c - looks for a configuration file in one folder after another,
 * notes where it looked, and on a miss names the nearest file or the kind that
 * the name does belong to.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/find_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/file_use.h"
#include "sim/base/nearest.h"
#include "sim/base/text_stream.h"

#ifndef ACCELSIM_DATADIR
#error "ACCELSIM_DATADIR: the folder of the installed configurations"
#endif
#ifndef ACCELSIM_SRCDIR
#error "ACCELSIM_SRCDIR: the root of the source tree"
#endif

#define NEAR_EDITS 3 /* a name that differs in more was not meant */

struct search {
    const char *name, *kind_folder;
    char *found;     /* owns */
    bool saw_folder; /* a folder has the name */
    char *looked_in; /* owns; "'a', 'b'" */
    size_t looked_bytes;
    FILE *looked;
    char *nearest; /* owns; of the names in the folders, without .cfg */
    int distance;  /* of nearest, in edits */
    char *known;   /* owns; all of these, "a, b" */
    size_t known_bytes;
    FILE *knows;
};

static char *join(const char *folder, const char *name, const char *suffix)
{
    size_t bytes = strlen(folder) + strlen(name) + strlen(suffix) + 2;
    char *path = xcalloc(1, bytes);
    if (folder[0] == '\0')
        snprintf(path, bytes, "%s%s", name, suffix);
    else
        snprintf(path, bytes, "%s/%s%s", folder, name, suffix);
    return path;
}

/* Tries one path, which it takes over: it keeps it as the file found, or frees
 * it. */
static bool try_path(struct search *s, char *path)
{
    struct stat st;
    if (stat(path, &st) == 0) {
        if (!S_ISDIR(st.st_mode)) {
            s->found = path;
            return true;
        }
        s->saw_folder = true;
    }
    free(path);
    return false;
}

static bool try_name(struct search *s, const char *folder)
{
    return try_path(s, join(folder, s->name, "")) ||
           try_path(s, join(folder, s->name, ".cfg"));
}

/* Whether `file` is `name` or `name`.cfg when case, '-' and '_' are left
 * aside. */
static bool answers_to(const char *file, const char *name)
{
    for (;;) {
        while (*file == '-' || *file == '_')
            file++;
        while (*name == '-' || *name == '_')
            name++;
        if (*name == '\0')
            return *file == '\0' || strcmp(file, ".cfg") == 0;
        if (tolower((unsigned char)*file) != tolower((unsigned char)*name))
            return false;
        file++;
        name++;
    }
}

static int is_config(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 4 && strcmp(entry->d_name + n - 4, ".cfg") == 0;
}

/* The configurations of a folder, in the order of their names; negative: it
 * cannot be read. */
static int configs_in(const char *folder, struct dirent ***entry)
{
    const int n =
        scandir(folder[0] == '\0' ? "." : folder, entry, is_config, alphasort);
    if (n < 0 && errno == ENOMEM)
        memory_is_out();
    return n;
}

/* Whether a folder before had the name, too. */
static bool is_known(struct search *s, const char *name)
{
    const size_t n = strlen(name);
    SIM_CHECK(fflush(s->knows) == 0);
    for (const char *at = s->known; (at = strstr(at, name)) != NULL; at++)
        if ((at == s->known || at[-1] == ' ') &&
            (at[n] == ',' || at[n] == '\0'))
            return true;
    return false;
}

static void offer_name(struct search *s, const char *file)
{
    char *name = xstrndup(file, strlen(file) - 4);
    int distance = edit_distance(s->name, name);
    if (!is_known(s, name))
        fprintf(s->knows, "%s%s", s->known_bytes > 0 ? ", " : "", name);
    if (s->nearest == NULL || distance < s->distance) {
        free(s->nearest);
        s->nearest = name;
        s->distance = distance;
    } else {
        free(name);
    }
}

static bool try_alike(struct search *s, const char *folder)
{
    struct dirent **entry;
    int n = configs_in(folder, &entry);
    bool found = false;
    for (int i = 0; i < n; i++) {
        if (!found && answers_to(entry[i]->d_name, s->name))
            found = try_path(s, join(folder, entry[i]->d_name, ""));
        if (!found)
            offer_name(s, entry[i]->d_name);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    return found;
}

static bool try_folder(struct search *s, const char *folder)
{
    char *kind = join(folder, s->kind_folder, "");
    bool has_kind = s->kind_folder[0] != '\0';
    bool found = try_name(s, folder) || (has_kind && try_name(s, kind)) ||
                 (has_kind ? try_alike(s, kind) : try_alike(s, folder));
    free(kind);
    if (!found)
        fprintf(s->looked, "%s'%s'", ftell(s->looked) > 0 ? ", " : "",
                folder[0] == '\0' ? "." : folder);
    return found;
}

static bool try_environment(struct search *s)
{
    const char *value = getenv("ACCELSIM_PATH");
    char *copy, *rest, *folder;
    bool found = false;
    if (value == NULL)
        return false;
    copy = rest = xstrdup(value);
    while (!found && (folder = strsep(&rest, ":")) != NULL)
        if (folder[0] != '\0')
            found = try_folder(s, folder);
    free(copy);
    return found;
}

static bool try_all(struct search *s)
{
    if (s->name[0] == '\0')
        return false;
    if (strchr(s->name, '/') != NULL)
        return try_name(s, "");
    return try_folder(s, "") || try_environment(s) ||
           try_folder(s, ACCELSIM_DATADIR) ||
           try_folder(s, ACCELSIM_SRCDIR "/configs");
}

static void start_search(struct search *s, const char *name,
                         const char *kind_folder)
{
    memset(s, 0, sizeof(*s));
    s->name = name;
    s->kind_folder = kind_folder;
    s->looked = text_stream(&s->looked_in, &s->looked_bytes);
    s->knows = text_stream(&s->known, &s->known_bytes);
}

/* The file found, which the caller frees. */
static char *end_search(struct search *s)
{
    SIM_CHECK(fclose(s->looked) == 0 && fclose(s->knows) == 0);
    free(s->looked_in);
    free(s->known);
    free(s->nearest);
    return s->found;
}

/* The other kind that has a file of the name, or NULL. */
static const struct config_kind_row *find_other_kind(const struct search *s)
{
    for (int k = 0; k < CONFIG_KIND_N; k++) {
        struct search other;
        bool found;
        if (strcmp(config_kinds[k].folder, s->kind_folder) == 0)
            continue;
        start_search(&other, s->name, config_kinds[k].folder);
        found = try_all(&other);
        free(end_search(&other));
        if (found)
            return &config_kinds[k];
    }
    return NULL;
}

/* "; 'accelsim list networks' lists them", or "" */
static const char *said_of_list(const char *noun)
{
    for (int k = 0; k < CONFIG_KIND_N; k++)
        if (strcmp(config_kinds[k].noun, noun) == 0)
            return config_kinds[k].listed;
    return "";
}

static void not_found(struct search *s, const char *noun, struct src_pos at,
                      struct diag *d)
{
    const struct config_kind_row *other;
    const char *listed = said_of_list(noun);
    SIM_CHECK(fflush(s->looked) == 0 && fflush(s->knows) == 0);
    if (s->saw_folder)
        diag_error(d, at, "'%s' is a folder; a file is needed", s->name);
    else if (s->looked_bytes == 0)
        diag_error(d, at, "there is no %s '%s'; the path of a file%s is needed",
                   noun, s->name,
                   s->name[0] != '\0' ? ", or a name without a folder," : "");
    else if ((other = find_other_kind(s)) != NULL)
        diag_error(d, at,
                   "there is no %s '%s'; it is the name of %s %s, for '%s'",
                   noun, s->name, other->article, other->noun, other->option);
    else if (s->nearest != NULL && s->distance <= NEAR_EDITS)
        diag_error(d, at,
                   "there is no %s '%s'; looked in %s; the nearest is '%s'%s",
                   noun, s->name, s->looked_in, s->nearest, listed);
    else
        diag_error(d, at, "there is no %s '%s'; looked in %s%s%s%s", noun,
                   s->name, s->looked_in,
                   s->known_bytes > 0 ? "; there are " : "", s->known, listed);
}

static char *find(const char *name, const char *folder, const char *noun,
                  struct src_pos at, struct diag *d)
{
    struct search s;
    /* Outside nobody learns what there is. */
    if (strchr(name, '/') != NULL && !file_use_may_read(name, at, d))
        return NULL;
    start_search(&s, name, folder);
    if (!try_all(&s))
        not_found(&s, noun, at, d);
    return end_search(&s);
}

char *find_config_file(const char *name, enum config_kind kind,
                       struct src_pos at, struct diag *d)
{
    return find(name, config_kinds[kind].folder, config_kinds[kind].noun, at,
                d);
}

struct seen {    /* names of files that have been found */
    char **name; /* owns */
    int n;
};

static bool is_new(struct seen *seen, const char *name)
{
    for (int i = 0; i < seen->n; i++)
        if (strcmp(seen->name[i], name) == 0)
            return false;
    seen->name = xrealloc(seen->name, (size_t)seen->n + 1, sizeof(*seen->name));
    seen->name[seen->n++] = xstrdup(name);
    return true;
}

static void each_of_folder(const char *folder, const char *kind_folder,
                           struct seen *seen, found_file *each, void *context)
{
    char *kind = kind_folder[0] == '\0' ? xstrdup(folder)
                                        : join(folder, kind_folder, "");
    struct dirent **entry;
    int n = configs_in(kind, &entry);
    for (int i = 0; i < n; i++) {
        char *path = join(kind, entry[i]->d_name, "");
        if (is_new(seen, entry[i]->d_name))
            each(path, context);
        free(path);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    free(kind);
}

void find_each_config_file(enum config_kind kind, found_file *each,
                           void *context)
{
    const char *sub = config_kinds[kind].folder, *value;
    struct seen seen = {NULL, 0};
    each_of_folder("", sub, &seen, each, context);
    if ((value = getenv("ACCELSIM_PATH")) != NULL) {
        char *copy = xstrdup(value), *rest = copy, *folder;
        while ((folder = strsep(&rest, ":")) != NULL)
            if (folder[0] != '\0')
                each_of_folder(folder, sub, &seen, each, context);
        free(copy);
    }
    each_of_folder(ACCELSIM_DATADIR, sub, &seen, each, context);
    each_of_folder(ACCELSIM_SRCDIR "/configs", sub, &seen, each, context);
    for (int i = 0; i < seen.n; i++)
        free(seen.name[i]);
    free(seen.name);
}

char *find_own_file(const char *name, const char *folder, struct src_pos at,
                    struct diag *d)
{
    return find(name, folder, "file", at, d);
}
