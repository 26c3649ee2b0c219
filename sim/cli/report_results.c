/* report_results.c - fills the report's input from an invocation and writes
 * the report.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/report_results.h"

#include <inttypes.h>
#include <stdlib.h>

#include "mem/dram.h"
#include "sim/base/output.h"
#include "sim/cli/format_table.h"
#include "sim/report/metrics.h"

/* Sets a DRAM part's bursts and peak, for energy per burst and the
 * roofline. */
static void report_dram_part(struct report_input *in)
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

bool report_results(const struct invocation *s, const char *kernel,
                    const struct layer_result *results)
{
    const struct options *o = &s->options;
    struct report_input in = {
        .arch = config_arch(s->cfg),
        .network = s->workload->name,
        .batch = s->workload->batch,
        .kernel = kernel,
        .energy = s->energy,
        .layers = results,
        .n_layers = s->workload->n_layers,
        .show_mapping = o->show_mapping,
    };
    char *text = NULL, memory[80];
    size_t text_bytes;
    struct layer_result sum;
    bool ok;
    metrics_sum(results, in.n_layers, &sum);
    if (!result_fits(in.arch, &sum, "the layers together", s->diag))
        return false;
    FILE *to = open_memstream(&text, &text_bytes);
    SIM_CHECK(to != NULL);
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
    SIM_CHECK(format_table[o->format].results(&in, to));
    SIM_CHECK(fclose(to) == 0);
    ok = output_write(o->output, text, text_bytes, s->diag);
    free(text);
    return ok;
}
