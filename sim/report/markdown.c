/* markdown.c - results as a table in Markdown: a line a layer and one for
 * their sum, to be put into a text.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "sim/report/grid.h"
#include "sim/report/listing.h"
#include "sim/report/metrics.h"
#include "sim/report/report.h"

static void add_row(struct listing *l, const struct report_input *in,
                    const char *name, const struct layer_result *r,
                    double energy)
{
    const struct arch *arch = in->arch;
    enum bound bound = result_binding_bound(r);
    bool is_total = r->bounds_cycles[bound] == 0; /* the sum has no bound */
    listing_text(l, name);
    listing_count(l, r->counts.macs);
    if (!r->is_model) {
        listing_count(l, r->cycles);
        listing_print(l, "%s", text_real(metrics_ms(arch, r->cycles)).text);
        listing_print(l, "%s", text_percent(metrics_utilization(arch, r)).text);
    } else {
        if (is_total)
            listing_text(l, "");
        else
            listing_print(l, ">= %" PRIu64, r->bounds_cycles[bound]);
        listing_text(l, "");
        listing_text(l, "");
    }
    listing_print(
        l, "%s",
        text_real(metrics_bytes(in, r, metrics_l2_array_bytes) / 1e6).text);
    listing_print(
        l, "%s",
        text_real(metrics_bytes(in, r, metrics_dram_link_bytes) / 1e6).text);
    listing_print(l, "%s", text_real(energy / 1e6).text);
    listing_text(l, is_total ? "" : bound_name[bound]);
}

bool report_write_markdown(const struct report_input *in, FILE *to)
{
    char energy_column[64];
    const char *const column[] = {"layer",   "MACs",          "cycles",
                                  "ms",      "utilization %", "L2 array MB",
                                  "DRAM MB", energy_column,   "bound by"};
    struct layer_energy each, sum = {0};
    struct layer_result total;
    snprintf(energy_column, sizeof(energy_column), "energy, 10^6 %s",
             energy_unit(in->energy));
    struct listing *l = listing_new("layers", column, 9);
    for (int i = 0; i < in->n_layers; i++) {
        const struct layer_result *r = &in->layers[i];
        metrics_energy(in, r, &each);
        energy_add(&sum, &each);
        add_row(l, in, r->layer.name, r, each.total);
    }
    metrics_sum(in->layers, in->n_layers, &total);
    add_row(l, in, "total", &total, sum.total);
    bool ok = listing_write_markdown(l, to);
    listing_free(l);
    return ok;
}
