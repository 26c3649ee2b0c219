/* tiling_room.c - what tiles take of L2, and sizes that tiles may have.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/program.h"

/* (y, i) and (y + step_b / g, i - step_a / g) give one value: all pairs but
 * those that have such a partner. */
int touched(int a, int step_a, int b, int step_b)
{
    int g = gcd_int(step_a, step_b);
    int64_t y = a - step_b / g, i = b - step_a / g;
    int64_t pairs = (int64_t)a * b;
    return (int)(y > 0 && i > 0 ? pairs - y * i : pairs);
}

int tiling_next_even(int extent, int size)
{
    if (size >= extent)
        return 0;
    /* The most parts that are all larger than size but the last. */
    return ceil_div(extent, (extent - 1) / size);
}

uint64_t tiling_all_touched(int extent, int tile, int stride, int taps,
                            int dilation)
{
    const int rest = extent % tile;
    uint64_t all = (uint64_t)(extent / tile) *
                   (uint64_t)touched(tile, stride, taps, dilation);
    if (rest > 0)
        all += (uint64_t)touched(rest, stride, taps, dilation);
    return all;
}

/* All tiles of an operand that L2 keeps, in words. */
static uint64_t kept_words(const struct layer *l, const struct tiling *t,
                           enum tensor tensor)
{
    const uint64_t g = (uint64_t)tiling_groups(t), Cg = (uint64_t)group_c(l);
    if (tensor == TENSOR_FILTER)
        return g * (uint64_t)min_int(t->m, group_m(l)) * Cg * (uint64_t)l->R *
               (uint64_t)l->S;
    return g * (uint64_t)l->N * Cg *
           tiling_all_touched(l->P, t->e, l->stride_h, l->R, l->dilation_h) *
           tiling_all_touched(l->Q, tiling_width(l, t), l->stride_w, l->S,
                              l->dilation_w);
}

uint64_t tiling_l2_words(const struct layer *layer, const struct tiling *t,
                         enum tensor tensor)
{
    if (tensor != TENSOR_PSUM && tiling_keeps(t, tensor))
        return kept_words(layer, t, tensor);
    const uint64_t g = (uint64_t)tiling_groups(t), n = g * (uint64_t)t->n;
    const int w = tiling_width(layer, t);
    switch (tensor) {
    case TENSOR_IFMAP:
        return n * (uint64_t)t->c *
               (uint64_t)touched(t->e, layer->stride_h, layer->R,
                                 layer->dilation_h) *
               (uint64_t)touched(w, layer->stride_w, layer->S,
                                 layer->dilation_w);
    case TENSOR_FILTER:
        return g * (uint64_t)t->f * (uint64_t)t->c * (uint64_t)layer->R *
               (uint64_t)layer->S;
    default:
        return n * (uint64_t)t->m * (uint64_t)t->e * (uint64_t)w;
    }
}

bool tiling_fits(const struct arch *arch, const struct layer *layer,
                 const struct tiling *t, int buffers[TENSOR_N],
                 int banks[TENSOR_N], enum tensor *short_tensor,
                 uint64_t *short_words)
{
    uint64_t tile_words[TENSOR_N];
    for (int k = 0; k < TENSOR_N; k++)
        tile_words[k] = tiling_l2_words(layer, t, (enum tensor)k);
    struct l2_room room;
    l2_room_of(arch, t->kept, &room);
    return l2_room_takes(&room, tile_words, buffers, banks, short_tensor,
                         short_words);
}

void tiling_show_kept(int keep, FILE *to)
{
    const struct tiling t = {.kept = tiling_kept_by(keep)};
    if (tiling_keeps(&t, TENSOR_IFMAP))
        fprintf(to, "L2 keeps all ifmap tiles of a group over m2, each with "
                    "its halo\n");
    if (tiling_keeps(&t, TENSOR_FILTER))
        fprintf(to, "L2 keeps all filter tiles of an m2 over n2 and e2\n");
}

bool tiling_keep_lacks(const struct arch *arch, const struct layer *layer,
                       const char *dataflow, int keep, struct src_pos at,
                       struct diag *d)
{
    if (keep <= KEEP_NONE || arch->l2_keeps_tiles)
        return false;
    diag_fail(d, EXIT_NO_MAPPING, at,
              "layer '%s' has no legal '%s' mapping with mapping.keep=%d: "
              "'l2.keeps_tiles' = false loads each tile anew; leave "
              "'mapping.keep' out",
              layer->name, dataflow, keep);
    return true;
}

/* Whether place a comes before b in these orders, each a step of tiles. */
static bool comes_before(const int a[4], const int b[4])
{
    int k = 0;
    while (k < 3 && a[k] == b[k])
        k++;
    return a[k] < b[k];
}

/* Tiles that stay together, those of a group or of its m tile, come in the
 * order of their places, and go so in the last loop over them. */
bool program_has_place(const struct program *p, enum tensor tensor,
                       const struct pass_place *tile,
                       const struct pass_place *now)
{
    const struct layer *l = &p->layer;
    const bool is_filter = tensor == TENSOR_FILTER;
    if (!tiling_keeps(&p->tiling, tensor) ||
        (tile->g == now->g && (!is_filter || tile->m0 == now->m0)))
        return true;
    const bool next_g = tile->g == now->g + now->groups &&
                        (!is_filter || now->m0 + now->m == group_m(l));
    const bool next_m = tile->g == now->g && tile->m0 == now->m0 + now->m;
    if (is_filter ? !next_m && !(next_g && tile->m0 == 0) : !next_g)
        return false;
    if (is_filter) {
        const int a[4] = {tile->c0, tile->f0 - tile->m0};
        const int b[4] = {now->c0, now->f0 - now->m0};
        return now->n0 + now->n == l->N && now->p0 + now->e == l->P &&
               now->q0 + now->w == l->Q && comes_before(a, b);
    }
    const int a[4] = {tile->n0, tile->p0, tile->q0, tile->c0};
    const int b[4] = {now->n0, now->p0, now->q0, now->c0};
    return now->m0 + now->m == group_m(l) && comes_before(a, b);
}
