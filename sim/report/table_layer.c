/* table_layer.c - one layer in full, for a person.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/dataflow.h"
#include "sim/base/counters.h"
#include "sim/config/layer_text.h"
#include "sim/report/grid.h"
#include "sim/report/metrics.h"
#include "sim/report/report_table.h"

#define BAR_COLUMNS 40 /* of a share of 1 */
#define PARAMS_BYTES 512

static const char *bar(double share)
{
    static const char full[] = "########################################";
    _Static_assert(sizeof(full) == BAR_COLUMNS + 1, "a bar's width");
    int n = (int)(share * BAR_COLUMNS + 0.5);
    if (n > BAR_COLUMNS)
        n = BAR_COLUMNS;
    return full + BAR_COLUMNS - n;
}

static void print_shape(const struct layer_result *r, FILE *to)
{
    const struct layer *l = &r->layer;
    char params[PARAMS_BYTES] = "", steps[PARAMS_BYTES];
    char label[MAPPING_NAME_BYTES + 16];
    struct gemm_letters g;
    int at = 0;
    layer_steps_text(l, ' ', steps, sizeof(steps));
    table_line(to, "layer", "%s, dataflow %s", l->name, r->dataflow);
    if (layer_is_gemm(l, &g) && l->op == LAYER_MATMUL)
        table_line(to, "matmul", "M=%d N=%d K=%d B=%d", g.M, g.N, g.K, g.B);
    else if (layer_is_gemm(l, &g))
        table_line(to, "gemm", "M=%d N=%d K=%d", g.M, g.N, g.K);
    if (l->op == LAYER_CONV_TRANSPOSE)
        table_line(to, "transposed", "output_pad_h=%d output_pad_w=%d",
                   l->output_pad_h, l->output_pad_w);
    table_line(to, "shape",
               "N=%d G=%d M=%d C=%d H=%d W=%d R=%d S=%d P=%d Q=%d %s", l->N,
               l->G, l->M, l->C, l->H, l->W, l->R, l->S, l->P, l->Q, steps);
    for (int i = 0; i < r->n_params; i++) {
        if (!dataflow_param_is_told(r->param[i].name, r->param[i].value))
            continue;
        at += snprintf(params + at, sizeof(params) - (size_t)at, "%s%s=%d",
                       at > 0 ? " " : "", r->param[i].name, r->param[i].value);
    }
    /* The letters are the dataflow's own (--list-dataflows), not the shape's.
     */
    snprintf(label, sizeof(label), "%s mapping", r->dataflow);
    table_line(to, r->n_params > 0 ? label : "mapping",
               "%s%s(%s%s%s), %s passes", params, r->n_params > 0 ? " " : "",
               r->mapping_source != NULL ? r->mapping_source : "chosen",
               r->table_source != NULL ? ", " : "",
               r->table_source != NULL ? r->table_source : "",
               text_count(r->passes).text);
}

/* Keys of the architecture that have no effect under the mapping. */
static void print_not_modelled(const struct layer_result *r, FILE *to)
{
    char text[512];
    int at = 0;
    if (r->n_not_modelled == 0)
        return;
    for (int i = 0; i < r->n_not_modelled; i++)
        at += snprintf(text + at, sizeof(text) - (size_t)at, "%s%s",
                       i > 0 ? ", " : "", r->not_modelled[i]);
    table_line(to, "not modelled", "%s", text);
}

static void print_cycles(const struct table_view *v,
                         const struct layer_result *r, FILE *to)
{
    const struct arch *arch = v->in->arch;
    enum bound bound = result_binding_bound(r);
    table_line(to, "MACs", "%s", text_count(r->counts.macs).text);
    if (r->is_model) {
        table_line(to, "cycles", "at least %s, %s ms at %s, set by %s (%s)",
                   text_count(r->bounds_cycles[bound]).text,
                   text_real(metrics_ms(arch, r->bounds_cycles[bound])).text,
                   table_clock(arch).text, bound_name[bound], bound_doc[bound]);
        table_line(to, "active PEs", "%d of %d", r->active_pes, arch_pes(arch));
        return;
    }
    table_line(to, "cycles", "%s, %s ms at %s; a pass in flight in %s",
               text_count(r->cycles).text,
               text_real(metrics_ms(arch, r->cycles)).text,
               table_clock(arch).text, text_count(r->array_cycles).text);
    table_line(to, "active PEs", "%d of %d", r->active_pes, arch_pes(arch));
    if (r->bounds_cycles[bound] > 0)
        table_bound(arch, r, bound, to);
    if (r->checked)
        table_line(to, "check", "%s outputs, %s mismatches",
                   text_count(r->check_outputs).text,
                   text_count(r->check_mismatches).text);
}

static void print_bounds(const struct arch *arch, const struct layer_result *r,
                         FILE *to)
{
    struct grid *g = grid_new(3, 1);
    grid_left_last(g);
    fputc('\n', to);
    grid_cell(g, "resource");
    grid_cell(g, "cycles at least");
    grid_cell(g, "%s", "");
    grid_rule(g);
    for (int i = 0; i < BOUND_N; i++) {
        if (!bound_applies(arch, (enum bound)i))
            continue;
        grid_cell(g, "%s", bound_name[i]);
        grid_count(g, r->bounds_cycles[i]);
        grid_cell(g, "%s", bound_doc[i]);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

/* What the row before, a wait, is made of. */
static void print_parts(struct grid *g, const struct layer_result *r,
                        enum ledger_cause cause, double all_pe_cycles)
{
    struct wait_part part[WAIT_PARTS_MAX];
    const int n = wait_parts(r, cause, part);
    for (int k = 0; k < n; k++) {
        const double share =
            metrics_ratio((double)part[k].pe_cycles, all_pe_cycles);
        grid_cell(g, "  %s%s%s", part[k].tensor,
                  part[k].tensor[0] != '\0' ? " " : "", part[k].name);
        grid_count(g, part[k].pe_cycles);
        grid_percent(g, share);
        grid_cell(g, "%s", bar(share));
    }
}

static void print_ledger(const struct arch *arch, const struct layer_result *r,
                         FILE *to)
{
    double all_pe_cycles = (double)ledger_total(r->ledger_pe_cycles);
    struct grid *g = grid_new(4, 1);
    grid_left_last(g);
    grid_cell(g, "PE-cycles");
    grid_cell(g, "count");
    grid_cell(g, "%%");
    grid_cell(g, "%s", "");
    grid_rule(g);
    for (int i = 0; i < LEDGER_N; i++) {
        if (!ledger_applies(arch, (enum ledger_cause)i))
            continue;
        double share =
            metrics_ratio((double)r->ledger_pe_cycles[i], all_pe_cycles);
        grid_cell(g, "%s", ledger_name[i]);
        grid_count(g, r->ledger_pe_cycles[i]);
        grid_percent(g, share);
        grid_cell(g, "%s", bar(share));
        print_parts(g, r, (enum ledger_cause)i, all_pe_cycles);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

static void access_row(struct grid *g, const struct arch *arch,
                       const struct counts *counts, enum level level,
                       enum tensor tensor, bool is_first)
{
    const struct accesses *a = &counts->access[level][tensor];
    grid_cell(g, "%s", is_first ? arch_level_name(arch, level) : "");
    grid_cell(g, "%s", tensor_name[tensor]);
    grid_count(g, a->reads);
    grid_count(g, a->writes);
    if (level == LEVEL_L2) {
        grid_count(g, a->dma_reads);
        grid_count(g, a->dma_writes);
    } else {
        grid_cell(g, "%s", "");
        grid_cell(g, "%s", "");
    }
    grid_real(g, metrics_tensor_bytes(arch, counts, level, tensor) / 1e6);
}

/* The psum words of a level that are finished outputs. */
static void finished_row(struct grid *g, const struct counts *counts,
                         enum level level)
{
    const struct finished_words f = counts_finished(counts, level);
    if (f.reads == 0 && f.writes == 0)
        return;
    grid_cell(g, "%s", "");
    grid_cell(g, "finished");
    grid_count(g, f.reads);
    grid_count(g, f.writes);
    for (int i = 0; i < 3; i++)
        grid_cell(g, "%s", "");
}

static void print_accesses(const struct arch *arch, const struct counts *counts,
                           FILE *to)
{
    static const char *const head[] = {"accesses", "words",     "reads",
                                       "writes",   "DMA reads", "DMA writes",
                                       "MB in all"};
    struct grid *g = grid_new(7, 2);
    for (int i = 0; i < 7; i++)
        grid_cell(g, "%s", head[i]);
    grid_rule(g);
    for (int level = 0; level < LEVEL_N; level++) {
        if (!arch_has_level(arch, (enum level)level))
            continue;
        bool is_first = true;
        for (int t = 0; t < TENSOR_N; t++)
            if (arch_level_holds(arch, (enum level)level, (enum tensor)t)) {
                access_row(g, arch, counts, (enum level)level, (enum tensor)t,
                           is_first);
                is_first = false;
            }
        finished_row(g, counts, (enum level)level);
        for (int i = 0; i < 5; i++)
            grid_cell(g, "%s", i == 1 ? "all" : "");
        if (level == LEVEL_L2)
            grid_cell(
                g, "array side %s",
                text_real(metrics_l2_array_bytes(arch, counts) / 1e6).text);
        else
            grid_cell(g, "%s", "");
        grid_real(g,
                  metrics_level_bytes(arch, counts, (enum level)level) / 1e6);
        if (level < LEVEL_N - 1)
            grid_rule(g);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

static void print_compression(const struct arch *arch,
                              const struct layer_result *r, FILE *to)
{
    double plain = metrics_level_bytes(arch, &r->counts, LEVEL_DRAM);
    double moved = metrics_dram_link_bytes(arch, &r->counts), values = moved;
    uint64_t words = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const struct compressed_words *c = &r->counts.dram_compressed[t];
        words += c->words;
        values += (double)r->check_compressed_bytes[t] - (double)c->bytes;
    }
    if (words == 0)
        return;
    table_line(to, "DRAM link", "%s MB of %s after run-length coding%s%s%s",
               text_real(moved / 1e6).text, text_real(plain / 1e6).text,
               r->checked ? "; " : "",
               r->checked ? text_real(values / 1e6).text : "",
               r->checked ? " MB with the values of --check" : "");
}

static void link_row(struct grid *g, const char *name,
                     const struct link_words *l)
{
    grid_cell(g, "%s", name);
    grid_count(g, l->words_sent);
    grid_count(g, l->words_delivered);
    grid_real(g,
              metrics_ratio((double)l->words_delivered, (double)l->words_sent));
    grid_count(g, l->hops);
}

static void print_links(const struct arch *arch, const struct counts *counts,
                        FILE *to)
{
    static const char *const head[] = {"networks", "words sent", "delivered",
                                       "fan-out", "hops"};
    struct grid *g = grid_new(5, 1);
    for (int i = 0; i < 5; i++)
        grid_cell(g, "%s", head[i]);
    grid_rule(g);
    for (int i = 0; i < LINK_N && !arch_has_levels(arch); i++)
        if (!link_needs_l1((enum link)i) || arch->has_l1)
            link_row(g, link_name[i], &counts->link[i]);
    for (int k = LEVEL_DRAM; k >= 0 && arch_has_levels(arch); k--)
        for (int f = 0; f < FLOW_N; f++) {
            char name[48];
            if (!arch_has_level(arch, (enum level)k) ||
                !arch_level_has_network(arch, (enum level)k))
                continue;
            snprintf(name, sizeof(name), "%s %s", arch->level[k].name,
                     level_flow_name[f]);
            link_row(g, name, &counts->flow[k][f]);
        }
    grid_print(g, 2, to);
    grid_free(g);
}

static void energy_row(struct grid *g, const struct table_view *v,
                       const char *name, double energy, double total,
                       uint64_t macs, const char *cost)
{
    grid_cell(g, "%s", name);
    grid_real(g, energy / v->energy_units_each);
    grid_percent(g, metrics_ratio(energy, total));
    grid_real(g, metrics_ratio(energy, (double)macs));
    grid_cell(g, "%s", cost);
}

static void print_energy(const struct table_view *v,
                         const struct layer_result *r,
                         const struct layer_energy *energy,
                         const struct energy_range *range, FILE *to)
{
    char ends[160];
    struct grid *g = grid_new(5, 1);
    grid_left_last(g);
    grid_cell(g, "energy");
    grid_cell(g, "%s", v->energy_unit);
    grid_cell(g, "%%");
    grid_cell(g, "%s", v->per_mac_unit);
    grid_cell(g, "%s each", energy_unit(v->in->energy));
    grid_rule(g);
    for (int i = 0; i < ENERGY_N; i++) {
        char cost[320];
        if (!energy_part_applies(&v->costs, v->in->arch, (enum energy_part)i))
            continue;
        table_cost_text(v, (enum energy_part)i, cost, sizeof(cost));
        energy_row(g, v, energy_part_name[i],
                   energy_part_of(energy, (enum energy_part)i), energy->total,
                   r->counts.macs, cost);
    }
    grid_rule(g);
    table_range_text(range, v->energy_units_each, ends, sizeof(ends));
    energy_row(g, v, "total", energy->total, energy->total, r->counts.macs,
               ends);
    grid_print(g, 2, to);
    grid_free(g);
    if (r->gated_macs > 0 && v->in->arch->zero_gating)
        table_line(to, "gated",
                   "%s MACs met a zero: they cost no MAC energy and no filter "
                   "read",
                   text_count(r->gated_macs).text);
}

void table_layer(const struct table_view *v, int i, FILE *to)
{
    const struct layer_result *r = &v->in->layers[i];
    print_shape(r, to);
    print_not_modelled(r, to);
    print_cycles(v, r, to);
    if (r->is_model) {
        print_bounds(v->in->arch, r, to);
    } else {
        table_why(r, to);
        fputc('\n', to);
        print_ledger(v->in->arch, r, to);
    }
    fputc('\n', to);
    print_accesses(&v->arch, &r->counts, to);
    print_compression(&v->arch, r, to);
    for (const struct counter *c = counter_table; c->path != NULL; c++)
        if (c->label != NULL && counter_value(c, r) > 0)
            table_line(to, c->label, "%s (%s)",
                       text_count(counter_value(c, r)).text, c->doc);
    fputc('\n', to);
    print_links(v->in->arch, &r->counts, to);
    fputc('\n', to);
    print_energy(v, r, &v->energy[i], &v->range[i], to);
    fputc('\n', to);
    table_metrics(v, r, &v->energy[i], &v->range[i], r->layer.N, to);
    table_energies(v, to);
}
