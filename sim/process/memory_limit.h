/* memory_limit.h - the most memory that the program may take (--memory-limit).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PROCESS_MEMORY_LIMIT_H
#define SIM_PROCESS_MEMORY_LIMIT_H

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From now on the process may have `mib` MiB of memory that it can write, and
 * so may each process that it starts.  One that wants more says so in one line
 * on standard error and ends with EXIT_IO, as without any memory
 * (sim/base/diag.h). */
bool memory_limit_start(int mib, struct diag *d);
/* From now on libraries that find no memory end the program in the same way,
 * too. */
void memory_limit_libraries(void);

#ifdef __cplusplus
}
#endif

#endif
