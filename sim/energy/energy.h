/* energy.h - counts times energy per access.
 *
 * Energies come from tables (configs/energy/NAME.cfg) alone; this code holds
 * rules, and no number: see docs/energy.md for each rule and its reason.
 * Energies are in the table's unit: "pJ", or "MAC" for a normalised table.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ENERGY_ENERGY_H
#define SIM_ENERGY_ENERGY_H

#include "sim/base/arch.h"
#include "sim/base/diag.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The parts that energy is spent on, each with its name and documentation. */
#define ENERGY_PARTS(X)                                                      \
    X(mac, "every MAC that was not gated, and operations of a vector unit")  \
    X(rf, "reads and writes of the PEs' register files")                     \
    X(noc, "hops of words on the on-chip networks")                          \
    X(l1, "reads and writes of L1")                                          \
    X(l2, "reads and writes of L2, the DMA's too")                           \
    X(dram, "words, or with a DRAM part whole bursts, read and written")     \
    X(leakage, "what flows in every cycle; of a model, in its least cycles") \
    X(clock, "clocked register bits; of a model, in its least cycles")

#define ENERGY_ENUM(name, doc) ENERGY_##name,
enum energy_part { ENERGY_PARTS(ENERGY_ENUM) ENERGY_N };
#undef ENERGY_ENUM
extern const char *const energy_part_name[ENERGY_N];
extern const char *const energy_part_doc[ENERGY_N];

#define ENERGY_FIELD(name, doc) double name;
struct layer_energy { /* in the table's unit */
    ENERGY_PARTS(ENERGY_FIELD)
    double total; /* the parts, added in their order */
};
#undef ENERGY_FIELD

/* How a figure came about; of two, the one further down is told. */
enum energy_origin {
    ENERGY_GIVEN,        /* as the table has it */
    ENERGY_SCALED,       /* linear in the bits moved */
    ENERGY_RATIO,        /* a multiple of this machine's MAC */
    ENERGY_INTERPOLATED, /* on a line between two entries */
    ENERGY_BANKED,       /* banks of the last entry's capacity, and wires */
    ENERGY_EXTRAPOLATED, /* on the end segment's line, beyond the entries */
    ENERGY_ORIGIN_N
};
extern const char *const energy_origin_name[ENERGY_ORIGIN_N];

struct energy_cost { /* of one access, hop or MAC */
    double energy;   /* of a read, where it is an access */
    double write;    /* of a write; else as `energy` */
    enum energy_origin origin;
};

/* What a DRAM part costs by its currents, where a table prices them and the
 * part has them; in all its devices. */
struct energy_dram {
    bool is_of_currents; /* false: the rest is 0 */
    double read_burst, write_burst;
    double activate; /* of a row, its precharge too */
    double cycle;    /* of the machine: standby and refresh, on all channels */
    int row_bursts;  /* that a row holds */
    int burst_bits;
};

/* What one event costs on an architecture. */
struct energy_costs {
    struct energy_cost mac;
    double instruction; /* of a MAC, a gated one too; 0: none */
    struct energy_cost rf[TENSOR_N], noc_hop[TENSOR_N]; /* per word */
    struct energy_cost l1[TENSOR_N];                    /* 0 without an L1 */
    struct energy_cost l2[TENSOR_N], dram[TENSOR_N];
    /* Listed levels between the outermost and the innermost on chip, which
     * are l2 and rf; 0 without any.  Their energy counts as that of l1. */
    struct energy_cost inner[LEVEL_N][TENSOR_N];
    /* noc_hops that a hop of a listed level is. */
    double hops[LEVEL_N][FLOW_N];
    struct energy_cost l2_finished, dram_finished; /* of finished outputs */
    struct energy_cost dram_bit; /* for bursts, where currents are not */
    struct energy_dram part;
    /* A table of components prices rows of L2, words that change on a port and
     * buses by the rows that they reach, where results count them. */
    bool of_components;
    struct energy_bus { /* of a multicast network, for a word */
        double sent;    /* from its source to the array and past its rows */
        double row;     /* along each row that it reaches */
        double word;    /* into and out of a fifo */
    } bus[NETWORK_N];
    bool has_accumulators;      /* psums of L2 are paid by words */
    double l1_hop[TENSOR_N];    /* from cluster to cluster */
    double clock_cycle;         /* of all clocked bits together */
    double network_clock_cycle; /* of them, the networks' controllers' */
    double leakage_cycle;       /* of all instances together, with refresh */
    double refresh_cycle;       /* of it, what eDRAM's rows are refreshed by */
};

struct energy_table; /* owns its text */

/* Finds the table by name or path and reads it.  NULL: at least one message
 * was appended. */
struct energy_table *energy_load(const char *name_or_path, struct src_pos at,
                                 struct diag *d);
void energy_free(struct energy_table *table);
const char *energy_name(const struct energy_table *table); /* borrowed */
const char *energy_unit(const struct energy_table *table); /* borrowed */

/* A level of memory of which a bit costs more than in one further from the
 * MACs. */
struct energy_inversion {
    const char *inner, *outer;     /* "rf" "l1" "l2" "dram" */
    double inner_each, outer_each; /* a bit, the dearer of read and write */
};
/* Finds the outermost pair that is inverted; false: none is. */
bool energy_levels_invert(const struct energy_costs *costs,
                          const struct arch *arch,
                          struct energy_inversion *out);

enum energy_origin energy_origin_worse(enum energy_origin a,
                                       enum energy_origin b);
/* The tensors' origin that comes last in enum energy_origin. */
enum energy_origin energy_origin_of(const struct energy_cost cost[TENSOR_N]);

/* Whether each cost on this machine is 0 or within what sums and ratios of
 * energies can be made of.  Error: a table's line leads further. */
bool energy_is_possible(const struct energy_table *table,
                        const struct arch *arch, struct diag *d);
void energy_costs_of(const struct energy_table *table, const struct arch *arch,
                     struct energy_costs *out);

/* A bit in a burst, the dearer of read and written, with its share of a row
 * that is read or written whole. */
double energy_dram_bit(const struct energy_dram *dram);
/* The energy of a part: `cycles` of the layer; of a model the rows that its
 * bursts fill, which is the least that they open. */
double energy_dram_of(const struct energy_dram *dram,
                      const struct counts *counts, bool is_model,
                      uint64_t cycles);

/* dram_burst_bytes: of a DRAM part, whose energy is paid per burst; up to 1,
 * paid per useful word. */
void energy_of_layer(const struct energy_costs *costs, const struct arch *arch,
                     const struct layer_result *result, int dram_burst_bytes,
                     struct layer_energy *out);
/* Whether a machine spends energy on a part by this table. */
bool energy_part_applies(const struct energy_costs *costs,
                         const struct arch *arch, enum energy_part part);
/* a += b, part by part; total anew from the parts. */
void energy_add(struct layer_energy *a, const struct layer_energy *b);
double energy_part_of(const struct layer_energy *energy, enum energy_part part);

#ifdef __cplusplus
}
#endif

#endif
