/* word_flow.c - words that follow a machine's timing.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/word_flow.h"

#include <stdlib.h>

#include "noc/tree_values.h"
#include "pe/lane_values.h"
#include "pe/stream_bits.h"
#include "sim/array/l1_words.h"
#include "sim/base/diag.h"

enum { SLOT_WORDS_MAX = 256 }; /* noc.*.words_per_slot */

/* The words of a systolic pass, which may still flow, or drain, when the next
 * one comes. */
struct systolic_flow {
    struct word_flow *flow;
    struct pass pass;
    struct systolic_values values;
};

struct word_flow {
    const struct program *program; /* borrowed */
    struct word_ends ends;
    struct pass pass;
    struct lane_values *values;         /* owns; multicast */
    struct tree_values *trees;          /* owns; with adder trees, else NULL */
    const struct lanes *lanes;          /* borrowed, while a pass runs */
    const struct lane_pattern *pattern; /* borrowed, or NULL */
    struct l1_words *l1;                /* owns; NULL without an L1 */
    uint64_t zero_macs;
    struct machine_tap tap;
    struct systolic_flow *systolic; /* owns; in turn; systolic arrays */
    int systolic_turn;
};

struct word_flow *word_flow_new(const struct program *program,
                                const struct word_ends *ends)
{
    struct word_flow *c = xcalloc(1, sizeof(*c));
    c->program = program;
    c->ends = *ends;
    if (program->arch.has_l1)
        c->l1 = l1_words_new(program->arch.l1_keeps_tiles);
    return c;
}

void word_flow_free(struct word_flow *c)
{
    if (c == NULL)
        return;
    lane_values_free(c->values);
    tree_values_free(c->trees);
    l1_words_free(c->l1);
    free(c->systolic);
    free(c);
}

static int64_t ifmap_word(struct word_flow *c, const struct pass *pass,
                          const int coord[4])
{
    return c->ends.ifmap(c->ends.context, pass, coord);
}

static int64_t filter_word(struct word_flow *c, const struct pass *pass,
                           const int coord[4])
{
    return c->ends.filter(c->ends.context, pass, coord);
}

/* A word that stays in the PEs, and one that does not. */
static int64_t held_word(struct word_flow *c, const int coord[4])
{
    return c->program->holds_ifmap ? ifmap_word(c, &c->pass, coord)
                                   : filter_word(c, &c->pass, coord);
}

static int64_t window_word(struct word_flow *c, const int coord[4])
{
    return c->program->holds_ifmap ? filter_word(c, &c->pass, coord)
                                   : ifmap_word(c, &c->pass, coord);
}

static int64_t psum_word(struct word_flow *c, const struct pass *pass,
                         const int coord[4])
{
    return c->ends.psum_in(c->ends.context, pass, coord);
}

static void put_psum(struct word_flow *c, const struct pass *pass,
                     const int coord[4], int64_t value)
{
    c->ends.psum_out(c->ends.context, pass, coord, value);
}

/* The word of a round's which is the nth that comes. */
static int coded_word(const uint64_t *comes, uint64_t begin, uint32_t round,
                      int words, int n)
{
    const uint64_t at = begin + (uint64_t)round * (uint64_t)words;
    return comes == NULL ? n : (int)(stream_bits_nth(comes, at, n) - at);
}

static int64_t slot_held(struct word_flow *c, const struct slot *slot, int k)
{
    const struct program *p = c->program;
    const struct multicast_pass *d = &c->pass.work.multicast;
    int rows = d->blocks * d->block_rows, coord[4];
    int set = slot->dest / rows, row = slot->dest % rows;
    const int lane = row * c->lanes->cfg.chains + set * d->set_chains;
    int word = slot->first_word + k;
    if (c->pattern != NULL)
        word = coded_word(c->pattern->held_comes, c->pattern->held_begin[lane],
                          slot->round, c->lanes->f.held_words[lane], word);
    p->ops->held_coord(p, &c->pass, slot->round, set, row / d->block_rows,
                       row % d->block_rows, word, coord);
    return held_word(c, coord);
}

static int heights(const struct multicast_pass *d)
{
    return (d->set_chains - 1) * d->chain_step +
           (d->block_rows - 1) * d->row_step + 1;
}

/* One of the lanes that a destination of window words stands for. */
static int window_lane(const struct word_flow *c, int dest)
{
    const struct multicast_pass *d = &c->pass.work.multicast;
    const int h = dest % heights(d), at = dest / heights(d);
    const int set = at / d->blocks * multicast_group_sets(d);
    for (int i = 0; i < d->block_rows; i++) {
        const int y = h - i * d->row_step;
        if (y >= 0 && y % d->chain_step == 0 &&
            y / d->chain_step < d->set_chains)
            return (at % d->blocks * d->block_rows + i) * c->lanes->cfg.chains +
                   set * d->set_chains + y / d->chain_step;
    }
    SIM_CHECK(false);
    return 0;
}

static int64_t slot_window(struct word_flow *c, const struct slot *slot, int k)
{
    const struct program *p = c->program;
    const struct multicast_pass *d = &c->pass.work.multicast;
    int block = slot->dest / heights(d), coord[4];
    int word = slot->first_word + k;
    if (c->pattern != NULL) {
        const int lane = window_lane(c, slot->dest);
        word = coded_word(c->pattern->window_comes,
                          c->pattern->window_begin[lane], slot->round,
                          c->lanes->f.taps[lane] / d->filter_cols, word);
    }
    p->ops->window_coord(p, &c->pass, slot->round, block / d->blocks,
                         block % d->blocks, slot->dest % heights(d), word,
                         coord);
    return window_word(c, coord);
}

static void send_held(struct word_flow *c, const struct slot *slot)
{
    const struct multicast_pass *d = &c->pass.work.multicast;
    int rows = d->blocks * d->block_rows;
    int set = slot->dest / rows, row = slot->dest % rows;
    for (int k = 0; k < slot->words; k++) {
        int64_t value = slot_held(c, slot, k);
        for (int y = 0; y < d->set_chains; y++)
            lane_values_push_held(
                c->values, row * c->lanes->cfg.chains + set * d->set_chains + y,
                value);
    }
}

static void send_window(struct word_flow *c, const struct slot *slot)
{
    const struct multicast_pass *d = &c->pass.work.multicast;
    int block = slot->dest / heights(d) % d->blocks;
    int h = slot->dest % heights(d), sets = multicast_group_sets(d);
    int first = slot->dest / heights(d) / d->blocks * sets;
    for (int k = 0; k < slot->words; k++) {
        int64_t value = slot_window(c, slot, k);
        for (int i = 0; i < d->block_rows; i++)
            for (int y = 0; y < d->set_chains; y++) {
                if (y * d->chain_step + i * d->row_step != h)
                    continue;
                for (int t = first; t < first + sets; t++)
                    lane_values_push_window(c->values,
                                            (block * d->block_rows + i) *
                                                    c->lanes->cfg.chains +
                                                t * d->set_chains + y,
                                            value);
            }
    }
}

/* With an L1: L2 reads a word once, each L1 passes it on. */
static bool is_held(const struct word_flow *c, int line)
{
    return line == (c->program->holds_ifmap ? NETWORK_IFMAP : NETWORK_FILTER);
}

static void l1_read(void *context, int line, uint64_t clusters,
                    const struct slot *slot)
{
    struct word_flow *c = context;
    int64_t value[SLOT_WORDS_MAX];
    SIM_CHECK(slot->words <= SLOT_WORDS_MAX);
    for (int k = 0; k < slot->words; k++)
        value[k] =
            is_held(c, line) ? slot_held(c, slot, k) : slot_window(c, slot, k);
    l1_words_read(c->l1, line, clusters, slot, value);
}

static void l1_arrived(void *context, int line, int cluster,
                       const struct slot *slot)
{
    struct word_flow *c = context;
    l1_words_arrived(c->l1, line, cluster, slot);
}

static void l1_sent(void *context, int line, int cluster,
                    const struct slot *slot, const int32_t *lanes, int n_lanes)
{
    struct word_flow *c = context;
    const int64_t *value = l1_words_sent(c->l1, line, cluster, slot);
    for (int k = 0; k < slot->words; k++)
        for (int l = 0; l < n_lanes; l++) {
            if (is_held(c, line))
                lane_values_push_held(c->values, lanes[l], value[k]);
            else
                lane_values_push_window(c->values, lanes[l], value[k]);
        }
}

static void move_psum(struct word_flow *c, enum network network,
                      const struct slot *slot)
{
    const struct program *p = c->program;
    const struct multicast_pass *d = &c->pass.work.multicast;
    int top = d->blocks * d->block_rows * c->lanes->cfg.chains, coord[4];
    for (int k = 0; k < slot->words; k++) {
        p->ops->psum_coord(p, &c->pass, slot->round, slot->dest / d->set_chains,
                           slot->dest % d->set_chains, slot->first_word + k,
                           coord);
        if (network == NETWORK_PSUM_IN)
            lane_values_push_psum(c->values, slot->dest,
                                  psum_word(c, &c->pass, coord));
        else if (c->trees != NULL)
            put_psum(c, &c->pass, coord, tree_values_pop(c->trees, slot->dest));
        else
            put_psum(c, &c->pass, coord,
                     lane_values_pop_psum(c->values, top + slot->dest));
    }
}

static void slot_moved(void *context, enum network network,
                       const struct slot *slot)
{
    struct word_flow *c = context;
    const bool holds_ifmap = c->program->holds_ifmap;
    if (network == (holds_ifmap ? NETWORK_IFMAP : NETWORK_FILTER))
        send_held(c, slot);
    else if (network == (holds_ifmap ? NETWORK_FILTER : NETWORK_IFMAP))
        send_window(c, slot);
    else
        move_psum(c, network, slot);
}

/* A tree takes a word of each of its chain's rows; the word of row i lies where
 * the PE above would find it, a psum from L2 where the lowest PE would. */
static void tree_took(void *context, int tree, int rows, bool leave)
{
    struct word_flow *c = context;
    int chains = c->lanes->cfg.chains;
    for (int row = 1; row <= rows; row++)
        tree_values_add(c->trees, tree,
                        lane_values_pop_psum(c->values, row * chains + tree));
    if (!leave)
        return;
    bool psum_in = c->pass.work.multicast.psum_in;
    tree_values_leave(c->trees, tree,
                      psum_in ? lane_values_pop_psum(c->values, tree) : 0);
}

static void evaluated(void *context, const struct lanes *lanes)
{
    struct word_flow *c = context;
    lane_values_follow(c->values, lanes);
}

static void multiplied(void *context, int lane, int64_t window, int64_t held)
{
    struct word_flow *c = context;
    if (c->program->holds_ifmap)
        c->ends.mac(c->ends.context, lane, held, window);
    else
        c->ends.mac(c->ends.context, lane, window, held);
}

const struct machine_tap *word_flow_multicast(struct word_flow *c,
                                              const struct pass *pass)
{
    const struct multicast_pass *d = &pass->work.multicast;
    const bool kept[L1_LINES] = {
        [NETWORK_FILTER] = d->kept[TENSOR_FILTER] != 0,
        [NETWORK_IFMAP] = d->kept[TENSOR_IFMAP] != 0,
    };
    c->pass = *pass;
    if (c->l1 != NULL)
        l1_words_issue(c->l1, kept);
    c->tap.context = c;
    c->tap.slot = slot_moved;
    c->tap.evaluated = evaluated;
    c->tap.tree_took = tree_took;
    c->tap.l1 = (struct l1_path_tap){c, l1_read, l1_arrived, l1_sent};
    return &c->tap;
}

void word_flow_set_pattern(struct word_flow *c,
                           const struct lane_pattern *pattern)
{
    c->pattern = pattern;
}

void word_flow_multicast_issued(struct word_flow *c, const struct lanes *lanes)
{
    if (c->values == NULL)
        c->values = lane_values_new(lanes, c->program->holds_ifmap);
    if (c->trees == NULL && c->program->arch.psum_reduce == PSUM_TREE) {
        const struct tree_cfg cfg = {.trees = lanes->cfg.chains,
                                     .fifo_words = lanes->cfg.fifo_words};
        c->trees = tree_values_new(&cfg);
    }
    if (c->ends.mac != NULL) {
        const struct mac_tap mac = {c, multiplied};
        lane_values_tap(c->values, &mac);
    }
    c->lanes = lanes;
    lane_values_issue(c->values, lanes);
}

void word_flow_multicast_done(struct word_flow *c)
{
    c->zero_macs += lane_values_zero_macs(c->values);
    SIM_CHECK(c->l1 == NULL || l1_words_is_empty(c->l1));
}

/* Ifmap word of product k and output x, of which `macs` MACs are made. */
static int64_t gemm_ifmap(const struct systolic_flow *s, uint32_t k, uint32_t x,
                          uint64_t macs)
{
    struct word_flow *c = s->flow;
    const struct pass *pass = &s->pass;
    int coord[4];
    c->program->ops->gemm_ifmap_coord(c->program, pass, k, x, coord);
    int64_t value = ifmap_word(c, pass, coord);
    c->zero_macs += value == 0 ? macs : 0;
    return value;
}

static int64_t gemm_filter(const struct systolic_flow *s, uint32_t k,
                           uint32_t f)
{
    struct word_flow *c = s->flow;
    const struct pass *pass = &s->pass;
    int coord[4];
    c->program->ops->gemm_filter_coord(c->program, pass, k, f, coord);
    return filter_word(c, pass, coord);
}

static int64_t left_word(void *context, int row, uint32_t step)
{
    const struct systolic_flow *flow = context;
    const struct systolic_pass *s = &flow->pass.work.systolic;
    uint32_t at = (uint32_t)row;
    if (s->kind == SYSTOLIC_IS)
        return gemm_filter(flow, at, step);
    if (s->kind == SYSTOLIC_OS)
        return gemm_ifmap(flow, step, at, s->cols_used);
    return gemm_ifmap(flow, at, step, s->cols_used);
}

static int64_t top_word(void *context, int col, uint32_t step)
{
    const struct systolic_flow *flow = context;
    const struct systolic_pass *s = &flow->pass.work.systolic;
    if (s->kind == SYSTOLIC_IS)
        return gemm_ifmap(flow, step, (uint32_t)col, s->depth);
    return gemm_filter(flow, step, (uint32_t)col);
}

static void gemm_psum(const struct systolic_flow *s, int col, uint32_t step,
                      int coord[4])
{
    const struct program *p = s->flow->program;
    bool is = s->pass.work.systolic.kind == SYSTOLIC_IS;
    uint32_t at = (uint32_t)col;
    p->ops->gemm_psum_coord(p, &s->pass, is ? at : step, is ? step : at, coord);
}

static int64_t psum_in_word(void *context, int col, uint32_t step)
{
    struct systolic_flow *s = context;
    int coord[4];
    gemm_psum(s, col, step, coord);
    return psum_word(s->flow, &s->pass, coord);
}

static void psum_out_word(void *context, int col, uint32_t step, int64_t value)
{
    struct systolic_flow *s = context;
    int coord[4];
    gemm_psum(s, col, step, coord);
    put_psum(s->flow, &s->pass, coord, value);
}

static void multiplied_systolic(void *context, int row, int col, int64_t left,
                                int64_t top)
{
    struct word_flow *c = ((struct systolic_flow *)context)->flow;
    int pe = row * c->program->arch.cols + col;
    if (c->program->holds_ifmap)
        c->ends.mac(c->ends.context, pe, top, left);
    else
        c->ends.mac(c->ends.context, pe, left, top);
}

const struct systolic_values *word_flow_systolic(struct word_flow *c,
                                                 const struct pass *pass)
{
    const struct arch *a = &c->program->arch;
    const int most = systolic_passes_max(a->rows, a->cols, a->command_cycles);
    if (c->systolic == NULL)
        c->systolic = xcalloc((size_t)most, sizeof(*c->systolic));
    c->systolic_turn = (c->systolic_turn + 1) % most;
    struct systolic_flow *s = &c->systolic[c->systolic_turn];
    s->pass = *pass;
    s->flow = c;
    s->values = (struct systolic_values){
        .context = s,
        .left = left_word,
        .top = top_word,
        .psum_in = psum_in_word,
        .psum_out = psum_out_word,
        .mac = c->ends.mac != NULL ? multiplied_systolic : NULL,
    };
    return &s->values;
}

uint64_t word_flow_zero_macs(const struct word_flow *c)
{
    return c->zero_macs;
}
