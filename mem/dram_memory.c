/* dram_memory.c - transfers of a DRAM part that need not be simulated again.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram_memory.h"

#include <stdlib.h>
#include <string.h>

#include "mem/dram_pattern.h"
#include "sim/base/diag.h"

enum { KEY_A = DRAM_PATTERN_KINDS, KEY_B };

/* An open row in a key or a state, beside numbers of the pattern's rows. */
enum { ROW_CLOSED = 0xffff, ROW_OTHER = 0xfffe };

/* Timers are kept in 16 bits.  A transfer near one that is longer is not
 * remembered. */
enum { TIMER_MAX = 0xffff };

/* Words of a key: 3 in front, two timers or rows a word, and key B's 3. */
enum {
    BANK_WORDS = 2,
    GROUP_WORDS = 2,
    COMMON_WORDS = 4,
    KEY_WORDS_MAX = 3 + DRAM_BANKS_MAX * (1 + BANK_WORDS) +
                    DRAM_GROUPS_MAX * GROUP_WORDS + COMMON_WORDS + 3
};

/* What a transfer does: clocks from the first one on.  Behind it lie the
 * timers as the commands end, from then on, and the banks' rows. */
struct effect {
    uint32_t clocks; /* to the end of the commands */
    uint32_t end;    /* of the data */
    uint32_t bursts, write_bursts, activates, row_hits, refreshes;
    uint32_t way;
    uint32_t settled; /* from the end of the commands on: the longest timer */
};
enum { EFFECT_WORDS = sizeof(struct effect) / sizeof(uint32_t) };

/* A channel and a pattern: where the pattern's banks and rows lie in it.  Of a
 * transfer that was remembered, the timers are put back only if the channel is
 * used again while one of them may still run. */
struct view {
    struct dram_controller *controller;
    const uint32_t *timers; /* of an effect, not yet put back; NULL: none */
    uint64_t then;          /* the clock from which they run */
    struct dram_pattern pattern;
    int bank[DRAM_BANKS_MAX]; /* the pattern's banks, by their numbers */
    uint32_t banks;           /* bit b: bank b is touched */
};

struct dram_memory {
    struct word_map *map;
    struct dram_patterns *patterns;
    struct dram_map part;
    struct view *view; /* of each channel; owns */
};

struct key {
    uint32_t word[KEY_WORDS_MAX];
    uint32_t n;
    bool is_whole; /* no timer was too long */
};

struct dram_memory *dram_memory_new(const struct dram_part *part, int channels,
                                    size_t budget_bytes)
{
    struct dram_memory *m = xcalloc(1, sizeof(*m));
    dram_map_init(&m->part, part);
    m->map = word_map_new(budget_bytes);
    m->patterns = dram_patterns_new(m->map, &m->part);
    m->view = xcalloc((size_t)channels, sizeof(*m->view));
    return m;
}

void dram_memory_free(struct dram_memory *m)
{
    if (m == NULL)
        return;
    dram_patterns_free(m->patterns);
    word_map_free(m->map);
    free(m->view);
    free(m);
}

size_t dram_memory_bytes(const struct dram_memory *m)
{
    return word_map_bytes(m->map);
}

/* ---- names ---- */

/* Returns where the pattern's row lies: the row of all groups, counted from
 * address 0 on. */
static uint64_t unit_of(const struct view *v, uint32_t row)
{
    return v->pattern.first_unit + v->pattern.row[row];
}

static int row_in_bank(const struct dram_memory *m, uint64_t unit)
{
    return dram_map_field(unit >> m->part.bank_bits, m->part.row_bits);
}

static int group_of(const struct dram_memory *m, const struct view *v,
                    uint32_t group)
{
    return (v->pattern.first_group + (int)group) &
           ((1 << m->part.group_bits) - 1);
}

static void find_banks(const struct dram_memory *m, struct view *v)
{
    v->banks = 0;
    for (uint32_t k = 0; k < v->pattern.n_banks; k++) {
        const struct dram_pattern_bank *bank = &v->pattern.bank[k];
        const int in_group =
            dram_map_field(unit_of(v, bank->row), m->part.bank_bits);
        v->bank[k] =
            group_of(m, v, bank->group) << m->part.bank_bits | in_group;
        v->banks |= (uint32_t)1 << v->bank[k];
    }
}

/* Returns the number of the row that is open in the pattern's bank k. */
static uint32_t open_row(const struct dram_memory *m, const struct view *v,
                         uint32_t k)
{
    const struct dram_map *part = &m->part;
    const struct dram_pattern *p = &v->pattern;
    const int64_t open = v->controller->state.bank[v->bank[k]].open_row;
    if (open < 0)
        return ROW_CLOSED;
    if (open == row_in_bank(m, unit_of(v, p->bank[k].row)))
        return p->bank[k].row;
    const uint64_t unit =
        (uint64_t)open << part->bank_bits |
        (uint64_t)dram_map_field((uint64_t)v->bank[k], part->bank_bits);
    const uint64_t row =
        (unit - p->first_unit) &
        (((uint64_t)1 << (part->bank_bits + part->row_bits)) - 1);
    uint32_t low = 0, high = p->n_rows;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (p->row[p->order[middle]] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->n_rows && p->row[p->order[low]] == row ? p->order[low]
                                                           : ROW_OTHER;
}

/* ---- keys ---- */

static uint64_t left(uint64_t timer, uint64_t now)
{
    return timer > now ? timer - now : 0;
}

/* Two timers, 16 bits each. */
static uint32_t pair(struct key *key, uint64_t a, uint64_t b, uint64_t now)
{
    const uint64_t left_a = left(a, now), left_b = left(b, now);
    key->is_whole &= (left_a | left_b) <= TIMER_MAX;
    return (uint32_t)(left_a & TIMER_MAX) | (uint32_t)left_b << 16;
}

static uint32_t later_of_pair(uint32_t timer, uint32_t word)
{
    const uint32_t a = word & TIMER_MAX, b = word >> 16;
    return timer > a && timer > b ? timer : a > b ? a : b;
}

/* Adds the timers of all that the pattern touches.  Returns whether one of
 * them runs. */
static bool add_timers(const struct dram_memory *m, const struct view *v,
                       uint64_t now, struct key *key)
{
    const struct dram_part_state *s = &v->controller->state;
    uint32_t *const first = &key->word[key->n], *w = first;
    uint32_t any = 0;
    for (uint32_t k = 0; k < v->pattern.n_banks; k++) {
        const struct dram_bank *b = &s->bank[v->bank[k]];
        /* The next ACT sets the others. */
        const bool is_open = b->open_row >= 0;
        *w++ = pair(key, b->activate, is_open ? b->precharge : 0, now);
        *w++ = pair(key, is_open ? b->column : 0, 0, now);
    }
    for (uint32_t g = v->pattern.groups; g != 0; g &= g - 1) {
        const int group = group_of(m, v, (uint32_t)__builtin_ctz(g));
        *w++ = pair(key, s->group[group].column[0], s->group[group].column[1],
                    now);
        *w++ = pair(key, s->group[group].activate, 0, now);
    }
    *w++ = pair(key, s->column[0], s->column[1], now);
    *w++ = pair(key, s->activate, s->refreshed, now);
    const uint64_t *faw = s->activate_faw;
    const int oldest = (int)s->faw_oldest;
    *w++ = pair(key, faw[oldest], faw[(oldest + 1) & 3], now);
    *w++ = pair(key, faw[(oldest + 2) & 3], faw[(oldest + 3) & 3], now);
    for (const uint32_t *at = first; at != w; at++)
        any |= *at;
    key->n = (uint32_t)(w - key->word);
    return any != 0;
}

static void add_rows(const struct dram_memory *m, const struct view *v,
                     struct key *key)
{
    const uint32_t n = v->pattern.n_banks;
    for (uint32_t k = 0; k < n; k += 2)
        key->word[key->n++] =
            open_row(m, v, k) | (k + 1 < n ? open_row(m, v, k + 1) << 16 : 0);
}

static void make_key_a(const struct dram_memory *m, const struct view *v,
                       struct key *key)
{
    const struct dram_controller *c = v->controller;
    key->is_whole = true;
    key->n = 3;
    add_rows(m, v, key);
    const uint32_t before = key->n;
    const uint64_t now = c->state.clock;
    const bool is_live = now < c->state.settled && add_timers(m, v, now, key);
    if (!is_live)
        key->n = before;
    key->word[0] = KEY_A;
    key->word[1] = v->pattern.number;
    /* A list that goes one way has its turn at once. */
    key->word[2] =
        (uint32_t)is_live << 1 | (v->pattern.is_mixed ? (uint32_t)c->way : 0);
}

/* From key A to key B. */
static void make_key_b(const struct view *v, struct key *key)
{
    const struct dram_part_state *s = &v->controller->state;
    const uint64_t to_refresh = s->refresh_due - s->clock;
    uint64_t precharge = 0, activate = 0;
    const int banks = v->controller->timing.banks;
    for (int b = 0; s->clock < s->settled && b < banks; b++) {
        if (v->banks >> b & 1)
            continue;
        activate = dram_later(activate, s->bank[b].activate);
        if (s->bank[b].open_row >= 0)
            precharge = dram_later(precharge, s->bank[b].precharge);
    }
    key->is_whole &= to_refresh <= UINT32_MAX;
    key->word[0] = KEY_B;
    key->word[key->n++] = (uint32_t)to_refresh;
    key->word[key->n++] = pair(key, precharge, activate, s->clock);
    key->word[key->n++] = (s->open_banks & ~v->banks) != 0;
}

/* ---- effects ---- */

static uint32_t timer_words(const struct view *v)
{
    return v->pattern.n_banks * BANK_WORDS +
           (uint32_t)__builtin_popcount(v->pattern.groups) * GROUP_WORDS +
           COMMON_WORDS;
}

static uint32_t effect_words(const struct view *v)
{
    return EFFECT_WORDS + timer_words(v) + (v->pattern.n_banks + 1) / 2;
}

static uint64_t first_timer(uint32_t word, uint64_t now)
{
    return now + (word & TIMER_MAX);
}

static uint64_t second_timer(uint32_t word, uint64_t now)
{
    return now + (word >> 16);
}

/* Puts back what add_timers took. */
static void put_timers(const struct dram_memory *m, struct view *v)
{
    struct dram_part_state *s = &v->controller->state;
    const uint64_t now = v->then;
    const uint32_t *w = v->timers;
    for (uint32_t k = 0; k < v->pattern.n_banks; k++) {
        struct dram_bank *b = &s->bank[v->bank[k]];
        b->activate = first_timer(*w, now);
        b->precharge = second_timer(*w++, now);
        b->column = first_timer(*w++, now);
    }
    for (uint32_t g = v->pattern.groups; g != 0; g &= g - 1) {
        const int group = group_of(m, v, (uint32_t)__builtin_ctz(g));
        s->group[group].column[0] = first_timer(*w, now);
        s->group[group].column[1] = second_timer(*w++, now);
        s->group[group].activate = first_timer(*w++, now);
    }
    s->column[0] = first_timer(*w, now);
    s->column[1] = second_timer(*w++, now);
    s->activate = first_timer(*w, now);
    s->refreshed = second_timer(*w++, now);
    s->faw_oldest = 0;
    s->activate_faw[0] = first_timer(*w, now);
    s->activate_faw[1] = second_timer(*w++, now);
    s->activate_faw[2] = first_timer(*w, now);
    s->activate_faw[3] = second_timer(*w, now);
}

static void put_rows(const struct dram_memory *m, const struct view *v,
                     const uint32_t *w)
{
    struct dram_part_state *s = &v->controller->state;
    for (uint32_t k = 0; k < v->pattern.n_banks; k++) {
        const uint32_t row = w[k / 2] >> (k % 2 * 16) & 0xffff;
        const uint32_t bit = (uint32_t)1 << v->bank[k];
        s->bank[v->bank[k]].open_row =
            row == ROW_CLOSED ? -1 : row_in_bank(m, unit_of(v, row));
        if (row == ROW_CLOSED)
            s->open_banks &= ~bit;
        else
            s->open_banks |= bit;
    }
}

/* The timers that the last transfer has left, if one of them may still run in
 * the first clock in which this call looks at them. */
static void settle(const struct dram_memory *m, struct view *v,
                   uint64_t start_clock)
{
    const struct dram_part_state *s = &v->controller->state;
    uint64_t first =
        start_clock < s->refresh_due ? start_clock : s->refresh_due;
    if (v->timers != NULL && dram_later(first, s->clock) < s->settled)
        put_timers(m, v);
    v->timers = NULL;
}

/* All rows were closed for a refresh. */
static void refresh_others(const struct view *v, uint32_t refreshes)
{
    struct dram_part_state *s = &v->controller->state;
    for (uint32_t left = s->open_banks & ~v->banks; left != 0; left &= left - 1)
        s->bank[__builtin_ctz(left)].open_row = -1;
    s->open_banks &= v->banks;
    s->refresh_due +=
        (uint64_t)refreshes * (uint64_t)v->controller->timing.tREFI;
}

/* Does what was done before.  Returns the clock in which the data ends. */
static uint64_t replay(const struct dram_memory *m, struct view *v,
                       const uint32_t *value)
{
    struct dram_controller *c = v->controller;
    struct effect effect;
    memcpy(&effect, value, sizeof(effect));
    const uint64_t now = c->state.clock, then = now + effect.clocks;
    v->timers = value + EFFECT_WORDS;
    v->then = then;
    put_rows(m, v, v->timers + timer_words(v));
    if (effect.refreshes > 0)
        refresh_others(v, effect.refreshes);
    c->state.clock = then;
    c->state.settled = dram_later(c->state.settled, then + effect.settled);
    c->way = (enum dram_way)effect.way;
    c->counts.bursts += effect.bursts;
    c->counts.write_bursts += effect.write_bursts;
    c->counts.activates += effect.activates;
    c->counts.row_hits += effect.row_hits;
    c->counts.refreshes += effect.refreshes;
    return now + effect.end;
}

/* The last command of key A's transfer comes before the next refresh. */
static bool ends_in_time(const struct view *v, const uint32_t *value)
{
    const struct dram_part_state *s = &v->controller->state;
    struct effect effect;
    memcpy(&effect, value, sizeof(effect));
    return s->clock + effect.clocks <= s->refresh_due;
}

/* Keeps what the transfer from clock `now` on has done. */
static void keep(struct dram_memory *m, const struct view *v, struct key *key,
                 const struct dram_totals *before, uint64_t now, uint64_t end)
{
    const struct dram_controller *c = v->controller;
    const struct dram_totals *after = &c->counts;
    const uint64_t then = c->state.clock;
    const uint64_t refreshes = after->refreshes - before->refreshes;
    const uint64_t bursts = after->bursts - before->bursts;
    const struct word_key k = word_key_of(key->word, key->n);
    struct key state = {.n = 0, .is_whole = true};
    struct effect effect = {
        .clocks = (uint32_t)(then - now),
        .end = (uint32_t)(end - now),
        .bursts = (uint32_t)bursts,
        .write_bursts = (uint32_t)(after->write_bursts - before->write_bursts),
        .activates = (uint32_t)(after->activates - before->activates),
        .row_hits = (uint32_t)(after->row_hits - before->row_hits),
        .refreshes = (uint32_t)refreshes,
        .way = (uint32_t)c->way,
    };
    if (end - now > UINT32_MAX)
        return;
    add_timers(m, v, then, &state);
    for (uint32_t w = 0; w < state.n; w++)
        effect.settled = later_of_pair(effect.settled, state.word[w]);
    add_rows(m, v, &state);
    if (!state.is_whole)
        return;
    uint32_t *value = word_map_add(m->map, &k, effect_words(v));
    if (value == NULL)
        return;
    SIM_CHECK(EFFECT_WORDS + state.n == effect_words(v));
    memcpy(value, &effect, sizeof(effect));
    memcpy(value + EFFECT_WORDS, state.word, state.n * sizeof(*state.word));
}

static uint64_t serve_pattern(struct dram_memory *m, struct view *v,
                              const struct dram_request *requests, int n,
                              const struct dram_share *share,
                              enum dram_recall *how)
{
    struct dram_controller *c = v->controller;
    const struct dram_totals before = c->counts;
    const uint64_t now = c->state.clock;
    struct key a, b;
    make_key_a(m, v, &a);
    const struct word_key key_a = word_key_of(a.word, a.n);
    const uint32_t *found = a.is_whole ? word_map_find(m->map, &key_a) : NULL;
    const bool has_a = found != NULL;
    if (has_a && ends_in_time(v, found)) {
        *how = DRAM_REMEMBERED;
        return replay(m, v, found);
    }
    b = a;
    make_key_b(v, &b);
    const struct word_key key_b = word_key_of(b.word, b.n);
    found = b.is_whole ? word_map_find(m->map, &key_b) : NULL;
    if (found != NULL) {
        *how = DRAM_REMEMBERED_PHASE;
        return replay(m, v, found);
    }
    *how = DRAM_SIMULATED;
    const uint64_t end = dram_controller_serve(c, requests, n, share, now);
    if (c->counts.refreshes > before.refreshes) {
        if (b.is_whole)
            keep(m, v, &b, &before, now, end);
    } else if (a.is_whole && !has_a) {
        keep(m, v, &a, &before, now, end);
    }
    return end;
}

uint64_t dram_memory_serve(struct dram_memory *m, struct dram_controller *c,
                           const struct dram_request *requests, int n,
                           const struct dram_share *share, uint64_t start_clock,
                           enum dram_recall *how)
{
    struct view *v = &m->view[share->channel];
    struct dram_pattern pattern;
    v->controller = c;
    switch (dram_patterns_find(m->patterns, requests, n, share, &pattern)) {
    case DRAM_PATTERN_EMPTY:
        *how = DRAM_REMEMBERED;
        return start_clock;
    case DRAM_PATTERN_NONE:
        *how = DRAM_SIMULATED;
        settle(m, v, start_clock);
        return dram_controller_serve(c, requests, n, share, start_clock);
    case DRAM_PATTERN_FOUND:
        break;
    }
    settle(m, v, start_clock);
    dram_controller_idle(c, start_clock);
    v->pattern = pattern;
    find_banks(m, v);
    return serve_pattern(m, v, requests, n, share, how);
}
