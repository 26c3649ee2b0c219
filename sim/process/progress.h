/* progress.h - a line on a terminal that says how far a long run has got.
 * Safe to call from several threads.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PROCESS_PROGRESS_H
#define SIM_PROCESS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct progress; /* owns nothing of the caller's */

/* `to` is borrowed; nothing is printed unless it is a terminal.  `work`: of
 * all steps, in MACs or any measure that grows like time. */
struct progress *progress_new(FILE *to, double work);
/* Clears the line. */
void progress_free(struct progress *p);
/* `more` work has been done, on the step `name`. */
void progress_add(struct progress *p, const char *name, double more);

/* Writes the line into `out`. Returns false while nothing is to be shown:
 * before a second has gone, or within a fifth of a second of the last line. */
bool progress_line(double done_share, double elapsed_seconds,
                   double since_shown_seconds, const char *name, char *out,
                   size_t out_bytes);

#ifdef __cplusplus
}
#endif

#endif
