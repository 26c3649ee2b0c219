/* safe.h - what a program may do that works for people whom its operator does
 * not know (--safe; docs/limits.md).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PROCESS_SAFE_H
#define SIM_PROCESS_SAFE_H

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    SAFE_WALL_SECONDS = 60, /* where nobody says, and the most that may be */
    SAFE_WALL_SECONDS_MAX = 3600,
    SAFE_MEMORY_MIB = 1024,
    SAFE_MEMORY_MIB_MAX = 16384
};

/* From now on the process reads and writes where it may only
 * (file_use_confine), no file that it writes grows beyond 256 MiB, and its
 * memory is never dumped. */
bool safe_start(const char *folder, struct diag *d);
/* A limit as it holds with --safe: the given one, 0: the standard one.  Sets
 * *limit; false after a message: it is too high. */
bool safe_limit(const char *option, int standard, int most, int *limit,
                struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
