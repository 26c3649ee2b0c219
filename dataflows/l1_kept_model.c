/* l1_kept_model.c - closed form of what L1s keep.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/l1_kept_model.h"

#include "dataflows/l1_shape.h"
#include "dataflows/l2_deal.h"

typedef uint64_t u64;

/* Loops around the passes, each with the tile size that is looked at. */
struct nest {
    struct tile_sizes tiles[L1_LOOP_N_ALL];
    int which[L1_LOOP_N_ALL]; /* 0: whole tiles; 1: the clipped one */
    int size[L1_LOOP_N_ALL];
};

/* Loops that tell an operand's words apart, a bit each. */
static unsigned telling_loops(const struct l1_dataflow *d, enum tensor tensor)
{
    const unsigned tile_loops = (1u << L1_LOOP_INNER0) - 1;
    const unsigned of_ifmap = tile_loops & ~(1u << L1_LOOP_M | 1u << L1_LOOP_F);
    const unsigned of_filter =
        tile_loops & ~(1u << L1_LOOP_N | 1u << L1_LOOP_E | 1u << L1_LOOP_W);
    const unsigned inner =
        ~d->inner_leaves[tensor] & 3u; /* the two of the dataflow */
    const unsigned tile = !d->arch->l2_keeps_tiles ? tile_loops
                          : tensor == TENSOR_IFMAP ? of_ifmap
                                                   : of_filter;
    return tile | inner << L1_LOOP_INNER0;
}

/* Whether a loop that begins anew has the same tile as before. */
static bool begins_alike(const struct nest *n, int loop, bool tells)
{
    const u64 trips = n->tiles[loop].times[0] + n->tiles[loop].times[1];
    if (trips == 1)
        return true; /* it is the one that is looked at */
    return !tells && n->which[loop] == 0 && n->tiles[loop].times[1] == 0;
}

/* Passes of these sizes that find an operand's words. */
static u64 kept_passes(const struct nest *n, unsigned telling)
{
    u64 outer = 1, kept = 0;
    for (int k = 0; k < L1_LOOP_N_ALL; k++) {
        const u64 times = n->tiles[k].times[n->which[k]];
        bool alike = (telling >> k & 1) == 0 && n->which[k] == 0 && times > 1;
        for (int i = k + 1; i < L1_LOOP_N_ALL; i++)
            alike = alike && begins_alike(n, i, (telling >> i & 1) != 0);
        if (alike)
            kept = count_add(kept, count_mul(outer, times - 1));
        outer = count_mul(outer, times);
    }
    return kept;
}

/* --- room ----------------------------------------------------------------- */

struct room {
    const struct l1_dataflow *dataflow;
    const struct l1_passes *passes;
    enum tensor tensor;
    int slot_words; /* as wide as the network and the tile's banks in L2 */
    u64 rows[CLUSTERS_MAX];
};

static void take_room(void *context, enum tensor tensor, u64 clusters,
                      u64 channels, u64 words)
{
    struct room *r = context;
    const bool is_held = (tensor == TENSOR_IFMAP) == r->dataflow->holds_ifmap;
    /* Words in a round, and rounds. */
    const bool in_rounds = !is_held || r->dataflow->held_streams;
    const u64 a_round = in_rounds ? channels : channels * words;
    const u64 rounds = in_rounds ? words : 1;
    const u64 row = (u64)r->dataflow->arch->l1_bank_row_words;
    const u64 slot = (u64)r->slot_words;
    const u64 rows = a_round / slot * ceil_div_u64(slot, row) +
                     ceil_div_u64(a_round % slot, row);
    for (int c = 0; tensor == r->tensor && c < CLUSTERS_MAX; c++)
        if ((clusters >> c & 1) != 0)
            r->rows[c] = count_add(r->rows[c], count_mul(rounds, rows));
}

/* Whether all words of an operand for one pass fit in the L1s. */
static bool fits(const struct l1_dataflow *d, const struct l1_passes *passes,
                 enum tensor tensor, int slot_words)
{
    const struct l1_part part = l1_part_of(d->arch, tensor);
    struct room room = {d, passes, tensor, slot_words, {0}};
    const struct l1_visitor taker = {&room, take_room};
    if (part.bypass)
        return false;
    l1_each_word(d->arch, passes, &taker);
    for (int c = 0; c < CLUSTERS_MAX; c++)
        if (room.rows[c] > (u64)part.rows)
            return false;
    return true;
}

/* Words of an operand's slots: no wider than the banks of L2 that its tiles
 * have. */
static void find_slots(const struct l1_dataflow *d, const struct tiling *t,
                       int slot_words[TENSOR_PSUM])
{
    u64 tile_words[TENSOR_N], lacking;
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor lacks;
    for (int k = 0; k < TENSOR_N; k++)
        tile_words[k] = tiling_l2_words(d->layer, t, (enum tensor)k);
    SIM_CHECK(l2_fits(d->arch, tile_words, buffers, banks, &lacks, &lacking));
    l2_deal(d->arch, tile_words, buffers, banks);
    for (int k = 0; k < TENSOR_PSUM; k++) {
        const enum network network =
            k == TENSOR_FILTER ? NETWORK_FILTER : NETWORK_IFMAP;
        slot_words[k] = min_int(
            d->arch->network[network].words_per_slot,
            banks[k] * arch_l2_store(d->arch, (enum tensor)k).bank_row_words);
    }
}

/* --- counts --------------------------------------------------------------- */

struct taking {
    const struct arch *arch;
    u64 times[TENSOR_PSUM];
    struct counts *out;
};

/* L2 does not read them, nothing crosses the network, no L1 writes them. */
static void take_off(void *context, enum tensor tensor, u64 clusters,
                     u64 channels, u64 words)
{
    const struct taking *from = context;
    const u64 kept = count_mul(from->times[tensor], count_mul(channels, words));
    const u64 copies = count_mul(kept, l1_copies(clusters));
    struct link_words *link =
        &from->out
             ->link[tensor == TENSOR_FILTER ? LINK_filter_l1 : LINK_ifmap_l1];
    from->out->access[LEVEL_L2][tensor].reads -= kept;
    from->out->access[LEVEL_L1][tensor].writes -= copies;
    link->words_sent -= kept;
    link->words_delivered -= copies;
    link->hops -= count_mul(kept, l1_hops(from->arch, clusters));
}

static void take_class(const struct l1_dataflow *d, const struct nest *n,
                       const int slot_words[TENSOR_PSUM], struct counts *out)
{
    struct taking from = {d->arch, {0, 0}, out};
    const struct l1_visitor taker = {&from, take_off};
    struct l1_passes passes = {.times = 1, .holds_ifmap = d->holds_ifmap};
    u64 any = 0;
    for (int k = 0; k < TENSOR_PSUM; k++) {
        from.times[k] = kept_passes(n, telling_loops(d, (enum tensor)k));
        any |= from.times[k];
    }
    if (any == 0)
        return;
    d->pass(d, n->size, &passes);
    for (int k = 0; k < TENSOR_PSUM; k++)
        if (from.times[k] > 0 &&
            !fits(d, &passes, (enum tensor)k, slot_words[k]))
            from.times[k] = 0;
    l1_each_word(d->arch, &passes, &taker);
}

/* Loops from `loop` inwards, the sizes of those outside being chosen. */
static void each_class(const struct l1_dataflow *d, const struct tiling *t,
                       struct nest *n, int loop,
                       const int slot_words[TENSOR_PSUM], struct counts *out)
{
    const struct layer *l = d->layer;
    if (loop == L1_LOOP_N_ALL) {
        take_class(d, n, slot_words, out);
        return;
    }
    if (loop == L1_LOOP_F)
        n->tiles[loop] = tile_sizes_of(n->size[L1_LOOP_M], t->f);
    else if (loop == L1_LOOP_INNER0)
        d->inner(d, n->size, &n->tiles[loop]);
    else if (loop < L1_LOOP_F) {
        const int extent[] = {l->G, l->M / l->G, l->N, l->P, l->Q, l->C / l->G};
        const int tile[] = {tiling_groups(t),   t->m, t->n, t->e,
                            tiling_width(l, t), t->c};
        n->tiles[loop] = tile_sizes_of(extent[loop], tile[loop]);
    }
    for (int which = 0; which < 2; which++) {
        if (n->tiles[loop].times[which] == 0)
            continue;
        n->which[loop] = which;
        n->size[loop] = n->tiles[loop].size[which];
        each_class(d, t, n, loop + 1, slot_words, out);
    }
}

void l1_expect_kept(const struct l1_dataflow *d, const struct tiling *t,
                    struct counts *out)
{
    int slot_words[TENSOR_PSUM];
    struct nest nest = {0};
    if (!d->arch->has_l1 || !d->arch->l1_keeps_tiles)
        return;
    find_slots(d, t, slot_words);
    each_class(d, t, &nest, 0, slot_words, out);
}
