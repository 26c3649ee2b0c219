/* explain.c - runs the layers as they are and with each change.
 * SPDX-License-Identifier: MIT
 */
#include "sim/explain/explain.h"

#include <stdlib.h>
#include <string.h>

#include "sim/energy/energy_area.h"
#include "sim/report/metrics.h"
#include "sim/run/run.h"
#include "sim/run/tile_table.h"

/* A machine and how its layers are mapped. */
struct setup {
    const struct config *cfg;
    const struct dataflow *dataflow;
    enum mapping_policy policy;
};

/* Simulates the layers; results[i] is theirs, to be freed where it returns
 * true.  source: set to chooser_source, or NULL. */
static bool simulate(const struct explain_input *in, const struct setup *setup,
                     struct layer_result *results, const char **source,
                     struct diag *d)
{
    const struct chooser_input asked = {
        .cfg = setup->cfg,
        .network = in->network,
        .dataflow = setup->dataflow,
        .layer = in->workload->layer,
        .n_layers = in->workload->n_layers,
        .policy = setup->policy,
        .simulates = true,
        .energy = in->energy,
        .objective = in->objective,
        .is_quiet = true,
    };
    struct pass_memory_stats unread;
    struct chooser *chooser = chooser_new(&asked, d);
    if (chooser == NULL)
        return false;
    const struct layer_mapper mapper = chooser_mapper(chooser);
    const struct run_input run = {.arch = config_arch(setup->cfg),
                                  .layer = in->workload->layer,
                                  .n_layers = in->workload->n_layers,
                                  .mapper = &mapper,
                                  .simulate = {.memo = true},
                                  .jobs = in->jobs};
    const bool ok = run_layers(&run, results, &unread, d);
    if (source != NULL)
        *source = chooser_source(chooser);
    chooser_free(chooser);
    return ok;
}

static void add_energy(const struct explain_input *in, const struct arch *arch,
                       const struct layer_result *r, struct layer_energy *sum)
{
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    struct arch own;
    struct energy_costs costs;
    struct layer_energy energy;
    arch_of_layer(arch, &r->layer, &own);
    energy_costs_of(in->energy, &own, &costs);
    energy_of_layer(&costs, &own, r,
                    dram.kind == DRAM_PART ? dram_burst_bytes(&dram) : 0,
                    &energy);
    energy_add(sum, &energy);
}

static struct explain_cost cost_of(const struct explain_input *in,
                                   const struct arch *arch,
                                   const struct layer_result *results,
                                   struct layer_energy *energy)
{
    struct explain_cost cost = {0, 0, 0};
    struct machine_area area;
    memset(energy, 0, sizeof(*energy));
    for (int i = 0; i < in->workload->n_layers; i++) {
        cost.cycles = count_add(cost.cycles, results[i].cycles);
        add_energy(in, arch, &results[i], energy);
    }
    cost.energy = energy->total;
    if (in->area != NULL && energy_area_of(in->area, arch, &area))
        cost.area_mm2 = area.total;
    return cost;
}

static bool same_mapping(const struct layer_result *a,
                         const struct layer_result *b)
{
    bool same =
        strcmp(a->dataflow, b->dataflow) == 0 && a->n_params == b->n_params;
    for (int k = 0; same && k < a->n_params; k++)
        same = a->param[k].value == b->param[k].value;
    return same;
}

static bool sets_mapping(const char *set)
{
    return strncmp(set, "mapping.", strlen("mapping.")) == 0;
}

/* Whether some --set is of the mapping. */
static bool has_set_mapping(const struct explain_input *in)
{
    for (int k = 0; k < in->n_sets; k++)
        if (sets_mapping(in->set[k]))
            return true;
    return false;
}

/* The machine with a change; NULL after a message. */
static struct config *changed(const struct explain_input *in,
                              const struct what_if *what, struct diag *d)
{
    const char **set =
        xcalloc((size_t)in->n_sets + (size_t)what->n_sets + 1, sizeof(*set));
    int n = 0;
    for (int k = 0; k < in->n_sets; k++)
        if (!(what->is_unset && sets_mapping(in->set[k])))
            set[n++] = in->set[k];
    for (int k = 0; k < what->n_sets; k++)
        set[n++] = what->set[k];
    struct config *cfg = config_load(in->cfg_name, set, n, d);
    free(set);
    return cfg;
}

static bool run_changed(const struct explanation *e,
                        struct explained_what_if *w, struct config *cfg,
                        struct diag *d)
{
    const struct explain_input *in = e->in;
    const int n = in->workload->n_layers;
    struct setup setup = {cfg, in->dataflow, in->policy};
    if (w->what.kind == WHAT_IF_MAPPING && w->what.dataflow == NULL &&
        !w->what.is_unset)
        setup.policy = POLICY_SEARCH;
    if (w->what.dataflow != NULL)
        setup.dataflow = config_dataflow(cfg, w->what.dataflow, d);
    else if (in->mapping_file != NULL &&
             !config_use_mappings(cfg, in->mapping_file,
                                  (struct src_pos){NULL, 0}, d))
        return false;
    if ((setup.dataflow == NULL && in->mapping_file == NULL) ||
        !energy_is_possible(in->energy, config_arch(cfg), d))
        return false;
    struct layer_result *results = xcalloc((size_t)n, sizeof(*results));
    struct layer_energy energy;
    const bool ok = simulate(in, &setup, results, NULL, d);
    if (ok)
        w->cost = cost_of(in, config_arch(cfg), results, &energy);
    for (int i = 0; ok && i < n; i++) {
        w->is_other_mapping =
            w->is_other_mapping || !same_mapping(&results[i], &e->layer[i]);
        layer_result_fini(&results[i]);
    }
    free(results);
    return ok;
}

static char *said(const struct diag *d)
{
    const char *text = diag_count(d) > 0 ? diag_text(d, 0) : "";
    const char *reason = strstr(text, "error: ");
    return xstrdup(reason != NULL ? reason + strlen("error: ") : text);
}

static void try_one(const struct explanation *e, struct explained_what_if *w)
{
    struct diag *why = diag_new();
    struct config *cfg = changed(e->in, &w->what, why);
    w->ran = cfg != NULL && run_changed(e, w, cfg, why);
    if (!w->ran)
        w->why = said(why);
    config_free(cfg);
    diag_free(why);
}

/* Whether a change is of the DRAM, and there is nothing that it could save:
 * no cycle is waited for it. */
static bool is_idle(const struct explanation *e, const struct what_if *what)
{
    uint64_t waited = 0;
    for (int t = 0; t < TENSOR_N; t++)
        for (int k = 0; k < DRAM_WAIT_N; k++)
            if (k != DRAM_WAIT_ramp)
                waited = count_add(waited, e->total.wait_dram_by[t][k]);
    return waited == 0 && what->n_sets > 0 &&
           strncmp(what->set[0], "dram.", 5) == 0;
}

static int better(const void *a, const void *b)
{
    const struct explained_what_if *x = a, *y = b;
    if (x->ran != y->ran)
        return x->ran ? -1 : 1;
    if (x->cost.cycles != y->cost.cycles)
        return x->cost.cycles < y->cost.cycles ? -1 : 1;
    if (x->what.n_sets != y->what.n_sets) /* of equals, the simplest */
        return x->what.n_sets < y->what.n_sets ? -1 : 1;
    if (x->cost.area_mm2 < y->cost.area_mm2)
        return -1;
    if (x->cost.area_mm2 > y->cost.area_mm2)
        return 1;
    return strcmp(x->what.n_sets > 0 ? x->what.set[0] : x->what.option,
                  y->what.n_sets > 0 ? y->what.set[0] : y->what.option);
}

static void try_all(struct explanation *e)
{
    struct what_if what[WHAT_IFS_MAX];
    const struct dataflow *dataflow = e->in->dataflow;
    const struct what_if_mappings mappings = {
        .dataflow = dataflow != NULL ? dataflow->name : NULL,
        .are_searched = e->in->policy == POLICY_SEARCH ||
                        strcmp(e->mapping_source, "search") == 0,
        .are_set = has_set_mapping(e->in),
    };
    const int n = what_ifs_of(config_arch(e->in->cfg), &mappings, what);
    for (int k = 0; k < n; k++) {
        if (is_idle(e, &what[k]))
            continue;
        struct explained_what_if *w = &e->what_if[e->n++];
        memset(w, 0, sizeof(*w));
        w->what = what[k];
        try_one(e, w);
    }
    qsort(e->what_if, (size_t)e->n, sizeof(e->what_if[0]), better);
}

bool explain_layers(const struct explain_input *in, struct explanation *out,
                    struct diag *d)
{
    const int n = in->workload->n_layers;
    const struct setup now = {in->cfg, in->dataflow, in->policy};
    memset(out, 0, sizeof(*out));
    out->in = in;
    out->layer = xcalloc((size_t)n, sizeof(*out->layer));
    if (!simulate(in, &now, out->layer, &out->mapping_source, d)) {
        free(out->layer);
        return false;
    }
    metrics_sum(out->layer, n, &out->total);
    out->now = cost_of(in, config_arch(in->cfg), out->layer, &out->energy);
    try_all(out);
    return true;
}

void explanation_fini(struct explanation *e)
{
    for (int i = 0; i < e->in->workload->n_layers; i++)
        layer_result_fini(&e->layer[i]);
    free(e->layer);
    for (int k = 0; k < e->n; k++)
        free(e->what_if[k].why);
}

const struct explained_what_if *explanation_binding(const struct explanation *e)
{
    for (int k = 0; k < e->n; k++) {
        const struct explained_what_if *w = &e->what_if[k];
        const bool is_mapping =
            w->what.is_unset ||
            (w->what.kind == WHAT_IF_MAPPING && e->in->mapping_is_given);
        if (w->ran && (w->what.kind == WHAT_IF_RESOURCE || is_mapping) &&
            w->cost.cycles < e->now.cycles)
            return w;
    }
    return NULL;
}

double explanation_gain(const struct explanation *e,
                        const struct explained_what_if *w)
{
    if (e->now.cycles == 0)
        return 0;
    return 1 - (double)w->cost.cycles / (double)e->now.cycles;
}
