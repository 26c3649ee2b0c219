/* arch.c - what follows from an accelerator's description.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/arch.h"

#include <string.h>

const char *const level_name[LEVEL_N] = {
    [LEVEL_RF] = "rf",           [LEVEL_L1] = "l1",
    [LEVEL_INNER_2] = "inner_2", [LEVEL_INNER_3] = "inner_3",
    [LEVEL_INNER_4] = "inner_4", [LEVEL_L2] = "l2",
    [LEVEL_DRAM] = "dram",
};
const char *const level_network_name[LEVEL_NETWORK_KINDS] = {
    "multicast", "point_to_point", "mesh"};
const char *const level_reduce_name[LEVEL_REDUCES] = {"chain", "tree", "none"};
const char *const level_flow_name[FLOW_N] = {"ifmap", "filter", "psum_in",
                                             "psum_out", "psum_link"};

void arch_of_layer(const struct arch *arch, const struct layer *layer,
                   struct arch *out)
{
    *out = *arch;
    for (int t = 0; t < TENSOR_N; t++)
        if (layer->bits[t] > 0)
            out->precision_bits[t] = layer->bits[t];
    if (layer->ofmap_bits > 0)
        out->ofmap_bits = layer->ofmap_bits;
}

bool arch_skips(const struct arch *arch, enum tensor tensor)
{
    for (int i = 0; arch->skips[i][0] != '\0'; i++)
        if (tensor != TENSOR_PSUM &&
            (strcmp(arch->skips[i], "both") == 0 ||
             strcmp(arch->skips[i], tensor_name[tensor]) == 0))
            return true;
    return false;
}

bool arch_skips_any(const struct arch *arch)
{
    return arch->skips[0][0] != '\0';
}

bool arch_lists_op(const char ops[24][16], enum layer_op op)
{
    for (int i = 0; ops[i][0] != '\0'; i++)
        if (strcmp(ops[i], layer_op_name[op]) == 0)
            return true;
    return false;
}

uint64_t arch_macs_per_cycle(const struct arch *arch)
{
    return (uint64_t)arch_pes(arch) * (arch->multipliers > 1 ? 2 : 1);
}

int arch_pes(const struct arch *arch)
{
    return arch->rows * arch->cols;
}

bool arch_axis_holds(const char *held, const char *loops)
{
    if (held[0] == '\0')
        return true;
    for (; *loops != '\0'; loops++) {
        const char *h = held;
        while (*h != '\0' && *h != *loops)
            h++;
        if (*h == '\0')
            return false;
    }
    return true;
}

int arch_ofmap_bits(const struct arch *arch)
{
    return arch->ofmap_bits > 0 ? arch->ofmap_bits
                                : arch->precision_bits[TENSOR_IFMAP];
}

int arch_significand_bits(const struct arch *arch, enum tensor tensor)
{
    switch (arch->precision_type[tensor]) {
    case NUMBER_FP:
        return arch->precision_bits[tensor] == 16 ? 11 : 24;
    case NUMBER_BF:
        return 8;
    default:
        return 0;
    }
}

int arch_map_bits(const struct arch *arch, enum tensor tensor)
{
    return tensor == TENSOR_PSUM ? arch_ofmap_bits(arch)
                                 : arch->precision_bits[tensor];
}

int arch_groups_max(const struct arch *arch)
{
    const bool hold = arch_axis_holds(arch->rows_hold, "g") &&
                      arch_axis_holds(arch->cols_hold, "g");
    return hold && arch->groups_parallel > 1 ? arch->groups_parallel : 1;
}

int arch_l2_memories(const struct arch *a)
{
    return a->n_l2_stores > 0 ? a->n_l2_stores : 1;
}

struct l2_store arch_l2_memory(const struct arch *a, int k)
{
    if (a->n_l2_stores > 0)
        return a->l2_store[k];
    return (struct l2_store){
        .bytes = a->l2_bytes,
        .banks = a->l2_banks,
        .bank_row_words = a->l2_bank_row_words,
        .ports = a->l2_ports,
        .latency_cycles = a->l2_latency_cycles,
        .holds = {true, true, true},
        .spills = true,
    };
}

/* The store that holds a tensor; NULL: L2 is one memory, which the keys of L2
 * itself describe.  For those who ask for each of a million mappings. */
static const struct l2_store *named_store(const struct arch *a,
                                          enum tensor tensor)
{
    int k = 0;
    while (k + 1 < a->n_l2_stores && !a->l2_store[k].holds[tensor])
        k++;
    return a->n_l2_stores > 0 ? &a->l2_store[k] : NULL;
}

struct l2_store arch_l2_store(const struct arch *a, enum tensor tensor)
{
    const struct l2_store *store = named_store(a, tensor);
    return store != NULL ? *store : arch_l2_memory(a, 0);
}

int arch_l2_banks_of(const struct arch *a, enum tensor tensor)
{
    const struct l2_store *store = named_store(a, tensor);
    return store != NULL ? store->banks : a->l2_banks;
}

static int tensors_of(const struct l2_store *s)
{
    return s->holds[TENSOR_IFMAP] + s->holds[TENSOR_FILTER] +
           s->holds[TENSOR_PSUM];
}

int arch_l2_own_banks(const struct arch *a, enum tensor tensor)
{
    const struct l2_store *store = named_store(a, tensor);
    if (store == NULL)
        return a->l2_tensor_banks[tensor];
    return tensors_of(store) == 1 ? store->banks : 0;
}

int arch_l2_shared_banks(const struct arch *a)
{
    int shared = a->n_l2_stores == 0 ? a->l2_banks : 0;
    for (int k = 0; k < a->n_l2_stores; k++)
        if (tensors_of(&a->l2_store[k]) > 1)
            shared += a->l2_store[k].banks;
    for (int t = 0; t < TENSOR_N && a->n_l2_stores == 0; t++)
        shared -= a->l2_tensor_banks[t];
    return shared;
}

int arch_l2_latency_cycles(const struct arch *a)
{
    int most = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const int one = arch_l2_store(a, (enum tensor)t).latency_cycles;
        most = one > most ? one : most;
    }
    return most;
}

uint64_t arch_l2_port_cycles(const struct arch *a, enum tensor tensor,
                             int banks, uint64_t read_words,
                             uint64_t written_words)
{
    const struct l2_store store = arch_l2_store(a, tensor);
    const uint64_t width = (uint64_t)banks * (uint64_t)store.bank_row_words;
    const uint64_t reads = read_words / width + (read_words % width > 0);
    const uint64_t writes = written_words / width + (written_words % width > 0);
    if (store.ports == BANK_1RW)
        return reads + writes;
    return reads > writes ? reads : writes;
}

int arch_l1s(const struct arch *arch)
{
    if (!arch->has_l1)
        return 0;
    const int rows =
        arch->l1_cluster_rows > 0 ? arch->l1_cluster_rows : arch->rows;
    const int cols =
        arch->l1_cluster_cols > 0 ? arch->l1_cluster_cols : arch->cols;
    return ((arch->rows + rows - 1) / rows) * ((arch->cols + cols - 1) / cols);
}

int arch_l2_slots(const struct arch *arch, enum network network)
{
    bool to_l1 = network == NETWORK_FILTER || network == NETWORK_IFMAP;
    if (!arch->has_l1 || !to_l1)
        return arch->network[network].slots_per_cycle;
    return arch->l2_to_l1 == L2_TO_L1_MESH ? 1 : arch->l2_to_l1_slots_per_cycle;
}

uint64_t arch_l2_bank_words(const struct arch *arch, enum tensor tensor)
{
    /* A bank consists of whole rows: odd bytes at its end hold nothing. */
    const struct l2_store *store = named_store(arch, tensor);
    const uint64_t bytes = store != NULL ? store->bytes : arch->l2_bytes;
    const int row_words =
        store != NULL ? store->bank_row_words : arch->l2_bank_row_words;
    uint64_t bank_bits = bytes / (uint64_t)arch_l2_banks_of(arch, tensor) * 8;
    uint64_t words = bank_bits / (uint64_t)arch->precision_bits[tensor];
    uint64_t row = (uint64_t)row_words;
    return words >= row ? words / row * row : 0;
}

bool arch_has_levels(const struct arch *a)
{
    return a->level[LEVEL_DRAM].name[0] != '\0';
}

bool arch_has_level(const struct arch *a, enum level level)
{
    if (arch_has_levels(a))
        return a->level[level].name[0] != '\0';
    return level == LEVEL_RF || level == LEVEL_L2 || level == LEVEL_DRAM ||
           (level == LEVEL_L1 && a->has_l1);
}

const char *arch_level_name(const struct arch *a, enum level level)
{
    return arch_has_levels(a) ? a->level[level].name : level_name[level];
}

const struct l2_store *arch_level_store(const struct arch *a, enum level level,
                                        enum tensor tensor)
{
    const struct level_arch *at = &a->level[level];
    for (int k = 0; k < at->n_stores; k++)
        if (at->store[k].holds[tensor])
            return &at->store[k];
    return NULL;
}

bool arch_level_holds(const struct arch *a, enum level level,
                      enum tensor tensor)
{
    if (!arch_has_levels(a) || level == LEVEL_DRAM)
        return arch_has_level(a, level);
    return arch_level_store(a, level, tensor) != NULL;
}

int arch_level_inside(const struct arch *a, int level)
{
    do
        level--;
    while (level >= 0 && !arch_has_level(a, (enum level)level));
    return level;
}

bool arch_level_has_network(const struct arch *a, enum level level)
{
    const struct level_arch *at = &a->level[level];
    return level != LEVEL_DRAM &&
           (at->rows * at->cols > 1 || at->flow_words[FLOW_IFMAP] > 0);
}

bool arch_level_has_mesh(const struct arch *a, enum level level)
{
    return arch_level_has_network(a, level) &&
           a->level[level].network == LEVEL_MESH;
}

/* What passes 64 bits stays at their end. */
static uint64_t times(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

uint64_t arch_level_instances(const struct arch *a, int level)
{
    uint64_t n = 1;
    for (int k = LEVEL_DRAM; k > level; k--)
        if (arch_has_level(a, (enum level)k))
            n = times(n,
                      (uint64_t)a->level[k].rows * (uint64_t)a->level[k].cols);
    return n;
}
