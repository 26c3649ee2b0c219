/* metrics.h - figures derived from results, for every form of report.
 *
 * The seven metrics of Sze, Chen, Yang, Emer, "Efficient Processing of Deep
 * Neural Networks" (2020), chapter 3, and the roofline (Williams, Waterman,
 * Patterson, CACM 2009).  A MAC is two operations.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_METRICS_H
#define SIM_REPORT_METRICS_H

#include "sim/energy/energy.h"
#include "sim/energy/energy_range.h"
#include "sim/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* name, doc */
#define METRICS(X)                                                   \
    X(operations, "2 x MACs")                                        \
    X(operations_per_inference, "operations over the batch")         \
    X(intensity_ops_per_byte,                                        \
      "operations per byte over the DRAM's link; 0 = none")          \
    X(peak_gops, "2 x PEs x clock")                                  \
    X(dram_gbytes_per_second, "peak DRAM bandwidth; 0 = unbounded")  \
    X(attainable_gops, "roofline: min(peak, intensity x bandwidth)") \
    X(throughput_gops, "operations over the time")                   \
    X(latency_ms, "cycles over the clock, for the whole batch")      \
    X(gops_per_watt, "operations per nJ; 0 = the energy is not in pJ")

#define METRICS_ENUM(name, doc) METRIC_##name,
enum metric { METRICS(METRICS_ENUM) METRIC_N };
#undef METRICS_ENUM
extern const char *const metric_name[METRIC_N];

struct metrics {
    double value[METRIC_N];
};

/* Whether a metric is known only of simulated layers. */
bool metrics_needs_cycles(enum metric metric);
/* batch: ifmaps in one run; below 1 counts as 1. */
void metrics_of(const struct report_input *in, const struct layer_result *r,
                const struct layer_energy *energy, int batch,
                struct metrics *out);

/* macs / (PEs x cycles); 0 without cycles. */
double metrics_utilization(const struct arch *arch,
                           const struct layer_result *r);
double metrics_ms(const struct arch *arch, uint64_t cycles);
/* Words of a tensor read and written at a level, in bytes of their width. */
double metrics_tensor_bytes(const struct arch *arch,
                            const struct counts *counts, enum level level,
                            enum tensor tensor);
/* The same of all tensors. */
double metrics_level_bytes(const struct arch *arch, const struct counts *counts,
                           enum level level);
/* As metrics_level_bytes at L2, without the DMA's part. */
double metrics_l2_array_bytes(const struct arch *arch,
                              const struct counts *counts);
/* Bytes over the DRAM's link: compressed tensors as such. */
double metrics_dram_link_bytes(const struct arch *arch,
                               const struct counts *counts);
/* Whether the i-th layer of the report is a part of r, which is one of its
 * layers or the sum of all; *own is the machine with that layer's widths. */
bool metrics_part(const struct report_input *in, const struct layer_result *r,
                  int i, struct arch *own);
/* Bytes that a figure of the above says of one of the report's layers, with its
 * own widths, or of the sum of all of them. */
double metrics_bytes(const struct report_input *in,
                     const struct layer_result *r,
                     double (*figure)(const struct arch *arch,
                                      const struct counts *counts));
/* A figure: all words of DRAM. */
double metrics_dram_bytes(const struct arch *arch, const struct counts *counts);
/* What a layer of the report took, with its own widths. */
void metrics_energy(const struct report_input *in, const struct layer_result *r,
                    struct layer_energy *out);
/* How far that total may lie from it, by this table, the report's or another;
 * of one of the report's layers or the sum of all. */
void metrics_range(const struct report_input *in,
                   const struct energy_table *table,
                   const struct layer_result *r, struct energy_range *out);
/* Energy over time, DRAM's included; 0 where either is not known, or the energy
 * is not in pJ. */
double metrics_power_mw(const struct report_input *in,
                        const struct layer_result *r,
                        const struct layer_energy *energy);
/* a / b, or 0 when b is. */
double metrics_ratio(double a, double b);
/* The n causes other than "mac" that took most PE-cycles, largest first.
 * Returns how many there are. */
int metrics_largest_losses(const struct layer_result *r, int n,
                           enum ledger_cause out[]);
/* Sums cycles, ledger, counts, gated work and checks over all layers; shape,
 * mapping and bounds stay empty; active PEs are the largest. */
void metrics_sum(const struct layer_result *layers, int n_layers,
                 struct layer_result *out);

#ifdef __cplusplus
}
#endif

#endif
