/* pass_pattern.c - which words of a pass its PEs skip.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/sparse/pass_pattern.h"

#include <stdlib.h>
#include <string.h>

#include "sim/pattern/pattern.h"

/* The words of one network of a pass, stream after stream. */
struct streams {
    bool are_skipped;
    struct pattern pattern; /* of the tensor whose words they are */
    uint64_t *bits;         /* owns */
    uint64_t n, room;       /* of the bits */
    uint64_t *begin;        /* owns; of each lane */
};

struct pass_pattern {
    const struct program *program; /* borrowed */
    struct streams held, window;
    struct lane_pattern pattern;
};

enum { BITS = 64 };

static void start(const struct program *p, enum tensor tensor,
                  struct streams *out)
{
    const size_t lanes =
        (size_t)p->rows * (size_t)p->sets * (size_t)p->set_chains;
    out->are_skipped = pattern_is_skipped(&p->arch, &p->layer, tensor);
    out->pattern = pattern_of(&p->arch, &p->layer, tensor);
    out->begin = xcalloc(lanes, sizeof(*out->begin));
}

struct pass_pattern *pass_pattern_new(const struct program *program)
{
    if (program->kind != NETWORK_MULTICAST ||
        !pattern_steers(&program->arch, &program->layer))
        return NULL;
    struct pass_pattern *p = xcalloc(1, sizeof(*p));
    p->program = program;
    start(program, program->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER,
          &p->held);
    start(program, program->holds_ifmap ? TENSOR_FILTER : TENSOR_IFMAP,
          &p->window);
    return p;
}

void pass_pattern_free(struct pass_pattern *p)
{
    if (p == NULL)
        return;
    free(p->held.bits);
    free(p->held.begin);
    free(p->window.bits);
    free(p->window.begin);
    free(p);
}

static void put(struct streams *s, const int coord[4])
{
    if (s->n == s->room) {
        const uint64_t words = s->room / BITS;
        const uint64_t more = words == 0 ? 64 : 2 * words;
        s->bits = xrealloc(s->bits, more, sizeof(*s->bits));
        s->room = more * BITS;
    }
    const uint64_t bit = (uint64_t)1 << (s->n % BITS);
    if (s->n % BITS == 0)
        s->bits[s->n / BITS] = 0;
    if (!pattern_is_zero(&s->pattern, coord))
        s->bits[s->n / BITS] |= bit;
    s->n++;
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

/* The words that the chains of a set hold, each of a row its own. */
static void put_held(struct pass_pattern *p, const struct pass *pass, int b,
                     int i, int t)
{
    const struct multicast_pass *d = &pass->work.multicast;
    const uint32_t windows =
        d->groups[0] * d->windows[0] + d->groups[1] * d->windows[1];
    const uint32_t rounds = d->held_streams ? windows : 1;
    const int words =
        filters_of_set(d, t) * words_of_block(d, b) * d->filter_cols;
    for (int y = 0; y < d->set_chains; y++)
        p->held.begin[lane_at(p->program, d, b, i, t, y)] = p->held.n;
    for (uint32_t round = 0; round < rounds; round++)
        for (int k = 0; k < words; k++) {
            int coord[4];
            p->program->ops->held_coord(p->program, pass, round, t, b, i, k,
                                        coord);
            put(&p->held, coord);
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
    const uint32_t rounds = d->groups[0] * multicast_columns(d, 0) +
                            d->groups[1] * multicast_columns(d, 1);
    const int words = words_of_block(d, b);
    if (!begin_window(p, d, group, b, h))
        return;
    for (uint32_t round = 0; round < rounds; round++)
        for (int k = 0; k < words; k++) {
            int coord[4];
            p->program->ops->window_coord(p->program, pass, round, group, b, h,
                                          k, coord);
            put(&p->window, coord);
        }
}

const struct lane_pattern *pass_pattern_of(struct pass_pattern *p,
                                           const struct pass *pass)
{
    const struct multicast_pass *d = &pass->work.multicast;
    const int heights = (d->set_chains - 1) * d->chain_step +
                        (d->block_rows - 1) * d->row_step + 1;
    p->held.n = p->window.n = 0;
    for (int b = 0; p->held.are_skipped && b < d->blocks; b++)
        for (int i = 0; i < d->block_rows; i++)
            for (int t = 0; t < d->sets; t++)
                put_held(p, pass, b, i, t);
    for (int g = 0; p->window.are_skipped && g < multicast_groups(d); g++)
        for (int b = 0; b < d->blocks; b++)
            for (int h = 0; h < heights; h++)
                put_window(p, pass, g, b, h);
    p->pattern.held = p->held.are_skipped ? p->held.bits : NULL;
    p->pattern.held_begin = p->held.begin;
    p->pattern.window = p->window.are_skipped ? p->window.bits : NULL;
    p->pattern.window_begin = p->window.begin;
    return &p->pattern;
}
