/* serve.h - answers requests, a line of JSON each, until there are no more.
 *
 * Answers come as they are done, by the requests' ids.  What is wrong with a
 * request, or fails, is an answer too.  Requests that wait and their bytes are
 * bounded: beyond that no more are read until some are done.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SERVE_SERVE_H
#define SIM_SERVE_SERVE_H

#include <stdio.h>

#include "sim/base/diag.h"
#include "sim/sweep/evaluate.h"

#ifdef __cplusplus
extern "C" {
#endif

struct serve_input { /* all borrowed */
    FILE *from, *to;
    struct workbench *bench;
    int jobs; /* threads; 0: as many as there are processors */
    double (*now_seconds)(void);
};

/* false after a message: answers could not be written. */
bool serve(const struct serve_input *in, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
