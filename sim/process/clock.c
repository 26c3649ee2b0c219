/* clock.c - the system's monotonic clock, for progress and time limits. No
 * result depends on it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/process/clock.h"

#include <time.h>

double clock_now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
