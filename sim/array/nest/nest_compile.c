/* nest_compile.c - walks the steps of a pass and puts the tables of their
 * classes one behind the other.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_compile.h"

#include <stdlib.h>
#include <string.h>

#include "sim/array/nest/nest_class.h"
#include "sim/array/nest/nest_visits.h"
#include "sim/base/diag.h"

struct nest_compiler {
    const struct nest_walk *walk;
    struct nest_compiler_cfg cfg;
    enum credit_network held;
    bool held_streams;
    struct nest_classes *classes;
    struct nest_visits *visits;
    struct credit_pass pass;
    /* By step; own. */
    const struct nest_class **step;
    const struct credit_work *const **work;
    const struct credit_leave **leave;
    const struct credit_slots **segment[CREDIT_INPUTS];
    uint32_t steps;
    size_t room;
};

/* Whether a loop ever has a second step. */
static bool moves(const struct nest_walk *w, int i)
{
    return w->loop[i].tile < w->extent[w->loop[i].dim] &&
           w->loop[i].tile < w->loop[i].room;
}

/* The innermost loop of a pass that moves; the innermost, where none does; -1:
 * a pass has none. */
static int innermost_loop(const struct nest_walk *w)
{
    for (int i = w->n_loops - 1; i >= w->pass_loops; i--)
        if (moves(w, i))
            return i;
    return w->n_loops > w->pass_loops ? w->n_loops - 1 : -1;
}

static enum credit_network held_input(const struct nest_walk *w)
{
    const int i = innermost_loop(w);
    return i >= 0 && w->loop[i].dim == NEST_M ? CREDIT_IFMAP : CREDIT_FILTER;
}

static bool has_filters(int dim)
{
    return dim != NEST_N && dim != NEST_P && dim != NEST_Q;
}

/* Whether the held input's words move with some step of a pass. */
static bool held_streams(const struct nest_walk *w, enum credit_network held)
{
    const int innermost = innermost_loop(w);
    for (int i = w->pass_loops; i < w->n_loops; i++) {
        const int dim = w->loop[i].dim;
        if ((moves(w, i) || i == innermost) &&
            (held == CREDIT_FILTER ? has_filters(dim) : dim != NEST_M))
            return true;
    }
    return false;
}

struct nest_compiler *nest_compiler_new(const struct nest_walk *walk,
                                        const struct arch *arch,
                                        const struct nest_compiler_cfg *cfg)
{
    struct nest_compiler *c = xcalloc(1, sizeof(*c));
    const enum credit_network held = held_input(walk);
    const struct nest_class_cfg classes = {
        .walk = walk,
        .array_cols = arch->cols,
        .no_padding_words = arch->padding == PADDING_GENERATED,
        .slot_words = {cfg->slot_words[CREDIT_FILTER],
                       cfg->slot_words[CREDIT_IFMAP]},
        .held = held,
        .rides = cfg->rides,
    };
    c->walk = walk;
    c->cfg = *cfg;
    c->held = held;
    c->held_streams = held_streams(walk, held);
    c->classes = nest_classes_new(&classes);
    c->visits = nest_visits_new(walk, cfg);
    return c;
}

void nest_compiler_free(struct nest_compiler *c)
{
    if (c == NULL)
        return;
    nest_classes_free(c->classes);
    nest_visits_free(c->visits);
    free(c->step);
    free(c->work);
    free(c->leave);
    for (int i = 0; i < CREDIT_INPUTS; i++)
        free(c->segment[i]);
    free(c);
}

static void make_room(struct nest_compiler *c)
{
    if (c->steps < c->room)
        return;
    c->room = 2 * c->room + 64;
    c->step = xrealloc(c->step, c->room, sizeof(*c->step));
    c->work = xrealloc(c->work, c->room, sizeof(*c->work));
    c->leave = xrealloc(c->leave, c->room, sizeof(*c->leave));
    for (int i = 0; i < CREDIT_INPUTS; i++)
        c->segment[i] =
            xrealloc(c->segment[i], c->room, sizeof(*c->segment[i]));
}

static void push_step(struct nest_compiler *c, const struct nest_class *class)
{
    make_room(c);
    c->step[c->steps] = class;
    c->work[c->steps] = (const struct credit_work *const *)class->work;
    for (int i = 0; i < CREDIT_INPUTS; i++)
        c->segment[i][c->steps] = &class->slots[i];
    SIM_CHECK(++c->steps < INT32_MAX);
}

static bool has_output(int dim)
{
    return dim != NEST_C && dim != NEST_R && dim != NEST_S;
}

/* Whether two steps work on the same outputs. */
static bool same_outputs(const struct nest_walk *w, const struct nest_step *a,
                         const struct nest_step *b)
{
    int offset[NEST_DIMS] = {0};
    for (int i = w->pass_loops; i < w->n_loops; i++)
        offset[w->loop[i].dim] += (a->value[i] - b->value[i]) * w->loop[i].tile;
    for (int d = 0; d < NEST_DIMS; d++)
        if (has_output(d) && offset[d] != 0)
            return false;
    return true;
}

static void end_visit(struct nest_compiler *c, uint32_t first, bool reads_back)
{
    nest_visits_add(c->visits, &c->step[first], c->steps - first, reads_back,
                    &c->leave[first]);
}

const struct credit_pass *nest_compile(struct nest_compiler *c,
                                       const struct nest_step *first)
{
    const struct nest_walk *w = c->walk;
    struct credit_pass *p = &c->pass;
    struct nest_step before = *first, at = *first, next = *first;
    uint32_t visit = 0;
    bool reads_back = nest_walk_reads_back(w, first, LEVEL_RF);
    memset(p, 0, sizeof(*p));
    if (!c->cfg.keeps_classes)
        nest_classes_forget(c->classes);
    c->steps = 0;
    for (bool more = true; more;) {
        more = nest_walk_next(w, &next, w->pass_loops, w->n_loops) >= 0;
        push_step(c, nest_classes_of(c->classes, &at,
                                     c->steps > 0 ? &before : NULL,
                                     more ? &next : NULL));
        if (c->steps == 1)
            nest_visits_begin(c->visits, c->step[0], p);
        if (!more || !same_outputs(w, &at, &next)) {
            end_visit(c, visit, reads_back);
            visit = c->steps;
            reads_back = nest_walk_reads_back(w, &next, LEVEL_RF);
        }
        before = at;
        at = next;
    }
    nest_visits_end(c->visits, p);
    p->steps = c->steps;
    p->work = c->work;
    p->leave = c->leave;
    for (int i = 0; i < CREDIT_INPUTS; i++) {
        p->stream[i].segments = c->steps;
        p->stream[i].segment = c->segment[i];
        p->stream[i].sets =
            nest_classes_sets(c->classes, (enum credit_network)i);
    }
    p->held = (int32_t)c->held;
    p->held_streams = c->held_streams;
    return p;
}
