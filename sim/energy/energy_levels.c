/* energy_levels.c - prices levels that an architecture's file lists, each by
 * the size of its own stores, and says what their memories and registers are.
 *
 * Of a table of components a store of few words is registers, and a larger one
 * SRAM; the children of a level with a network have two slots of each tensor's
 * words in fifos, and each instance of the innermost level is a PE.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "sim/energy/energy_table.h"

static uint64_t words_of(const struct l2_store *s, int bits)
{
    const uint64_t words = s->bytes * 8 / (uint64_t)bits;
    return words > 1 ? words : 1;
}

static bool is_sram(const struct energy_table *table, const struct l2_store *s,
                    int bits)
{
    const uint64_t words = words_of(s, bits);
    return words > INT32_MAX || energy_rf_is_sram(table, (int)words);
}

/* A word of a store: of one smaller than the table's SRAMs, as of a register
 * file. */
static struct energy_cost store_cost(const struct energy_table *table,
                                     const struct arch *arch,
                                     const struct l2_store *s, int bits)
{
    const struct energy_list *sram = &table->sram;
    const bool is_buffer =
        table->grid != NULL
            ? is_sram(table, s, bits)
            : sram->n_entries > 0 && s->bytes >= sram->entry[0].bytes;
    return is_buffer ? energy_buffer_cost(table, arch, s, bits)
                     : energy_register_cost(table, arch, (int)words_of(s, bits),
                                            bits);
}

/* A bit's hop from PE to PE, of a table of components. */
static double bit_hop(const struct energy_table *table, const struct arch *arch)
{
    const struct energy_entry *fifo = &table->noc_hop.entry[0];
    return fifo->energy / fifo->width_bits +
           energy_wire(table, energy_pitch_mm(table, arch));
}

/* A hop of so many um inside a level, of a table of components: as a multiple
 * of what a hop from PE to PE costs. */
static double hops_of_length(const struct energy_table *table,
                             const struct arch *arch, int hop_um)
{
    const double node = arch->node_nm > 0 && table->node_nm > 0
                            ? (double)table->node_nm / arch->node_nm
                            : 1;
    const struct energy_entry *fifo = &table->noc_hop.entry[0];
    const double in_fifo = fifo->energy / fifo->width_bits;
    const double here = in_fifo + energy_wire(table, hop_um / 1e3 * node);
    const double pitch = bit_hop(table, arch);
    return pitch > 0 ? here / pitch : 0;
}

/* What a router of a mesh adds to a hop, as a multiple of the same. */
static double hops_of_router(const struct energy_table *table,
                             const struct arch *arch)
{
    const double pitch =
        energy_is_of_components(table) ? bit_hop(table, arch) : 0;
    return pitch > 0 && table->router.n_entries > 0
               ? table->router.entry[0].energy / pitch
               : 0;
}

/* What a hop inside a level is of the table's; none to a level's own MACs. */
static double hops_of(const struct energy_table *table, const struct arch *arch,
                      int level)
{
    const int hop_um = arch->level[level].hop_um;
    const int table_um = table->noc_hop.entry[0].length_um;
    if (hop_um > 0 && energy_is_of_components(table))
        return hops_of_length(table, arch, hop_um);
    if (hop_um > 0 && arch->pitch_um > 0)
        return (double)hop_um / arch->pitch_um;
    if (hop_um > 0 && table_um > 0)
        return (double)hop_um / table_um;
    return arch_level_inside(arch, level) < 0 ? 0 : 1;
}

void energy_level_costs(const struct energy_table *table,
                        const struct arch *arch, struct energy_costs *out)
{
    for (int k = LEVEL_RF; k < LEVEL_DRAM; k++) {
        struct energy_cost *const to = k == LEVEL_RF   ? out->rf
                                       : k == LEVEL_L2 ? out->l2
                                                       : out->inner[k];
        for (int t = 0; t < TENSOR_N; t++) {
            const struct l2_store *s =
                arch_level_store(arch, (enum level)k, (enum tensor)t);
            to[t] = s == NULL
                        ? (struct energy_cost){0, 0, ENERGY_GIVEN}
                        : store_cost(table, arch, s, arch->precision_bits[t]);
        }
        for (int f = 0; f < FLOW_N; f++) {
            const bool has_router = arch_level_has_mesh(arch, (enum level)k) &&
                                    (f == FLOW_IFMAP || f == FLOW_FILTER);
            out->hops[k][f] = hops_of(table, arch, k) +
                              (has_router ? hops_of_router(table, arch) : 0);
        }
    }
    const struct l2_store *psums =
        arch_level_store(arch, LEVEL_L2, TENSOR_PSUM);
    out->l2_finished =
        psums == NULL ? out->l2[TENSOR_PSUM]
                      : store_cost(table, arch, psums, arch_ofmap_bits(arch));
}

/* The widest word that a store holds. */
static int widest_bits(const struct arch *arch, const struct l2_store *s)
{
    int bits = 1;
    for (int t = 0; t < TENSOR_N; t++)
        if (s->holds[t] && arch->precision_bits[t] > bits)
            bits = arch->precision_bits[t];
    return bits;
}

/* Two slots of each tensor's words, in each child; psums come and go. */
static double fifo_bits(const struct arch *arch, int level)
{
    const int *bits = arch->precision_bits;
    const struct level_arch *l = &arch->level[level];
    if (!arch_level_has_network(arch, (enum level)level))
        return 0;
    const double children =
        (double)arch_level_instances(arch, arch_level_inside(arch, level));
    return children * 2 * l->words_per_slot *
           (bits[TENSOR_IFMAP] + bits[TENSOR_FILTER] + 2 * bits[TENSOR_PSUM]);
}

void energy_levels_parts(const struct energy_table *table,
                         const struct arch *arch, struct energy_parts *out)
{
    const int inside = arch_level_inside(arch, LEVEL_DRAM);
    const double macs = (double)arch_level_instances(arch, -1);
    memset(out, 0, sizeof(*out));
    out->register_bits = macs * energy_pipeline_bits(arch);
    for (int k = inside; k >= 0; k = arch_level_inside(arch, k)) {
        const struct level_arch *l = &arch->level[k];
        const double n = (double)arch_level_instances(arch, k);
        out->register_bits += fifo_bits(arch, k);
        if (arch_level_inside(arch, k) < 0)
            out->register_bits += n * ENERGY_CONTROL_BITS;
        for (int i = 0; i < l->n_stores; i++) {
            const struct l2_store *s = &l->store[i];
            const int bits = widest_bits(arch, s);
            if (!is_sram(table, s, bits)) {
                out->file_bits += n * 8 * (double)s->bytes;
                continue;
            }
            out->leakage_cycle +=
                n *
                energy_memory_leakage(table, arch, (double)s->bytes, s->banks);
            *(k == LEVEL_RF   ? &out->rf_mm2
              : k == LEVEL_L2 ? &out->l2_mm2
                              : &out->l1_mm2) +=
                n * energy_banks_mm2(table, (double)s->bytes, s->banks,
                                     s->bank_row_words * bits);
        }
    }
}
