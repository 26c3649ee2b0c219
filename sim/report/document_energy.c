/* document_energy.c - energies, their ranges, what one event costs, and areas,
 * as a program reads them.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/document_energy.h"

#include "sim/report/metrics.h"
#include "sim/report/report_tree.h"

const char *const range_member[] = {"low", "high", "corner_low", "corner_high",
                                    NULL};
const char *const range_member_doc[] = {
    "the total less the root of the squares of what each entry's low changes",
    "the total and the root of the squares of what each entry's high changes",
    "with all entries at their low figures",
    "with all entries at their high figures"};

json_t *document_energies(const struct layer_energy *energy)
{
    json_t *o = tree_object();
    for (int i = 0; i < ENERGY_N; i++)
        tree_put_real(o, energy_part_name[i],
                      energy_part_of(energy, (enum energy_part)i));
    tree_put_real(o, "total", energy->total);
    return o;
}

/* Puts the members of a range. */
static void put_members(json_t *o, const struct energy_range *range)
{
    const double value[] = {energy_range_low(range), energy_range_high(range),
                            range->corner_low, range->corner_high};
    for (int i = 0; range_member[i] != NULL; i++)
        tree_put_real(o, range_member[i], value[i]);
}

void document_put_range(json_t *o, const struct report_input *in,
                        const struct layer_result *r)
{
    struct energy_range range;
    metrics_range(in, in->energy, r, &range);
    if (range.n == 0)
        return;
    json_t *of = tree_object();
    put_members(of, &range);
    tree_put(o, "energy_range", of);
}

void document_put_by_table(json_t *o, const struct report_input *in,
                           const struct layer_result *r)
{
    json_t *all = tree_object();
    for (int i = 0; i < in->n_tables && in->n_tables > 1; i++) {
        struct energy_range range;
        json_t *of = tree_object();
        metrics_range(in, in->tables[i], r, &range);
        tree_put_text(of, "unit", energy_unit(in->tables[i]));
        tree_put_real(of, "total", range.total);
        if (range.n > 0)
            put_members(of, &range);
        tree_put(all, energy_name(in->tables[i]), of);
    }
    if (json_object_size(all) > 0)
        tree_put(o, "energy_by_table", all);
    else
        json_decref(all);
}

static json_t *tensor_costs(const struct energy_cost cost[TENSOR_N])
{
    json_t *o = tree_object();
    for (int t = 0; t < TENSOR_N; t++)
        tree_put_real(o, tensor_name[t], cost[t].energy);
    bool differ = false;
    for (int t = 0; t < TENSOR_N; t++)
        differ = differ || cost[t].energy != cost[t].write;
    if (differ) {
        json_t *write = tree_object();
        for (int t = 0; t < TENSOR_N; t++)
            tree_put_real(write, tensor_name[t], cost[t].write);
        tree_put(o, "write", write);
    }
    tree_put_text(o, "origin", energy_origin_name[energy_origin_of(cost)]);
    return o;
}

json_t *document_costs(const struct report_input *in,
                       const struct energy_costs *costs)
{
    json_t *o = tree_object(), *mac = tree_object();
    tree_put_text(o, "name", energy_name(in->energy));
    tree_put_real(mac, "each", costs->mac.energy);
    tree_put_text(mac, "origin", energy_origin_name[costs->mac.origin]);
    tree_put(o, "mac", mac);
    tree_put(o, "rf", tensor_costs(costs->rf));
    tree_put(o, "noc", tensor_costs(costs->noc_hop));
    if (in->arch->has_l1)
        tree_put(o, "l1", tensor_costs(costs->l1));
    for (int k = LEVEL_L1; k < LEVEL_L2; k++)
        if (arch_has_levels(in->arch) &&
            arch_has_level(in->arch, (enum level)k))
            tree_put(o, in->arch->level[k].name, tensor_costs(costs->inner[k]));
    tree_put(o, "l2", tensor_costs(costs->l2));
    tree_put(o, "dram", tensor_costs(costs->dram));
    if (costs->leakage_cycle > 0)
        tree_put_real(o, "leakage_cycle", costs->leakage_cycle);
    if (costs->clock_cycle > 0)
        tree_put_real(o, "clock_cycle", costs->clock_cycle);
    return o;
}

json_t *document_area(const struct machine_area *area)
{
    json_t *o = tree_object();
    for (int i = 0; i < AREA_N; i++)
        tree_put_real(o, area_part_name[i], area->part[i]);
    tree_put_real(o, "total", area->total);
    return o;
}
