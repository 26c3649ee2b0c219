/* output.c - see output.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/file_use.h"

static bool io_error(const char *path, int error, struct diag *d)
{
    return diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
                     "cannot write '%s' (%s); a place that can be written is "
                     "needed",
                     path, strerror(error));
}

/* A file that has a name, or nothing yet: can be renamed onto. */
static bool is_renamed_onto(const char *path)
{
    struct stat st;
    char *real;
    if (stat(path, &st) != 0)
        return true;
    real = realpath(path, NULL); /* NULL: /dev/stdout, and it was removed */
    free(real);
    return S_ISREG(st.st_mode) && real != NULL;
}

/* A new file beside `path`, whose name the caller frees. */
static int open_beside(const char *path, char **beside)
{
    size_t bytes = strlen(path) + sizeof(".XXXXXX");
    int fd;
    *beside = xcalloc(1, bytes);
    snprintf(*beside, bytes, "%s.XXXXXX", path);
    fd = mkstemp(*beside);
    if (fd >= 0)
        return fd;
    fd = errno;
    free(*beside);
    *beside = NULL;
    errno = fd;
    return -1;
}

/* 0, or what went wrong. */
static int write_all(FILE *to, const char *text, size_t text_bytes)
{
    errno = 0;
    if (fwrite(text, 1, text_bytes, to) != text_bytes || fflush(to) != 0)
        return errno != 0 ? errno : EIO;
    return 0;
}

/* mkstemp's files are for their owner alone; this one is like any other. */
static void set_usual_mode(int fd)
{
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(fd, 0666 & ~mask);
}

/* Behind links, so that a link stays one. */
static int write_and_rename(const char *path, const char *text,
                            size_t text_bytes)
{
    char *real = file_behind_links(path), *beside;
    int fd = real != NULL ? open_beside(real, &beside) : -1, error;
    FILE *to;
    if (fd < 0) {
        error = errno;
        free(real);
        return error;
    }
    set_usual_mode(fd);
    to = fdopen(fd, "w");
    SIM_CHECK(to != NULL);
    error = write_all(to, text, text_bytes);
    if (fclose(to) != 0 && error == 0)
        error = errno;
    if (error == 0 && rename(beside, real) != 0)
        error = errno;
    if (error != 0)
        unlink(beside);
    free(beside);
    free(real);
    return error;
}

static int write_to_device(const char *path, const char *text,
                           size_t text_bytes)
{
    FILE *to = fopen(path, "w");
    int error;
    if (to == NULL)
        return errno;
    error = write_all(to, text, text_bytes);
    if (fclose(to) != 0 && error == 0)
        error = errno;
    return error;
}

/* Whether a file can be made there; 0, or what is wrong. */
static int try_out(const char *path)
{
    char *real = file_behind_links(path), *beside;
    int fd = real != NULL ? open_beside(real, &beside) : -1;
    int error = fd < 0 ? errno : 0;
    if (fd >= 0) {
        close(fd);
        unlink(beside);
        free(beside);
    }
    free(real);
    return error;
}

bool output_is_possible(const char *option, const char *path, struct diag *d)
{
    struct stat st;
    int error;
    if (path == NULL)
        return true;
    if (path[0] == '\0')
        return io_error(path, ENOENT, d);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return io_error(path, EISDIR, d);
    if (access(path, F_OK) == 0 && access(path, W_OK) != 0)
        return io_error(path, errno, d);
    if (!is_renamed_onto(path))
        return true;
    error = try_out(path);
    if (error != 0)
        return io_error(path, error, d);
    return file_use_write(option, path, d);
}

bool output_write(const char *path, const char *text, size_t text_bytes,
                  struct diag *d)
{
    int error;
    if (path == NULL) {
        error = write_all(stdout, text, text_bytes);
        return error == 0 || io_error("standard output", error, d);
    }
    if (file_use_is_read(path)) /* only after it was tried out */
        return diag_error(d, (struct src_pos){NULL, 0},
                          "'%s' was read here and cannot be written; another "
                          "file is needed",
                          path);
    error = is_renamed_onto(path) ? write_and_rename(path, text, text_bytes)
                                  : write_to_device(path, text, text_bytes);
    return error == 0 || io_error(path, error, d);
}
