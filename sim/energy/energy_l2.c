/* energy_l2.c - what a word of L2 costs, by what the L2 is made of: SRAM,
 * eDRAM, or accumulators at the ends of the array's columns.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy_table.h"

/* A word of a memory of eDRAM, whose rows cost in proportion to their bits; as
 * SRAM where the table has none. */
static struct energy_cost store_cost(const struct energy_table *table,
                                     const struct arch *arch,
                                     const struct l2_store *s, int bits)
{
    const struct energy_list *edram = &table->edram;
    if (arch->l2_cell != L2_CELL_EDRAM || edram->n_entries == 0)
        return energy_buffer_cost(table, arch, s, bits);
    const struct energy_entry *row = &edram->entry[0];
    return (struct energy_cost){row->energy * bits / row->width_bits,
                                row->write * bits / row->width_bits,
                                ENERGY_SCALED};
}

bool energy_has_accumulators(const struct energy_table *table,
                             const struct arch *arch)
{
    return energy_is_of_components(table) && arch->l2_accumulator_bytes > 0;
}

/* The memory that a tensor lies in, less the accumulators. */
static struct l2_store memory_of(const struct energy_table *table,
                                 const struct arch *arch, enum tensor tensor)
{
    struct l2_store s = arch_l2_store(arch, tensor);
    if (energy_has_accumulators(table, arch))
        s.bytes -= arch->l2_accumulator_bytes;
    return s;
}

struct energy_cost energy_l2_cost(const struct energy_table *table,
                                  const struct arch *arch, enum tensor tensor,
                                  int bits)
{
    struct l2_store s = memory_of(table, arch, tensor);
    if (tensor == TENSOR_PSUM && energy_has_accumulators(table, arch)) {
        s.bytes = arch->l2_accumulator_bytes / (uint64_t)arch->cols;
        s.banks = s.bank_row_words = 1;
        return energy_buffer_cost(table, arch, &s, bits);
    }
    return store_cost(table, arch, &s, bits);
}

struct energy_cost energy_l2_finished_cost(const struct energy_table *table,
                                           const struct arch *arch, int bits)
{
    const struct l2_store s = memory_of(table, arch, TENSOR_PSUM);
    return store_cost(table, arch, &s, bits);
}
