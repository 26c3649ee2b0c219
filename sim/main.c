/* main.c - accelsim: reads, runs, reports.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataflows/dataflow.h"
#include "mem/dram.h"
#include "sim/config.h"
#include "sim/energy.h"
#include "sim/help_config.h"
#include "sim/options.h"
#include "sim/output.h"
#include "sim/report.h"
#include "sim/run.h"
#include "sim/workload.h"

static const struct src_pos command_line = {NULL, 0};

/* What a run holds; each may be NULL. */
struct invocation {
    struct options options;
    struct config *cfg;
    struct energy_table *energy;
    struct workload *workload;
    const struct dataflow *dataflow;
    struct layer_result *results; /* n_layers of the workload, when done */
    struct diag *diag;
};

/* A file opened later must not take the place of a closed stream.  Writing to
 * what stands there fails, as it should. */
static void fill_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            _exit(EXIT_IO);
}

/* Runs last: what was printed must have arrived. */
static void close_output(void)
{
    int failed = ferror(stdout);
    if (fclose(stdout) == 0 && failed == 0)
        return;
    fprintf(stderr,
            "accelsim: error: cannot write 'standard output' (%s); a "
            "place that can be written is needed\n",
            strerror(errno));
    _exit(EXIT_IO);
}

/* Layers from --shape or --gemm know no network. */
static bool is_single_layer(const struct options *o)
{
    return o->shape != NULL || o->gemm != NULL;
}

static struct workload *single_layer(const struct options *o, struct diag *d)
{
    struct layer layer;
    bool ok = o->shape != NULL ? layer_parse_shape(o->shape, &layer, d)
                               : layer_parse_gemm(o->gemm, &layer, d);
    return ok ? workload_of_layer(&layer) : NULL;
}

static struct workload *network(const struct invocation *s)
{
    const struct options *o = &s->options;
    const char *standard = config_arch(s->cfg)->default_network;
    if (o->net != NULL)
        return workload_load(o->net, command_line, s->diag);
    if (standard[0] != '\0')
        return workload_load(standard, config_pos(s->cfg, "default.network"),
                             s->diag);
    diag_error(s->diag, command_line,
               "'--net' is missing and '%s' has no 'default.network'; a "
               "network, --shape or --gemm is needed",
               config_arch(s->cfg)->name);
    return NULL;
}

static bool choose_layers(struct invocation *s)
{
    const struct options *o = &s->options;
    int batch = o->batch;
    s->workload = is_single_layer(o) ? single_layer(o, s->diag) : network(s);
    if (s->workload == NULL)
        return false;
    if (o->layer != NULL && !workload_select(s->workload, o->layer, s->diag))
        return false;
    if (batch == 0 && !is_single_layer(o))
        batch = config_arch(s->cfg)->default_batch;
    return batch == 0 ||
           workload_set_batch(s->workload, batch, command_line, s->diag);
}

static bool read_input(struct invocation *s)
{
    const struct options *o = &s->options;
    if (o->plugin != NULL && !dataflow_load_plugin(o->plugin, s->diag))
        return false;
    s->cfg = config_load(o->cfg, o->set, o->n_sets, s->diag);
    if (s->cfg == NULL)
        return false;
    s->dataflow = config_dataflow(s->cfg, o->dataflow, s->diag);
    s->energy = energy_load(config_arch(s->cfg)->energy, s->diag);
    return choose_layers(s) && s->dataflow != NULL && s->energy != NULL &&
           output_is_possible(o->output, s->diag);
}

static bool run(struct invocation *s)
{
    const struct options *o = &s->options;
    struct run_input in = {
        .cfg = s->cfg,
        .workload = s->workload,
        .network = is_single_layer(o) ? "" : s->workload->name,
        .dataflow = s->dataflow,
        .simulate = {.memo = o->memo,
                     .check = o->check,
                     .show_mapping = o->show_mapping,
                     .max_cycles = o->max_cycles},
        .jobs = o->jobs,
    };
    s->results = xcalloc((size_t)s->workload->n_layers, sizeof(*s->results));
    if (run_layers(&in, s->results, s->diag))
        return true;
    free(s->results);
    s->results = NULL;
    return false;
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

static bool report(const struct invocation *s)
{
    const struct options *o = &s->options;
    struct report_input in = {
        .arch = config_arch(s->cfg),
        .network = s->workload->name,
        .batch = s->workload->batch,
        .kernel = o->kernel,
        .energy = s->energy,
        .layers = s->results,
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

static void say_mismatches(const struct invocation *s)
{
    for (int i = 0; i < s->workload->n_layers; i++) {
        const struct layer_result *r = &s->results[i];
        if (r->checked && r->check_mismatches > 0)
            diag_fail(s->diag, EXIT_MISMATCH, command_line,
                      "%" PRIu64 " of %" PRIu64
                      " outputs of layer '%s' differ from a direct "
                      "convolution; none should",
                      r->check_mismatches, r->check_outputs, r->layer.name);
    }
}

static void print_stats(const struct invocation *s)
{
    uint64_t passes = 0, simulated = 0, pe_cycles = 0;
    for (int i = 0; i < s->workload->n_layers; i++) {
        passes += s->results[i].passes;
        simulated += s->results[i].simulated_passes;
        pe_cycles += s->results[i].simulated_pe_cycles;
    }
    fprintf(stderr,
            "accelsim: %" PRIu64 " passes, %" PRIu64 " simulated, %" PRIu64
            " remembered; %" PRIu64 " PE-cycles simulated\n",
            passes, simulated, passes - simulated, pe_cycles);
}

static void run_and_report(struct invocation *s)
{
    if (!read_input(s) || !run(s) || !report(s))
        return;
    if (s->options.stats)
        print_stats(s);
    say_mismatches(s);
}

static void act(struct invocation *s)
{
    switch (s->options.action) {
    case ACTION_RUN:
        run_and_report(s);
        break;
    case ACTION_HELP_CONFIG:
        help_config_text(stdout);
        break;
    case ACTION_HELP_CONFIG_MARKDOWN:
        help_config_markdown(stdout);
        break;
    case ACTION_LIST_DATAFLOWS:
        help_dataflows(stdout);
        break;
    }
}

static void close_invocation(struct invocation *s)
{
    for (int i = 0; s->results != NULL && i < s->workload->n_layers; i++)
        layer_result_fini(&s->results[i]);
    free(s->results);
    workload_free(s->workload);
    energy_free(s->energy);
    config_free(s->cfg);
    options_fini(&s->options);
}

int main(int argc, char **argv)
{
    struct invocation s = {.diag = diag_new()};
    enum exit_status status;
    fill_standard_streams();
    SIM_CHECK(atexit(close_output) == 0);
    if (options_parse(argc, argv, &s.options, s.diag))
        act(&s);
    diag_print(s.diag, stderr);
    status = diag_status(s.diag);
    close_invocation(&s);
    diag_free(s.diag);
    return (int)status;
}
