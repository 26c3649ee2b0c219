/* safe.c - sets the limits of the system and those of the files.
 * SPDX-License-Identifier: MIT
 */
#include "sim/process/safe.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/base/file_use.h"

#define FILE_MIB_MAX 256

static const struct src_pos command_line = {NULL, 0};

bool safe_start(const char *folder, struct diag *d)
{
    const struct rlimit none = {0, 0};
    const rlim_t bytes = (rlim_t)FILE_MIB_MAX << 20;
    const struct rlimit file = {bytes, bytes};
    struct rlimit now;
    const bool is_lower = getrlimit(RLIMIT_FSIZE, &now) == 0 &&
                          now.rlim_max != RLIM_INFINITY &&
                          now.rlim_max <= bytes;
    if (setrlimit(RLIMIT_CORE, &none) != 0 ||
        (!is_lower && setrlimit(RLIMIT_FSIZE, &file) != 0))
        return diag_fail(d, EXIT_IO, command_line,
                         "the system sets no limits for '--safe' (%s); a "
                         "system that does is needed",
                         strerror(errno));
    return file_use_confine(folder, d);
}

bool safe_limit(const char *option, int standard, int most, int *limit,
                struct diag *d)
{
    if (*limit == 0)
        *limit = standard;
    return *limit <= most ||
           diag_error(d, command_line,
                      "'%s' is %d; with '--safe' it may be 1 to %d", option,
                      *limit, most);
}
