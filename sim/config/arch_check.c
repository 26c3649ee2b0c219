/* arch_check.c - checks the values of an architecture against each other: fifos
 * and slots, banks and tensors, clusters and the array, names of dataflows and
 * of the DRAM. Every fault is reported at the line of its key.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/arch_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/placement.h"
#include "mem/dram.h"
#include "mem/rlc.h"
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
    if (kept > arch->l2_banks)
        return diag_error(d, arch_where_of(where, "l2.banks"),
                          "'l2.banks' is %d; %d are kept for single tensors",
                          arch->l2_banks, kept);
    for (int t = 0; t < TENSOR_N; t++)
        if (arch_l2_bank_words(arch, (enum tensor)t) == 0)
            return diag_error(
                d, arch_where_of(where, "l2.bytes"),
                "'l2.bytes' is %" PRIu64
                "; %d banks with rows of %d words of %d bits need %" PRIu64,
                arch->l2_bytes, arch->l2_banks, arch->l2_bank_row_words,
                arch->precision_bits[t],
                (uint64_t)arch->l2_banks *
                    (((uint64_t)arch->l2_bank_row_words *
                          (uint64_t)arch->precision_bits[t] +
                      7) /
                     8));
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
    FILE *to = open_memstream(&list, &list_bytes);
    SIM_CHECK(to != NULL);
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

/* Keys that one kind of model reads have no effect under another.  Those of a
 * file yield to a model that --set names; --set has no line. */
static bool dram_is_alone(const struct arch *arch,
                          const struct arch_where *where, struct diag *d)
{
    static const struct {
        const char *key;
        bool of_part; /* or of 'bandwidth' */
    } keys[] = {{"dram.bytes_per_second", false},
                {"dram.latency_cycles", false},
                {"dram.layout", true},
                {"dram.filter_order", true}};
    const struct src_pos model = where->at[schema_find("dram.model")];
    const bool is_bandwidth = strcmp(arch->dram_model, "bandwidth") == 0;
    const bool is_part = dram_part_find(arch->dram_model) != NULL;
    bool ok = true;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const struct src_pos at = where->at[schema_find(keys[i].key)];
        bool is_default = at.file == NULL;
        bool yields = at.line > 0 && model.file != NULL && model.line == 0;
        bool is_read = keys[i].of_part ? is_part : is_bandwidth;
        if (is_read || is_default || yields)
            continue;
        ok = diag_error(d, at,
                        "'%s' has no effect, for 'dram.model' is '%s'; "
                        "leave it out, or take %s",
                        keys[i].key, arch->dram_model,
                        keys[i].of_part ? "a DRAM part" : "'bandwidth'");
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

static bool pairs_fit(const struct arch *arch, const struct arch_where *where,
                      struct diag *d)
{
    static const char *const key[TENSOR_N] = {
        "precision.ifmap_bits", "precision.filter_bits", "precision.psum_bits"};
    bool ok = true;
    for (int t = 0; t < TENSOR_N; t++) {
        if (t == TENSOR_FILTER || arch->compression == COMPRESSION_NONE ||
            rlc_pairs_per_word(arch->precision_bits[t]) > 0)
            continue;
        ok = diag_error(d, arch_where_of(where, key[t]),
                        "'%s' is %d; 'dram.compression' = 'rlc' takes at most "
                        "58 bits",
                        key[t], arch->precision_bits[t]);
    }
    return ok;
}

bool arch_check(const struct arch *arch, const struct arch_where *where,
                struct diag *d)
{
    bool ok = fifos_take_a_slot(arch, where, d);
    ok = dataflows_exist(arch, where, d) && ok;
    ok = banks_suffice(arch, where, d) && ok;
    ok = l1_works(arch, where, d) && ok;
    ok = pairs_fit(arch, where, d) && ok;
    ok = networks_have_it(arch, where, d) && ok;
    return dram_is_known(arch, where, d) && dram_is_alone(arch, where, d) && ok;
}
