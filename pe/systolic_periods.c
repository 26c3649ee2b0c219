/* systolic_periods.c - copies of a systolic array's state.
 *
 * A copy is the arena.  In a step whose words all PEs have seen come by, the
 * planes end as they began, and only step, psums and counts have moved.
 * SPDX-License-Identifier: MIT
 */
#include "pe/systolic_periods.h"

#include <string.h>

#include "pe/systolic_state.h"
#include "sim/base/diag.h"

bool systolic_repeats(const struct systolic *s)
{
    return s->repeats;
}

size_t systolic_copy_bytes(const struct systolic *s)
{
    return s->state_bytes;
}

void systolic_save(const struct systolic *s, void *copy)
{
    memcpy(copy, s->state, s->state_bytes);
}

bool systolic_is_alike(const struct systolic *s, const void *copy)
{
    const struct systolic_state *now = s->state, *then = copy;
    const size_t head = (size_t)((char *)s->left_front - (char *)s->state);
    bool alike = true;
#define COMPARE(kind, type, name, dims, doc) \
    IF_RELATION(kind)                        \
    (alike = alike && memcmp(&now->name, &then->name, sizeof(now->name)) == 0;)
    SYSTOLIC_STATE(COMPARE)
#undef COMPARE
    return alike && memcmp(s->left_front, (const char *)copy + head,
                           s->state_bytes - head) == 0;
}

/* A step asks whether a word enters in it, and whether that is the last. */
uint64_t systolic_periods_left(const struct systolic *s, const void *copy)
{
    const struct systolic_state *now = s->state, *then = copy;
    const uint32_t last = now->pass.depth - 1;
    if (now->phase != SYSTOLIC_FLOW || now->token_row != 0 ||
        now->step <= then->step || now->step >= last)
        return 0;
    return (last - now->step) / (now->step - then->step);
}

void systolic_skip(struct systolic *s, const void *copy, uint64_t periods)
{
    struct systolic_state *now = s->state;
    const struct systolic_state *then = copy;
    SIM_CHECK(s->shadow == NULL && !s->has_values);
    now->step += (uint32_t)periods * (now->step - then->step);
    now->psums_left -= periods * (then->psums_left - now->psums_left);
    now->active_pe_cycles +=
        periods * (now->active_pe_cycles - then->active_pe_cycles);
}

struct pass_counts *systolic_own_counts(struct systolic *s)
{
    return &s->state->counts;
}

const struct pass_counts *systolic_copied_counts(const void *copy)
{
    return &((const struct systolic_state *)copy)->counts;
}
