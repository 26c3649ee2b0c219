/* nest_use.c - walks the loops of a PE and finds the words of each MAC.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_use.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

int32_t nest_use_macs(const struct nest_span x[NEST_DIMS])
{
    uint64_t n = 1;
    for (int d = 0; d < NEST_DIMS; d++)
        n *= (uint64_t)x[d].n;
    SIM_CHECK(n <= INT32_MAX);
    return (int32_t)n;
}

/* Rows (or columns) of the ifmap under output rows and taps. */
struct axis {
    const struct nest_span *out, *tap;
    int stride, dilation, first, end; /* rows that are words */
    int n;                            /* of them, distinct */
    int32_t *index; /* owns; [output * taps + tap]; -1: padding */
};

static int row_of(const struct axis *a, int out, int tap)
{
    return (a->out->first + out) * a->stride +
           (a->tap->first + tap) * a->dilation;
}

static void find_rows(struct axis *a)
{
    const int low = row_of(a, 0, 0);
    const int span = row_of(a, a->out->n - 1, a->tap->n - 1) - low + 1;
    int32_t *at = xcalloc((size_t)span, sizeof(*at));
    a->index = xcalloc((size_t)a->out->n * (size_t)a->tap->n, sizeof(*at));
    for (int i = 0; i < a->out->n; i++)
        for (int k = 0; k < a->tap->n; k++) {
            const int row = row_of(a, i, k);
            at[row - low] = row >= a->first && row < a->end;
        }
    for (int row = 0; row < span; row++)
        at[row] = at[row] != 0 ? a->n++ : -1;
    for (int i = 0; i < a->out->n; i++)
        for (int k = 0; k < a->tap->n; k++)
            a->index[i * a->tap->n + k] = at[row_of(a, i, k) - low];
    free(at);
}

static struct nest_use use_of(const struct nest_span x[NEST_DIMS],
                              const struct axis *rows, const struct axis *cols,
                              const int at[NEST_DIMS])
{
    struct nest_use u;
    u.filter =
        (((at[NEST_G] * x[NEST_M].n + at[NEST_M]) * x[NEST_C].n + at[NEST_C]) *
             x[NEST_R].n +
         at[NEST_R]) *
            x[NEST_S].n +
        at[NEST_S];
    u.psum =
        (((at[NEST_N] * x[NEST_G].n + at[NEST_G]) * x[NEST_M].n + at[NEST_M]) *
             x[NEST_P].n +
         at[NEST_P]) *
            x[NEST_Q].n +
        at[NEST_Q];
    const int32_t row = rows->index[at[NEST_P] * x[NEST_R].n + at[NEST_R]];
    const int32_t col = cols->index[at[NEST_Q] * x[NEST_S].n + at[NEST_S]];
    u.ifmap =
        ((at[NEST_N] * x[NEST_G].n + at[NEST_G]) * x[NEST_C].n + at[NEST_C]) *
            rows->n * cols->n +
        row * cols->n + col;
    if (row < 0 || col < 0)
        u.ifmap = -1;
    return u;
}

/* Offsets of the loops at these values; false: beyond the clipped tile. */
static bool offsets_of(const struct nest_loops *loops,
                       const struct nest_span x[NEST_DIMS], const int *value,
                       int at[NEST_DIMS])
{
    int size[NEST_DIMS];
    for (int d = 0; d < NEST_DIMS; d++) {
        at[d] = 0;
        size[d] = 1;
    }
    for (int i = loops->n - 1; i >= 0; i--) {
        const int d = loops->loop[i].dim;
        at[d] += value[i] * size[d];
        size[d] *= loops->loop[i].count;
        if (at[d] >= x[d].n)
            return false;
    }
    return true;
}

/* false: all values have been. */
static bool go_on(const struct nest_loops *loops, int *value)
{
    for (int i = loops->n - 1; i >= 0; i--) {
        if (++value[i] < loops->loop[i].count)
            return true;
        value[i] = 0;
    }
    return false;
}

void nest_use_list(const struct nest_walk *w, bool no_padding_words,
                   const struct nest_span x[NEST_DIMS], struct nest_use *use)
{
    const struct layer *l = &w->layer;
    const struct nest_loops *loops = &w->nest.level[LEVEL_RF].time;
    struct axis rows = {.out = &x[NEST_P],
                        .tap = &x[NEST_R],
                        .stride = l->stride_h,
                        .dilation = l->dilation_h,
                        .end = layer_padded_h(l)};
    struct axis cols = {.out = &x[NEST_Q],
                        .tap = &x[NEST_S],
                        .stride = l->stride_w,
                        .dilation = l->dilation_w,
                        .end = layer_padded_w(l)};
    int value[NEST_LOOPS_MAX] = {0}, at[NEST_DIMS];
    if (no_padding_words) {
        rows.first = l->pad_top;
        rows.end -= l->pad_bottom;
        cols.first = l->pad_left;
        cols.end -= l->pad_right;
    }
    find_rows(&rows);
    find_rows(&cols);
    int32_t n = 0;
    do {
        if (offsets_of(loops, x, value, at))
            use[n++] = use_of(x, &rows, &cols, at);
    } while (go_on(loops, value));
    SIM_CHECK(n == nest_use_macs(x));
    free(rows.index);
    free(cols.index);
}
