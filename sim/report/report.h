/* report.h - results, written for a person or for a program.
 *
 * The table is for people and may change; JSON and CSV keep their names
 * (docs/energy.md tells what the energies are).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_REPORT_H
#define SIM_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/base/arch.h"
#include "sim/base/result.h"
#include "sim/energy/energy.h"
#include "sim/network/coverage.h"
#include "sim/network/fuse/fuse_groups.h"
#include "sim/network/residency.h"
#include "sim/values/graph_values.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The forms of output; sim/cli/format_table.c says who writes each. */
enum report_format {
    REPORT_TABLE,
    REPORT_JSON,
    REPORT_CSV,
    REPORT_MARKDOWN,
    REPORT_PARETO,
    REPORT_HTML
};
enum { REPORT_FORMAT_N = REPORT_HTML + 1 };

struct report_input { /* all borrowed */
    const struct arch *arch;
    const char *network; /* a name; NULL or "" = none */
    int batch;
    const char *kernel;
    /* The policy by which mappings came about, or "given"; NULL: nobody says.
     * What was to be least, where mappings were compared; or NULL. */
    const char *mapping_source, *objective;
    const char *foreign_memory; /* in the DRAM's place; NULL = none */
    /* Keys that the command line set, "array.rows=16"; the last of a key holds.
     */
    const char *const *set;
    int n_sets;
    const struct energy_table *energy;
    /* Tables whose totals stand beside those of `energy`, which is the first of
     * them; 0 or 1: none do. */
    const struct energy_table *const *tables;
    int n_tables;
    /* Prices that are kept from a layer to the next, of some tables; or none.
     */
    struct energy_range_prices *const *prices;
    int n_prices;
    const struct layer_result *layers;
    int n_layers;
    /* What a graph's operations came to; NULL: a list of layers ran. */
    const struct network_coverage *coverage;
    const struct residency *residency;  /* of its tensors; or NULL */
    const struct fuse_groups *fused;    /* of its chains; or NULL */
    const struct tensor_values *values; /* of its tensors, with --check */
    int n_values;
    bool show_mapping; /* the table ends with a mapping file of all layers */
    /* Bytes of a burst of the DRAM part, whose energy is paid per burst; up to
     * 1, energy is paid per word. */
    int dram_burst_bytes;
    /* Peak, for the roofline.  0: arch's with the "bandwidth" model, else
     * unbounded. */
    uint64_t dram_bytes_per_second;
};

/* One form each.  false: `to` could not be written. */
bool report_write_table(const struct report_input *in, FILE *to);
bool report_write_json(const struct report_input *in, FILE *to);
bool report_write_csv(const struct report_input *in, FILE *to);
bool report_write_markdown(const struct report_input *in, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
