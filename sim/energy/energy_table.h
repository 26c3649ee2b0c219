/* energy_table.h - an energy table as its file gives it; for
 * sim/energy/energy.c and sim/energy/energy_table.c alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ENERGY_ENERGY_TABLE_H
#define SIM_ENERGY_ENERGY_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ENERGY_ENTRIES_MAX 32

struct energy_entry {
    double energy;  /* in the table's unit, or the ratio to a MAC */
    int width_bits; /* that the energy is for; 0 = a ratio, or 'mac' */
    uint64_t bytes; /* capacity; 'sram' only, else 0 */
    bool is_ratio;  /* 'per_mac': times a MAC, for a word of operand width */
};

struct energy_list {
    int n_entries;
    int line;                                      /* of the table's file */
    struct energy_entry entry[ENERGY_ENTRIES_MAX]; /* by bytes, then width */
};

struct energy_table {
    char *name, *unit, *path;                 /* owns */
    struct energy_list mac;                   /* empty: multiply and add */
    struct energy_list int_multiply, int_add; /* by operand width */
    struct energy_list sram;                  /* by capacity */
    struct energy_list rf, noc_hop, dram;
    struct energy_list l1, l2; /* empty: `sram` at the buffer's capacity */
};

#ifdef __cplusplus
}
#endif

#endif
