/* cost.c - energy and bound of cycles of a mapping, from the terms of its
 * reduction, its outputs and its five sums over filters. A line of the search
 * holds the costs as multiples of these sums, so that a complete mapping costs
 * a few products and a maximum.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/cost.h"

#include <limits.h>
#include <stdlib.h>

#include "dataflows/gemm/gemm.h"
#include "dataflows/l1_keep.h"
#include "dataflows/l2_deal.h"
#include "dataflows/search/stalls.h"

/* Words of an operand that L2 sends for sure, of those that passes take; about,
 * where zeros stay behind.  What is about the time, not at least, has them all
 * come from L2. */
static uint64_t l2_sends(const struct search_problem *problem,
                         enum tensor tensor, uint64_t taken)
{
    return !problem->stalls && l1_may_keep(problem->arch, tensor)
               ? 0
               : zero_shares_sent(&problem->left, tensor, taken);
}

void search_line_of(const struct search_problem *problem,
                    const struct search_terms *t, uint64_t ifmap_bytes,
                    uint64_t psum_bytes, struct search_line *out)
{
    const struct search_prices *price = &problem->price;
    const struct arch *a = problem->arch;
    const struct network_arch *net = a->network;
    const uint64_t psum_in = t->psum_out - problem->outputs;
    /* Bytes of a word; a stream's words share its bytes. */
    const double ifmap_word = a->precision_bits[TENSOR_IFMAP] / 8.0;
    const double ofmap_word = arch_ofmap_bits(a) / 8.0;
    const double ifmap = (double)ifmap_bytes / ifmap_word * price->ifmap_dram +
                         (double)t->dram_ifmap * price->ifmap_dma;
    const double filter =
        (double)t->dram_filter * (price->filter_dram + price->filter_dma);

    out->energy = price->fixed +
                  (double)psum_bytes / ofmap_word * price->psum_dram +
                  (double)t->filter_sent * price->filter_sent +
                  (double)t->filter_in * price->filter_in +
                  (double)t->filter_hops * price->filter_hop +
                  (double)psum_in * price->psum_in +
                  (double)t->psum_out * price->psum_out +
                  (double)t->link_hops * price->link +
                  (double)t->psum_reads * price->psum_read +
                  (double)t->psum_writes * price->psum_write +
                  filter * (double)problem->group_m * (double)t->strips +
                  (t->ifmap_stays ? ifmap : 0);
    out->per_m_tile = t->ifmap_stays ? 0 : ifmap;
    out->per_pass = (double)t->ifmap_sent * price->ifmap_sent;
    out->per_set = (double)t->ifmap_in * price->ifmap_in +
                   (double)t->ifmap_hops * price->ifmap_hop;
    out->per_once = t->filter_may_stay ? -filter * (double)(t->strips - 1) : 0;

    uint64_t cycles = ceil_div_u64(problem->macs, (uint64_t)arch_pes(a));
    if (problem->skips)
        cycles = (uint64_t)((double)cycles *
                            zero_shares_product_cycles(&problem->left, 0));
    const uint64_t sent[NETWORK_N] = {
        [NETWORK_FILTER] = l2_sends(problem, TENSOR_FILTER, t->filter_sent),
        [NETWORK_IFMAP] = 0,
        [NETWORK_PSUM_IN] = psum_in,
        [NETWORK_PSUM_OUT] = t->psum_out};
    for (int k = 0; k < NETWORK_N; k++)
        cycles = max_u64(cycles,
                         ceil_div_u64(sent[k], (uint64_t)net[k].words_per_slot *
                                                   (uint64_t)arch_l2_slots(
                                                       a, (enum network)k)));
    out->cycles = cycles;
    if (problem->stalls)
        search_stalls_of(problem, t, sent, out);
    out->ifmap_bytes = ifmap_bytes;
    out->psum_bytes = psum_bytes;
    out->filter_bits =
        t->dram_filter * (uint64_t)a->precision_bits[TENSOR_FILTER];
    out->strips = t->strips;
    out->ifmap_sent = t->ifmap_sent;
    out->busy_cycles = t->busy_cycles;
    out->busy_adds = t->busy_adds;
    out->busy_windows = t->busy_windows;
    out->window_words = t->window_words;
    out->held = t->held;
    out->pass_cycles = t->pass_cycles;
    out->folds_cycles = t->folds_cycles;
    out->paced_cycles = t->paced_cycles;
    out->ifmap_stays = t->ifmap_stays;
    out->filter_may_stay = t->filter_may_stay;
}

/* Bytes that `filters` filters of `filter_bits` bits take. */
static uint64_t bytes_of(uint64_t filters, uint64_t filter_bits)
{
    uint64_t bits;
    if (!__builtin_mul_overflow(filters, filter_bits, &bits))
        return bits / 8;
    return count_mul(filters, filter_bits / 8); /* too many anyway */
}

void search_line_cost(const struct search_problem *problem,
                      const struct search_line *line,
                      const struct search_filters *s, struct search_cost *out)
{
    const struct arch *a = problem->arch;
    const uint64_t width = (uint64_t)a->network[NETWORK_IFMAP].words_per_slot *
                           (uint64_t)arch_l2_slots(a, NETWORK_IFMAP);
    out->energy = line->energy + line->per_m_tile * (double)s->m_tiles +
                  line->per_pass * (double)s->passes +
                  line->per_set * (double)s->sets +
                  line->per_once * (double)s->once;
    uint64_t filters = (uint64_t)problem->group_m * line->strips;
    if (line->filter_may_stay)
        filters -= s->once * (line->strips - 1);
    const uint64_t filter_bytes = bytes_of(filters, line->filter_bits);
    uint64_t bytes = count_add(
        count_mul(line->ifmap_bytes, line->ifmap_stays ? 1 : s->m_tiles),
        count_add(line->psum_bytes, filter_bytes));
    const uint64_t ifmap = ceil_div_u64(
        l2_sends(problem, TENSOR_IFMAP, line->ifmap_sent * s->passes), width);
    uint64_t folds = line->pass_cycles * s->passes + line->folds_cycles;
    if (line->paced_cycles > 0)
        folds += line->paced_cycles * s->paced - s->last_short;
    const uint64_t work = max_u64(search_busy_cycles(problem, line, s), folds);
    const uint64_t dram = dram_min_cycles(&problem->dram, bytes);
    out->cycles = max_u64(max_u64(line->cycles, ifmap), max_u64(work, dram));
    out->array_cycles = 0;
    if (problem->stalls)
        out->cycles = max_u64(
            out->cycles, search_with_stalls(problem, line, s, filter_bytes,
                                            work, dram, &out->array_cycles));
}

static int banks_of(const struct search_problem *problem, enum tensor tensor,
                    uint64_t words)
{
    uint64_t banks = ceil_div_u64(words, problem->l2.bank_words[tensor]);
    return banks > (uint64_t)problem->l2.banks[tensor] ? 0 : (int)banks;
}

static int psum_banks(const struct search_problem *problem, int g, int n, int e,
                      int w, int m)
{
    return banks_of(problem, TENSOR_PSUM,
                    (uint64_t)g * (uint64_t)n * (uint64_t)m * (uint64_t)e *
                        (uint64_t)w);
}

static uint64_t l2_port_cycles(const struct search_problem *problem,
                               const struct search_terms *t,
                               const struct search_filters *f,
                               const int banks[TENSOR_N])
{
    const struct arch *a = problem->arch;
    uint64_t ifmap = arch_l2_port_cycles(
        a, TENSOR_IFMAP, banks[TENSOR_IFMAP],
        l2_sends(problem, TENSOR_IFMAP, t->ifmap_sent * f->passes), 0);
    uint64_t filter = arch_l2_port_cycles(
        a, TENSOR_FILTER, banks[TENSOR_FILTER],
        l2_sends(problem, TENSOR_FILTER, t->filter_sent), 0);
    uint64_t psum =
        arch_l2_port_cycles(a, TENSOR_PSUM, banks[TENSOR_PSUM],
                            t->psum_out - problem->outputs, t->psum_out);
    return max_u64(max_u64(ifmap, filter), psum);
}

static struct tiling tiling_of(const struct search_problem *problem,
                               const struct search_reduction *r,
                               const struct search_outputs *o,
                               const struct search_filters *f)
{
    return (struct tiling){.m = f->m,
                           .n = o->n,
                           .e = o->e,
                           .c = r->c,
                           .f = f->f,
                           .g = search_groups(r),
                           .w = search_width_of(problem, r)->w,
                           .kept = tiling_kept_by(r->keep)};
}

/* The larger of `cycles` and those that the tiles' banks need. The banks are
 * dealt only where those that hold the tiles need more. */
static uint64_t with_l2_ports(const struct search_problem *problem,
                              const struct search_reduction *r,
                              const struct search_outputs *o,
                              const struct search_terms *t,
                              const struct search_filters *f, uint64_t cycles)
{
    const struct tiling tiling = tiling_of(problem, r, o, f);
    int buffers[TENSOR_N];
    int banks[TENSOR_N] = {
        [TENSOR_IFMAP] = search_ifmap_banks(problem, r, o->n, o->e),
        [TENSOR_FILTER] = search_filter_banks(
            problem, r, search_keeps(r, TENSOR_FILTER) ? f->m : f->f),
        [TENSOR_PSUM] =
            psum_banks(problem, search_groups(r), o->n, o->e, tiling.w, f->m),
    };
    uint64_t words[TENSOR_N], lacking;
    enum tensor tensor;
    if (problem->arch->array_network == NETWORK_SYSTOLIC ||
        l2_port_cycles(problem, t, f, banks) <= cycles)
        return cycles;
    for (int k = 0; k < TENSOR_N; k++)
        words[k] = tiling_l2_words(problem->layer, &tiling, (enum tensor)k);
    SIM_CHECK(tiling_fits(problem->arch, problem->layer, &tiling, buffers,
                          banks, &tensor, &lacking));
    l2_deal(problem->arch, words, buffers, banks);
    return max_u64(cycles, l2_port_cycles(problem, t, f, banks));
}

/* The last of the steps that cut an extent, over their mean. */
static double last_step(int extent, int step)
{
    const int n = ceil_div(extent, step);
    return (double)(extent - (n - 1) * step) * n / extent;
}

/* What complete tiles tell of stalls: which tensors L2 has one buffer of, how
 * long the first tiles of the others come and the last one leaves, and what
 * leaves the last pass with a filter tile. */
static void find_ends(const struct search_problem *problem,
                      const struct search_reduction *r,
                      const struct search_outputs *o,
                      const struct search_filters *f, struct search_line *line)
{
    struct tiling tiling = tiling_of(problem, r, o, f);
    const struct arch *arch = problem->arch;
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking, bits = 0;
    SIM_CHECK(tiling_fits(arch, problem->layer, &tiling, buffers, banks,
                          &tensor, &lacking));
    tiling.kept = 0; /* the first tile of all */
    for (int k = 0; k < TENSOR_N; k++) {
        const bool is_kept = search_keeps(r, (enum tensor)k);
        line->is_single[k] = buffers[k] == 1 && !is_kept;
        if (!line->is_single[k] &&
            tensor_is_moved(arch, problem->layer, (enum tensor)k))
            bits = count_add(
                bits, count_mul(tiling_l2_words(problem->layer, &tiling,
                                                (enum tensor)k),
                                (uint64_t)arch_map_bits(arch, (enum tensor)k)));
    }
    line->end_cycles = dram_min_cycles(&problem->dram, bits / 8);
    if (problem->space->alone == NETWORK_PSUM_OUT)
        line->last_share =
            last_step(o->n * o->e * problem->layer->Q, o->x) *
            last_step(min_int(f->f, f->m), problem->space->fold(problem, f));
}

void search_cost_of(const struct search_problem *problem,
                    const struct search_reduction *reduction,
                    const struct search_outputs *outputs,
                    const struct search_terms *terms,
                    const struct search_line *line,
                    const struct search_filters *filters,
                    struct search_cost *out)
{
    struct search_line exact = *line;
    if (problem->coded[TENSOR_PSUM]) {
        const double word = arch_ofmap_bits(problem->arch) / 8.0;
        exact.psum_bytes = search_psum_bytes(
            problem, search_groups(reduction), outputs->n, outputs->e,
            search_width_of(problem, reduction)->w, filters->m);
        exact.energy += ((double)exact.psum_bytes - (double)line->psum_bytes) /
                        word * problem->price.psum_dram;
    }
    if (problem->stalls)
        find_ends(problem, reduction, outputs, filters, &exact);
    search_line_cost(problem, &exact, filters, out);
    out->cycles =
        with_l2_ports(problem, reduction, outputs, terms, filters, out->cycles);
}

/* Sums over the tiles of f that cut `extent`, and the folds of F that cut
 * those: folds, PEs' worth of p, and the busiest PE's filters. */
static void sum_tile(int extent, const struct search_filters *s, int fold,
                     uint64_t times, uint64_t *passes, uint64_t *sets,
                     uint64_t *busy)
{
    const int part[2] = {s->f, extent % s->f};
    const uint64_t of[2] = {(uint64_t)(extent / s->f) * times, times};
    for (int k = 0; k < 2; k++) {
        if (part[k] == 0)
            continue;
        int whole = part[k] / fold, rest = part[k] % fold;
        *passes += of[k] * (uint64_t)(whole + (rest > 0));
        *sets += of[k] * (uint64_t)ceil_div(part[k], s->p);
        *busy += of[k] * ((uint64_t)whole * (uint64_t)min_int(fold, s->p) +
                          (uint64_t)min_int(rest, s->p));
    }
}

void search_filters_sum(const struct search_problem *problem,
                        struct search_filters *s)
{
    const int M = problem->group_m;
    const int fold = problem->space->fold(problem, s);
    const int whole = M / s->m, rest = M % s->m;
    s->m_tiles = (uint64_t)(whole + (rest > 0));
    s->passes = s->sets = s->busy = 0;
    struct search_filters clipped = *s;
    clipped.f = min_int(s->f, s->m);
    sum_tile(s->m, &clipped, fold, (uint64_t)whole, &s->passes, &s->sets,
             &s->busy);
    if (rest > 0) {
        clipped.f = min_int(s->f, rest);
        sum_tile(rest, &clipped, fold, 1, &s->passes, &s->sets, &s->busy);
    }
    const int rows = problem->arch->rows, f = min_int(s->f, s->m);
    /* Not kept, ifmaps come again with each filter tile. */
    if (!problem->arch->l2_keeps_tiles)
        s->m_tiles = (uint64_t)whole * (uint64_t)ceil_div(s->m, f) +
                     (uint64_t)ceil_div(rest, f);
    const int last = (M - 1) % s->m % f + 1;
    s->paced =
        (uint64_t)M + s->passes * (uint64_t)rows - sum_min2(M, s->m, f, rows);
    s->last_short = (uint64_t)(last < rows ? rows - last : 0);
    s->once = (s->m <= s->f ? (uint64_t)whole * (uint64_t)s->m : 0) +
              (rest <= s->f ? (uint64_t)rest : 0);
}

/* The least that a tensor has: kept tiles are in one. */
static int buffers_of(const struct search_problem *problem,
                      const struct search_reduction *r, enum tensor tensor)
{
    return search_keeps(r, tensor) ? 1 : problem->l2.buffers[tensor];
}

int search_ifmap_banks(const struct search_problem *problem,
                       const struct search_reduction *r, int n, int e)
{
    const struct search_width *width = search_width_of(problem, r);
    const uint64_t g = (uint64_t)search_groups(r);
    const uint64_t words =
        search_keeps(r, TENSOR_IFMAP)
            ? g * (uint64_t)problem->layer->N * (uint64_t)problem->group_c *
                  problem->kept_rows[e] * width->kept_columns
            : g * (uint64_t)n * (uint64_t)r->c *
                  (uint64_t)problem->tile_rows[e] * width->tile_columns;
    const int banks = banks_of(problem, TENSOR_IFMAP, words);
    const struct search_l2 *l2 = &problem->l2;
    int room = l2->own[TENSOR_IFMAP] > 0 ? l2->own[TENSOR_IFMAP] : l2->shared;
    return banks * buffers_of(problem, r, TENSOR_IFMAP) <= room ? banks : 0;
}

/* Words that L2 holds for each filter of a tile. */
static uint64_t filter_words(const struct search_problem *problem,
                             const struct search_reduction *r)
{
    const int c = search_keeps(r, TENSOR_FILTER) ? problem->group_c : r->c;
    return (uint64_t)search_groups(r) * (uint64_t)c * (uint64_t)problem->taps;
}

int search_filter_banks(const struct search_problem *problem,
                        const struct search_reduction *r, int f)
{
    return banks_of(problem, TENSOR_FILTER,
                    (uint64_t)f * filter_words(problem, r));
}

/* Banks left for one buffer of a tensor beside those that share with it. */
static int banks_left(const struct search_problem *problem,
                      const struct search_reduction *r, enum tensor tensor,
                      const int used[TENSOR_N])
{
    const struct search_l2 *l2 = &problem->l2;
    int room = l2->own[tensor];
    if (room == 0) {
        room = l2->shared;
        for (int k = 0; k < TENSOR_N; k++)
            if (l2->own[k] == 0 && k != (int)tensor)
                room -= used[k] * buffers_of(problem, r, (enum tensor)k);
    }
    return room <= 0 ? 0
                     : min_int(room / buffers_of(problem, r, tensor),
                               l2->banks[tensor]);
}

static int words_over(uint64_t words, uint64_t each)
{
    uint64_t n = words / each;
    return n > INT_MAX ? INT_MAX : (int)n;
}

int search_f_max(const struct search_problem *problem,
                 const struct search_reduction *r, int ifmap_banks)
{
    const int used[TENSOR_N] = {
        [TENSOR_IFMAP] = ifmap_banks, [TENSOR_PSUM] = 1};
    int banks = banks_left(problem, r, TENSOR_FILTER, used);
    return words_over((uint64_t)banks * problem->l2.bank_words[TENSOR_FILTER],
                      filter_words(problem, r));
}

/* The most filters whose words L2 holds beside their psums, w words of each;
 * 0: none. */
static int most_kept_filters(const struct search_problem *problem,
                             const struct search_reduction *r, uint64_t w,
                             int ifmap_banks)
{
    int low = 0, high = problem->group_m;
    while (low < high) {
        const int m = low + (high - low + 1) / 2;
        const int banks[TENSOR_N] = {
            [TENSOR_IFMAP] = ifmap_banks,
            [TENSOR_FILTER] = search_filter_banks(problem, r, m),
            [TENSOR_PSUM] = banks_of(problem, TENSOR_PSUM, w * (uint64_t)m)};
        if (banks[TENSOR_FILTER] > 0 && banks[TENSOR_PSUM] > 0 &&
            banks[TENSOR_FILTER] <=
                banks_left(problem, r, TENSOR_FILTER, banks) &&
            banks[TENSOR_PSUM] <= banks_left(problem, r, TENSOR_PSUM, banks))
            low = m;
        else
            high = m - 1;
    }
    return low;
}

int search_m_max(const struct search_problem *problem,
                 const struct search_reduction *r, int n, int e,
                 int ifmap_banks, int filter_banks)
{
    const uint64_t psums = (uint64_t)search_groups(r) * (uint64_t)n *
                           (uint64_t)e *
                           (uint64_t)search_width_of(problem, r)->w;
    if (search_keeps(r, TENSOR_FILTER))
        return most_kept_filters(problem, r, psums, ifmap_banks);
    const int used[TENSOR_N] = {
        [TENSOR_IFMAP] = ifmap_banks, [TENSOR_FILTER] = filter_banks};
    int banks = banks_left(problem, r, TENSOR_PSUM, used);
    return words_over((uint64_t)banks * problem->l2.bank_words[TENSOR_PSUM],
                      psums);
}

void search_mapping(const struct search_problem *problem,
                    const struct search_reduction *r,
                    const struct search_outputs *o,
                    const struct search_filters *f, struct mapping *out)
{
    const int value[SEARCH_PARAMS] = {
        [SEARCH_M] = f->m,
        [SEARCH_N] = o->n,
        [SEARCH_E] = o->e,
        [SEARCH_C] = r->c,
        [SEARCH_F] = f->f,
        [SEARCH_P] = f->p,
        [SEARCH_Q] = r->q,
        [SEARCH_R] = r->r,
        [SEARCH_T] = f->t,
        [SEARCH_X] = o->x,
        [SEARCH_FR] = r->fr,
        [SEARCH_FC] = r->fc,
        [SEARCH_G] = search_groups(r),
        [SEARCH_W] = search_width_of(problem, r)->w,
        [SEARCH_KEEP] = r->keep,
    };
    *out = (struct mapping){{0}};
    for (int k = 0; k < SEARCH_PARAMS; k++)
        if (problem->space->name[k] != NULL)
            out->value[problem->index[k]] = value[k];
    const int g = dataflow_param_index(problem->space->dataflow, "g");
    if (g >= 0 && out->value[g] == 0) /* a space without it */
        out->value[g] = 1;
}

struct search_range search_range_of(const struct search_problem *problem,
                                    enum search_param param, int most)
{
    int fixed = problem->fixed[param];
    struct search_range r = {1, most};
    if (fixed > 0) {
        r.from = fixed;
        r.to = fixed <= most ? fixed : 0;
    }
    return r;
}
