/* energy_levels.c - prices levels that an architecture's file lists, each by
 * the size of its own stores.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy_table.h"

/* A word of a store: of one smaller than the table's SRAMs, as of a register
 * file. */
static struct energy_cost store_cost(const struct energy_table *table,
                                     const struct arch *arch,
                                     const struct l2_store *s, int bits)
{
    const uint64_t words = s->bytes * 8 / (uint64_t)bits;
    const struct energy_list *sram = &table->sram;
    if (sram->n_entries == 0 || s->bytes < sram->entry[0].bytes)
        return energy_register_cost(table, arch, words > 1 ? (int)words : 1,
                                    bits);
    return energy_buffer_cost(table, arch, s, bits);
}

/* What a hop inside a level is of the table's; none to a level's own MACs. */
static double hops_of(const struct energy_table *table, const struct arch *arch,
                      int level)
{
    const int hop_um = arch->level[level].hop_um;
    const int table_um = table->noc_hop.entry[0].length_um;
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
        out->hops[k] = hops_of(table, arch, k);
    }
    const struct l2_store *psums =
        arch_level_store(arch, LEVEL_L2, TENSOR_PSUM);
    out->l2_finished =
        psums == NULL ? out->l2[TENSOR_PSUM]
                      : store_cost(table, arch, psums, arch_ofmap_bits(arch));
}
