/* energy.c - from table entries to costs, from counts to energy.
 *
 * Rules: a MAC is a multiply at the wider operand's width and an add at the
 * psum's.  Widths and capacities between entries lie on a straight line in
 * log-log coordinates, those beyond on the end segment's line.  Moving data
 * costs in proportion to bits unless the table has an entry for the width.
 * A ratio is for a word as wide as a MAC's operand.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "sim/energy/energy_table.h"

#define TABLE_NAME(name, doc) #name,
#define TABLE_DOC(name, doc) doc,
#define TABLE_OFFSET(name, doc) offsetof(struct layer_energy, name),

const char *const energy_part_name[ENERGY_N] = {ENERGY_PARTS(TABLE_NAME)};
const char *const energy_part_doc[ENERGY_N] = {ENERGY_PARTS(TABLE_DOC)};
static const size_t part_offset[ENERGY_N] = {ENERGY_PARTS(TABLE_OFFSET)};

const char *const energy_origin_name[ENERGY_ORIGIN_N] = {
    "given", "scaled", "ratio", "interpolated", "extrapolated"};

const char *energy_name(const struct energy_table *table)
{
    return table->name;
}

const char *energy_unit(const struct energy_table *table)
{
    return table->unit;
}

static enum energy_origin worse(enum energy_origin a, enum energy_origin b)
{
    return a > b ? a : b;
}

enum energy_origin energy_origin_of(const struct energy_cost cost[TENSOR_N])
{
    enum energy_origin origin = ENERGY_GIVEN;
    for (int t = 0; t < TENSOR_N; t++)
        origin = worse(origin, cost[t].origin);
    return origin;
}

/* y at `at` on the log-log polyline through n points, x rising. */
static struct energy_cost log_log(const double x[], const double y[], int n,
                                  double at)
{
    SIM_CHECK(n > 0);
    int k = 0; /* the segment k, k + 1 */
    for (int i = 0; i < n; i++) {
        if (x[i] == at)
            return (struct energy_cost){y[i], ENERGY_GIVEN};
        if (x[i] < at)
            k = i;
    }
    bool inside = at > x[0] && at < x[n - 1];
    enum energy_origin origin =
        inside ? ENERGY_INTERPOLATED : ENERGY_EXTRAPOLATED;
    if (n == 1)
        return (struct energy_cost){y[0], origin};
    if (k > n - 2)
        k = n - 2;
    double slope = log(y[k + 1] / y[k]) / log(x[k + 1] / x[k]);
    return (struct energy_cost){y[k] * pow(at / x[k], slope), origin};
}

static struct energy_cost arithmetic(const struct energy_list *list,
                                     int operand_bits)
{
    double x[ENERGY_ENTRIES_MAX], y[ENERGY_ENTRIES_MAX];
    for (int i = 0; i < list->n_entries; i++) {
        x[i] = list->entry[i].width_bits;
        y[i] = list->entry[i].energy;
    }
    return log_log(x, y, list->n_entries, operand_bits);
}

static int operand_bits(const struct arch *arch)
{
    int ifmap = arch->precision_bits[TENSOR_IFMAP];
    int filter = arch->precision_bits[TENSOR_FILTER];
    return ifmap > filter ? ifmap : filter;
}

static struct energy_cost mac_cost(const struct energy_table *table,
                                   const struct arch *arch)
{
    if (table->mac.n_entries > 0)
        return (struct energy_cost){table->mac.entry[0].energy, ENERGY_GIVEN};
    struct energy_cost multiply =
        arithmetic(&table->int_multiply, operand_bits(arch));
    struct energy_cost add =
        arithmetic(&table->int_add, arch->precision_bits[TENSOR_PSUM]);
    return (struct energy_cost){multiply.energy + add.energy,
                                worse(multiply.origin, add.origin)};
}

/* The cost that an entry gives for a word of `bits` bits. */
static struct energy_cost entry_cost(const struct energy_entry *entry,
                                     double mac_energy, int mac_bits, int bits)
{
    if (entry->is_ratio)
        return (struct energy_cost){
            entry->energy * mac_energy * bits / mac_bits, ENERGY_RATIO};
    return (struct energy_cost){entry->energy * bits / entry->width_bits,
                                bits == entry->width_bits ? ENERGY_GIVEN
                                                          : ENERGY_SCALED};
}

/* The cost of moving a word of `bits` in a memory of `bytes`; lists without
 * capacities have 0 there and are asked with 0. */
static struct energy_cost list_cost(const struct energy_list *list,
                                    uint64_t bytes, double mac_energy,
                                    int mac_bits, int bits)
{
    /* Entries of one width: the word's, else the narrowest. */
    SIM_CHECK(list->n_entries > 0);
    int width_bits = list->entry[0].width_bits;
    for (int i = 0; i < list->n_entries; i++) {
        int has_bits = list->entry[i].width_bits;
        if (has_bits == bits)
            width_bits = bits;
        else if (width_bits != bits && has_bits < width_bits)
            width_bits = has_bits;
    }
    double x[ENERGY_ENTRIES_MAX], y[ENERGY_ENTRIES_MAX];
    enum energy_origin origin = ENERGY_GIVEN;
    int n = 0;
    for (int i = 0; i < list->n_entries; i++) {
        const struct energy_entry *entry = &list->entry[i];
        if (entry->width_bits != width_bits)
            continue;
        struct energy_cost cost = entry_cost(entry, mac_energy, mac_bits, bits);
        x[n] = (double)entry->bytes;
        y[n++] = cost.energy;
        origin = worse(origin, cost.origin);
    }
    struct energy_cost out = log_log(x, y, n, (double)bytes);
    out.origin = worse(out.origin, origin);
    return out;
}

void energy_costs_of(const struct energy_table *table, const struct arch *arch,
                     struct energy_costs *out)
{
    memset(out, 0, sizeof(*out));
    out->mac = mac_cost(table, arch);
    double mac = out->mac.energy;
    int mac_bits = operand_bits(arch);
    const struct energy_list *l1 =
        table->l1.n_entries > 0 ? &table->l1 : &table->sram;
    const struct energy_list *l2 =
        table->l2.n_entries > 0 ? &table->l2 : &table->sram;
    uint64_t l1_bytes = l1 == &table->sram ? arch->l1_bytes : 0;
    uint64_t l2_bytes = l2 == &table->sram ? arch->l2_bytes : 0;
    for (int t = 0; t < TENSOR_N; t++) {
        int bits = arch->precision_bits[t];
        out->rf[t] = list_cost(&table->rf, 0, mac, mac_bits, bits);
        out->noc_hop[t] = list_cost(&table->noc_hop, 0, mac, mac_bits, bits);
        if (arch->has_l1)
            out->l1[t] = list_cost(l1, l1_bytes, mac, mac_bits, bits);
        out->l2[t] = list_cost(l2, l2_bytes, mac, mac_bits, bits);
        out->dram[t] = list_cost(&table->dram, 0, mac, mac_bits, bits);
    }
    const int ofmap_bits = arch_ofmap_bits(arch);
    out->l2_finished = list_cost(l2, l2_bytes, mac, mac_bits, ofmap_bits);
    out->dram_finished = list_cost(&table->dram, 0, mac, mac_bits, ofmap_bits);
    out->dram_bit = list_cost(&table->dram, 0, mac, mac_bits, 1);
}

/* Times 2^64 events, squares of cycles and a ratio of two, a double holds it.
 */
#define COST_MIN 1e-200
#define COST_MAX 1e200

static bool is_possible(const struct energy_table *table, const char *key,
                        const struct energy_list *list, struct energy_cost cost,
                        struct diag *d)
{
    const struct src_pos at = {table->path, list->line};
    if (cost.energy == 0 ||
        (cost.energy >= COST_MIN && cost.energy <= COST_MAX))
        return true;
    return diag_error(d, at,
                      "'%s' of energy table '%s' comes to %g for this machine "
                      "(%s); 0, or %g to %g is possible: entries near its "
                      "widths and capacities are needed",
                      key, table->name, cost.energy,
                      energy_origin_name[cost.origin], COST_MIN, COST_MAX);
}

bool energy_is_possible(const struct energy_table *table,
                        const struct arch *arch, struct diag *d)
{
    struct energy_costs c;
    bool ok;
    if (table->mac.n_entries > 0)
        ok = is_possible(
            table, "mac", &table->mac,
            (struct energy_cost){table->mac.entry[0].energy, ENERGY_GIVEN}, d);
    else
        ok = is_possible(table, "int_multiply", &table->int_multiply,
                         arithmetic(&table->int_multiply, operand_bits(arch)),
                         d) &&
             is_possible(
                 table, "int_add", &table->int_add,
                 arithmetic(&table->int_add, arch->precision_bits[TENSOR_PSUM]),
                 d);
    energy_costs_of(table, arch, &c);
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

static double level_energy(const struct accesses access[TENSOR_N],
                           const struct energy_cost cost[TENSOR_N])
{
    double energy = 0;
    for (int t = 0; t < TENSOR_N; t++)
        energy += (double)count_add(access[t].reads, access[t].writes) *
                  cost[t].energy;
    return energy;
}

/* As level_energy, where some of the psums are finished outputs. */
static double outer_level_energy(const struct counts *counts, enum level level,
                                 const struct energy_cost cost[TENSOR_N],
                                 const struct energy_cost *finished)
{
    const struct finished_words f = counts_finished(counts, level);
    return level_energy(counts->access[level], cost) +
           (double)count_add(f.reads, f.writes) *
               (finished->energy - cost[TENSOR_PSUM].energy);
}

/* Energy of the DRAM by words; of compressed words, by the bits that crossed
 * the link. */
static double dram_energy(const struct counts *counts, const struct arch *arch,
                          const struct energy_costs *costs)
{
    double energy = outer_level_energy(counts, LEVEL_DRAM, costs->dram,
                                       &costs->dram_finished);
    for (int t = 0; t < TENSOR_N; t++) {
        const struct compressed_words *c = &counts->dram_compressed[t];
        const struct energy_cost *cost =
            t == TENSOR_PSUM ? &costs->dram_finished : &costs->dram[t];
        double moved_words =
            (double)c->bytes * 8 / (double)arch_map_bits(arch, (enum tensor)t);
        energy += (moved_words - (double)c->words) * cost->energy;
    }
    return energy;
}

static void sum_parts(struct layer_energy *e)
{
    e->total = 0;
    for (int i = 0; i < ENERGY_N; i++)
        e->total += energy_part_of(e, (enum energy_part)i);
}

void energy_of_layer(const struct energy_costs *costs, const struct arch *arch,
                     const struct layer_result *result, int dram_burst_bytes,
                     struct layer_energy *out)
{
    static const enum tensor link_tensor[LINK_N] = {
        [LINK_filter] = TENSOR_FILTER,  [LINK_ifmap] = TENSOR_IFMAP,
        [LINK_psum_in] = TENSOR_PSUM,   [LINK_psum_out] = TENSOR_PSUM,
        [LINK_psum_link] = TENSOR_PSUM, [LINK_filter_l1] = TENSOR_FILTER,
        [LINK_ifmap_l1] = TENSOR_IFMAP,
    };
    const struct counts *counts = &result->counts;
    /* A closed form knows words alone. */
    const bool by_burst = dram_burst_bytes > 1 && !result->is_model;
    uint64_t macs = counts->macs;
    struct accesses rf[TENSOR_N];
    memcpy(rf, counts->access[LEVEL_RF], sizeof(rf));
    if (arch->zero_gating) {
        SIM_CHECK(result->gated_macs <= macs);
        SIM_CHECK(result->gated_rf_filter_reads <= rf[TENSOR_FILTER].reads);
        macs -= result->gated_macs;
        rf[TENSOR_FILTER].reads -= result->gated_rf_filter_reads;
    }

    memset(out, 0, sizeof(*out));
    out->mac = (double)macs * costs->mac.energy;
    out->rf = level_energy(rf, costs->rf);
    for (int i = 0; i < LINK_N; i++)
        out->noc += (double)counts->link[i].hops *
                    costs->noc_hop[link_tensor[i]].energy;
    if (arch->has_l1)
        out->l1 = level_energy(counts->access[LEVEL_L1], costs->l1);
    out->l2 =
        outer_level_energy(counts, LEVEL_L2, costs->l2, &costs->l2_finished);
    out->dram = by_burst ? (double)counts->dram_bursts * 8.0 *
                               dram_burst_bytes * costs->dram_bit.energy
                         : dram_energy(counts, arch, costs);
    sum_parts(out);
}

double energy_part_of(const struct layer_energy *energy, enum energy_part part)
{
    SIM_CHECK(part >= 0 && part < ENERGY_N);
    double value;
    memcpy(&value, (const char *)energy + part_offset[part], sizeof(value));
    return value;
}

void energy_add(struct layer_energy *a, const struct layer_energy *b)
{
    for (int i = 0; i < ENERGY_N; i++) {
        double sum = energy_part_of(a, (enum energy_part)i) +
                     energy_part_of(b, (enum energy_part)i);
        memcpy((char *)a + part_offset[i], &sum, sizeof(sum));
    }
    sum_parts(a);
}
