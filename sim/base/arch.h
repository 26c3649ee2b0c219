/* arch.h - an accelerator as its .cfg describes it, checked and resolved.
 *
 * Filled by sim/config/config.c from one schema table
 * (sim/config/schema_table.c), which also holds each key's type, range,
 * default, unit and source.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_ARCH_H
#define SIM_BASE_ARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

enum network_type { NETWORK_MULTICAST, NETWORK_SYSTOLIC };
/* What words stand for: whole numbers, IEEE's binary16 and binary32, or
 * bfloat16. Timing and counts know no difference. */
enum number_type { NUMBER_INT, NUMBER_FP, NUMBER_BF };
/* Transistors of the memories: for low standby power, low operating power, or
 * high performance. */
enum device_type { DEVICE_LSTP, DEVICE_LOP, DEVICE_HP };
enum psum_add { PSUM_ADD_OWN_CYCLE, PSUM_ADD_LAST_PRODUCT };
enum pe_start { PE_START_WORD, PE_START_WINDOW };
enum pe_refill { PE_REFILL_LAST_USE, PE_REFILL_NEXT_CYCLE };
enum l2_to_l1 { L2_TO_L1_MULTICAST, L2_TO_L1_MESH };
enum l2_cell { L2_CELL_SRAM, L2_CELL_EDRAM }; /* for energy alone */
enum dram_padding { PADDING_GENERATED, PADDING_STORED };
/* How words come over the networks to PEs that skip them. */
enum zero_coding { CODING_NONE, CODING_CSC };
enum dram_compression { COMPRESSION_NONE, COMPRESSION_RLC };
/* How a transposed convolution runs (sim/base/transposed.h). */
enum transposed_as { TRANSPOSED_AS_CONVOLUTIONS, TRANSPOSED_WITH_ZEROS };
enum network_residency { RESIDENCY_NONE, RESIDENCY_FIT, RESIDENCY_ALL };
/* What tiles of fused nodes share is worked out again, or kept in L2. */
enum fuse_halos { HALOS_AGAIN, HALOS_KEPT };
/* Where inputs lie that are caches. */
enum network_cache { CACHE_DRAM, CACHE_CHIP };
enum dram_carries { CARRIES_ALL, CARRIES_FILTERS };
enum dram_layout_kind { LAYOUT_PACKED, LAYOUT_ROWS };
enum dram_filter_order { FILTER_TILES, FILTER_MCRS };
enum dram_order { DRAM_ORDER_TENSORS, DRAM_ORDER_OLDEST };
enum psum_reduce { PSUM_CHAIN, PSUM_TREE };
/* Which mapping a layer gets that none is given for: POLICY_OWN, a machine's
 * published one, else as by POLICY_SEARCH; the best of some that were
 * simulated; the same as POLICY_OWN, said by hand; the best by estimate; the
 * published one, else what the dataflow's own rules choose. */
enum mapping_policy {
    POLICY_OWN,
    POLICY_SEARCH,
    POLICY_TABLE,
    POLICY_ESTIMATE,
    POLICY_RULES
};
/* Which searches try tiles that stay in L2 (`keep`): none; those of runs by
 * delay or EDP, in addition; all. */
enum search_keeps { SEARCH_KEEPS_NONE, SEARCH_KEEPS_RUNS, SEARCH_KEEPS_ALL };
#define POLICY_NAMES                                        \
    {                                                       \
        "own", "search", "table", "estimate", "rules", NULL \
    }
enum systolic_drain { DRAIN_SERIAL, DRAIN_OVERLAPPED };
enum systolic_preload { PRELOAD_SERIAL, PRELOAD_SHADOW };

/* One of the four on-chip networks. */
struct network_arch {
    int words_per_slot;  /* words that one destination set gets at a time */
    int slots_per_cycle; /* destination sets served in one cycle, in order */
};

enum network {
    NETWORK_FILTER,
    NETWORK_IFMAP,
    NETWORK_PSUM_IN,
    NETWORK_PSUM_OUT,
    NETWORK_N
};

/* The most that a .cfg may give for memories that hold words. */
#define ARCH_RF_WORDS_MAX 16384            /* a register file of a PE */
#define ARCH_BYTES_MAX ((uint64_t)1 << 40) /* an L1, L2 */
#define ARCH_DRAM_CHANNELS_MAX 64          /* of a DRAM part */
#define ARCH_ROW_WORDS_MAX 1024            /* a row of their banks */

/* The loops of a layer: group, image, filter and channel of the group, ofmap
 * row and column, filter row and column. */
#define LOOP_LETTERS "gnmcpqrs"
#define LOOP_LETTERS_BYTES sizeof(LOOP_LETTERS)

/* --- levels of memory between DRAM and the MACs ----------------------------
 *
 * A machine has a place for each of seven levels and uses some of them.  Most
 * have the usual ones, `dram`, `l2`, perhaps `l1`, and `rf`.  One whose file
 * has a list of `levels` names its own, up to six on chip: the outermost has
 * the place of l2, the innermost that of rf, those between them, from the
 * inside, l1, inner_2, inner_3 and inner_4.  A machine of one level on chip
 * has no rf, and its MACs take their words from there. */

enum bank_ports { BANK_1RW, BANK_1R1W };

/* From the inside to the outside. */
enum level {
    LEVEL_RF,
    LEVEL_L1,
    LEVEL_INNER_2,
    LEVEL_INNER_3,
    LEVEL_INNER_4,
    LEVEL_L2,
    LEVEL_DRAM,
    LEVEL_N
};
/* "rf" "l1" ... "l2" "dram": of machines without a list of levels. */
extern const char *const level_name[LEVEL_N];
enum { LEVEL_NAME_BYTES = 32 }; /* with the 0 at the end */

/* One memory of a level, for some tensors. */
struct l2_store {
    char name[32];
    uint64_t bytes;
    int banks;
    int bank_row_words; /* words that one bank port moves in a cycle */
    enum bank_ports ports;
    int latency_cycles;
    bool holds[TENSOR_N];
    bool spills; /* psums: to DRAM, where a nest would have them back */
    int buffers; /* tiles of a tensor that its room is for; of `levels` only */
};

/* How words cross from an instance of a level to those inside it. */
enum level_network_kind {
    LEVEL_MULTICAST,      /* a word is read once for all that want it */
    LEVEL_POINT_TO_POINT, /* a word is read and sent for each that wants it */
    LEVEL_MESH, /* ifmaps and filters go over routers, a tree of links a word;
                 * psums as with LEVEL_MULTICAST */
    LEVEL_NETWORK_KINDS
};
enum { LEVEL_MESH_NODES_MAX = 64 };
/* How the psums of children that share a reduction become one. */
enum level_reduce {
    LEVEL_CHAIN, /* from neighbour to neighbour, added on the way out */
    LEVEL_TREE,  /* in a tree of adders */
    LEVEL_APART, /* not at all: no reduction is split over the children */
    LEVEL_REDUCES
};
extern const char *const level_network_name[LEVEL_NETWORK_KINDS];
extern const char *const level_reduce_name[LEVEL_REDUCES];

/* What crosses a level's network. */
enum level_flow {
    FLOW_IFMAP,
    FLOW_FILTER,
    FLOW_PSUM_IN,   /* to the first of those that share a reduction */
    FLOW_PSUM_OUT,  /* one word for all that share a reduction */
    FLOW_PSUM_LINK, /* added to another child's on the way */
    FLOW_N
};
extern const char *const level_flow_name[FLOW_N];

/* One level of a machine whose file lists them. */
struct level_arch {
    char name[LEVEL_NAME_BYTES]; /* "": the machine has not this level */
    int n_stores;
    struct l2_store store[TENSOR_N]; /* in each instance; none of DRAM */
    int rows, cols;                  /* children of an instance; DRAM: 1 */
    enum level_network_kind network;
    enum level_reduce reduce;
    /* The width of each instance's network: so many slots a cycle of so many
     * words each, whatever their destinations. */
    int words_per_slot, slots_per_cycle;
    /* Words a cycle of each flow where they have networks of their own, even
     * to one child (sim/array/levels/levels_usual.h); 0: as above. */
    int flow_words[FLOW_PSUM_LINK];
    int hop_um; /* from child to child, for its energy; 0 = not said */
};

struct arch {
    char name[64];
    uint64_t clock_hz;

    /* Defaults of options, so that the first line that a user types needs
     * none. */
    char default_network[64]; /* a name or path, "" = none */
    char default_dataflow[16];
    int default_batch;
    char dataflows[8][16]; /* those the machine has, "" ends the list */

    int rows, cols; /* array.rows, array.cols */
    enum network_type array_network;
    enum systolic_drain drain;     /* array.drain, systolic only */
    enum systolic_preload preload; /* array.preload, systolic only */
    bool tight_folds;              /* array.tight_folds, systolic only */
    /* Commands of an array with preload = "shadow" (pe/systolic_strips.h). */
    int strip_words, strip_min_cycles;
    int commands_in_flight, command_cycles;
    int layer_start_cycles; /* before a layer's first transfer */
    /* Loops of a layer that rows and columns of PEs may share out, as letters
     * in the order of LOOP_LETTERS; "": any. */
    char rows_hold[LOOP_LETTERS_BYTES], cols_hold[LOOP_LETTERS_BYTES];
    int pitch_um;            /* array.pitch_um; 0 = not said */
    int node_nm;             /* technology.node_nm; 0 = not said */
    enum device_type device; /* technology.device */
    int temperature_k;       /* technology.temperature_k */

    int groups_parallel; /* array.groups_parallel: of a layer, in a pass */

    int precision_bits[TENSOR_N];
    enum number_type precision_type[TENSOR_N];
    int ofmap_bits;      /* precision.ofmap_bits; 0 = as ifmaps */
    bool per_layer_bits; /* precision.per_layer */

    int rf_words[TENSOR_N]; /* pe.rf.*_words, per PE */
    int fifo_words;         /* pe.fifo_words, of each input fifo and psum out */
    int clocked_bits;       /* pe.clocked_bits; 0 = as its registers have */
    int pipeline_cycles;    /* pe.pipeline_cycles, product to psum, 1..15 */
    enum psum_add psum_add;
    enum pe_start start;
    enum pe_refill refill; /* pe.refill, of the operands' register files */
    bool zero_gating;
    char skips[4][16];       /* pe.skips; "" ends the list */
    enum zero_coding coding; /* noc.coding, of operands that PEs skip */
    /* pe.multipliers: products of one window word, and psums added, that a PE
     * makes in a cycle, 1 or 2. */
    int multipliers;

    struct network_arch network[NETWORK_N];
    bool ifmap_waits_for_filters; /* noc.ifmap_waits_for_filters */
    bool pass_overlap;            /* pass.overlap */
    enum psum_reduce psum_reduce; /* noc.psum_reduce, multicast only */
    bool tree_accumulates;        /* noc.tree_accumulates */

    bool has_l1;
    uint64_t l1_bytes;   /* of one cluster */
    int l1_cluster_cols; /* columns of the array that share an L1 */
    int l1_cluster_rows; /* rows of the array that do; 0 = all */
    int l1_banks;
    int l1_tensor_banks[TENSOR_N]; /* 0 = from the shared banks */
    bool l1_bypass[TENSOR_N];      /* psums always do */
    int l1_bank_row_words;         /* words that a bank port moves in a cycle */
    enum bank_ports l1_ports;
    int l1_latency_cycles;
    int l1_input_slots;
    bool l1_keeps_tiles;    /* of operands, where the next pass uses them too */
    enum l2_to_l1 l2_to_l1; /* noc.l2_to_l1, the network's kind */
    int l2_to_l1_slots_per_cycle;
    int mesh_buffer_flits;

    /* Memories of their own for some tensors; none: one for all, as said below.
     * With some, l2_bytes and l2_banks are those of all of them. */
    int n_l2_stores;
    struct l2_store l2_store[TENSOR_N];
    uint64_t l2_bytes;
    int l2_banks;
    int l2_bank_row_words; /* words that one bank port moves in a cycle */
    enum bank_ports l2_ports;
    enum l2_cell l2_cell;
    uint64_t l2_accumulator_bytes; /* of it, beside the columns; for energy */
    int l2_latency_cycles;
    bool l2_keeps_tiles; /* of operands, where the next step uses them too */
    int l2_buffers[TENSOR_N]; /* 0 = dataflow's choice of 1 or 2; else fixed */
    int l2_tensor_banks[TENSOR_N]; /* 0 = from the shared banks */

    /* Levels that the file lists: those named are there, and rows, cols and
     * pipeline_cycles above are all there is of array and PEs.  DRAM and L2
     * are named wherever there are any. */
    struct level_arch level[LEVEL_N];

    char dram_part[256]; /* a file with the user's own, or "" */
    char dram_model[32]; /* "ideal", "bandwidth" or a preset's name */
    uint64_t dram_bytes_per_second;
    int dram_latency_cycles; /* core cycles, bandwidth model */
    int dram_channels;       /* of a part; 0 is 1 */
    enum dram_padding padding;
    enum dram_carries carries;
    enum dram_layout_kind dram_layout;        /* of a part's words */
    enum dram_filter_order dram_filter_order; /* of a part */
    enum dram_order dram_order;               /* of transfers */
    enum dram_compression compression;        /* of feature maps (mem/rlc.h) */

    enum transposed_as transposed; /* lowering.transposed */

    /* vector.*: what works on the nodes of a network that are no MAC loops. */
    int vector_lanes;          /* 0: there is no such unit */
    int vector_element_cycles; /* for which an element keeps a lane */
    int vector_port_words;     /* read and written in a cycle; 0 = lanes */
    char vector_ops[24][16];   /* that it does; "" ends the list */
    /* Operations, word by word, behind the array's outputs. */
    char vector_epilogue[24][16];
    enum network_residency residency; /* network.residency */
    enum network_cache cache;         /* network.cache */
    char fuse[2048];                  /* network.fuse; "" = nothing */
    int fuse_tile;                    /* network.fuse_tile */
    enum fuse_halos fuse_halos;       /* network.fuse_halos */
    /* For one node of a graph: operands of its own that are in L2 before, and
     * results that are there after it, and never in DRAM; words of the inputs
     * of one without a MAC loop.  Of a machine none are. */
    bool stays[TENSOR_N];
    uint64_t stays_input_words;
    /* For a tile of fused nodes: rows above and columns on the left of its
     * ifmap that are in L2 before. */
    int stays_rows, stays_columns;

    char energy[256]; /* an energy table's name or path */

    enum mapping_policy mapping_policy;
    enum search_keeps search_keeps;
    char mapping_table[64]; /* of published mappings, with commas, or "none" */
    char mapping_file[64];  /* of nests, or "" */
};

/* The most parameters that a dataflow's mapping may have, and the bytes of
 * their names and of a dataflow's name, with the 0 at the end. */
#define MAPPING_PARAMS_MAX 16
#define MAPPING_NAME_BYTES 16

/* Mapping parameters that the user or the configuration gave. */
struct given_param {
    char name[MAPPING_NAME_BYTES]; /* without "mapping." */
    int value;
    struct src_pos at;
};
struct given_mapping {
    int n;
    struct given_param param[MAPPING_PARAMS_MAX];
    bool from_table; /* all of them are a row of the .cfg's mapping table */
    /* Where that table's values come from, such as "inferred", borrowed from
     * the .cfg; NULL when they are published. */
    const char *table_source;
};

/* Whether a list of operations has one. */
/* Whether PEs skip products of zero words of an operand. */
bool arch_skips(const struct arch *arch, enum tensor tensor);
bool arch_skips_any(const struct arch *arch);
/* Products that all PEs can make in a cycle. */
uint64_t arch_macs_per_cycle(const struct arch *arch);
bool arch_lists_op(const char ops[24][16], enum layer_op op);
/* The machine as a layer finds it: with the layer's own widths. */
void arch_of_layer(const struct arch *arch, const struct layer *layer,
                   struct arch *out);
int arch_pes(const struct arch *arch);
/* The most groups of a layer that may work side by side: array.groups_parallel,
 * or 1 where an axis may hold no groups. */
int arch_groups_max(const struct arch *arch);
/* Whether an axis (rows_hold or cols_hold) may share out all of these loops. */
bool arch_axis_holds(const char *held, const char *loops);
/* Width of a finished output, as the next layer reads it. */
int arch_ofmap_bits(const struct arch *arch);
/* Width of a word of a tensor as layers hand it on: of psums, of a finished
 * output. */
int arch_map_bits(const struct arch *arch, enum tensor tensor);
/* Significant bits of a tensor's words, the hidden one too; of whole numbers,
 * 0. */
int arch_significand_bits(const struct arch *arch, enum tensor tensor);
/* L1s of the machine; 0 without any. */
int arch_l1s(const struct arch *arch);
/* Slots of a network that leave L2 in a cycle. */
int arch_l2_slots(const struct arch *arch, enum network network);
/* Whether the file lists levels; whether the machine has a level, DRAM and RF
 * included; what it is called; whether it has a store for the tensor. */
bool arch_has_levels(const struct arch *arch);
bool arch_has_level(const struct arch *arch, enum level level);
const char *arch_level_name(const struct arch *arch, enum level level);
bool arch_level_holds(const struct arch *arch, enum level level,
                      enum tensor tensor);
/* The level next to one inside it, or -1: the MACs. */
int arch_level_inside(const struct arch *arch, int level);
/* Instances of a level; level -1: MACs.  UINT64_MAX: as many, or more. */
uint64_t arch_level_instances(const struct arch *arch, int level);
/* Whether words that leave a level inward cross a network: not from DRAM, nor
 * to a single child, which is a wire. */
bool arch_level_has_network(const struct arch *arch, enum level level);
bool arch_level_has_mesh(const struct arch *arch, enum level level);
/* The store of a tensor at a listed level, or NULL. */
const struct l2_store *arch_level_store(const struct arch *arch,
                                        enum level level, enum tensor tensor);
/* Memories that L2 is made of, at least one; memory k; the one that holds a
 * tensor. */
int arch_l2_memories(const struct arch *arch);
struct l2_store arch_l2_memory(const struct arch *arch, int k);
struct l2_store arch_l2_store(const struct arch *arch, enum tensor tensor);
/* Banks that are the tensor's alone (0: it takes shared ones), and those that
 * tensors without such share. */
int arch_l2_own_banks(const struct arch *arch, enum tensor tensor);
int arch_l2_shared_banks(const struct arch *arch);
/* The longest latency of its memories. */
int arch_l2_latency_cycles(const struct arch *arch);
/* The least number of cycles in which `banks` banks of the memory that holds
 * the tensor can read and write these words. */
uint64_t arch_l2_port_cycles(const struct arch *arch, enum tensor tensor,
                             int banks, uint64_t read_words,
                             uint64_t written_words);
/* Banks of the memory that holds `tensor`. */
int arch_l2_banks_of(const struct arch *arch, enum tensor tensor);
/* Words of `tensor` that one L2 bank holds. */
uint64_t arch_l2_bank_words(const struct arch *arch, enum tensor tensor);

#ifdef __cplusplus
}
#endif

#endif
