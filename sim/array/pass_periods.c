/* pass_periods.c - finds that a machine repeats itself inside a pass.
 *
 * Each level keeps copies of its latest beats in a ring, for short periods, and
 * one of an older beat, for longer ones: Brent's scheme, in which it is renewed
 * when twice as many beats have passed as when it was renewed before.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/pass_periods.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/result.h"

enum {
    RING = 4,
    MARK = RING, /* the older beat's copy */
    COPIES
};

struct copy {
    unsigned char *bytes; /* owns; of all blocks, one behind another */
    uint64_t cycle;
};

struct beats {
    struct copy copy[COPIES];
    int in_ring, next; /* of the ring: copies, the oldest's place */
    bool has_mark;
    uint64_t since, reach; /* beats since the mark; until it is renewed */
};

struct pass_periods {
    struct block *block; /* owns */
    int n;
    size_t bytes;
    struct beats level[PERIOD_LEVELS];
    struct period_skips skips;
};

static size_t block_bytes(const struct block *b)
{
    return (b->period->copy_bytes(b->self, b->part) + 15) / 16 * 16;
}

struct pass_periods *pass_periods_new(struct block *blocks, int n)
{
    struct pass_periods *p = xcalloc(1, sizeof(*p));
    bool all_say = true;
    for (int k = 0; k < n; k++)
        all_say = all_say && blocks[k].period != NULL;
    p->block = blocks;
    p->n = n;
    if (!all_say) {
        pass_periods_free(p);
        return NULL;
    }
    for (int k = 0; k < n; k++)
        p->bytes += block_bytes(&blocks[k]);
    for (int l = 0; l < PERIOD_LEVELS; l++)
        for (int k = 0; k < COPIES; k++)
            p->level[l].copy[k].bytes = xcalloc(1, p->bytes);
    pass_periods_forget(p);
    return p;
}

void pass_periods_free(struct pass_periods *p)
{
    if (p == NULL)
        return;
    for (int l = 0; l < PERIOD_LEVELS; l++)
        for (int k = 0; k < COPIES; k++)
            free(p->level[l].copy[k].bytes);
    free(p->block);
    free(p);
}

static void forget(struct beats *level)
{
    level->in_ring = level->next = 0;
    level->has_mark = false;
    level->since = 0;
    level->reach = RING;
}

void pass_periods_forget(struct pass_periods *p)
{
    for (int l = 0; l < PERIOD_LEVELS; l++)
        forget(&p->level[l]);
    memset(&p->skips, 0, sizeof(p->skips));
}

void pass_periods_forget_windows(struct pass_periods *p)
{
    forget(&p->level[PERIOD_WINDOWS]);
}

static void save(const struct pass_periods *p, struct copy *copy,
                 uint64_t cycle)
{
    unsigned char *at = copy->bytes;
    for (int k = 0; k < p->n; k++) {
        const struct block *b = &p->block[k];
        b->period->save(b->self, b->part, at);
        at += block_bytes(b);
    }
    copy->cycle = cycle;
}

static bool is_alike(const struct pass_periods *p, const struct copy *copy)
{
    const unsigned char *at = copy->bytes;
    for (int k = 0; k < p->n; k++) {
        const struct block *b = &p->block[k];
        if (!b->period->is_alike(b->self, b->part, at))
            return false;
        at += block_bytes(b);
    }
    return true;
}

static uint64_t periods_left(const struct pass_periods *p,
                             const struct copy *copy)
{
    const unsigned char *at = copy->bytes;
    uint64_t least = UINT64_MAX;
    for (int k = 0; k < p->n; k++) {
        const struct block *b = &p->block[k];
        const uint64_t left = b->period->periods_left(b->self, b->part, at);
        least = left < least ? left : least;
        at += block_bytes(b);
    }
    return least;
}

static void skip(struct pass_periods *p, const struct copy *copy,
                 uint64_t periods)
{
    unsigned char *at = copy->bytes;
    for (int k = 0; k < p->n; k++) {
        const struct block *b = &p->block[k];
        b->period->skip(b->self, b->part, at, periods);
        at += block_bytes(b);
    }
}

/* Skips what has come again since the copy; returns how many cycles. */
static uint64_t skip_since(struct pass_periods *p, const struct copy *copy,
                           uint64_t cycle)
{
    if (!is_alike(p, copy))
        return 0;
    const uint64_t periods = periods_left(p, copy);
    if (periods == 0)
        return 0;
    SIM_CHECK(periods < UINT64_MAX);
    skip(p, copy, periods);
    return periods * (cycle - copy->cycle);
}

static struct copy *latest(struct beats *level)
{
    return &level->copy[(level->next + RING - 1) % RING];
}

uint64_t pass_periods_compare(struct pass_periods *p, uint64_t cycle,
                              uint64_t *cycles)
{
    struct beats *level = &p->level[PERIOD_WINDOWS];
    if (level->in_ring == 0 || !is_alike(p, latest(level)))
        return 0;
    *cycles = cycle - latest(level)->cycle;
    return periods_left(p, latest(level));
}

void pass_periods_skip(struct pass_periods *p, uint64_t periods)
{
    skip(p, latest(&p->level[PERIOD_WINDOWS]), periods);
}

void pass_periods_remember(struct pass_periods *p, uint64_t cycle)
{
    struct beats *level = &p->level[PERIOD_WINDOWS];
    save(p, &level->copy[0], cycle);
    level->in_ring = level->next = 1;
}

static void remember(struct pass_periods *p, struct beats *level,
                     uint64_t cycle)
{
    save(p, &level->copy[level->next], cycle);
    level->next = (level->next + 1) % RING;
    if (level->in_ring < RING)
        level->in_ring++;
    if (level->has_mark && ++level->since < level->reach)
        return;
    save(p, &level->copy[MARK], cycle);
    level->reach = level->has_mark ? 2 * level->reach : level->reach;
    level->has_mark = true;
    level->since = 0;
}

uint64_t pass_periods_beat(struct pass_periods *p, enum period_level which,
                           uint64_t cycle)
{
    struct beats *level = &p->level[which];
    uint64_t skipped = 0;
    for (int l = 0; l < (int)which; l++)
        forget(&p->level[l]);
    for (int k = 1; k <= level->in_ring && skipped == 0; k++)
        skipped =
            skip_since(p, &level->copy[(level->next + RING - k) % RING], cycle);
    if (skipped == 0 && level->has_mark && level->since >= RING) {
        skipped = skip_since(p, &level->copy[MARK], cycle);
        p->skips.from_mark += skipped > 0;
    }
    p->skips.at_level[which] += skipped > 0;
    if (skipped > 0)
        forget(level);
    else
        remember(p, level, cycle);
    return skipped;
}

const struct period_skips *pass_periods_skips(const struct pass_periods *p)
{
    return &p->skips;
}

void period_skip_counts(uint64_t *now, const uint64_t *then, size_t n,
                        uint64_t periods)
{
    for (size_t k = 0; k < n; k++) {
        const uint64_t sum =
            count_add(now[k], count_mul(periods, now[k] - then[k]));
        now[k] = sum < COUNT_MAX ? sum : COUNT_MAX + 1;
    }
}
