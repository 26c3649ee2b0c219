/* clock.h - the time that passes while a person waits.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PROCESS_CLOCK_H
#define SIM_PROCESS_CLOCK_H

#ifdef __cplusplus
extern "C" {
#endif

/* Seconds since some moment in the past. It never goes back. */
double clock_now_seconds(void);

#ifdef __cplusplus
}
#endif

#endif
