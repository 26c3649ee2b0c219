/* systolic_drain.c - psums of output stationary passes move down and out.
 *
 * The plane of shift registers has a step of its own: a row leaves at the
 * bottom and the others move down when its words have crossed the edge, and,
 * with psum_in, as many have come in to be added.  It knows nothing of a pass
 * that flows meanwhile, so how long it will take is known when it begins.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "pe/systolic_state.h"
#include "sim/base/diag.h"

static void open_step(const struct systolic_cfg *cfg, struct plane_shape shape,
                      const uint64_t *plane, struct systolic_drain *drain)
{
    int words = plane_row_bits(shape, plane, drain->last_row);
    drain->is_open = 1;
    drain->edge_words = words;
    drain->edge_wait_cycles[0] = drain->edge_wait_cycles[1] = 0;
    if (words == 0)
        return;
    drain->edge_wait_cycles[1] = (words - 1) / cfg->psum_out_words_per_cycle;
    if (drain->pass.psum_in)
        drain->edge_wait_cycles[0] = (words - 1) / cfg->psum_in_words_per_cycle;
}

/* Counts a waiting cycle down; the edge that has words to bring or take yet,
 * or -1. */
static int wait_cycle(struct systolic_drain *drain)
{
    static const int cause_of[2] = {PE_WAIT_PSUM_IN, PE_WAIT_PSUM_OUT};
    int cause = -1;
    for (int e = 1; e >= 0; e--) {
        if (drain->edge_wait_cycles[e] > 0) {
            drain->edge_wait_cycles[e]--;
            cause = cause_of[e];
        }
    }
    return cause;
}

static void close_step(struct systolic_drain *drain)
{
    SIM_CHECK((uint64_t)drain->edge_words <= drain->psums_left);
    drain->psums_left -= (uint64_t)drain->edge_words;
    drain->is_open = 0;
    drain->step++;
}

/* What the registers take, left alone: a copy of them is stepped. */
static uint64_t foretell(const struct systolic *s)
{
    struct systolic_drain drain = s->state->drain;
    const struct systolic_pass *pass = &drain.pass;
    uint64_t *plane =
        xcalloc((size_t)(s->cfg.rows * s->shape.words), sizeof(*plane));
    uint64_t cycles = 0;
    plane_fill(s->shape, plane, pass->rows_used, pass->cols_used);
    while (drain.psums_left > 0) {
        if (!drain.is_open)
            open_step(&s->cfg, s->shape, plane, &drain);
        if (wait_cycle(&drain) < 0) {
            plane_move_down(s->shape, plane, drain.last_row + 1, NULL);
            close_step(&drain);
        }
        cycles++;
    }
    free(plane);
    return cycles;
}

void systolic_drain_begin(struct systolic *s, const struct systolic_pass *pass,
                          int last_row)
{
    struct systolic_drain *drain = &s->state->drain;
    SIM_CHECK(drain->psums_left == 0);
    drain->pass = *pass;
    drain->last_row = last_row;
    drain->psums_left = (uint64_t)pass->rows_used * pass->cols_used;
    if (s->cfg.overlapped_drain) /* else nobody asks */
        drain->cycles_left = foretell(s);
}

bool systolic_drain_moves(struct systolic *s, int *cause)
{
    struct systolic_drain *drain = &s->state->drain;
    if (s->cfg.overlapped_drain) {
        SIM_CHECK(drain->cycles_left > 0);
        drain->cycles_left--;
    }
    if (!drain->is_open)
        open_step(&s->cfg, s->shape, s->psum, drain);
    *cause = wait_cycle(drain);
    return *cause < 0;
}

void systolic_drain_count(struct systolic *s, int links)
{
    struct systolic_drain *drain = &s->state->drain;
    struct pass_counts *n = &s->state->counts;
    n->psum_link_words += (uint64_t)links;
    n->psum_out_words += (uint64_t)drain->edge_words;
    n->psum_out_hops += (uint64_t)drain->edge_words;
    if (drain->pass.psum_in)
        n->psum_in_words += (uint64_t)drain->edge_words;
    close_step(drain);
    if (drain->psums_left > 0)
        return;
    SIM_CHECK(drain->cycles_left == 0);
    memset(drain, 0, sizeof(*drain));
    s->drain_has_values = false;
}
