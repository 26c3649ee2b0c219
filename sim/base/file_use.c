/* file_use.c - a list of the files that are read or to be written, by their
 * names behind all links.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/file_use.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/input_file.h"

#define LINKS_MAX 40 /* as many as Linux follows */

struct use {
    char *path;         /* owns; behind all links */
    const char *option; /* that writes it; NULL: it is read */
};

static struct use *uses; /* owns, while the process runs */
static int n_uses;

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* `name` in the folder of the file `path`, or by itself where that is from the
 * root. */
static char *beside(const char *path, const char *name)
{
    int folder_bytes = name[0] == '/' ? 0 : (int)(name_in(path) - path);
    size_t bytes = (size_t)folder_bytes + strlen(name) + 1;
    char *joined = xcalloc(1, bytes);
    snprintf(joined, bytes, "%.*s%s", folder_bytes, path, name);
    return joined;
}

/* Whether someone else put the link there, in a folder where all may do so;
 * nothing may be written behind such a link. */
static bool is_foreign_link(const char *path)
{
    struct stat link, folder_is;
    char *folder = beside(path, "./");
    bool is_foreign =
        lstat(path, &link) == 0 && stat(folder, &folder_is) == 0 &&
        (folder_is.st_mode & S_ISVTX) != 0 &&
        (folder_is.st_mode & S_IWOTH) != 0 && link.st_uid != geteuid() &&
        link.st_uid != folder_is.st_uid;
    free(folder);
    return is_foreign;
}

/* Where a chain of links leads to, whatever is there.  NULL: nowhere, or the
 * way there is another's (errno). */
static char *end_of_links(const char *path)
{
    char *at = xstrdup(path), to[PATH_MAX];
    for (int links = 0; links <= LINKS_MAX; links++) {
        ssize_t n = readlink(at, to, sizeof(to) - 1);
        if (n < 0)
            return at;
        if (is_foreign_link(at)) {
            free(at);
            errno = EACCES;
            return NULL;
        }
        to[n] = '\0';
        char *next = beside(at, to);
        free(at);
        at = next;
    }
    free(at);
    errno = ELOOP;
    return NULL;
}

char *file_behind_links(const char *path)
{
    char *end = end_of_links(path), *real;
    if (end == NULL)
        return NULL;
    real = input_real_path(end);
    if (real != NULL) {
        free(end);
        return real;
    }
    /* Its folder's real path, so that one file has one name. */
    char *folder = beside(end, "./");
    char *real_folder = input_real_path(folder);
    free(folder);
    if (real_folder == NULL)
        return end;
    size_t bytes = strlen(real_folder) + strlen(end) + 2;
    real = xcalloc(1, bytes);
    snprintf(real, bytes, "%s/%s", real_folder, name_in(end));
    free(real_folder);
    free(end);
    return real;
}

static bool is_device(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static const struct use *find(const char *real)
{
    int i = 0;
    while (i < n_uses && strcmp(uses[i].path, real) != 0)
        i++;
    return i < n_uses ? &uses[i] : NULL;
}

/* Takes `real` over. */
static void add(char *real, const char *option)
{
    if (find(real) != NULL) {
        free(real);
        return;
    }
    uses = xrealloc(uses, (size_t)n_uses + 1, sizeof(*uses));
    uses[n_uses++] = (struct use){real, option};
}

void file_use_read(const char *path)
{
    char *real = input_real_path(path);
    if (real != NULL && !is_device(real))
        add(real, NULL);
    else
        free(real);
}

void file_use_each_read(void (*use)(void *context, const char *path),
                        void *context)
{
    for (int i = 0; i < n_uses; i++)
        if (uses[i].option == NULL)
            use(context, uses[i].path);
}

bool file_use_is_read(const char *path)
{
    char *real = input_real_path(path);
    const struct use *use = real != NULL ? find(real) : NULL;
    free(real);
    return use != NULL && use->option == NULL;
}

bool file_use_write(const char *option, const char *path, struct diag *d)
{
    const struct src_pos at = {NULL, 0};
    char *real = is_device(path) ? NULL : file_behind_links(path);
    if (real == NULL)
        return true;
    const struct use *use = find(real);
    if (use == NULL) {
        add(real, option);
        return true;
    }
    free(real);
    if (use->option == NULL)
        return diag_error(d, at,
                          "'%s' would write '%s', which is read here; another "
                          "file is needed",
                          option, path);
    return strcmp(use->option, option) == 0 ||
           diag_error(d, at,
                      "'%s' would write '%s', and so would '%s'; two files "
                      "are needed",
                      option, path, use->option);
}

/* What a process is confined to (file_use_confine). */
static struct {
    bool is_on;
    char **root; /* owns; real folders that may be read */
    int n_roots;
    char *writes; /* owns; the one that may be written, or NULL */
} bounds;

/* Whether a real path is the folder or in it. */
static bool is_below(const char *real, const char *folder)
{
    const size_t n = strlen(folder);
    return strncmp(real, folder, n) == 0 &&
           (real[n] == '/' || real[n] == '\0' || strcmp(folder, "/") == 0);
}

void file_use_trust(const char *folder)
{
    char *real = input_real_path(folder);
    if (real == NULL)
        return;
    bounds.root =
        xrealloc(bounds.root, (size_t)bounds.n_roots + 1, sizeof(*bounds.root));
    bounds.root[bounds.n_roots++] = real;
}

bool file_use_is_confined(void)
{
    return bounds.is_on;
}

bool file_use_confine(const char *folder, struct diag *d)
{
    const char *value = getenv("ACCELSIM_PATH");
    char *copy = xstrdup(value != NULL ? value : ""), *rest = copy, *one;
    while ((one = strsep(&rest, ":")) != NULL)
        if (one[0] != '\0')
            file_use_trust(one);
    free(copy);
    file_use_trust(".");
    file_use_trust(ACCELSIM_DATADIR);
    file_use_trust(ACCELSIM_SRCDIR "/configs");
    bounds.is_on = true;
    struct stat st;
    if (folder == NULL)
        return true;
    if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        bounds.writes = input_real_path(folder);
    return bounds.writes != NULL ||
           diag_error(d, (struct src_pos){NULL, 0},
                      "'--safe' is '%s'; a folder that is there is needed",
                      folder);
}

bool file_use_may_read(const char *path, struct src_pos at, struct diag *d)
{
    if (!bounds.is_on)
        return true;
    char *real = file_behind_links(path);
    bool may = false;
    for (int i = 0; real != NULL && !may && i < bounds.n_roots; i++)
        may = is_below(real, bounds.root[i]);
    free(real);
    return may || diag_error(d, at,
                             "'%s' is outside of what '--safe' reads; a file "
                             "below the current folder is needed",
                             path);
}

bool file_use_may_write(const char *option, const char *path, struct diag *d)
{
    if (!bounds.is_on || path == NULL)
        return true;
    struct stat st; /* a folder is where 'import' writes */
    const bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    char *real = is_device(path) && !is_folder ? NULL : file_behind_links(path);
    const bool may =
        real != NULL && bounds.writes != NULL && is_below(real, bounds.writes);
    free(real);
    return may ||
           diag_error(
               d, (struct src_pos){NULL, 0},
               "'%s' would write '%s', and '--safe' lets it write %s; "
               "%s is needed",
               option, path,
               bounds.writes != NULL ? "below its folder only" : "no file",
               bounds.writes != NULL ? "a file there" : "'--safe=FOLDER'");
}
