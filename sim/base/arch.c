/* arch.c - what follows from an accelerator's description.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/arch.h"

#include <string.h>

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

int arch_pes(const struct arch *arch)
{
    return arch->rows * arch->cols;
}

bool arch_axis_holds(const char *held, const char *loops)
{
    return held[0] == '\0' || strspn(loops, held) == strlen(loops);
}

int arch_ofmap_bits(const struct arch *arch)
{
    return arch->ofmap_bits > 0 ? arch->ofmap_bits
                                : arch->precision_bits[TENSOR_IFMAP];
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

struct l2_store arch_l2_store(const struct arch *a, enum tensor tensor)
{
    int k = 0;
    while (k + 1 < a->n_l2_stores && !a->l2_store[k].holds[tensor])
        k++;
    return arch_l2_memory(a, k);
}

static int tensors_of(const struct l2_store *s)
{
    return s->holds[TENSOR_IFMAP] + s->holds[TENSOR_FILTER] +
           s->holds[TENSOR_PSUM];
}

int arch_l2_own_banks(const struct arch *a, enum tensor tensor)
{
    if (a->n_l2_stores == 0)
        return a->l2_tensor_banks[tensor];
    const struct l2_store store = arch_l2_store(a, tensor);
    return tensors_of(&store) == 1 ? store.banks : 0;
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
    const struct l2_store store = arch_l2_store(arch, tensor);
    uint64_t bank_bits = store.bytes / (uint64_t)store.banks * 8;
    uint64_t words = bank_bits / (uint64_t)arch->precision_bits[tensor];
    uint64_t row = (uint64_t)store.bank_row_words;
    return words >= row ? words / row * row : 0;
}
