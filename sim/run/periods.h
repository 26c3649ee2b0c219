/* periods.h - whole periods of passes that need not be walked.
 *
 * Iterations of a loop around the passes that are alike (program_alike) bring
 * the same passes and move as many bytes.  At a boundary the array is empty or
 * equal passes drain, so if the memory side stands, relative to the boundary,
 * as it stood q iterations before, then the q iterations from here on take as
 * long as the last q and count the same, and so on as long as they are alike:
 * they are skipped.  Exact; not for DRAM parts, whose state never repeats.
 *
 * In each loop one earlier state is kept to compare with, at iterations 1, 2,
 * 4, ... from the first (R. Brent, BIT 20, 1980): any period is found, with
 * memory for one.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_PERIODS_H
#define SIM_RUN_PERIODS_H

#include "dataflows/program.h"
#include "sim/base/result.h"
#include "sim/run/tile_table.h"

#ifdef __cplusplus
extern "C" {
#endif

struct periods;

/* The tile of a tensor that is asked for next, and the pass that needs it. */
struct tile_ahead {
    struct cursor cursor; /* behind that pass */
    struct pass pass;
    bool exists;
};

/* Borrowed. */
struct periods *periods_new(const struct program *program);
void periods_free(struct periods *periods);

/* At a boundary at *now, before the cursor's next pass; left: what
 * passes before have left on the array, in bytes; none when it is empty.  Moves
 * the cursor, the tiles ahead, the table, *now and what passes add to in *out
 * over as many periods as it can. */
void periods_skip(struct periods *periods, struct cursor *cursor,
                  struct tile_ahead ahead[TENSOR_PSUM],
                  struct tile_table *tiles, const void *left, size_t left_bytes,
                  struct layer_result *out, uint64_t *now);

#ifdef __cplusplus
}
#endif

#endif
