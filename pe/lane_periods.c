/* lane_periods.c - copies of the lanes' state in a pass.
 *
 * A copy has the array's scalars, then one row per field that is a relation or
 * a position, of the lanes that the pass uses and the fifos above them.
 * SPDX-License-Identifier: MIT
 */
#include "pe/lane_periods.h"

#include <string.h>

#define COUNT_LIVE(kind, name, doc) IF_LIVE(kind)(+1)
enum { LIVE_FIELDS = 0 LANE_STATE(COUNT_LIVE) };
#undef COUNT_LIVE

static size_t lanes_copied(const struct lanes *lanes)
{
    return (size_t)(lanes->pass.rows_used + 1) * (size_t)lanes->cfg.chains;
}

size_t lanes_copy_bytes(const struct lanes *lanes)
{
    const size_t lanes_most =
        (size_t)(lanes->cfg.rows + 1) * (size_t)lanes->cfg.chains;
    return sizeof(struct lanes_state) +
           LIVE_FIELDS * lanes_most * sizeof(int16_t);
}

void lanes_save(const struct lanes *lanes, void *copy)
{
    const size_t n = lanes_copied(lanes);
    int16_t *at = (int16_t *)(void *)((struct lanes_state *)copy + 1);
    *(struct lanes_state *)copy = *lanes->state;
#define SAVE(kind, name, doc) \
    IF_LIVE(kind)             \
    (memcpy(at, lanes->f.name, n * sizeof(int16_t)); at += n;)
    LANE_STATE(SAVE)
#undef SAVE
}

/* Where the copy has which field. */
struct copied {
#define POINT(kind, name, doc) IF_LIVE(kind)(const int16_t *name;)
    LANE_STATE(POINT)
#undef POINT
};

static struct copied fields_of(const struct lanes *lanes, const void *copy)
{
    const size_t n = lanes_copied(lanes);
    const int16_t *at =
        (const int16_t *)(const void *)((const struct lanes_state *)copy + 1);
    struct copied out;
#define FIND(kind, name, doc) IF_LIVE(kind)(out.name = at; at += n;)
    LANE_STATE(FIND)
#undef FIND
    return out;
}

bool lanes_are_alike(const struct lanes *lanes, const void *copy,
                     bool window_fifos)
{
    const size_t bytes = lanes_copied(lanes) * sizeof(int16_t);
    const struct copied then = fields_of(lanes, copy);
    const struct lane_fields *f = &lanes->f;
    bool alike = memcmp(lanes->state, copy, sizeof(*lanes->state)) == 0;
#define COMPARE(kind, name, doc)                            \
    IF_RELATION(kind)                                       \
    (if (window_fifos || f->name != f->window_fifo) alike = \
         alike && memcmp(f->name, then.name, bytes) == 0;)
    LANE_STATE(COMPARE)
#undef COMPARE
    return alike;
}

/* Groups in a row, from `from` on, that have as many windows as that one: the
 * index of the first that has not. */
static uint32_t alike_until(const struct lane_groups *g, uint32_t from)
{
    const uint32_t all = g->groups[0] + g->groups[1];
    return from < g->groups[0] && g->windows[0] != g->windows[1] ? g->groups[0]
                                                                 : all;
}

/* How often one lane can do the same again.  A window asks only whether it is
 * the group's last, and a group only how many windows the next one has. */
static uint64_t periods_of_lane(const struct lane_groups *g, uint16_t left,
                                uint16_t left_then, uint16_t done,
                                uint16_t done_then)
{
    if (done != done_then) {
        const uint32_t until = alike_until(g, (uint32_t)done_then + 1);
        return left == left_then && done < until
                   ? (until - 1u - done) / (uint32_t)(done - done_then)
                   : 0;
    }
    if (left == left_then)
        return UINT64_MAX;
    return left > 2 ? (left - 2u) / (uint32_t)(left_then - left) : 0;
}

uint64_t lanes_periods_left(const struct lanes *lanes, const void *copy)
{
    const int n = lanes->pass.rows_used * lanes->cfg.chains;
    const struct copied then = fields_of(lanes, copy);
    const struct lane_fields *f = &lanes->f;
    uint64_t least = UINT64_MAX;
    for (int l = 0; l < n && least > 0; l++) {
        const uint64_t periods = periods_of_lane(
            &lanes->pass.groups, (uint16_t)f->windows_left[l],
            (uint16_t)then.windows_left[l], (uint16_t)f->groups_done[l],
            (uint16_t)then.groups_done[l]);
        least = periods < least ? periods : least;
    }
    return least;
}

void lanes_skip(struct lanes *lanes, const void *copy, uint64_t periods)
{
    const int n = lanes->pass.rows_used * lanes->cfg.chains;
    const uint32_t times = (uint16_t)periods; /* they count in 16 bits */
    const struct copied then = fields_of(lanes, copy);
    struct lane_fields *f = &lanes->f;
    for (int l = 0; l < n; l++) {
        const uint32_t left = (uint16_t)f->windows_left[l];
        const uint32_t done = (uint16_t)f->groups_done[l];
        const uint32_t windows = (uint16_t)then.windows_left[l] - left;
        const uint32_t groups = done - (uint16_t)then.groups_done[l];
        f->windows_left[l] = (int16_t)(uint16_t)(left - times * windows);
        f->groups_done[l] = (int16_t)(uint16_t)(done + times * groups);
    }
}
