/* memory_limit.c - the limit is one of the system's, on the memory that a
 * process can write; the program's part is to say so when it is reached, which
 * xcalloc and its like do.
 * SPDX-License-Identifier: MIT
 */
#include "sim/process/memory_limit.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

bool memory_limit_start(int mib, struct diag *d)
{
    const rlim_t bytes = (rlim_t)mib << 20;
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) == 0) {
        /* A lower limit of whoever started the program stays. */
        if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > bytes)
            limit.rlim_max = bytes;
        if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > limit.rlim_max)
            limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_DATA, &limit) == 0)
            return true;
    }
    return diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
                     "the system sets no '--memory-limit' of %d MiB (%s); a "
                     "run without it is possible",
                     mib, strerror(errno));
}

static void *zeroed(size_t bytes)
{
    return xcalloc(1, bytes);
}

void memory_limit_libraries(void)
{
    json_set_alloc_funcs(zeroed, free);
}
