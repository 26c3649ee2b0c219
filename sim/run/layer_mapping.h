/* layer_mapping.h - the mapping under which a layer runs, finished: nothing of
 * it is left to choose.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_LAYER_MAPPING_H
#define SIM_RUN_LAYER_MAPPING_H

#include "dataflows/dataflow.h"
#include "dataflows/nest/nest.h"
#include "dataflows/nest/nest_dataflow.h"

#ifdef __cplusplus
extern "C" {
#endif

struct layer_result;     /* sim/base/result.h */
struct tried_mappings;   /* sim/base/result.h */
struct simulate_options; /* sim/run/simulate.h */

/* Legal on the machine and for the layer that it is used with. */
struct layer_mapping {
    const struct dataflow *dataflow; /* &nest_dataflow: a loop nest */
    struct mapping mapping;          /* of any other dataflow */
    struct nest nest;
    /* Who listed it: "table", "chosen" (the dataflow's rules), "search" or
     * "given". */
    const char *source;
    const char *table_source; /* as "inferred"; NULL: none, or published */
    /* What a run of it came to, by whoever chose it so, borrowed; NULL: it was
     * not simulated.  Without values, operands or a limit. */
    const struct layer_result *ran;
    /* What else was looked at, borrowed; NULL: nothing. */
    const struct tried_mappings *tried;
};

static inline bool layer_mapping_is_nest(const struct layer_mapping *m)
{
    return m->dataflow == &nest_dataflow;
}

/* A dataflow's own. */
struct layer_mapping layer_mapping_chosen(const struct dataflow *dataflow,
                                          const struct mapping *mapping);

struct access_tap;   /* traces/access.h */
struct layer_values; /* sim/run/check.h */
struct pass_source;  /* sim/run/pass_source.h */

/* Who says under which mapping a layer runs. */
struct layer_mapper {
    const void *context; /* borrowed */
    /* Fills *out; false after a message.  Several threads may call it at
     * once.  with: the pass memory and the helpers that it may simulate with,
     * to find out; NULL: its own. */
    bool (*mapping_of)(const void *context, const struct layer *layer,
                       const struct simulate_options *with,
                       struct layer_mapping *out, struct diag *d);
    /* Whether two layers that are equal but for their names get one mapping. */
    bool (*is_same)(const void *context, const struct layer *a,
                    const struct layer *b);
};

/* The passes of a mapping.  check: operands of functional mode, or NULL;
 * borrowed.  tap: told of every access; may be NULL.  To be freed by
 * ops->destroy. */
struct pass_source *pass_source_new(const struct arch *arch,
                                    const struct layer *layer,
                                    const struct layer_mapping *mapping,
                                    const struct layer_values *check,
                                    const struct access_tap *tap);

#ifdef __cplusplus
}
#endif

#endif
