/* command_run.c - simulate layers and report.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>

#include "sim/command.h"
#include "sim/invocation.h"
#include "sim/report_results.h"
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
        if (report_results(s, s->options.kernel, results)) {
            if (s->options.stats)
                print_stats(s, results);
            say_mismatches(s, results);
        }
        for (int i = 0; i < n; i++)
            layer_result_fini(&results[i]);
    }
    free(results);
}
