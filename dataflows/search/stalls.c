/* stalls.c - adds up what a run does one after the other.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/stalls.h"

#include "dataflows/l1_shape.h"
#include "dataflows/search/pass_time.h"

/* Cycles in which a pass begins and ends, beside its work, at least: L2
 * answers, a word crosses a fifo and a register file, the last psum crosses the
 * stages of so many rows, and a fifo. */
static uint64_t ramp_cycles(const struct arch *a, int rows)
{
    return (uint64_t)a->l2_latency_cycles +
           (uint64_t)rows * (uint64_t)a->pipeline_cycles + 3;
}

/* Words of a network's cycle, all slots full. */
static double slots_words(const struct arch *a, enum network k)
{
    return (double)a->network[k].words_per_slot * arch_l2_slots(a, k);
}

void search_stalls_of(const struct search_problem *problem,
                      const struct search_terms *terms,
                      const uint64_t sent[NETWORK_N], struct search_line *out)
{
    const struct arch *a = problem->arch;
    for (int k = 0; k < TENSOR_N; k++)
        out->is_single[k] =
            a->l2_buffers[k] == 1 && (terms->kept >> k & 1) == 0;
    if (a->array_network != NETWORK_MULTICAST)
        return;
    /* Elsewhere passes say how long their chains are (pass_time.h). */
    const int rows = problem->skips ? terms->chain_rows : 1;
    out->ramp_cycles = count_mul(terms->array_passes, ramp_cycles(a, rows));
    for (int k = 0; k < NETWORK_N; k++)
        out->network_cycles[k] =
            (double)sent[k] / slots_words(a, (enum network)k);
}

/* Sets of PEs that have filters of their own in a pass; 0: not known. */
static inline int sets_of(const struct search_problem *problem,
                          const struct search_filters *s)
{
    if (s->p == 0 || s->f == 0)
        return 0;
    return ceil_div(min_int(s->f, problem->space->fold(problem, s)), s->p) *
           (s->g > 1 ? s->g : 1);
}

/* By how much longer `n` take that go `at_once` than if some of the next went
 * with the last of them; 0: not known. */
static double rounded_up(int n, int at_once)
{
    return n == 0 || at_once == 1 ? 1
                                  : (double)ceil_div(n, at_once) * at_once / n;
}

/* By how much longer slots of runs of so many words take than full ones. */
static inline double with_part_runs(const struct search_problem *problem,
                                    enum network k, int words)
{
    const struct zero_shares *left = &problem->left;
    const enum tensor t = k == NETWORK_FILTER ? TENSOR_FILTER : TENSOR_IFMAP;
    const bool is_operand = k == NETWORK_FILTER || k == NETWORK_IFMAP;
    if (!problem->skips || !is_operand || left->left[t] >= 1 ||
        left->left[t] <= 0 || words == 0)
        return rounded_up(words, problem->arch->network[k].words_per_slot);
    return zero_shares_slots(left, t, words) * left->slot_words[t] /
           (left->left[t] * words);
}

/* Slots that runs of words fill in part take as long as full ones, and so do
 * cycles that have fewer slots, for a cycle's go to destinations in rising
 * order. */
static uint64_t with_part_slots(const struct search_problem *problem,
                                const struct search_words_run *run,
                                const struct search_filters *s, enum network k,
                                double cycles)
{
    const struct arch *a = problem->arch;
    const int words = run->words * (run->per_filter ? s->p : 1);
    const int dests = run->dests * (run->per_set ? sets_of(problem, s) : 1);
    return (uint64_t)(cycles * with_part_runs(problem, k, words) *
                      rounded_up(dests, arch_l2_slots(a, k)));
}

/* Cycles in which the L1s pass on what a network brings in `cycles`, to as many
 * of its destinations as are behind one. */
static uint64_t l1_cycles(const struct search_problem *problem,
                          const struct search_words_run *run,
                          const struct search_filters *s, enum network k,
                          double cycles)
{
    const struct arch *a = problem->arch;
    const enum tensor t = k == NETWORK_FILTER ? TENSOR_FILTER : TENSOR_IFMAP;
    const int words = run->words * (run->per_filter ? s->p : 1);
    const int dests = run->dests * (run->per_set ? sets_of(problem, s) : 1);
    if (run->l1_dests == 0 || dests == 0)
        return 0;
    const double slots = cycles * with_part_runs(problem, k, words) *
                         arch_l2_slots(a, k) / dests;
    return (
        uint64_t)(l1_slot_cycles(a, t, slots * min_int(dests, run->l1_dests)));
}

/* The network of the operand that streams past the one that comes before all
 * else; NETWORK_N: none does. */
static int stream_of(const struct search_problem *problem)
{
    switch (problem->space->alone) {
    case NETWORK_FILTER:
        return NETWORK_IFMAP;
    case NETWORK_IFMAP:
        return NETWORK_FILTER;
    default:
        return NETWORK_N;
    }
}

/* Windows of a pass, at least. */
static double windows_of(const struct search_problem *problem,
                         const struct search_line *line,
                         const struct search_filters *s, int stream)
{
    if (stream == NETWORK_N)
        return 1;
    const struct search_words_run *run = &line->run[stream];
    if (run->rounds_are_filters)
        return s->f > 0 ? s->f : 1;
    return run->rounds > 0 ? (double)run->rounds : (double)problem->layer->Q;
}

/* The share of a pass's streamed words that PEs have room for while they wait
 * for the other operand; 1 where it is not known. */
static double ahead_share(const struct search_problem *problem,
                          const struct search_line *line,
                          const struct search_filters *s, int stream)
{
    const struct arch *a = problem->arch;
    if (stream == NETWORK_N)
        return 1;
    const struct search_words_run *run = &line->run[stream];
    const double rounds =
        run->rounds_are_filters ? (double)s->f : (double)run->rounds;
    const double words = rounds * run->words;
    const int room =
        a->fifo_words +
        a->rf_words[stream == NETWORK_FILTER ? TENSOR_FILTER : TENSOR_IFMAP];
    return words > room ? room / words : 1;
}

/* What the array does one after the other: its work, what a network brings
 * alone, and the ramps of its passes. */
struct array_time {
    uint64_t all, alone;
    uint64_t streamed; /* until the words that stream have left L2, at least */
};

static struct array_time array_time(const struct search_problem *problem,
                                    const struct search_line *line,
                                    const struct search_filters *s,
                                    uint64_t work)
{
    if (problem->arch->array_network != NETWORK_MULTICAST)
        return (struct array_time){work, 0, 0};
    if (line->passes.cycles > 0)
        return (struct array_time){line->passes.cycles, 0,
                                   line->passes.filter_free};
    struct array_time out = {0, 0, 0};
    const int stream = stream_of(problem);
    const double ifmap_cycles = problem->left.sent[TENSOR_IFMAP] *
                                (double)line->ifmap_sent * (double)s->passes /
                                slots_words(problem->arch, NETWORK_IFMAP);
    uint64_t streamed = 0;
    for (int k = 0; k < NETWORK_N; k++) {
        const double full =
            k == NETWORK_IFMAP ? ifmap_cycles : line->network_cycles[k];
        const struct search_words_run *run = &line->run[k];
        uint64_t taken =
            with_part_slots(problem, run, s, (enum network)k, full);
        if (problem->skips && problem->arch->has_l1)
            taken = max_u64(taken,
                            l1_cycles(problem, run, s, (enum network)k, full));
        if (k == (int)problem->space->alone)
            out.alone = taken;
        else if (k == stream)
            streamed = taken;
        else
            out.all = max_u64(out.all, taken);
    }
    /* A pass works on its first window while the words that come before all
     * else do, and the words that stream come as far ahead as there is room. */
    const double windows = windows_of(problem, line, s, stream);
    const uint64_t first = (uint64_t)((double)work / windows);
    const uint64_t ahead =
        (uint64_t)((double)streamed * ahead_share(problem, line, s, stream));
    if (stream == NETWORK_N)
        out.all = count_add(max_u64(out.all, work), out.alone);
    else
        out.all = count_add(max_u64(out.alone, first),
                            max_u64(out.all, work - first));
    out.all =
        max_u64(out.all,
                count_add(streamed, out.alone > ahead ? out.alone - ahead : 0));
    out.all = count_add(out.all, count_mul(line->ramp_cycles, s->passes));
    out.streamed = streamed;
    return out;
}

/* Cycles that the array waits for filters of which L2 has one tile.  Where a
 * pass sends its filters before all else, the next tile comes during the rest
 * of the last pass that uses one; where they stream, when the last have left;
 * and where its psums leave behind all else, while they leave. */
static uint64_t filter_wait(const struct search_problem *problem,
                            const struct search_line *line,
                            const struct search_filters *s,
                            struct array_time array, uint64_t load_cycles)
{
    const uint64_t beside = array.all - array.alone;
    double tiles = 1;
    if (!line->is_single[TENSOR_FILTER])
        return 0;
    if (s->f > 0 && s->passes > 0)
        tiles = ceil_div(problem->group_m, s->f) /
                ((double)s->passes * line->tile_steps);
    tiles = tiles < 1 ? tiles : 1;
    double hiding = (double)beside;
    if (problem->space->alone == NETWORK_PSUM_OUT && line->passes.cycles == 0)
        hiding = (double)array.alone * line->last_share;
    else if (line->passes.cycles > 0 || problem->space->alone == NETWORK_IFMAP)
        hiding = (double)(array.all - array.streamed);
    const uint64_t hidden = (uint64_t)(hiding * tiles);
    return load_cycles > hidden ? load_cycles - hidden : 0;
}

uint64_t search_busy_cycles(const struct search_problem *problem,
                            const struct search_line *line,
                            const struct search_filters *s)
{
    const struct zero_shares *left = &problem->left;
    if (!problem->skips)
        return line->busy_cycles * s->busy;
    const bool by_filters = problem->space->alone != NETWORK_IFMAP;
    const int held = by_filters ? s->p : line->held;
    const double adds = held > 0
                            ? (double)zero_shares_add_cycles(left, held) / held
                            : 1.0 / left->multipliers;
    const double none =
        held > 0 ? zero_shares_none(left, line->window_words, held) / held : 0;
    return (uint64_t)((double)s->busy *
                      ((double)(line->busy_cycles - line->busy_adds) *
                           zero_shares_product_cycles(left, held) +
                       (double)line->busy_adds * adds +
                       (double)line->busy_windows * none));
}

uint64_t search_with_stalls(const struct search_problem *problem,
                            const struct search_line *line,
                            const struct search_filters *s,
                            uint64_t filter_bytes, uint64_t work,
                            uint64_t dram_cycles, uint64_t *array_cycles)
{
    const struct array_time array = array_time(problem, line, s, work);
    uint64_t exposed = 0;
    *array_cycles = array.all;
    if (line->is_single[TENSOR_IFMAP])
        exposed =
            count_mul(line->ifmap_bytes, line->ifmap_stays ? 1 : s->m_tiles);
    if (line->is_single[TENSOR_PSUM])
        exposed = count_add(exposed, line->psum_bytes);
    /* Where DRAM sets the pace, the array works on the last tile alone. */
    if (s->m > 0 && line->filter_loads > 0)
        dram_cycles = count_add(
            dram_cycles,
            (uint64_t)((double)array.all /
                       (line->filter_loads *
                        ceil_div(problem->group_m, min_int(s->f, s->m)))));
    const uint64_t filters = filter_wait(
        problem, line, s, array, dram_min_cycles(&problem->dram, filter_bytes));
    return max_u64(dram_cycles,
                   count_add(count_add(array.all, line->end_cycles),
                             count_add(filters, dram_min_cycles(&problem->dram,
                                                                exposed))));
}

bool search_knows_passes(const struct search_problem *problem)
{
    return problem->arch->array_network == NETWORK_MULTICAST &&
           !problem->arch->pass_overlap && !arch_skips_any(problem->arch);
}

struct sum {
    const struct arch *arch;
    struct pass_time all;
};

static void add_kind(void *context, const struct pass *pass, uint64_t times)
{
    struct sum *sum = context;
    const struct pass_time time =
        pass_time_about(sum->arch, &pass->work.multicast);
    sum->all.cycles = count_add(sum->all.cycles, count_mul(times, time.cycles));
    sum->all.filter_free =
        count_add(sum->all.filter_free, count_mul(times, time.filter_free));
}

struct pass_time search_passes_time(const struct search_problem *problem,
                                    const struct mapping *mapping,
                                    struct program *room)
{
    struct sum sum = {.arch = problem->arch};
    problem->space->dataflow->compile(problem->arch, problem->layer, mapping,
                                      room);
    program_each_kind(room, add_kind, &sum);
    return sum.all;
}
