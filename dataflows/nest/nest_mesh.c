/* nest_mesh.c - adds up the XY trees of all words that cross the meshes inside
 * a level.
 *
 * Which children want a word, and which of these have it already, is a product:
 * each dimension (of ifmaps p with r, and q with s) says by its own splits at
 * which nodes a coordinate is wanted, and at which of them some child further
 * in lacks it.  A node wants a word that all dimensions want there, and has it
 * come where any of them lacks it.  So each dimension gives a tally of pairs of
 * sets of nodes with how often they come, and tallies are multiplied.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_mesh.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/l1_model.h"
#include "dataflows/nest/nest_walk.h"
#include "dataflows/nest/node_tally.h"

/* --- dimensions ----------------------------------------------------------- */

enum { NEIGHBOURS = 8, TILE_MAX = 1 << 20 }; /* beyond every extent */

/* A place of children among the splits of a dimension. */
struct site {
    int group, offset;
    uint64_t nodes; /* those that its splits at the mesh's level allow */
};

/* Tiles of a step and of the one before: where the first child's begins, and
 * how many words lie between the tile's base and its end. */
struct span {
    int base, off, rest;
};
struct context {
    struct span now, before;
    uint64_t times;
};

struct axis {
    const struct chain *chain;
    struct site *site; /* owns; by group */
    int n_sites;
    struct context *context; /* owns */
    int n_contexts, room;
    bool merges; /* contexts that differ in their base alone are one */
};

struct mesh_count {
    const struct nest_view *view;
    struct axis axis[NEST_DIMS];
    uint64_t *wants, *lacks; /* own: of each point of the ifmap */
};

static void add_context(struct axis *a, const struct span *now,
                        const struct span *before)
{
    for (int i = 1; a->merges && i <= NEIGHBOURS && i <= a->n_contexts; i++) {
        struct context *c = &a->context[a->n_contexts - i];
        if (c->now.off == now->off && c->now.rest == now->rest &&
            c->before.off == before->off && c->before.rest == before->rest &&
            c->now.base - c->before.base == now->base - before->base) {
            c->times++;
            return;
        }
    }
    if (a->n_contexts == a->room) {
        a->room = 2 * a->room + 16;
        a->context = xrealloc(a->context, (size_t)a->room, sizeof(*a->context));
    }
    a->context[a->n_contexts++] = (struct context){*now, *before, 1};
}

/* Values of the next `left` time loops from cut i on; the last of them steps,
 * or is fixed.  Loops inside go from their last value to their first. */
static void walk(struct axis *a, int i, int left, bool steps, struct span at,
                 int rest, bool is_split)
{
    const struct chain *c = a->chain;
    for (; left > 0 && c->elem[i].kind != ELEM_TIME; i++) {
        rest = chain_clamp(rest, 0, c->elem[i].tile);
        is_split = true;
    }
    if (left == 0) {
        struct span before = at;
        before.off += chain_last_offset(c, i, rest);
        add_context(a, &at, &before);
        return;
    }
    const int tile = c->elem[i].tile;
    for (int v = left == 1 && steps; v * tile < rest; v++) {
        struct span here = at, before;
        const int inside = chain_clamp(rest - v * tile, 0, tile);
        *(is_split ? &here.off : &here.base) += v * tile;
        here.rest = is_split ? at.rest : inside;
        if (left > 1 || !steps) {
            walk(a, i + 1, left - 1, steps, here, inside, is_split);
            continue;
        }
        before = here;
        *(is_split ? &before.off : &before.base) -= tile;
        before.rest = is_split ? at.rest : tile;
        before.off += chain_last_offset(c, i + 1, tile);
        add_context(a, &here, &before);
    }
}

static void find_contexts(struct axis *a, int loops, bool steps)
{
    a->n_contexts = 0;
    walk(a, 0, loops, steps, (struct span){0, 0, a->chain->extent},
         a->chain->extent, false);
}

/* Nodes at which the loop i of a list stands at v. */
static uint64_t nodes_at(const struct mesh_grid *grid,
                         const struct nest_loops *loops, int i, int v,
                         bool is_row)
{
    const int rows = grid->rows, cols = grid->cols;
    uint64_t nodes = 0;
    int inside = 1;
    for (int k = i + 1; k < loops->n; k++)
        inside *= loops->loop[k].count;
    for (int node = 0; node < rows * cols; node++) {
        const int place = is_row ? node / cols : node % cols;
        if (place / inside % loops->loop[i].count == v)
            nodes |= (uint64_t)1 << node;
    }
    return nodes;
}

/* Every site becomes one for each step of a split. */
static void split_sites(struct axis *a, const struct mesh_grid *grid,
                        const struct nest_loops *loops, int i, enum level at,
                        enum level level, bool is_row, int tile)
{
    const int count = loops->loop[i].count;
    struct site *to = xcalloc((size_t)a->n_sites * (size_t)count, sizeof(*to));
    int n = 0;
    for (int k = 0; k < a->n_sites; k++)
        for (int v = 0; v < count; v++) {
            struct site s = a->site[k];
            s.offset += v * tile;
            if (s.offset >= a->chain->extent)
                break;
            if (at > level)
                s.group = s.group * count + v;
            else if (at == level)
                s.nodes &= nodes_at(grid, loops, i, v, is_row);
            to[n++] = s;
        }
    free(a->site);
    a->site = to;
    a->n_sites = n;
}

/* Words between the steps of loop i of a level's rows or columns. */
static int tile_of(const struct nest *nest, int at, bool is_row, int i, int dim,
                   int child)
{
    int64_t tile = 1;
    for (int k = at; k > child; k--) {
        const struct nest_level *l = &nest->level[k];
        const struct nest_loops *list[] = {&l->time, &l->rows, &l->cols};
        for (int w = k < at ? 0 : is_row ? 1 : 2; w < 3; w++)
            for (int j = k == at && w == (is_row ? 1 : 2) ? i + 1 : 0;
                 j < list[w]->n; j++)
                if (list[w]->loop[j].dim == dim && tile < INT32_MAX)
                    tile *= list[w]->loop[j].count;
    }
    return tile < TILE_MAX ? (int)tile : TILE_MAX;
}

/* Nodes whose children ever have work. */
static uint64_t nodes_used(const struct mesh_grid *grid,
                           const struct nest *nest, enum level level)
{
    const struct nest_loops *both[] = {&nest->level[level].rows,
                                       &nest->level[level].cols};
    uint64_t nodes = 0;
    int used[2] = {1, 1};
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < both[k]->n; i++)
            used[k] *= both[k]->loop[i].count;
    for (int row = 0; row < used[0]; row++)
        for (int col = 0; col < used[1]; col++)
            nodes |= (uint64_t)1 << (row * grid->cols + col);
    return nodes;
}

static void axis_init(struct axis *a, const struct mesh_grid *grid,
                      const struct nest *nest, const struct nest_view *view,
                      int dim, int child, enum level level)
{
    memset(a, 0, sizeof(*a));
    a->chain = &view->chain[dim];
    a->n_sites = 1;
    a->site = xcalloc(1, sizeof(*a->site));
    a->site->nodes = nodes_used(grid, nest, level);
    for (int k = LEVEL_L2; k > child; k--)
        for (int is_row = 1; is_row >= 0; is_row--) {
            const struct nest_loops *loops =
                is_row ? &nest->level[k].rows : &nest->level[k].cols;
            for (int i = 0; i < loops->n; i++)
                if (loops->loop[i].dim == dim && loops->loop[i].count > 1) {
                    const int inside = tile_of(nest, k, is_row, i, dim, child);
                    const int size = a->chain->kid_tile;
                    split_sites(a, grid, loops, i, (enum level)k, level, is_row,
                                inside > TILE_MAX / size ? TILE_MAX
                                                         : inside * size);
                }
        }
}

/* The end of the sites of a group that begins at site i. */
static int group_end(const struct axis *a, int i)
{
    const int group = a->site[i].group;
    while (i < a->n_sites && a->site[i].group == group)
        i++;
    return i;
}

/* What the children at a site have of a tile. */
static struct nest_span span_of(const struct axis *a, const struct span *at,
                                const struct site *site)
{
    const int from = at->off + site->offset;
    const struct nest_span s = {
        at->base + from, chain_clamp(at->rest - from, 0, a->chain->kid_tile)};
    return s;
}

/* --- tallies of dimensions ------------------------------------------------ */

/* A dimension whose coordinates are the tensor's: children have words of their
 * own. */
static void tally_words(const struct axis *a, struct node_tally *out)
{
    node_tally_clear(out);
    for (int i = 0; i < a->n_contexts; i++)
        for (int k = 0; k < a->n_sites; k++) {
            const struct context *c = &a->context[i];
            const struct site *s = &a->site[k];
            const struct nest_span now = span_of(a, &c->now, s);
            const struct nest_span old = span_of(a, &c->before, s);
            const int low = now.first > old.first ? now.first : old.first;
            const int now_end = now.first + now.n, old_end = old.first + old.n;
            const int end = now_end < old_end ? now_end : old_end;
            const int kept = end > low ? end - low : 0;
            node_tally_add(out, s->nodes, 0,
                           count_mul(c->times, (uint64_t)kept));
            node_tally_add(out, s->nodes, s->nodes,
                           count_mul(c->times, (uint64_t)(now.n - kept)));
        }
}

/* A dimension that the tensor has not: all children with work want each word.
 */
static void tally_children(const struct axis *a, struct node_tally *out)
{
    node_tally_clear(out);
    for (int i = 0; i < a->n_contexts; i++)
        for (int k = 0; k < a->n_sites;) {
            const struct context *c = &a->context[i];
            const int end = group_end(a, k);
            uint64_t wants = 0, lacks = 0;
            for (; k < end; k++) {
                const struct site *s = &a->site[k];
                if (span_of(a, &c->now, s).n == 0)
                    continue;
                wants |= s->nodes;
                if (span_of(a, &c->before, s).n == 0)
                    lacks |= s->nodes;
            }
            node_tally_add(out, wants, lacks, c->times);
        }
}

/* Whether outputs and taps touch a row (or column) of the ifmap. */
static bool touches(const struct lattice *l, struct nest_span out,
                    struct nest_span tap, int x)
{
    for (int r = tap.first; out.n > 0 && r < tap.first + tap.n; r++) {
        const int y = x + l->pad - r * l->dilation;
        if (y >= out.first * l->stride && y % l->stride == 0 &&
            y / l->stride < out.first + out.n)
            return true;
    }
    return false;
}

/* A pair of dimensions of one group of children in one step each. */
struct pair {
    const struct axis *out, *tap;
    const struct context *at_out, *at_tap;
    int first_out, first_tap; /* sites */
};

static void mark(const struct mesh_count *m, const struct lattice *l,
                 const struct pair *p, const struct site *s,
                 const struct site *t, int *low, int *high)
{
    const struct nest_span out = span_of(p->out, &p->at_out->now, s);
    const struct nest_span tap = span_of(p->tap, &p->at_tap->now, t);
    const struct nest_span out_before = span_of(p->out, &p->at_out->before, s);
    const struct nest_span tap_before = span_of(p->tap, &p->at_tap->before, t);
    const uint64_t nodes = s->nodes & t->nodes;
    for (int i = out.first; i < out.first + out.n; i++)
        for (int k = tap.first; k < tap.first + tap.n; k++) {
            const int x = i * l->stride + k * l->dilation - l->pad;
            if (x < 0 || x >= l->extent)
                continue;
            *low = x < *low ? x : *low;
            *high = x > *high ? x : *high;
            m->wants[x] |= nodes;
            if (!touches(l, out_before, tap_before, x))
                m->lacks[x] |= nodes;
        }
}

static void tally_group(const struct mesh_count *m, const struct lattice *l,
                        const struct pair *p, struct node_tally *out)
{
    const int end_out = group_end(p->out, p->first_out);
    const int end_tap = group_end(p->tap, p->first_tap);
    int low = l->extent, high = -1;
    for (int i = p->first_out; i < end_out; i++)
        for (int k = p->first_tap; k < end_tap; k++)
            mark(m, l, p, &p->out->site[i], &p->tap->site[k], &low, &high);
    for (int x = low; x <= high; x++) {
        node_tally_add(out, m->wants[x], m->lacks[x], 1);
        m->wants[x] = m->lacks[x] = 0;
    }
}

static void tally_groups(const struct mesh_count *m, const struct lattice *l,
                         struct pair *p, struct node_tally *out)
{
    for (int i = 0; i < p->out->n_sites; i = group_end(p->out, i))
        for (int k = 0; k < p->tap->n_sites; k = group_end(p->tap, k)) {
            p->first_out = i;
            p->first_tap = k;
            tally_group(m, l, p, out);
        }
}

/* Rows (or columns) of the ifmap: children share some of them. */
static void tally_points(const struct mesh_count *m, const struct lattice *l,
                         int out_dim, int tap_dim, struct node_tally *out)
{
    struct pair p = {.out = &m->axis[out_dim], .tap = &m->axis[tap_dim]};
    node_tally_clear(out);
    for (int i = 0; i < p.out->n_contexts; i++)
        for (int k = 0; k < p.tap->n_contexts; k++) {
            p.at_out = &p.out->context[i];
            p.at_tap = &p.tap->context[k];
            tally_groups(m, l, &p, out);
        }
}

/* --- steps ---------------------------------------------------------------- */

/* The factors of a tensor: dimensions by themselves, and of ifmaps two pairs.
 */
static void tally_factor(const struct mesh_count *m, enum tensor tensor,
                         int dim, struct node_tally *out)
{
    static const bool has[2][NEST_DIMS] = {
        [TENSOR_IFMAP] = {[NEST_G] = true, [NEST_N] = true, [NEST_C] = true},
        [TENSOR_FILTER] = {[NEST_G] = true,
                           [NEST_M] = true,
                           [NEST_C] = true,
                           [NEST_R] = true,
                           [NEST_S] = true}};
    if (tensor == TENSOR_IFMAP && dim == NEST_P)
        tally_points(m, &m->view->rows, NEST_P, NEST_R, out);
    else if (tensor == TENSOR_IFMAP && dim == NEST_Q)
        tally_points(m, &m->view->cols, NEST_Q, NEST_S, out);
    else if (has[tensor][dim])
        tally_words(&m->axis[dim], out);
    else
        tally_children(&m->axis[dim], out);
}

/* Links of all words of a step; all: children hold nothing. */
static uint64_t links_of(const struct mesh_count *m,
                         const struct mesh_grid *grid, enum tensor tensor,
                         bool all)
{
    struct node_tally product = {.n = 0}, factor = {.n = 0}, next = {.n = 0};
    uint64_t links = 0;
    node_tally_add(&product, ~(uint64_t)0, 0, 1);
    for (int d = 0; d < NEST_DIMS; d++) {
        const struct node_tally old = product;
        if (tensor == TENSOR_IFMAP && (d == NEST_R || d == NEST_S))
            continue; /* with p, and with q */
        tally_factor(m, tensor, d, &factor);
        node_tally_multiply(&old, &factor, &next);
        product = next;
        next = old;
    }
    for (int i = 0; i < product.n; i++) {
        const struct node_tally_line *l = &product.line[i];
        const uint64_t to = all ? l->wants : l->wants & l->lacks;
        if (to != 0)
            links = count_add(
                links, count_mul(l->times, (uint64_t)mesh_tree_links(
                                               grid->rows, grid->cols, 0, to)));
    }
    node_tally_fini(&product);
    node_tally_fini(&factor);
    node_tally_fini(&next);
    return links;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

uint64_t nest_mesh_links(const struct mesh_grid *grid, const struct nest *nest,
                         const struct nest_view *view, int child,
                         enum level level, enum tensor tensor)
{
    struct mesh_count m = {.view = view};
    const size_t points = (size_t)most(view->rows.extent, view->cols.extent);
    int loops[NEST_DIMS] = {0};
    uint64_t links = 0;
    m.wants = xcalloc(points + 1, sizeof(*m.wants));
    m.lacks = xcalloc(points + 1, sizeof(*m.lacks));
    for (int d = 0; d < NEST_DIMS; d++) {
        axis_init(&m.axis[d], grid, nest, view, d, child, level);
        m.axis[d].merges = tensor == TENSOR_FILTER || d < NEST_P;
    }
    if (child == VIEW_MACS) {
        for (int k = 0; k < view->n_loops; k++)
            loops[view->dim[k]]++;
        for (int d = 0; d < NEST_DIMS; d++)
            find_contexts(&m.axis[d], loops[d], false);
        links = links_of(&m, grid, tensor, true);
    } else {
        for (int d = 0; d < NEST_DIMS; d++)
            find_contexts(&m.axis[d], 0, false);
        links = links_of(&m, grid, tensor, true);
        for (int k = 0; k < view->n_loops; k++) {
            const int d = view->dim[k];
            find_contexts(&m.axis[d], ++loops[d], true);
            links = count_add(links, links_of(&m, grid, tensor, false));
            find_contexts(&m.axis[d], loops[d], false);
        }
    }
    for (int d = 0; d < NEST_DIMS; d++) {
        free(m.axis[d].site);
        free(m.axis[d].context);
    }
    free(m.wants);
    free(m.lacks);
    return links;
}
