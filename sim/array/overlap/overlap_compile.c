/* overlap_compile.c - puts the windows of passes one behind the other.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/overlap/overlap_compile.h"

#include <stdlib.h>
#include <string.h>

#include "sim/array/multicast_parts.h"
#include "sim/array/overlap/overlap_shape.h"

/* Descriptors whose tables are kept for the next run. */
enum { SHAPES_KEPT = 64 };

/* By segment of a stream; own. */
struct segments {
    const struct credit_slots **slots;
    uint32_t *after;
    uint32_t n;
    size_t room;
};

struct overlap_compiler {
    struct multicast_machine *machine; /* borrowed */
    bool rides, waits_for_held;
    struct nest_works *works;
    struct overlap_shape **shape; /* owns, as what it points to */
    int shapes, shape_room;
    struct credit_pass pass;
    struct segments stream[CREDIT_NETWORKS];
    /* By step; own. */
    const struct credit_work *const **work;
    const struct credit_leave **leave;
    uint32_t steps;
    size_t room;
    /* What follows from the run's shape; own. */
    bool *active;
    int32_t *above;
    int32_t *begin[CREDIT_NETWORKS], *lane[CREDIT_NETWORKS];
};

static enum network network_of(int credit_network)
{
    static const enum network of[CREDIT_NETWORKS] = {
        NETWORK_FILTER, NETWORK_IFMAP, NETWORK_PSUM_IN, NETWORK_PSUM_OUT};
    return of[credit_network];
}

struct overlap_compiler *overlap_compiler_new(const struct program *program,
                                              struct multicast_machine *machine)
{
    struct overlap_compiler *c = xcalloc(1, sizeof(*c));
    const size_t lanes = (size_t)machine->lanes.n;
    c->machine = machine;
    c->rides = program->arch.psum_add != PSUM_ADD_OWN_CYCLE;
    c->waits_for_held = program->arch.ifmap_waits_for_filters;
    c->works = nest_works_new();
    c->active = xcalloc(lanes, sizeof(*c->active));
    c->above = xcalloc(lanes, sizeof(*c->above));
    return c;
}

static void forget_shapes(struct overlap_compiler *c)
{
    for (int k = 0; k < c->shapes; k++) {
        overlap_shape_fini(c->shape[k]);
        free(c->shape[k]);
    }
    c->shapes = 0;
    nest_works_forget(c->works);
}

static void free_sets(struct overlap_compiler *c)
{
    for (int k = 0; k < CREDIT_NETWORKS; k++) {
        free(c->begin[k]);
        free(c->lane[k]);
    }
}

void overlap_compiler_free(struct overlap_compiler *c)
{
    if (c == NULL)
        return;
    forget_shapes(c);
    free(c->shape);
    free_sets(c);
    nest_works_free(c->works);
    for (int k = 0; k < CREDIT_NETWORKS; k++) {
        free(c->stream[k].slots);
        free(c->stream[k].after);
    }
    free(c->work);
    free(c->leave);
    free(c->active);
    free(c->above);
    free(c);
}

static struct overlap_shape *shape_of(struct overlap_compiler *c,
                                      const struct multicast_pass *pass)
{
    for (int k = 0; k < c->shapes; k++)
        if (memcmp(&c->shape[k]->of, pass, sizeof(*pass)) == 0)
            return c->shape[k];
    if (c->shapes == c->shape_room) {
        c->shape_room = 2 * c->shape_room + 8;
        c->shape = xrealloc(c->shape, (size_t)c->shape_room, sizeof(*c->shape));
    }
    struct overlap_shape *s = xcalloc(1, sizeof(*s));
    overlap_shape_init(s, c->machine, pass);
    return c->shape[c->shapes++] = s;
}

/* --- who is served, of the run's first pass ------------------------------- */

static void copy_sets(struct overlap_compiler *c, int k)
{
    const struct multicast_machine *m = c->machine;
    const enum network of = network_of(k);
    const int n = m->shape[of].dests, lanes = m->sets[of].begin[n];
    c->begin[k] = xcalloc((size_t)n + 1, sizeof(int32_t));
    c->lane[k] = xcalloc((size_t)lanes + 1, sizeof(int32_t));
    memcpy(c->begin[k], m->sets[of].begin, ((size_t)n + 1) * sizeof(int32_t));
    memcpy(c->lane[k], m->sets[of].lane, (size_t)lanes * sizeof(int32_t));
    for (int l = 0; k == CREDIT_PSUM_OUT && l < lanes; l++)
        c->lane[k][l] += m->lanes.n; /* the chain's exit */
    c->pass.stream[k].sets = (struct credit_sets){n, c->begin[k], c->lane[k]};
}

static void set_chains(struct overlap_compiler *c)
{
    const struct multicast_machine *m = c->machine;
    const int chains = m->lanes.cfg.chains, top = multicast_top_lane(m);
    for (int l = 0; l < m->lanes.n; l++) {
        c->active[l] = m->lanes.f.active[l] != 0;
        c->above[l] = l + chains < top ? l + chains : m->lanes.n + l % chains;
    }
    c->pass.lanes = m->lanes.n;
    c->pass.chains = m->pass.sets * m->pass.set_chains;
    c->pass.active = c->active;
    c->pass.above = c->above;
    free_sets(c);
    for (int k = 0; k < CREDIT_NETWORKS; k++)
        copy_sets(c, k);
}

/* --- steps ---------------------------------------------------------------- */

static void push(struct segments *s, const struct credit_slots *slots,
                 uint32_t after)
{
    if (s->n == s->room) {
        s->room = 2 * s->room + 256;
        s->slots = xrealloc(s->slots, s->room, sizeof(*s->slots));
        s->after = xrealloc(s->after, s->room, sizeof(*s->after));
    }
    s->slots[s->n] = slots;
    s->after[s->n++] = after;
}

/* A pass of the run, as far as it is compiled. */
struct member {
    struct overlap_shape *shape;
    uint32_t first_visit, visits; /* of the run */
    /* The visits before it whose psums it reads back, as many as its own or
     * otherwise cut. */
    uint32_t written_from, written;
    bool is_cut_alike;
};

static void push_step(struct overlap_compiler *c, struct member *of,
                      unsigned window)
{
    static const struct credit_slots none = {0, NULL};
    struct overlap_shape *s = of->shape;
    const int held = s->of.holds_ifmap ? CREDIT_IFMAP : CREDIT_FILTER;
    const int other = held == CREDIT_FILTER ? CREDIT_IFMAP : CREDIT_FILTER;
    const bool begins = (window & OVERLAP_FIRST_OF_PASS) != 0;
    const bool leaves =
        !s->of.emit_last || (window & OVERLAP_LAST_OF_GROUP) != 0;
    if (c->steps == c->room) {
        c->room = 2 * c->room + 256;
        c->work = xrealloc(c->work, c->room, sizeof(*c->work));
        c->leave = xrealloc(c->leave, c->room, sizeof(*c->leave));
    }
    c->work[c->steps] = overlap_shape_work(s, c->works, window, c->rides);
    c->leave[c->steps] = leaves ? s->leave : NULL;
    push(&c->stream[held], s->of.held_streams || begins ? &s->held : &none, 0);
    push(&c->stream[other],
         window & OVERLAP_FIRST_OF_GROUP ? &s->first : &s->next,
         c->waits_for_held && begins && !s->of.held_streams ? c->steps + 1 : 0);
    c->steps++;
    if (!leaves)
        return;
    const uint32_t visit = of->visits++;
    push(&c->stream[CREDIT_PSUM_OUT], &s->psums[1], 0);
    if (s->of.psum_in)
        push(&c->stream[CREDIT_PSUM_IN], &s->psums[0],
             of->is_cut_alike ? of->written_from + visit + 1
                              : of->written_from + of->written);
}

static void push_pass(struct overlap_compiler *c, struct member *of)
{
    const struct multicast_pass *d = &of->shape->of;
    const uint32_t groups = d->groups[0] + d->groups[1];
    for (uint32_t g = 0; g < groups; g++) {
        const uint32_t windows = d->windows[g >= d->groups[0]];
        for (uint32_t w = 0; w < windows; w++) {
            unsigned window = 0;
            if (w == 0)
                window |= OVERLAP_FIRST_OF_GROUP;
            if (w + 1 == windows)
                window |= OVERLAP_LAST_OF_GROUP;
            if (g == 0 && w == 0)
                window |= OVERLAP_FIRST_OF_PASS;
            if (g + 1 == groups && w + 1 == windows)
                window |= OVERLAP_LAST_OF_PASS;
            push_step(c, of, window);
        }
    }
}

/* The arbiter of a shared port is set up for the first pass that reads psums
 * back. */
static void set_port(struct overlap_compiler *c, const struct overlap_run *run)
{
    for (size_t k = 0; k < run->n; k++)
        if (run->alone[k].work.psum_in) {
            multicast_machine_shape(c->machine, &run->alone[k].work);
            c->pass.psum_reads_longer = c->machine->psum_reads_longer;
            return;
        }
}

const struct credit_pass *overlap_compile(struct overlap_compiler *c,
                                          const struct overlap_run *run)
{
    struct credit_pass *p = &c->pass;
    struct member *member = xcalloc(run->n, sizeof(*member));
    if (c->shapes > SHAPES_KEPT)
        forget_shapes(c);
    memset(p, 0, sizeof(*p));
    set_port(c, run);
    multicast_machine_shape(c->machine, &run->alone[0].work);
    set_chains(c);
    c->steps = 0;
    for (int k = 0; k < CREDIT_NETWORKS; k++)
        c->stream[k].n = 0;
    for (size_t k = 0; k < run->n; k++) {
        struct member *its = &member[k];
        its->shape = shape_of(c, &run->alone[k].work);
        its->first_visit = c->stream[CREDIT_PSUM_OUT].n;
        if (run->alone[k].reads_back > 0) {
            const struct member *wrote = its - run->alone[k].reads_back;
            its->written_from = wrote->first_visit;
            its->written = wrote->visits;
            its->is_cut_alike =
                wrote->visits == overlap_emissions(&its->shape->of);
        }
        push_pass(c, its);
    }
    free(member);
    p->steps = c->steps;
    p->work = c->work;
    p->leave = c->leave;
    for (int k = 0; k < CREDIT_NETWORKS; k++) {
        p->stream[k].segments = c->stream[k].n;
        p->stream[k].segment = c->stream[k].slots;
        p->stream[k].after = c->stream[k].after;
    }
    p->held = run->alone[0].work.holds_ifmap ? CREDIT_IFMAP : CREDIT_FILTER;
    p->held_streams = true; /* each pass brings others */
    p->stream[CREDIT_PSUM_IN].waits_for = CREDIT_PSUM_OUT;
    p->stream[p->held == CREDIT_FILTER ? CREDIT_IFMAP : CREDIT_FILTER]
        .waits_for = (enum credit_network)p->held;
    for (int k = 0; k < CREDIT_NETWORKS; k++)
        if (k == p->held || k == CREDIT_PSUM_OUT)
            p->stream[k].after = NULL;
    return p;
}
