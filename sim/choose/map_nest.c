/* map_nest.c - searches a layer's loop nests, on machines that run them.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_dataflow.h"
#include "dataflows/search/levels/search_levels.h"
#include "sim/choose/gate.h"
#include "sim/choose/map_layer.h"
#include "sim/config/arch_check.h"
#include "traces/access.h"

/* The most work of a search: a bound of a part is one, and a nest evaluated
 * ten.  It takes some seconds. */
#define BUDGET 20000000
/* The most nests on listed levels that one evaluates, some seconds. */
#define LISTED_BUDGET 100000

/* The share of a time limit that is left for simulating what was found. */
static const double SIMULATING_SHARE = 0.25;

/* What is looked at of a named dataflow's mappings: some milliseconds. */
enum { QUICK = 30000, OBJECTIVES = 3, SEEDS_OF_ONE = 2, SEEDS_MAX = 48 };

static const struct src_pos command_line = {NULL, 0};

static bool can_be_searched(const struct config *cfg, const struct layer *layer,
                            bool has_limits, struct diag *d)
{
    const struct arch *arch = config_arch(cfg);
    if (!gate_lets_dataflow(cfg, &nest_dataflow, NULL, d))
        return false;
    if (arch->array_network == NETWORK_SYSTOLIC)
        return diag_error(
            d, config_pos(cfg, "array.network"),
            "'%s' is a systolic array, whose nests end in a fold; "
            "nests are searched on multicast networks, and on "
            "this one 'ws', 'is' and 'os' are",
            arch->name);
    const struct l2_store store = arch_l2_store(arch, TENSOR_PSUM);
    if (!store.spills)
        return diag_error(d, command_line,
                          "store '%s' of '%s' has 'spills' = false; nests are "
                          "searched on machines that spill psums",
                          store.name, arch->name);
    if (arch_has_levels(arch) && has_limits)
        return diag_error(d, config_levels_pos(cfg),
                          "'%s' lists its 'levels', and '--constraints' are of "
                          "the usual ones; without them its nests are searched",
                          arch->name);
    if (arch->has_l1)
        return diag_error(d, command_line,
                          "'%s' has an L1; nests are searched on machines "
                          "without one",
                          arch->name);
    /* Without listed levels each dimension has one loop of a place. */
    const int most = arch_has_levels(arch) ? ACCESS_EXTENT_MAX : NEST_COUNT_MAX;
    if (access_extent(layer) > most)
        return diag_error(d, command_line,
                          "layer '%s' has a dimension of %d (of an ifmap, "
                          "padded); nests take up to %d",
                          layer->name, access_extent(layer), most);
    return true;
}

/* Searches the machine's named dataflows quickly for mappings that nests may
 * start from; returns how many there are. */
static int find_seeds(const struct map_input *in, const struct layer *layer,
                      struct search_nest_seed out[SEEDS_MAX])
{
    static const struct given_mapping none;
    const struct arch *arch = in->arch;
    const enum search_objective objectives[] = {
        in->search.objective == SEARCH_front ? SEARCH_edp
                                             : in->search.objective,
        SEARCH_energy, SEARCH_delay};
    int n = 0;
    for (int k = 0; dataflow_table[k] != NULL; k++) {
        const struct search_space *space =
            search_space_of(dataflow_table[k], arch);
        struct search_options options = {
            .top = SEEDS_OF_ONE, .jobs = 1, .quick = QUICK};
        struct search_problem problem;
        struct search_result found;
        if (space == NULL || !arch_runs(arch, dataflow_table[k]) ||
            layer->P > SEARCH_ROWS_MAX)
            continue;
        search_problem_init(&problem, space, arch, layer, in->costs, &none);
        for (int j = 0; j < OBJECTIVES && search_fits(&problem); j++) {
            options.objective = objectives[j];
            search_run(&problem, &options, &found);
            for (int i = 0; i < found.n_best && n < SEEDS_MAX; i++)
                out[n++] = (struct search_nest_seed){dataflow_table[k],
                                                     found.best[i].mapping};
            search_result_fini(&found);
        }
        search_problem_fini(&problem);
    }
    return n;
}

/* Copies a search's list of nests. */
static struct map_choice *choices_of(const struct search_nest_found *list,
                                     int n)
{
    struct map_choice *out = xcalloc((size_t)n + 1, sizeof(*out));
    for (int k = 0; k < n; k++) {
        out[k].mapping.dataflow = &nest_dataflow;
        out[k].mapping.nest = list[k].nest;
        out[k].mapping.source = "chosen";
        out[k].cost = list[k].cost;
    }
    return out;
}

static void fill_space(const struct search_nest_result *r,
                       struct map_space *out)
{
    out->evaluated = r->evaluated;
    out->bounded = r->bounded;
    out->seconds = r->seconds;
    out->n_cuts = SEARCH_NEST_CUT_N;
    for (int k = 0; k < SEARCH_NEST_CUT_N; k++) {
        out->cut[k].name = search_nest_cut_name[k];
        out->cut[k].doc = search_nest_cut_doc[k];
        out->cut[k].parts = r->cuts[k];
    }
}

bool map_search_nests(const struct map_input *in, const struct layer *layer,
                      struct map_layer *out, struct diag *d)
{
    static const enum map_stop stop[] = {
        [SEARCH_NEST_PROVEN] = MAP_PROVEN,
        [SEARCH_NEST_BUDGET] = MAP_BUDGET,
        [SEARCH_NEST_TIME] = MAP_TIME,
    };
    const struct arch *arch = in->arch;
    const bool is_listed = arch_has_levels(arch);
    struct search_nest_seed seed[SEEDS_MAX];
    struct search_nest_options options = {
        .objective = in->search.objective,
        .top = in->search.top,
        .budget = BUDGET,
        .now_seconds = in->search.now_seconds,
        .time_limit_seconds = in->search.time_limit_seconds *
                              (in->simulate ? 1 - SIMULATING_SHARE : 1),
        .limits = in->limits,
    };
    struct search_nest_result r = {0};
    if (!can_be_searched(in->cfg, layer, in->limits != NULL, d))
        return false;
    options.seed = seed;
    if (is_listed)
        options.budget = LISTED_BUDGET;
    else
        options.n_seeds = find_seeds(in, layer, seed);
    if (!(is_listed ? search_levels : search_nest)(arch, layer, in->costs,
                                                   &options, &r)) {
        search_nest_result_fini(&r);
        return diag_fail(d, EXIT_NO_MAPPING, command_line,
                         in->limits != NULL
                             ? "layer '%s': no nest was found under these "
                               "constraints that register files and L2 "
                               "hold; loosen or enlarge them"
                             : "layer '%s': no nest was found that "
                               "register files and L2 hold; enlarge them",
                         layer->name);
    }
    out->n_choices = r.n_best;
    out->choice = choices_of(r.best, r.n_best);
    if (in->search.objective == SEARCH_front) {
        out->n_front = r.n_front;
        out->front = choices_of(r.front, r.n_front);
    }
    out->stop = stop[r.end];
    out->gap = r.gap;
    out->front_proven =
        out->stop == MAP_PROVEN && in->search.objective == SEARCH_front;
    fill_space(&r, &out->space);
    if (in->search.count) {
        const uint64_t nests = is_listed ? search_levels_space(arch, layer)
                                         : search_nest_space(arch, layer);
        out->space.mappings = search_count_add(nests, 0);
        /* On listed levels the count leaves orders out. */
        out->space.counted = !is_listed && out->space.mappings == nests;
    }
    search_nest_result_fini(&r);
    return true;
}
