/* energy_possible.c - refuses a table whose lines lead to costs, on a machine,
 * that no sum could hold.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy_table.h"

/* Times 2^64 events, squares of cycles and a ratio of two, a double holds it.
 */
#define COST_MIN 1e-200
#define COST_MAX 1e200

static bool fits(double energy)
{
    return energy == 0 || (energy >= COST_MIN && energy <= COST_MAX);
}

static bool is_possible(const struct energy_table *table, const char *key,
                        const struct energy_list *list, struct energy_cost cost,
                        struct diag *d)
{
    const struct src_pos at = {table->path, list->line};
    if (fits(cost.energy) && fits(cost.write))
        return true;
    return diag_error(d, at,
                      "'%s' of energy table '%s' comes to %g for this machine "
                      "(%s); 0, or %g to %g is possible: entries near its "
                      "widths and capacities are needed",
                      key, table->name,
                      fits(cost.energy) ? cost.write : cost.energy,
                      energy_origin_name[cost.origin], COST_MIN, COST_MAX);
}

bool energy_is_possible(const struct energy_table *table,
                        const struct arch *arch, struct diag *d)
{
    if (arch->device != DEVICE_LSTP && table->grid != NULL &&
        sram_grid_factor(table->grid, SRAM_LEAKAGE_MW, "hp") == 1)
        return diag_error(d, (struct src_pos){table->path, 1},
                          "energy table '%s' has no 'hp' among 'sram_kinds', "
                          "and '%s' says 'technology.device'; both are needed",
                          table->name, arch->name);
    if (arch->temperature_k != 0 && arch->temperature_k != 300 &&
        table->leakage_350k.n_entries == 0)
        return diag_error(d, (struct src_pos){table->path, 1},
                          "energy table '%s' lacks 'leakage_350k', and '%s' "
                          "says 'technology.temperature_k'; both are needed",
                          table->name, arch->name);
    if (arch->precision_type[TENSOR_IFMAP] != NUMBER_INT &&
        table->mac.n_entries == 0 &&
        (table->float_multiply.n_entries == 0 ||
         table->float_add.n_entries == 0))
        return diag_error(d, (struct src_pos){table->path, 1},
                          "energy table '%s' has no 'float_multiply' or no "
                          "'float_add', and '%s' computes in floats; both are "
                          "needed",
                          table->name, arch->name);
    const int *bits = arch->precision_bits;
    const int operand = bits[TENSOR_IFMAP] > bits[TENSOR_FILTER]
                            ? bits[TENSOR_IFMAP]
                            : bits[TENSOR_FILTER];
    struct energy_costs c;
    bool ok;
    energy_costs_of(table, arch, &c);
    if (table->mac.n_entries > 0)
        ok = is_possible(table, "mac", &table->mac, c.mac, d);
    else if (arch->precision_type[TENSOR_IFMAP] != NUMBER_INT)
        ok = is_possible(table, "float_multiply", &table->float_multiply, c.mac,
                         d);
    else
        ok = is_possible(table, "int_multiply", &table->int_multiply,
                         energy_arithmetic(&table->int_multiply, operand), d) &&
             is_possible(table, "int_add", &table->int_add,
                         energy_arithmetic(&table->int_add, bits[TENSOR_PSUM]),
                         d);
    const struct {
        const char *key;
        const struct energy_list *list;
        const struct energy_cost *cost;
    } part[] = {{"rf", &table->rf, c.rf},
                {"noc_hop", &table->noc_hop, c.noc_hop},
                {table->l1.n_entries > 0 ? "l1" : "sram",
                 table->l1.n_entries > 0 ? &table->l1 : &table->sram, c.l1},
                {table->l2.n_entries > 0 ? "l2" : "sram",
                 table->l2.n_entries > 0 ? &table->l2 : &table->sram, c.l2},
                {"dram", &table->dram, c.dram}};
    for (size_t k = 0; ok && k < sizeof(part) / sizeof(*part); k++)
        for (int t = 0; ok && t < TENSOR_N; t++)
            ok = is_possible(table, part[k].key, part[k].list, part[k].cost[t],
                             d);
    return ok;
}
