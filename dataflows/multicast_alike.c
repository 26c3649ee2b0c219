/* multicast_alike.c - the simplest pass of those with the same timing.
 *
 * Ifmap rows between those that PEs work on cost nothing, as a stream passes
 * over destinations without words; banks beyond those that all slots of a cycle
 * can touch are never asked for; and groups of a second run that are as long as
 * those of the first only go on.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/multicast_alike.h"

#include "sim/base/result.h"

/* Rows that the slots of a cycle touch wherever in a row they begin. */
static uint16_t rows_touched(const struct arch *a, enum tensor tensor)
{
    const int row_words = arch_l2_store(a, tensor).bank_row_words;
    uint64_t most = 1;
    for (int k = 0; k < NETWORK_N; k++) {
        const struct network_arch *net = &a->network[k];
        int slots = net->slots_per_cycle;
        if (a->has_l1 && a->l2_to_l1_slots_per_cycle > slots)
            slots = a->l2_to_l1_slots_per_cycle;
        const uint64_t words = (uint64_t)slots * (uint64_t)net->words_per_slot;
        const uint64_t rows =
            ceil_div_u64(words + (uint64_t)row_words - 1, (uint64_t)row_words);
        most = rows > most ? rows : most;
    }
    return most < UINT16_MAX ? (uint16_t)most : UINT16_MAX;
}

void multicast_alike_of(const struct arch *a, struct multicast_alike *out)
{
    for (int t = 0; t < TENSOR_N; t++)
        out->wide_banks[t] = rows_touched(a, (enum tensor)t);
    out->psums_share_ports = arch_l2_store(a, TENSOR_PSUM).ports == BANK_1RW;
}

/* PE (chain y, row i) works on row y * chain_step + i * row_step: with one
 * chain or one row of PEs, the order of these is that of the PEs. */
static void close_rows(struct multicast_pass *d)
{
    if (d->block_rows == 1) {
        d->chain_step = 1;
        d->row_step = 0;
    } else if (d->set_chains == 1) {
        d->chain_step = 1;
        d->row_step = d->row_step > 0;
    }
}

static void join_groups(struct multicast_pass *d)
{
    if (d->groups[1] > 0 && d->windows[0] != d->windows[1])
        return;
    d->groups[0] += d->groups[1];
    d->groups[1] = d->windows[1] = 0;
}

void multicast_make_simple(const struct multicast_alike *alike,
                           struct multicast_pass *d)
{
    close_rows(d);
    join_groups(d);
    for (int t = 0; t < TENSOR_N; t++) {
        /* Which banks two streams meet in depends on how many there are. */
        if (t == TENSOR_PSUM && alike->psums_share_ports && d->psum_in)
            continue;
        if (d->banks[t] > alike->wide_banks[t])
            d->banks[t] = alike->wide_banks[t];
    }
}
