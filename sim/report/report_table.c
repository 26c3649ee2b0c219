/* report_table.c - the report that a person reads: its frame, its sentences.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/report_table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/energy/energy_area.h"
#include "sim/report/grid.h"
#include "sim/report/metrics.h"
#include "sim/run/mapping_print.h"

#define SENTENCE_BYTES 1024
#define LARGEST_LOSSES 3
#define RANGE_BYTES 160

void table_line(FILE *to, const char *label, const char *fmt, ...)
{
    char begin[TABLE_LABEL_BYTES], text[SENTENCE_BYTES];
    va_list args;
    snprintf(begin, sizeof(begin), TABLE_LABEL, label);
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    text_paragraph(to, begin, text);
}

struct number_text table_clock(const struct arch *arch)
{
    struct number_text out;
    snprintf(out.text, sizeof(out.text), "%.6g MHz",
             (double)arch->clock_hz / 1e6);
    return out;
}

/* "16.0", or "ifmap 8.0, filter 8.0, psum 32.0" where the tensors differ. */
static void tensors_text(const double each[TENSOR_N], char *text,
                         int text_bytes)
{
    struct number_text ifmap = text_real(each[TENSOR_IFMAP]);
    struct number_text filter = text_real(each[TENSOR_FILTER]);
    struct number_text psum = text_real(each[TENSOR_PSUM]);
    if (strcmp(ifmap.text, filter.text) == 0 &&
        strcmp(ifmap.text, psum.text) == 0)
        snprintf(text, (size_t)text_bytes, "%s", ifmap.text);
    else
        snprintf(text, (size_t)text_bytes, "ifmap %s, filter %s, psum %s",
                 ifmap.text, filter.text, psum.text);
}

/* What is read and written for each tensor; writes only where they differ. */
static void tensor_cost_text(const struct energy_cost cost[TENSOR_N],
                             const char *unit, char *text, int text_bytes)
{
    const char *origin = energy_origin_name[energy_origin_of(cost)];
    double read[TENSOR_N], write[TENSOR_N];
    char reads[128], writes[128];
    bool differ = false;
    for (int t = 0; t < TENSOR_N; t++) {
        read[t] = cost[t].energy;
        write[t] = cost[t].write;
        differ = differ || read[t] != write[t];
    }
    tensors_text(read, reads, sizeof(reads));
    tensors_text(write, writes, sizeof(writes));
    if (differ)
        snprintf(text, (size_t)text_bytes, "%s read, %s written %s (%s)", reads,
                 writes, unit, origin);
    else
        snprintf(text, (size_t)text_bytes, "%s %s (%s)", reads, unit, origin);
}

static void dram_cost_text(const struct table_view *v, char *text,
                           int text_bytes)
{
    const struct energy_costs *c = &v->costs;
    const int burst_bytes = v->in->dram_burst_bytes;
    const char *least =
        v->total.bursts_at_least ? "; at least so many bursts" : "";
    if (burst_bytes <= 1)
        tensor_cost_text(c->dram, "a word", text, text_bytes);
    else if (c->part.is_of_currents)
        snprintf(text, (size_t)text_bytes,
                 "%s a burst read, %s written, %s a row, %s a cycle%s%s",
                 text_real(c->part.read_burst).text,
                 text_real(c->part.write_burst).text,
                 text_real(c->part.activate).text,
                 text_real(c->part.cycle).text, least,
                 v->total.is_model ? "; least rows and cycles" : "");
    else
        snprintf(text, (size_t)text_bytes, "%s a burst of %d bytes (%s)%s",
                 text_real(8.0 * burst_bytes * c->dram_bit.energy).text,
                 burst_bytes, energy_origin_name[c->dram_bit.origin], least);
}

void table_cost_text(const struct table_view *v, enum energy_part part,
                     char *text, int text_bytes)
{
    const struct energy_costs *c = &v->costs;
    switch (part) {
    case ENERGY_mac:
        snprintf(text, (size_t)text_bytes, "%s a MAC (%s)",
                 text_real(c->mac.energy).text,
                 energy_origin_name[c->mac.origin]);
        break;
    case ENERGY_rf:
        tensor_cost_text(c->rf, "a word", text, text_bytes);
        break;
    case ENERGY_noc:
        tensor_cost_text(c->noc_hop, "a hop", text, text_bytes);
        break;
    case ENERGY_l1:
        if (arch_has_levels(v->in->arch))
            snprintf(text, (size_t)text_bytes,
                     "levels between the outermost and the innermost on chip");
        else
            tensor_cost_text(c->l1, "a word", text, text_bytes);
        break;
    case ENERGY_l2:
        tensor_cost_text(c->l2, "a word", text, text_bytes);
        break;
    case ENERGY_clock:
        snprintf(text, (size_t)text_bytes, "%s a cycle%s",
                 text_real(c->clock_cycle).text,
                 v->total.is_model ? ", in the least cycles" : "");
        break;
    case ENERGY_leakage:
        snprintf(text, (size_t)text_bytes, "%s a cycle%s",
                 text_real(c->leakage_cycle).text,
                 v->total.is_model ? ", in the least cycles" : "");
        break;
    default:
        dram_cost_text(v, text, text_bytes);
    }
}

void table_why(const struct layer_result *r, FILE *to)
{
    enum ledger_cause loss[LARGEST_LOSSES];
    int n = metrics_largest_losses(r, LARGEST_LOSSES, loss);
    double all_pe_cycles = (double)ledger_total(r->ledger_pe_cycles);
    char text[SENTENCE_BYTES];
    if (r->is_model) /* runs nothing, so nothing was spent */
        return;
    if (all_pe_cycles <= 0) {
        table_line(to, "why", "no PE-cycle was spent.");
        return;
    }
    double mac_share = (double)r->ledger_pe_cycles[LEDGER_mac] / all_pe_cycles;
    int at =
        snprintf(text, sizeof(text), "%s %% of the PE-cycles issued a MAC.",
                 text_percent(mac_share).text);
    for (int i = 0; i < n; i++)
        at += snprintf(
            text + at, sizeof(text) - (size_t)at, "%s %s %% %s (%s)",
            i > 0    ? i < n - 1 ? "," : " and"
            : n == 1 ? " The only loss is"
                     : " The largest losses are",
            text_percent((double)r->ledger_pe_cycles[loss[i]] / all_pe_cycles)
                .text,
            ledger_name[loss[i]], ledger_doc[loss[i]]);
    if (n > 0)
        snprintf(text + at, sizeof(text) - (size_t)at, ".");
    table_line(to, "why", "%s", text);
}

/* What widens each resource, on machines with the usual levels. */
static const char *const bound_keys[BOUND_N] = {
    [BOUND_macs] = "array.rows, array.cols",
    [BOUND_busiest_pe] = "array.rows, array.cols, and the mapping",
    [BOUND_filter_network] = "noc.filter.*",
    [BOUND_ifmap_network] = "noc.ifmap.*",
    [BOUND_psum_in_network] = "noc.psum_in.*",
    [BOUND_psum_out_network] = "noc.psum_out.*",
    [BOUND_l2_ports] = "l2.banks, l2.bank_row_words, l2.ports",
    [BOUND_dram] = "dram.bytes_per_second or dram.channels",
    [BOUND_filter_l1_network] = "noc.filter.*, noc.l2_to_l1_slots_per_cycle",
    [BOUND_ifmap_l1_network] = "noc.ifmap.*, noc.l2_to_l1_slots_per_cycle",
    [BOUND_l1_ports] = "l1.banks, l1.bank_row_words, l1.ports",
    [BOUND_folds] = "array.rows, array.cols, array.preload, array.drain"};

/* Cycles beyond those that MACs over all PEs need are the ledger's losses over
 * all PEs.  Any other resource was idle in them: with no pass in flight, or
 * while the array was at something else. */
void table_bound(const struct arch *arch, const struct layer_result *r,
                 enum bound bound, FILE *to)
{
    uint64_t least = r->bounds_cycles[bound];
    char gap[SENTENCE_BYTES] = "";
    SIM_CHECK(least > 0 && least <= r->cycles);
    if (bound == BOUND_macs)
        snprintf(gap, sizeof(gap), "the ledger's losses");
    else
        snprintf(
            gap, sizeof(gap),
            "%s with no pass in flight, the rest while %s waited",
            text_count(min_u64(r->cycles - r->array_cycles, r->cycles - least))
                .text,
            bound_name[bound]);
    table_line(to, "bound",
               "%s needs at least %s cycles; the layer took %s times that, "
               "%s cycles more: %s%s%s",
               bound_name[bound], text_count(least).text,
               text_real((double)r->cycles / (double)least).text,
               text_count(r->cycles - least).text, gap,
               arch_has_levels(arch) ? "" : "; what widens it: ",
               arch_has_levels(arch) ? "" : bound_keys[bound]);
}

struct waits_text {
    char text[96];
};

/* By its counts a layer may be bound by its MACs, and yet wait for a DRAM that
 * moves its bytes while the array stands still. */
static struct waits_text waits_all_the_same(const struct layer_result *r)
{
    struct waits_text out = {""};
    const double share =
        metrics_ratio((double)r->ledger_pe_cycles[LEDGER_wait_dram],
                      (double)ledger_total(r->ledger_pe_cycles));
    if (share >= 0.01)
        snprintf(out.text, sizeof(out.text),
                 "; yet %s %% of the time no pass is in flight (wait_dram)",
                 text_percent(share).text);
    return out;
}

void table_metrics(const struct table_view *v, const struct layer_result *r,
                   const struct layer_energy *energy,
                   const struct energy_range *range, int batch, FILE *to)
{
    struct metrics m;
    metrics_of(v->in, r, energy, batch, &m);
    const double *x = m.value;
    const struct arch *arch = v->in->arch;
    double bandwidth = x[METRIC_dram_gbytes_per_second];
    double intensity = x[METRIC_intensity_ops_per_byte];

    if (!r->is_model)
        table_line(to, "latency", "%s ms for a batch of %d, %s inferences/s",
                   text_real(x[METRIC_latency_ms]).text, batch,
                   text_real(metrics_ratio(1e3 * (batch > 1 ? batch : 1),
                                           x[METRIC_latency_ms]))
                       .text);
    table_line(to, "operations", "%s per inference, 2 per MAC",
               text_short(x[METRIC_operations_per_inference]).text);
    if (intensity > 0)
        table_line(
            to, "intensity", "%s operations per DRAM byte (%s MB)",
            text_real(intensity).text,
            text_real(metrics_bytes(v->in, r, metrics_dram_link_bytes) / 1e6)
                .text);
    else
        table_line(to, "intensity", "%s",
                   metrics_bytes(v->in, r, metrics_dram_link_bytes) > 0
                       ? "no operation is a MAC"
                       : "no DRAM byte was moved");
    table_line(to, "peak", "%s GOPS, %s PEs at %s",
               text_real(x[METRIC_peak_gops]).text,
               text_count((uint64_t)arch_pes(arch)).text,
               table_clock(arch).text);
    if (bandwidth > 0)
        table_line(to, "DRAM bandwidth", "%s GB/s (%s)",
                   text_real(bandwidth).text, arch->dram_model);
    else
        table_line(to, "DRAM bandwidth", "unbounded (%s)", arch->dram_model);
    const bool is_memory_bound =
        x[METRIC_attainable_gops] < x[METRIC_peak_gops];
    if (bandwidth > 0 && intensity > 0)
        table_line(
            to, "roofline",
            "%s GOPS attainable: %s, the ridge is at %s operations per byte%s",
            text_real(x[METRIC_attainable_gops]).text,
            is_memory_bound ? "memory-bound" : "compute-bound",
            text_real(x[METRIC_peak_gops] / bandwidth).text,
            is_memory_bound ? "" : waits_all_the_same(r).text);
    else
        table_line(to, "roofline", "%s GOPS attainable: compute-bound",
                   text_real(x[METRIC_attainable_gops]).text);
    if (!r->is_model) {
        table_line(to, "throughput", "%s GOPS, %s %% of the attainable",
                   text_real(x[METRIC_throughput_gops]).text,
                   text_percent(metrics_ratio(x[METRIC_throughput_gops],
                                              x[METRIC_attainable_gops]))
                       .text);
        table_line(to, "utilization", "%s %% of PEs x cycles issued a MAC",
                   text_percent(metrics_utilization(arch, r)).text);
    }
    struct number_text sum = text_real(energy->total / v->energy_units_each);
    struct number_text each =
        text_real(metrics_ratio(energy->total, (double)r->counts.macs));
    char ends[RANGE_BYTES];
    table_range_text(range, v->energy_units_each, ends, sizeof(ends));
    const char *comma = ends[0] != '\0' ? ", " : "";
    if (x[METRIC_gops_per_watt] > 0)
        table_line(to, "energy", "%s %s%s%s, %s %s, %s GOPS/W", sum.text,
                   v->energy_unit, comma, ends, each.text, v->per_mac_unit,
                   text_real(x[METRIC_gops_per_watt]).text);
    else
        table_line(to, "energy", "%s %s%s%s, %s %s", sum.text, v->energy_unit,
                   comma, ends, each.text, v->per_mac_unit);
    const double power_mw = metrics_power_mw(v->in, r, energy);
    const double on_chip = 1 - metrics_ratio(energy->dram, energy->total);
    if (power_mw > 0)
        table_line(to, "power", "%s mW, %s of it on chip",
                   text_real(power_mw).text,
                   text_real(power_mw * on_chip).text);
    struct machine_area area;
    if (energy_area_of(v->in->energy, arch, &area))
        table_line(to, "area",
                   "%s mm2: MACs %s, register files %s, registers %s, L1 %s, "
                   "L2 %s",
                   text_real(area.total).text,
                   text_real(area.part[AREA_mac]).text,
                   text_real(area.part[AREA_rf]).text,
                   text_real(area.part[AREA_registers]).text,
                   text_real(area.part[AREA_l1]).text,
                   text_real(area.part[AREA_l2]).text);
}

static void view_init(struct table_view *v, const struct report_input *in)
{
    memset(v, 0, sizeof(*v));
    v->in = in;
    /* What is printed of a layer alone is what its words cost. */
    v->arch = *in->arch;
    if (in->n_layers == 1)
        arch_of_layer(in->arch, &in->layers[0].layer, &v->arch);
    energy_costs_of(in->energy, &v->arch, &v->costs);
    v->energy = xcalloc((size_t)in->n_layers + 1, sizeof(*v->energy));
    v->range = xcalloc((size_t)in->n_layers + 1, sizeof(*v->range));
    for (int i = 0; i < in->n_layers; i++) {
        metrics_energy(in, &in->layers[i], &v->energy[i]);
        energy_add(&v->total_energy, &v->energy[i]);
        metrics_range(in, in->energy, &in->layers[i], &v->range[i]);
        energy_range_add(&v->range[in->n_layers], &v->range[i]);
    }
    metrics_sum(in->layers, in->n_layers, &v->total);
    v->total.checked =
        v->total.checked || in->n_values > 0; /* of no MAC loop */
    bool is_pj = strcmp(energy_unit(in->energy), "pJ") == 0;
    v->energy_unit = is_pj ? "uJ" : "10^6 MAC";
    v->energy_units_each = 1e6; /* pJ in a uJ; MACs in 10^6 MAC */
    v->per_mac_unit = is_pj ? "pJ/MAC" : "per MAC";
}

static double kib(uint64_t bytes)
{
    return (double)bytes / 1024;
}

/* Widths of words, and the memories on chip, each with its instances. */
static void print_memories(const struct arch *arch, FILE *to)
{
    char text[SENTENCE_BYTES];
    int at = snprintf(text, sizeof(text),
                      "words of %d (ifmap), %d (filter) and %d bits (psum)",
                      arch->precision_bits[TENSOR_IFMAP],
                      arch->precision_bits[TENSOR_FILTER],
                      arch->precision_bits[TENSOR_PSUM]);
    for (int level = LEVEL_L2; arch_has_levels(arch) && level >= 0; level--)
        if (arch_has_level(arch, (enum level)level))
            at += snprintf(text + at, sizeof(text) - (size_t)at, ", %s x %s",
                           text_count(arch_level_instances(arch, level)).text,
                           arch_level_name(arch, (enum level)level));
    if (!arch_has_levels(arch)) {
        at += snprintf(text + at, sizeof(text) - (size_t)at, ", L2 %s KiB",
                       text_real(kib(arch->l2_bytes)).text);
        if (arch->has_l1)
            at += snprintf(text + at, sizeof(text) - (size_t)at,
                           ", %d L1%s of %s KiB%s", arch_l1s(arch),
                           arch_l1s(arch) > 1 ? "s" : "",
                           text_real(kib(arch->l1_bytes)).text,
                           arch_l1s(arch) > 1 ? " each" : "");
        snprintf(text + at, sizeof(text) - (size_t)at,
                 ", files of a PE %d (ifmap), %d (filter) and %d words (psum)",
                 arch->rf_words[TENSOR_IFMAP], arch->rf_words[TENSOR_FILTER],
                 arch->rf_words[TENSOR_PSUM]);
    }
    text_paragraph(to, "", text);
}

static void print_head(const struct report_input *in, FILE *to)
{
    char text[SENTENCE_BYTES];
    const char *network = in->network != NULL ? in->network : "";
    snprintf(text, sizeof(text),
             "%s: %s%sbatch %d, %d x %d PEs at %s, DRAM %s, energy table %s, "
             "kernel %s",
             in->arch->name, network, network[0] != '\0' ? ", " : "", in->batch,
             in->arch->rows, in->arch->cols, table_clock(in->arch).text,
             in->foreign_memory != NULL ? in->foreign_memory
                                        : in->arch->dram_model,
             energy_name(in->energy), in->kernel);
    text_paragraph(to, "", text);
    print_memories(in->arch, to);
    fputc('\n', to);
}

/* The layers' mappings, as a mapping file. */
static void print_mappings(const struct report_input *in, FILE *to)
{
    const char **entry = xcalloc((size_t)in->n_layers + 1, sizeof(*entry));
    int n = 0;
    for (int i = 0; i < in->n_layers; i++)
        if (in->layers[i].mapping_text != NULL)
            entry[n++] = in->layers[i].mapping_text;
    if (n > 0) {
        fputc('\n', to);
        mapping_print_file(entry, n, to);
    }
    free(entry);
}

bool report_write_table(const struct report_input *in, FILE *to)
{
    struct table_view v;
    view_init(&v, in);
    print_head(in, to);
    if (in->n_layers == 1 && layer_is_mac(&in->layers[0].layer))
        table_layer(&v, 0, to);
    else
        table_network(&v, to);
    if (in->coverage != NULL)
        table_coverage(in->coverage, to);
    if (in->residency != NULL)
        table_residency(in->residency, to);
    if (in->fused != NULL)
        table_fusion(in->fused, to);
    if (in->show_mapping)
        print_mappings(in, to);
    free(v.energy);
    free(v.range);
    return fflush(to) == 0 && ferror(to) == 0;
}
