/* nest_box.c - lists a tile's coordinates and walks them.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_box.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

void nest_box_fini(struct nest_box *box)
{
    for (int k = 0; k < 4; k++)
        free(box->at[k]);
}

void nest_box_clear(struct nest_box *box)
{
    memset(box->n, 0, sizeof(box->n));
}

static int *room_for(struct nest_box *box, int axis, int n)
{
    if (n > box->room[axis]) {
        box->room[axis] = n;
        box->at[axis] =
            xrealloc(box->at[axis], (size_t)n, sizeof(*box->at[axis]));
    }
    box->n[axis] = 0;
    return box->at[axis];
}

/* Indices within groups of `per_group`. */
static void list(struct nest_box *box, int axis, const struct nest_span *group,
                 int per_group, const struct nest_span *x)
{
    int *at = room_for(box, axis, group->n * x->n);
    for (int g = group->first; g < group->first + group->n; g++)
        for (int k = x->first; k < x->first + x->n; k++)
            at[box->n[axis]++] = g * per_group + k;
}

/* Ifmap rows (or columns) in [first, end) under outputs x and taps r. */
static void list_touched(struct nest_box *box, int axis,
                         const struct nest_span *x, int stride,
                         const struct nest_span *r, int dilation, int first,
                         int end)
{
    if (x->n == 0 || r->n == 0) {
        box->n[axis] = 0;
        return;
    }
    const int low = x->first * stride + r->first * dilation;
    const int span = (x->n - 1) * stride + (r->n - 1) * dilation + 1;
    int *at = room_for(box, axis, span);
    memset(at, 0, (size_t)span * sizeof(*at));
    for (int i = 0; i < x->n; i++)
        for (int k = 0; k < r->n; k++)
            at[i * stride + k * dilation] = 1;
    for (int i = 0; i < span; i++)
        if (at[i] != 0 && low + i >= first && low + i < end)
            at[box->n[axis]++] = low + i;
}

void nest_box_fill(struct nest_box *box, const struct nest_walk *walk,
                   const struct nest_step *step, enum tensor tensor,
                   bool stored_padding)
{
    static const struct nest_span one = {0, 1};
    const struct layer *l = &walk->layer;
    struct nest_span x[NEST_DIMS];
    nest_walk_spans(walk, step, LEVEL_L2, NULL, x);
    switch (tensor) {
    case TENSOR_IFMAP:
        list(box, 0, &one, 0, &x[NEST_N]);
        list(box, 1, &x[NEST_G], l->C / l->G, &x[NEST_C]);
        list_touched(box, 2, &x[NEST_P], l->stride_h, &x[NEST_R], l->dilation_h,
                     stored_padding ? 0 : l->pad_top,
                     layer_padded_h(l) - (stored_padding ? 0 : l->pad_bottom));
        list_touched(box, 3, &x[NEST_Q], l->stride_w, &x[NEST_S], l->dilation_w,
                     stored_padding ? 0 : l->pad_left,
                     layer_padded_w(l) - (stored_padding ? 0 : l->pad_right));
        break;
    case TENSOR_FILTER:
        list(box, 0, &x[NEST_G], l->M / l->G, &x[NEST_M]);
        list(box, 1, &one, 0, &x[NEST_C]);
        list(box, 2, &one, 0, &x[NEST_R]);
        list(box, 3, &one, 0, &x[NEST_S]);
        break;
    default:
        list(box, 0, &one, 0, &x[NEST_N]);
        list(box, 1, &x[NEST_G], l->M / l->G, &x[NEST_M]);
        list(box, 2, &one, 0, &x[NEST_P]);
        list(box, 3, &one, 0, &x[NEST_Q]);
        break;
    }
}

/* Goes on in the list from *at to a coordinate; whether it has it. */
static bool has(const struct nest_box *box, int axis, int coordinate, int *at)
{
    const int *list_of = box->at[axis];
    while (*at < box->n[axis] && list_of[*at] < coordinate)
        ++*at;
    return *at < box->n[axis] && list_of[*at] == coordinate;
}

/* A walk over the words of a box. */
struct visit {
    const struct nest_box *box, *other;
    void (*run)(void *context, const int first[4], int words);
    void *context;
    int coord[4];
};

/* The last coordinates, but for those that `other` has, if it shares the
 * first three. */
static void visit_runs(struct visit *v, bool shared)
{
    const int *list_of = v->box->at[3], n = v->box->n[3];
    int at = 0;
    if (!shared && list_of[n - 1] - list_of[0] == n - 1) { /* no gaps */
        v->coord[3] = list_of[0];
        v->run(v->context, v->coord, n);
        return;
    }
    for (int i = 0, j; i < n; i = j) {
        j = i + 1;
        if (shared && has(v->other, 3, list_of[i], &at))
            continue;
        while (j < n && list_of[j] == list_of[j - 1] + 1 &&
               !(shared && has(v->other, 3, list_of[j], &at)))
            j++;
        v->coord[3] = list_of[i];
        v->run(v->context, v->coord, j - i);
    }
}

static void visit_axis(struct visit *v, int axis, bool shared)
{
    int at = 0;
    if (axis == 3) {
        visit_runs(v, shared);
        return;
    }
    for (int i = 0; i < v->box->n[axis]; i++) {
        v->coord[axis] = v->box->at[axis][i];
        visit_axis(v, axis + 1,
                   shared && has(v->other, axis, v->coord[axis], &at));
    }
}

static bool has_words(const struct nest_box *box)
{
    return box->n[0] > 0 && box->n[1] > 0 && box->n[2] > 0 && box->n[3] > 0;
}

void nest_box_visit_new(
    const struct nest_box *box, const struct nest_box *other,
    void (*visit)(void *context, const int first[4], int words), void *context)
{
    struct visit v = {
        .box = box, .other = other, .run = visit, .context = context};
    if (has_words(box))
        visit_axis(&v, 0, has_words(other));
}
