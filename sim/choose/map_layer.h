/* map_layer.h - a layer's best mappings over one dataflow or several: found
 * by search under the closed form, then run.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_MAP_LAYER_H
#define SIM_CHOOSE_MAP_LAYER_H

#include "dataflows/search/search.h"
#include "sim/config/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What was searched of a dataflow. */
struct map_part {
    const struct dataflow *dataflow;
    bool is_empty; /* no legal mapping */
    struct search_result found;
    struct search_result front; /* of a search of its own */
};

/* A mapping among the best. */
struct map_choice {
    const struct dataflow *dataflow;
    struct mapping mapping;
    struct search_cost cost;
    enum bound bound_by;
    /* Simulated; false: the machine failed, and why. */
    bool ran;
    uint64_t cycles;
    char *why; /* owns, or NULL */
};

struct map_layer {
    const struct layer *layer; /* borrowed */
    /* An equal layer, all of whose results these are; or NULL. */
    const struct layer *twin;
    int n_parts;
    struct map_part *part; /* owns */
    /* Best first: by the objective with simulated cycles in the place of the
     * bound. */
    int n_choices;
    struct map_choice *choice; /* owns */
    /* Of all dataflows, in rising energy.  Owns. */
    int n_front;
    struct map_choice *front;
    bool proven;        /* the choice that the closed form has first */
    bool leaves_l1_out; /* bounds do, of a machine with an L1 (map_l1.h) */
    double gap;
    bool front_proven;
};

struct map_input { /* all borrowed */
    const struct config *cfg;
    const struct search_costs *costs;
    const struct dataflow *const *dataflows; /* NULL at the end */
    struct search_options search;
    bool simulate;
    uint64_t max_cycles; /* of a simulation; 0 = no limit */
};

/* Errors: none of the dataflows has a legal mapping (EXIT_NO_MAPPING). */
bool map_layer_run(const struct map_input *in, const struct layer *layer,
                   struct map_layer *out, struct diag *d);
/* What was found for `twin` holds for `layer`, which equals it; twin outlives
 * it. */
struct map_layer map_layer_as(const struct map_layer *twin,
                              const struct layer *layer);
/* Whether mappings were simulated, and all of them failed. */
bool map_layer_failed(const struct map_layer *m);
void map_layer_fini(struct map_layer *m);

/* "--set mapping.m=64 ...", to be freed. */
char *map_set_line(const struct dataflow *dataflow,
                   const struct mapping *mapping);

#ifdef __cplusplus
}
#endif

#endif
