/* schema_table.c - the rows of schema.h.
 *
 * Limits without a source of their own are those of the simulator: 16-bit
 * lane state (pe/lanes.h) and counts that must not wrap.
 * SPDX-License-Identifier: MIT
 */
#include <stddef.h>

#include "sim/config/schema.h"

#include "sim/base/layer.h"

static const char *const array_networks[] = {"multicast", "systolic", NULL};
static const char *const drains[] = {"serial", "overlapped", NULL};
static const char *const preloads[] = {"serial", "shadow", NULL};
static const char *const psum_reduces[] = {"chain", "tree", NULL};
static const char *const number_types[] = {"int", "fp", "bf", NULL};
static const char *const devices[] = {"lstp", "lop", "hp", NULL};
static const char *const psum_adds[] = {"own_cycle", "last_product", NULL};
static const char *const skippable[] = {"ifmap", "filter", "both", NULL};
static const char *const codings[] = {"none", "csc", NULL};
static const char *const starts[] = {"word", "window", NULL};
static const char *const refills[] = {"last_use", "next_cycle", NULL};
static const char *const l2_to_l1s[] = {"multicast", "mesh", NULL};
static const char *const ports[] = {"1rw", "1r1w", NULL};
static const char *const cells[] = {"sram", "edram", NULL};
static const char *const carries[] = {"all", "filters", NULL};
static const char *const layouts[] = {"packed", "rows", NULL};
static const char *const filter_orders[] = {"tiles", "mcrs", NULL};
static const char *const caches[] = {"dram", "chip", NULL};
static const char *const fuse_halos[] = {"again", "kept", NULL};
static const char *const residencies[] = {"none", "fit", "all", NULL};
static const char *const dram_orders[] = {"tensors", "oldest", NULL};
static const char *const compressions[] = {"none", "rlc", NULL};
static const char *const transposed[] = {"convolutions", "zeros", NULL};
static const char *const policies[] = POLICY_NAMES;
static const char *const search_keeps[] = {"false", "runs", "true", NULL};
static const char *const paddings[] = {"generated", "stored", NULL};

#define FIELD(f) offsetof(struct arch, f), sizeof(((struct arch *)0)->f)
#define INT(key, field, min, max, def, unit, doc, source)                     \
    {                                                                         \
        key, SCHEMA_INT, min, max, def, FIELD(field), NULL, unit, doc, source \
    }
#define INT64(key, field, min, max, def, unit, doc, source)              \
    {                                                                    \
        key, SCHEMA_INT64, min, max, def, FIELD(field), NULL, unit, doc, \
            source                                                       \
    }
#define ENUM(key, field, choices, def, doc, source)                         \
    {                                                                       \
        key, SCHEMA_ENUM, 0, 0, def, FIELD(field), choices, "", doc, source \
    }
#define BOOL(key, field, def, doc, source)                               \
    {                                                                    \
        key, SCHEMA_BOOL, 0, 0, def, FIELD(field), NULL, "", doc, source \
    }
#define STRING(key, field, def, doc, source)                               \
    {                                                                      \
        key, SCHEMA_STRING, 0, 0, def, FIELD(field), NULL, "", doc, source \
    }
#define STRINGS(key, field, def, doc, source)                               \
    {                                                                       \
        key, SCHEMA_STRINGS, 0, 0, def, FIELD(field), NULL, "", doc, source \
    }
/* Strings, each one of the choices. */
#define CHOSEN(key, field, choices, def, doc, source)                          \
    {                                                                          \
        key, SCHEMA_STRINGS, 0, 0, def, FIELD(field), choices, "", doc, source \
    }
#define LOOPS(key, field, def, doc, source)                               \
    {                                                                     \
        key, SCHEMA_LOOPS, 0, 0, def, FIELD(field), NULL, "", doc, source \
    }

#define NETWORK(name, index)                                                   \
    INT("noc." name ".words_per_slot", network[index].words_per_slot, 1, 256,  \
        "1", "words", "words that one set of destinations gets at a time",     \
        ""),                                                                   \
        INT("noc." name ".slots_per_cycle", network[index].slots_per_cycle, 1, \
            1024, "1", "slots",                                                \
            "sets of destinations served in a cycle, in order", "")

#define TENSOR_L2(name, index)                                               \
    INT("l2." name "_buffers", l2_buffers[index], 0, 2, "0", "tiles",        \
        "tiles of it held at a time: 1, 2 (one fills while one is used) or " \
        "0, the dataflow's choice",                                          \
        "Eyeriss preloads filters only: JSSC 52(1) s. IV-A"),                \
        INT("l2." name "_banks", l2_tensor_banks[index], 0, 4096, "0",       \
            "banks", "banks kept for it alone; 0 = from the shared ones",    \
            "Eyeriss keeps 2 for filters: JSSC 52(1) s. IV-A")

#define EYERISS "JSSC 52(1), 2017"
#define GEMMINI "Genc et al., Gemmini, DAC 2021, and its RTL"
#define EYERISS_V2 "Chen et al., JETCAS 9(2), 2019"

const struct schema_row schema[] = {
    STRING("name", name, NULL, "the architecture's name in reports", ""),
    INT64("clock_hz", clock_hz, 1, 100000000000, NULL, "Hz",
          "clock of the array and its buffers", ""),
    STRING("default.network", default_network, "",
           "network when --net is left out", ""),
    INT("default.batch", default_batch, 1, LAYER_DIM_MAX, "1", "images",
        "batch of a network when --batch is left out", ""),
    STRING("default.dataflow", default_dataflow, "",
           "dataflow when --dataflow is left out; default: the first of "
           "'dataflows'",
           ""),
    STRINGS("dataflows", dataflows, NULL, "dataflows that the machine can run",
            ""),
    INT("array.rows", rows, 1, 1024, NULL, "PEs", "rows of the PE array", ""),
    INT("array.cols", cols, 1, 1024, NULL, "PEs", "columns of the PE array",
        ""),
    ENUM("array.network", array_network, array_networks, NULL,
         "multicast: any set of PEs gets a word in one slot; systolic: words "
         "enter at the edges and move one neighbour a cycle",
         EYERISS " s. V-B; Samajdar et al., ISPASS 2020"),
    ENUM("array.drain", drain, drains, "serial",
         "systolic os: outputs are shifted out before the next fold, or from "
         "second registers while it computes",
         "Samajdar et al., ISPASS 2020"),
    ENUM("array.preload", preload, preloads, "serial",
         "systolic ws, is: words that stay are shifted in before a fold, or "
         "into second registers while the one before computes",
         "serial: Samajdar et al., ISPASS 2020; shadow: Jouppi et al., ISCA "
         "2017, s. 2; Genc et al., Gemmini, DAC 2021"),
    INT("array.strip_words", strip_words, 0, 65535, "0", "words",
        "ws with shadow words: the outputs that a command streams past the "
        "weights, all of one output row; 0 = all of a pass",
        GEMMINI ": 16, a row of the scratchpad each"),
    INT("array.strip_min_cycles", strip_min_cycles, 1, 1024, "1", "cycles",
        "a command's words take at least so long to enter",
        GEMMINI ": 4, measured on its RTL"),
    INT("array.commands_in_flight", commands_in_flight, 0, 16, "0", "commands",
        "that are in the array at a time; 0 = any number",
        GEMMINI ": 6, a queue of 5 and the one that enters"),
    INT("array.command_cycles", command_cycles, 0, 4096, "0", "cycles",
        "from a command's first word until it has left the array; 0, and at "
        "least, until its last psum has",
        GEMMINI ": 46, 16 in, 16 down, 16 out"),
    BOOL("array.tight_folds", tight_folds, "false",
         "systolic: a partial fold ends when its last used PE is done",
         "off in Samajdar et al., ISPASS 2020"),
    LOOPS("array.rows_hold", rows_hold, "any",
          "loops of the layer that rows of PEs may share out: with c alone, a "
          "filter tap never fills a row that channels leave idle",
          "c: NVDLA unit description, convolution pipeline; any: im2col"),
    LOOPS("array.cols_hold", cols_hold, "any",
          "loops of the layer that columns of PEs may share out",
          "m: NVDLA unit description, convolution pipeline"),
    INT("array.pitch_um", pitch_um, 0, 100000, "0", "um",
        "from a PE to the next, which a hop's energy is by; 0 = that of the "
        "energy table",
        "docs/energy.md"),
    INT("array.groups_parallel", groups_parallel, 1, 65535, "1", "groups",
        "whole groups of a layer that may work side by side, each with ifmap "
        "words of its own ('mapping.g'); multicast arrays only",
        "the networks of Eyeriss and Eyeriss v2 give any PE set words of its "
        "own: JSSC 52(1), 2017 s. V-B; JETCAS 9(2), 2019 s. IV"),
    INT("layer.start_cycles", layer_start_cycles, 0, 1000000000, "0", "cycles",
        "before a layer's first transfer, while its controller sets it up",
        GEMMINI ": 1 to 2 thousand a call, measured on its RTL"),
    INT("precision.ifmap_bits", precision_bits[TENSOR_IFMAP], 1, 32, NULL,
        "bits", "one ifmap value", ""),
    INT("precision.filter_bits", precision_bits[TENSOR_FILTER], 1, 32, NULL,
        "bits", "one filter value", ""),
    INT("precision.psum_bits", precision_bits[TENSOR_PSUM], 1, 64, NULL, "bits",
        "one partial sum; sums wrap", ""),
    ENUM("precision.ifmap_type", precision_type[TENSOR_IFMAP], number_types,
         "int",
         "ifmap values are whole numbers, 'fp' (IEEE 754, 16 or 32 bits) or "
         "'bf' (bfloat16)",
         ""),
    ENUM("precision.filter_type", precision_type[TENSOR_FILTER], number_types,
         "int", "filter values, likewise; of the ifmap values' type", ""),
    ENUM("precision.psum_type", precision_type[TENSOR_PSUM], number_types,
         "int", "partial sums: 'fp' or 'bf' where operands are",
         "tensor cores add products of fp16 in fp32: NVIDIA, "
         "WP-08608-001, 2017"),
    INT("precision.ofmap_bits", ofmap_bits, 0, 64, "0", "bits",
        "one finished output, from the write to L2 or DRAM on that finishes "
        "it; 0 = as an ifmap value, which the next layer reads",
        "int8 chips requantise behind the accumulator: NVDLA's SDP, TPU v1's "
        "activation unit (Jouppi et al., ISCA 2017, s. 2)"),
    BOOL("precision.per_layer", per_layer_bits, "false",
         "layers of a network file may have words narrower than these "
         "(ifmap_bits, filter_bits, psum_bits, ofmap_bits): they take less of "
         "L2 and DRAM and less energy; register files, ports and networks "
         "hold and move as many words as before",
         ""),
    INT("pe.rf.ifmap_words", rf_words[TENSOR_IFMAP], 1, ARCH_RF_WORDS_MAX, NULL,
        "words", "ifmap register file of a PE", ""),
    INT("pe.rf.filter_words", rf_words[TENSOR_FILTER], 1, ARCH_RF_WORDS_MAX,
        NULL, "words", "filter register file of a PE", ""),
    INT("pe.rf.psum_words", rf_words[TENSOR_PSUM], 1, ARCH_RF_WORDS_MAX, NULL,
        "words", "psum register file of a PE", ""),
    INT("pe.fifo_words", fifo_words, 1, 4096, "16", "words",
        "each input fifo and the psum output fifo of a PE",
        "not published for Eyeriss; 16 fits its measured cycles"),
    INT("pe.clocked_bits", clocked_bits, 0, 1000000, "0", "bits",
        "register bits of a PE that the clock reaches in every cycle, for "
        "energy; 0 = its registers', by a rule",
        "docs/energy.md"),
    INT("pe.pipeline_cycles", pipeline_cycles, 1, 15, "3", "cycles",
        "from reading the operands to the psum", EYERISS " s. V-C"),
    ENUM("pe.psum_add", psum_add, psum_adds, "own_cycle",
         "adding the psum from below takes a cycle, or rides on the window's "
         "last product",
         "not published for Eyeriss; own_cycle fits its measured cycles"),
    ENUM("pe.start", start, starts, "word",
         "a window's MACs begin with its first word, or when all are there",
         "not published for Eyeriss; word fits its measured cycles"),
    ENUM("pe.refill", refill, refills, "last_use",
         "a place of an operand's register file takes its next word in the "
         "cycle in which the last MAC reads the old one, or in the next",
         "registers and files with a read and a write port do the former; "
         "next_cycle halves one-word files"),
    BOOL("pass.overlap", pass_overlap, "false",
         "multicast arrays with chains of psums and no L1: passes that work on "
         "the same tiles of L2 follow each other without a boundary, so that "
         "the next one's words enter where fifos and register files have "
         "room; else a pass begins on an empty array (docs/timing.md)",
         "assumed"),
    BOOL("pe.zero_gating", zero_gating, "false",
         "a zero ifmap word saves the filter read and the MAC's energy, not "
         "its cycle",
         EYERISS " s. V-C"),
    CHOSEN("pe.skips", skips, skippable, "none",
           "operands whose zero words take no MAC's cycle in layers that "
           "declare zeros of them (docs/sparsity.md)",
           EYERISS_V2 " s. IV-A"),
    INT("pe.multipliers", multipliers, 1, 2, "1", "MACs",
        "of one window word with the next two words that a PE holds for it, of "
        "those that it does not skip; as many psums are added and sent in a "
        "cycle; 2 needs 'pe.skips' (docs/sparsity.md)",
        EYERISS_V2 " s. IV-B"),
    ENUM("noc.coding", coding, codings, "none",
         "csc: of operands that PEs skip, zeros neither cross the networks nor "
         "lie in fifos and register files; each other word has a count of 4 "
         "bits of the zeros before it, so that fewer go into a slot",
         EYERISS_V2 " s. IV-A"),
    NETWORK("filter", NETWORK_FILTER),
    NETWORK("ifmap", NETWORK_IFMAP),
    NETWORK("psum_in", NETWORK_PSUM_IN),
    NETWORK("psum_out", NETWORK_PSUM_OUT),
    BOOL("noc.ifmap_waits_for_filters", ifmap_waits_for_filters, "false",
         "ifmap words of a pass follow after all of its filter words (of "
         "'is', the other way round)",
         "not published for Eyeriss; false fits its measured cycles"),
    ENUM("noc.psum_reduce", psum_reduce, psum_reduces, "chain",
         "psums of a column of PEs: handed up and added by neighbours, or "
         "summed by an adder tree of as many leaves as the array has rows",
         "chain: " EYERISS "; tree: Chen et al. (DianNao), ASPLOS 2014"),
    BOOL("noc.tree_accumulates", tree_accumulates, "false",
         "tree: a register at each root sums up an output's products; else "
         "each sum goes to L2",
         "true for DianNao's NFU-2, ASPLOS 2014 s. 5.1"),
    ENUM("noc.l2_to_l1", l2_to_l1, l2_to_l1s, "multicast",
         "multicast: any set of L1s gets a word in one slot; mesh: routers on "
         "the grid of clusters, L2 at the first; one network a tensor",
         EYERISS_V2 " s. III (mesh)"),
    INT("noc.l2_to_l1_slots_per_cycle", l2_to_l1_slots_per_cycle, 1, 1024, "1",
        "slots",
        "slots of each tensor that leave L2 for the L1s in a cycle; a mesh "
        "takes one",
        ""),
    INT("noc.mesh_buffer_flits", mesh_buffer_flits, 1, 1024, "2", "flits",
        "of each input of a router; a flit is a slot",
        "2 is the least that sustains a flit a cycle"),
    INT64("l1.bytes", l1_bytes, 1, ARCH_BYTES_MAX, "0", "bytes",
          "buffer of one cluster of PEs; left out: no L1", ""),
    INT("l1.cluster_cols", l1_cluster_cols, 1, 1024, "1", "columns",
        "columns of the array that share an L1", ""),
    INT("l1.cluster_rows", l1_cluster_rows, 0, 1024, "0", "rows",
        "rows of the array that share an L1; 0 = all", ""),
    INT("l1.banks", l1_banks, 1, 64, "1", "banks",
        "banks that each L1 is made of", ""),
    INT("l1.ifmap_banks", l1_tensor_banks[TENSOR_IFMAP], 0, 64, "0", "banks",
        "banks kept for ifmaps alone; 0 = from the shared ones, half of them "
        "if filters use them too",
        ""),
    INT("l1.filter_banks", l1_tensor_banks[TENSOR_FILTER], 0, 64, "0", "banks",
        "banks kept for filters alone; 0 = from the shared ones", ""),
    BOOL("l1.ifmap_bypass", l1_bypass[TENSOR_IFMAP], "false",
         "ifmaps go to the PEs of a cluster without being stored in its L1",
         ""),
    BOOL("l1.filter_bypass", l1_bypass[TENSOR_FILTER], "false",
         "filters go to the PEs of a cluster without being stored in its L1",
         "true in " EYERISS_V2 " s. III"),
    INT("l1.bank_row_words", l1_bank_row_words, 1, ARCH_ROW_WORDS_MAX, "1",
        "words",
        "words that one port of a bank moves in a cycle; a slot fills whole "
        "rows",
        ""),
    ENUM("l1.ports", l1_ports, ports, "1rw",
         "ports of a bank: one that reads or writes, or one of each", ""),
    INT("l1.latency_cycles", l1_latency_cycles, 0, 1024, "1", "cycles",
        "from the address to the word", ""),
    INT("l1.input_slots", l1_input_slots, 1, 1024, "2", "slots",
        "of each tensor, between the network and the banks",
        "2 is the least that sustains a slot a cycle"),
    BOOL("l1.keeps_tiles", l1_keeps_tiles, "false",
         "words of filters or ifmaps that the next pass uses again stay in "
         "the L1s, where all of a pass fit there (docs/timing.md), and do not "
         "leave L2 again; else L1s are line buffers. A nest says itself what "
         "its L1s keep",
         ""),
    INT64("l2.bytes", l2_bytes, 1, ARCH_BYTES_MAX, NULL, "bytes",
          "the global buffer", ""),
    INT("l2.banks", l2_banks, 1, 4096, NULL, "banks",
        "banks that the global buffer is made of", ""),
    INT("l2.bank_row_words", l2_bank_row_words, 1, ARCH_ROW_WORDS_MAX, "1",
        "words", "words that one port of a bank moves in a cycle", ""),
    ENUM("l2.ports", l2_ports, ports, "1rw",
         "ports of a bank: one that reads or writes, or one of each", ""),
    ENUM("l2.cell", l2_cell, cells, "sram",
         "what L2 is made of, for energy tables that have eDRAM",
         "docs/energy.md"),
    INT64(
        "l2.accumulator_bytes", l2_accumulator_bytes, 0, ARCH_BYTES_MAX, "0",
        "bytes",
        "of L2, so many hold psums in banks as wide as a word, one at the end "
        "of each column of the array, which tables of components price; 0 = "
        "psums lie among the others",
        "docs/energy.md"),
    INT("l2.latency_cycles", l2_latency_cycles, 0, 1024, "1", "cycles",
        "from the address to the word", ""),
    BOOL("l2.keeps_tiles", l2_keeps_tiles, "true",
         "a tile of ifmaps or filters (of a nest, the words of it) that the "
         "next step uses again stays in L2; else each step of the loops over "
         "tiles loads its tiles anew. Psum tiles always stay until they are "
         "done",
         "false for Gemmini: its loops move in each tile's operands, Genc et "
         "al., DAC 2021"),
    TENSOR_L2("ifmap", TENSOR_IFMAP),
    TENSOR_L2("filter", TENSOR_FILTER),
    TENSOR_L2("psum", TENSOR_PSUM),
    STRING("dram.model", dram_model, NULL,
           "'ideal' (a tile is there when asked for), 'bandwidth' (bytes per "
           "second and a latency) or the name of a part",
           ""),
    STRING("dram.part", dram_part, "",
           "file with a part of one's own, in the place of 'dram.model': its "
           "clock, timings and sizes (docs/importers.md)",
           ""),
    INT64("dram.bytes_per_second", dram_bytes_per_second, 1, 1000000000000000,
          "0", "bytes/s", "of the model 'bandwidth', which needs it", ""),
    INT("dram.latency_cycles", dram_latency_cycles, 0, 1000000, "0", "cycles",
        "of the model 'bandwidth', in cycles of clock_hz", ""),
    INT("dram.channels", dram_channels, 1, ARCH_DRAM_CHANNELS_MAX, "1",
        "channels",
        "of a DRAM part, each with banks, buses and a controller of its own; "
        "bursts go round the channels, so that a stream is shared by all",
        "Kim, Yang, Mutlu (Ramulator), IEEE CAL 2015: RoBaRaCoCh"),
    ENUM("dram.padding", padding, paddings, "generated",
         "ifmaps lie padded in DRAM, or the DMA makes the zeros, which are "
         "not counted",
         "stored for Eyeriss: its published traffic"),
    ENUM("dram.carries", carries, carries, "all",
         "all tensors, or filters only: the layer's fmaps lie in L2 before and "
         "after it (refused where they do not fit; loop nests take \"all\")",
         "TPU v1 keeps activations on chip: Jouppi et al., ISCA 2017, s. 2"),
    ENUM("dram.layout", dram_layout, layouts, "packed",
         "on a DRAM part: the words of a tensor follow each other from a burst "
         "on, or each row of a feature map and each filter (or filter tile) "
         "starts at a burst; the other models do not look at addresses",
         ""),
    ENUM("dram.filter_order", dram_filter_order, filter_orders, "tiles",
         "on a DRAM part: filters lie tile by tile, in the order in which the "
         "mapping first fetches them, or filter by filter, each as channels, "
         "rows and columns",
         ""),
    ENUM(
        "dram.order", dram_order, dram_orders, "tensors",
        "of transfers that may all start when the DRAM is free: ifmap, filter, "
        "ofmap, or the one that has waited longest",
        ""),
    ENUM("dram.compression", compression, compressions, "none",
         "run-length coding of feature maps with a declared share of zeros; "
         "never of filters, the network's input, or under a loop nest",
         EYERISS),
    ENUM("lowering.transposed", transposed, transposed, "convolutions",
         "a transposed convolution runs as stride_h x stride_w ordinary ones "
         "that multiply no inserted zero, or as one over the ifmap with zeros "
         "inserted, which lie in DRAM",
         "zeros: what naive hardware pays; docs/layers.md"),
    INT("vector.lanes", vector_lanes, 0, 65536, "0", "lanes",
        "of the unit for nodes of a network that are no MAC loops, elements at "
        "a time; 0 = none, and such nodes are worked on outside",
        "docs/networks.md"),
    INT("vector.element_cycles", vector_element_cycles, 1, 1024, "1", "cycles",
        "for which an element keeps its lane", "docs/networks.md"),
    INT("vector.port_words", vector_port_words, 0, 65536, "0", "words",
        "that it reads from L2 in a cycle, and that it writes; 0 = as many as "
        "lanes, and never more than L2's banks have ports",
        "docs/networks.md"),
    STRINGS("vector.ops", vector_ops, "none",
            "operations that it does (docs/networks.md)", ""),
    STRINGS("vector.epilogue", vector_epilogue, "none",
            "operations, word by word, that are done on the array's outputs as "
            "they leave, at no cost in time",
            ""),
    STRING("network.fuse", fuse, "",
           "FIRST:LAST[:TILE[:again|kept]], ... of a graph: chains whose nodes "
           "are worked on together, tile by tile; or \"search\": those that "
           "take least (--objective)",
           "docs/networks.md"),
    INT("network.fuse_tile", fuse_tile, 1, 65535, "1", "outputs",
        "rows and columns of the last output that fused nodes make at a time",
        ""),
    ENUM(
        "network.fuse_halos", fuse_halos, fuse_halos, "again",
        "what tiles of fused nodes share is read and worked out again, or kept "
        "in L2",
        "docs/networks.md"),
    ENUM("network.cache", cache, caches, "dram",
         "where inputs of a graph lie that are caches (cache = true), and what "
         "is put behind them: in DRAM, or in L2, before and after the run",
         "docs/networks.md"),
    ENUM("network.residency", residency, residencies, "none",
         "which tensors of a graph stay in L2 between its nodes: none; those "
         "that save words and cost no cycle; all that have room",
         "docs/networks.md"),
    INT("technology.node_nm", node_nm, 0, 10000, "0", "nm",
        "of the machine, at which 'array.pitch_um' holds; 0 = that of the "
        "energy table",
        "docs/energy.md"),
    ENUM("technology.device", device, devices, "lstp",
         "transistors of the memories: for low standby power, low operating "
         "power or high performance; tables of components leak by them",
         "CACTI 7.0, after the ITRS's devices; that 'lstp' stands for what "
         "does not say is assumed"),
    INT("technology.temperature_k", temperature_k, 300, 400, "300", "K",
        "of the memories, by which tables of components have them leak; "
        "CACTI's figures are at 300 and 350 K, and beyond them on their line",
        "CACTI 7.0; that a machine is at 300 K is assumed"),
    STRING("energy", energy, NULL, "energy table: a name or a path",
           "Horowitz, ISSCC 2014"),
    ENUM("mapping.policy", mapping_policy, policies, "own",
         "which mapping a layer gets that none is given for: 'search', the "
         "best of some that are simulated; 'table', the published one, else "
         "as 'search'; 'estimate', the best by estimate; 'rules', the "
         "published one, else the dataflow's own rules; 'own', as 'table'",
         "docs/mapping.md"),
    ENUM("mapping.search_keeps", search_keeps, search_keeps, "runs",
         "searches that also try mappings whose tiles stay in L2 over the "
         "loops outside them ('mapping.keep'): 'runs', those of plain runs by "
         "delay or EDP; true, all; false, none, and what is given stays",
         "docs/timing.md"),
    STRING("mapping.table", mapping_table, "none",
           "of 'mapping_tables', with commas between several: the first for "
           "the network holds; none: the dataflow chooses",
           ""),
    STRING(
        "mapping.file", mapping_file, "",
        "mapping file to run when neither --mapping nor --dataflow is given: "
        "a name or a path; its entries may be loop nests or parameters of "
        "a dataflow",
        ""),
    {NULL, SCHEMA_INT, 0, 0, NULL, 0, 0, NULL, NULL, NULL, NULL},
};
