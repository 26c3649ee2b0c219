/* report_table.h - what the files of the text report share.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_REPORT_TABLE_H
#define SIM_REPORT_REPORT_TABLE_H

#include "sim/energy/energy.h"
#include "sim/energy/energy_range.h"
#include "sim/report/grid.h"
#include "sim/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

struct table_view {
    const struct report_input *in;
    struct arch arch; /* with the layer's widths, where there is one layer */
    struct energy_costs costs;
    struct layer_energy *energy; /* owns; of each layer */
    struct energy_range *range;  /* owns; of each layer, and of their sum */
    struct layer_result total;
    struct layer_energy total_energy;
    const char *energy_unit;  /* of sums: "uJ" or "10^6 MAC" */
    double energy_units_each; /* table's units in one of them */
    const char *per_mac_unit; /* "pJ/MAC", or "per MAC" */
};

/* "  label          ": the left edge of all paragraphs. */
#define TABLE_LABEL "  %-14s "
#define TABLE_LABEL_BYTES 32

__attribute__((format(printf, 3, 4))) void
table_line(FILE *to, const char *label, const char *fmt, ...);
/* "200 MHz" */
struct number_text table_clock(const struct arch *arch);
/* What one access, hop, MAC or burst costs, and how that is known. */
void table_cost_text(const struct table_view *v, enum energy_part part,
                     char *text, int text_bytes);
/* The lower bound of cycles, the simulated ones, where the difference went, and
 * which keys of the machine widen what sets the bound. */
void table_bound(const struct arch *arch, const struct layer_result *r,
                 enum bound bound, FILE *to);
/* Where the PE-cycles that issued no MAC went, as a sentence. */
void table_why(const struct layer_result *r, FILE *to);
/* "20.1 to 31.5 (corners 15.2 to 48.9)" of a total, each of its unit divided by
 * so many; "" where the table gives no range. */
void table_range_text(const struct energy_range *range, double each, char *text,
                      int text_bytes);
/* Totals of each layer and of all, under the tables of the report; nothing
 * where there is one. */
void table_energies(const struct table_view *v, FILE *to);
/* The metrics of a layer, or of all, with the roofline. */
void table_metrics(const struct table_view *v, const struct layer_result *r,
                   const struct layer_energy *energy,
                   const struct energy_range *range, int batch, FILE *to);

void table_layer(const struct table_view *v, int i, FILE *to);
void table_coverage(const struct network_coverage *coverage, FILE *to);
void table_fusion(const struct fuse_groups *fused, FILE *to);
void table_residency(const struct residency *residency, FILE *to);
void table_network(const struct table_view *v, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
