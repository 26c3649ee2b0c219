/* wall_limit.h - an end to the program after so many seconds, whatever it is at
 * (--wall-limit).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PROCESS_WALL_LIMIT_H
#define SIM_PROCESS_WALL_LIMIT_H

#ifdef __cplusplus
extern "C" {
#endif

/* From now on: when the seconds have passed and the program is still there, it
 * says so in one line on standard error, removes what it has half-written and
 * ends with EXIT_MACHINE. */
void wall_limit_start(int seconds);

#ifdef __cplusplus
}
#endif

#endif
