/* report_results.c - fills the report's input from an invocation and writes
 * the report.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/report_results.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "mem/dram.h"
#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/cli/format_table.h"
#include "sim/network/fuse/fused_results.h"
#include "sim/network/joined_parts.h"
#include "sim/report/metrics.h"
#include "sim/run/simulate.h"

/* Sets a DRAM part's bursts and peak, for energy per burst and the
 * roofline. */
static void report_dram_part(struct report_input *in)
{
    const struct dram_part *part = dram_part_find(in->arch->dram_model);
    struct dram_cfg cfg = {.kind = DRAM_PART, .part = part};
    if (part == NULL)
        return;
    in->dram_burst_bytes = dram_burst_bytes(&cfg);
    in->dram_bytes_per_second =
        part->clock_hz * (uint64_t)in->dram_burst_bytes /
        (uint64_t)part->clocks_per_burst * (uint64_t)in->arch->dram_channels;
}

/* Whether mappings were compared. */
static bool has_objective(const struct invocation *s)
{
    return s->mapping_source != NULL &&
           (strcmp(s->mapping_source, "search") == 0 ||
            strcmp(s->mapping_source, "estimate") == 0);
}

/* Writes the report of n layers. */
static bool report_layers(const struct invocation *s, const char *kernel,
                          const struct layer_result *results, int n,
                          const struct residency *residency,
                          const struct fuse_groups *fused)
{
    const struct options *o = &s->options;
    struct report_input in = {
        .arch = config_arch(s->cfg),
        .network = s->workload->name,
        .batch = s->workload->batch,
        .kernel = kernel,
        .mapping_source = s->mapping_source,
        .objective =
            has_objective(s) ? search_objective_name[o->map.objective] : NULL,
        .set = (const char *const *)o->set.text,
        .n_sets = o->set.n,
        .energy = s->energy,
        .tables = (const struct energy_table *const *)s->tables,
        .n_tables = s->n_tables,
        .layers = results,
        .n_layers = n,
        .residency = residency,
        .fused = fused,
        .show_mapping = o->show_mapping,
    };
    if (s->values != NULL)
        in.values = graph_values_all(s->values, &in.n_values);
    struct network_coverage coverage;
    if (s->network.graph != NULL) {
        coverage_of(in.arch, results, n, &coverage);
        in.coverage = &coverage;
    }
    char *text = NULL, memory[80];
    size_t text_bytes;
    struct layer_result sum;
    bool ok;
    metrics_sum(results, in.n_layers, &sum);
    if (!result_fits(in.arch, &sum, "the layers together", s->diag))
        return false;
    FILE *to = text_stream(&text, &text_bytes);
    report_dram_part(&in);
    if (o->systemc.memory.is_foreign) {
        snprintf(memory, sizeof(memory),
                 "foreign (%" PRIu64 " ns, %" PRIu64 " bytes/s)",
                 o->systemc.memory.latency_ns,
                 o->systemc.memory.bytes_per_second);
        in.foreign_memory = memory;
        in.dram_burst_bytes = 0; /* it is asked for words */
        in.dram_bytes_per_second = o->systemc.memory.bytes_per_second;
    }
    struct energy_range_prices *prices[INVOCATION_TABLES_MAX];
    for (int i = 0; i < s->n_tables; i++)
        prices[i] = energy_range_prices_new(s->tables[i]);
    in.prices = prices;
    in.n_prices = s->n_tables;
    ok = format_table[o->format].results(&in, to);
    for (int i = 0; i < s->n_tables; i++)
        energy_range_prices_free(prices[i]);
    SIM_CHECK(fclose(to) == 0);
    if (ok)
        ok = output_write(o->output, text, text_bytes, s->diag);
    else
        diag_fail(s->diag, EXIT_IO, (struct src_pos){NULL, 0},
                  "the report could not be made as '%s'; a page needs the "
                  "Python 3 that configure found",
                  format_table[o->format].name);
    free(text);
    return ok;
}

static struct layer_values words_of(void *context, int node)
{
    return graph_values_of(context, node);
}

/* The results of all nodes in the graph's order, with their own texts: those of
 * MAC loops as they came, and the others worked out here. */
static bool results_of_graph(const struct invocation *s,
                             const struct layer_result *macs,
                             const struct simulate_options *how,
                             struct layer_result *all)
{
    const struct workload *rows = s->network.rows;
    bool ok = true;
    for (int i = 0; ok && i < rows->n_layers; i++)
        if (layer_is_mac(&rows->layer[i])) {
            all[i] = *macs++;
            if (all[i].mapping_text != NULL)
                all[i].mapping_text = xstrdup(all[i].mapping_text);
        } else {
            ok = vector_result(config_arch(s->cfg), &rows->layer[i], how,
                               &all[i], s->diag);
        }
    return ok;
}

static bool report_graph(const struct invocation *s, const char *kernel,
                         const struct layer_result *macs)
{
    const struct workload *rows = s->network.rows;
    const struct options *o = &s->options;
    const struct simulate_options simulate = {
        .memo = o->memo,
        .check = o->check,
        .show_mapping = o->show_mapping || o->format == REPORT_HTML,
        .max_cycles = o->max_cycles};
    const struct simulate_options *how =
        strcmp(kernel, "model") == 0 ? NULL : &simulate;
    struct layer_result *all = xcalloc((size_t)rows->n_layers, sizeof(*all));
    const bool is_planned = residency_is_planned(config_arch(s->cfg));
    struct residency residency = {0};
    struct fuse_groups fused = {0, NULL, 0};
    const struct residency_input in = {.cfg = s->cfg,
                                       .network = &s->network,
                                       .dataflow = s->dataflow,
                                       .simulate = how,
                                       .show_mapping = simulate.show_mapping};
    const struct fused_words words = {s->values, words_of};
    const struct fused_graph fuse = {
        .how = {&in, s->values != NULL ? &words : NULL,
                config_pos(s->cfg, "network.fuse")},
        .energy = s->energy,
        .objective = o->map.objective};
    const bool ok =
        results_of_graph(s, macs, how, all) &&
        (!is_planned || residency_plan(&in, all, &residency, s->diag)) &&
        fused_results(&fuse, all, &fused, s->diag) &&
        report_layers(s, kernel, all, rows->n_layers,
                      is_planned ? &residency : NULL,
                      config_arch(s->cfg)->fuse[0] != '\0' ? &fused : NULL);
    residency_fini(&residency);
    fuse_groups_fini(&fused);
    for (int i = 0; i < rows->n_layers; i++)
        layer_result_fini(&all[i]);
    free(all);
    return ok;
}

static bool report_given(const struct invocation *s, const char *kernel,
                         const struct layer_result *results, int n)
{
    return s->network.graph != NULL
               ? report_graph(s, kernel, results)
               : report_layers(s, kernel, results, n, NULL, NULL);
}

/* What of a given `keep` comes less often from DRAM for it: the keep that saves
 * as much, or 0 where nobody gave one. */
static int keep_that_saves(const struct arch *machine,
                           const struct layer_result *r, int *given)
{
    const struct dataflow *dataflow =
        r->is_nest ? NULL : dataflow_find(r->dataflow);
    struct mapping with = {{0}}, without;
    struct counts stays = {0}, comes = {0};
    struct arch arch;
    int saves = KEEP_NONE;
    const int at =
        dataflow != NULL ? dataflow_param_index(dataflow, "keep") : -1;
    if (at < 0 || dataflow->expect == NULL || r->mapping_source == NULL ||
        strcmp(r->mapping_source, "given") != 0 ||
        r->param[at].value <= KEEP_NONE)
        return 0;
    for (int k = 0; k < r->n_params; k++)
        with.value[k] = r->param[k].value;
    without = with;
    without.value[at] = KEEP_NONE;
    *given = with.value[at];
    arch_of_layer(machine, &r->layer, &arch);
    dataflow->expect(&arch, &r->layer, &with, &stays);
    dataflow->expect(&arch, &r->layer, &without, &comes);
    for (int t = 0; t < TENSOR_PSUM; t++)
        if (stays.access[LEVEL_DRAM][t].reads <
            comes.access[LEVEL_DRAM][t].reads)
            saves += 1 << t;
    return saves;
}

/* Says where tiles stay that would not come again in any of the layers. */
static void warn_of_keep(const struct invocation *s,
                         const struct layer_result *results)
{
    int first = -1, kept = KEEP_NONE, enough = KEEP_NONE;
    for (int i = 0; i < s->workload->n_layers; i++) {
        int given = KEEP_NONE;
        const int saves =
            keep_that_saves(config_arch(s->cfg), &results[i], &given);
        if (saves == 0)
            continue;
        if (saves == given) /* which one may have asked for it */
            return;
        if (first < 0) {
            first = i;
            kept = given;
            enough = saves;
        }
    }
    if (first >= 0)
        fprintf(
            stderr,
            "accelsim: warning: 'mapping.keep' = %d keeps tiles in L2 that "
            "layer '%s' needs once in any case, and leaves them one buffer; "
            "%d saves as much\n",
            kept, results[first].layer.name, enough);
}

bool report_results(const struct invocation *s, const char *kernel,
                    const struct layer_result *results)
{
    warn_of_keep(s, results);
    if (s->whole == NULL)
        return report_given(s, kernel, results, s->workload->n_layers);
    struct layer_result *joined = joined_parts(results, s->whole, s->parts);
    bool ok = report_given(s, kernel, joined, s->whole->n_layers);
    for (int i = 0; i < s->whole->n_layers; i++)
        layer_result_fini(&joined[i]);
    free(joined);
    return ok;
}
