/* multicast_shape.c - what a pass's descriptor means to the multicast machine:
 * the bounds of its lanes, and who is served by which network in which order.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/array/multicast_parts.h"
#include "sim/array/sparse/pass_pattern.h"

void multicast_free_tables(struct multicast_machine *m)
{
    for (int k = 0; k < NETWORK_N; k++) {
        free(m->limit_words[k]);
        free(m->set_begin[k]);
        free(m->set_lane[k]);
    }
}

/* The lane of block `b`, row `i`, set `t`, chain `y`. */
static int lane_at(const struct multicast_machine *m, int b, int i, int t,
                   int y)
{
    const struct multicast_pass *d = &m->pass;
    return (b * d->block_rows + i) * m->lanes.cfg.chains + t * d->set_chains +
           y;
}

static int set_filters(const struct multicast_pass *d, int t)
{
    const int sets = multicast_group_sets(d);
    return t % sets == sets - 1 ? d->filters_tail : d->filters;
}

static int block_channels(const struct multicast_pass *d, int b)
{
    return b == d->blocks - 1 ? d->channels_tail : d->channels;
}

static void set_bounds(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    struct lane_fields *f = &m->lanes.f;
    for (int l = 0; l < m->lanes.n; l++)
        f->active[l] = 0;
    for (int b = 0; b < d->blocks; b++)
        for (int i = 0; i < d->block_rows; i++)
            for (int t = 0; t < d->sets; t++)
                for (int y = 0; y < d->set_chains; y++) {
                    int l = lane_at(m, b, i, t, y);
                    int q = block_channels(d, b), p = set_filters(d, t);
                    bool takes =
                        !m->has_trees && (b > 0 || i > 0 || d->psum_in);
                    f->active[l] = -1;
                    f->filters[l] = (int16_t)p;
                    f->taps[l] = (int16_t)(q * d->filter_cols);
                    f->held_words[l] = (int16_t)(p * q * d->filter_cols);
                    f->slide[l] = (int16_t)(q * d->slide_cols);
                    f->takes_psum[l] = (int16_t)-takes;
                }
    m->active_pes =
        (uint64_t)d->blocks * d->block_rows * d->sets * d->set_chains;
}

static void alloc_tables(struct multicast_machine *m, int k, int dests,
                         int lanes)
{
    m->limit_words[k] = xcalloc((size_t)dests, sizeof(int16_t));
    m->set_begin[k] = xcalloc((size_t)dests + 1, sizeof(int32_t));
    m->set_lane[k] = xcalloc((size_t)lanes + 1, sizeof(int32_t));
    m->shape[k].dests = dests;
    m->shape[k].limit_words = m->limit_words[k];
    m->sets[k].begin = m->set_begin[k];
    m->sets[k].lane = m->set_lane[k];
}

/* Held words: one destination per (set, block, row). */
static void shape_held(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    const enum network k = held_network(m);
    int rows = d->blocks * d->block_rows, n = 0, at = 0;
    alloc_tables(m, (int)k, d->sets * rows, (int)m->active_pes);
    for (int t = 0; t < d->sets; t++)
        for (int b = 0; b < d->blocks; b++)
            for (int i = 0; i < d->block_rows; i++) {
                m->limit_words[k][n++] =
                    m->lanes.f.held_words[lane_at(m, b, i, t, 0)];
                for (int y = 0; y < d->set_chains; y++)
                    m->set_lane[k][at++] = lane_at(m, b, i, t, y);
                m->set_begin[k][n] = at;
            }
}

/* Lists the lanes of a group and block that work on ifmap row h from `at` on;
 * returns where they end. */
static int list_row(struct multicast_machine *m, enum network k, int group,
                    int b, int h, int at)
{
    const struct multicast_pass *d = &m->pass;
    const int sets = multicast_group_sets(d), first = group * sets;
    for (int i = 0; i < d->block_rows; i++) {
        int y = h - i * d->row_step;
        if (y < 0 || y % d->chain_step != 0 ||
            y / d->chain_step >= d->set_chains)
            continue;
        for (int t = first; t < first + sets; t++)
            m->set_lane[k][at++] = lane_at(m, b, i, t, y / d->chain_step);
    }
    return at;
}

/* Window words: one destination per (group, block, ifmap row). */
static void shape_window(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    const int groups = multicast_groups(d);
    int heights = (int)multicast_heights(d, d->set_chains, d->block_rows);
    const enum network k = window_network(m);
    int n = 0, at = 0;
    alloc_tables(m, (int)k, groups * d->blocks * heights, (int)m->active_pes);
    for (int g = 0; g < groups; g++)
        for (int b = 0; b < d->blocks; b++)
            for (int h = 0; h < heights; h++) {
                int begin = at;
                at = list_row(m, k, g, b, h, at);
                m->limit_words[k][n++] =
                    (int16_t)(at > begin ? block_channels(d, b) : 0);
                m->set_begin[k][n] = at;
            }
}

/* Psums: one destination or source per chain. */
static void shape_psum(struct multicast_machine *m, enum network k)
{
    const struct multicast_pass *d = &m->pass;
    int chains = d->sets * d->set_chains;
    alloc_tables(m, (int)k, chains, chains);
    for (int c = 0; c < chains; c++) {
        m->limit_words[k][c] = (int16_t)set_filters(d, c / d->set_chains);
        m->set_lane[k][c] = c;
        m->set_begin[k][c + 1] = c + 1;
    }
}

/* Without register files, an operand's register and that of its next. */
static int rf_words(const struct multicast_machine *m, enum tensor tensor)
{
    return m->pass.no_rf ? 2 : m->arch.rf_words[tensor];
}

static void shape_l1(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    const struct pe_sets used = {d->sets, d->set_chains, d->blocks,
                                 d->block_rows};
    for (int b = 0; b < d->blocks; b++)
        for (int i = 0; i < d->block_rows; i++)
            for (int t = 0; t < d->sets; t++)
                for (int y = 0; y < d->set_chains; y++)
                    m->cluster_of_lane[lane_at(m, b, i, t, y)] = cluster_of(
                        &m->arch, place_pe(&m->arch, &used, b, i, t, y));
    for (int k = 0; k < L1_LINES; k++) /* filters, ifmaps */
        l1_path_shape(m->l1, k, &m->shape[k], &m->sets[k], m->cluster_of_lane);
}

/* What lanes and networks count in 15 and 32 bits. */
static bool is_countable(const struct multicast_pass *d)
{
    uint64_t taps = (uint64_t)d->channels * d->filter_cols, columns = 0;
    for (int k = 0; k < 2; k++)
        columns += (uint64_t)d->groups[k] * multicast_columns(d, k);
    return d->slide_cols <= d->filter_cols &&
           d->sets % multicast_groups(d) == 0 &&
           d->filters * taps <= (uint64_t)INT16_MAX && columns <= UINT32_MAX;
}

/* Cycles in which a psum network serves a round when nothing holds it up: the
 * last set may have fewer filters, so that its slots are out before the
 * others'. */
static uint64_t psum_round_cycles(const struct multicast_machine *m,
                                  enum network k)
{
    const struct multicast_pass *d = &m->pass;
    const struct stream_shape *s = &m->shape[k];
    const int others = (d->sets - 1) * d->set_chains;
    const int of_last = ceil_div(d->filters_tail, s->words_per_slot);
    const int of_others = others > 0 ? s->chunks : of_last;
    const uint64_t slots =
        (uint64_t)of_last *
            (uint64_t)ceil_div(others + d->set_chains, s->slots_per_cycle) +
        (uint64_t)(of_others - of_last) *
            (uint64_t)ceil_div(others, s->slots_per_cycle);
    const uint64_t words = (uint64_t)others * d->filters +
                           (uint64_t)d->set_chains * d->filters_tail;
    return max_u64(slots, ceil_div_u64(words, (uint64_t)s->banks *
                                                  (uint64_t)s->row_words));
}

void multicast_shape_pass(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    SIM_CHECK(is_countable(d));
    static const enum tensor tensor_of[NETWORK_N] = {
        [NETWORK_FILTER] = TENSOR_FILTER,
        [NETWORK_IFMAP] = TENSOR_IFMAP,
        [NETWORK_PSUM_IN] = TENSOR_PSUM,
        [NETWORK_PSUM_OUT] = TENSOR_PSUM,
    };
    const enum network held = held_network(m), window = window_network(m);
    struct lanes_cfg *lanes = &m->lanes.cfg;
    lanes->start_at_window =
        m->arch.start == PE_START_WINDOW && !d->sends_products;
    lanes->refill_at_last_use = m->arch.refill == PE_REFILL_LAST_USE;
    lanes->held_rf_words = rf_words(m, tensor_of[held]);
    lanes->window_rf_words = rf_words(m, tensor_of[window]);
    lanes->held_port_words = m->slot_words[held];
    lanes->window_port_words = m->slot_words[window];
    multicast_free_tables(m);
    set_bounds(m);
    shape_held(m);
    shape_window(m);
    shape_psum(m, NETWORK_PSUM_IN);
    shape_psum(m, NETWORK_PSUM_OUT);
    int most[NETWORK_N];
    most[held] = d->filters * d->channels * d->filter_cols;
    most[window] = d->channels;
    most[NETWORK_PSUM_IN] = most[NETWORK_PSUM_OUT] = d->filters;
    uint32_t windows =
        d->groups[0] * d->windows[0] + d->groups[1] * d->windows[1];
    uint32_t emissions = d->emit_last ? d->groups[0] + d->groups[1] : windows;
    m->windows = windows;
    m->rounds[held] = d->held_streams ? windows : 1;
    m->rounds[window] = d->groups[0] * multicast_columns(d, 0) +
                        d->groups[1] * multicast_columns(d, 1);
    m->rounds[NETWORK_PSUM_IN] = d->psum_in ? emissions : 0;
    m->rounds[NETWORK_PSUM_OUT] = emissions;
    for (int k = 0; k < NETWORK_N; k++) {
        const struct network_arch *net = &m->arch.network[k];
        struct stream_shape *shape = &m->shape[k];
        shape->banks = d->banks[tensor_of[k]];
        shape->row_words = arch_l2_store(&m->arch, tensor_of[k]).bank_row_words;
        shape->words_per_slot =
            stream_slot_words(k < 2 ? m->slot_words[k] : net->words_per_slot,
                              shape->banks, shape->row_words);
        shape->slots_per_cycle = net->slots_per_cycle;
        shape->keeps_slots_whole = m->l1 != NULL && k < (int)L1_LINES;
        shape->chunks = ceil_div(most[k], shape->words_per_slot);
    }
    m->one_psum_port = arch_l2_store(&m->arch, TENSOR_PSUM).ports == BANK_1RW;
    const uint64_t reads = psum_round_cycles(m, NETWORK_PSUM_IN);
    const uint64_t writes = psum_round_cycles(m, NETWORK_PSUM_OUT);
    m->psum_reads_longer = (reads > writes) - (reads < writes);
    if (m->l1 != NULL)
        shape_l1(m);
}

void multicast_machine_set_pattern(struct multicast_machine *m,
                                   const struct lane_pattern *pattern)
{
    if (m->lanes.skips == NULL)
        lane_skips_new(&m->lanes);
    m->pattern = pattern;
    lane_skips_set(m->lanes.skips, pattern);
}

void multicast_shape_rounds(struct multicast_machine *m)
{
    if (m->pattern == NULL)
        return;
    struct stream_shape *held = &m->shape[held_network(m)];
    struct stream_shape *window = &m->shape[window_network(m)];
    held->round_words = m->pattern->held_rounds;
    held->round_dests = held->dests;
    window->round_words = m->pattern->window_rounds;
    window->round_dests = window->dests;
}

void multicast_set_slots(struct multicast_machine *m, const struct program *p)
{
    m->slot_words[NETWORK_FILTER] = pass_pattern_slot_words(p, TENSOR_FILTER);
    m->slot_words[NETWORK_IFMAP] = pass_pattern_slot_words(p, TENSOR_IFMAP);
}
