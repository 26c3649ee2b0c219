/* pass_events.c - rows and changes of words, from descriptors.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/pass/pass_events.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/placement.h"

typedef uint64_t u64;

/* Rows of L2's banks that so many words of a tensor lie in. */
static u64 rows_of(const struct arch *a, enum tensor tensor, u64 words)
{
    return ceil_div_u64(words, (u64)arch_l2_store(a, tensor).bank_row_words);
}

static void add(u64 *to, u64 n)
{
    *to = count_add(*to, n);
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

/* The rows that a word sent to some PEs reaches; with L1s, in each cluster. */
struct reached {
    const struct arch *arch;
    struct pe_sets used;
    bool *seen; /* owns; by cluster and row */
    int room, n;
};

static void reach(struct reached *r, int b, int i, int t, int y)
{
    const struct pe_place at = place_pe(r->arch, &r->used, b, i, t, y);
    const int cluster = r->arch->has_l1 ? cluster_of(r->arch, at) : 0;
    bool *seen = &r->seen[cluster * r->arch->rows + at.row];
    r->n += !*seen;
    *seen = true;
}

/* Their number; the next word's begin anew. */
static u64 take_reached(struct reached *r)
{
    const int n = r->n;
    if (n > 0)
        memset(r->seen, 0, (size_t)r->room * sizeof(*r->seen));
    r->n = 0;
    return (u64)n;
}

/* Held words go to the chains of a set.  Returns how many are sent. */
static u64 held_words(const struct multicast_pass *d, struct reached *r,
                      u64 *rows)
{
    const u64 rounds = d->held_streams ? multicast_windows(d) : 1;
    u64 sent = 0;
    for (int t = 0; t < d->sets; t++)
        for (int b = 0; b < d->blocks; b++)
            for (int i = 0; i < d->block_rows; i++) {
                const u64 words = rounds * (u64)set_filters(d, t) *
                                  (u64)block_channels(d, b) *
                                  (u64)d->filter_cols;
                for (int y = 0; y < d->set_chains; y++)
                    reach(r, b, i, t, y);
                add(rows, count_mul(words, take_reached(r)));
                add(&sent, words);
            }
    return sent;
}

/* Window words go to the PEs of a group's block that work on their row. */
static u64 window_words(const struct multicast_pass *d, struct reached *r,
                        u64 *rows)
{
    const int sets = multicast_group_sets(d);
    const int heights = (d->set_chains - 1) * d->chain_step +
                        (d->block_rows - 1) * d->row_step + 1;
    const u64 columns = multicast_all_columns(d);
    u64 sent = 0;
    for (int g = 0; g < multicast_groups(d); g++)
        for (int b = 0; b < d->blocks; b++)
            for (int h = 0; h < heights; h++) {
                const u64 words = columns * (u64)block_channels(d, b);
                for (int i = 0; i < d->block_rows; i++) {
                    const int y = h - i * d->row_step;
                    if (y < 0 || y % d->chain_step != 0 ||
                        y / d->chain_step >= d->set_chains)
                        continue;
                    for (int t = g * sets; t < (g + 1) * sets; t++)
                        reach(r, b, i, t, y / d->chain_step);
                }
                const u64 reached = take_reached(r);
                add(rows, count_mul(words, reached));
                add(&sent, reached > 0 ? words : 0);
            }
    return sent;
}

/* Reads that find another word on the port than the read before, of all PEs: a
 * window's word stays there for all filters, a held one where there is one. */
static void add_changes(const struct multicast_pass *d, u64 *held, u64 *window)
{
    const u64 windows = multicast_windows(d);
    const u64 next_windows =
        windows - d->groups[0] * (d->windows[0] > 0) -
        d->groups[1] * (d->windows[1] > 0); /* not a group's first */
    for (int b = 0; b < d->blocks; b++) {
        const u64 taps = (u64)block_channels(d, b) * d->filter_cols;
        /* The last word of a window may be the first of the next. */
        const bool goes_on =
            block_channels(d, b) == 1 && d->filter_cols - 1 == d->slide_cols;
        for (int t = 0; t < d->sets; t++) {
            const u64 filters = (u64)set_filters(d, t);
            const u64 pes = (u64)d->block_rows * d->set_chains;
            const u64 words = taps * filters;
            add(window, count_mul(pes, count_mul(windows, taps) -
                                           (goes_on ? next_windows : 0)));
            add(held, count_mul(pes, words > 1 || d->held_streams
                                         ? count_mul(windows, words)
                                         : 1));
        }
    }
}

void pass_events_multicast(const struct arch *arch,
                           const struct multicast_pass *d,
                           struct layer_events *out)
{
    const enum network held = d->holds_ifmap ? NETWORK_IFMAP : NETWORK_FILTER;
    const enum network window = d->holds_ifmap ? NETWORK_FILTER : NETWORK_IFMAP;
    const enum tensor stays = d->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER;
    const enum tensor slides = d->holds_ifmap ? TENSOR_FILTER : TENSOR_IFMAP;
    struct reached r = {
        .arch = arch,
        .used = {d->sets, d->set_chains, d->blocks, d->block_rows},
        .room = arch->rows * (arch->has_l1 ? CLUSTERS_MAX : 1)};
    r.seen = xcalloc((size_t)r.room, sizeof(*r.seen));
    const u64 held_sent = held_words(d, &r, &out->reached[held]);
    const u64 window_sent = window_words(d, &r, &out->reached[window]);
    free(r.seen);
    /* What L1s keep, L2 does not read again. */
    add(&out->l2_rows[stays].reads,
        d->kept[stays] ? 0 : rows_of(arch, stays, held_sent));
    add(&out->l2_rows[slides].reads,
        d->kept[slides] ? 0 : rows_of(arch, slides, window_sent));

    const u64 rounds =
        d->emit_last ? (u64)d->groups[0] + d->groups[1] : multicast_windows(d);
    u64 psums = 0;
    for (int t = 0; t < d->sets; t++)
        psums += (u64)d->set_chains * (u64)set_filters(d, t);
    psums = count_mul(psums, rounds);
    add(&out->l2_rows[TENSOR_PSUM].writes, rows_of(arch, TENSOR_PSUM, psums));
    add(&out->reached[NETWORK_PSUM_OUT], psums);
    if (d->psum_in) {
        add(&out->l2_rows[TENSOR_PSUM].reads,
            rows_of(arch, TENSOR_PSUM, psums));
        add(&out->reached[NETWORK_PSUM_IN], psums);
    }
    if (!d->no_rf)
        add_changes(d, &out->changed_reads[stays], &out->changed_reads[slides]);
}

/* Words of a pass enter and leave at the array's edges; one that stays is on
 * its PE's port for all of the pass. */
static void add_systolic(const struct arch *a, const struct systolic_pass *d,
                         struct layer_events *out)
{
    const bool os = d->kind == SYSTOLIC_OS, is = d->kind == SYSTOLIC_IS;
    const u64 rows = d->rows_used, cols = d->cols_used, depth = d->depth;
    const u64 macs = count_mul(rows * cols, depth);
    const u64 from_left = rows * depth;
    const u64 from_top = os ? cols * depth : rows * cols;
    const u64 psums = os ? rows * cols : cols * depth;
    const enum tensor left = is ? TENSOR_FILTER : TENSOR_IFMAP;
    const enum tensor top = is ? TENSOR_IFMAP : TENSOR_FILTER;
    add(&out->l2_rows[left].reads, rows_of(a, left, from_left));
    add(&out->l2_rows[top].reads, rows_of(a, top, from_top));
    add(&out->l2_rows[TENSOR_PSUM].writes, rows_of(a, TENSOR_PSUM, psums));
    if (d->psum_in)
        add(&out->l2_rows[TENSOR_PSUM].reads, rows_of(a, TENSOR_PSUM, psums));
    add(&out->changed_reads[left], macs);
    add(&out->changed_reads[top], os ? macs : rows * cols);
}

/* Rows that the DMA writes for new tiles, and reads of finished ones. */
static void add_dma(const struct program *p, struct layer_events *out)
{
    for (int t = 0; t < TENSOR_N; t++) {
        struct bank_rows *rows = &out->l2_rows[t];
        add(t == TENSOR_PSUM ? &rows->reads : &rows->writes,
            program_tile_rows(
                p, (enum tensor)t,
                arch_l2_store(&p->arch, (enum tensor)t).bank_row_words));
    }
}

/* The loop that is about to begin another iteration; -1: none has ended. */
static int loop_of(const struct cursor *cursor)
{
    int level = CURSOR_LOOPS - 1;
    while (level >= 0 && cursor->at[level] == 0)
        level--;
    return level;
}

/* Iterations that are alike are walked once, and what they add is added for
 * each of the others. */
void program_events(const struct program *p, struct layer_events *out)
{
    struct layer_events before[CURSOR_LOOPS];
    struct cursor cursor;
    struct pass pass;
    memset(out, 0, sizeof(*out));
    memset(before, 0, sizeof(before));
    cursor_start(&cursor);
    for (;;) {
        const int level = loop_of(&cursor);
        if (level >= 0 && !cursor.done) {
            int first, end, period;
            program_alike_work(p, cursor.at, level, &first, &end, &period);
            const int again = (end - first) / period - 1;
            if (cursor.at[level] == first)
                before[level] = *out;
            if (cursor.at[level] == first + period && again > 0) {
                layer_events_repeat(out, &before[level], (u64)again);
                cursor_skip(p, &cursor, level, again * period, NULL);
            }
        }
        if (!cursor_next(p, &cursor, &pass))
            break;
        if (p->kind == NETWORK_SYSTOLIC)
            add_systolic(&p->arch, &pass.work.systolic, out);
        else
            pass_events_multicast(&p->arch, &pass.work.multicast, out);
    }
    add_dma(p, out);
}
