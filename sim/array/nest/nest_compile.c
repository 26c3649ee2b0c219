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
    /* By visit: how many of the pass must have been written before its psums
     * are read back; owns.  NULL: no output comes twice in a pass. */
    uint32_t *after;
    struct written {
        uint64_t outputs;
        uint32_t visits; /* up to the one that wrote them; 0: a free entry */
    } * written;         /* owns; open addressing */
    size_t written_size, n_written, after_room;
    uint32_t n_visits;
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

static bool has_output(int dim)
{
    return dim != NEST_C && dim != NEST_R && dim != NEST_S;
}

/* Whether a pass comes to outputs again: a loop over c, r or s lies outside one
 * of the others. */
static bool outputs_return(const struct nest_walk *w)
{
    bool reduces = false;
    for (int i = w->pass_loops; i < w->n_loops; i++) {
        if (!moves(w, i))
            continue;
        if (reduces && has_output(w->loop[i].dim))
            return true;
        reduces = reduces || !has_output(w->loop[i].dim);
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
    if (outputs_return(walk)) {
        c->written_size = 64;
        c->written = xcalloc(c->written_size, sizeof(*c->written));
    }
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
    free(c->after);
    free(c->written);
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

/* --- psums that come back ------------------------------------------------- */

/* Where a step's outputs begin, as one number. */
static uint64_t outputs_of(const struct nest_walk *w,
                           const struct nest_step *step)
{
    int first[NEST_DIMS] = {0};
    uint64_t outputs = 0;
    for (int i = w->pass_loops; i < w->n_loops; i++)
        first[w->loop[i].dim] += step->value[i] * w->loop[i].tile;
    for (int d = 0; d < NEST_DIMS; d++)
        if (has_output(d))
            outputs = outputs * (uint64_t)w->extent[d] + (uint64_t)first[d];
    return outputs;
}

static struct written *written_at(const struct nest_compiler *c,
                                  uint64_t outputs)
{
    size_t at = (size_t)((outputs * UINT64_C(0x9E3779B97F4A7C15)) >> 20) &
                (c->written_size - 1);
    while (c->written[at].visits != 0 && c->written[at].outputs != outputs)
        at = (at + 1) & (c->written_size - 1);
    return &c->written[at];
}

static void grow_written(struct nest_compiler *c)
{
    struct written *old = c->written;
    const size_t size = c->written_size;
    c->written_size = 2 * size;
    c->written = xcalloc(c->written_size, sizeof(*c->written));
    for (size_t k = 0; k < size; k++)
        if (old[k].visits != 0)
            *written_at(c, old[k].outputs) = old[k];
    free(old);
}

static void forget_written(struct nest_compiler *c)
{
    c->n_visits = 0;
    c->n_written = 0;
    if (c->written != NULL)
        memset(c->written, 0, c->written_size * sizeof(*c->written));
}

/* A visit of this step's outputs follows. */
static void note_visit(struct nest_compiler *c, const struct nest_step *step)
{
    if (c->written == NULL)
        return;
    if (c->n_visits == c->after_room) {
        c->after_room = 2 * c->after_room + 64;
        c->after = xrealloc(c->after, c->after_room, sizeof(*c->after));
    }
    struct written *w = written_at(c, outputs_of(c->walk, step));
    c->after[c->n_visits++] = w->visits;
    c->n_written += w->visits == 0;
    w->outputs = outputs_of(c->walk, step);
    w->visits = c->n_visits;
    if (2 * c->n_written > c->written_size)
        grow_written(c);
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
    forget_written(c);
    c->steps = 0;
    for (bool more = true; more;) {
        more = nest_walk_next(w, &next, w->pass_loops, w->n_loops) >= 0;
        push_step(c, nest_classes_of(c->classes, &at,
                                     c->steps > 0 ? &before : NULL,
                                     more ? &next : NULL));
        if (c->steps == 1)
            nest_visits_begin(c->visits, c->step[0], p);
        if (!more || !same_outputs(w, &at, &next)) {
            note_visit(c, &at);
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
    p->stream[CREDIT_PSUM_IN].after = c->written != NULL ? c->after : NULL;
    p->stream[CREDIT_PSUM_IN].waits_for = CREDIT_PSUM_OUT;
    p->held = (int32_t)c->held;
    p->held_streams = c->held_streams;
    return p;
}
