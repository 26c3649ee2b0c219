/* systolic_shadow.c - passes that flow one behind another.
 *
 * A cycle is a row's new words from the old ones of its own and of the row
 * above, for each row, in any order; then what the sequencer counts.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "pe/systolic_shadow_state.h"
#include "sim/base/diag.h"

struct systolic_shadow *systolic_shadow_new(const struct systolic_cfg *cfg)
{
    struct systolic_shadow *s = xcalloc(1, sizeof(*s));
    SIM_CHECK(!cfg->tight_folds);
    SIM_CHECK(cfg->left_words_per_cycle >= cfg->rows);
    SIM_CHECK(cfg->top_words_per_cycle >= cfg->cols);
    SIM_CHECK(cfg->psum_in_words_per_cycle >= cfg->cols);
    SIM_CHECK(cfg->psum_out_words_per_cycle >= cfg->cols);
    SIM_CHECK(cfg->commands_in_flight <= SYSTOLIC_COMMANDS_MAX);
    s->cfg = *cfg;
    s->rows = cfg->rows;
    s->cols = cfg->cols;
    s->words = (cfg->cols + 63) / 64;
    s->waves_max =
        systolic_passes_max(cfg->rows, cfg->cols, cfg->command_cycles);
    s->ages = cfg->rows + cfg->cols;
    s->entered = xcalloc((size_t)s->ages, sizeof(*s->entered));
    s->wave = xcalloc((size_t)s->waves_max, sizeof(*s->wave));
    const size_t row = (size_t)s->words, plane = row * (size_t)cfg->rows;
    s->plane_words =
        xcalloc(2 * SHADOW_PLANES * plane + 2 * row, sizeof(uint64_t));
    uint64_t *at = s->plane_words;
    struct shadow_planes *const both[2] = {&s->now, &s->then};
    for (int k = 0; k < 2; k++) {
        uint64_t **const planes[SHADOW_PLANES] = {
            &both[k]->left,     &both[k]->psum,    &both[k]->top,
            &both[k]->next,     &both[k]->macs,    &both[k]->drains,
            &both[k]->had_work, &both[k]->has_work};
        for (int n = 0; n < SHADOW_PLANES; n++, at += plane)
            *planes[n] = at;
    }
    s->psum_is_read = at;
    s->psum_was_read = at + row;
    return s;
}

void systolic_shadow_free(struct systolic_shadow *s)
{
    if (s == NULL)
        return;
    free(s->wave);
    free(s->entered);
    free(s->plane_words);
    free(s->left_value);
    free(s->top_value);
    free(s->next_value);
    free(s->psum_value);
    free(s);
}

static const struct shadow_wave *latest(const struct systolic_shadow *s)
{
    return s->n_waves > 0 ? &s->wave[s->n_waves - 1] : NULL;
}

bool systolic_shadow_flows(const struct systolic_shadow *s)
{
    return s->n_waves > 0 && !latest(s)->flows;
}

bool systolic_shadow_is_done(const struct systolic_shadow *s)
{
    return !systolic_shadow_flows(s) && s->alone_cycles == 0;
}

void systolic_shadow_may_foresee(struct systolic_shadow *s)
{
    SIM_CHECK(s->n_waves == 0);
    s->foresees = true;
}

bool systolic_shadow_moved(const struct systolic_shadow *s)
{
    return s->has_moved;
}

/* Whether the words of wave k that stay may come in: with the last strip of the
 * pass before. */
static bool may_load(const struct systolic_shadow *s, int k)
{
    const struct shadow_wave *wave = &s->wave[k];
    return k == 0 || wave[-1].flow_step >= wave[-1].span.last_begins;
}

/* The columns of a row, word w, that a pass uses. */
static uint64_t used(const struct systolic_pass *pass, int row, int w)
{
    return row < pass->rows_used ? plane_low_columns(pass->cols_used, w) : 0;
}

/* The PEs to which no word of the next pass has come turn to it: what was
 * there is out.  t: cycles for which that flows. */
static void turn_over(const struct systolic_shadow *s, uint64_t *has_work,
                      uint64_t *top, int row, const struct shadow_wave *next,
                      int64_t t)
{
    const int come = t > row ? (int)(t - row < s->cols ? t - row : s->cols) : 0;
    for (int w = 0; w < s->words; w++) {
        const uint64_t stay = plane_low_columns(come, w);
        has_work[w] &= stay;
        top[w] &= stay;
        if (next != NULL)
            has_work[w] |= used(&next->pass, row, w) & ~stay;
    }
}

void systolic_shadow_issue(struct systolic_shadow *s,
                           const struct systolic_pass *pass,
                           const struct systolic_values *values)
{
    SIM_CHECK(systolic_shadow_is_done(s));
    SIM_CHECK(pass->kind != SYSTOLIC_OS && s->n_waves < s->waves_max);
    struct shadow_wave *wave = &s->wave[s->n_waves++];
    memset(wave, 0, sizeof(*wave));
    wave->pass = *pass;
    wave->loads = may_load(s, s->n_waves - 1);
    s->has_values = values != NULL;
    if (values != NULL)
        wave->values = *values;
    s->counts.active_pes = (uint64_t)pass->rows_used * pass->cols_used;
    for (int row = 0; !s->foresees && s->n_waves == 1 && row < s->rows; row++)
        turn_over(s, shadow_row(s, s->now.has_work, row),
                  shadow_row(s, s->now.top, row), row, wave, 0);
    if (values == NULL || s->left_value != NULL)
        return;
    const size_t pes = (size_t)s->rows * (size_t)s->cols;
    s->left_value = xcalloc(pes, sizeof(*s->left_value));
    s->top_value = xcalloc(pes, sizeof(*s->top_value));
    s->next_value = xcalloc(pes, sizeof(*s->next_value));
    s->psum_value = xcalloc(pes, sizeof(*s->psum_value));
}

static uint64_t bit_of(int col, int w)
{
    return col >= 64 * w && col < 64 * w + 64 ? UINT64_C(1) << (col - 64 * w)
                                              : 0;
}

/* A wave's edges in a row, as the cycle begins. */
struct edges {
    uint64_t takes;   /* PEs in which a pass's first word comes by */
    uint64_t moves;   /* second registers that take what is above them */
    uint64_t settles; /* ... for the last time */
    uint64_t enters;  /* words that stay, valid ones; row 0 */
    uint64_t reads;   /* of takes: psums that enter are read; row 0 */
};

/* Whether a row has any in this cycle. */
static bool has_edges(const struct systolic_shadow *s, int row)
{
    for (int k = 0; k < s->n_waves; k++) {
        const struct shadow_wave *wave = &s->wave[k];
        if (wave->loads && wave->load_step < s->rows + s->cols - 1 &&
            wave->load_step >= row)
            return true;
        if (wave->flows && wave->flow_step < (uint32_t)(row + s->cols) &&
            wave->flow_step >= (uint32_t)row)
            return true;
    }
    return false;
}

static struct edges edges_of(const struct systolic_shadow *s, int row, int w)
{
    struct edges e = {0, 0, 0, 0, 0};
    for (int k = 0; k < s->n_waves; k++) {
        const struct shadow_wave *wave = &s->wave[k];
        const struct systolic_pass *pass = &wave->pass;
        const int u = wave->load_step;
        if (wave->loads && u < s->rows + s->cols - 1 && u >= row) {
            e.moves |= shadow_columns(u - s->rows + 1, u - row + 1, w);
            e.settles |= bit_of(u - s->rows + 1, w);
            /* Column j takes the word of row R-1-(u-j), one of the first r. */
            int to = pass->rows_used - s->rows + 1 + u;
            to = to < u + 1 ? to : u + 1;
            to = to < pass->cols_used ? to : pass->cols_used;
            if (to > 0)
                e.enters |= shadow_columns(u - s->rows + 1, to, w);
        }
        if (wave->flows && wave->flow_step < (uint32_t)(row + s->cols) &&
            wave->flow_step >= (uint32_t)row) {
            const uint64_t bit = bit_of((int)wave->flow_step - row, w);
            e.takes |= bit;
            e.reads |= pass->psum_in ? bit : 0;
        }
    }
    return e;
}

/* Whether the oldest pass's last command leaves in the last of so many cycles.
 */
static bool ends(const struct systolic_shadow *s, uint64_t cycles)
{
    return s->n_waves > 0 && s->wave[0].flows &&
           s->wave[0].flow_step + cycles == s->wave[0].span.life;
}

static void open_cycle(struct systolic_shadow *s)
{
    if (s->is_open)
        return;
    s->is_open = true;
    memset(&s->sums, 0, sizeof(s->sums));
}

/* What a row's edges do; sums of whole planes come as the cycle ends. */
static void note_edges(struct systolic_shadow *s, int row,
                       const struct edges *e)
{
    struct shadow_sums *n = &s->sums;
    const uint64_t *next = shadow_row(s, s->then.next, row);
    uint64_t moved[SHADOW_WORDS_MAX], settled[SHADOW_WORDS_MAX];
    for (int w = 0; w < s->words; w++) {
        moved[w] = next[w] & e[w].moves;
        settled[w] = next[w] & e[w].settles;
    }
    const uint64_t n_moved = shadow_bits(moved, s->words);
    n->load_moves += n_moved;
    n->load_enters += row == 0 ? n_moved : 0;
    n->loaded += shadow_bits(settled, s->words);
}

/* PEs that have taken the latest word, and have work and no MAC. */
static void note_drains(struct systolic_shadow *s, int row)
{
    const uint64_t *macs = shadow_row(s, s->then.macs, row);
    const uint64_t *work = shadow_row(s, s->then.had_work, row);
    uint64_t *const drains = shadow_row(s, s->then.drains, row);
    const struct shadow_wave *last = latest(s);
    const uint64_t come = last->flows && last->flow_step >= (uint32_t)row
                              ? last->flow_step - (uint32_t)row + 1
                              : 0;
    const int to = come < (uint64_t)s->cols ? (int)come : s->cols;
    for (int w = 0; w < s->words; w++)
        drains[w] = work[w] & ~macs[w] & plane_low_columns(to, w);
}

/* A row's new words, where no edge of a pass is. */
static void move_row(struct systolic_shadow *s, int row)
{
    const size_t at = (size_t)row * (size_t)s->words;
    const size_t n_bytes = (size_t)s->words * sizeof(uint64_t);
    const struct shadow_planes *now = &s->now, *then = &s->then;
    const uint64_t *const old = now->left + at, *const top = now->top + at;
    uint64_t *const left = then->left + at, *const psum = then->psum + at;
    uint64_t *const macs = then->macs + at;
    uint64_t carry = shadow_word(s, row) > 0;
    const int words = s->words;
    memcpy(then->top + at, top, n_bytes);
    memcpy(then->next + at, now->next + at, n_bytes);
    memcpy(then->has_work + at, now->has_work + at, n_bytes);
    memcpy(then->had_work + at, now->has_work + at, n_bytes);
    for (int w = 0; w < words; w++) {
        left[w] = (old[w] << 1 | carry) & top[w];
        carry = old[w] >> 63;
    }
    memcpy(psum, row > 0 ? now->psum + at - words : left, n_bytes);
    for (int w = 0; w < words; w++)
        macs[w] = left[w] & psum[w];
    if (row == 0)
        memcpy(s->psum_was_read, s->psum_is_read, n_bytes);
}

/* ... and where there are some. */
static void move_row_edges(struct systolic_shadow *s, int row)
{
    struct edges e[SHADOW_WORDS_MAX];
    uint64_t carry = shadow_word(s, row) > 0;
    for (int w = 0; w < s->words; w++) {
        const size_t at = (size_t)row * (size_t)s->words + (size_t)w;
        const size_t above = at - (size_t)(row > 0 ? s->words : 0);
        e[w] = edges_of(s, row, w);
        const uint64_t takes = e[w].takes, moves = e[w].moves;
        const uint64_t from_above = row > 0 ? s->now.next[above] : e[w].enters;
        const uint64_t top =
            (s->now.top[at] & ~takes) | (s->now.next[at] & takes);
        const uint64_t left = (s->now.left[at] << 1 | carry) & top;
        carry = s->now.left[at] >> 63;
        s->then.top[at] = top;
        s->then.next[at] =
            (s->now.next[at] & ~takes & ~moves) | (from_above & moves);
        s->then.left[at] = left;
        s->then.psum[at] = row > 0 ? s->now.psum[above] : left;
        s->then.macs[at] = left & s->then.psum[at];
        s->then.has_work[at] =
            (s->now.has_work[at] & ~takes) | (s->now.next[at] & takes);
        s->then.had_work[at] = s->then.has_work[at];
        if (row == 0)
            s->psum_was_read[w] = (s->psum_is_read[w] & ~takes) | e[w].reads;
    }
    note_edges(s, row, e);
}

void systolic_shadow_row_eval(struct systolic_shadow *s, int row)
{
    open_cycle(s);
    if (s->n_waves == 0)
        return;
    if (has_edges(s, row))
        move_row_edges(s, row);
    else
        move_row(s, row);
    note_drains(s, row);
    if (ends(s, 1)) {
        const struct shadow_wave *next = s->n_waves > 1 ? &s->wave[1] : NULL;
        turn_over(s, shadow_row(s, s->then.has_work, row),
                  shadow_row(s, s->then.top, row), row, next,
                  next == NULL || !next->flows ? 0
                                               : (int64_t)next->flow_step + 1);
    }
}

void systolic_shadow_row_commit(struct systolic_shadow *s, int row)
{
    const size_t at = (size_t)row * (size_t)s->words;
    const size_t n_bytes = (size_t)s->words * sizeof(uint64_t);
    const struct shadow_planes *to = &s->now, *from = &s->then;
    memcpy(to->left + at, from->left + at, n_bytes);
    memcpy(to->psum + at, from->psum + at, n_bytes);
    memcpy(to->top + at, from->top + at, n_bytes);
    memcpy(to->next + at, from->next + at, n_bytes);
    memcpy(to->has_work + at, from->has_work + at, n_bytes);
}

/* The latest pass is in place, and the left edge is free: it begins to flow in
 * the next cycle.  What it will take is known: no edge makes it wait. */
static void begin_to_flow(struct systolic_shadow *s)
{
    struct shadow_wave *wave = &s->wave[s->n_waves - 1];
    struct pass_counts *n = &s->counts;
    const struct systolic_pass *pass = &wave->pass;
    const struct shadow_wave *before = s->n_waves > 1 ? wave - 1 : NULL;
    const int loaded = s->rows + pass->cols_used - 1;
    const int tail = loaded > wave->load_step ? loaded - wave->load_step : 0;
    const bool is = pass->kind == SYSTOLIC_IS;
    wave->flows = true;
    if (before != NULL)
        wave->flight = strip_flight_after(&s->cfg, &before->pass,
                                          &before->flight, before->flow_step);
    wave->span = strip_span_of(&s->cfg, pass, &wave->flight);
    strip_walk_start(&s->walk, &s->cfg, pass, &wave->flight);
    *(is ? &n->ifmap_free_cycle : &n->filter_free_cycle) =
        n->cycles + (uint64_t)tail;
    *(is ? &n->filter_free_cycle : &n->ifmap_free_cycle) =
        n->cycles + wave->span.entered + pass->rows_used - 1;
    n->drain_cycles = wave->span.life;
    s->done_counts = *n;
    memset(n, 0, sizeof(*n));
}

void systolic_shadow_age(struct systolic_shadow *s)
{
    struct strip_walk *walk = &s->walk;
    int k = s->n_waves - 1;
    s->age_0 = (s->age_0 + s->ages - 1) % s->ages;
    s->entered[s->age_0] = 0;
    while (k >= 0 && !s->wave[k].flows)
        k--;
    if (k < 0)
        return;
    const uint32_t at = s->wave[k].flow_step;
    while (at >= walk->begins + walk->words && strip_walk_next(walk))
        ;
    if (at >= walk->begins && at < walk->begins + walk->words)
        s->entered[s->age_0] = walk->first + (at - (uint32_t)walk->begins) + 1;
}

/* Whether the latest pass begins to flow in the next cycle: its words are in
 * place, and no strip of the one before is in its way. */
static bool can_flow(const struct systolic_shadow *s)
{
    const struct shadow_wave *last = latest(s);
    if (last == NULL || last->flows || last->load_step < s->rows)
        return false;
    return s->n_waves == 1 || last[-1].flow_step >= last[-1].span.stream;
}

/* Goes to the end of so many cycles, of which the last alone may be an event:
 * a pass may load, may flow, or is out. */
void systolic_shadow_advance(struct systolic_shadow *s, uint64_t cycles)
{
    const bool end = ends(s, cycles);
    const int load_end = s->rows + s->cols - 1;
    for (int k = 0; k < s->n_waves; k++) {
        struct shadow_wave *wave = &s->wave[k];
        if (wave->loads)
            wave->load_step = cycles < (uint64_t)(load_end - wave->load_step)
                                  ? wave->load_step + (int)cycles
                                  : load_end;
        if (wave->flows)
            wave->flow_step += (uint32_t)cycles;
        wave->loads = wave->loads || may_load(s, k);
    }
    if (end) {
        s->n_waves--;
        memmove(s->wave, s->wave + 1, (size_t)s->n_waves * sizeof(*s->wave));
    }
    if (s->alone_cycles > 0)
        s->alone_cycles -= cycles;
    if (can_flow(s))
        begin_to_flow(s);
}

void systolic_shadow_sequencer_commit(struct systolic_shadow *s)
{
    s->is_open = false;
    s->has_moved = s->n_waves > 0;
    if (!s->has_moved)
        return;
    systolic_shadow_sum(s);
    systolic_shadow_count(s, 1);
    if (s->has_values)
        systolic_shadow_move_values(s);
    memcpy(s->psum_is_read, s->psum_was_read,
           (size_t)s->words * sizeof(*s->psum_is_read));
    systolic_shadow_advance(s, 1);
    systolic_shadow_age(s);
}

uint64_t systolic_shadow_step(struct systolic_shadow *s, uint64_t most_cycles)
{
    if (s->foresees)
        return systolic_shadow_foresee(s, most_cycles);
    for (int row = 0; row < s->rows; row++)
        systolic_shadow_row_eval(s, row);
    systolic_shadow_sequencer_commit(s);
    for (int row = 0; s->has_moved && row < s->rows; row++)
        systolic_shadow_row_commit(s, row);
    return s->has_moved ? 1 + systolic_shadow_skip(s, most_cycles - 1) : 0;
}

void systolic_shadow_counts(const struct systolic_shadow *s,
                            struct pass_counts *out)
{
    const bool is_new = systolic_shadow_is_done(s) && s->counts.cycles == 0;
    *out = is_new ? s->done_counts : s->counts;
}

void systolic_shadow_let_drain(struct systolic_shadow *s, uint64_t cycles)
{
    SIM_CHECK(systolic_shadow_is_done(s));
    s->alone_cycles = cycles;
}

int systolic_shadow_pe_cause(const struct systolic_shadow *s, int row, int col)
{
    const size_t at = (size_t)row * (size_t)s->words + (size_t)col / 64;
    const uint64_t bit = UINT64_C(1) << col % 64;
    if ((s->then.had_work[at] & bit) == 0)
        return -1;
    if (s->then.macs[at] & bit)
        return PE_MAC;
    return s->then.drains[at] & bit ? PE_DRAIN : PE_FILL;
}
