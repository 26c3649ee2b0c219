/* nest_fold.c - finds the fold that a nest's innermost part is, and the passes
 * of a systolic array that its steps are.
 *
 * What streams is the innermost time loop of L2 and those around it of the same
 * kind of dimension; this decides which fold it is, and rows and columns must
 * fit to it.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_fold.h"

#include <stdio.h>
#include <string.h>

#include "dataflows/arith.h"

static const char products[] = "crs", outputs[] = "npq", filters[] = "m";

static const struct fold_kind {
    const char *name, *rows, *cols, *stream;
} table[] = {
    [SYSTOLIC_OS] = {"os", outputs, filters, products},
    [SYSTOLIC_WS] = {"ws", products, filters, outputs},
    [SYSTOLIC_IS] = {"is", products, outputs, filters},
};

enum { KINDS = sizeof(table) / sizeof(*table) };

static bool is_among(const char *letters, const struct nest_loop *loop)
{
    return strchr(letters, nest_dim_letter[loop->dim]) != NULL;
}

static bool refuse(char why[256], const char *text)
{
    snprintf(why, 256, "%s", text);
    return false;
}

/* Adds a loop that has steps to an axis, outermost first. */
static bool push(struct nest_fold_axis *axis, const struct nest_loop *loop,
                 const char *of, char why[256])
{
    for (int k = 0; k < axis->n; k++)
        if (axis->dim[k] == (enum nest_dim)loop->dim) {
            snprintf(
                why, 256,
                "%s have two loops over %c, and a fold of a systolic array "
                "takes neighbours; one loop is right",
                of, nest_dim_letter[loop->dim]);
            return false;
        }
    axis->dim[axis->n++] = (enum nest_dim)loop->dim;
    return true;
}

static bool push_axis(struct nest_fold_axis *axis,
                      const struct nest_loops *loops, const char *letters,
                      const char *of, const char *fold, char why[256])
{
    for (int i = 0; i < loops->n; i++) {
        const struct nest_loop *loop = &loops->loop[i];
        if (loop->count == 1)
            continue;
        if (!is_among(letters, loop)) {
            snprintf(why, 256,
                     "%s share out %c, and the innermost part of a nest on a "
                     "systolic array is a fold; as of '%s', they have loops "
                     "over '%s'",
                     of, nest_dim_letter[loop->dim], fold, letters);
            return false;
        }
        if (!push(axis, loop, of, why))
            return false;
    }
    return true;
}

static bool all_among(const char *letters, const struct nest_loops *loops)
{
    for (int i = 0; i < loops->n; i++)
        if (loops->loop[i].count > 1 && !is_among(letters, &loops->loop[i]))
            return false;
    return true;
}

/* Whether the array shares out what a kind of fold does. */
static bool is_shared_so(const struct fold_kind *kind,
                         const struct nest_level *l2)
{
    return all_among(kind->rows, &l2->rows) && all_among(kind->cols, &l2->cols);
}

/* Finds the first of the machine's dataflows that shares out these loops and
 * streams the innermost one, even if it has one step; else the first that
 * shares them out, with a word that streams.  Where none does, what streams
 * decides. */
static bool find_kind(const struct arch *arch, const struct nest_level *l2,
                      enum systolic_kind *out, char why[256])
{
    const struct nest_loop *inner =
        l2->time.n > 0 ? &l2->time.loop[l2->time.n - 1] : NULL;
    int best = 0;
    for (int i = 0; i < 8 && arch->dataflows[i][0] != '\0'; i++)
        for (int k = 0; k < KINDS; k++) {
            if (strcmp(arch->dataflows[i], table[k].name) != 0)
                continue;
            const bool streams =
                inner != NULL && is_among(table[k].stream, inner);
            const int fits = 1 + streams + 2 * is_shared_so(&table[k], l2);
            if (fits > best) {
                best = fits;
                *out = (enum systolic_kind)k;
            }
        }
    if (best == 0)
        snprintf(why, 256,
                 "'%s' has no dataflow whose folds a systolic array runs; "
                 "'ws', 'is' or 'os' is needed",
                 arch->name);
    return best > 0;
}

/* The innermost time loops of L2 that stream; the others lie outside. */
static bool cut_stream(const struct nest *nest, struct nest_fold *f,
                       char why[256])
{
    const struct nest_loops *time = &nest->level[LEVEL_L2].time;
    const char *letters = table[f->kind].stream;
    int first = time->n;
    while (first > 0 && (time->loop[first - 1].count == 1 ||
                         is_among(letters, &time->loop[first - 1])))
        first--;
    f->loops = nest->level[LEVEL_DRAM].time.n + first;
    for (int i = first; i < time->n; i++)
        if (time->loop[i].count > 1 &&
            !push(&f->stream, &time->loop[i], "the innermost loops of l2", why))
            return false;
    return true;
}

static int count_of(const struct nest_loops *loops, int dim)
{
    int n = 1;
    for (int i = 0; i < loops->n; i++)
        if (loops->loop[i].dim == dim)
            n *= loops->loop[i].count;
    return n;
}

static void set_tile(const struct nest *nest, struct nest_fold *f)
{
    const struct nest_level *l2 = &nest->level[LEVEL_L2];
    for (int d = 0; d < NEST_DIMS; d++)
        f->tile[d] = count_of(&l2->rows, d) * count_of(&l2->cols, d);
    const int outside = f->loops - nest->level[LEVEL_DRAM].time.n;
    for (int i = outside; i < l2->time.n; i++)
        f->tile[l2->time.loop[i].dim] *= l2->time.loop[i].count;
}

/* Whether inner loops of an axis are whole in all folds. */
static bool is_whole(const struct nest_fold *f, const struct nest_fold_axis *a,
                     const struct layer *layer, const char *of, char why[256])
{
    for (int k = 1; k < a->n; k++) {
        const enum nest_dim d = a->dim[k];
        if (nest_extent(layer, d) % f->tile[d] == 0)
            continue;
        snprintf(why, 256,
                 "%s share out %d of %c inside another loop, which does not "
                 "divide the layer's %d: a fold would have gaps; a divisor is "
                 "right, or %c outermost",
                 of, f->tile[d], nest_dim_letter[d], nest_extent(layer, d),
                 nest_dim_letter[d]);
        return false;
    }
    return true;
}

/* What the machine's keys ask of a fold. */
static bool is_honoured(const struct arch *arch, const struct layer *layer,
                        const struct nest_fold *f, char why[256])
{
    const bool ends_lines =
        f->stream.n == 0 || f->stream.dim[f->stream.n - 1] == NEST_Q;
    if (f->kind != SYSTOLIC_OS && arch->drain == DRAIN_OVERLAPPED)
        return refuse(why,
                      "psums move through the array and 'array.drain' is "
                      "'overlapped', which is modelled for psums that stay; a "
                      "fold as of 'os' is right");
    if (f->kind != SYSTOLIC_WS && arch->strip_words > 0)
        return refuse(why, "the array takes commands ('array.strip_words') "
                           "that stream outputs past filters; a fold as of "
                           "'ws' is right");
    if (arch->strip_words > 0 && layer->Q > 1 && !ends_lines)
        return refuse(why, "commands ('array.strip_words') stream outputs of "
                           "one row; q as the innermost loop is right");
    return true;
}

static bool has_words_alone(const struct nest *nest, char why[256])
{
    const struct nest_level *at = nest->level;
    for (int i = 0; i < at[LEVEL_RF].time.n; i++)
        if (at[LEVEL_RF].time.loop[i].count > 1)
            return refuse(why, "a PE of a systolic array holds a word of each "
                               "tensor; no loops in rf are right");
    for (int t = 0; t < TENSOR_N; t++)
        if (!at[LEVEL_L2].keep[t])
            return refuse(why, "a systolic array has its words from L2; l2 "
                               "keeping all tensors is right");
    return true;
}

bool nest_fold_of(const struct arch *arch, const struct layer *layer,
                  const struct nest *nest, struct nest_fold *f, char why[256])
{
    const struct nest_level *l2 = &nest->level[LEVEL_L2];
    memset(f, 0, sizeof(*f));
    if (!has_words_alone(nest, why) || !find_kind(arch, l2, &f->kind, why))
        return false;
    const struct fold_kind *kind = &table[f->kind];
    if (!push_axis(&f->rows, &l2->rows, kind->rows, "rows", kind->name, why) ||
        !push_axis(&f->cols, &l2->cols, kind->cols, "columns", kind->name,
                   why) ||
        !cut_stream(nest, f, why))
        return false;
    set_tile(nest, f);
    return is_whole(f, &f->rows, layer, "rows", why) &&
           is_whole(f, &f->cols, layer, "columns", why) &&
           is_honoured(arch, layer, f, why);
}

/* --- steps ---------------------------------------------------------------- */

void nest_fold_spans(const struct nest_fold *f, const struct nest_walk *w,
                     const struct nest_step *step,
                     struct nest_span out[NEST_DIMS])
{
    for (int d = 0; d < NEST_DIMS; d++)
        out[d].first = 0;
    for (int i = 0; i < f->loops; i++)
        out[w->loop[i].dim].first += step->value[i] * w->loop[i].tile;
    for (int d = 0; d < NEST_DIMS; d++)
        out[d].n = min_int(w->extent[d] - out[d].first, f->tile[d]);
}

static uint32_t places(const struct nest_fold_axis *axis,
                       const struct nest_span spans[NEST_DIMS])
{
    uint32_t n = 1;
    for (int k = 0; k < axis->n; k++)
        n *= (uint32_t)spans[axis->dim[k]].n;
    return n;
}

static bool continues(const struct nest_fold *f, const struct nest_walk *w,
                      const struct nest_step *step)
{
    for (int i = 0; i < f->loops; i++)
        if (strchr(products, nest_dim_letter[w->loop[i].dim]) != NULL &&
            step->value[i] > 0)
            return true;
    return false;
}

void nest_fold_pass(const struct nest_fold *f, const struct arch *arch,
                    const struct nest_walk *w, const struct nest_step *step,
                    struct systolic_pass *out)
{
    struct nest_span spans[NEST_DIMS];
    nest_fold_spans(f, w, step, spans);
    memset(out, 0, sizeof(*out));
    out->kind = (uint16_t)f->kind;
    out->rows_used = (uint16_t)places(&f->rows, spans);
    out->cols_used = (uint16_t)places(&f->cols, spans);
    out->depth = places(&f->stream, spans);
    out->psum_in = continues(f, w, step);
    if (fold_loads_overlap(arch) && arch->strip_words > 0)
        out->line_words =
            w->layer.Q > 1 ? (uint32_t)spans[NEST_Q].n : out->depth;
}

void nest_fold_place(const struct nest_fold_axis *axis,
                     const struct nest_span spans[NEST_DIMS], uint32_t index,
                     int at[NEST_DIMS])
{
    for (int k = axis->n - 1; k >= 0; k--) {
        const struct nest_span *s = &spans[axis->dim[k]];
        at[axis->dim[k]] = s->first + (int)(index % (uint32_t)s->n);
        index /= (uint32_t)s->n;
    }
}
