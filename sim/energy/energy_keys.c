/* energy_keys.c - the entries that an energy table may have.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy_keys.h"

#include <stddef.h>
#include <stdlib.h>

#include "sim/base/diag.h"
#include "sim/energy/energy_table.h"

#define AT(field) offsetof(struct energy_table, field)
/* clang-format off */
const struct energy_list_key energy_list_keys[] = {
    /* name, offset, value, size, width, bytes, ratio, curve, storage, min, max, required */
    {"mac", AT(mac), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"int_multiply", AT(int_multiply), "energy", NULL, true, false, false, true, false, 2, ENERGY_ENTRIES_MAX, false},
    {"int_add", AT(int_add), "energy", NULL, true, false, false, true, false, 2, ENERGY_ENTRIES_MAX, false},
    {"float_multiply", AT(float_multiply), "energy", NULL, true, false, false, true, false, 2, ENERGY_ENTRIES_MAX, false},
    {"float_add", AT(float_add), "energy", NULL, true, false, false, true, false, 2, ENERGY_ENTRIES_MAX, false},
    {"sram", AT(sram), "energy", NULL, true, true, true, true, true, 1, ENERGY_ENTRIES_MAX, false},
    {"rf", AT(rf), "energy", "words", true, false, true, false, true, 1, ENERGY_ENTRIES_MAX, true},
    {"noc_hop", AT(noc_hop), "energy", "length_um", true, false, true, false, false, 1, ENERGY_ENTRIES_MAX, true},
    {"l1", AT(l1), "energy", NULL, true, false, true, false, true, 1, ENERGY_ENTRIES_MAX, false},
    {"l2", AT(l2), "energy", NULL, true, false, true, false, true, 1, ENERGY_ENTRIES_MAX, false},
    {"dram", AT(dram), "energy", NULL, true, false, true, false, true, 1, ENERGY_ENTRIES_MAX, true},
    {"dram_io", AT(dram_io), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"dram_io_ddr3", AT(dram_io_ddr3), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"dram_io_ddr4", AT(dram_io_ddr4), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"dram_io_lpddr4", AT(dram_io_lpddr4), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"dram_io_hbm2", AT(dram_io_hbm2), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"wire", AT(wire), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"sram_spread", AT(sram_spread), "times", NULL, false, false, false, false, false, 1, 1, false},
    {"clock", AT(clock), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"instruction", AT(instruction), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"short_wire", AT(short_wire), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"register", AT(register_bit), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"router", AT(router), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"tag", AT(tag), "energy", NULL, false, false, false, false, false, 1, 1, false},
    {"edram", AT(edram), "energy", NULL, true, true, false, false, true, 1, 1, false},
    {"edram_refresh", AT(edram_refresh), "per_ms", NULL, false, false, false, false, false, 1, 1, false},
    {"leakage_350k", AT(leakage_350k), "times", NULL, false, false, false, true, false, 1, 1, false},
    {"multiply_area", AT(multiply_area), "um2", NULL, true, false, false, true, false, 2, ENERGY_ENTRIES_MAX, false},
    {"add_area", AT(add_area), "um2", NULL, true, false, false, true, false, 2, ENERGY_ENTRIES_MAX, false},
    {"float_multiply_area", AT(float_multiply_area), "um2", NULL, true, false, false, true, false, 2, ENERGY_ENTRIES_MAX, false},
    {"float_add_area", AT(float_add_area), "um2", NULL, true, false, false, true, false, 2, ENERGY_ENTRIES_MAX, false},
    {"register_area", AT(register_area), "um2_per_bit", NULL, false, false, false, false, false, 1, 1, false},
    {"sram_area", AT(sram_area), "um2_per_byte", NULL, false, false, false, false, false, 1, 1, false},
    {NULL, 0, NULL, NULL, false, false, false, false, false, 0, 0, false},
};
/* clang-format on */
#undef AT

struct energy_list *energy_table_list(struct energy_table *table, int i)
{
    return energy_list_keys[i].name == NULL
               ? NULL
               : (struct energy_list *)(void *)((char *)table +
                                                energy_list_keys[i].offset);
}

void energy_list_init(struct energy_list *list, int n)
{
    static struct energy_entry none;
    list->n_entries = n;
    list->entry = n > 0 ? xcalloc((size_t)n, sizeof(*list->entry)) : &none;
}

void energy_list_fini(struct energy_list *list)
{
    if (list->n_entries > 0)
        free(list->entry);
}
