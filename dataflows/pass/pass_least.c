/* pass_least.c - the longest of what a pass has to do one after the other.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/pass/pass_least.h"

#include <limits.h>

#include "dataflows/l1_keep.h"
#include "dataflows/pass/pass_rounds.h"
#include "noc/tree.h"
#include "sim/base/result.h"

/* What a pass does. */
struct work {
    const struct arch *arch;
    const struct multicast_pass *pass;
    struct pass_dests held, column, psums; /* destinations of each network */
    bool adds_alone; /* a PE adds and sends psums in cycles of their own */
    uint64_t windows, emissions, first_windows; /* before the first psum */
    uint64_t held_from, column_from; /* first cycle of each network's slots */
    uint64_t up;                     /* cycles of a psum from bottom PE to L2 */
    uint64_t out;                    /* from a PE at the top */
};

/* The first cycle in which PEs may have a word in their fifos, less one. */
static uint64_t begins(const struct arch *a, enum tensor tensor)
{
    const uint64_t l1 = (uint64_t)a->l1_latency_cycles;
    const uint64_t l2 = (uint64_t)arch_l2_store(a, tensor).latency_cycles;
    if (!a->has_l1 || a->l1_bypass[tensor])
        return l2;
    /* A word of the pass before is in its L1 from the beginning on. */
    return l1_may_keep(a, tensor) ? l1 : l2 + l1 + 2;
}

static struct work work_of(const struct arch *a, const struct multicast_pass *d)
{
    const enum tensor stays = d->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER;
    const enum tensor slides = d->holds_ifmap ? TENSOR_FILTER : TENSOR_IFMAP;
    const uint64_t stage = (uint64_t)a->pipeline_cycles;
    const bool tree = a->psum_reduce == PSUM_TREE;
    const uint64_t root = tree ? (uint64_t)tree_stages(a->rows) : 0;
    struct work w = {
        .arch = a,
        .pass = d,
        .held = pass_held_dests(d),
        .column = pass_window_dests(d),
        .psums = pass_psum_dests(d),
        .adds_alone =
            !tree && !d->sends_products && a->psum_add == PSUM_ADD_OWN_CYCLE,
        .windows = multicast_windows(d),
        .held_from = begins(a, stays),
        .column_from = begins(a, slides),
        .out = stage + root,
    };
    const uint64_t first = d->groups[0] > 0 ? d->windows[0] : d->windows[1];
    w.emissions =
        d->emit_last ? (uint64_t)d->groups[0] + d->groups[1] : w.windows;
    w.first_windows = d->emit_last ? first : 1;
    w.up = tree ? w.out : stage * (uint64_t)d->blocks * (uint64_t)d->block_rows;
    return w;
}

/* Cycles in which a PE of `filters` adds the psums of so many emissions. */
static uint64_t adds(const struct work *w, int filters, uint64_t emissions)
{
    return w->adds_alone ? emissions * (uint64_t)filters : 0;
}

/* A chain's PEs at its bottom make all their products before their last psum
 * goes up. */
static uint64_t by_products(const struct work *w)
{
    const uint64_t from = max_u64(w->held_from, w->column_from);
    uint64_t most = 0;
    for (int i = 0; i < w->psums.kinds; i++)
        most = max_u64(most, w->windows * (uint64_t)w->psums.products[i] +
                                 adds(w, w->psums.filters[i], w->emissions));
    return from + 2 + most + w->up;
}

/* Chunks of a round, for destinations of a kind. */
static int chunks_of(const struct pass_dests *to, int i, int wide)
{
    return ceil_div(to->words[i], wide);
}

/* The PE that gets the last word of a round has still to make a product of it,
 * or one for each of its filters, all of so many windows more, and the psums of
 * so many emissions; of those that may be that PE, the one with least to do. */
static uint64_t still_to_do(const struct work *w, const struct pass_dests *to,
                            int wide, bool each_filter, uint64_t windows,
                            uint64_t emissions)
{
    int words = 0;
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < to->kinds; i++)
        words = to->words[i] > words ? to->words[i] : words;
    for (int i = 0; i < to->kinds; i++)
        if (chunks_of(to, i, wide) == ceil_div(words, wide))
            least =
                min_u64(least, (each_filter ? (uint64_t)to->filters[i] : 1) +
                                   windows * (uint64_t)to->products[i] +
                                   adds(w, to->filters[i], emissions));
    return least == UINT64_MAX ? 0 : least;
}

/* Words that are held come before all products but the first window's. */
static uint64_t by_held(const struct work *w, int banks)
{
    const enum network k = pass_held_network(w->pass);
    const int wide = pass_slot_words(w->arch, k, banks);
    const uint64_t round = pass_round_cycles(w->arch, k, banks, &w->held);
    const bool streams = w->pass->held_streams;
    const uint64_t rounds = streams ? w->windows : 1;
    const uint64_t after =
        still_to_do(w, &w->held, wide, false, streams ? 0 : w->windows - 1,
                    streams ? 1 : w->emissions);
    return w->held_from + 1 + rounds * round + after + w->out;
}

/* So do the words of a window before its last products. */
static uint64_t by_columns(const struct work *w, int banks, uint64_t from)
{
    const enum network k = pass_window_network(w->pass);
    const struct multicast_pass *d = w->pass;
    const int wide = pass_slot_words(w->arch, k, banks);
    const uint64_t round = pass_round_cycles(w->arch, k, banks, &w->column);
    const uint64_t columns = multicast_all_columns(d);
    const uint64_t first =
        from + 1 + d->filter_cols * round +
        still_to_do(w, &w->column, wide, true, w->windows - 1, w->emissions);
    const uint64_t last = from + 1 + columns * round +
                          still_to_do(w, &w->column, wide, true, 0, 1);
    return max_u64(first, last) + w->out;
}

/* The psums of an emission leave when the first of them has come: after all
 * products, or all but the other filters' last ones, of `windows`. */
static uint64_t psum_after(const struct work *w, uint64_t windows,
                           uint64_t emissions)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < w->psums.kinds; i++) {
        const uint64_t filters = (uint64_t)w->psums.filters[i];
        const uint64_t products = windows * (uint64_t)w->psums.products[i];
        const uint64_t done =
            w->adds_alone ? products + 1 : products - filters + 1;
        least = min_u64(least, done + adds(w, w->psums.filters[i], emissions));
    }
    return least == UINT64_MAX ? 0 : least;
}

/* Cycles until some set has the held words that its first psum takes, less what
 * the last slots of other sets take. */
static uint64_t held_before_psums(const struct work *w, int banks)
{
    const enum network k = pass_held_network(w->pass);
    const int wide = pass_slot_words(w->arch, k, banks);
    int least = INT_MAX;
    for (int i = 0; i < w->held.kinds; i++) {
        const int others = w->adds_alone ? 0 : w->held.filters[i] - 1;
        least = min_int(least, ceil_div(w->held.words[i] - others, wide));
    }
    if (least == INT_MAX)
        return 0;
    return pass_chunks_cycles(w->arch, k, banks, &w->held, least - 1) + 1;
}

/* Psums leave one after the other: all from the first one on, and those of the
 * last emission from its first one on. */
static uint64_t by_psums(const struct work *w, int banks, bool held_counts)
{
    const struct multicast_pass *d = w->pass;
    const int held_banks =
        d->banks[d->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER];
    const uint64_t from = max_u64(w->held_from, w->column_from);
    const uint64_t round =
        pass_round_cycles(w->arch, NETWORK_PSUM_OUT, banks, &w->psums);
    const uint64_t first =
        from + 1 + psum_after(w, w->first_windows, 0) + w->up;
    const uint64_t last =
        from + 1 + psum_after(w, w->windows, w->emissions - 1) + w->up;
    uint64_t most = max_u64(first + w->emissions * round, last + round);
    if (held_counts) {
        const uint64_t rounds = d->held_streams ? w->first_windows - 1 : 0;
        const enum network k = pass_held_network(d);
        const uint64_t held =
            w->held_from + 1 +
            rounds * pass_round_cycles(w->arch, k, held_banks, &w->held) +
            held_before_psums(w, held_banks);
        most =
            max_u64(most, held + w->adds_alone + w->out + w->emissions * round);
    }
    return most;
}

uint64_t pass_least_cycles(const struct arch *a, const struct multicast_pass *d)
{
    const struct work w = work_of(a, d);
    const enum tensor stays = d->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER;
    const enum tensor slides = d->holds_ifmap ? TENSOR_FILTER : TENSOR_IFMAP;
    const bool held_counts = !l1_may_keep(a, stays);
    uint64_t most = by_products(&w);
    if (held_counts)
        most = max_u64(most, by_held(&w, d->banks[stays]));
    if (!l1_may_keep(a, slides)) {
        uint64_t from = w.column_from;
        if (a->ifmap_waits_for_filters && !d->holds_ifmap && !d->held_streams &&
            held_counts)
            from += pass_round_cycles(a, pass_held_network(d), d->banks[stays],
                                      &w.held);
        most = max_u64(most, by_columns(&w, d->banks[slides], from));
    }
    return max_u64(most, by_psums(&w, d->banks[TENSOR_PSUM], held_counts));
}

bool pass_least_is_known(const struct program *p)
{
    return p->kind == NETWORK_MULTICAST &&
           bound_applies(&p->arch, BOUND_passes);
}

struct sum {
    const struct arch *arch;
    uint64_t cycles;
};

static void add_kind(void *context, const struct pass *pass, uint64_t times)
{
    struct sum *sum = context;
    sum->cycles = count_add(
        sum->cycles,
        count_mul(times, pass_least_cycles(sum->arch, &pass->work.multicast)));
}

uint64_t program_least_cycles(const struct program *program)
{
    struct sum sum = {.arch = &program->arch};
    program_each_kind(program, add_kind, &sum);
    return sum.cycles;
}
