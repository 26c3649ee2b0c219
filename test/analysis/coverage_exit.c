/* coverage_exit.c - writes down what ran also where a process ends by _exit, as
 * the children of a run do.  `make coverage` links it into the program and into
 * the module of the SystemC kernel, with --wrap=_exit; each has counts of its
 * own, and those of all are written.
 * SPDX-License-Identifier: MIT
 */
enum { OBJECTS_MAX = 8 };

void __gcov_dump(void);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));

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

void __wrap__exit(int status)
{
    for (int k = 0; k < coverage_dumps; k++)
        coverage_dump[k]();
    __real__exit(status);
}
