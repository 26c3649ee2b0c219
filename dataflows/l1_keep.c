/* l1_keep.c - which words L1s keep from one pass to the next, of programs.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/l1_keep.h"

#include <string.h>

#include "dataflows/l1_shape.h"
#include "dataflows/placement.h"
#include "noc/stream.h"

bool l1_keep_same_shape(const struct multicast_pass *a,
                        const struct multicast_pass *b)
{
    struct multicast_pass one = *a, other = *b;
    one.psum_in = other.psum_in = 0;
    one.emit_last = other.emit_last = 0;
    memset(one.kept, 0, sizeof(one.kept));
    memset(other.kept, 0, sizeof(other.kept));
    return memcmp(&one, &other, sizeof(one)) == 0;
}

/* Rows that fill up in each L1. */
struct filling {
    const struct arch *arch;
    struct pe_sets used;
    int slot_words, row_words;
    uint64_t rows[CLUSTERS_MAX];
    uint64_t clusters; /* bit k: of the destination at hand */
};

static void reach(struct filling *f, int b, int i, int t, int y)
{
    f->clusters |= (uint64_t)1 << cluster_of(
                       f->arch, place_pe(f->arch, &f->used, b, i, t, y));
}

/* So many rounds of so many words for the destination at hand. */
static void fill(struct filling *f, uint64_t rounds, int words)
{
    const int whole = words / f->slot_words, rest = words % f->slot_words;
    const int rows = whole * ceil_div(f->slot_words, f->row_words) +
                     ceil_div(rest, f->row_words);
    for (int c = 0; c < CLUSTERS_MAX; c++)
        if ((f->clusters >> c & 1) != 0)
            f->rows[c] =
                count_add(f->rows[c], count_mul(rounds, (uint64_t)rows));
    f->clusters = 0;
}

static int block_channels(const struct multicast_pass *d, int b)
{
    return b == d->blocks - 1 ? d->channels_tail : d->channels;
}

static void fill_held(struct filling *f, const struct multicast_pass *d)
{
    const int sets = multicast_group_sets(d);
    uint64_t rounds = 1;
    if (d->held_streams)
        rounds = multicast_windows(d);
    for (int t = 0; t < d->sets; t++)
        for (int b = 0; b < d->blocks; b++)
            for (int i = 0; i < d->block_rows; i++) {
                const int filters =
                    t % sets == sets - 1 ? d->filters_tail : d->filters;
                for (int y = 0; y < d->set_chains; y++)
                    reach(f, b, i, t, y);
                fill(f, rounds,
                     filters * block_channels(d, b) * d->filter_cols);
            }
}

static void fill_windows(struct filling *f, const struct multicast_pass *d)
{
    const int sets = multicast_group_sets(d);
    const int last =
        (d->set_chains - 1) * d->chain_step + (d->block_rows - 1) * d->row_step;
    const uint64_t columns = (uint64_t)d->groups[0] * multicast_columns(d, 0) +
                             (uint64_t)d->groups[1] * multicast_columns(d, 1);
    for (int g = 0; g < multicast_groups(d); g++)
        for (int b = 0; b < d->blocks; b++)
            for (int h = 0; h <= last; h++) {
                for (int i = 0; i < d->block_rows; i++) {
                    const int from = h - i * d->row_step;
                    const int y = from / d->chain_step;
                    if (from < 0 || from % d->chain_step != 0 ||
                        y >= d->set_chains)
                        continue;
                    for (int t = g * sets; t < (g + 1) * sets; t++)
                        reach(f, b, i, t, y);
                }
                fill(f, columns, block_channels(d, b));
            }
}

bool l1_keep_fits(const struct arch *a, const struct multicast_pass *d,
                  enum tensor tensor)
{
    const struct l1_part part = l1_part_of(a, tensor);
    const enum network network =
        tensor == TENSOR_FILTER ? NETWORK_FILTER : NETWORK_IFMAP;
    struct filling f = {
        .arch = a,
        .used = {d->sets, d->set_chains, d->blocks, d->block_rows},
        .slot_words = stream_slot_words(
            a->network[network].words_per_slot, d->banks[tensor],
            arch_l2_store(a, tensor).bank_row_words),
        .row_words = a->l1_bank_row_words,
    };
    if (part.bypass)
        return false;
    ((tensor == TENSOR_IFMAP) == (d->holds_ifmap != 0) ? fill_held
                                                       : fill_windows)(&f, d);
    for (int c = 0; c < CLUSTERS_MAX; c++)
        if (f.rows[c] > (uint64_t)part.rows)
            return false;
    return true;
}
