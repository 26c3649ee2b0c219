/* fold_boundary.c - follows the passes that drain from boundary to boundary. At
 * each one they have done so for as many cycles more as the pass between took;
 * those whose time is over have left.
 * SPDX-License-Identifier: MIT
 */
#include "pe/fold_boundary.h"

#include <stdlib.h>

#include "sim/base/diag.h"

struct draining {
    uint64_t number;
    uint64_t cycles_left;
};

struct fold_boundary {
    struct systolic_cfg cfg;
    struct fold_leaves leaves;
    uint64_t passes; /* up to now */
    /* Those that drain, oldest first; both own. */
    struct draining *draining;
    struct systolic_left *left;
    struct systolic_boundary on_array;
};

struct fold_boundary *fold_boundary_new(const struct systolic_cfg *cfg,
                                        const struct fold_leaves *leaves)
{
    struct fold_boundary *b = xcalloc(1, sizeof(*b));
    b->cfg = *cfg;
    if (leaves != NULL)
        b->leaves = *leaves;
    const size_t n = (size_t)fold_boundary_passes_max(b);
    b->left = xcalloc(n, sizeof(*b->left));
    b->draining = xcalloc(n, sizeof(*b->draining));
    b->on_array.left = b->left;
    return b;
}

void fold_boundary_free(struct fold_boundary *b)
{
    if (b == NULL)
        return;
    free(b->left);
    free(b->draining);
    free(b);
}

int fold_boundary_passes_max(const struct fold_boundary *b)
{
    return systolic_passes_max(b->cfg.rows, b->cfg.cols, b->cfg.command_cycles);
}

const struct systolic_boundary *
fold_boundary_left(const struct fold_boundary *b)
{
    return &b->on_array;
}

size_t fold_boundary_left_bytes(const struct fold_boundary *b)
{
    return (size_t)b->on_array.n * sizeof(*b->left);
}

static void tell(const struct fold_boundary *b, uint64_t number)
{
    if (b->leaves.tell != NULL)
        b->leaves.tell(b->leaves.context, number);
}

/* The passes that drain have done so for so many cycles more. */
static void let_drain(struct fold_boundary *b, uint64_t cycles)
{
    int n = 0;
    for (int k = 0; k < b->on_array.n; k++) {
        struct systolic_left left = b->left[k];
        struct draining draining = b->draining[k];
        if (draining.cycles_left <= cycles) {
            tell(b, draining.number);
            continue;
        }
        draining.cycles_left -= cycles;
        left.cycles += cycles;
        left.load_cycles_left -=
            left.load_cycles_left < cycles ? left.load_cycles_left : cycles;
        b->draining[n] = draining;
        b->left[n++] = left;
    }
    b->on_array.n = n;
}

/* Cycles after the issue in which the pass before the latest, which still
 * flows, lets the latest one's words that stay come in. */
static uint64_t load_waits(const struct fold_boundary *b, uint64_t late_cycles)
{
    if (b->on_array.n == 0)
        return 0;
    const struct systolic_left *before = &b->left[b->on_array.n - 1];
    const uint64_t from =
        strip_span_of(&b->cfg, &before->pass, &before->flight).last_begins;
    return from > late_cycles ? from - late_cycles : 0;
}

/* What the latest pass has left on the array, as it is done.  From their first
 * move on its words that stay take rows + cols - 1 cycles. */
static struct systolic_left left_of(const struct fold_boundary *b,
                                    const struct systolic_pass *pass,
                                    uint64_t cycles, uint64_t late_cycles)
{
    struct systolic_left left = {.pass = *pass};
    if (!b->cfg.shadow_words)
        return left;
    const uint64_t all = (uint64_t)(b->cfg.rows + b->cfg.cols - 1);
    const uint64_t gone = cycles - late_cycles - load_waits(b, late_cycles);
    left.load_cycles_left = gone < all ? all - gone : 0;
    if (b->on_array.n > 0) {
        const struct systolic_left *before = &b->left[b->on_array.n - 1];
        left.flight =
            strip_flight_after(&b->cfg, &before->pass, &before->flight, cycles);
    }
    return left;
}

void fold_boundary_passed(struct fold_boundary *b,
                          const struct systolic_pass *pass, uint64_t cycles,
                          uint64_t drain_cycles, uint64_t late_cycles)
{
    const uint64_t number = b->passes++;
    struct systolic_left left = {.cycles = 0};
    if (drain_cycles > 0)
        left = left_of(b, pass, cycles, late_cycles);
    let_drain(b, cycles);
    if (drain_cycles == 0) {
        tell(b, number);
        return;
    }
    const int n = b->on_array.n++;
    SIM_CHECK(n < fold_boundary_passes_max(b));
    b->draining[n] = (struct draining){number, drain_cycles};
    b->left[n] = left;
}

void fold_boundary_end(struct fold_boundary *b)
{
    let_drain(b, UINT64_MAX);
}
