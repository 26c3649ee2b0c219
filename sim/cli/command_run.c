/* command_run.c - simulate layers and report.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/cli/report_results.h"
#include "sim/report/stats.h"
#include "sim/run/run.h"
#include "sim/systemc/gtkwave.h"
#include "sim/systemc/systemc.h"
#include "sim/timeline/timeline.h"

static const struct src_pos command_line = {NULL, 0};

/* Fills results[0 .. n_layers); what passes and mappings took. */
static bool run(struct invocation *s, struct layer_result *results,
                struct layer_timeline *timeline,
                struct pass_memory_stats *memory, struct choose_stats *chosen)
{
    const struct options *o = &s->options;
    const bool is_systemc = strcmp(o->kernel, "systemc") == 0;
    struct layer_runner systemc;
    if (is_systemc && !systemc_load(&o->systemc, &systemc, s->diag))
        return false;
    struct chooser *chooser = invocation_chooser(s, s->workload);
    if (chooser == NULL)
        return false;
    const struct layer_mapper mapper = chooser_mapper(chooser);
    s->mapping_source = chooser_source(chooser);
    const struct word_carrier carrier = s->values != NULL
                                            ? graph_values_carrier(s->values)
                                            : (struct word_carrier){0};
    struct run_input in = {
        .arch = config_arch(s->cfg),
        .layer = s->workload->layer,
        .n_layers = s->workload->n_layers,
        .mapper = &mapper,
        .apart = is_systemc ? &systemc : NULL,
        .simulate = {.memo = o->memo,
                     .check = o->check,
                     .show_mapping =
                         o->show_mapping || o->format == REPORT_HTML,
                     .max_cycles = o->max_cycles},
        .carrier = s->values != NULL ? &carrier : NULL,
        .timeline = timeline,
        .jobs = o->jobs,
        .memo_bytes = o->memo_bytes,
    };
    bool ok = run_layers(&in, results, memory, s->diag);
    *chosen = chooser_stats(chooser);
    chooser_free(chooser);
    return ok;
}

/* The words of a whole graph with --check; where chains may be fused, those of
 * each node that is cut into tiles are kept for them. */
static void make_values(struct invocation *s)
{
    const struct arch *arch = config_arch(s->cfg);
    if (!s->options.check || !graph_values_are_possible(&s->network))
        return;
    s->values = graph_values_new(&s->network, arch, s->parts);
    for (int i = 0; arch->fuse[0] != '\0' && i < s->network.graph->n_nodes; i++)
        if (s->network.graph->node[i].layer.op == LAYER_CONV)
            graph_values_keep(s->values, i);
}

static void say_mismatches(const struct invocation *s,
                           const struct layer_result *results)
{
    for (int i = 0; i < s->workload->n_layers; i++) {
        const struct layer_result *r = &results[i];
        if (r->checked && r->check_mismatches > 0)
            diag_fail(s->diag, EXIT_MISMATCH, command_line,
                      "%" PRIu64 " of %" PRIu64
                      " outputs of layer '%s' differ from a direct "
                      "convolution; none should",
                      r->check_mismatches, r->check_outputs, r->layer.name);
    }
}

static bool traced_pes_exist(const struct invocation *s)
{
    const struct arch *arch = config_arch(s->cfg);
    bool ok = true;
    for (int i = 0; i < s->options.systemc.n_pes; i++) {
        int row = s->options.systemc.pe[i].row;
        int col = s->options.systemc.pe[i].col;
        if (row >= arch->rows || col >= arch->cols)
            ok = diag_error(s->diag, command_line,
                            "'--trace-pes' has %d:%d; the array is %d x %d, "
                            "from 0:0 to %d:%d",
                            row, col, arch->rows, arch->cols, arch->rows - 1,
                            arch->cols - 1);
    }
    return ok;
}

/* A waveform is of one layer, and its file is tried out before the work. */
static bool vcd_is_possible(const struct invocation *s)
{
    const char *vcd = s->options.systemc.vcd;
    struct stat found;
    if (vcd == NULL)
        return true;
    if (stat(vcd, &found) == 0 && !S_ISREG(found.st_mode))
        return diag_fail(s->diag, EXIT_IO, command_line,
                         "'--vcd' is '%s', which is there and no plain file; "
                         "one that can be replaced is needed",
                         vcd);
    if (s->workload->n_layers != 1)
        return diag_error(s->diag, command_line,
                          "'--vcd' with %d layers; it is of one, which "
                          "'--layer' chooses",
                          s->workload->n_layers);
    if (config_arch(s->cfg)->dram_channels > 1)
        return diag_error(s->diag, config_pos(s->cfg, "dram.channels"),
                          "'--vcd' shows the commands of one DRAM channel; "
                          "'dram.channels' is %d (it may be 1)",
                          config_arch(s->cfg)->dram_channels);
    if (!traced_pes_exist(s) || !output_is_possible("--vcd", vcd, s->diag))
        return false;
    char *beside = gtkwave_file_name(vcd);
    bool ok = output_is_possible("--vcd", beside, s->diag);
    free(beside);
    return ok;
}

enum { TIMELINE_EVENTS = 256 }; /* of a kind and layer */

/* Room for the timelines of n layers; NULL: none is wanted. */
static struct layer_timeline *timelines_new(const struct options *o, int n)
{
    const int room =
        o->timeline_events > 0 ? o->timeline_events : (int)TIMELINE_EVENTS;
    if (o->timeline == NULL)
        return NULL;
    struct layer_timeline *list = xcalloc((size_t)n + 1, sizeof(*list));
    for (int i = 0; i < n; i++)
        layer_timeline_init(&list[i], room,
                            o->timeline_window.to > 0 ? &o->timeline_window
                                                      : NULL);
    return list;
}

static void timelines_free(struct layer_timeline *list, int n)
{
    for (int i = 0; list != NULL && i < n; i++)
        layer_timeline_fini(&list[i]);
    free(list);
}

static bool write_timeline(struct invocation *s,
                           const struct layer_timeline *list,
                           const struct layer_result *results)
{
    char *text = NULL;
    size_t bytes;
    if (list == NULL)
        return true;
    FILE *to = text_stream(&text, &bytes);
    SIM_CHECK(timeline_write(list, results, s->workload->n_layers,
                             config_arch(s->cfg)->clock_hz, to));
    SIM_CHECK(fclose(to) == 0);
    const bool ok = output_write(s->options.timeline, text, bytes, s->diag);
    free(text);
    return ok;
}

void command_run(struct invocation *s)
{
    if (!invocation_read(s) || !vcd_is_possible(s) ||
        !output_is_possible("--timeline", s->options.timeline, s->diag))
        return;
    int n = s->workload->n_layers;
    struct layer_timeline *timeline = timelines_new(&s->options, n);
    struct layer_result *results = xcalloc((size_t)n + 1, sizeof(*results));
    struct pass_memory_stats memory = {0};
    struct choose_stats chosen = {0};
    make_values(s);
    if (n == 0 || run(s, results, timeline, &memory, &chosen)) {
        if (write_timeline(s, timeline, results) &&
            report_results(s, s->options.kernel, results)) {
            if (s->options.stats)
                report_stats(results, n, &memory, &chosen, stderr);
            say_mismatches(s, results);
        }
        for (int i = 0; i < n; i++)
            layer_result_fini(&results[i]);
    }
    timelines_free(timeline, n);
    free(results);
}
