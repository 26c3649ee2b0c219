/* map_layer.h - a layer's best mappings, by one dataflow or several, or its
 * best loop nests: found by a search under the closed form, then simulated.
 *
 * Both searches fill the same structs.  Named dataflows are searched one after
 * the other (sim/choose/map_named.c) and nests by themselves
 * (sim/choose/map_nest.c).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_MAP_LAYER_H
#define SIM_CHOOSE_MAP_LAYER_H

#include "dataflows/nest/nest_limits.h"
#include "dataflows/search/nest/search_nest.h"
#include "dataflows/search/search.h"
#include "sim/config/config.h"
#include "sim/energy/energy.h"
#include "sim/run/layer_mapping.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MAP_TABLES_MAX = 8, MAP_DATAFLOWS_MAX = 16 };

/* A mapping among the best. */
struct map_choice {
    struct layer_mapping mapping;
    struct search_cost cost; /* of the closed form */
    /* The largest lower bound of its cycles that is known, and the resource
     * that sets what the search knows of it, cost.cycles. */
    uint64_t bound_cycles;
    enum bound bound_by;
    /* Simulated; false with a text in `why`: the machine failed. */
    bool ran;
    uint64_t cycles;
    char *why;                       /* owns, or NULL */
    double by_table[MAP_TABLES_MAX]; /* its energy under each of the tables */
};

/* A place where a search leaves out parts of the space. */
struct map_cut {
    const char *name, *doc;
    uint64_t parts;
    uint64_t mappings; /* in them, where the search knows; else 0 */
};
enum { MAP_CUTS = (int)SEARCH_CUT_N + (int)SEARCH_NEST_CUT_N };

/* How large the space is, and what the search did with it. */
struct map_space {
    uint64_t mappings;
    bool counted;       /* all of them; false: there are more than these */
    uint64_t evaluated; /* mappings whose cost was worked out */
    /* Named dataflows only: mappings decided on, those of balanced cuts
     * tried before the walk, those left out with their reduction. */
    uint64_t covered, tried, by_reduction;
    uint64_t bounded; /* of nests only: bounds of parts worked out */
    int n_cuts;
    struct map_cut cut[MAP_CUTS];
    double seconds, count_seconds; /* of the search, of counting the space */
    /* The search for the front, where it is one of its own. */
    double front_seconds;
    uint64_t front_evaluated;
};

/* Why the best that was found is not proven to be the best. */
enum map_stop {
    MAP_PROVEN,
    MAP_TIME,   /* the time limit came first */
    MAP_BUDGET, /* the budget of a search for nests did */
    MAP_L1,     /* bounds leave out that words go to several L1s */
    MAP_STOP_N
};

struct map_layer {
    const struct layer *layer; /* borrowed */
    /* An equal layer, all of whose results these are; or NULL. */
    const struct layer *twin;
    bool is_nest; /* its choices are nests */
    /* Best first: by the objective with simulated cycles in the place of the
     * bound. */
    int n_choices;
    struct map_choice *choice; /* owns */
    /* Where the front is what is wanted: those that no other beats in energy
     * and in cycles; in rising energy. */
    int n_front;
    struct map_choice *front; /* owns */
    bool front_proven;        /* the front is whole */
    /* What mappings by each of the input's dataflows take at least, by the
     * objective; 0: not known, as of nests. */
    double floor[MAP_DATAFLOWS_MAX];
    enum map_stop stop;
    double gap; /* what is left may be less than the best by this share */
    struct map_space space;
};

struct map_input { /* all borrowed */
    const struct config *cfg;
    const struct arch *arch; /* the machine, as the layer finds it */
    const struct search_costs *costs;
    /* Fewer than MAP_DATAFLOWS_MAX, NULL at the end; nest_dataflow by itself
     * for nests. */
    const struct dataflow *const *dataflows;
    /* That a run takes by itself; NULL, or none of these: the first. */
    const struct dataflow *of_run;
    const struct nest_limits *limits; /* of nests; NULL: none */
    struct search_options search;     /* time_limit_seconds: of a dataflow */
    const struct energy_table *const *tables; /* whose totals are shown */
    int n_tables;
    const char *network; /* that mapping tables know it by, or "" */
    const struct energy_table *energy;
    bool simulate;              /* the best, and what a run would choose */
    uint64_t max_cycles;        /* of a simulation; 0 = no limit */
    struct pass_memory *memory; /* of this machine's passes; NULL: none */
};

/* Errors: none of the dataflows has a legal mapping (EXIT_NO_MAPPING). */
bool map_layer_run(const struct map_input *in, const struct layer *layer,
                   struct map_layer *out, struct diag *d);
/* The searches, which leave simulation and bound_by to map_layer_run.  What is
 * in *out is to be freed whatever they return. */
bool map_search_named(const struct map_input *in, const struct layer *layer,
                      struct map_layer *out, struct diag *d);
bool map_search_nests(const struct map_input *in, const struct layer *layer,
                      struct map_layer *out, struct diag *d);
/* Sets what the mapping takes under each of the tables, by a result of it;
 * where the first prices what the search does not count, that is its energy. */
void map_price(const struct map_input *in, const struct layer_result *r,
               struct map_choice *c);
/* The most that map_add_run adds, for which lists of choices have room. */
enum { MAP_RUN_CHOICES = 2 };
/* Adds to the choices, as ones that ran, the best of the candidates that a run
 * by the dataflow of a run would simulate, and the best of these and of
 * the other dataflows', of those whose floor leaves them a chance against the
 * choices that ran; none where there is none. */
void map_add_run(const struct map_input *in, const struct layer *layer,
                 struct map_layer *m);
/* What was found for `twin` holds for `layer`, which equals it; twin outlives
 * it. */
struct map_layer map_layer_as(const struct map_layer *twin,
                              const struct layer *layer);
/* Whether mappings were simulated, and all of them failed. */
bool map_layer_failed(const struct map_layer *m);
void map_layer_fini(struct map_layer *m);

#ifdef __cplusplus
}
#endif

#endif
