/* metrics.c - works out ratios, times and bandwidths from the counts of a
 * result.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/metrics.h"

#include <string.h>

#include "sim/base/counters.h"

#define TABLE_NAME(name, doc) #name,
const char *const metric_name[METRIC_N] = {METRICS(TABLE_NAME)};

#define OPERATIONS_PER_MAC 2.0

bool metrics_needs_cycles(enum metric metric)
{
    return metric == METRIC_throughput_gops || metric == METRIC_latency_ms;
}

double metrics_ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

double metrics_utilization(const struct arch *arch,
                           const struct layer_result *r)
{
    const bool performed = arch_skips_any(arch) && !r->is_model;
    return metrics_ratio(
        (double)(performed ? r->counts.macs_performed : r->counts.macs),
        (double)arch_macs_per_cycle(arch) * (double)r->cycles);
}

double metrics_ms(const struct arch *arch, uint64_t cycles)
{
    return metrics_ratio(1e3 * (double)cycles, (double)arch->clock_hz);
}

double metrics_tensor_bytes(const struct arch *arch,
                            const struct counts *counts, enum level level,
                            enum tensor tensor)
{
    const struct accesses *a = &counts->access[level][tensor];
    const int bits = arch->precision_bits[tensor];
    double all = (double)count_add(a->reads, a->writes) * bits;
    if (tensor == TENSOR_PSUM) {
        const struct finished_words f = counts_finished(counts, level);
        all += (double)count_add(f.reads, f.writes) *
               (arch_ofmap_bits(arch) - bits);
    }
    return all / 8;
}

double metrics_level_bytes(const struct arch *arch, const struct counts *counts,
                           enum level level)
{
    double bytes = 0;
    for (int t = 0; t < TENSOR_N; t++)
        bytes += metrics_tensor_bytes(arch, counts, level, (enum tensor)t);
    return bytes;
}

double metrics_l2_array_bytes(const struct arch *arch,
                              const struct counts *counts)
{
    struct counts array = *counts;
    for (int t = 0; t < TENSOR_N; t++) {
        struct accesses *a = &array.access[LEVEL_L2][t];
        SIM_CHECK(a->dma_reads <= a->reads && a->dma_writes <= a->writes);
        a->reads -= a->dma_reads;
        a->writes -= a->dma_writes;
    }
    array.finished_l2.reads = 0; /* all of them the DMA's */
    return metrics_level_bytes(arch, &array, LEVEL_L2);
}

double metrics_dram_link_bytes(const struct arch *arch,
                               const struct counts *counts)
{
    double bytes = metrics_level_bytes(arch, counts, LEVEL_DRAM);
    for (int t = 0; t < TENSOR_N; t++) {
        const struct compressed_words *c = &counts->dram_compressed[t];
        bytes += (double)c->bytes -
                 (double)c->words * arch_map_bits(arch, (enum tensor)t) / 8;
    }
    return bytes;
}

double metrics_dram_bytes(const struct arch *arch, const struct counts *counts)
{
    return metrics_level_bytes(arch, counts, LEVEL_DRAM);
}

bool metrics_part(const struct report_input *in, const struct layer_result *r,
                  int i, struct arch *own)
{
    if (r >= in->layers && r < in->layers + in->n_layers && r != &in->layers[i])
        return false;
    arch_of_layer(in->arch, &in->layers[i].layer, own);
    return true;
}

double metrics_bytes(const struct report_input *in,
                     const struct layer_result *r,
                     double (*figure)(const struct arch *arch,
                                      const struct counts *counts))
{
    double bytes = 0;
    for (int i = 0; i < in->n_layers; i++) {
        struct arch own;
        if (metrics_part(in, r, i, &own))
            bytes += figure(&own, &in->layers[i].counts);
    }
    return bytes;
}

void metrics_energy(const struct report_input *in, const struct layer_result *r,
                    struct layer_energy *out)
{
    struct arch own;
    struct energy_costs costs;
    arch_of_layer(in->arch, &r->layer, &own);
    energy_costs_of(in->energy, &own, &costs);
    energy_of_layer(&costs, &own, r, in->dram_burst_bytes, out);
}

/* What the report has kept of a table; NULL: nothing. */
static struct energy_range_prices *kept_prices(const struct report_input *in,
                                               const struct energy_table *table)
{
    for (int i = 0; i < in->n_prices; i++)
        if (energy_range_table(in->prices[i]) == table)
            return in->prices[i];
    return NULL;
}

void metrics_range(const struct report_input *in,
                   const struct energy_table *table,
                   const struct layer_result *r, struct energy_range *out)
{
    struct energy_range_prices *const kept = kept_prices(in, table);
    struct energy_range_prices *const prices =
        kept != NULL ? kept : energy_range_prices_new(table);
    memset(out, 0, sizeof(*out));
    for (int i = 0; i < in->n_layers; i++) {
        struct arch own;
        struct energy_range part;
        if (!metrics_part(in, r, i, &own))
            continue;
        energy_range_of_layer(prices, &own, &in->layers[i],
                              in->dram_burst_bytes, &part);
        energy_range_add(out, &part);
    }
    if (kept == NULL)
        energy_range_prices_free(prices);
}

int metrics_largest_losses(const struct layer_result *r, int n,
                           enum ledger_cause out[])
{
    bool taken[LEDGER_N] = {false};
    int found = 0;
    for (; found < n; found++) {
        int best = -1;
        for (int i = 0; i < LEDGER_N; i++)
            if (i != LEDGER_mac && !taken[i] && r->ledger_pe_cycles[i] > 0 &&
                (best < 0 ||
                 r->ledger_pe_cycles[i] > r->ledger_pe_cycles[best]))
                best = i;
        if (best < 0)
            break;
        taken[best] = true;
        out[found] = (enum ledger_cause)best;
    }
    return found;
}

double metrics_power_mw(const struct report_input *in,
                        const struct layer_result *r,
                        const struct layer_energy *energy)
{
    if (r->is_model || strcmp(energy_unit(in->energy), "pJ") != 0)
        return 0;
    /* A pJ in a ms is a nW. */
    return metrics_ratio(energy->total, metrics_ms(in->arch, r->cycles)) / 1e6;
}

static double dram_bytes_per_second(const struct report_input *in)
{
    if (in->dram_bytes_per_second > 0)
        return (double)in->dram_bytes_per_second;
    if (strcmp(in->arch->dram_model, "bandwidth") == 0)
        return (double)in->arch->dram_bytes_per_second;
    return 0;
}

void metrics_of(const struct report_input *in, const struct layer_result *r,
                const struct layer_energy *energy, int batch,
                struct metrics *out)
{
    double *v = out->value;
    double dram_bytes = metrics_bytes(in, r, metrics_dram_link_bytes);
    double bandwidth = dram_bytes_per_second(in);
    double operations = OPERATIONS_PER_MAC * (double)r->counts.macs;
    v[METRIC_operations] = operations;
    v[METRIC_operations_per_inference] = operations / (batch > 1 ? batch : 1);
    v[METRIC_intensity_ops_per_byte] = metrics_ratio(operations, dram_bytes);
    v[METRIC_peak_gops] = OPERATIONS_PER_MAC *
                          (double)arch_macs_per_cycle(in->arch) *
                          (double)in->arch->clock_hz / 1e9;
    v[METRIC_dram_gbytes_per_second] = bandwidth / 1e9;
    double roof_gops = v[METRIC_intensity_ops_per_byte] * bandwidth / 1e9;
    bool is_bound =
        bandwidth > 0 && dram_bytes > 0 && roof_gops < v[METRIC_peak_gops];
    v[METRIC_attainable_gops] = is_bound ? roof_gops : v[METRIC_peak_gops];
    v[METRIC_latency_ms] = metrics_ms(in->arch, r->cycles);
    v[METRIC_throughput_gops] =
        metrics_ratio(operations, v[METRIC_latency_ms] * 1e6);
    /* Operations per second and watt are operations per joule. */
    v[METRIC_gops_per_watt] =
        strcmp(energy_unit(in->energy), "pJ") == 0
            ? metrics_ratio(operations, energy->total / 1e3)
            : 0;
}

void metrics_sum(const struct layer_result *layers, int n_layers,
                 struct layer_result *out)
{
    memset(out, 0, sizeof(*out));
    out->has_events = n_layers > 0;
    for (int i = 0; i < n_layers; i++) {
        const struct layer_result *r = &layers[i];
        counters_add(out, r);
        out->has_events = out->has_events && r->has_events;
        out->is_model = out->is_model || r->is_model;
        out->has_vector = out->has_vector || r->has_vector;
        out->bursts_at_least = out->bursts_at_least || r->bursts_at_least;
        if (r->active_pes > out->active_pes)
            out->active_pes = r->active_pes;
        out->checked = out->checked || r->checked;
    }
}
