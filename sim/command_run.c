/* command_run.c - simulate layers and report.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>

#include "mem/dram.h"
#include "sim/command.h"
#include "sim/invocation.h"
#include "sim/output.h"
#include "sim/report.h"
#include "sim/run.h"

static const struct src_pos command_line = {NULL, 0};

/* Fills results[0 .. n_layers). */
static bool run(struct invocation *s, struct layer_result *results)
{
    const struct options *o = &s->options;
    struct run_input in = {
        .cfg = s->cfg,
        .workload = s->workload,
        .network = invocation_is_single_layer(s) ? "" : s->workload->name,
        .dataflow = s->dataflow,
        .simulate = {.memo = o->memo,
                     .check = o->check,
                     .show_mapping = o->show_mapping,
                     .max_cycles = o->max_cycles},
        .jobs = o->jobs,
    };
    return run_layers(&in, results, s->diag);
}

/* A part's bursts and peak, for energy per burst and the roofline. */
static void set_dram_part(struct report_input *in)
{
    const struct dram_part *part = dram_part_find(in->arch->dram_model);
    struct dram_cfg cfg = {.kind = DRAM_PART, .part = part};
    if (part == NULL)
        return;
    in->dram_burst_bytes = dram_burst_bytes(&cfg);
    in->dram_bytes_per_second = part->clock_hz *
                                (uint64_t)in->dram_burst_bytes /
                                (uint64_t)part->clocks_per_burst;
}

static bool report(const struct invocation *s,
                   const struct layer_result *results)
{
    const struct options *o = &s->options;
    struct report_input in = {
        .arch = config_arch(s->cfg),
        .network = s->workload->name,
        .batch = s->workload->batch,
        .kernel = o->kernel,
        .energy = s->energy,
        .layers = results,
        .n_layers = s->workload->n_layers,
        .show_mapping = o->show_mapping,
    };
    char *text = NULL;
    size_t text_bytes;
    bool ok;
    FILE *to = open_memstream(&text, &text_bytes);
    SIM_CHECK(to != NULL);
    set_dram_part(&in);
    SIM_CHECK(report_write(&in, o->format, to));
    SIM_CHECK(fclose(to) == 0);
    ok = output_write(o->output, text, text_bytes, s->diag);
    free(text);
    return ok;
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

static void print_stats(const struct invocation *s,
                        const struct layer_result *results)
{
    uint64_t passes = 0, simulated = 0, pe_cycles = 0;
    for (int i = 0; i < s->workload->n_layers; i++) {
        passes += results[i].passes;
        simulated += results[i].simulated_passes;
        pe_cycles += results[i].simulated_pe_cycles;
    }
    fprintf(stderr,
            "accelsim: %" PRIu64 " passes, %" PRIu64 " simulated, %" PRIu64
            " remembered; %" PRIu64 " PE-cycles simulated\n",
            passes, simulated, passes - simulated, pe_cycles);
}

void command_run(struct invocation *s)
{
    if (!invocation_read(s))
        return;
    int n = s->workload->n_layers;
    struct layer_result *results = xcalloc((size_t)n, sizeof(*results));
    if (run(s, results)) {
        if (report(s, results)) {
            if (s->options.stats)
                print_stats(s, results);
            say_mismatches(s, results);
        }
        for (int i = 0; i < n; i++)
            layer_result_fini(&results[i]);
    }
    free(results);
}
