/* input_file.c - opens input files without waiting for whoever writes a pipe,
 * tells named pipes from other files, and says which exit status an error
 * stands for.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Makes reading wait for data again, as opening without waiting has turned that
 * off. */
static bool set_waiting(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

FILE *input_open(const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *from = NULL;
    if (fd < 0)
        return NULL;
    if (fstat(fd, st) == 0 && set_waiting(fd))
        from = fdopen(fd, "r");
    if (from == NULL) {
        int error = errno;
        if (error == ENOMEM)
            memory_is_out();
        close(fd);
        errno = error;
    }
    return from;
}

bool input_is_named_pipe(const char *path, const struct stat *st)
{
    /* A pipe of the shell's, such as /dev/fd/63, leads to no file. */
    char *name = S_ISFIFO(st->st_mode) ? input_real_path(path) : NULL;
    bool is_named = name != NULL;
    free(name);
    return is_named;
}

ssize_t input_line(FILE *from, char **line, size_t *room)
{
    errno = 0;
    ssize_t n = getline(line, room, from);
    if (n < 0 && errno == ENOMEM)
        memory_is_out();
    return n;
}

char *input_real_path(const char *path)
{
    char *real = realpath(path, NULL);
    if (real == NULL && errno == ENOMEM)
        memory_is_out();
    return real;
}

enum exit_status input_status(int error)
{
    return error == ENOENT || error == ENOTDIR ? EXIT_USAGE : EXIT_IO;
}
