/* levels_steps.c - the engines of a machine of listed levels and what each of
 * their steps moves.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/arith.h"
#include "sim/array/levels/levels_parts.h"

/* --- stages and engines --------------------------------------------------- */

static uint64_t latency_of(const struct levels_machine *m, int level,
                           enum tensor tensor)
{
    const struct l2_store *store =
        level == LEVEL_DRAM
            ? NULL
            : arch_level_store(m->arch, (enum level)level, tensor);
    return store == NULL || store->latency_cycles < 1
               ? 1
               : (uint64_t)store->latency_cycles;
}

static struct levels_engine *
add_engine(struct levels_machine *m, enum levels_direction direction, int stage)
{
    struct levels_engine *e = &m->engine[m->n_engines++];
    e->direction = direction;
    e->stage = stage;
    return e;
}

static void add_stages(struct levels_machine *m)
{
    for (int t = 0; t < TENSOR_N; t++) {
        m->inner[t] = -1;
        for (int k = LEVEL_L2 - 1; k >= 0; k--) {
            if (!m->walk->nest.level[k].keep[t])
                continue;
            struct levels_stage *s = &m->stage[m->n_stages];
            s->level = k;
            s->tensor = (enum tensor)t;
            s->outer = m->inner[t];
            s->tiles = t == TENSOR_PSUM
                           ? levels_psum_tiles(m->arch, &m->walk->layer,
                                               &m->walk->nest, (enum level)k)
                           : 2;
            m->inner[t] = m->n_stages++;
        }
    }
}

/* The MACs are served first, then what leaves, then what comes, each from the
 * inside to the outside. */
static void add_engines(struct levels_machine *m)
{
    const struct nest *nest = &m->walk->nest;
    struct levels_engine *macs = add_engine(m, LEVELS_MAC, -1);
    for (int t = 0; t < TENSOR_N; t++)
        macs->latency_cycles = max_u64(
            macs->latency_cycles,
            latency_of(m, (int)nest_parent(nest, LEVELS_MACS, (enum tensor)t),
                       (enum tensor)t));
    macs->latency_cycles += (uint64_t)m->arch->pipeline_cycles - 1;
    for (int way = 0; way < 2; way++)
        for (int i = m->n_stages - 1; i >= 0; i--) {
            const struct levels_stage *s = &m->stage[i];
            const int parent = (int)nest_parent(nest, s->level, s->tensor);
            if (way == 0 && s->tensor != TENSOR_PSUM)
                continue;
            add_engine(m, way == 0 ? LEVELS_OUT : LEVELS_IN, i)
                ->latency_cycles =
                latency_of(m, way == 0 ? s->level : parent, s->tensor);
        }
}

void levels_engines_init(struct levels_machine *m)
{
    add_stages(m);
    add_engines(m);
}

/* --- steps ---------------------------------------------------------------- */

int levels_level_of(const struct levels_machine *m,
                    const struct levels_engine *e)
{
    return e->stage < 0 ? LEVELS_MACS : m->stage[e->stage].level;
}

void levels_place_of(const struct levels_machine *m, int level,
                     const struct nest_step *step, struct levels_place *out)
{
    out->exists = true;
    levels_base(m->walk, step, nest_walk_outside(m->walk, level), out->base);
}

/* Whether loops that add products to the MACs' sums are all where these sums
 * began in the store that keeps them: at 0 inside the innermost loop outside
 * that moves it to other outputs.  *leads: no sum of them came from further
 * out. */
static bool sums_begin(const struct levels_machine *m,
                       const struct nest_step *step, bool *leads)
{
    const struct nest_walk *w = m->walk;
    const int keeper = (int)nest_parent(&w->nest, LEVELS_MACS, TENSOR_PSUM);
    const int outside = keeper == LEVEL_DRAM ? 0 : w->outside[keeper];
    int moved = outside - 1;
    while (moved >= 0 && (nest_dim_reduces(w->loop[moved].dim) ||
                          nest_walk_steps_of(w, step, moved) == 1))
        moved--;
    *leads = false;
    for (int i = moved + 1; i < w->n_loops; i++)
        if (nest_dim_reduces(w->loop[i].dim) && step->value[i] > 0)
            return false;
    *leads = true;
    for (int i = 0; i < moved; i++)
        if (nest_dim_reduces(w->loop[i].dim) && step->value[i] > 0)
            *leads = false;
    return true;
}

/* Whether a tile has the outputs of another. */
static bool is_alike(const struct levels_place *a, const struct levels_place *b)
{
    for (int d = 0; d < NEST_DIMS; d++)
        if (!nest_dim_reduces(d) && a->base[d] != b->base[d])
            return false;
    return true;
}

/* Psums that come again wait until they have left. */
static uint64_t tiles_ahead(const struct levels_machine *m,
                            const struct levels_engine *e)
{
    const int tiles = m->stage[e->stage].tiles;
    if (tiles <= 2)
        return e->move->fits;
    for (int i = 1; i < tiles - 1; i++)
        if (e->past[i].exists && is_alike(&e->past[i], &e->at))
            return 1;
    return (uint64_t)tiles - 1;
}

/* Finds what the engine's step moves.  Of IN and MAC, `at` has been set; of
 * OUT it moves on to `other`. */
void levels_set_move(struct levels_machine *m, struct levels_engine *e)
{
    struct levels_ask ask;
    memset(&ask, 0, sizeof(ask));
    ask.direction = e->direction;
    ask.child = levels_level_of(m, e);
    ask.at = e->at;
    e->reads_back = false;
    if (e->direction == LEVELS_MAC) {
        ask.begins = sums_begin(m, &e->step, &ask.begins_leading);
    } else {
        ask.tensor = m->stage[e->stage].tensor;
        ask.other = e->other;
        e->reads_back = e->direction == LEVELS_IN &&
                        ask.tensor == TENSOR_PSUM &&
                        nest_walk_reads_back(m->walk, &e->step, ask.child);
        ask.reads_back = e->reads_back;
    }
    e->move = levels_classes_find(m->classes, &ask);
    e->beat = 0;
    e->ahead = e->direction == LEVELS_IN ? tiles_ahead(m, e) : 0;
}

/* The place behind the engine's step, in this pass or the next. */
void levels_place_behind(const struct levels_machine *m,
                         const struct levels_engine *e,
                         struct levels_place *out)
{
    const int level = levels_level_of(m, e);
    struct nest_step next = e->step;
    out->exists = false;
    if (nest_walk_next(m->walk, &next, m->walk->pass_loops,
                       nest_walk_outside(m->walk, level)) >= 0)
        levels_place_of(m, level, &next, out);
    else if (m->place.has_next)
        levels_place_of(m, level, &m->place.next, out);
}
