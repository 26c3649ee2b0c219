/* systolic_shadow_foresee.c - many cycles at once of an array with second
 * registers.
 *
 * No edge makes this array wait, so a word that enters in cycle t is at the PE
 * of row i and column j in cycle t + i + j, whatever else is on the array: what
 * the planes would show in a cycle is known from the passes' strips alone.  A
 * cycle counts the PEs of a rectangle at whose distance a word is; n cycles
 * count them in n neighbouring places.  Both sums are polynomials.  Between two
 * events of the sequencer (a pass begins to load or to flow, one is out) the
 * passes on the array stay the same, so such a stretch is counted at once.
 * SPDX-License-Identifier: MIT
 */
#include "pe/systolic_shadow_state.h"
#include "sim/base/diag.h"

/* Pairs (i, j), both from 0, with i + j <= y; and the sum of those up to y. */
static int64_t triangle(int64_t y)
{
    return y < 0 ? 0 : (y + 1) * (y + 2) / 2;
}

static int64_t tetrahedron(int64_t y)
{
    return y < 0 ? 0 : (y + 1) * (y + 2) / 2 * (y + 3) / 3;
}

/* A rectangle of PEs in the array's upper left corner. */
struct rectangle {
    int rows, cols;
};

/* PEs of it at a distance of at most y. */
static int64_t near_pes(struct rectangle r, int64_t y)
{
    if (y >= r.rows + r.cols - 2)
        return (int64_t)r.rows * r.cols;
    return triangle(y) - triangle(y - r.rows) - triangle(y - r.cols) +
           triangle(y - r.rows - r.cols);
}

/* The sum of near_pes for distances up to y. */
static int64_t near_sum(struct rectangle r, int64_t y)
{
    const int64_t far = (int64_t)r.rows + r.cols - 2;
    const int64_t beyond = y > far ? y - far : 0;
    y -= beyond;
    return tetrahedron(y) - tetrahedron(y - r.rows) - tetrahedron(y - r.cols) +
           tetrahedron(y - r.rows - r.cols) + beyond * r.rows * r.cols;
}

/* The sum for distances from .. to-1. */
static uint64_t near_between(struct rectangle r, int64_t from, int64_t to)
{
    return (uint64_t)(near_sum(r, to - 1) - near_sum(r, from - 1));
}

/* What words of a wave do in the cycles in which its flow_step is from .. to-1,
 * summed over these. */
struct flow_sums {
    uint64_t macs, first_row, first_col;  /* PEs of the pass with a word */
    uint64_t psums, psum_links, psum_out; /* PEs to the bottom with a psum */
    uint64_t entered;                     /* cycles in which a word entered */
};

static void add_strip(const struct systolic_shadow *s,
                      const struct systolic_pass *pass, int64_t from,
                      int64_t to, uint32_t words, struct flow_sums *n)
{
    const int r = pass->rows_used, c = pass->cols_used, all = s->rows;
    const struct rectangle used = {r, c}, row = {1, c}, col = {r, 1};
    const struct rectangle down = {all, c}, above = {all - 1, c};
    const int64_t gone = (int64_t)words;
#define WITH_WORD(rectangle)               \
    (near_between((rectangle), from, to) - \
     near_between((rectangle), from - gone, to - gone))
    const uint64_t first_row = WITH_WORD(row), psums = WITH_WORD(down);
    n->macs += WITH_WORD(used);
    n->first_row += first_row;
    n->first_col += WITH_WORD(col);
    n->psum_links += psums - first_row;
    n->psum_out += psums - WITH_WORD(above);
#undef WITH_WORD
    const int64_t begin = from > 0 ? from : 0, end = to < gone ? to : gone;
    n->entered += end > begin ? (uint64_t)(end - begin) : 0;
}

static void add_flow(const struct systolic_shadow *s,
                     const struct shadow_wave *wave, uint64_t cycles,
                     struct flow_sums *n)
{
    const int64_t from = (int64_t)wave->flow_step;
    const int64_t to = from + (int64_t)cycles;
    struct strip_walk walk;
    strip_walk_start(&walk, &s->cfg, &wave->pass, &wave->flight);
    do {
        const int64_t begins = (int64_t)walk.begins;
        const int64_t out = begins + walk.words + s->rows + s->cols;
        if (begins < to && out > from)
            add_strip(s, &wave->pass, from - begins, to - begins, walk.words,
                      n);
    } while (strip_walk_next(&walk));
}

/* PE-cycles with work.  A PE works for the pass whose first word came by last;
 * the oldest one's also before it comes. */
static uint64_t work(const struct systolic_shadow *s, uint64_t cycles)
{
    uint64_t sum = 0;
    for (int k = 0; k < s->n_waves; k++) {
        const struct shadow_wave *wave = &s->wave[k];
        const struct shadow_wave *next =
            k + 1 < s->n_waves ? &s->wave[k + 1] : NULL;
        const struct rectangle used = {wave->pass.rows_used,
                                       wave->pass.cols_used};
        const int64_t at = (int64_t)wave->flow_step, n = (int64_t)cycles;
        if (k == 0)
            sum += cycles * (uint64_t)near_pes(used, INT32_MAX);
        else if (wave->flows)
            sum += near_between(used, at, at + n);
        if (next != NULL && next->flows)
            sum -= near_between(used, (int64_t)next->flow_step,
                                (int64_t)next->flow_step + n);
    }
    return sum;
}

static uint64_t min_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Words that stay and come in: of row i and column j at the top in step R-1-i+j
 * of the load, then a row down in each step until step R-1+j. */
static void count_load(struct systolic_shadow *s,
                       const struct shadow_wave *wave, uint64_t cycles, bool is)
{
    struct pass_counts *n = &s->counts;
    const int64_t from = wave->load_step, last = s->rows + s->cols - 1;
    const int64_t to = (int64_t)min_of((uint64_t)from + cycles, (uint64_t)last);
    const int r = wave->pass.rows_used, c = wave->pass.cols_used;
    const struct rectangle used = {r, c}, row = {1, c};
    const int64_t first = s->rows - r; /* of row r-1 and column 0 */
    if (!wave->loads || from >= to)
        return;
    const uint64_t rows = (uint64_t)r;
    const uint64_t settled_before =
        near_between(row, from - s->rows, to - s->rows);
    *(is ? &n->ifmap_sent : &n->filter_sent) +=
        (uint64_t)(near_pes(used, to - 1 - first) -
                   near_pes(used, from - 1 - first));
    *(is ? &n->ifmap_hops : &n->filter_hops) +=
        near_between(used, from - first, to - first) - rows * settled_before;
    *(is ? &n->ifmap_delivered : &n->filter_delivered) +=
        rows *
        (uint64_t)(near_pes(row, to - s->rows) - near_pes(row, from - s->rows));
}

static void count(struct systolic_shadow *s, uint64_t cycles)
{
    struct pass_counts *n = &s->counts;
    const struct shadow_wave *last = &s->wave[s->n_waves - 1];
    const bool is = last->pass.kind == SYSTOLIC_IS;
    struct flow_sums all = {0}, latest = {0};
    uint64_t drains = 0;
    for (int k = 0; k < s->n_waves; k++) {
        const struct shadow_wave *wave = &s->wave[k];
        struct flow_sums one = {0};
        count_load(s, wave, cycles, is);
        if (!wave->flows)
            continue;
        add_flow(s, wave, cycles, &one);
        all.macs += one.macs;
        all.first_col += one.first_col;
        all.psum_links += one.psum_links;
        all.psum_out += one.psum_out;
        all.entered += one.entered;
        *(wave->pass.psum_in ? &n->psum_in_words : &n->first_macs) +=
            one.first_row;
        latest = one;
    }
    if (last->flows) {
        const struct rectangle used = {last->pass.rows_used,
                                       last->pass.cols_used};
        const int64_t at = (int64_t)last->flow_step;
        drains = near_between(used, at, at + (int64_t)cycles) - latest.macs;
    }
    n->cycles += cycles;
    n->flight_cycles += cycles;
    n->stream_cycles += all.entered;
    if (!last->flows && last->loads && last->load_step < s->rows) {
        const uint64_t loading =
            min_of(cycles, (uint64_t)(s->rows - last->load_step));
        struct flow_sums meanwhile = {0};
        if (s->n_waves > 1)
            add_flow(s, last - 1, loading, &meanwhile);
        n->load_cycles += loading - meanwhile.entered;
    }
    *(is ? &n->filter_sent : &n->ifmap_sent) += all.first_col;
    *(is ? &n->filter_hops : &n->ifmap_hops) += all.macs;
    *(is ? &n->filter_delivered : &n->ifmap_delivered) += all.macs;
    n->macs += all.macs;
    n->psum_out_words += all.psum_out;
    n->psum_out_hops += all.psum_out;
    n->psum_link_words += all.psum_links;
    n->pe_cycles[PE_MAC] += all.macs;
    n->pe_cycles[PE_DRAIN] += drains;
    n->pe_cycles[PE_FILL] += work(s, cycles) - all.macs - drains;
}

/* Cycles up to the next event of the sequencer, that in which it is seen
 * included. */
static uint64_t stretch(const struct systolic_shadow *s)
{
    const struct shadow_wave *last = &s->wave[s->n_waves - 1];
    const struct shadow_wave *before = s->n_waves > 1 ? last - 1 : NULL;
    uint64_t cycles = UINT64_MAX;
    if (s->alone_cycles > 0)
        cycles = s->alone_cycles;
    if (s->wave[0].flows)
        cycles = min_of(cycles, s->wave[0].span.life - s->wave[0].flow_step);
    if (last->flows)
        return cycles;
    if (!last->loads)
        return min_of(cycles, before->span.last_begins - before->flow_step);
    uint64_t until = 1;
    if (last->load_step < s->rows)
        until = (uint64_t)(s->rows - last->load_step);
    if (before != NULL && before->span.stream > before->flow_step + until)
        until = before->span.stream - before->flow_step;
    return min_of(cycles, until);
}

uint64_t systolic_shadow_foresee(struct systolic_shadow *s,
                                 uint64_t most_cycles)
{
    if (s->n_waves == 0)
        return 0;
    SIM_CHECK(!s->has_values);
    const uint64_t cycles = min_of(stretch(s), most_cycles);
    SIM_CHECK(cycles > 0 && cycles < UINT64_MAX);
    count(s, cycles);
    systolic_shadow_advance(s, cycles);
    return cycles;
}
