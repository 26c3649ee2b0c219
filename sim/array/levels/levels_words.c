/* levels_words.c - lists the words that units lack or give up, and follows them
 * over the networks between a level and the one that keeps the tensor further
 * out.
 *
 * A list has pairs of a unit and a word.  At each level on the way the units
 * become those further out, and pairs that have become alike are one word on
 * its network.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_words.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/array/levels/levels_mesh.h"
#include "sim/array/levels/levels_pairs.h"
#include "sim/array/levels/levels_room.h"
#include "traces/access.h"

struct levels_words {
    const struct arch *arch;      /* borrowed */
    const struct nest_walk *walk; /* borrowed */
    struct levels_units units;
    struct word_maker maker[TENSOR_N];
    struct word_maker padded; /* ifmap whose zeros of padding are words */
    struct word_tile tile, other;
    uint64_t room[LEVEL_N][TENSOR_N];
    uint64_t width[LEVELS_RESOURCES];
    struct levels_mesh *mesh[LEVEL_N]; /* own, or NULL */
    struct levels_pairs pairs;
    uint64_t *word; /* owns; at the parent */
    size_t word_room;
    int n_words;
};

static int network_of(int level, enum level_flow flow)
{
    return level * FLOW_PSUM_LINK + (int)flow;
}

static int port_of(const struct arch *arch, int level, enum tensor tensor,
                   bool is_write)
{
    const struct level_arch *at = &arch->level[level];
    for (int k = 0; k < at->n_stores; k++)
        if (at->store[k].holds[tensor])
            return LEVELS_PORTS + (level * TENSOR_N + k) * 2 +
                   (is_write && at->store[k].ports == BANK_1R1W);
    SIM_CHECK(false);
    return 0;
}

static void set_networks(struct levels_words *w)
{
    for (int level = 0; level < LEVEL_DRAM; level++) {
        const struct level_arch *at = &w->arch->level[level];
        if (!arch_has_level(w->arch, (enum level)level))
            continue;
        if (arch_level_has_mesh(w->arch, (enum level)level))
            w->mesh[level] = levels_mesh_new(at->rows, at->cols);
        for (int f = 0; f < FLOW_PSUM_LINK; f++)
            w->width[network_of(level, (enum level_flow)f)] =
                at->flow_words[f] > 0 ? (uint64_t)at->flow_words[f]
                                      : (uint64_t)at->words_per_slot *
                                            (uint64_t)at->slots_per_cycle;
        for (int k = 0; k < at->n_stores; k++)
            for (int dir = 0; dir < 2; dir++)
                w->width[LEVELS_PORTS + (level * TENSOR_N + k) * 2 + dir] =
                    (uint64_t)at->store[k].banks *
                    (uint64_t)at->store[k].bank_row_words;
    }
}

struct levels_words *levels_words_new(const struct arch *arch,
                                      const struct nest_walk *walk)
{
    struct levels_words *w = xcalloc(1, sizeof(*w));
    const bool none = arch->padding == PADDING_GENERATED;
    w->arch = arch;
    w->walk = walk;
    levels_units_init(&w->units, arch, walk);
    for (int t = 0; t < TENSOR_N; t++)
        word_maker_init(&w->maker[t], &walk->layer, (enum tensor)t, none,
                        false);
    word_maker_init(&w->padded, &walk->layer, TENSOR_IFMAP, false, false);
    set_networks(w);
    for (int k = 0; k < LEVEL_DRAM; k++)
        for (int t = 0; t < TENSOR_N; t++)
            if (walk->nest.level[k].keep[t])
                w->room[k][t] =
                    levels_room_words(arch, &walk->layer, &walk->nest,
                                      (enum level)k, (enum tensor)t);
    return w;
}

void levels_words_free(struct levels_words *w)
{
    if (w == NULL)
        return;
    for (int t = 0; t < TENSOR_N; t++)
        word_maker_fini(&w->maker[t]);
    word_maker_fini(&w->padded);
    word_tile_fini(&w->tile);
    word_tile_fini(&w->other);
    levels_units_fini(&w->units);
    for (int k = 0; k < LEVEL_N; k++)
        levels_mesh_free(w->mesh[k]);
    free(w->pairs.pair);
    free(w->word);
    free(w);
}

uint64_t levels_words_width(const struct levels_words *w, int resource)
{
    return w->width[resource];
}

const struct levels_units *levels_words_units(const struct levels_words *w)
{
    return &w->units;
}

uint64_t levels_origin(const struct nest_walk *walk, enum tensor tensor,
                       const struct levels_place *place)
{
    const struct layer *l = &walk->layer;
    const int *x = place->base;
    const int ifmap[4] = {x[NEST_N], x[NEST_G] * (l->C / l->G) + x[NEST_C],
                          x[NEST_P] * l->stride_h + x[NEST_R] * l->dilation_h,
                          x[NEST_Q] * l->stride_w + x[NEST_S] * l->dilation_w};
    const int m = x[NEST_G] * (l->M / l->G) + x[NEST_M];
    const int filter[4] = {m, x[NEST_C], x[NEST_R], x[NEST_S]};
    const int psum[4] = {x[NEST_N], m, x[NEST_P], x[NEST_Q]};
    return access_word(tensor == TENSOR_IFMAP    ? ifmap
                       : tensor == TENSOR_FILTER ? filter
                                                 : psum);
}

/* Pairs become those of the units of a level further out. */
static uint64_t rise(struct levels_words *w, int from, int level,
                     uint64_t *most)
{
    return levels_pairs_rise(&w->pairs, w->units.unit[from + 1], level, most);
}

static void note_words(struct levels_words *w)
{
    if (w->pairs.n > w->word_room) {
        w->word_room = w->pairs.n;
        w->word = xrealloc(w->word, w->word_room, sizeof(*w->word));
    }
    w->n_words = (int)w->pairs.n;
    for (size_t i = 0; i < w->pairs.n; i++)
        w->word[i] = w->pairs.pair[i].word;
}

/* --- moves ---------------------------------------------------------------- */

static void demand(struct levels_move *m, int resource, enum ledger_cause cause,
                   uint64_t words)
{
    int i = 0;
    if (words == 0)
        return;
    while (i < m->n_demands && m->demand[i].resource != resource)
        i++;
    SIM_CHECK(i < LEVELS_DEMANDS_MAX);
    if (i == m->n_demands)
        m->demand[m->n_demands++] = (struct levels_demand){resource, cause, 0};
    m->demand[i].words += words;
}

static void cross(const struct levels_words *w, struct levels_move *m,
                  int level, enum level_flow flow, uint64_t sent,
                  uint64_t delivered, uint64_t hops)
{
    struct link_words *to = &m->flow[level][flow];
    if (!arch_level_has_network(w->arch, (enum level)level))
        return;
    to->words_sent += sent;
    to->words_delivered += delivered;
    to->hops += hops;
}

static void use_network(const struct levels_words *w, struct levels_move *m,
                        int level, enum level_flow flow, uint64_t words)
{
    static const enum ledger_cause cause[FLOW_PSUM_LINK] = {
        [FLOW_IFMAP] = LEDGER_wait_ifmap,
        [FLOW_FILTER] = LEDGER_wait_filter,
        [FLOW_PSUM_IN] = LEDGER_wait_psum_in,
        [FLOW_PSUM_OUT] = LEDGER_wait_psum_out};
    if (arch_level_has_network(w->arch, (enum level)level))
        demand(m, network_of(level, flow), cause[flow], words);
}

static enum ledger_cause cause_of(enum tensor tensor, bool is_out)
{
    return is_out                    ? LEDGER_wait_psum_out
           : tensor == TENSOR_FILTER ? LEDGER_wait_filter
           : tensor == TENSOR_IFMAP  ? LEDGER_wait_ifmap
                                     : LEDGER_wait_psum_in;
}

static void use_port(const struct levels_words *w, struct levels_move *m,
                     int level, enum tensor tensor, bool is_write, bool is_out,
                     uint64_t words)
{
    if (level < LEVEL_DRAM)
        demand(m, port_of(w->arch, level, tensor, is_write),
               cause_of(tensor, is_out), words);
}

/* Operands that units of `child` lack come from their parent. */
static void bring(struct levels_words *w, int child, enum tensor tensor,
                  struct levels_move *m)
{
    const int parent = (int)nest_parent(&w->walk->nest, child, tensor);
    const enum level_flow flow =
        tensor == TENSOR_IFMAP ? FLOW_IFMAP : FLOW_FILTER;
    int from = child;
    uint64_t hop_cycles = 0;
    for (int k = child + 1; k <= parent; k++) {
        if (!arch_has_level(w->arch, (enum level)k))
            continue;
        const uint64_t delivered = w->pairs.n;
        uint64_t hops = delivered;
        uint64_t most;
        uint64_t most_sent = rise(w, from, k, &most);
        uint64_t sent = w->pairs.n;
        if (k != LEVEL_DRAM &&
            w->arch->level[k].network == LEVEL_POINT_TO_POINT) {
            sent = delivered;
            most_sent = most;
        }
        if (w->mesh[k] != NULL)
            hops = levels_mesh_cross(w->mesh[k], &w->pairs, &hop_cycles);
        cross(w, m, k, flow, sent, delivered, hops);
        if (k != LEVEL_DRAM)
            use_network(w, m, k, flow, most_sent);
        if (k == parent) {
            m->access[k][tensor].reads += sent;
            use_port(w, m, k, tensor, false, false, most_sent);
        }
        from = k;
    }
    m->hop_cycles = max_u64(m->hop_cycles, hop_cycles);
    note_words(w);
}

/* Psums of units of `child` go to their parent, and join on the way. */
static void give(struct levels_words *w, int child, struct levels_move *m)
{
    const int parent = (int)nest_parent(&w->walk->nest, child, TENSOR_PSUM);
    int from = child;
    for (int k = child + 1; k <= parent; k++) {
        if (!arch_has_level(w->arch, (enum level)k))
            continue;
        const uint64_t below = w->pairs.n;
        uint64_t most;
        const uint64_t most_sent = rise(w, from, k, &most);
        const uint64_t out = w->pairs.n, along = below - out;
        cross(w, m, k, FLOW_PSUM_OUT, out, out, out);
        cross(w, m, k, FLOW_PSUM_LINK, along, along, along);
        if (k != LEVEL_DRAM)
            use_network(w, m, k, FLOW_PSUM_OUT, most_sent);
        if (k == parent) {
            m->access[k][TENSOR_PSUM].writes += w->pairs.n;
            use_port(w, m, k, TENSOR_PSUM, true, true, most_sent);
        }
        from = k;
    }
    note_words(w);
}

/* Psums come to units of `child`, each to one. */
static void bring_psums(struct levels_words *w, int child,
                        struct levels_move *m)
{
    const int parent = (int)nest_parent(&w->walk->nest, child, TENSOR_PSUM);
    int from = child;
    for (int k = child + 1; k <= parent; k++) {
        uint64_t most;
        if (!arch_has_level(w->arch, (enum level)k))
            continue;
        rise(w, from, k, &most);
        cross(w, m, k, FLOW_PSUM_IN, w->pairs.n, w->pairs.n, w->pairs.n);
        if (k != LEVEL_DRAM)
            use_network(w, m, k, FLOW_PSUM_IN, most);
        if (k == parent) {
            m->access[k][TENSOR_PSUM].reads += w->pairs.n;
            use_port(w, m, k, TENSOR_PSUM, false, false, most);
        }
        from = k;
    }
    note_words(w);
}

static void find_cycles(const struct levels_words *w, struct levels_move *m)
{
    m->cycles = m->n_demands > 0 || m->macs > 0;
    m->cause = LEDGER_wait_psum_out;
    for (int i = 0; i < m->n_demands; i++) {
        const struct levels_demand *d = &m->demand[i];
        const uint64_t cycles = ceil_div_u64(d->words, w->width[d->resource]);
        if (i == 0 || cycles > m->cycles)
            m->cause = d->cause;
        m->cycles = max_u64(m->cycles, cycles);
    }
}

/* --- tiles ---------------------------------------------------------------- */

/* Pushes the words of w->tile that w->other has not; returns how many. */
static uint64_t push_new(struct levels_words *w, int unit, bool all_count)
{
    const struct word_tile *now = &w->tile, *old = &w->other;
    uint64_t n = 0;
    for (int i = 0, k = 0; i < now->n; i++) {
        while (k < old->n && old->word[k] < now->word[i])
            k++;
        if (k < old->n && old->word[k] == now->word[i])
            continue;
        n++;
        if (all_count)
            levels_pairs_push(&w->pairs, unit, now->word[i]);
    }
    return n;
}

static void find_tiles(struct levels_words *w, const struct levels_ask *ask,
                       struct levels_move *m)
{
    const int child = ask->child;
    const enum tensor t = ask->tensor;
    const int parent = (int)nest_parent(&w->walk->nest, child, t);
    const bool is_out = ask->direction == LEVELS_OUT;
    uint64_t most = 0, all = 0;
    w->pairs.n = 0;
    m->fits = true;
    for (int i = 0; i < w->units.n[child + 1]; i++) {
        const struct levels_unit *unit = &w->units.unit[child + 1][i];
        const bool comes = t != TENSOR_PSUM || is_out ||
                           (unit->leads[parent] && ask->reads_back);
        levels_tile_fill(w->walk, child, unit, t, &w->maker[t], &ask->at,
                         &w->tile);
        levels_tile_fill(w->walk, child, unit, t, &w->maker[t], &ask->other,
                         &w->other);
        const uint64_t fresh = push_new(w, i, comes);
        if ((uint64_t)w->other.n + fresh > w->room[child][t])
            m->fits = false;
        if (comes) {
            most = max_u64(most, fresh);
            all += fresh;
        }
    }
    use_port(w, m, child, t, !is_out, is_out, most);
    if (is_out) {
        m->access[child][TENSOR_PSUM].reads += all;
        give(w, child, m);
        return;
    }
    m->access[child][t].writes += all;
    if (t == TENSOR_PSUM)
        bring_psums(w, child, m);
    else
        bring(w, child, t, m);
}

/* --- MACs ----------------------------------------------------------------- */

static bool is_innermost(const struct arch *arch, int level)
{
    return level < LEVEL_DRAM && arch_level_inside(arch, level) == LEVELS_MACS;
}

/* A pair for each MAC with work and its word of a tensor. */
static void push_macs(struct levels_words *w, const struct levels_ask *ask,
                      enum tensor t)
{
    const int parent = (int)nest_parent(&w->walk->nest, LEVELS_MACS, t);
    const struct word_maker *maker =
        t == TENSOR_IFMAP && is_innermost(w->arch, parent) ? &w->padded
                                                           : &w->maker[t];
    w->pairs.n = 0;
    for (int i = 0; i < w->units.n[0]; i++) {
        levels_tile_fill(w->walk, LEVELS_MACS, &w->units.unit[0][i], t, maker,
                         &ask->at, &w->tile);
        if (w->tile.n > 0)
            levels_pairs_push(&w->pairs, i, w->tile.word[0]);
    }
}

/* Keeps the pairs whose sums have begun in the instance that keeps them, one
 * for each of these, with its first MAC. */
static void keep_begun(struct levels_words *w, const struct levels_ask *ask,
                       int keeper)
{
    uint64_t most;
    size_t n = 0;
    rise(w, LEVELS_MACS, keeper, &most);
    for (size_t i = 0; i < w->pairs.n; i++) {
        const int unit = w->pairs.pair[i].unit;
        const bool leads =
            keeper >= LEVEL_L2 ||
            w->units.unit[keeper + 1][unit]
                .leads[nest_parent(&w->walk->nest, keeper, TENSOR_PSUM)];
        if (leads ? ask->begins_leading : ask->begins)
            continue;
        w->pairs.pair[n] = w->pairs.pair[i];
        w->pairs.pair[n].unit = w->pairs.pair[i].first;
        n++;
    }
    w->pairs.n = n;
}

static void find_macs(struct levels_words *w, const struct levels_ask *ask,
                      struct levels_move *m)
{
    const int keeper =
        (int)nest_parent(&w->walk->nest, LEVELS_MACS, TENSOR_PSUM);
    push_macs(w, ask, TENSOR_FILTER);
    m->macs = w->pairs.n;
    bring(w, LEVELS_MACS, TENSOR_FILTER, m);
    push_macs(w, ask, TENSOR_IFMAP);
    bring(w, LEVELS_MACS, TENSOR_IFMAP, m);
    push_macs(w, ask, TENSOR_PSUM);
    keep_begun(w, ask, keeper);
    bring_psums(w, LEVELS_MACS, m);
    push_macs(w, ask, TENSOR_PSUM);
    give(w, LEVELS_MACS, m);
    m->fits = true;
}

void levels_words_find(struct levels_words *w, const struct levels_ask *ask,
                       struct levels_move *out)
{
    memset(out, 0, sizeof(*out));
    if (ask->direction == LEVELS_MAC)
        find_macs(w, ask, out);
    else
        find_tiles(w, ask, out);
    find_cycles(w, out);
}

int levels_words_at_parent(const struct levels_words *w, const uint64_t **word)
{
    *word = w->word;
    return w->n_words;
}

int levels_words_of_macs(struct levels_words *w, const struct levels_ask *ask,
                         enum tensor tensor, bool comes, const uint64_t **word)
{
    struct levels_move unread;
    memset(&unread, 0, sizeof(unread));
    push_macs(w, ask, tensor);
    if (tensor != TENSOR_PSUM) {
        bring(w, LEVELS_MACS, tensor, &unread);
    } else if (comes) {
        keep_begun(w, ask,
                   (int)nest_parent(&w->walk->nest, LEVELS_MACS, tensor));
        bring_psums(w, LEVELS_MACS, &unread);
    } else {
        give(w, LEVELS_MACS, &unread);
    }
    return levels_words_at_parent(w, word);
}
