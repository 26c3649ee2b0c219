/* overlap_run.c - gathers the passes that overlap.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/overlap/overlap_run.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

void overlap_run_fini(struct overlap_run *run)
{
    free(run->pass);
    free(run->alone);
}

uint64_t overlap_windows(const struct multicast_pass *work)
{
    return (uint64_t)work->groups[0] * work->windows[0] +
           (uint64_t)work->groups[1] * work->windows[1];
}

uint64_t overlap_emissions(const struct multicast_pass *work)
{
    return work->emit_last ? (uint64_t)work->groups[0] + work->groups[1]
                           : overlap_windows(work);
}

static bool same_shape(const struct multicast_pass *a,
                       const struct multicast_pass *b)
{
    return a->sets == b->sets && a->set_chains == b->set_chains &&
           a->blocks == b->blocks && a->block_rows == b->block_rows &&
           a->chain_step == b->chain_step && a->row_step == b->row_step &&
           multicast_groups(a) == multicast_groups(b) &&
           memcmp(a->banks, b->banks, sizeof(a->banks)) == 0;
}

static bool has_new_tile(const struct pass *pass)
{
    for (int t = 0; t < TENSOR_N; t++)
        if (pass->new_tile[t])
            return true;
    return false;
}

/* The first psum of a pass. */
static void first_psum(const struct program *program, const struct pass *pass,
                       int coord[4])
{
    program->ops->psum_coord(program, pass, 0, 0, 0, 0, coord);
}

/* How many passes before the latest one have the same outputs; 0: none in the
 * run. */
static uint32_t passes_back(const struct program *program,
                            const struct overlap_run *run)
{
    const struct pass *latest = &run->pass[run->n - 1];
    int its[4], other[4];
    if (!latest->work.multicast.psum_in)
        return 0;
    first_psum(program, latest, its);
    for (size_t k = 1; k < run->n; k++) {
        first_psum(program, latest - k, other);
        if (memcmp(its, other, sizeof(its)) == 0)
            return (uint32_t)k;
    }
    return 0;
}

static void append(const struct program *program, struct overlap_run *run,
                   const struct pass *pass)
{
    if (run->n == run->room) {
        run->room = 2 * run->room + 16;
        run->pass = xrealloc(run->pass, run->room, sizeof(*run->pass));
        run->alone = xrealloc(run->alone, run->room, sizeof(*run->alone));
    }
    run->pass[run->n++] = *pass;
    struct overlap_pass *alone = &run->alone[run->n - 1];
    memset(alone, 0, sizeof(*alone));
    memcpy(&alone->work, &pass->work.multicast, sizeof(alone->work));
    alone->reads_back = passes_back(program, run);
}

bool overlap_gather_next(struct overlap_gather *gather,
                         const struct program *program, struct cursor *cursor,
                         struct overlap_run *run)
{
    struct pass *ahead = &gather->ahead;
    uint64_t windows = 0;
    run->n = 0;
    if (!gather->has_ahead)
        gather->has_ahead = cursor_next(program, cursor, ahead);
    while (gather->has_ahead) {
        const struct multicast_pass *work = &ahead->work.multicast;
        if (run->n > 0 &&
            (has_new_tile(ahead) || run->n == OVERLAP_PASSES_MAX ||
             windows + overlap_windows(work) > OVERLAP_WINDOWS_MAX ||
             !same_shape(&run->pass[0].work.multicast, work)))
            break;
        windows += overlap_windows(work);
        append(program, run, ahead);
        gather->has_ahead = cursor_next(program, cursor, ahead);
    }
    return run->n > 0;
}
