/* coverage_exit.c - writes down what ran also where a process ends by _exit, or
 * by the system call of that, as the children of a run do.  `make coverage`
 * links it into the program and into the module of the SystemC kernel, with
 * --wrap=_exit and --wrap=syscall; each has counts of its own, and those of all
 * are written.  A limit of the size of files, as of a disk that is full, is
 * lifted before, where the system allows it: the counts need room.
 * SPDX-License-Identifier: MIT
 */
#include <sys/resource.h>
#include <sys/syscall.h>

enum { OBJECTS_MAX = 8 };

void __gcov_dump(void);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));
long __real_syscall(long number, long argument);
long __wrap_syscall(long number, long argument);

/* The program's; the module finds the same. */
void (*coverage_dump[OBJECTS_MAX])(void);
int coverage_dumps;

static void dump(void)
{
    __gcov_dump();
}

__attribute__((constructor)) static void add(void)
{
    if (coverage_dumps < OBJECTS_MAX)
        coverage_dump[coverage_dumps++] = dump;
}

/* Before the counts are written at the end of main, too. */
__attribute__((destructor)) static void lift_limit(void)
{
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    (void)setrlimit(RLIMIT_FSIZE, &none);
}

static void dump_all(void)
{
    lift_limit();
    for (int k = 0; k < coverage_dumps; k++)
        coverage_dump[k]();
}

void __wrap__exit(int status)
{
    dump_all();
    __real__exit(status);
}

/* The program makes no other system call by its number. */
long __wrap_syscall(long number, long argument)
{
    if (number == SYS_exit_group)
        dump_all();
    return __real_syscall(number, argument);
}
