/* table_energies.c - how far totals may lie from those printed, and totals
 * under several energy tables side by side.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "sim/report/grid.h"
#include "sim/report/metrics.h"
#include "sim/report/report_table.h"

void table_range_text(const struct energy_range *range, double each, char *text,
                      int text_bytes)
{
    text[0] = '\0';
    if (range->n > 0)
        snprintf(text, (size_t)text_bytes, "%s to %s (corners %s to %s)",
                 text_real(energy_range_low(range) / each).text,
                 text_real(energy_range_high(range) / each).text,
                 text_real(range->corner_low / each).text,
                 text_real(range->corner_high / each).text);
}

static void put_table(struct grid *g, const struct report_input *in,
                      const struct energy_table *table,
                      const struct layer_result *r, double each)
{
    struct energy_range range;
    metrics_range(in, table, r, &range);
    grid_real(g, range.total / each);
    if (range.n > 0)
        grid_cell(g, "%s-%s", text_short(energy_range_low(&range) / each).text,
                  text_short(energy_range_high(&range) / each).text);
    else
        grid_cell(g, "%s", "");
}

void table_energies(const struct table_view *v, FILE *to)
{
    const struct report_input *in = v->in;
    if (in->n_tables < 2)
        return;
    struct grid *g = grid_new(1 + 2 * in->n_tables, 1);
    fputc('\n', to);
    for (int line = 0; line < 2; line++) {
        grid_cell(g, "%s", line == 0 ? "energy" : "under");
        for (int i = 0; i < in->n_tables; i++) {
            const bool is_pj = strcmp(energy_unit(in->tables[i]), "pJ") == 0;
            grid_cell(g, "%s",
                      line == 0 ? energy_name(in->tables[i])
                      : is_pj   ? "uJ"
                                : "10^6 MAC");
            grid_cell(g, "%s", line == 0 ? "" : "range");
        }
    }
    grid_rule(g);
    for (int i = 0; i <= (in->n_layers > 1 ? in->n_layers : 0); i++) {
        const bool is_sum = i == in->n_layers;
        grid_cell(g, "%s", is_sum ? "total" : in->layers[i].layer.name);
        for (int k = 0; k < in->n_tables; k++)
            put_table(g, in, in->tables[k], is_sum ? &v->total : &in->layers[i],
                      v->energy_units_each);
        if (i == in->n_layers - 1 && in->n_layers > 1)
            grid_rule(g);
    }
    grid_print(g, 2, to);
    grid_free(g);
}
