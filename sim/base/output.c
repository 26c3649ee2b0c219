/* output.c - writes files beside their targets and renames them.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/file_use.h"
#include "sim/base/input_file.h"
#include "sim/base/unfinished.h"

static const struct src_pos nowhere = {NULL, 0};

bool output_failed(const char *path, struct diag *d)
{
    return diag_fail(d, EXIT_IO, nowhere,
                     "cannot write '%s' (%s); a place that can be written is "
                     "needed",
                     path, strerror(errno));
}

static bool io_error(const char *path, int error, struct diag *d)
{
    errno = error;
    return output_failed(path, d);
}

/* Whether standard output goes to the file at `path`, which others then write
 * to as well. */
static bool is_standard_output(const char *path)
{
    struct stat st, out;
    return stat(path, &st) == 0 && fstat(STDOUT_FILENO, &out) == 0 &&
           S_ISREG(st.st_mode) && st.st_dev == out.st_dev &&
           st.st_ino == out.st_ino;
}

/* A file that has a name, or nothing yet: can be renamed onto. */
static bool is_renamed_onto(const char *path)
{
    struct stat st;
    char *real;
    if (stat(path, &st) != 0)
        return true;
    if (is_standard_output(path))
        return false;
    real = input_real_path(path); /* NULL: /dev/fd/3, and it was removed */
    free(real);
    return S_ISREG(st.st_mode) && real != NULL;
}

/* A name for what is made in the folder of `real`; the caller frees it.  It is
 * short, so that it may stand where the target's name may. */
static char *pattern_beside(const char *real)
{
    static const char name[] = ".accelsim.XXXXXX";
    const char *slash = strrchr(real, '/');
    size_t folder_bytes = slash != NULL ? (size_t)(slash + 1 - real) : 0;
    char *pattern = xcalloc(folder_bytes + sizeof(name), 1);
    memcpy(pattern, real, folder_bytes);
    memcpy(pattern + folder_bytes, name, sizeof(name));
    return pattern;
}

/* A new file beside `real`, whose name the caller frees; -1: errno says why. */
static int open_beside(const char *real, char **beside)
{
    *beside = pattern_beside(real);
    int fd = unfinished_file(*beside), error = errno;
    if (fd >= 0)
        return fd;
    free(*beside);
    *beside = NULL;
    errno = error;
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

/* Gives the new file the owner and the mode of the one that it replaces, or
 * the usual mode.  Who may not give files away keeps them; then the group that
 * it is of now gets no more than everybody has. */
static int set_owner_and_mode(int fd, const char *real)
{
    struct stat old;
    mode_t mode;
    if (stat(real, &old) == 0 && S_ISREG(old.st_mode)) {
        mode = old.st_mode & 0777;
        if (fchown(fd, old.st_uid, old.st_gid) != 0 &&
            fchown(fd, (uid_t)-1, old.st_gid) != 0)
            mode &= ~(mode_t)070 | (mode & 07) << 3;
    } else {
        mode_t mask = umask(0);
        umask(mask);
        mode = 0666 & ~mask;
    }
    return fchmod(fd, mode) == 0 ? 0 : errno;
}

/* The finished file at `beside`, open as `fd`, takes its place. */
static int put_in_place(int fd, const char *beside, const char *real)
{
    int error = set_owner_and_mode(fd, real);
    if (error == 0 && fsync(fd) != 0)
        error = errno;
    if (error == 0 && rename(beside, real) != 0)
        error = errno;
    if (error == 0)
        unfinished_forget(beside);
    return error;
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
    to = fdopen(fd, "w");
    SIM_CHECK(to != NULL);
    error = write_all(to, text, text_bytes);
    if (error == 0)
        error = put_in_place(fd, beside, real);
    if (error != 0)
        unfinished_remove(beside);
    fclose(to); /* what it held is on the disk, or the file is gone */
    free(beside);
    free(real);
    return error;
}

/* What was a device when it was looked at must still be one, or a file without
 * a name, now that it is open. */
static int write_to_device(const char *path, const char *text,
                           size_t text_bytes)
{
    int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC), error;
    struct stat st;
    FILE *to;
    if (fd < 0)
        return errno;
    if (fstat(fd, &st) != 0 || (S_ISREG(st.st_mode) && st.st_nlink > 0)) {
        close(fd);
        return EEXIST;
    }
    to = fdopen(fd, "w");
    SIM_CHECK(to != NULL);
    error = write_all(to, text, text_bytes);
    if (fclose(to) != 0 && error == 0)
        error = errno;
    return error;
}

/* In a folder with the sticky bit, such as /tmp, only its owner may replace a
 * file. */
static bool may_be_replaced(const char *real)
{
    struct stat file, folder;
    const uid_t me = geteuid();
    char *of = pattern_beside(real);
    *strrchr(of, '.') = '\0';
    *strrchr(of, '.') = '\0';
    bool is_there =
        lstat(real, &file) == 0 && stat(of[0] != '\0' ? of : ".", &folder) == 0;
    free(of);
    return !is_there || (folder.st_mode & S_ISVTX) == 0 || me == 0 ||
           file.st_uid == me || folder.st_uid == me;
}

/* Whether a file can be made there; 0, or what is wrong. */
static int try_out(const char *path)
{
    char *real = file_behind_links(path), *beside;
    int fd = real != NULL ? open_beside(real, &beside) : -1;
    int error = fd < 0 ? errno : may_be_replaced(real) ? 0 : EPERM;
    if (fd >= 0) {
        close(fd);
        unfinished_remove(beside);
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
    if (!file_use_may_write(option, path, d))
        return false;
    if (path[0] == '\0')
        return io_error(path, ENOENT, d);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return io_error(path, EISDIR, d);
    if (access(path, F_OK) == 0 && access(path, W_OK) != 0)
        return output_failed(path, d);
    error = is_renamed_onto(path) ? try_out(path) : 0;
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
    if (!file_use_may_write("-o", path, d)) /* whoever forgot to ask */
        return false;
    if (file_use_is_read(path)) /* only after it was tried out */
        return diag_error(d, nowhere,
                          "'%s' was read here and cannot be written; another "
                          "file is needed",
                          path);
    if (is_standard_output(path))
        error = write_all(stdout, text, text_bytes);
    else if (is_renamed_onto(path))
        error = write_and_rename(path, text, text_bytes);
    else
        error = write_to_device(path, text, text_bytes);
    return error == 0 || io_error(path, error, d);
}

char *output_folder(const char *path, struct diag *d)
{
    char *real = file_behind_links(path);
    char *folder = real != NULL ? pattern_beside(real) : NULL;
    free(real);
    if (folder != NULL && unfinished_folder(folder))
        return folder;
    output_failed(path, d);
    free(folder);
    return NULL;
}

bool output_move(const char *from, const char *path, struct diag *d)
{
    char *real = file_behind_links(path);
    int fd = real != NULL ? open(from, O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
    int error = fd >= 0 ? put_in_place(fd, from, real) : errno;
    if (fd >= 0)
        close(fd);
    free(real);
    return error == 0 || io_error(path, error, d);
}
