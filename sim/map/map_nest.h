/* map_nest.h - the best general loop nest of each layer, for 'map'.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_MAP_MAP_NEST_H
#define SIM_MAP_MAP_NEST_H

#include "sim/config/config.h"
#include "sim/config/workload.h"
#include "sim/energy/energy.h"
#include "sim/map/map_options.h"
#include "sim/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What to search, and where the report goes; all borrowed. */
struct map_nest_input {
    const struct config *cfg;
    const struct energy_table *energy;
    const struct workload *workload;
    const struct map_options *map;
    enum report_format format;
    const char *output;  /* NULL: standard output */
    uint64_t max_cycles; /* of a simulated nest; 0: no limit */
    struct diag *diag;
};

/* Searches each layer, reports, and saves the nests where map->save says. */
void map_nest(const struct map_nest_input *s);

#ifdef __cplusplus
}
#endif

#endif
