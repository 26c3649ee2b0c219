/* no_memory.c - an allocator that runs out: preloaded, it lets a program have
 * the first NO_MEMORY_AFTER pieces of memory and no more, or, with
 * NO_MEMORY_ONCE, all but the next one.  Without NO_MEMORY_AFTER it writes to
 * the file NO_MEMORY_COUNT how many pieces there were.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The C library's own. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

static atomic_long pieces;
static long after = -1;
static int once;

__attribute__((constructor)) static void start(void)
{
    const char *text = getenv("NO_MEMORY_AFTER");
    once = getenv("NO_MEMORY_ONCE") != NULL;
    atomic_store(&pieces, 0);
    after = text != NULL ? atol(text) : -1;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("NO_MEMORY_COUNT");
    int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (fd >= 0)
        dprintf(fd, "%ld\n", atomic_load(&pieces));
}

static int is_refused(void)
{
    const long n = atomic_fetch_add(&pieces, 1);
    if (after < 0 || n < after || (once && n > after))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t bytes)
{
    return is_refused() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    return is_refused() ? NULL : __libc_calloc(n, bytes);
}

void *realloc(void *old, size_t bytes)
{
    return is_refused() ? NULL : __libc_realloc(old, bytes);
}
