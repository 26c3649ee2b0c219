/* command_map.c - finds the best mapping of each layer, by named dataflows or
 * among all loop nests, and reports and saves it.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_dataflow.h"
#include "sim/base/file_use.h"
#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/choose/gate.h"
#include "sim/choose/search_costs.h"
#include "sim/cli/command.h"
#include "sim/cli/format_table.h"
#include "sim/cli/invocation.h"
#include "sim/config/arch_check.h"
#include "sim/config/config_value.h"
#include "sim/config/nest_limits_file.h"
#include "sim/map/map_report.h"
#include "sim/process/clock.h"
#include "sim/process/progress.h"
#include "sim/run/pass_memory.h"
#include "sim/run/run.h"

static const struct src_pos command_line = {NULL, 0};

#define KEEP_SECONDS 1 /* between two savings */

/* Whether a dataflow has every parameter that --set holds. */
static bool has_params(const struct invocation *s,
                       const struct dataflow *dataflow)
{
    struct given_mapping given;
    struct diag *unread = diag_new();
    bool has = config_mapping_by_hand(s->cfg, dataflow, &given, unread);
    diag_free(unread);
    return has;
}

static bool wants_nests(const struct invocation *s)
{
    return s->options.dataflow != NULL &&
           strcmp(s->options.dataflow, nest_dataflow.name) == 0;
}

/* What a message says, without where it says it. */
static const char *said(const struct diag *d)
{
    const char *reason = strstr(diag_text(d, 0), "error: ");
    return reason != NULL ? reason + strlen("error: ") : diag_text(d, 0);
}

/* Lists all dataflows that the machine has, that can be searched, that know the
 * parameters set by hand and that the gate lets in; NULL at the end.  When the
 * gate lets none in, its messages say why; else a warning names each that it
 * keeps out. */
static bool list_all(const struct invocation *s,
                     const struct dataflow *list[MAP_DATAFLOWS_MAX])
{
    const struct arch *arch = config_arch(s->cfg);
    struct diag *refused[MAP_DATAFLOWS_MAX];
    const char *name[MAP_DATAFLOWS_MAX];
    int n = 0, n_refused = 0;
    for (int k = 0; k < MAP_DATAFLOWS_MAX - 1 && dataflow_table[k] != NULL;
         k++) {
        const struct dataflow *one = dataflow_table[k];
        if (search_space_of(one, arch) == NULL || !arch_runs(arch, one) ||
            !has_params(s, one))
            continue;
        struct diag *why = diag_new();
        if (gate_lets_dataflow(s->cfg, one, NULL, why)) {
            list[n++] = one;
            diag_free(why);
        } else {
            refused[n_refused] = why;
            name[n_refused++] = one->name;
        }
    }
    list[n] = NULL;
    if (n == 0 && n_refused == 0)
        diag_error(s->diag, command_line,
                   "'%s' has no dataflow that can be searched", arch->name);
    for (int k = 0; k < n_refused; k++) {
        if (n == 0)
            diag_move(s->diag, refused[k]);
        else
            fprintf(stderr, "accelsim: warning: '%s' is not searched: %s\n",
                    name[k], said(refused[k]));
        diag_free(refused[k]);
    }
    return n > 0;
}

/* Lists the dataflow that is asked for, or all that will do. */
static bool list_dataflows(const struct invocation *s,
                           const struct dataflow *list[MAP_DATAFLOWS_MAX])
{
    const struct arch *arch = config_arch(s->cfg);
    if (s->options.dataflow == NULL && arch_has_levels(arch)) {
        list[0] = &nest_dataflow;
        list[1] = NULL;
        return true;
    }
    if (s->options.dataflow == NULL)
        return list_all(s, list);
    list[0] = s->dataflow;
    list[1] = NULL;
    return wants_nests(s) || search_space_of(s->dataflow, arch) != NULL ||
           diag_error(s->diag, command_line,
                      "dataflow '%s' has no space to search; 'rs', 'ws', "
                      "'is', 'os', 'nlr' and 'nest' have",
                      s->dataflow->name);
}

/* How far the searches are on the progress line, which counts layers. */
struct shown {
    struct progress *progress;
    const char *layer;
    int parts;    /* searches of a layer */
    double share; /* of the search that runs */
    double done;  /* of the layer */
};

static void show_progress(void *context, double share)
{
    struct shown *shown = context;
    if (share < shown->share) /* the next dataflow */
        shown->share = 0;
    const double more = (share - shown->share) / shown->parts;
    progress_add(shown->progress, shown->layer, more);
    shown->done += more;
    shown->share = share;
}

/* Sets *out to what was found for an equal layer before it, if there is one. */
static bool has_twin(const struct map_layer *before, int n,
                     const struct layer *layer, struct map_layer *out)
{
    for (int k = 0; k < n; k++)
        if (before[k].twin == NULL && layer_same(layer, before[k].layer)) {
            *out = map_layer_as(&before[k], layer);
            return true;
        }
    return false;
}

/* With the widths that the layer's words have, and what they cost. */
static bool search_one(const struct invocation *s, const struct map_input *all,
                       const struct layer *layer, struct map_layer *out)
{
    struct map_input in = *all;
    struct arch own;
    struct energy_costs energy;
    struct search_costs costs;
    arch_of_layer(config_arch(s->cfg), layer, &own);
    energy_costs_of(s->energy, &own, &energy);
    search_costs_of(&energy, &own, &costs);
    in.arch = &own;
    in.costs = &costs;
    return map_layer_run(&in, layer, out, s->diag);
}

static bool keep_is_given(const struct config *cfg)
{
    struct config_value value;
    for (int i = 0; config_value_at(cfg, i, &value); i++)
        if (strcmp(value.key, "mapping.keep") == 0)
            return true;
    return false;
}

static struct map_report report_of(const struct invocation *s,
                                   const struct map_layer *layers, int n)
{
    return (struct map_report){
        .arch = config_arch(s->cfg),
        .energy = s->energy,
        .tables = (const struct energy_table *const *)s->tables,
        .n_tables = s->n_tables,
        .network = invocation_is_single_layer(s) ? "" : s->workload->name,
        .batch = s->workload->batch,
        .objective = s->options.map.objective,
        .is_constrained = s->options.map.constraints != NULL,
        .keep_is_given = keep_is_given(s->cfg),
        .layer = layers,
        .n_layers = n,
        .n_asked = s->workload->n_layers,
    };
}

/* Writes the best mapping of each layer to the file. */
static bool save_mappings(const struct map_report *report, const char *path,
                          struct diag *d)
{
    char *text;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    map_report_save(report, to);
    SIM_CHECK(fclose(to) == 0);
    const bool ok = output_write(path, text, bytes, d);
    free(text);
    return ok;
}

/* When the mappings found so far were last saved; negative: never. */
struct kept {
    double at_seconds;
};

/* Saves what was found while other layers are still searched, so that whatever
 * ends the program leaves it; a layer that fails ends that.  Not after each of
 * many quick layers, for each file waits for the disk. */
static bool keep(const struct invocation *s, const struct map_layer *layers,
                 int n, struct kept *kept)
{
    const char *path = s->options.map.save;
    const double now = clock_now_seconds();
    if (path == NULL || n == s->workload->n_layers ||
        map_layer_failed(&layers[n - 1]) ||
        (kept->at_seconds >= 0 && now - kept->at_seconds < KEEP_SECONDS))
        return true;
    const struct map_report report = report_of(s, layers, n);
    kept->at_seconds = now;
    return save_mappings(&report, path, s->diag);
}

/* Searches the layers one after the other; each search uses all threads. */
static bool search_each(const struct invocation *s, const struct map_input *all,
                        struct map_layer *layers, int *n_done)
{
    struct map_input in = *all;
    const struct workload *w = s->workload;
    struct shown shown = {.progress = progress_new(stderr, w->n_layers)};
    struct kept kept = {-1};
    bool ok = true;
    while (in.dataflows[shown.parts] != NULL)
        shown.parts++;
    in.search.time_limit_seconds =
        (double)s->options.map.time_limit_seconds / shown.parts;
    in.search.progress = show_progress;
    in.search.progress_context = &shown;
    for (int i = 0; ok && i < w->n_layers; i++) {
        const struct layer *layer = &w->layer[i];
        shown.layer = layer->name;
        shown.share = shown.done = 0;
        ok = has_twin(layers, i, layer, &layers[i]) ||
             search_one(s, &in, layer, &layers[i]);
        progress_add(shown.progress, shown.layer, 1 - shown.done);
        *n_done += ok;
        ok = ok && keep(s, layers, *n_done, &kept);
    }
    progress_free(shown.progress);
    return ok;
}

static bool search_layers(const struct invocation *s, struct map_layer *layers,
                          int *n_done)
{
    const struct options *o = &s->options;
    const struct dataflow *dataflows[MAP_DATAFLOWS_MAX];
    struct nest_limits limits;
    if (!list_dataflows(s, dataflows) ||
        (o->map.constraints != NULL &&
         !nest_limits_read(o->map.constraints, command_line, &limits, s->diag)))
        return false;
    struct map_input in = {
        .cfg = s->cfg,
        .dataflows = dataflows,
        .of_run = s->dataflow,
        .limits = o->map.constraints != NULL ? &limits : NULL,
        .search = {.objective = o->map.objective,
                   .top = o->map.top > 0 ? o->map.top : 1,
                   .jobs = o->jobs > 0 ? o->jobs : run_processors(),
                   .now_seconds = clock_now_seconds,
                   .count = o->map.count},
        .tables = (const struct energy_table *const *)s->tables,
        .n_tables = s->n_tables,
        .network = invocation_is_single_layer(s) ? "" : s->workload->name,
        .energy = s->energy,
        .simulate = o->map.top > 0,
        .max_cycles = o->max_cycles,
    };
    if (in.simulate)
        in.memory = pass_memory_new(PASS_MEMORY_BYTES_DEFAULT);
    const bool ok = search_each(s, &in, layers, n_done);
    pass_memory_free(in.memory);
    return ok;
}

/* A layer without a mapping that runs is reported, and fails. */
static bool all_ran(const struct map_report *report, struct diag *d)
{
    bool ok = true;
    for (int i = 0; i < report->n_layers; i++) {
        const struct map_layer *m = &report->layer[i];
        if (map_layer_failed(m)) {
            map_report_failure(m->layer->name, m->choice[0].why, d);
            ok = false;
        }
    }
    return ok;
}

static void write_text(struct invocation *s, const struct map_report *report)
{
    char *text = NULL;
    bool save = all_ran(report, s->diag) && s->options.map.save != NULL;
    size_t text_bytes;
    FILE *to = text_stream(&text, &text_bytes);
    SIM_CHECK(format_table[s->options.format].map(report, to));
    SIM_CHECK(fclose(to) == 0);
    if (!save || save_mappings(report, s->options.map.save, s->diag))
        output_write(s->options.output, text, text_bytes, s->diag);
    free(text);
}

void command_map(struct invocation *s)
{
    if (s->options.map.constraints != NULL && !wants_nests(s)) {
        diag_error(s->diag, command_line,
                   "'--constraints' limits loop nests; '--dataflow nest' is "
                   "needed with it");
        return;
    }
    if (s->options.map.constraints != NULL)
        file_use_read(s->options.map.constraints);
    if (!invocation_read(s) ||
        !output_is_possible("--save", s->options.map.save, s->diag))
        return;
    int n = 0;
    struct map_layer *layers =
        xcalloc((size_t)s->workload->n_layers, sizeof(*layers));
    if (search_layers(s, layers, &n)) {
        const struct map_report report = report_of(s, layers, n);
        write_text(s, &report);
        for (int i = 0; i < n; i++)
            map_report_speed(&layers[i], stderr);
    }
    for (int i = 0; i < n; i++)
        map_layer_fini(&layers[i]);
    free(layers);
}
