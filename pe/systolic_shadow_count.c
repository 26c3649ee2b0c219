/* systolic_shadow_count.c - what a cycle of an array with second registers adds
 * to its counts, and the cycles behind it that add the same.
 * SPDX-License-Identifier: MIT
 */
#include "pe/systolic_shadow_state.h"

/* After all rows. */
void systolic_shadow_sum(struct systolic_shadow *s)
{
    struct shadow_sums *n = &s->sums;
    const int plane = s->rows * s->words;
    const uint64_t *macs = s->then.macs, *psum = s->then.psum;
    const uint64_t *last_row = shadow_row(s, s->then.psum, s->rows - 1);
    n->left = shadow_bits(s->then.left, plane);
    n->macs = shadow_bits(macs, plane);
    n->work = shadow_bits(s->then.had_work, plane);
    n->drains = shadow_bits(s->then.drains, plane);
    n->psum_links = shadow_bits(psum, plane) - shadow_bits(psum, s->words);
    n->psum_out = shadow_bits(last_row, s->words);
    for (int row = 0; row < s->rows; row++)
        n->enters += shadow_row(s, s->then.left, row)[0] & 1;
    uint64_t read[SHADOW_WORDS_MAX];
    for (int w = 0; w < s->words; w++)
        read[w] = psum[w] & s->psum_was_read[w];
    n->psum_in = shadow_bits(read, s->words);
    for (int w = 0; w < s->words; w++)
        read[w] = macs[w] & ~s->psum_was_read[w];
    n->first_macs = shadow_bits(read, s->words);
}

void systolic_shadow_count(struct systolic_shadow *s, uint64_t cycles)
{
    const struct shadow_sums *sums = &s->sums;
    const struct shadow_wave *last = &s->wave[s->n_waves - 1];
    struct pass_counts *n = &s->counts;
    const bool is = last->pass.kind == SYSTOLIC_IS;
    n->cycles += cycles;
    n->flight_cycles += cycles;
    if (shadow_word(s, 0) > 0)
        n->stream_cycles += cycles;
    else if (last->loads && last->load_step < s->rows)
        n->load_cycles += cycles;
    *(is ? &n->ifmap_sent : &n->filter_sent) += cycles * sums->load_enters;
    *(is ? &n->ifmap_hops : &n->filter_hops) += cycles * sums->load_moves;
    *(is ? &n->ifmap_delivered : &n->filter_delivered) += cycles * sums->loaded;
    *(is ? &n->filter_sent : &n->ifmap_sent) += cycles * sums->enters;
    *(is ? &n->filter_hops : &n->ifmap_hops) += cycles * sums->left;
    *(is ? &n->filter_delivered : &n->ifmap_delivered) += cycles * sums->macs;
    n->macs += cycles * sums->macs;
    n->first_macs += cycles * sums->first_macs;
    n->psum_in_words += cycles * sums->psum_in;
    n->psum_out_words += cycles * sums->psum_out;
    n->psum_out_hops += cycles * sums->psum_out;
    n->psum_link_words += cycles * sums->psum_links;
    n->pe_cycles[PE_MAC] += cycles * sums->macs;
    n->pe_cycles[PE_DRAIN] += cycles * sums->drains;
    n->pe_cycles[PE_FILL] += cycles * (sums->work - sums->macs - sums->drains);
}

static uint64_t min_cycles(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* One pass alone flows, its words have come to all PEs without a gap, and no
 * others move: until it changes, each cycle does the same. */
static uint64_t alike_cycles(const struct systolic_shadow *s)
{
    const int all = s->rows + s->cols;
    const struct shadow_wave *wave = &s->wave[0];
    const struct shadow_wave *next = s->n_waves > 1 ? wave + 1 : NULL;
    const struct strip_walk *strip = &s->walk;
    if (s->has_values || s->n_waves < 1 || s->n_waves > 2 || !wave->flows ||
        systolic_shadow_is_done(s) || (next != NULL && next->flows))
        return 0;
    const uint64_t at = wave->flow_step;
    const uint64_t end = strip->begins + strip->words;
    if (at < strip->begins + (uint64_t)all || at + 1 >= end ||
        s->sums.load_moves > 0)
        return 0;
    uint64_t cycles = end - 1 - at;
    if (next != NULL && next->loads && next->load_step < all - 1)
        return 0;
    if (next != NULL && !next->loads)
        cycles = min_cycles(cycles, wave->span.last_begins - at - 1);
    if (s->alone_cycles > 0)
        cycles = min_cycles(cycles, s->alone_cycles - 1);
    return cycles;
}

uint64_t systolic_shadow_skip(struct systolic_shadow *s, uint64_t most_cycles)
{
    const uint64_t cycles = min_cycles(alike_cycles(s), most_cycles);
    if (cycles == 0)
        return 0;
    systolic_shadow_count(s, cycles);
    s->wave[0].flow_step += (uint32_t)cycles;
    if (s->alone_cycles > 0)
        s->alone_cycles -= cycles;
    return cycles;
}
