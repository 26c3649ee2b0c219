/* energy_table.h - an energy table as its file gives it; for sim/energy, and
 * for what holds a table against published ones.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ENERGY_ENERGY_TABLE_H
#define SIM_ENERGY_ENERGY_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arch.h"
#include "sim/energy/energy.h"
#include "sim/energy/sram_grid.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ENERGY_ENTRIES_MAX 32

struct energy_entry {
    double energy; /* of a read, in the table's unit, or the ratio to a MAC */
    double write;  /* of a write; as `energy` where the file gives one figure */
    /* What `energy` may be as well; both as it is where the file says none. */
    double low, high;
    /* That the energy is for. A ratio with a width is to a MAC whose operands
     * and sums are so wide; a ratio with 0, to the machine's own MAC. */
    int width_bits;
    uint64_t bytes; /* capacity; 'sram' only, else 0 */
    int words;      /* of the register file; 0 = of every one */
    int length_um;  /* of the hop; 0 = whatever its length */
    bool is_ratio;  /* 'per_mac' */
};

struct energy_list {
    int n_entries;
    int line;                   /* of the table's file */
    struct energy_entry *entry; /* by bytes, words, width; never NULL */
};

struct energy_table {
    char *name, *unit, *path;                     /* owns */
    struct energy_list mac;                       /* empty: multiply and add */
    struct energy_list int_multiply, int_add;     /* by operand width */
    struct energy_list float_multiply, float_add; /* of 'fp'; empty: none */
    struct energy_list sram;                      /* by capacity */
    struct energy_list rf; /* by words of the file, where they are given */
    struct energy_list noc_hop, dram;
    struct energy_list l1, l2; /* empty: `sram` at the buffer's capacity */
    /* Above the last entry of `sram`, banks of its capacity and wires between
     * them and the port: energy of a bit over a millimetre, and um2 of a byte.
     * Both or neither. */
    struct energy_list wire, sram_area;
    /* A table of components has banks by capacity and width in the place of
     * `sram` (NULL: it has not), and what a register's bit costs when it is
     * clocked in a cycle. */
    struct sram_grid *grid; /* owns */
    struct energy_list clock;
    struct energy_list dram_io;     /* a bit on a DRAM part's bus */
    struct energy_list sram_spread; /* the grid's energies times this */
    struct energy_list instruction; /* for each MAC; empty: none is fetched */
    /* A wire between neighbours, per bit and mm; a register's bit that takes
     * another value; a bit through a router of a mesh; a bit of a tag that is
     * compared; banks of eDRAM, by capacity and width.  Empty: not priced. */
    struct energy_list short_wire, register_bit, router, tag, edram;
    /* How often each row of eDRAM is refreshed in a ms; what memories leak at
     * 350 K, as a multiple of 300 K's.  Empty: no refresh, one temperature. */
    struct energy_list edram_refresh, leakage_350k;
    /* A bit on the bus of a DRAM part of a kind; `dram_io` is of others. */
    struct energy_list dram_io_ddr3, dram_io_ddr4, dram_io_lpddr4, dram_io_hbm2;
    /* um2 of a multiplier and an adder by width, and of a register's bit. */
    struct energy_list multiply_area, add_area, register_area;
    struct energy_list float_multiply_area, float_add_area;
    double volts; /* of the figures; 0 = not said */
    /* What one instance spends in a cycle, whatever it does: a PE's MAC, all
     * register files of a PE, an L1, the L2. */
    struct energy_leakage {
        double mac, rf, l1, l2;
    } leakage;
    int node_nm; /* of the figures; 0 = not said */
};

/* Reads low, high and range_source of an entry whose figure is read. */
bool energy_entry_range_read(const struct setting *entry, const char *subject,
                             struct energy_entry *out, struct diag *d);
/* Whether no more entries have ranges than are carried to totals. */
bool energy_ranges_fit(struct energy_table *table, const char *path,
                       struct diag *d);
/* The lists of a table's entries, in the order of the format; NULL behind the
 * last. */
struct energy_list *energy_table_list(struct energy_table *table, int i);
/* Room of its own for n entries, or for none the one that all such lists have,
 * which is zero and stays so. */
void energy_list_init(struct energy_list *list, int n);
void energy_list_fini(struct energy_list *list);

/* Reads leakage = { l2 = 0.008; ... }; a source of its own is optional. */
bool energy_leakage_read(const struct setting *s, struct energy_leakage *out,
                         struct diag *d);
/* What all instances of a machine spend in a cycle, whatever they do. */
double energy_leakage_cycle(const struct energy_table *table,
                            const struct arch *arch);
/* What refresh of eDRAM spends in a cycle. */
double energy_refresh_cycle(const struct energy_table *table,
                            const struct arch *arch);
/* Register bits of a PE that are neither register file nor fifo: of its
 * pipeline. */
double energy_pipeline_bits(const struct arch *arch);
/* Whether a table prices what dataflows/pass/pass_events.h counts. */
bool energy_is_of_components(const struct energy_table *table);
/* From a PE to the next, in mm at the table's node. */
double energy_pitch_mm(const struct energy_table *table,
                       const struct arch *arch);
/* A list's figure for operands of a type and width; for 'bf', whose significand
 * has 8 bits where that of 'fp' has 11, `times` of what 'fp' of 16 bits has. */
struct energy_cost energy_of_number(const struct energy_list *of_int,
                                    const struct energy_list *of_float,
                                    enum number_type type, int bits,
                                    double bf_times);
#define BF_MULTIPLY_TIMES (8.0 * 8 / (11.0 * 11)) /* by its array of cells */
#define BF_ADD_TIMES 1.0                          /* assumed: no less */
/* Sets the prices of buses and of hops between clusters. */
void energy_bus_costs(const struct energy_table *table, const struct arch *arch,
                      struct energy_costs *out);
/* Prices the machine's DRAM part by its currents, if the table does. */
void energy_dram_costs(const struct energy_table *table,
                       const struct arch *arch, struct energy_dram *out);
/* Register bits of a PE that the clock reaches. */
double energy_clocked_bits(const struct energy_table *table,
                           const struct arch *arch);
/* Whether a register file of so many words is SRAM, and not flip-flops. */
bool energy_rf_is_sram(const struct energy_table *table, int words);
/* The figure of a list by width, at a width; with how it came about. */
struct energy_cost energy_arithmetic(const struct energy_list *list,
                                     int operand_bits);
double energy_by_width(const struct energy_list *list, int bits);
/* What all clocked bits together spend in a cycle, and of it the controllers of
 * networks. */
double energy_network_clock_cycle(const struct energy_table *table,
                                  const struct arch *arch);
double energy_clock_cycle(const struct energy_table *table,
                          const struct arch *arch);

/* A word of so many bits in a register file, or in a buffer. */
struct energy_cost energy_register_cost(const struct energy_table *table,
                                        const struct arch *arch, int words,
                                        int bits);
struct energy_cost energy_buffer_cost(const struct energy_table *table,
                                      const struct arch *arch,
                                      const struct l2_store *store, int bits);
/* A word of L2, and of finished outputs, which leave accumulators for the rest
 * of it. */
struct energy_cost energy_l2_cost(const struct energy_table *table,
                                  const struct arch *arch, enum tensor tensor,
                                  int bits);
struct energy_cost energy_l2_finished_cost(const struct energy_table *table,
                                           const struct arch *arch, int bits);
/* Whether the table prices a machine's accumulators apart. */
bool energy_has_accumulators(const struct energy_table *table,
                             const struct arch *arch);
/* Counters and state of a PE that works off windows by itself.  Assumed. */
#define ENERGY_CONTROL_BITS 60
/* A bit over so many mm of wire: with repeaters, or short enough without. */
double energy_wire(const struct energy_table *table, double mm);
/* Leakage of a memory of so many banks in a cycle, and its area. */
double energy_memory_leakage(const struct energy_table *table,
                             const struct arch *arch, double bytes, int banks);
double energy_banks_mm2(const struct energy_table *table, double bytes,
                        int banks, double row_bits);
/* What listed levels are made of, in all instances, by a table of
 * components. */
struct energy_parts {
    double file_bits,
        register_bits;             /* of stores; of all else that is clocked */
    double leakage_cycle;          /* of SRAM */
    double rf_mm2, l1_mm2, l2_mm2; /* SRAM of the innermost, inner, outer */
};
void energy_levels_parts(const struct energy_table *table,
                         const struct arch *arch, struct energy_parts *out);
/* Prices the levels that the architecture lists, in the place of rf and l2 and
 * between them, and their hops. */
void energy_level_costs(const struct energy_table *table,
                        const struct arch *arch, struct energy_costs *out);

#ifdef __cplusplus
}
#endif

#endif
