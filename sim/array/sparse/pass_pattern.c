/* pass_pattern.c - which words of a pass its PEs skip.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/sparse/pass_pattern.h"

#include <stdlib.h>
#include <string.h>

#include "sim/array/sparse/streams.h"

enum { ASKED_MAX = 1 << 27 }; /* words of a tensor, for 16 MiB */

struct pass_pattern {
    const struct program *program; /* borrowed */
    struct streams held, window;
    bool has_latest;
    struct pass latest; /* whose words these are */
    struct lane_pattern pattern;
};

bool pass_pattern_is_coded(const struct program *p, enum tensor tensor)
{
    return zeros_are_coded(&p->arch, &p->layer, tensor);
}

int pass_pattern_slot_words(const struct program *p, enum tensor tensor)
{
    return zeros_slot_words(&p->arch, &p->layer, tensor);
}

static void start_asked(const struct layer *l, enum tensor tensor,
                        struct streams *out)
{
    const int ifmap[4] = {l->N, l->C, layer_padded_h(l), layer_padded_w(l)};
    const int filter[4] = {l->M, l->C / l->G, l->R, l->S};
    uint64_t words = 1;
    memcpy(out->extent, tensor == TENSOR_IFMAP ? ifmap : filter, sizeof(ifmap));
    for (int k = 3; k >= 0; k--) {
        out->step[k] = words;
        words = count_mul(words, (uint64_t)out->extent[k]);
    }
    if (words > ASKED_MAX) {
        memset(out->extent, 0, sizeof(out->extent)); /* none is noted */
        return;
    }
    const size_t blocks = (size_t)(words / BITS + 2);
    out->all = words;
    out->along = out->extent[2] == 1 && out->extent[3] == 1 ? 1 : 3;
    out->zeros = xcalloc(blocks, sizeof(*out->zeros));
    out->asked = xcalloc(blocks / BITS + 1, sizeof(*out->asked));
}

static void start(const struct program *p, enum tensor tensor,
                  struct streams *out)
{
    const size_t lanes =
        (size_t)p->rows * (size_t)p->sets * (size_t)p->set_chains;
    out->tensor = tensor;
    out->are_skipped = pattern_is_skipped(&p->arch, &p->layer, tensor);
    out->pattern = pattern_of(&p->arch, &p->layer, tensor);
    out->begin = xcalloc(lanes, sizeof(*out->begin));
    if (out->are_skipped)
        start_asked(&p->layer, tensor, out);
    out->are_coded = pass_pattern_is_coded(p, tensor);
}

struct pass_pattern *pass_pattern_new(const struct program *program)
{
    if (program->kind != NETWORK_MULTICAST ||
        !pattern_steps(&program->arch, &program->layer))
        return NULL;
    struct pass_pattern *p = xcalloc(1, sizeof(*p));
    p->program = program;
    start(program, program->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER,
          &p->held);
    start(program, program->holds_ifmap ? TENSOR_FILTER : TENSOR_IFMAP,
          &p->window);
    return p;
}

static void stop(struct streams *s)
{
    free(s->asked);
    free(s->zeros);
    free(s->bits);
    free(s->begin);
    free(s->comes);
    free(s->ranks);
    free(s->words);
}

void pass_pattern_free(struct pass_pattern *p)
{
    if (p == NULL)
        return;
    stop(&p->held);
    stop(&p->window);
    free(p);
}

/* As in multicast_shape.c: the lane of block b, row i, set t, chain y. */
static int lane_at(const struct program *p, const struct multicast_pass *d,
                   int b, int i, int t, int y)
{
    return (b * d->block_rows + i) * p->sets * p->set_chains +
           t * d->set_chains + y;
}

static int words_of_block(const struct multicast_pass *d, int b)
{
    return b == d->blocks - 1 ? d->channels_tail : d->channels;
}

static int filters_of_set(const struct multicast_pass *d, int t)
{
    const int sets = multicast_group_sets(d);
    return t % sets == sets - 1 ? d->filters_tail : d->filters;
}

static int heights_of(const struct multicast_pass *d)
{
    return (d->set_chains - 1) * d->chain_step +
           (d->block_rows - 1) * d->row_step + 1;
}

static uint32_t windows_of(const struct multicast_pass *d)
{
    return d->groups[0] * d->windows[0] + d->groups[1] * d->windows[1];
}

static uint32_t columns_of(const struct multicast_pass *d)
{
    return d->groups[0] * multicast_columns(d, 0) +
           d->groups[1] * multicast_columns(d, 1);
}

/* A table of no words of so many rounds and destinations. */
static void clear_words(struct streams *s, size_t rounds, size_t dests)
{
    free(s->words);
    s->words = xcalloc(rounds * dests, sizeof(*s->words));
    s->n = 0;
    s->come = 0;
}

/* Words of a round: what finds their coordinates. */
struct stretch {
    const struct pass_pattern *p;
    const struct pass *pass;
    uint32_t round;
    int set, block, row; /* of windows the group, the block and the height */
};

typedef void word_at_fn(const struct stretch *of, int k, int coord[4]);

static void held_at(const struct stretch *of, int k, int coord[4])
{
    const struct program *program = of->p->program;
    program->ops->held_coord(program, of->pass, of->round, of->set, of->block,
                             of->row, k, coord);
}

static void window_at(const struct stretch *of, int k, int coord[4])
{
    const struct program *program = of->p->program;
    program->ops->window_coord(program, of->pass, of->round, of->set, of->block,
                               of->row, k, coord);
}

/* Whether so many words of a stretch rise from the one of number k on. */
static bool rise(const struct streams *s, word_at_fn *at,
                 const struct stretch *of, int k, const int first[4], int words,
                 struct rise *out)
{
    int second[4], last[4];
    at(of, k + 1, second);
    at(of, k + words - 1, last);
    return rises(s, first, second, last, words, out);
}

/* Puts so many words of a stretch, as far as they rise: segments, or, where a
 * segment is one word, all of them or a tap's channels, as those before did.  A
 * whole row is cheaper drawn again than asked for. */
static void put_stretch(struct streams *s, struct putting *p, word_at_fn *at,
                        const struct stretch *of, int words, int channels)
{
    const bool is_cut = p->segment > 1;
    const int less = is_cut ? 1 : channels;
    int step = is_cut ? p->segment : s->has_parts ? channels : words;
    for (int k = 0; k < words; k += step) {
        int first[4];
        struct rise found;
        at(of, k, first);
        while (step > 1 && !rise(s, at, of, k, first, step, &found))
            step = step > less ? less : 1;
        s->has_parts = !is_cut && step > 1 && step < words;
        if (!is_cut && step > 1 && found.is_row && step == words &&
            words <= BITS)
            put(s, p, k, pattern_zeros(&s->pattern, first, s->along, words),
                words);
        else if (step > 1)
            put_risen(s, p, k, found, step);
        else
            put(s, p, k, is_zero_word(s, first), 1);
    }
}

/* The words that the chains of a set hold, each of a row its own. */
static void put_held(struct pass_pattern *p, const struct pass *pass, int b,
                     int i, int t)
{
    const struct multicast_pass *d = &pass->work.multicast;
    const uint32_t rounds = d->held_streams ? windows_of(d) : 1;
    const int words =
        filters_of_set(d, t) * words_of_block(d, b) * d->filter_cols;
    for (int y = 0; y < d->set_chains; y++)
        p->held.begin[lane_at(p->program, d, b, i, t, y)] = p->held.n;
    const int rows = d->blocks * d->block_rows;
    int16_t *come = p->held.words + (t * rows + b * d->block_rows + i);
    for (uint32_t round = 0; round < rounds; round++, come += d->sets * rows) {
        const struct stretch all = {p, pass, round, t, b, i};
        struct putting put_now = {.segment = filters_of_set(d, t)};
        put_stretch(&p->held, &put_now, held_at, &all, words,
                    words_of_block(d, b));
        put_together(&p->held, &put_now);
        *come = (int16_t)put_now.come_in_all;
    }
}

/* The lanes of a group and block that work on ifmap row h. */
static bool begin_window(struct pass_pattern *p, const struct multicast_pass *d,
                         int group, int b, int h)
{
    const int sets = multicast_group_sets(d);
    bool any = false;
    for (int i = 0; i < d->block_rows; i++)
        for (int y = 0; y < d->set_chains; y++) {
            if (y * d->chain_step + i * d->row_step != h)
                continue;
            any = true;
            for (int t = group * sets; t < (group + 1) * sets; t++)
                p->window.begin[lane_at(p->program, d, b, i, t, y)] =
                    p->window.n;
        }
    return any;
}

static void put_window(struct pass_pattern *p, const struct pass *pass,
                       int group, int b, int h)
{
    const struct multicast_pass *d = &pass->work.multicast;
    const uint32_t rounds = columns_of(d);
    const int words = words_of_block(d, b);
    if (!begin_window(p, d, group, b, h))
        return;
    const int dests = multicast_groups(d) * d->blocks * heights_of(d);
    int16_t *come =
        p->window.words + ((group * d->blocks + b) * heights_of(d) + h);
    for (uint32_t round = 0; round < rounds; round++, come += dests) {
        const struct stretch all = {p, pass, round, group, b, h};
        struct putting put_now = {.segment = words};
        put_stretch(&p->window, &put_now, window_at, &all, words, words);
        put_together(&p->window, &put_now);
        *come = (int16_t)put_now.come_in_all;
    }
}

bool pass_pattern_steers(const struct pass_pattern *p)
{
    return p->held.are_skipped || p->window.are_skipped;
}

/* What comes before the place behind the last word. */
static void end(struct streams *s)
{
    if (s->are_coded && s->n % BITS == 0) {
        if (s->n == s->room)
            make_room(s);
        s->comes[s->n / BITS] = 0;
        s->ranks[s->n / BITS] = s->come;
    }
}

/* Whether two passes have the same words of an operand: no loop lies between
 * them that steps over its tiles, or, inside these, over its words. */
static bool are_same_words(const struct program *p, enum tensor tensor,
                           const struct pass *a, const struct pass *b)
{
    const struct pass_place *x = &a->place, *y = &b->place;
    bool same = memcmp(&a->work.multicast, &b->work.multicast,
                       sizeof(a->work.multicast)) == 0 &&
                x->g == y->g && x->groups == y->groups && x->c0 == y->c0 &&
                x->c == y->c;
    if (tensor == TENSOR_FILTER)
        same = same && x->m0 == y->m0 && x->m == y->m && x->f0 == y->f0 &&
               x->f == y->f;
    else
        same = same && x->n0 == y->n0 && x->n == y->n && x->p0 == y->p0 &&
               x->e == y->e && x->q0 == y->q0 && x->w == y->w;
    for (int k = 0; k < 2; k++)
        same = same && ((p->inner_leaves[tensor] >> k & 1) != 0 ||
                        x->inner[k] == y->inner[k]);
    return same;
}

/* Whether the words of the pass before are not those of this one. */
static bool are_new(const struct pass_pattern *p, const struct streams *s,
                    const struct pass *pass)
{
    return !p->has_latest ||
           !are_same_words(p->program, s->tensor, &p->latest, pass);
}

static void put_all_held(struct pass_pattern *p, const struct pass *pass)
{
    const struct multicast_pass *d = &pass->work.multicast;
    clear_words(&p->held, d->held_streams ? windows_of(d) : 1,
                (size_t)d->sets * d->blocks * d->block_rows);
    for (int b = 0; p->held.are_skipped && b < d->blocks; b++)
        for (int i = 0; i < d->block_rows; i++)
            for (int t = 0; t < d->sets; t++)
                put_held(p, pass, b, i, t);
    end(&p->held);
}

static void put_all_windows(struct pass_pattern *p, const struct pass *pass)
{
    const struct multicast_pass *d = &pass->work.multicast;
    const int heights = heights_of(d);
    clear_words(&p->window, columns_of(d),
                (size_t)multicast_groups(d) * d->blocks * (size_t)heights);
    for (int g = 0; p->window.are_skipped && g < multicast_groups(d); g++)
        for (int b = 0; b < d->blocks; b++)
            for (int h = 0; h < heights; h++)
                put_window(p, pass, g, b, h);
    end(&p->window);
}

/* The bits of the pass's words, and which of them come. */
static void put_words(struct pass_pattern *p, const struct pass *pass)
{
    if (are_new(p, &p->held, pass))
        put_all_held(p, pass);
    if (are_new(p, &p->window, pass))
        put_all_windows(p, pass);
    p->latest = *pass;
    p->has_latest = true;
}

const void *pass_pattern_bits(struct pass_pattern *p, const struct pass *pass,
                              size_t *n_bytes)
{
    const struct streams *s = p->held.are_skipped ? &p->held : &p->window;
    SIM_CHECK(p->held.are_skipped != p->window.are_skipped);
    put_words(p, pass);
    *n_bytes = (size_t)((s->n + BITS - 1) / BITS) * sizeof(*s->bits);
    return s->bits;
}

const struct lane_pattern *pass_pattern_of(struct pass_pattern *p,
                                           const struct pass *pass)
{
    put_words(p, pass);
    p->pattern.held = p->held.are_skipped ? p->held.bits : NULL;
    p->pattern.held_begin = p->held.begin;
    p->pattern.window = p->window.are_skipped ? p->window.bits : NULL;
    p->pattern.window_begin = p->window.begin;
    p->pattern.held_comes = p->held.are_coded ? p->held.comes : NULL;
    p->pattern.held_ranks = p->held.ranks;
    p->pattern.window_ranks = p->window.ranks;
    p->pattern.held_rounds = p->held.are_coded ? p->held.words : NULL;
    p->pattern.window_comes = p->window.are_coded ? p->window.comes : NULL;
    p->pattern.window_rounds = p->window.are_coded ? p->window.words : NULL;
    return &p->pattern;
}
