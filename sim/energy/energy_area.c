/* energy_area.c - adds up the areas of MACs, registers and memory banks. Wires,
 * control, fifos and pads are not in it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy_area.h"

#include <math.h>
#include <string.h>

#include "sim/energy/energy_table.h"

#define AREA_NAME(name, doc) #name,
#define AREA_DOC(name, doc) doc,
const char *const area_part_name[AREA_N] = {AREA_PARTS(AREA_NAME)};
const char *const area_part_doc[AREA_N] = {AREA_PARTS(AREA_DOC)};

/* Area of a memory of so many banks whose rows have `bits`; of widths that the
 * grid has not, as its nearest. */
double energy_banks_mm2(const struct energy_table *table, double bytes,
                        int banks, double bits)
{
    const struct sram_grid *grid = table->grid;
    const double n = banks > 1 ? banks : 1;
    const double width =
        fmin(fmax(bits, grid->bits[0]), grid->bits[grid->n_bits - 1]);
    return n * sram_grid_look(grid, SRAM_AREA_MM2, bytes / n, width);
}

/* The widest word of a row of a buffer. */
static int widest_bits(const struct arch *arch)
{
    int bits = 0;
    for (int t = 0; t < TENSOR_N; t++)
        if (arch->precision_bits[t] > bits)
            bits = arch->precision_bits[t];
    return bits;
}

/* A multiplier and an adder. */
static double mac_mm2(const struct energy_table *table, const struct arch *arch)
{
    const enum number_type *type = arch->precision_type;
    const int *bits = arch->precision_bits;
    const int operand = bits[TENSOR_IFMAP] > bits[TENSOR_FILTER]
                            ? bits[TENSOR_IFMAP]
                            : bits[TENSOR_FILTER];
    return (energy_of_number(&table->multiply_area, &table->float_multiply_area,
                             type[TENSOR_IFMAP], operand, BF_MULTIPLY_TIMES)
                .energy +
            energy_of_number(&table->add_area, &table->float_add_area,
                             type[TENSOR_PSUM], bits[TENSOR_PSUM], BF_ADD_TIMES)
                .energy) /
           1e6;
}

/* The area of a machine of the usual levels. */
static void usual_area(const struct energy_table *table,
                       const struct arch *arch, double bit_mm2,
                       struct machine_area *out)
{
    const int *bits = arch->precision_bits;
    double file_bits = 0, files_mm2 = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const double all = (double)arch->rf_words[t] * bits[t];
        if (energy_rf_is_sram(table, arch->rf_words[t]))
            files_mm2 += energy_banks_mm2(table, all / 8, 1, bits[t]);
        else
            file_bits += all;
    }
    const double others = energy_clocked_bits(table, arch) - file_bits;
    const double pes = arch_pes(arch);
    const int row_bits = widest_bits(arch);
    out->part[AREA_mac] =
        (double)arch_macs_per_cycle(arch) * mac_mm2(table, arch);
    out->part[AREA_rf] = pes * (files_mm2 + file_bits * bit_mm2);
    out->part[AREA_registers] = pes * fmax(0, others) * bit_mm2;
    if (arch->has_l1)
        out->part[AREA_l1] =
            arch_l1s(arch) *
            energy_banks_mm2(table, (double)arch->l1_bytes, arch->l1_banks,
                             arch->l1_bank_row_words * row_bits);
    for (int k = 0; k < arch_l2_memories(arch); k++) {
        const struct l2_store s = arch_l2_memory(arch, k);
        out->part[AREA_l2] += energy_banks_mm2(table, (double)s.bytes, s.banks,
                                               s.bank_row_words * row_bits);
    }
}

bool energy_area_of(const struct energy_table *table, const struct arch *arch,
                    struct machine_area *out)
{
    memset(out, 0, sizeof(*out));
    const bool is_float = arch->precision_type[TENSOR_IFMAP] != NUMBER_INT;
    if (table->grid == NULL || table->register_area.n_entries == 0 ||
        (is_float && (table->float_multiply_area.n_entries == 0 ||
                      table->float_add_area.n_entries == 0)))
        return false;
    const double bit_mm2 = table->register_area.entry[0].energy / 1e6;
    if (arch_has_levels(arch)) {
        struct energy_parts parts;
        energy_levels_parts(table, arch, &parts);
        out->part[AREA_mac] =
            (double)arch_level_instances(arch, -1) * mac_mm2(table, arch);
        out->part[AREA_rf] = parts.rf_mm2 + parts.file_bits * bit_mm2;
        out->part[AREA_registers] = parts.register_bits * bit_mm2;
        out->part[AREA_l1] = parts.l1_mm2;
        out->part[AREA_l2] = parts.l2_mm2;
    } else {
        usual_area(table, arch, bit_mm2, out);
    }
    for (int i = 0; i < AREA_N; i++)
        out->total += out->part[i];
    return true;
}
