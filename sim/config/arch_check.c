/* arch_check.c - checks the values of an architecture against each other: fifos
 * and slots, banks and tensors, clusters and the array, names of dataflows and
 * of the DRAM. Every fault is reported at the line of its key.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/arch_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/placement.h"
#include "mem/dram.h"
#include "mem/rlc.h"
#include "sim/base/text_stream.h"
#include "sim/config/l2_stores.h"
#include "sim/config/schema.h"

struct src_pos arch_where_of(const struct arch_where *where, const char *key)
{
    int row = schema_find(key);
    struct src_pos at;
    SIM_CHECK(row >= 0);
    at = where->at[row];
    /* A default: it stands for a line that is not there. */
    return at.file != NULL ? at : (struct src_pos){where->path, 1};
}

static bool fifos_take_a_slot(const struct arch *arch,
                              const struct arch_where *where, struct diag *d)
{
    static const char *const key[NETWORK_N] = {
        "noc.filter.words_per_slot", "noc.ifmap.words_per_slot",
        "noc.psum_in.words_per_slot", "noc.psum_out.words_per_slot"};
    bool ok = true;
    for (int i = 0; i < NETWORK_N; i++)
        if (arch->network[i].words_per_slot > arch->fifo_words)
            ok = diag_error(d, arch_where_of(where, key[i]),
                            "'%s' is %d and 'pe.fifo_words' is %d; a fifo "
                            "must take a whole slot",
                            key[i], arch->network[i].words_per_slot,
                            arch->fifo_words);
    return ok;
}

static bool is_listed(const struct arch *arch, const char *name)
{
    for (int i = 0; arch->dataflows[i][0] != '\0'; i++)
        if (strcmp(arch->dataflows[i], name) == 0)
            return true;
    return false;
}

bool arch_runs(const struct arch *arch, const struct dataflow *dataflow)
{
    for (int i = 0; dataflow_table[i] != NULL; i++)
        if (dataflow_table[i] == dataflow)
            return is_listed(arch, dataflow->name);
    return true;
}

static bool dataflows_exist(const struct arch *arch,
                            const struct arch_where *where, struct diag *d)
{
    bool ok = true;
    for (int i = 0; arch->dataflows[i][0] != '\0'; i++)
        if (dataflow_find(arch->dataflows[i]) == NULL)
            ok = diag_error(d, arch_where_of(where, "dataflows"),
                            "there is no dataflow '%s'; 'accelsim "
                            "--list-dataflows' names them",
                            arch->dataflows[i]);
    if (ok && !is_listed(arch, arch->default_dataflow))
        ok = diag_error(d, arch_where_of(where, "default.dataflow"),
                        "'default.dataflow' is '%s'; it must be one of "
                        "'dataflows'",
                        arch->default_dataflow);
    return ok;
}

static bool banks_suffice(const struct arch *arch,
                          const struct arch_where *where, struct diag *d)
{
    int kept = 0;
    for (int t = 0; t < TENSOR_N; t++)
        kept += arch->l2_tensor_banks[t];
    if (arch->n_l2_stores == 0 && kept > arch->l2_banks)
        return diag_error(d, arch_where_of(where, "l2.banks"),
                          "'l2.banks' is %d; %d are kept for single tensors",
                          arch->l2_banks, kept);
    for (int t = 0; t < TENSOR_N; t++) {
        const struct l2_store s = arch_l2_store(arch, (enum tensor)t);
        const uint64_t row_bits =
            (uint64_t)s.bank_row_words * (uint64_t)arch->precision_bits[t];
        if (arch_l2_bank_words(arch, (enum tensor)t) == 0)
            return diag_error(
                d, arch_where_of(where, "l2.bytes"),
                "%s%s%s is %" PRIu64
                "; %d banks with rows of %d words of %d bits need %" PRIu64,
                s.name[0] != '\0' ? "'bytes' of store '" : "'l2.bytes", s.name,
                "'", s.bytes, s.banks, s.bank_row_words,
                arch->precision_bits[t],
                (uint64_t)s.banks * ((row_bits + 7) / 8));
    }
    return true;
}

static bool clusters_fit(const struct arch *arch,
                         const struct arch_where *where, struct diag *d)
{
    if (arch->l1_cluster_cols > arch->cols)
        return diag_error(d, arch_where_of(where, "l1.cluster_cols"),
                          "'l1.cluster_cols' is %d; the array has %d columns",
                          arch->l1_cluster_cols, arch->cols);
    if (arch->l1_cluster_rows > arch->rows)
        return diag_error(d, arch_where_of(where, "l1.cluster_rows"),
                          "'l1.cluster_rows' is %d; the array has %d rows",
                          arch->l1_cluster_rows, arch->rows);
    int clusters = cluster_grid_rows(arch) * cluster_grid_cols(arch);
    if (clusters > CLUSTERS_MAX)
        return diag_error(d, arch_where_of(where, "l1.cluster_cols"),
                          "clusters of %d columns make %d of them; at most %d "
                          "are modelled: enlarge 'l1.cluster_cols' or "
                          "'l1.cluster_rows'",
                          arch->l1_cluster_cols, clusters, CLUSTERS_MAX);
    return true;
}

static bool l1_banks_suffice(const struct arch *arch,
                             const struct arch_where *where, struct diag *d)
{
    static const char *const key[TENSOR_N] = {
        [TENSOR_IFMAP] = "l1.ifmap_banks", [TENSOR_FILTER] = "l1.filter_banks"};
    int kept = arch->l1_tensor_banks[TENSOR_IFMAP] +
               arch->l1_tensor_banks[TENSOR_FILTER];
    if (kept > arch->l1_banks)
        return diag_error(d, arch_where_of(where, "l1.banks"),
                          "'l1.banks' is %d; %d are kept for single tensors",
                          arch->l1_banks, kept);
    for (int t = 0; t < TENSOR_PSUM; t++)
        if (!arch->l1_bypass[t] && arch->l1_tensor_banks[t] == 0 &&
            kept == arch->l1_banks)
            return diag_error(d, arch_where_of(where, key[t]),
                              "'%s' is 0 and no bank of L1 is shared; it needs "
                              "one",
                              key[t]);
    return true;
}

static bool l1_works(const struct arch *arch, const struct arch_where *where,
                     struct diag *d)
{
    if (!arch->has_l1)
        return true;
    if (arch->array_network != NETWORK_MULTICAST)
        return diag_error(d, arch_where_of(where, "array.network"),
                          "an L1 ('l1.bytes') feeds 'multicast' arrays; this "
                          "one is 'systolic'");
    return clusters_fit(arch, where, d) && l1_banks_suffice(arch, where, d);
}

static bool unknown_dram(const struct arch *arch,
                         const struct arch_where *where, struct diag *d)
{
    char *list = NULL;
    size_t list_bytes;
    FILE *to = text_stream(&list, &list_bytes);
    for (int i = 0; dram_parts[i].name != NULL; i++)
        fprintf(to, ", '%s'", dram_parts[i].name);
    SIM_CHECK(fclose(to) == 0);
    diag_error(d, arch_where_of(where, "dram.model"),
               "'dram.model' is '%s'; it may be 'ideal', 'bandwidth'%s",
               arch->dram_model, list);
    free(list);
    return false;
}

static bool dram_is_known(const struct arch *arch,
                          const struct arch_where *where, struct diag *d)
{
    bool has_bandwidth = strcmp(arch->dram_model, "bandwidth") == 0;
    if (has_bandwidth && arch->dram_bytes_per_second == 0)
        return diag_error(d, arch_where_of(where, "dram.model"),
                          "'dram.model' is 'bandwidth' without "
                          "'dram.bytes_per_second'; it needs one");
    if (has_bandwidth || strcmp(arch->dram_model, "ideal") == 0 ||
        dram_part_find(arch->dram_model) != NULL)
        return true;
    return unknown_dram(arch, where, d);
}

static bool is_bandwidth(const struct arch *arch)
{
    return strcmp(arch->dram_model, "bandwidth") == 0;
}

static bool is_part(const struct arch *arch)
{
    return dram_part_find(arch->dram_model) != NULL;
}

static bool has_l1(const struct arch *arch)
{
    return arch->has_l1;
}

/* Without an L1 it is the L1 that is lacking. */
static bool has_mesh(const struct arch *arch)
{
    return !arch->has_l1 || arch->l2_to_l1 == L2_TO_L1_MESH;
}

static bool has_trees(const struct arch *arch)
{
    return arch->psum_reduce == PSUM_TREE;
}

static bool has_shadow(const struct arch *arch)
{
    return arch->preload == PRELOAD_SHADOW;
}

static bool has_command_limit(const struct arch *arch)
{
    return arch->commands_in_flight > 0;
}

static bool has_chains(const struct arch *arch)
{
    return arch->fuse[0] != '\0';
}

static bool is_multicast(const struct arch *arch)
{
    return arch->array_network == NETWORK_MULTICAST;
}

#define OF_RATE "dram.model", NULL, is_bandwidth, "take 'bandwidth'", false
#define OF_L1 "l1.bytes", "0", has_l1, "give L1 some bytes", false
#define OF_SHADOW "array.preload", "serial", has_shadow, "take 'shadow'", false
#define OF_LINES "array.network", "systolic", is_multicast, "take 'multicast'"
#define OF_CHAINS "network.fuse", "", has_chains, "name chains of nodes", false
/* Keys that a part of the machine reads, which another key takes in or leaves
 * out. */
static const struct part_key {
    const char *key, *decided_by;
    const char *left_out_by; /* the value; NULL: any, of the DRAM's models */
    bool (*is_read)(const struct arch *arch);
    const char *remedy;
    bool in_file; /* a file may have it all the same */
} part_keys[] = {
    {"dram.bytes_per_second", OF_RATE},
    {"dram.latency_cycles", OF_RATE},
    {"dram.channels", "dram.model", NULL, is_part, "take a DRAM part", false},
    {"dram.layout", "dram.model", NULL, is_part, "take a DRAM part", false},
    {"dram.filter_order", "dram.model", NULL, is_part, "take a DRAM part",
     false},
    {"l1.cluster_cols", OF_L1},
    {"l1.cluster_rows", OF_L1},
    {"l1.banks", OF_L1},
    {"l1.ifmap_banks", OF_L1},
    {"l1.filter_banks", OF_L1},
    {"l1.ifmap_bypass", OF_L1},
    {"l1.filter_bypass", OF_L1},
    {"l1.bank_row_words", OF_L1},
    {"l1.ports", OF_L1},
    {"l1.latency_cycles", OF_L1},
    {"l1.input_slots", OF_L1},
    {"l1.keeps_tiles", OF_L1},
    {"noc.l2_to_l1", OF_L1},
    {"noc.l2_to_l1_slots_per_cycle", OF_L1},
    {"noc.mesh_buffer_flits", OF_L1},
    {"noc.mesh_buffer_flits", "noc.l2_to_l1", "multicast", has_mesh,
     "take 'mesh'", false},
    {"noc.tree_accumulates", "noc.psum_reduce", "chain", has_trees,
     "take 'tree'", false},
    {"array.groups_parallel", OF_LINES, false},
    {"array.strip_words", OF_SHADOW},
    {"array.strip_min_cycles", OF_SHADOW},
    {"array.commands_in_flight", OF_SHADOW},
    {"array.command_cycles", OF_SHADOW},
    {"array.command_cycles", "array.commands_in_flight", "0", has_command_limit,
     "take one or more", false},
    {"pe.pipeline_cycles", OF_LINES, true},
    {"noc.ifmap_waits_for_filters", OF_LINES, true},
    {"network.fuse_tile", OF_CHAINS},
    {"network.fuse_halos", OF_CHAINS},
};

/* What a part that the machine lacks would read has no effect.  A file's values
 * yield to a part that --set takes out; --set has no line. */
static bool parts_are_there(const struct arch *arch,
                            const struct arch_where *where, struct diag *d)
{
    bool ok = true;
    for (size_t i = 0; i < sizeof(part_keys) / sizeof(part_keys[0]); i++) {
        const struct part_key *k = &part_keys[i];
        const struct src_pos at = where->at[schema_find(k->key)];
        const struct src_pos by = where->at[schema_find(k->decided_by)];
        bool is_default = at.file == NULL;
        bool yields = at.line > 0 && by.file != NULL && by.line == 0;
        if (k->is_read(arch) || is_default || yields ||
            (k->in_file && at.line > 0))
            continue;
        ok = diag_error(d, at,
                        "'%s' has no effect, for '%s' is '%s'; leave it out, "
                        "or %s",
                        k->key, k->decided_by,
                        k->left_out_by != NULL ? k->left_out_by
                                               : arch->dram_model,
                        k->remedy);
    }
    return ok;
}

/* What only an array of the other networks does. */
static bool networks_have_it(const struct arch *arch,
                             const struct arch_where *where, struct diag *d)
{
    const bool is_systolic = arch->array_network == NETWORK_SYSTOLIC;
    bool ok = true;
    if (!is_systolic && arch->drain == DRAIN_OVERLAPPED)
        ok = diag_error(d, arch_where_of(where, "array.drain"),
                        "'array.drain' is 'overlapped', which systolic arrays "
                        "do; 'serial' is right for 'multicast'");
    if (!is_systolic && arch->tight_folds)
        ok = diag_error(d, arch_where_of(where, "array.tight_folds"),
                        "'array.tight_folds' is of systolic arrays; 'false' is "
                        "right for 'multicast'");
    if (is_systolic && arch->psum_reduce == PSUM_TREE)
        ok = diag_error(d, arch_where_of(where, "noc.psum_reduce"),
                        "'noc.psum_reduce' is 'tree', which multicast arrays "
                        "have; 'chain' is right for 'systolic'");
    return ok;
}

/* Floats have the widths of their formats, and products of two types or sums of
 * floats in whole numbers are of no chip. */
static bool numbers_exist(const struct arch *arch,
                          const struct arch_where *where, struct diag *d)
{
    static const char *const name[TENSOR_N] = {"ifmap", "filter", "psum"};
    const enum number_type *type = arch->precision_type;
    bool ok = true;
    for (int t = 0; t < TENSOR_N; t++) {
        const int bits = arch->precision_bits[t];
        char key[32];
        snprintf(key, sizeof(key), "precision.%s_bits", name[t]);
        if (type[t] == NUMBER_FP && bits != 16 && bits != 32)
            ok = diag_error(d, arch_where_of(where, key),
                            "'%s' is %d and the type is 'fp'; 16 or 32 is "
                            "right",
                            key, bits);
        if (type[t] == NUMBER_BF && bits != 16)
            ok = diag_error(d, arch_where_of(where, key),
                            "'%s' is %d and the type is 'bf'; 16 is right", key,
                            bits);
    }
    if (type[TENSOR_IFMAP] != type[TENSOR_FILTER])
        ok = diag_error(d, arch_where_of(where, "precision.filter_type"),
                        "'precision.filter_type' is not as "
                        "'precision.ifmap_type'; a multiplier takes two of a "
                        "type");
    if ((type[TENSOR_PSUM] == NUMBER_INT) != (type[TENSOR_IFMAP] == NUMBER_INT))
        ok = diag_error(d, arch_where_of(where, "precision.psum_type"),
                        "'precision.psum_type' is %s and the operands are %s; "
                        "%s is right",
                        type[TENSOR_PSUM] == NUMBER_INT ? "'int'" : "a float",
                        type[TENSOR_IFMAP] == NUMBER_INT ? "'int'" : "floats",
                        type[TENSOR_IFMAP] == NUMBER_INT ? "'int'"
                                                         : "'fp' or 'bf'");
    return ok;
}

static bool pairs_fit(const struct arch *arch, const struct arch_where *where,
                      struct diag *d)
{
    static const char *const key[TENSOR_N] = {"precision.ifmap_bits",
                                              "precision.filter_bits",
                                              "precision.ofmap_bits"};
    bool ok = true;
    for (int t = 0; t < TENSOR_N; t++) {
        if (t == TENSOR_FILTER || arch->compression == COMPRESSION_NONE ||
            rlc_pairs_per_word(arch_map_bits(arch, (enum tensor)t)) > 0)
            continue;
        ok = diag_error(d, arch_where_of(where, key[t]),
                        "'%s' is %d; 'dram.compression' = 'rlc' takes at most "
                        "58 bits",
                        key[t], arch_map_bits(arch, (enum tensor)t));
    }
    return ok;
}

/* Every step of an array with second registers takes a cycle. */
static bool shadow_words_flow(const struct arch *arch,
                              const struct arch_where *where, struct diag *d)
{
    static const char *const name[] = {[NETWORK_FILTER] = "filter",
                                       [NETWORK_IFMAP] = "ifmap",
                                       [NETWORK_PSUM_IN] = "psum_in",
                                       [NETWORK_PSUM_OUT] = "psum_out"};
    bool ok = true;
    if (arch->preload != PRELOAD_SHADOW)
        return true;
    if (arch->array_network != NETWORK_SYSTOLIC)
        return diag_error(d, arch_where_of(where, "array.preload"),
                          "'array.preload' = 'shadow' is of 'systolic' arrays; "
                          "this one is 'multicast' (it may be 'serial')");
    if (arch->tight_folds)
        ok = diag_error(d, arch_where_of(where, "array.tight_folds"),
                        "'array.preload' = 'shadow' with 'array.tight_folds' "
                        "is not modelled ('array.tight_folds' may be false)");
    for (int k = 0; k < (int)(sizeof(name) / sizeof(name[0])); k++) {
        const bool is_operand = k == NETWORK_FILTER || k == NETWORK_IFMAP;
        const int need =
            is_operand && arch->rows > arch->cols ? arch->rows : arch->cols;
        const int width =
            arch->network[k].words_per_slot * arch->network[k].slots_per_cycle;
        if (width < need)
            ok = diag_error(d, arch_where_of(where, "array.preload"),
                            "'array.preload' = 'shadow' needs edges that never "
                            "make the array wait; 'noc.%s' takes %d words a "
                            "cycle (it may take %d or more)",
                            name[k], width, need);
    }
    return ok;
}

/* Whether each of a list is an operation that `may` lets by. */
static bool ops_exist(const char ops[24][16], const char *key,
                      bool (*may)(enum layer_op), const char *which,
                      const struct arch_where *where, struct diag *d)
{
    bool ok = true;
    for (int i = 0; ops[i][0] != '\0'; i++) {
        int op = LAYER_OPS;
        while (op < LAYER_OP_N && strcmp(layer_op_name[op], ops[i]) != 0)
            op++;
        if (op == LAYER_OP_N || !may((enum layer_op)op))
            ok =
                diag_error(d, arch_where_of(where, key),
                           "'%s' has '%s'; it may have %s", key, ops[i], which);
    }
    return ok;
}

static bool is_word_by_word(enum layer_op op)
{
    return op == LAYER_relu || op == LAYER_relu6 || op == LAYER_gelu ||
           op == LAYER_silu || op == LAYER_sigmoid || op == LAYER_tanh ||
           op == LAYER_batchnorm;
}

/* Views move nothing, and need no unit. */
static bool is_work(enum layer_op op)
{
    return op != LAYER_concat && op != LAYER_split && op != LAYER_reshape;
}

static bool vector_unit_works(const struct arch *arch,
                              const struct arch_where *where, struct diag *d)
{
    bool ok = ops_exist(arch->vector_ops, "vector.ops", is_work,
                        "operations without a MAC loop, and none that moves "
                        "nothing (docs/networks.md)",
                        where, d);
    ok = ops_exist(arch->vector_epilogue, "vector.epilogue", is_word_by_word,
                   "relu, relu6, gelu, silu, sigmoid, tanh and batchnorm",
                   where, d) &&
         ok;
    if (arch->vector_lanes == 0 && arch->vector_ops[0][0] != '\0')
        ok = diag_error(d, arch_where_of(where, "vector.ops"),
                        "'vector.ops' needs a unit and 'vector.lanes' is 0; 1 "
                        "or more are needed");
    if (arch->vector_lanes > 0 && arch->vector_ops[0][0] == '\0')
        ok = diag_error(d, arch_where_of(where, "vector.lanes"),
                        "'vector.lanes' is %d and 'vector.ops' has no "
                        "operation for them; some are needed",
                        arch->vector_lanes);
    return ok;
}

bool arch_check(const struct arch *arch, const struct arch_where *where,
                struct diag *d)
{
    bool ok = fifos_take_a_slot(arch, where, d);
    ok = dataflows_exist(arch, where, d) && ok;
    ok = banks_suffice(arch, where, d) && ok;
    ok = l2_accumulators_fit(arch, arch_where_of(where, "l2.accumulator_bytes"),
                             d) &&
         ok;
    ok = l1_works(arch, where, d) && ok;
    ok = numbers_exist(arch, where, d) && ok;
    ok = pairs_fit(arch, where, d) && ok;
    ok = shadow_words_flow(arch, where, d) && ok;
    ok = networks_have_it(arch, where, d) && ok;
    ok = vector_unit_works(arch, where, d) && ok;
    return dram_is_known(arch, where, d) && parts_are_there(arch, where, d) &&
           ok;
}
