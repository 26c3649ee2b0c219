/* tree.c - adder trees that sum what the PEs of a chain send.
 * SPDX-License-Identifier: MIT
 */
#include "noc/tree.h"

#include <string.h>

#include "sim/base/diag.h"

#define COUNT_FIELD(kind, name, doc) +1
enum { STATE_FIELDS = 0 TREE_STATE(COUNT_FIELD) };
#undef COUNT_FIELD

int tree_stages(int leaves)
{
    int stages = 1;
    for (int reach = 1; reach < leaves; reach *= 2)
        stages++;
    return stages;
}

int tree_hops(int leaves, int used)
{
    int hops = 0;
    for (int reach = 1; reach < leaves; reach *= 2)
        hops += (used + reach - 1) / reach;
    return hops;
}

size_t trees_state_bytes(const struct tree_cfg *cfg)
{
    size_t bytes = (size_t)cfg->trees * STATE_FIELDS * sizeof(int16_t);
    return (bytes + 63) / 64 * 64;
}

void trees_init(struct trees *t, const struct tree_cfg *cfg, void *state)
{
    SIM_CHECK(cfg->leaves >= 1 && cfg->leaves <= TREE_LEAVES_MAX);
    t->cfg = *cfg;
    t->stages = tree_stages(cfg->leaves);
    int16_t *at = state;
#define PLACE(kind, name, doc) \
    t->f.name = at;            \
    at += cfg->trees;
    TREE_STATE(PLACE)
#undef PLACE
}

void trees_issue(struct trees *t, const struct tree_pass *pass)
{
    SIM_CHECK(pass->trees <= t->cfg.trees && pass->rows <= t->cfg.leaves);
    for (int k = 0; k < t->cfg.trees; k++) {
        SIM_CHECK(t->f.out_reserved[k] == 0 && t->f.psum[k] == 0);
        t->f.step[k] = 0;
        t->f.every[k] = -1;
    }
    t->pass = *pass;
}

/* Finds the trees whose root and stages have room, so that they could take
 * leaves. */
static void may_take(struct trees *t)
{
    const struct tree_pass *p = &t->pass;
    struct tree_fields *f = &t->f;
    for (int k = 0; k < p->trees; k++) {
        bool leave = !p->accumulates || f->step[k] + 1 == p->steps;
        bool stuck = leave && (f->out_reserved[k] >= t->cfg.fifo_words ||
                               (p->takes_psum && f->psum[k] == 0));
        f->leave[k] = (int16_t)-leave;
        f->take[k] = (int16_t)(stuck - 1);
        f->last_row[k] = (int16_t) - (f->step[k] < p->last_row_steps);
    }
}

/* Asks a row of leaves: where it counts, its fifo must have a word for the tree
 * to take. */
static void ask_row(const struct trees *t, const int16_t *restrict leaf,
                    const int16_t *restrict where)
{
    int16_t *restrict take = t->f.take;
#pragma GCC ivdep
    for (int k = 0; k < t->pass.trees; k++)
        take[k] = (int16_t)(take[k] & ((int16_t) - (leaf[k] > 0) | ~where[k]));
}

static void pop_row(const struct trees *t, int16_t *restrict pop,
                    const int16_t *restrict where)
{
    const int16_t *restrict take = t->f.take;
#pragma GCC ivdep
    for (int k = 0; k < t->pass.trees; k++)
        pop[k] = (int16_t)(take[k] & where[k] & 1);
}

static bool count(struct trees *t, struct tree_counts *counts,
                  const struct tree_tap *tap)
{
    const struct tree_pass *p = &t->pass;
    struct tree_fields *f = &t->f;
    const int hops[2] = {tree_hops(t->cfg.leaves, p->rows - 1),
                         tree_hops(t->cfg.leaves, p->rows)};
    bool moved = false;
    for (int k = 0; k < p->trees; k++) {
        f->leave[k] = (int16_t)(f->leave[k] & f->take[k]);
        moved = moved || f->sums[k] != 0;
        if (f->take[k] == 0)
            continue;
        bool last_row = f->last_row[k] != 0, leave = f->leave[k] != 0;
        counts->sums++;
        counts->leaving += leave;
        counts->hops += (uint64_t)hops[last_row];
        if (tap != NULL)
            tap->taken(tap->context, k, p->rows - !last_row, leave);
        moved = true;
    }
    return moved;
}

bool trees_eval(struct trees *t, const int16_t *leaf, int16_t *pop, int chains,
                struct tree_counts *counts, const struct tree_tap *tap)
{
    const int last = t->pass.rows - 1;
    may_take(t);
    for (int row = 0; row <= last; row++)
        ask_row(t, leaf + row * chains,
                row < last ? t->f.every : t->f.last_row);
    for (int row = 0; row <= last; row++)
        pop_row(t, pop + row * chains, row < last ? t->f.every : t->f.last_row);
    return count(t, counts, tap);
}

void trees_commit(struct trees *t)
{
    struct tree_fields *f = &t->f;
    const int16_t takes_psum = (int16_t)-t->pass.takes_psum;
    const int arrive = t->stages - 1;
    for (int k = 0; k < t->pass.trees; k++) {
        uint16_t sums =
            (uint16_t)((uint16_t)f->sums[k] << 1 | (f->leave[k] & 1));
        int16_t arrives = (int16_t)(sums >> arrive & 1);
        f->sums[k] = (int16_t)(sums & ((1u << arrive) - 1));
        f->out[k] = (int16_t)(f->out[k] + arrives - f->collected[k]);
        f->out_reserved[k] =
            (int16_t)(f->out_reserved[k] - f->leave[k] - f->collected[k]);
        f->psum[k] = (int16_t)(f->psum[k] + f->push_psum[k] +
                               (f->leave[k] & takes_psum));
        f->step[k] = (int16_t)(f->step[k] - f->take[k]);
        if (f->step[k] == t->pass.steps)
            f->step[k] = 0;
        f->push_psum[k] = f->collected[k] = f->take[k] = f->leave[k] = 0;
    }
}

size_t trees_copy_bytes(const struct trees *t)
{
    return trees_state_bytes(&t->cfg);
}

void trees_save(const struct trees *t, void *copy)
{
    const size_t n = (size_t)t->pass.trees;
    int16_t *at = copy;
#define SAVE(kind, name, doc) \
    IF_RELATION(kind)         \
    (memcpy(at, t->f.name, n * sizeof(int16_t)); at += n;)
    TREE_STATE(SAVE)
#undef SAVE
}

bool trees_are_alike(const struct trees *t, const void *copy)
{
    const size_t n = (size_t)t->pass.trees;
    const int16_t *at = copy;
    bool alike = true;
#define COMPARE(kind, name, doc) \
    IF_RELATION(kind)            \
    (alike = alike && memcmp(at, t->f.name, n * sizeof(int16_t)) == 0; at += n;)
    TREE_STATE(COMPARE)
#undef COMPARE
    return alike;
}

struct lane_fifo trees_psum_fifo(struct trees *t)
{
    struct lane_fifo fifo = {t->f.psum, t->f.push_psum, t->cfg.fifo_words};
    return fifo;
}
