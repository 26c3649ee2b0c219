/* counters.h - everything that is counted, once: where it stands in a result,
 * what it is called in JSON and CSV, its unit, and what it is.
 *
 * Reports, sums over layers, the test of 64 bits and the comparison with closed
 * forms walk this table.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_COUNTERS_H
#define SIM_BASE_COUNTERS_H

#include <stddef.h>

#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct counter {
    const char
        *path; /* in a layer's JSON, keys joined with '.'; CSV's column */
    const char *unit; /* "words" */
    const char
        *label;    /* of a line of its own in the table of a layer, or NULL */
    size_t offset; /* of the uint64_t in struct layer_result */
    unsigned when; /* enum counter_when */
    const char *doc;
};

/* The last row has no path. */
extern const struct counter counter_table[];

/* The level that the path names, or LEVEL_N. */
enum level counter_level(const struct counter *c);
/* The path on a machine, with the level's name there; static, or written to
 * `text`. */
enum { COUNTER_PATH_BYTES = 96 };
const char *counter_path(const struct counter *c, const struct arch *arch,
                         char text[COUNTER_PATH_BYTES]);
uint64_t counter_value(const struct counter *c, const struct layer_result *r);
/* Whether a report of the machine has it; is_total: of the sum of layers. */
bool counter_is_reported(const struct counter *c, const struct arch *arch,
                         const struct layer_result *r, bool is_total);
/* sum += r, every counter. */
void counters_add(struct layer_result *sum, const struct layer_result *r);
/* A counter that passes `max`, or NULL. */
const struct counter *counters_beyond(const struct layer_result *r,
                                      uint64_t max);
/* A counter in which a run differs from its closed form, or NULL. */
const struct counter *counters_differ(const struct counts *run,
                                      const struct counts *expected);

#ifdef __cplusplus
}
#endif

#endif
