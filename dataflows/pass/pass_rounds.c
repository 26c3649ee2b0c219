/* pass_rounds.c - counts slots by groups of destinations that are alike.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/pass/pass_rounds.h"

#include <limits.h>

static void add_dests(struct pass_dests *to, int n, int words, int filters,
                      int products)
{
    if (n <= 0 || words <= 0)
        return;
    to->n[to->kinds] = n;
    to->words[to->kinds] = words;
    to->filters[to->kinds] = filters;
    to->products[to->kinds++] = products;
}

struct pass_dests pass_held_dests(const struct multicast_pass *d)
{
    const int groups = multicast_groups(d), others = d->sets - groups;
    const int blocks = d->blocks - 1, rows = d->block_rows;
    const int taps = d->channels * d->filter_cols;
    const int taps_tail = d->channels_tail * d->filter_cols;
    const int f = d->filters, f_tail = d->filters_tail;
    struct pass_dests to = {.kinds = 0};
    add_dests(&to, others * blocks * rows, f * taps, f, f * taps);
    add_dests(&to, others * rows, f * taps_tail, f, f * taps_tail);
    add_dests(&to, groups * blocks * rows, f_tail * taps, f_tail,
              f_tail * taps);
    add_dests(&to, groups * rows, f_tail * taps_tail, f_tail,
              f_tail * taps_tail);
    return to;
}

struct pass_dests pass_window_dests(const struct multicast_pass *d)
{
    const int groups = multicast_groups(d);
    const int heights =
        touched(d->set_chains, d->chain_step, d->block_rows, d->row_step);
    /* All sets of a group take a word. */
    const int f = d->sets > groups ? d->filters : d->filters_tail;
    struct pass_dests to = {.kinds = 0};
    add_dests(&to, groups * (d->blocks - 1) * heights, d->channels, f,
              f * d->channels * d->filter_cols);
    add_dests(&to, groups * heights, d->channels_tail, f,
              f * d->channels_tail * d->filter_cols);
    return to;
}

struct pass_dests pass_psum_dests(const struct multicast_pass *d)
{
    const int groups = multicast_groups(d);
    /* A chain's PEs at its bottom are in the first block. */
    const int taps =
        (d->blocks > 1 ? d->channels : d->channels_tail) * d->filter_cols;
    struct pass_dests to = {.kinds = 0};
    add_dests(&to, (d->sets - groups) * d->set_chains, d->filters, d->filters,
              d->filters * taps);
    add_dests(&to, groups * d->set_chains, d->filters_tail, d->filters_tail,
              d->filters_tail * taps);
    return to;
}

int pass_row_words(const struct arch *a, enum network k)
{
    static const enum tensor tensor_of[NETWORK_N] = {
        TENSOR_FILTER, TENSOR_IFMAP, TENSOR_PSUM, TENSOR_PSUM};
    return arch_l2_store(a, tensor_of[k]).bank_row_words;
}

int pass_slot_words(const struct arch *a, enum network k, int banks)
{
    return min_int(a->network[k].words_per_slot, banks * pass_row_words(a, k));
}

uint64_t pass_chunks_cycles(const struct arch *a, enum network k, int banks,
                            const struct pass_dests *to, int chunks)
{
    const int wide = pass_slot_words(a, k, banks), slots = arch_l2_slots(a, k);
    uint64_t cycles = 0;
    for (int done = 0; done < chunks;) {
        int n = 0, next = chunks; /* chunks to the next end of some */
        for (int i = 0; i < to->kinds; i++) {
            const int its = ceil_div(to->words[i], wide);
            if (its <= done)
                continue;
            n += to->n[i];
            next = min_int(next, its);
        }
        if (n == 0)
            break;
        cycles += (uint64_t)(next - done) * (uint64_t)ceil_div(n, slots);
        done = next;
    }
    return cycles;
}

uint64_t pass_round_words(const struct pass_dests *to)
{
    uint64_t words = 0;
    for (int i = 0; i < to->kinds; i++)
        words += (uint64_t)to->n[i] * (uint64_t)to->words[i];
    return words;
}

uint64_t pass_round_cycles(const struct arch *a, enum network k, int banks,
                           const struct pass_dests *to)
{
    const uint64_t of_banks = (uint64_t)banks * (uint64_t)pass_row_words(a, k);
    return max_u64(pass_chunks_cycles(a, k, banks, to, INT_MAX),
                   ceil_div_u64(pass_round_words(to), of_banks));
}
