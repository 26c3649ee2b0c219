/* evaluate.c - a point, layer by layer.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/evaluate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/counters.h"
#include "sim/choose/gate.h"
#include "sim/network/fuse/fused_results.h"
#include "sim/network/joined_parts.h"
#include "sim/network/residency.h"
#include "sim/network/vector_result.h"
#include "sim/report/metrics.h"
#include "sim/run/model.h"
#include "sim/run/simulate.h"

static const struct src_pos command_line = {NULL, 0};

void workbench_init(struct workbench *bench, uint64_t memo_bytes)
{
    bench->inputs = inputs_new();
    bench->machines = machines_new(bench->inputs, memo_bytes);
}

void workbench_fini(struct workbench *bench)
{
    machines_free(bench->machines);
    inputs_free(bench->inputs);
}

/* One point on its way. */
struct evaluating {
    const struct evaluation *how;
    const struct point *point;
    const struct sweep_machine *machine;
    const struct sweep_layers *layers;
    const struct workload *running; /* of them, those with MAC loops, cut */
    const struct chooser *chooser;
    struct layer_result *mac, *all; /* own; of what runs, of what is reported */
    int n_all;
    bool stopped, took_too_long;
    struct diag *d; /* owns */
    struct point_result *out;
};

static bool is_stopped(void *context)
{
    struct evaluating *e = context;
    e->stopped =
        e->stopped || (e->how->stop != NULL && e->how->stop(e->how->context));
    return e->stopped;
}

static struct simulate_options options_of(struct evaluating *e)
{
    return (struct simulate_options){.memo = true,
                                     .memory = e->machine->family->passes,
                                     .kernel = e->how->kernel,
                                     .stop = is_stopped,
                                     .stop_context = e};
}

/* A choice may have run the layer already. */
static bool run_layer(struct evaluating *e, const struct layer *layer,
                      struct layer_result *out)
{
    const struct arch *arch = config_arch(e->machine->cfg);
    const struct layer_mapper mapper = chooser_mapper(e->chooser);
    struct simulate_options options = options_of(e);
    struct layer_mapping mapping;
    if (!mapper.mapping_of(mapper.context, layer, &options, &mapping, e->d))
        return false;
    if (!e->point->simulates)
        return gate_lets_count(e->machine->cfg, layer, "model", e->d) &&
               model_layer(arch, layer, &mapping, false, out, e->d);
    if (mapping.ran != NULL) {
        *out = *mapping.ran;
        return true;
    }
    options.worth_cycles = e->point->max_cycles;
    options.gave_up = &e->took_too_long;
    return simulate_layer(arch, layer, &mapping, &options, out, e->d);
}

/* The same, unless an equal one ran before. */
static bool find_layer(struct evaluating *e, const struct layer *layer,
                       struct layer_result *out)
{
    struct layer_results *results = e->machine->family->results;
    struct layer_results_key *key = xcalloc(1, sizeof(*key));
    chooser_key(e->chooser, layer, &key->choice);
    key->machine = e->machine->as_run;
    /* A searched mapping depends on prices.  The table is named: another may
     * come to lie where it lies. */
    if (key->choice.energy != NULL)
        memcpy(key->machine.energy, config_arch(e->machine->cfg)->energy,
               sizeof(key->machine.energy));
    key->choice.energy = NULL;
    key->simulated = e->point->simulates;
    const enum layer_found found =
        layer_results_find(results, key, is_stopped, e, out);
    bool ok = found == LAYER_KNOWN;
    if (found == LAYER_TO_RUN) {
        ok = run_layer(e, layer, out) && !is_stopped(e);
        if (ok)
            layer_results_add(results, key, out);
        else
            layer_results_abandon(results, key);
    }
    free(key);
    out->layer = *layer; /* an equal one may have another name */
    e->took_too_long = e->took_too_long || (ok && e->point->max_cycles > 0 &&
                                            out->cycles > e->point->max_cycles);
    return ok && !e->took_too_long;
}

/* Runs all layers with a MAC loop. */
static bool run_macs(struct evaluating *e)
{
    const struct workload *w = e->running;
    const struct chooser_input in = {
        .cfg = e->machine->cfg,
        .network = e->layers->table_network,
        .dataflow = e->machine->dataflow,
        .layer = w->layer,
        .n_layers = w->n_layers,
        .simulates = e->point->simulates,
        .energy = e->machine->energy,
        .objective = e->point->objective,
        .is_quiet = true,
    };
    struct chooser *chooser = chooser_new(&in, e->d);
    if (chooser == NULL)
        return false;
    e->chooser = chooser;
    e->out->mapping_source = chooser_source(chooser);
    bool ok = true;
    for (int i = 0; ok && i < w->n_layers; i++)
        ok = find_layer(e, &w->layer[i], &e->mac[i]);
    chooser_free(chooser);
    return ok;
}

/* From the layers that ran to those that were given. */
static void join_cut(struct evaluating *e, const int *parts)
{
    struct layer_result *joined = joined_parts(e->mac, e->layers->given, parts);
    free(e->mac);
    e->mac = joined;
}

/* What stays on chip between nodes, and which are fused. */
static bool plan_graph(struct evaluating *e, const struct simulate_options *how)
{
    struct residency plan = {0};
    struct fuse_groups fused = {0};
    const struct residency_input in = {.cfg = e->machine->cfg,
                                       .network = &e->layers->network,
                                       .dataflow = e->machine->dataflow,
                                       .simulate = how};
    const struct fused_graph fuse = {
        .how = {&in, NULL, config_pos(e->machine->cfg, "network.fuse")},
        .energy = e->machine->energy,
        .objective = e->point->objective};
    const bool ok = (!residency_is_planned(config_arch(e->machine->cfg)) ||
                     residency_plan(&in, e->all, &plan, e->d)) &&
                    fused_results(&fuse, e->all, &fused, e->d);
    residency_fini(&plan);
    fuse_groups_fini(&fused);
    return ok;
}

/* Refuses what is about whole graphs where there is none, or a part. */
static bool graph_keys_fit(struct evaluating *e)
{
    const struct config *cfg = e->machine->cfg;
    const struct network_file *n = &e->layers->network;
    const struct residency_input in = {
        .cfg = cfg, .network = n, .dataflow = e->machine->dataflow};
    if (!residency_is_possible(&in, e->d))
        return false;
    if (config_arch(cfg)->fuse[0] == '\0' ||
        (n->graph != NULL && !n->graph->is_list && !n->is_part))
        return true;
    return diag_error(e->d, config_pos(cfg, "network.fuse"),
                      "'network.fuse' is about chains of a whole graph; with "
                      "other layers it may be \"\"");
}

/* All nodes of a graph, with those without a MAC loop. */
static bool add_nodes(struct evaluating *e)
{
    const struct workload *rows = e->layers->network.rows;
    const struct arch *arch = config_arch(e->machine->cfg);
    struct simulate_options options = options_of(e);
    const struct simulate_options *how = e->point->simulates ? &options : NULL;
    const struct layer_result *mac = e->mac;
    bool ok = true;
    options.memory = NULL; /* a vector unit's passes are no array's */
    e->n_all = rows->n_layers;
    e->all = xcalloc((size_t)rows->n_layers, sizeof(*e->all));
    for (int i = 0; ok && i < rows->n_layers; i++)
        if (layer_is_mac(&rows->layer[i]))
            e->all[i] = *mac++;
        else
            ok = vector_result(arch, &rows->layer[i], how, &e->all[i], e->d);
    return ok && plan_graph(e, how);
}

static bool run_layers_of(struct evaluating *e)
{
    if (!graph_keys_fit(e))
        return false;
    const struct arch *arch = config_arch(e->machine->cfg);
    const int zeros = arch->transposed == TRANSPOSED_WITH_ZEROS;
    const struct workload *given = e->layers->given;
    const bool is_cut = e->layers->cut[zeros] != NULL;
    e->running = is_cut ? e->layers->cut[zeros] : given;
    e->mac = xcalloc((size_t)e->running->n_layers + 1, sizeof(*e->mac));
    if (e->machine->dataflow != NULL && e->layers->table_network[0] != '\0' &&
        !config_table_fits(e->machine->cfg, e->layers->table_network,
                           e->machine->dataflow, e->layers->network_layer,
                           e->layers->n_network_layers, e->d))
        return false;
    if (!run_macs(e))
        return false;
    if (is_cut)
        join_cut(e, e->layers->parts[zeros]);
    if (e->layers->network.graph != NULL)
        return add_nodes(e);
    e->all = e->mac;
    e->n_all = given->n_layers;
    return true;
}

static struct report_input report_of(const struct evaluating *e)
{
    return (struct report_input){
        .arch = config_arch(e->machine->cfg),
        .batch = e->layers != NULL ? e->layers->given->batch : 1,
        .energy = e->machine->energy,
        .layers = e->all,
        .n_layers = e->n_all,
        .dram_burst_bytes = e->machine->dram_burst_bytes,
        .dram_bytes_per_second = e->machine->dram_bytes_per_second,
    };
}

/* The parameters of a single layer's mapping: "m=64 n=1". */
static void tell_mapping(const struct evaluating *e)
{
    const struct layer_result *r = &e->all[0];
    char *text = e->out->mapping;
    size_t n = 0;
    for (int i = 0; e->n_all == 1 && i < r->n_params; i++)
        if (n < MAPPING_TEXT_BYTES &&
            dataflow_param_is_told(r->param[i].name, r->param[i].value))
            n += (size_t)snprintf(text + n, MAPPING_TEXT_BYTES - n, "%s%s=%d",
                                  n > 0 ? " " : "", r->param[i].name,
                                  r->param[i].value);
}

/* Fills the columns. */
static bool tell(struct evaluating *e)
{
    const struct report_input in = report_of(e);
    struct layer_result sum;
    metrics_sum(in.layers, in.n_layers, &sum);
    if (!result_fits(in.arch, &sum, "the layers together", e->d))
        return false;
    result_columns_fill(&in, &e->machine->costs, e->out->value);
    tell_mapping(e);
    return true;
}

static void fail(struct evaluating *e)
{
    if (e->took_too_long)
        point_fail(e->out, POINT_over_limit,
                   "a layer takes more than %" PRIu64 " cycles",
                   e->point->max_cycles);
    else if (e->stopped)
        point_fail(e->out, POINT_over_limit, "it was stopped");
    else
        point_refuse(e->out, e->d);
}

static void evaluate_on(struct evaluating *e)
{
    const struct report_input in = report_of(e);
    result_columns_of_machine(&in, e->out->value);
    if (e->how->wanted != NULL && !e->how->wanted(e->how->context, e->out))
        return;
    e->layers = inputs_layers(e->how->bench->inputs, e->point, in.arch,
                              command_line, e->d);
    if (e->layers == NULL || !run_layers_of(e) || !tell(e))
        fail(e);
    inputs_give_back_layers(e->how->bench->inputs, e->layers);
    if (e->all != e->mac)
        free(e->all);
    free(e->mac);
}

void evaluate(const struct evaluation *how, const struct point *point,
              struct point_result *out)
{
    struct evaluating e = {
        .how = how, .point = point, .d = diag_new(), .out = out};
    memset(out, 0, sizeof(*out));
    out->simulated = point->simulates;
    e.machine = machines_take(how->bench->machines, point);
    if (e.machine->refusal != NULL) {
        out->status = e.machine->status == EXIT_NO_MAPPING ? POINT_no_mapping
                                                           : POINT_illegal;
        out->reason = xstrdup(e.machine->refusal);
    } else {
        evaluate_on(&e);
    }
    machines_give_back(how->bench->machines, e.machine);
    diag_free(e.d);
}
