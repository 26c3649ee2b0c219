/* levels_blocks.c - the machine of listed levels, cut into blocks for a kernel:
 * one for each engine, which stages whether it moves, and one that makes the
 * moves and counts.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "sim/array/levels/levels_parts.h"

void levels_engine_name(const struct levels_machine *m, int engine,
                        char name[BLOCK_NAME_MAX])
{
    static const char *const what[TENSOR_N] = {"ifmap", "filter", "psum"};
    const struct levels_engine *e = &m->engine[engine];
    if (e->direction == LEVELS_MAC) {
        snprintf(name, BLOCK_NAME_MAX, "macs");
        return;
    }
    const struct levels_stage *s = &m->stage[e->stage];
    /* Names of levels may be longer than those of blocks. */
    snprintf(name, BLOCK_NAME_MAX, "%.16s_%s%s", m->arch->level[s->level].name,
             what[s->tensor],
             s->tensor != TENSOR_PSUM    ? ""
             : e->direction == LEVELS_IN ? "_in"
                                         : "_out");
}

static void eval_engine(void *self, int part)
{
    struct levels_machine *m = self;
    bool moves[LEVELS_ENGINES_MAX];
    levels_find_moves(m, moves);
    m->engine[part].moves = moves[part];
}

static void commit_nothing(void *self, int part)
{
    (void)self;
    (void)part;
}

static void eval_nothing(void *self, int part)
{
    (void)self;
    (void)part;
}

static void commit_sequencer(void *self, int part)
{
    (void)part;
    levels_machine_commit(self);
}

int levels_machine_blocks(struct levels_machine *m, struct block **blocks)
{
    struct block *b = xcalloc((size_t)m->n_engines + 1, sizeof(*b));
    for (int k = 0; k < m->n_engines; k++) {
        levels_engine_name(m, k, b[k].name);
        b[k].self = m;
        b[k].part = k;
        b[k].eval = eval_engine;
        b[k].commit = commit_nothing;
    }
    snprintf(b[m->n_engines].name, BLOCK_NAME_MAX, "sequencer");
    b[m->n_engines].self = m;
    b[m->n_engines].eval = eval_nothing;
    b[m->n_engines].commit = commit_sequencer;
    *blocks = b;
    return m->n_engines + 1;
}
