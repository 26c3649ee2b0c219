/* fuse_tiles.c - goes from each tile of the last output back to what the nodes
 * before it read and make, and takes together those that are alike.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/fuse/fuse_tiles.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/result.h"

/* The first input behind those that the windows of outputs before `first`
 * reach. */
static int64_t end_before(const struct fusion_axis *a, int64_t first)
{
    int64_t end = (first - 1) * a->stride - a->before + a->taps;
    end = end < a->in ? end : a->in;
    return first > 0 && end > 0 ? end : 0;
}

/* What a node with windows reads for n outputs from *first on, which then are
 * those that the node before it makes. */
static struct fuse_span window_span(const struct fusion_axis *a,
                                    enum fuse_halos halos, int64_t *first,
                                    int64_t *n)
{
    const int64_t made_from = *first, made = *n;
    const int64_t start = made_from * a->stride - a->before;
    const int64_t reach = (made - 1) * a->stride + a->taps;
    const int64_t before = start < 0 ? -start : 0;
    fusion_inputs(a, first, n);
    struct fuse_span s = {.read_from = (int)*first,
                          .in = (int)*n,
                          .made_from = (int)made_from,
                          .out = (int)made,
                          .before = (int)before,
                          .after = (int)(reach - before - *n)};
    if (halos == HALOS_KEPT) {
        const int64_t had = end_before(a, made_from) - *first;
        s.kept = (int)(had < 0 ? 0 : had < *n ? had : *n);
        *first += s.kept;
        *n -= s.kept;
    }
    return s;
}

static struct fuse_span *spans_of(const struct layer *chain, int nodes,
                                  bool rows, enum fuse_halos halos,
                                  int64_t first, int64_t n)
{
    struct fuse_span *span = xcalloc((size_t)nodes, sizeof(*span));
    for (int k = nodes - 1; k >= 0 && n > 0; k--) {
        const struct fusion_axis a = fusion_axis_of(&chain[k], rows);
        if (fusion_has_windows(&chain[k]))
            span[k] = window_span(&a, halos, &first, &n);
        else
            span[k] = (struct fuse_span){.read_from = (int)first,
                                         .in = (int)n,
                                         .made_from = (int)first,
                                         .out = (int)n};
    }
    return span;
}

static bool are_alike(const struct fuse_span *a, const struct fuse_span *b,
                      int nodes)
{
    for (int k = 0; k < nodes; k++)
        if (a[k].in != b[k].in || a[k].out != b[k].out ||
            a[k].before != b[k].before || a[k].after != b[k].after ||
            a[k].kept != b[k].kept)
            return false;
    return true;
}

static void add_tile(struct fuse_span *span, int nodes, bool is_each,
                     struct fuse_tiles *to)
{
    for (int i = 0; !is_each && i < to->n; i++)
        if (are_alike(to->tile[i].span, span, nodes)) {
            to->tile[i].times++;
            free(span);
            return;
        }
    to->tile = xrealloc(to->tile, (size_t)to->n + 1, sizeof(*to->tile));
    to->tile[to->n++] = (struct fuse_tile){1, span};
}

void fuse_tiles_find(const struct layer *chain, int n, bool rows, int tile,
                     enum fuse_halos halos, bool is_each,
                     struct fuse_tiles *out)
{
    const int64_t all = fusion_axis_of(&chain[n - 1], rows).out;
    memset(out, 0, sizeof(*out));
    for (int64_t at = 0; at < all; at += tile)
        add_tile(spans_of(chain, n, rows, halos, at,
                          at + tile < all ? tile : all - at),
                 n, is_each, out);
}

void fuse_tiles_fini(struct fuse_tiles *t)
{
    for (int i = 0; i < t->n; i++)
        free(t->tile[i].span);
    free(t->tile);
    memset(t, 0, sizeof(*t));
}

struct layer fuse_part_of(const struct layer *node, const struct fuse_span *y,
                          const struct fuse_span *x)
{
    struct layer l = *node;
    l.H = y->in;
    l.W = x->in;
    l.P = y->out;
    l.Q = x->out;
    l.pad_top = y->before;
    l.pad_bottom = y->after;
    l.pad_left = x->before;
    l.pad_right = x->after;
    l.input_words = (uint64_t)l.C * (uint64_t)l.H * (uint64_t)l.W;
    return l;
}

/* What tiles do to a node's input along an axis: the most that one finds there,
 * the most that one adds, and what all of them add. */
struct halo {
    uint64_t kept, added, all;
};

static struct halo halo_of(const struct fuse_tiles *tiles, int node)
{
    struct halo h = {0, 0, 0};
    for (int i = 0; i < tiles->n; i++) {
        const struct fuse_span *s = &tiles->tile[i].span[node];
        const uint64_t kept = (uint64_t)s->kept;
        const uint64_t added = (uint64_t)(s->in - s->kept);
        h.kept = kept > h.kept ? kept : h.kept;
        h.added = added > h.added ? added : h.added;
        h.all += tiles->tile[i].times * added;
    }
    return h;
}

uint64_t fuse_kept_words(const struct layer *chain, int node,
                         const struct fuse_tiles *down,
                         const struct fuse_tiles *across)
{
    const struct halo rows = halo_of(down, node), cols = halo_of(across, node);
    const uint64_t pixels = count_add(count_mul(rows.kept, cols.all),
                                      count_mul(cols.kept, rows.added));
    return count_mul((uint64_t)chain[node].C, pixels);
}
