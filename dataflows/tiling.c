/* tiling.c - the loops over tiles that every dataflow shares.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/l1_keep.h"
#include "dataflows/l2_deal.h"
#include "dataflows/program.h"

enum {
    LOOP_G,
    LOOP_M,
    LOOP_N,
    LOOP_E,
    LOOP_W,
    LOOP_C,
    LOOP_F,
    LOOP_I0,
    LOOP_I1
};

/* Bits of all loops, and of those over tiles. */
enum { ALL_LOOPS = (1 << CURSOR_LOOPS) - 1, TILE_LOOPS = (1 << LOOP_I0) - 1 };

/* Fills the place of loop indices at[], as far as these loops change it. */
static void place_loops(const struct program *p, const int at[CURSOR_LOOPS],
                        uint32_t loops, struct pass_place *out)
{
    const struct tiling *t = &p->tiling;
    if (loops & 1 << LOOP_G) {
        out->g = at[LOOP_G] * tiling_groups(t);
        out->groups = tile_size(p->layer.G, tiling_groups(t), at[LOOP_G]);
    }
    if (loops & 1 << LOOP_M) {
        out->m0 = at[LOOP_M] * t->m;
        out->m = tile_size(group_m(&p->layer), t->m, at[LOOP_M]);
    }
    if (loops & 1 << LOOP_N) {
        out->n0 = at[LOOP_N] * t->n;
        out->n = tile_size(p->layer.N, t->n, at[LOOP_N]);
    }
    if (loops & 1 << LOOP_E) {
        out->p0 = at[LOOP_E] * t->e;
        out->e = tile_size(p->layer.P, t->e, at[LOOP_E]);
    }
    if (loops & 1 << LOOP_W) {
        const int w = tiling_width(&p->layer, t);
        out->q0 = at[LOOP_W] * w;
        out->w = tile_size(p->layer.Q, w, at[LOOP_W]);
    }
    if (loops & 1 << LOOP_C) {
        out->c0 = at[LOOP_C] * t->c;
        out->c = tile_size(group_c(&p->layer), t->c, at[LOOP_C]);
    }
    if (loops & (1 << LOOP_M | 1 << LOOP_F)) {
        out->f0 = out->m0 + at[LOOP_F] * t->f;
        out->f = tile_size(out->m, t->f, at[LOOP_F]);
    }
    out->inner[0] = at[LOOP_I0];
    out->inner[1] = at[LOOP_I1];
}

/* Fills the place of loop indices at[]. */
static void place_of(const struct program *p, const int at[CURSOR_LOOPS],
                     struct pass_place *out)
{
    memset(out, 0, sizeof(*out));
    place_loops(p, at, ALL_LOOPS, out);
}

/* Trip count of loop `level` with the outer ones at at[]. */
static int trips(const struct program *p, const int at[CURSOR_LOOPS], int level)
{
    const struct tiling *t = &p->tiling;
    struct pass_place place;
    int inner[2];
    switch (level) {
    case LOOP_G:
        return ceil_div(p->layer.G, tiling_groups(t));
    case LOOP_M:
        return ceil_div(group_m(&p->layer), t->m);
    case LOOP_N:
        return ceil_div(p->layer.N, t->n);
    case LOOP_E:
        return ceil_div(p->layer.P, t->e);
    case LOOP_W:
        return ceil_div(p->layer.Q, tiling_width(&p->layer, t));
    case LOOP_C:
        return ceil_div(group_c(&p->layer), t->c);
    case LOOP_F:
        return ceil_div(tile_size(group_m(&p->layer), t->m, at[LOOP_M]), t->f);
    default:
        place_of(p, at, &place);
        p->ops->inner_counts(p, &place, inner);
        return inner[level - LOOP_I0];
    }
}

/* Whether tiles in these places have equal sizes. */
static bool same_sizes(const struct pass_place *a, const struct pass_place *b)
{
    return a->groups == b->groups && a->m == b->m && a->n == b->n &&
           a->e == b->e && a->w == b->w && a->c == b->c && a->f == b->f;
}

/* Works out anew what the cursor keeps of at[]. */
static void place_cursor(const struct program *p, struct cursor *c)
{
    place_of(p, c->at, &c->place);
    for (int level = LOOP_G; level <= LOOP_I1; level++)
        c->trips[level] = trips(p, c->at, level);
    c->is_placed = true;
}

/* Goes to the next indices of loop `level`, those inside it from their first
 * on; what changed since is in `changed`.  false at the end. */
static bool step_loop(const struct program *p, struct cursor *c, int level)
{
    uint32_t loops = 0;
    for (int k = level + 1; k <= LOOP_I1; k++) {
        loops |= (uint32_t)(c->at[k] != 0) << k;
        c->at[k] = 0;
    }
    for (; level >= LOOP_G; level--) {
        if (c->trips[level] == 1)
            continue;
        loops |= (uint32_t)1 << level;
        if (++c->at[level] < c->trips[level])
            break;
        c->at[level] = 0;
    }
    const struct pass_place before = c->place;
    c->changed = loops;
    place_loops(p, c->at, loops, &c->place);
    if (loops & 1 << LOOP_M)
        c->trips[LOOP_F] = ceil_div(c->place.m, p->tiling.f);
    if ((loops & TILE_LOOPS) != 0 && !same_sizes(&before, &c->place))
        p->ops->inner_counts(p, &c->place, &c->trips[LOOP_I0]);
    return level >= LOOP_G;
}

/* Loops that tell two tiles of a tensor apart. */
static const uint32_t tile_loops[TENSOR_N] = {
    [TENSOR_IFMAP] =
        1 << LOOP_G | 1 << LOOP_N | 1 << LOOP_E | 1 << LOOP_W | 1 << LOOP_C,
    [TENSOR_FILTER] = 1 << LOOP_G | 1 << LOOP_M | 1 << LOOP_C | 1 << LOOP_F,
    [TENSOR_PSUM] =
        1 << LOOP_G | 1 << LOOP_M | 1 << LOOP_N | 1 << LOOP_E | 1 << LOOP_W,
};

/* Loops a step of which leaves the tile: an operand's may have to come anew
 * with each step of the loops over tiles. */
static uint32_t loops_of_tile(const struct program *p, enum tensor tensor)
{
    return !p->arch.l2_keeps_tiles && tensor != TENSOR_PSUM
               ? TILE_LOOPS
               : tile_loops[tensor];
}

/* Loops that come back to the tiles of an operand. */
static const uint32_t loops_back[TENSOR_PSUM] = {
    [TENSOR_IFMAP] = 1 << LOOP_M,
    [TENSOR_FILTER] = 1 << LOOP_N | 1 << LOOP_E | 1 << LOOP_W,
};

/* Whether all of these loops stand at their first, or at their last. */
static bool loops_are_at(const struct cursor *c, uint32_t loops, bool last)
{
    for (int k = LOOP_G; k <= LOOP_W; k++)
        if ((loops >> k & 1) != 0 && c->at[k] != (last ? c->trips[k] - 1 : 0))
            return false;
    return true;
}

/* Whether the tensor's tiles come for the first time at at[], or are there for
 * the last: always, unless they are kept. */
static bool is_turn(const struct program *p, const struct cursor *c, int tensor,
                    bool last)
{
    return tensor == TENSOR_PSUM ||
           !tiling_keeps(&p->tiling, (enum tensor)tensor) ||
           loops_are_at(c, loops_back[tensor], last);
}

/* Whether the tile at at[] is all of those that would stay with it: its first
 * turn is all of its time. */
static bool is_alone(const struct cursor *c, int tensor)
{
    const uint32_t within =
        tile_loops[tensor] & ~(uint32_t)(1 << LOOP_G | 1 << LOOP_M);
    for (int k = LOOP_G; k <= LOOP_F; k++)
        if ((within >> k & 1) != 0 && c->trips[k] > 1)
            return false;
    return true;
}

void cursor_start(struct cursor *cursor)
{
    memset(cursor, 0, sizeof(*cursor));
    cursor->before[0] = -1;
    cursor->changed = ALL_LOOPS;
}

/* Describes the pass, or takes what the last one was described as: a
 * descriptor follows from what is compared here (program_alike). */
static void describe(const struct program *program, struct cursor *c,
                     struct pass *pass)
{
    const struct pass_place *was = &c->described.place;
    const bool starts = pass->place.first_reduction;
    if (c->has_described && c->starts_described == starts &&
        same_sizes(was, &pass->place) &&
        was->inner[0] == pass->place.inner[0] &&
        was->inner[1] == pass->place.inner[1]) {
        pass->place.first_reduction = was->first_reduction;
        memcpy(&pass->work, &c->described.work, sizeof(pass->work));
        return;
    }
    memset(&pass->work, 0, sizeof(pass->work));
    program->ops->describe(program, pass);
    memcpy(&c->described, pass, sizeof(*pass));
    c->starts_described = starts;
    c->has_described = true;
}

static void fill_pass(const struct program *program, struct cursor *c,
                      const struct pass_place *place, struct pass *pass)
{
    pass->place = *place;
    pass->place.first_reduction = place->c0 == 0;
    describe(program, c, pass);
}

/* Loops a step of which brings a pass other words of an operand, where L1s keep
 * those of the pass before. */
static uint32_t loops_of_words(const struct program *p, enum tensor tensor)
{
    const uint32_t inner = (1u << LOOP_I0 | 1u << LOOP_I1) &
                           ~(uint32_t)(p->inner_leaves[tensor] << LOOP_I0);
    return loops_of_tile(p, tensor) | inner;
}

/* Says which operands' words the L1s have from the pass before: one of the same
 * sizes, all of whose words fit there. */
static void mark_kept(const struct program *p, struct cursor *c,
                      struct pass *pass)
{
    struct multicast_pass *d = &pass->work.multicast;
    const bool same = c->has_latest &&
                      same_sizes(&c->latest.place, &pass->place) &&
                      l1_keep_same_shape(&c->latest.work.multicast, d);
    if (!same)
        c->fits = c->fits_asked = 0;
    for (int t = 0; t < TENSOR_PSUM; t++) {
        const uint32_t bit = (uint32_t)1 << t;
        if (!same || (c->changed & loops_of_words(p, (enum tensor)t)) != 0)
            continue;
        if ((c->fits_asked & bit) == 0 &&
            l1_keep_fits(&p->arch, d, (enum tensor)t))
            c->fits |= bit;
        c->fits_asked |= bit;
        d->kept[t] = (c->fits & bit) != 0;
    }
    c->latest = *pass;
    c->has_latest = true;
}

bool cursor_next(const struct program *program, struct cursor *cursor,
                 struct pass *pass)
{
    uint32_t loops[TENSOR_N];
    bool comes[TENSOR_N], goes[TENSOR_N];
    if (cursor->done)
        return false;
    if (!cursor->is_placed)
        place_cursor(program, cursor);
    for (int t = 0; t < TENSOR_N; t++) {
        loops[t] = loops_of_tile(program, (enum tensor)t);
        const bool is_first = is_turn(program, cursor, t, false);
        pass->new_tile[t] = (cursor->changed & loops[t]) != 0 && is_first;
        comes[t] = is_first || is_alone(cursor, t);
        goes[t] = t != TENSOR_PSUM && tiling_keeps(&program->tiling, t) &&
                  is_turn(program, cursor, t, true);
    }
    fill_pass(program, cursor, &cursor->place, pass);
    if (l1_keeps(&program->arch))
        mark_kept(program, cursor, pass);
    memcpy(cursor->before, cursor->at, sizeof(cursor->before));
    cursor->done = !step_loop(program, cursor, LOOP_I1);
    for (int t = 0; t < TENSOR_N; t++) {
        const bool ends = cursor->done || (cursor->changed & loops[t]) != 0;
        pass->last_use[t] = ends && comes[t];
        if (t != TENSOR_PSUM)
            pass->gives_place[t] = ends && goes[t];
    }
    return true;
}

bool cursor_next_tile(const struct program *program, struct cursor *cursor,
                      enum tensor tensor, struct pass *pass)
{
    const uint32_t loops = loops_of_tile(program, tensor);
    const int innermost = 31 - __builtin_clz(loops);
    if (!cursor->is_placed && !cursor->done)
        place_cursor(program, cursor);
    while (!cursor->done) {
        const bool comes = is_turn(program, cursor, (int)tensor, false);
        if (comes && (cursor->changed & loops) != 0)
            break;
        /* Behind the first turn of tiles that stay, the next of them. */
        cursor->done = !step_loop(program, cursor,
                                  comes                    ? innermost
                                  : tensor == TENSOR_IFMAP ? LOOP_G
                                                           : LOOP_M);
    }
    if (cursor->done)
        return false;
    pass->place = cursor->place;
    memcpy(cursor->before, cursor->at, sizeof(cursor->before));
    cursor->done = !step_loop(program, cursor, LOOP_I1);
    return true;
}

void program_alike_work(const struct program *program,
                        const int at[CURSOR_LOOPS], int level, int *first,
                        int *end, int *period)
{
    /* The first one finds no psums of an earlier pass, the last one may be
     * clipped.  Where L1s keep words, the second one finds those of the
     * first. */
    const bool mixed = level == LOOP_I0 && program->mixed_inner;
    *first = l1_keeps(&program->arch) ? 2 : 1;
    *end = trips(program, at, level) - (mixed ? 2 : 1);
    *period = mixed ? 2 : 1;
    if (level == LOOP_I1 && program->inner1_tail > 1)
        *end = trips(program, at, level) - program->inner1_tail;
}

void program_alike(const struct program *program, const int at[CURSOR_LOOPS],
                   int level, int *first, int *end)
{
    int period; /* the first iteration finds other tiles than those behind it */
    program_alike_work(program, at, level, first, end, &period);
    if (period > 1)
        *end = *first;
    if (level == LOOP_E || level == LOOP_W) {
        int whole, end_whole;
        if (level == LOOP_E)
            tile_move_alike_rows(program, &whole, &end_whole);
        else
            tile_move_alike_columns(program, &whole, &end_whole);
        *first = whole > *first ? whole : *first;
        *end = min_int(*end, end_whole);
    }
}

void cursor_skip(const struct program *program, struct cursor *cursor,
                 int level, int iterations, struct pass *pass)
{
    struct pass_place place;
    cursor->before[level] += iterations;
    memcpy(cursor->at, cursor->before, sizeof(cursor->at));
    place_cursor(program, cursor);
    place = cursor->place;
    cursor->done = !step_loop(program, cursor, LOOP_I1);
    if (pass == NULL)
        return;
    const struct multicast_pass before = pass->work.multicast;
    fill_pass(program, cursor, &place, pass);
    if (l1_keeps(&program->arch)) /* it finds what its like found */
        memcpy(pass->work.multicast.kept, before.kept, sizeof(before.kept));
}

/* Passes of the loops from `level` inwards.  All tiles of a loop but its last
 * have one size, so one of them stands for the others. */
static uint64_t passes_from(const struct program *p, int at[CURSOR_LOOPS],
                            int level)
{
    uint64_t passes = 0;
    int n = trips(p, at, level);
    if (level == LOOP_I0)
        return count_mul((uint64_t)n, (uint64_t)trips(p, at, LOOP_I1));
    if (n > 1)
        passes = count_mul((uint64_t)(n - 1), passes_from(p, at, level + 1));
    at[level] = n - 1;
    passes = count_add(passes, passes_from(p, at, level + 1));
    at[level] = 0;
    return passes;
}

void program_finish(struct program *program)
{
    enum tensor tensor;
    uint64_t lacking;
    SIM_CHECK(tiling_fits(&program->arch, &program->layer, &program->tiling,
                          program->buffers, program->banks, &tensor, &lacking));
    uint64_t tile_words[TENSOR_N];
    for (int k = 0; k < TENSOR_N; k++)
        tile_words[k] =
            tiling_l2_words(&program->layer, &program->tiling, (enum tensor)k);
    l2_deal(&program->arch, tile_words, program->buffers, program->banks);
    int at[CURSOR_LOOPS] = {0};
    program_lay_out(program, 1);
    program->passes = passes_from(program, at, LOOP_G);
}

/* The passes of one kind each, as program_each_kind says. */
struct kinds {
    const struct program *program;
    int at[CURSOR_LOOPS];
    void (*visit)(void *context, const struct pass *pass, uint64_t times);
    void *context;
};

static void visit_kinds(struct kinds *k, int level, uint64_t times);

/* `times` x `n` passes are as those with loop `level` at `at`. */
static void visit_at(struct kinds *k, int level, int at, int n, uint64_t times)
{
    if (n <= 0)
        return;
    k->at[level] = at;
    visit_kinds(k, level + 1, count_mul(times, (uint64_t)n));
    k->at[level] = 0;
}

static void visit_kinds(struct kinds *k, int level, uint64_t times)
{
    const struct program *p = k->program;
    struct pass pass = {.new_tile = {false}};
    if (level > LOOP_I1) {
        place_of(p, k->at, &pass.place);
        pass.place.first_reduction = pass.place.c0 == 0;
        p->ops->describe(p, &pass);
        k->visit(k->context, &pass, times);
        return;
    }
    const int n = trips(p, k->at, level);
    const bool mixed = level == LOOP_I0 && p->mixed_inner;
    int tail = level == LOOP_I1 && p->inner1_tail > 1 ? p->inner1_tail : 1;
    if (mixed)
        tail = 2;
    const int whole = n > tail ? n - tail : 0;
    if (mixed) {
        visit_at(k, level, 0, ceil_div(whole, 2), times);
        visit_at(k, level, 1, whole / 2, times);
        visit_at(k, level, n - 2, n > 1, times);
        visit_at(k, level, n - 1, 1, times);
    } else {
        visit_at(k, level, whole > 1, whole, times);
        visit_at(k, level, n - 1, n - whole, times);
    }
}

void program_each_kind(const struct program *program,
                       void (*visit)(void *context, const struct pass *pass,
                                     uint64_t times),
                       void *context)
{
    struct kinds kinds = {
        .program = program, .visit = visit, .context = context};
    visit_kinds(&kinds, LOOP_G, 1);
}

void program_each_tile(const struct program *p, enum tensor tensor,
                       void (*visit)(void *context, const struct pass *pass,
                                     uint64_t times),
                       void *context)
{
    int at[CURSOR_LOOPS] = {0}, level;
    struct pass pass;
    memset(&pass, 0, sizeof(pass));
    do {
        place_of(p, at, &pass.place);
        visit(context, &pass,
              tiling_moves(&p->arch, &p->layer, &p->tiling, tensor,
                           pass.place.m));
        for (level = LOOP_F; level >= LOOP_G; level--) {
            if (!(tile_loops[tensor] >> level & 1))
                continue;
            if (++at[level] < trips(p, at, level))
                break;
            at[level] = 0;
        }
    } while (level >= LOOP_G);
}
