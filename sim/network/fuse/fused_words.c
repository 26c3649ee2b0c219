/* fused_words.c - cuts a tile's ifmap out of a whole one, and compares its
 * psums with those of the whole.
 *
 * Once the psums of each tile are those of the node by itself, so are the words
 * that the next node reads, whether they were kept or made again.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/fuse/fused_words.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

/* A rectangle of all planes of a map. */
struct window {
    int planes, H, W; /* of the whole */
    int y, h, x, w;
};

/* Where a row of the rectangle begins in the whole. */
static size_t row_at(const struct window *r, int plane, int row)
{
    return ((size_t)plane * (size_t)r->H + (size_t)(r->y + row)) *
               (size_t)r->W +
           (size_t)r->x;
}

struct layer_values fused_words_cut(const struct layer_values *whole,
                                    const struct layer *l,
                                    const struct fuse_span *y,
                                    const struct fuse_span *x)
{
    const struct window r = {l->N * l->C, l->H,         l->W, y->read_from,
                             y->in,       x->read_from, x->in};
    const size_t width = (size_t)r.w, height = (size_t)r.h;
    const size_t planes = (size_t)r.planes;
    int64_t *ifmap = xcalloc(planes * height * width, sizeof(*ifmap));
    for (int p = 0; p < r.planes; p++)
        for (int i = 0; i < r.h; i++)
            memcpy(ifmap + ((size_t)p * height + (size_t)i) * width,
                   whole->ifmap + row_at(&r, p, i), width * sizeof(*ifmap));
    return (struct layer_values){
        ifmap, whole->filter,
        xcalloc((size_t)l->N * (size_t)l->M * (size_t)y->out * (size_t)x->out,
                sizeof(int64_t))};
}

void fused_words_free(struct layer_values *part)
{
    free((int64_t *)part->ifmap);
    free(part->psums);
}

uint64_t fused_words_differ(const struct layer_values *whole,
                            const struct layer_values *part,
                            const struct layer *l, const struct fuse_span *y,
                            const struct fuse_span *x)
{
    const struct window r = {l->N * l->M, l->P,         l->Q,  y->made_from,
                             y->out,      x->made_from, x->out};
    uint64_t differ = 0;
    const int64_t *is = part->psums;
    for (int p = 0; p < r.planes; p++)
        for (int i = 0; i < r.h; i++) {
            const int64_t *want = whole->psums + row_at(&r, p, i);
            for (int j = 0; j < r.w; j++)
                differ += *is++ != want[j];
        }
    return differ;
}
