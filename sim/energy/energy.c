/* energy.c - from counts to energy: each count times the cost of its event.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy.h"

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
    "given", "scaled", "ratio", "interpolated", "banked", "extrapolated"};

const char *energy_name(const struct energy_table *table)
{
    return table->name;
}

const char *energy_unit(const struct energy_table *table)
{
    return table->unit;
}

enum energy_origin energy_origin_of(const struct energy_cost cost[TENSOR_N])
{
    enum energy_origin origin = ENERGY_GIVEN;
    for (int t = 0; t < TENSOR_N; t++)
        origin = energy_origin_worse(origin, cost[t].origin);
    return origin;
}

static double level_energy(const struct accesses access[TENSOR_N],
                           const struct energy_cost cost[TENSOR_N])
{
    double energy = 0;
    for (int t = 0; t < TENSOR_N; t++)
        energy += cost[t].energy == cost[t].write
                      ? (double)count_add(access[t].reads, access[t].writes) *
                            cost[t].energy
                      : (double)access[t].reads * cost[t].energy +
                            (double)access[t].writes * cost[t].write;
    return energy;
}

/* As level_energy, where some of the psums are finished outputs. */
static double outer_level_energy(const struct counts *counts, enum level level,
                                 const struct energy_cost cost[TENSOR_N],
                                 const struct energy_cost *finished)
{
    const struct finished_words f = counts_finished(counts, level);
    return level_energy(counts->access[level], cost) +
           (double)f.reads * (finished->energy - cost[TENSOR_PSUM].energy) +
           (double)f.writes * (finished->write - cost[TENSOR_PSUM].write);
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

/* Energy of L2's rows; finished outputs, which are as wide as the next layer's
 * ifmaps, and psums of accumulators are paid by words. */
static double row_energy(const struct arch *arch, const struct layer_result *r,
                         const struct energy_costs *costs)
{
    const struct finished_words f = r->counts.finished_l2;
    const struct energy_cost *psum = &costs->l2[TENSOR_PSUM];
    double energy =
        (double)f.reads * (costs->l2_finished.energy - psum->energy) +
        (double)f.writes * (costs->l2_finished.write - psum->write);
    for (int t = 0; t < TENSOR_N; t++) {
        const int words = arch_l2_store(arch, (enum tensor)t).bank_row_words;
        const struct bank_rows *rows = &r->events.l2_rows[t];
        if (t == TENSOR_PSUM && costs->has_accumulators) {
            const struct accesses *a = &r->counts.access[LEVEL_L2][t];
            energy += (double)a->reads * psum->energy +
                      (double)a->writes * psum->write;
            continue;
        }
        energy += words * ((double)rows->reads * costs->l2[t].energy +
                           (double)rows->writes * costs->l2[t].write);
    }
    return energy > 0 ? energy : 0;
}

/* Two words that follow each other on a wire are both zero with the square of
 * the share of zeros: then none of its bits changes. */
static double toggling(const struct layer_result *r, enum tensor tensor)
{
    const double zeros =
        tensor == TENSOR_PSUM ? 0 : r->layer.zero_share[tensor];
    return 1 - zeros * zeros;
}

/* Energy of buses, by words sent, rows reached and words delivered. */
static double bus_energy(const struct layer_result *r,
                         const struct energy_costs *costs)
{
    const struct link_words *link = r->counts.link;
    double energy =
        (double)link[LINK_psum_link].hops * costs->noc_hop[TENSOR_PSUM].energy;
    for (int k = 0; k < NETWORK_N; k++) {
        const struct link_words *l = &link[network_link[k]];
        const struct energy_bus *bus = &costs->bus[k];
        const enum tensor tensor = k == NETWORK_FILTER  ? TENSOR_FILTER
                                   : k == NETWORK_IFMAP ? TENSOR_IFMAP
                                                        : TENSOR_PSUM;
        energy +=
            toggling(r, tensor) * ((double)l->words_sent * bus->sent +
                                   (double)r->events.reached[k] * bus->row +
                                   (double)l->words_delivered * bus->word);
    }
    return energy +
           (double)link[LINK_filter_l1].hops * costs->l1_hop[TENSOR_FILTER] +
           (double)link[LINK_ifmap_l1].hops * costs->l1_hop[TENSOR_IFMAP];
}

/* Puts the reads that change the word on a port in the place of all; the gate
 * holds psums still, too. */
static void take_changes(const struct layer_result *r, bool gates,
                         struct accesses rf[TENSOR_N])
{
    for (int t = 0; t < TENSOR_PSUM; t++)
        if (r->events.changed_reads[t] < rf[t].reads)
            rf[t].reads = r->events.changed_reads[t];
    if (!gates)
        return;
    rf[TENSOR_PSUM].reads -= r->gated_rf_psum_reads;
    rf[TENSOR_PSUM].writes -= r->gated_rf_psum_writes;
}

static void sum_parts(struct layer_energy *e)
{
    e->total = 0;
    for (int i = 0; i < ENERGY_N; i++)
        e->total += energy_part_of(e, (enum energy_part)i);
}

/* What listed levels have instead of an L1 and the usual networks. */
static void listed_energy(const struct counts *counts, const struct arch *arch,
                          const struct energy_costs *costs,
                          struct layer_energy *out)
{
    static const enum tensor flow_tensor[FLOW_N] = {
        [FLOW_IFMAP] = TENSOR_IFMAP,    [FLOW_FILTER] = TENSOR_FILTER,
        [FLOW_PSUM_IN] = TENSOR_PSUM,   [FLOW_PSUM_OUT] = TENSOR_PSUM,
        [FLOW_PSUM_LINK] = TENSOR_PSUM,
    };
    for (int k = LEVEL_RF; k < LEVEL_DRAM; k++) {
        if (!arch_has_level(arch, (enum level)k))
            continue;
        for (int f = 0; f < FLOW_N; f++)
            out->noc += (double)counts->flow[k][f].hops * costs->hops[k][f] *
                        costs->noc_hop[flow_tensor[f]].energy;
        /* The innermost and the outermost level cost nothing here. */
        out->l1 += level_energy(counts->access[k], costs->inner[k]);
    }
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
    const bool by_burst = dram_burst_bytes > 1;
    const uint64_t cycles =
        result->is_model ? result->bounds_cycles[result_binding_bound(result)]
                         : result->cycles;
    const uint64_t performed = arch_skips_any(arch) && !result->is_model
                                   ? counts->macs_performed
                                   : counts->macs;
    uint64_t macs = performed;
    struct accesses rf[TENSOR_N];
    memcpy(rf, counts->access[LEVEL_RF], sizeof(rf));
    if (arch->zero_gating) {
        SIM_CHECK(result->gated_macs <= macs);
        SIM_CHECK(result->gated_rf_filter_reads <= rf[TENSOR_FILTER].reads);
        macs -= result->gated_macs;
        rf[TENSOR_FILTER].reads -= result->gated_rf_filter_reads;
    }

    /* Listed levels have wires of their own and are paid by words. */
    const bool of_events = costs->of_components && result->has_events;
    const bool by_events = of_events && !arch_has_levels(arch);
    if (of_events)
        take_changes(result, arch->zero_gating, rf);
    memset(out, 0, sizeof(*out));
    /* An operation of a vector unit costs no more than a MAC: assumed. */
    out->mac =
        (double)count_add(macs, counts->vector_operations) * costs->mac.energy +
        (double)performed * costs->instruction;
    out->rf = level_energy(rf, costs->rf);
    if (by_events && arch->array_network == NETWORK_MULTICAST)
        out->noc = bus_energy(result, costs);
    else
        for (int i = 0; i < LINK_N; i++)
            out->noc += (double)counts->link[i].hops *
                        costs->noc_hop[link_tensor[i]].energy;
    if (arch->has_l1)
        out->l1 = level_energy(counts->access[LEVEL_L1], costs->l1);
    if (arch_has_levels(arch))
        listed_energy(counts, arch, costs, out);
    out->l2 = by_events ? row_energy(arch, result, costs)
                        : outer_level_energy(counts, LEVEL_L2, costs->l2,
                                             &costs->l2_finished);
    if (by_burst && costs->part.is_of_currents)
        out->dram =
            energy_dram_of(&costs->part, counts, result->is_model, cycles);
    else if (by_burst)
        out->dram = (double)counts->dram_bursts * 8.0 * dram_burst_bytes *
                    costs->dram_bit.energy;
    else
        out->dram = dram_energy(counts, arch, costs);
    out->leakage = costs->leakage_cycle * (double)cycles;
    out->clock = costs->clock_cycle * (double)cycles;
    sum_parts(out);
}

bool energy_part_applies(const struct energy_costs *costs,
                         const struct arch *arch, enum energy_part part)
{
    return (part != ENERGY_l1 || arch->has_l1 ||
            arch_has_level(arch, LEVEL_L1)) &&
           (part != ENERGY_leakage || costs->leakage_cycle > 0) &&
           (part != ENERGY_clock || costs->clock_cycle > 0);
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

/* The dearer of a read and a write. */
static double dearer(const struct energy_cost *cost)
{
    return cost->energy > cost->write ? cost->energy : cost->write;
}

bool energy_levels_invert(const struct energy_costs *c, const struct arch *arch,
                          struct energy_inversion *out)
{
    const struct energy_cost *level[LEVEL_N] = {[LEVEL_RF] = c->rf,
                                                [LEVEL_L1] = c->l1,
                                                [LEVEL_INNER_2] = c->inner[2],
                                                [LEVEL_INNER_3] = c->inner[3],
                                                [LEVEL_INNER_4] = c->inner[4],
                                                [LEVEL_L2] = c->l2,
                                                [LEVEL_DRAM] = c->dram};
    if (arch_has_levels(arch))
        level[LEVEL_L1] = c->inner[LEVEL_L1];
    for (int outer = LEVEL_N - 1; outer > 0; outer--)
        for (int inner = outer - 1; inner >= 0; inner--)
            for (int t = 0; t < TENSOR_N; t++) {
                const double bits = arch->precision_bits[t];
                const bool is_there =
                    arch_level_holds(arch, (enum level)inner, (enum tensor)t) &&
                    arch_level_holds(arch, (enum level)outer, (enum tensor)t);
                if (!is_there)
                    continue;
                out->inner = arch_level_name(arch, (enum level)inner);
                out->outer = arch_level_name(arch, (enum level)outer);
                out->inner_each = dearer(&level[inner][t]) / bits;
                out->outer_each = outer == LEVEL_DRAM && c->part.is_of_currents
                                      ? energy_dram_bit(&c->part)
                                      : dearer(&level[outer][t]) / bits;
                if (out->inner_each > out->outer_each)
                    return true;
            }
    return false;
}
