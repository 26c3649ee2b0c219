/* table_network.c - several layers, a line each, and their sum.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "sim/report/grid.h"
#include "sim/report/metrics.h"
#include "sim/report/report_table.h"

#define PARTS_BYTES 1024

/* Layer i, or the sum for i = n_layers. */
static const struct layer_result *result_of(const struct table_view *v, int i)
{
    return i < v->in->n_layers ? &v->in->layers[i] : &v->total;
}

static const char *name_of(const struct table_view *v, int i)
{
    return i < v->in->n_layers ? v->in->layers[i].layer.name : "total";
}

static void head(struct grid *g, const char *const line[], int n)
{
    for (int i = 0; i < n; i++)
        grid_cell(g, "%s", line[i]);
}

/* Above the sum, a rule. */
static void end_row(const struct table_view *v, struct grid *g, int i)
{
    if (i == v->in->n_layers - 1)
        grid_rule(g);
}

static void print_overview(const struct table_view *v, FILE *to)
{
    static const char *const name[] = {"layer", "MACs",   "cycles", "time",
                                       "util",  "active", "L2",     "DRAM",
                                       "bound", "cycles/"};
    static const char *const unit[] = {"",    "",         "",   "ms", "%",
                                       "PEs", "array MB", "MB", "by", "bound"};
    const struct arch *arch = v->in->arch;
    struct grid *g = grid_new(10, 1);
    head(g, name, 10);
    head(g, unit, 10);
    grid_rule(g);
    for (int i = 0; i <= v->in->n_layers; i++) {
        const struct layer_result *r = result_of(v, i);
        enum bound bound = result_binding_bound(r);
        bool has_bound = r->bounds_cycles[bound] > 0;
        grid_cell(g, "%s", name_of(v, i));
        grid_short(g, (double)r->counts.macs);
        if (r->is_model) {
            /* The sum has no bound of its own. */
            if (has_bound)
                grid_cell(g, ">= %s", text_count(r->bounds_cycles[bound]).text);
            else
                grid_cell(g, "%s", "");
            grid_cell(g, "%s", "");
            grid_cell(g, "%s", "");
        } else {
            grid_count(g, r->cycles);
            grid_real(g, metrics_ms(arch, r->cycles));
            grid_percent(g, metrics_utilization(arch, r));
        }
        grid_count(g, (uint64_t)r->active_pes);
        grid_real(g, metrics_bytes(v->in, r, metrics_l2_array_bytes) / 1e6);
        grid_real(g, metrics_bytes(v->in, r, metrics_dram_bytes) / 1e6);
        grid_cell(g, "%s", has_bound ? bound_name[bound] : "");
        if (has_bound && !r->is_model)
            grid_real(g, (double)r->cycles / (double)r->bounds_cycles[bound]);
        else
            grid_cell(g, "%s", "");
        end_row(v, g, i);
    }
    grid_print(g, 0, to);
    grid_free(g);
}

/* "wait_psum_in" as two lines of a head: "wait", "psum_in". */
static void ledger_head(const struct table_view *v, struct grid *g,
                        bool is_second_line)
{
    for (int i = 0; i < LEDGER_N; i++) {
        if (!ledger_applies(v->in->arch, (enum ledger_cause)i))
            continue;
        const char *split = strchr(ledger_name[i], '_');
        if (split == NULL)
            grid_cell(g, "%s", is_second_line ? "" : ledger_name[i]);
        else if (is_second_line)
            grid_cell(g, "%s", split + 1);
        else
            grid_cell(g, "%.*s", (int)(split - ledger_name[i]), ledger_name[i]);
    }
}

static void print_ledgers(const struct table_view *v, FILE *to)
{
    const int causes = LEDGER_N - !ledger_applies(v->in->arch, LEDGER_skip);
    struct grid *g = grid_new(1 + causes, 1);
    grid_cell(g, "PE-cycles");
    ledger_head(v, g, false);
    grid_cell(g, "%%");
    ledger_head(v, g, true);
    grid_rule(g);
    for (int i = 0; i <= v->in->n_layers; i++) {
        const struct layer_result *r = result_of(v, i);
        double all_pe_cycles = (double)ledger_total(r->ledger_pe_cycles);
        grid_cell(g, "%s", name_of(v, i));
        for (int k = 0; k < LEDGER_N; k++)
            if (ledger_applies(v->in->arch, (enum ledger_cause)k))
                grid_percent(g, metrics_ratio((double)r->ledger_pe_cycles[k],
                                              all_pe_cycles));
        end_row(v, g, i);
    }
    grid_print(g, 0, to);
    grid_free(g);
}

static void print_accesses(const struct table_view *v, FILE *to)
{
    const struct arch *arch = v->in->arch;
    int n_stores = 0;
    for (int level = 0; level < LEVEL_N; level++)
        for (int t = 0; t < TENSOR_N; t++)
            n_stores +=
                arch_level_holds(arch, (enum level)level, (enum tensor)t);
    struct grid *g = grid_new(1 + n_stores, 1);
    for (int line = 0; line < 2; line++) {
        grid_cell(g, "%s", line == 0 ? "accesses" : "words");
        for (int level = 0; level < LEVEL_N; level++)
            for (int t = 0; t < TENSOR_N; t++)
                if (arch_level_holds(arch, (enum level)level, (enum tensor)t))
                    grid_cell(g, "%s",
                              line == 0
                                  ? arch_level_name(arch, (enum level)level)
                                  : tensor_name[t]);
    }
    grid_rule(g);
    for (int i = 0; i <= v->in->n_layers; i++) {
        const struct layer_result *r = result_of(v, i);
        grid_cell(g, "%s", name_of(v, i));
        for (int level = 0; level < LEVEL_N; level++)
            for (int t = 0; t < TENSOR_N; t++) {
                const struct accesses *a = &r->counts.access[level][t];
                if (arch_level_holds(arch, (enum level)level, (enum tensor)t))
                    grid_short(g, (double)count_add(a->reads, a->writes));
            }
        end_row(v, g, i);
    }
    grid_print(g, 0, to);
    grid_free(g);
}

static void print_energies(const struct table_view *v, FILE *to)
{
    bool applies[ENERGY_N];
    int parts = 0;
    for (int k = 0; k < ENERGY_N; k++) {
        applies[k] =
            energy_part_applies(&v->costs, v->in->arch, (enum energy_part)k);
        parts += applies[k];
    }
    const bool has_range = v->range[0].n > 0;
    struct grid *g = grid_new(3 + parts + has_range, 1);
    for (int line = 0; line < 2; line++) {
        grid_cell(g, "%s", line == 0 ? "energy" : v->energy_unit);
        for (int k = 0; k < ENERGY_N; k++)
            if (applies[k])
                grid_cell(g, "%s", line == 0 ? energy_part_name[k] : "");
        grid_cell(g, "%s", line == 0 ? "total" : "");
        grid_cell(g, "%s", line == 0 ? v->per_mac_unit : "");
        if (has_range)
            grid_cell(g, "%s", line == 0 ? "total" : "range");
    }
    grid_rule(g);
    for (int i = 0; i <= v->in->n_layers; i++) {
        const struct layer_energy *e =
            i < v->in->n_layers ? &v->energy[i] : &v->total_energy;
        grid_cell(g, "%s", name_of(v, i));
        for (int k = 0; k < ENERGY_N; k++)
            if (applies[k])
                grid_real(g, energy_part_of(e, (enum energy_part)k) /
                                 v->energy_units_each);
        grid_real(g, e->total / v->energy_units_each);
        grid_real(
            g, metrics_ratio(e->total, (double)result_of(v, i)->counts.macs));
        if (has_range)
            grid_cell(g, "%s-%s",
                      text_short(energy_range_low(&v->range[i]) /
                                 v->energy_units_each)
                          .text,
                      text_short(energy_range_high(&v->range[i]) /
                                 v->energy_units_each)
                          .text);
        end_row(v, g, i);
    }
    grid_print(g, 0, to);
    grid_free(g);
}

static void print_costs(const struct table_view *v, FILE *to)
{
    char text[PARTS_BYTES];
    int at = 0;
    for (int i = 0; i < ENERGY_N; i++) {
        char cost[320];
        if (!energy_part_applies(&v->costs, v->in->arch, (enum energy_part)i))
            continue;
        table_cost_text(v, (enum energy_part)i, cost, sizeof(cost));
        at += snprintf(text + at, sizeof(text) - (size_t)at, "%s%s %s",
                       at > 0 ? "; " : "", energy_part_name[i], cost);
    }
    char label[64];
    snprintf(label, sizeof(label), "%s each: ", energy_unit(v->in->energy));
    text_paragraph(to, label, text);
}

void table_network(const struct table_view *v, FILE *to)
{
    print_overview(v, to);
    fputc('\n', to);
    if (!v->total.is_model) {
        print_ledgers(v, to);
        fputc('\n', to);
    }
    print_accesses(v, to);
    fputc('\n', to);
    print_energies(v, to);
    print_costs(v, to);
    fprintf(to, "\nall %d layers\n", v->in->n_layers);
    table_metrics(v, &v->total, &v->total_energy, &v->range[v->in->n_layers],
                  v->in->batch, to);
    table_energies(v, to);
    if (v->total.checked)
        table_line(to, "check", "%s outputs, %s mismatches",
                   text_count(v->total.check_outputs).text,
                   text_count(v->total.check_mismatches).text);
    if (v->in->n_values > 0)
        table_line(to, "values", "of %d tensors, from node to node",
                   v->in->n_values);
    table_why(&v->total, to);
}
