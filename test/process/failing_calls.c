/* failing_calls.c - system calls that fail: preloaded, it lets the FAIL_AT'th
 * call (from 1) of the function FAIL_CALL fail with the number FAIL_ERRNO, all
 * others through.  Below 0, the number is that of a signal, which ends whoever
 * calls.  What the program starts is not meant.
 * SPDX-License-Identifier: MIT
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *failing;
static int number;
static atomic_long left;

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("FAIL_AT"), *why = getenv("FAIL_ERRNO");
    atomic_store(&left, at != NULL ? atol(at) : 0);
    number = why != NULL ? atoi(why) : EIO;
    failing = getenv("FAIL_CALL");
    unsetenv("LD_PRELOAD");
}

static int fails(const char *name)
{
    if (failing == NULL || strcmp(failing, name) != 0 ||
        atomic_fetch_sub(&left, 1) != 1)
        return 0;
    if (number < 0) {
        signal(-number, SIG_DFL);
        raise(-number);
    }
    errno = number;
    return 1;
}

/* A function of the C library's with its arguments, and what it returns when it
 * fails. */
#define CALL(type, name, parameters, arguments, failed)  \
    type name parameters                                 \
    {                                                    \
        static type(*next) parameters;                   \
        if (next == NULL)                                \
            *(void **)&next = dlsym(RTLD_NEXT, #name);   \
        return fails(#name) ? (failed) : next arguments; \
    }

CALL(pid_t, fork, (void), (), -1)
CALL(pid_t, waitpid, (pid_t child, int *status, int how), (child, status, how),
     -1)
CALL(int, dup2, (int from, int to), (from, to), -1)
CALL(FILE *, tmpfile, (void), (), NULL)
CALL(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL)
CALL(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *how, void *(*run)(void *),
      void *context),
     (thread, how, run, context), number)
CALL(void *, mmap,
     (void *at, size_t bytes, int use, int how, int fd, off_t from),
     (at, bytes, use, how, fd, from), MAP_FAILED)
CALL(ssize_t, read, (int fd, void *to, size_t bytes), (fd, to, bytes), -1)
CALL(ssize_t, write, (int fd, const void *from, size_t bytes),
     (fd, from, bytes), -1)
CALL(int, socketpair, (int domain, int type, int protocol, int ends[2]),
     (domain, type, protocol, ends), -1)
CALL(int, pipe, (int ends[2]), (ends), -1)
CALL(ssize_t, readlink, (const char *path, char *to, size_t bytes),
     (path, to, bytes), -1)
CALL(int, fstat, (int fd, struct stat *to), (fd, to), -1)
CALL(int, fsync, (int fd), (fd), -1)
CALL(int, rename, (const char *from, const char *to), (from, to), -1)
CALL(int, getrlimit, (__rlimit_resource_t what, struct rlimit *to), (what, to),
     -1)
CALL(int, setrlimit, (__rlimit_resource_t what, const struct rlimit *to),
     (what, to), -1)
CALL(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
CALL(int, isatty, (int fd), (fd), 1)
/* SQLite reads and writes by these. */
CALL(ssize_t, pread64, (int fd, void *to, size_t bytes, off64_t at),
     (fd, to, bytes, at), -1)
CALL(ssize_t, pwrite64, (int fd, const void *from, size_t bytes, off64_t at),
     (fd, from, bytes, at), -1)
