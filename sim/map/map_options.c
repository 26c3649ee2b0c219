/* map_options.c - the defaults of the command 'map', and the name of an
 * objective.
 * SPDX-License-Identifier: MIT
 */
#include "sim/map/map_options.h"

#include <string.h>

#include "sim/base/nearest.h"

static const struct src_pos command_line = {NULL, 0};

void map_options_start(struct map_options *o)
{
    memset(o, 0, sizeof(*o));
    o->objective = SEARCH_energy;
    o->top = 3;
}

bool map_options_objective(const char *text, void *objective, struct diag *d)
{
    struct nearest near;
    nearest_start(&near, text);
    for (int k = 0; k < SEARCH_OBJECTIVE_N; k++) {
        if (strcmp(text, search_objective_name[k]) == 0) {
            *(enum search_objective *)objective = (enum search_objective)k;
            return true;
        }
        nearest_offer(&near, search_objective_name[k]);
    }
    return diag_error(d, command_line,
                      "'--objective' is '%s'; it may be 'energy', 'delay', "
                      "'edp', 'edp2' or 'front', the nearest is '%s'",
                      text, near.best);
}
