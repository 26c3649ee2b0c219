/* stalls.c - adds up what a run does one after the other.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/stalls.h"

/* Cycles in which a pass begins and ends, beside its work: L2 answers, a chain
 * of PEs passes its psums on, a MAC's stages empty. */
static uint64_t ramp_cycles(const struct arch *a)
{
    return (uint64_t)a->l2_latency_cycles + (uint64_t)a->pipeline_cycles +
           (a->psum_reduce == PSUM_TREE ? 1 : (uint64_t)a->rows);
}

void search_stalls_of(const struct search_problem *problem,
                      const struct search_terms *terms,
                      const uint64_t sent[NETWORK_N], struct search_line *out)
{
    const struct arch *a = problem->arch;
    for (int k = 0; k < TENSOR_N; k++)
        out->is_single[k] = a->l2_buffers[k] == 1;
    if (a->array_network != NETWORK_MULTICAST)
        return;
    out->ramp_cycles = count_mul(terms->array_passes, ramp_cycles(a));
    for (int k = 0; k < NETWORK_N; k++)
        out->network_cycles[k] = ceil_div_u64(
            sent[k], (uint64_t)a->network[k].words_per_slot *
                         (uint64_t)arch_l2_slots(a, (enum network)k));
}

/* Sets of PEs that have filters of their own in a pass; 0: not known. */
static int sets_of(const struct search_problem *problem,
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

/* Slots that runs of words fill in part take as long as full ones, and so do
 * cycles that have fewer slots, for a cycle's go to destinations in rising
 * order. */
static uint64_t with_part_slots(const struct search_problem *problem,
                                const struct search_words_run *run,
                                const struct search_filters *s, enum network k,
                                uint64_t cycles)
{
    const struct arch *a = problem->arch;
    const int words = run->words * (run->per_filter ? s->p : 1);
    const int dests = run->dests * (run->per_set ? sets_of(problem, s) : 1);
    return (uint64_t)((double)cycles *
                      rounded_up(words, a->network[k].words_per_slot) *
                      rounded_up(dests, arch_l2_slots(a, k)));
}

/* What the array does one after the other: its work, what a network brings
 * alone, and the ramps of its passes. */
struct array_time {
    uint64_t all, alone;
};

static struct array_time array_time(const struct search_problem *problem,
                                    const struct search_line *line,
                                    const struct search_filters *s,
                                    uint64_t ifmap_cycles, uint64_t work)
{
    struct array_time out = {work, 0};
    if (problem->arch->array_network != NETWORK_MULTICAST)
        return out;
    for (int k = 0; k < NETWORK_N; k++) {
        const uint64_t full =
            k == NETWORK_IFMAP ? ifmap_cycles : line->network_cycles[k];
        const uint64_t taken =
            with_part_slots(problem, &line->run[k], s, (enum network)k, full);
        if (k == (int)problem->space->alone)
            out.alone = taken;
        else
            out.all = max_u64(out.all, taken);
    }
    out.all = count_add(count_add(out.all, out.alone),
                        count_mul(line->ramp_cycles, s->passes));
    return out;
}

/* Cycles that the array waits for filters of which L2 has one tile.  Where a
 * pass sends its filters before all else, the next tile comes during the rest
 * of the last pass that uses one, and where its psums leave behind all else,
 * while they leave; else a tile and its passes take turns. */
static uint64_t filter_wait(const struct search_problem *problem,
                            const struct search_line *line,
                            const struct search_filters *s,
                            struct array_time array, uint64_t load_cycles)
{
    const uint64_t beside = array.all - array.alone;
    double tiles = 1;
    if (!line->is_single[TENSOR_FILTER])
        return 0;
    if (problem->space->alone != NETWORK_FILTER &&
        problem->space->alone != NETWORK_PSUM_OUT)
        return load_cycles;
    if (s->f > 0 && s->passes > 0)
        tiles = ceil_div(problem->group_m, s->f) /
                ((double)s->passes * line->tile_steps);
    tiles = tiles < 1 ? tiles : 1;
    double hiding = (double)beside;
    if (problem->space->alone == NETWORK_PSUM_OUT)
        hiding = (double)array.alone * line->last_share;
    const uint64_t hidden = (uint64_t)(hiding * tiles);
    return load_cycles > hidden ? load_cycles - hidden : 0;
}

uint64_t search_with_stalls(const struct search_problem *problem,
                            const struct search_line *line,
                            const struct search_filters *s,
                            uint64_t ifmap_cycles, uint64_t filter_bytes,
                            uint64_t work, uint64_t dram_cycles,
                            uint64_t *array_cycles)
{
    const struct array_time array =
        array_time(problem, line, s, ifmap_cycles, work);
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
