/* map_options.h - what the command 'map' is asked for.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_MAP_MAP_OPTIONS_H
#define SIM_MAP_MAP_OPTIONS_H

#include "dataflows/search/search.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

struct map_options {
    enum search_objective objective;
    int top;                 /* mappings to simulate */
    int time_limit_seconds;  /* of a layer; 0 = none */
    bool count;              /* the space, too */
    const char *save;        /* where the mappings go, or NULL */
    const char *constraints; /* a file's name, or NULL */
};

void map_options_start(struct map_options *o);
/* Reads the value of --objective into an enum search_objective; false after a
 * message. */
bool map_options_objective(const char *text, void *objective, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
