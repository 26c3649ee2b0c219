/* result_columns.c - the list of result columns, and their values.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/result_columns.h"

#include <pthread.h>
#include <string.h>

#include "sim/base/counters.h"
#include "sim/energy/energy_area.h"
#include "sim/report/metrics.h"

#define ENERGY_NAME(name, doc) {"energy_pj." #name, "pJ", doc},
#define METRIC_NAME(name, doc) {"metrics." #name, "", doc},

/* Behind the counters, in this order. */
static const struct result_column energies[] = {ENERGY_PARTS(ENERGY_NAME)};
static const struct result_column metrics[] = {METRICS(METRIC_NAME)};
enum figure {
    FIGURE_TOTAL,
    FIGURE_BOUND,
    FIGURE_PES,
    FIGURE_UTILIZATION,
    FIGURE_EDP,
    FIGURE_POWER,
    FIGURE_AREA,
    FIGURE_N
};
static const struct result_column figures[FIGURE_N] = {
    [FIGURE_TOTAL] = {"energy_pj.total", "pJ", "all of it"},
    [FIGURE_BOUND] =
        {"bound_cycles", "cycles",
         "the layers' largest lower bounds of resources, added up"},
    [FIGURE_PES] = {"active_pes", "PEs", "most that a pass uses"},
    [FIGURE_UTILIZATION] = {"utilization", "", "MACs over PEs x cycles"},
    [FIGURE_EDP] = {"energy_delay_pj_cycles", "pJ x cycles",
                    "energy times cycles; of a model, times bound_cycles"},
    [FIGURE_POWER] = {"power_mw", "mW", "energy over time"},
    [FIGURE_AREA] = {"area_mm2", "mm2", "of the machine's components"},
};

/* Made once: counters that a table of several machines can have, by their
 * names there. */
static struct {
    struct result_column column[RESULT_COLUMNS_MAX];
    const struct counter *counter[RESULT_COLUMNS_MAX];
    int n_counters, n;
} all;
static pthread_once_t made = PTHREAD_ONCE_INIT;

/* Levels that a file lists have names of its own there, and here those of
 * their places (sim/base/arch.h). */
static bool is_common(const struct counter *c)
{
    return (c->when & (COUNTER_HIDDEN | COUNTER_CHECKED)) == 0;
}

static void add_column(const struct result_column *column)
{
    SIM_CHECK(all.n < RESULT_COLUMNS_MAX);
    all.column[all.n++] = *column;
}

static void make(void)
{
    for (const struct counter *c = counter_table; c->path != NULL; c++)
        if (is_common(c)) {
            all.counter[all.n] = c;
            add_column(&(struct result_column){c->path, c->unit, c->doc});
        }
    all.n_counters = all.n;
    for (int i = 0; i < ENERGY_N; i++)
        add_column(&energies[i]);
    for (int i = 0; i < METRIC_N; i++)
        add_column(&metrics[i]);
    for (int i = 0; i < FIGURE_N; i++)
        add_column(&figures[i]);
}

static int figure_column(enum figure figure)
{
    return all.n_counters + ENERGY_N + METRIC_N + (int)figure;
}

int result_columns(void)
{
    pthread_once(&made, make);
    return all.n;
}

const struct result_column *result_column_at(int i)
{
    SIM_CHECK(i >= 0 && i < result_columns());
    return &all.column[i];
}

int result_column_find(const char *name)
{
    for (int i = 0; i < result_columns(); i++)
        if (strcmp(all.column[i].name, name) == 0)
            return i;
    return -1;
}

bool result_column_is_of_machine(int i)
{
    pthread_once(&made, make);
    return i == figure_column(FIGURE_AREA);
}

bool result_column_is_whole(int i)
{
    SIM_CHECK(i >= 0 && i < result_columns());
    return i < all.n_counters || i == figure_column(FIGURE_BOUND) ||
           i == figure_column(FIGURE_PES);
}

bool result_column_needs_run(int i)
{
    const int metric = i - all.n_counters - ENERGY_N;
    SIM_CHECK(i >= 0 && i < result_columns());
    return i < all.n_counters ? (all.counter[i]->when & COUNTER_SIMULATED) != 0
           : metric >= 0 && metric < METRIC_N
               ? metrics_needs_cycles((enum metric)metric)
               : i == figure_column(FIGURE_UTILIZATION) ||
                     i == figure_column(FIGURE_POWER);
}

void result_columns_of_machine(const struct report_input *in, struct cell *cell)
{
    struct machine_area area;
    const struct cell none = {.kind = CELL_NONE};
    for (int i = 0; i < result_columns(); i++)
        cell[i] = none;
    if (energy_area_of(in->energy, in->arch, &area))
        cell[figure_column(FIGURE_AREA)] = cell_real(area.total);
}

static void put_counters(const struct report_input *in,
                         const struct layer_result *r, struct cell *cell)
{
    for (int i = 0; i < all.n_counters; i++)
        if (counter_is_reported(all.counter[i], in->arch, r, in->n_layers > 1))
            cell[i] = cell_whole((int64_t)counter_value(all.counter[i], r));
}

/* A layer's own widths make its costs, where it has any. */
static void layer_energy_of(const struct report_input *in,
                            const struct energy_costs *costs,
                            const struct layer_result *r,
                            struct layer_energy *out)
{
    const struct layer *l = &r->layer;
    if (in->arch->per_layer_bits &&
        (l->bits[0] | l->bits[1] | l->bits[2] | l->ofmap_bits) != 0)
        metrics_energy(in, r, out);
    else
        energy_of_layer(costs, in->arch, r, in->dram_burst_bytes, out);
}

static struct layer_energy put_energy(const struct report_input *in,
                                      const struct energy_costs *costs,
                                      struct cell *cell)
{
    struct layer_energy total = {0}, one;
    for (int i = 0; i < in->n_layers; i++) {
        layer_energy_of(in, costs, &in->layers[i], &one);
        energy_add(&total, &one);
    }
    for (int i = 0; i < ENERGY_N; i++)
        cell[all.n_counters + i] =
            cell_real(energy_part_of(&total, (enum energy_part)i));
    cell[figure_column(FIGURE_TOTAL)] = cell_real(total.total);
    return total;
}

static uint64_t bound_of(const struct report_input *in)
{
    uint64_t cycles = 0;
    for (int i = 0; i < in->n_layers; i++) {
        const struct layer_result *r = &in->layers[i];
        cycles = count_add(cycles, r->bounds_cycles[result_binding_bound(r)]);
    }
    return cycles < COUNT_MAX ? cycles : COUNT_MAX;
}

void result_columns_fill(const struct report_input *in,
                         const struct energy_costs *costs, struct cell *cell)
{
    struct layer_result sum;
    struct metrics m;
    pthread_once(&made, make);
    metrics_sum(in->layers, in->n_layers, &sum);
    put_counters(in, &sum, cell);
    const struct layer_energy energy = put_energy(in, costs, cell);
    metrics_of(in, &sum, &energy, in->batch, &m);
    for (int i = 0; i < METRIC_N; i++)
        if (!sum.is_model || !metrics_needs_cycles((enum metric)i))
            cell[all.n_counters + ENERGY_N + i] = cell_real(m.value[i]);
    const uint64_t bound = bound_of(in);
    cell[figure_column(FIGURE_BOUND)] = cell_whole((int64_t)bound);
    cell[figure_column(FIGURE_PES)] = cell_whole(sum.active_pes);
    cell[figure_column(FIGURE_EDP)] =
        cell_real(energy.total * (double)(sum.is_model ? bound : sum.cycles));
    if (sum.is_model)
        return;
    cell[figure_column(FIGURE_UTILIZATION)] =
        cell_real(metrics_utilization(in->arch, &sum));
    const double power_mw = metrics_power_mw(in, &sum, &energy);
    if (power_mw > 0)
        cell[figure_column(FIGURE_POWER)] = cell_real(power_mw);
}
