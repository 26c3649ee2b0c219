/* tile_move.c - which bytes of DRAM a tile is.
 *
 * A tile is runs of words in nested loops, which go through DRAM in rising
 * order: rows of an ifmap from the first word needed to the last, rows of an
 * ofmap, and filters (or pieces of them), or with filters stored in tile order
 * the whole tile at once.  A compressed tile is one stream that starts where
 * its first word would lie.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "mem/rlc.h"

void program_lay_out(struct program *program, int burst_bytes)
{
    const struct tiling *t = &program->tiling;
    const struct filter_cut tiles[] = {{FILTER_G, tiling_groups(t)},
                                       {FILTER_M, t->m},
                                       {FILTER_C, t->c},
                                       {FILTER_M, t->f}};
    dram_layout_init(&program->layout, &program->arch, &program->layer,
                     burst_bytes, tiles, 4);
}

void tile_move_fini(struct tile_move *move)
{
    free(move->request);
    memset(move, 0, sizeof(*move));
}

/* Whether steps of one kind reach from a step of the other to the next: all
 * values between the first and the last are touched. */
static bool touches_all(int a, int step_a, int b, int step_b)
{
    return (step_b == 1 && (a == 1 || b >= step_a)) ||
           (step_a == 1 && (b == 1 || a >= step_b));
}

/* Where all are touched: how many lie inside [least, extent), and the first. */
static int touched_span(int first, int a, int step_a, int b, int step_b,
                        int least, int extent, int *from)
{
    const int last = first + (a - 1) * step_a + (b - 1) * step_b;
    const int to = min_int(last, extent - 1);
    *from = first > least ? first : least;
    return to >= *from ? to - *from + 1 : 0;
}

/* Distinct values of first + y * step_a + i * step_b inside [least, extent), in
 * rising order.  Returns how many; owns *out. */
static int touched_list(int first, int a, int step_a, int b, int step_b,
                        int least, int extent, int **out)
{
    int last = (a - 1) * step_a + (b - 1) * step_b;
    int *list = xcalloc((size_t)last + 1, sizeof(*list));
    const bool is_all = touches_all(a, step_a, b, step_b);
    int n = 0;
    for (int x = 0; x <= last; x++) {
        if (first + x < least || first + x >= extent)
            continue;
        bool is_touched = is_all;
        for (int i = 0; i < b && !is_touched; i++) {
            int y = x - i * step_b;
            is_touched = y >= 0 && y % step_a == 0 && y / step_a < a;
        }
        if (is_touched)
            list[n++] = first + x;
    }
    *out = list;
    return n;
}

static void add_request(struct tile_move *out, bool is_write, uint64_t address,
                        uint64_t run_bytes)
{
    if (out->n_requests == out->request_room) {
        out->request_room = 2 * out->request_room + 8;
        out->request = xrealloc(out->request, (size_t)out->request_room,
                                sizeof(*out->request));
    }
    struct dram_request *r = &out->request[out->n_requests++];
    memset(r, 0, sizeof(*r));
    r->is_write = is_write;
    r->address = address;
    r->run_bytes = run_bytes;
    for (int k = 0; k < DRAM_LOOPS; k++)
        r->loop[k].count = 1;
}

/* Runs of words in nested loops, outermost first. */
struct runs {
    uint64_t first_bit, run_bits;
    struct {
        int count;
        uint64_t stride_bits;
    } loop[DRAM_LOOPS];
};

/* Makes one run of those that follow each other without a gap. */
static void join_runs(struct runs *r)
{
    for (int k = DRAM_LOOPS - 1; k >= 0; k--) {
        if (r->loop[k].count > 1 && r->loop[k].stride_bits != r->run_bits)
            return;
        r->run_bits *= (uint64_t)r->loop[k].count;
        r->loop[k].count = 1;
    }
}

/* Appends a request for the loops whose strides are whole bytes, for each turn
 * of the loops from the outermost to the last one whose stride is not. */
static void add_runs(struct tile_move *out, const struct dram_layout *layout,
                     bool is_write, struct runs r)
{
    int turn[DRAM_LOOPS] = {0}, apart = DRAM_LOOPS, k;
    if (layout->is_packed)
        join_runs(&r);
    while (apart > 0 && (r.loop[apart - 1].count == 1 ||
                         r.loop[apart - 1].stride_bits % 8 == 0))
        apart--;
    do {
        uint64_t bit = r.first_bit;
        for (k = 0; k < apart; k++)
            bit += (uint64_t)turn[k] * r.loop[k].stride_bits;
        add_request(out, is_write, bit / 8, bytes_under(bit, r.run_bits));
        struct dram_request *request = &out->request[out->n_requests - 1];
        for (k = apart; k < DRAM_LOOPS; k++) {
            request->loop[k].count = (uint32_t)r.loop[k].count;
            request->loop[k].stride_bytes = r.loop[k].stride_bits / 8;
        }
        k = apart - 1;
        while (k >= 0 && ++turn[k] == r.loop[k].count)
            turn[k--] = 0;
    } while (k >= 0);
}

/* Rows first + i * distance + j * gap, i < times, j < n, in rising order. */
struct row_group {
    int first, times, distance, n, gap;
};

/* Finds how many of the `left` rows from row[0] on such loops give; returns
 * that many. */
static int group_rows(const int *row, int left, struct row_group *out)
{
    int n = 1, times = 1;
    out->first = row[0];
    out->gap = left > 1 ? row[1] - row[0] : 1;
    while (n < left && row[n] - row[n - 1] == out->gap)
        n++;
    out->distance = left > n ? row[n] - row[0] : 0;
    for (; (times + 1) * n <= left; times++) {
        const int *group = row + times * n;
        int j = 0;
        while (j < n && group[j] - row[j] == times * out->distance)
            j++;
        if (j < n)
            break;
    }
    out->n = n;
    out->times = times;
    return n * times;
}

/* Asks for columns col[0] .. col[0] + columns - 1 of the rows of a group, in
 * all channels and images from first[0], first[1] on. */
static void add_rows(const struct program *p, const int first[2], int images,
                     int channels, const struct row_group *g, int col,
                     int columns, struct tile_move *out)
{
    const struct dram_layout *o = &p->layout;
    const uint64_t pitch = o->pitch_bits[TENSOR_IFMAP];
    const uint64_t plane = (uint64_t)o->ifmap_h * pitch;
    const int coord[4] = {first[0], first[1], g->first + o->ifmap_pad_top,
                          col + o->ifmap_pad_left};
    struct runs r = {dram_layout_bit(o, TENSOR_IFMAP, coord),
                     dram_layout_run_bits(o, TENSOR_IFMAP, (uint64_t)columns),
                     {{images, (uint64_t)o->C * plane},
                      {channels, plane},
                      {g->times, (uint64_t)g->distance * pitch},
                      {g->n, (uint64_t)g->gap * pitch}}};
    add_runs(out, o, false, r);
}

/* Rows above, or columns on the left, of the ifmap as it lies in DRAM that are
 * in L2 before, with the stored padding beside them. */
static int kept(int stays, int pad, int stored_before)
{
    return stays > 0 ? stays + pad - stored_before : 0;
}

static int kept_rows(const struct program *p)
{
    return kept(p->arch.stays_rows, p->layer.pad_top, p->layout.ifmap_pad_top);
}

static int kept_columns(const struct program *p)
{
    return kept(p->arch.stays_columns, p->layer.pad_left,
                p->layout.ifmap_pad_left);
}

/* An ifmap tile of which no row or column inside is left out. */
static void dense_ifmap_move(const struct program *p,
                             const struct pass_place *pl, struct tile_move *out)
{
    const struct layer *l = &p->layer;
    const struct dram_layout *o = &p->layout;
    const int first[2] = {pl->n0, pl->g * (l->C / l->G) + pl->c0};
    const int channels = pl->groups * pl->c;
    struct row_group rows = {.times = 1, .gap = 1};
    int col;
    rows.n = touched_span(pl->p0 * l->stride_h - o->ifmap_pad_top, pl->e,
                          l->stride_h, l->R, l->dilation_h, kept_rows(p),
                          o->ifmap_h, &rows.first);
    const int cols = touched_span(pl->q0 * l->stride_w - o->ifmap_pad_left,
                                  pl->w, l->stride_w, l->S, l->dilation_w,
                                  kept_columns(p), o->ifmap_w, &col);
    out->words = (uint64_t)pl->n * (uint64_t)channels * (uint64_t)rows.n *
                 (uint64_t)cols;
    if (out->words > 0)
        add_rows(p, first, pl->n, channels, &rows, col, cols, out);
}

static void ifmap_move(const struct program *p, const struct pass_place *pl,
                       struct tile_move *out)
{
    const struct layer *l = &p->layer;
    const struct dram_layout *o = &p->layout;
    int *row, *col;
    if (touches_all(pl->e, l->stride_h, l->R, l->dilation_h) &&
        touches_all(pl->w, l->stride_w, l->S, l->dilation_w)) {
        dense_ifmap_move(p, pl, out);
        return;
    }
    int rows = touched_list(pl->p0 * l->stride_h - o->ifmap_pad_top, pl->e,
                            l->stride_h, l->R, l->dilation_h, kept_rows(p),
                            o->ifmap_h, &row);
    int cols = touched_list(pl->q0 * l->stride_w - o->ifmap_pad_left, pl->w,
                            l->stride_w, l->S, l->dilation_w, kept_columns(p),
                            o->ifmap_w, &col);
    int first[2] = {pl->n0, pl->g * (l->C / l->G) + pl->c0};
    const int channels = pl->groups * pl->c;
    struct row_group group;
    out->words =
        (uint64_t)pl->n * (uint64_t)channels * (uint64_t)rows * (uint64_t)cols;
    if (out->words > 0) {
        const int columns = col[cols - 1] - col[0] + 1;
        if (group_rows(row, rows, &group) == rows)
            add_rows(p, first, pl->n, channels, &group, col[0], columns, out);
        else
            for (; first[0] < pl->n0 + pl->n; first[0]++)
                for (int c = 0; c < channels; c++)
                    for (int i = 0; i < rows;) {
                        const int at[2] = {first[0], first[1] + c};
                        i += group_rows(row + i, rows - i, &group);
                        add_rows(p, at, 1, 1, &group, col[0], columns, out);
                    }
    }
    free(row);
    free(col);
}

int tile_move_rows(const struct program *p, int p0, int e)
{
    const struct layer *l = &p->layer;
    const int kept = kept_rows(p);
    return (int)tiling_touched(p0, e, l->stride_h, l->R, l->dilation_h,
                               p->layout.ifmap_pad_top + kept,
                               p->layout.ifmap_h - kept);
}

int tile_move_columns(const struct program *p, int q0, int w)
{
    const struct layer *l = &p->layer;
    const int kept = kept_columns(p);
    return (int)tiling_touched(q0, w, l->stride_w, l->S, l->dilation_w,
                               p->layout.ifmap_pad_left + kept,
                               p->layout.ifmap_w - kept);
}

/* Finds the tiles of `size` whose windows all lie in DRAM, of whose `extent`
 * there are `pad` more in front; these need equally many words. */
static void alike_tiles(int size, int stride, int taps, int dilation, int pad,
                        int extent, int *first, int *end)
{
    const int64_t step = (int64_t)size * stride;
    const int64_t last =
        (int64_t)(size - 1) * stride + (int64_t)(taps - 1) * dilation;
    const int64_t room = extent - 1 + pad - last;
    *first = (int)((pad + step - 1) / step);
    *end = room >= 0 ? (int)(room / step) + 1 : 0;
}

void tile_move_alike_rows(const struct program *p, int *first, int *end)
{
    const struct layer *l = &p->layer;
    const struct dram_layout *in = &p->layout;
    const int least = kept_rows(p);
    alike_tiles(p->tiling.e, l->stride_h, l->R, l->dilation_h,
                in->ifmap_pad_top + least, in->ifmap_h - least, first, end);
}

void tile_move_alike_columns(const struct program *p, int *first, int *end)
{
    const struct layer *l = &p->layer;
    const struct dram_layout *in = &p->layout;
    const int least = kept_columns(p);
    alike_tiles(tiling_width(l, &p->tiling), l->stride_w, l->S, l->dilation_w,
                in->ifmap_pad_left + least, in->ifmap_w - least, first, end);
}

static void filter_move(const struct program *p, const struct pass_place *pl,
                        struct tile_move *out)
{
    const struct layer *l = &p->layer;
    const struct dram_layout *o = &p->layout;
    const uint64_t words = (uint64_t)pl->c * (uint64_t)l->R * (uint64_t)l->S;
    const int first[4] = {pl->g * (l->M / l->G) + pl->f0, pl->c0, 0, 0};
    const int filters = pl->groups * pl->f;
    const int apart = o->has_filter_tiles ? 1 : filters; /* runs of filters */
    struct runs r = {
        dram_layout_bit(o, TENSOR_FILTER, first),
        dram_layout_run_bits(o, TENSOR_FILTER,
                             (uint64_t)(filters / apart) * words),
        {{1, 0}, {1, 0}, {1, 0}, {apart, o->pitch_bits[TENSOR_FILTER]}}};
    add_runs(out, o, false, r);
    out->words = (uint64_t)filters * words;
}

uint64_t program_outputs(const struct pass_place *pl)
{
    return (uint64_t)pl->groups * (uint64_t)pl->n * (uint64_t)pl->m *
           (uint64_t)pl->e * (uint64_t)pl->w;
}

static void ofmap_move(const struct program *p, const struct pass_place *pl,
                       struct tile_move *out)
{
    const struct layer *l = &p->layer;
    const struct dram_layout *o = &p->layout;
    const uint64_t pitch = o->pitch_bits[TENSOR_PSUM];
    const uint64_t plane = (uint64_t)l->P * pitch;
    const int first[4] = {pl->n0, pl->g * (l->M / l->G) + pl->m0, pl->p0,
                          pl->q0};
    struct runs r = {dram_layout_bit(o, TENSOR_PSUM, first),
                     dram_layout_run_bits(o, TENSOR_PSUM, (uint64_t)pl->w),
                     {{pl->n, (uint64_t)l->M * plane},
                      {pl->groups * pl->m, plane},
                      {1, 0},
                      {pl->e, pitch}}};
    add_runs(out, o, true, r);
    out->words = program_outputs(pl);
}

bool tensor_is_moved(const struct arch *arch, const struct layer *layer,
                     enum tensor tensor)
{
    if (arch->stays[tensor])
        return false;
    return arch->carries == CARRIES_ALL ||
           (tensor == TENSOR_FILTER && layer->op != LAYER_MATMUL);
}

bool tensor_is_compressed(const struct arch *arch, const struct layer *layer,
                          enum tensor tensor)
{
    if (arch->compression == COMPRESSION_NONE ||
        !tensor_is_moved(arch, layer, tensor) || tensor == TENSOR_FILTER ||
        layer->zero_share[tensor] <= 0)
        return false;
    return tensor != TENSOR_IFMAP || !layer->network_input;
}

static void compress(const struct program *p, enum tensor tensor,
                     struct tile_move *out)
{
    if (out->words == 0 || !tensor_is_compressed(&p->arch, &p->layer, tensor))
        return;
    out->compressed_bytes =
        rlc_expected_bytes(out->words, arch_map_bits(&p->arch, tensor),
                           p->layer.zero_share[tensor]);
    const struct dram_request first = out->request[0];
    out->n_requests = 0;
    add_request(out, first.is_write, first.address, out->compressed_bytes);
}

void program_tile_move(const struct program *program, const struct pass *pass,
                       enum tensor tensor, struct tile_move *out)
{
    out->n_requests = 0;
    out->words = out->compressed_bytes = 0;
    if (!tensor_is_moved(&program->arch, &program->layer, tensor))
        return;
    if (tensor == TENSOR_IFMAP)
        ifmap_move(program, &pass->place, out);
    else if (tensor == TENSOR_FILTER)
        filter_move(program, &pass->place, out);
    else
        ofmap_move(program, &pass->place, out);
    compress(program, tensor, out);
}

static void visit_block(const int first[4], int images, int channels,
                        const int *row, int rows, const int *col, int cols,
                        void (*visit)(void *context, const int coord[4]),
                        void *context)
{
    for (int n = 0; n < images; n++)
        for (int c = 0; c < channels; c++)
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < cols; j++) {
                    const int coord[4] = {first[0] + n, first[1] + c,
                                          first[2] + row[i], first[3] + col[j]};
                    visit(context, coord);
                }
}

void program_tile_words(const struct program *p, const struct pass *pass,
                        enum tensor tensor,
                        void (*visit)(void *context, const int coord[4]),
                        void *context)
{
    const struct layer *l = &p->layer;
    const struct pass_place *pl = &pass->place;
    int *row, *col, rows, cols;
    if (tensor == TENSOR_IFMAP) {
        const struct dram_layout *in = &p->layout;
        const int first[4] = {pl->n0, pl->g * (l->C / l->G) + pl->c0,
                              in->ifmap_pad_top, in->ifmap_pad_left};
        rows = touched_list(pl->p0 * l->stride_h - in->ifmap_pad_top, pl->e,
                            l->stride_h, l->R, l->dilation_h, 0, in->ifmap_h,
                            &row);
        cols = touched_list(pl->q0 * l->stride_w - in->ifmap_pad_left, pl->w,
                            l->stride_w, l->S, l->dilation_w, 0, in->ifmap_w,
                            &col);
        visit_block(first, pl->n, pl->groups * pl->c, row, rows, col, cols,
                    visit, context);
    } else if (tensor == TENSOR_FILTER) {
        const int first[4] = {pl->g * (l->M / l->G) + pl->f0, pl->c0, 0, 0};
        rows = touched_list(0, l->R, 1, 1, 1, 0, l->R, &row);
        cols = touched_list(0, l->S, 1, 1, 1, 0, l->S, &col);
        visit_block(first, pl->groups * pl->f, pl->c, row, rows, col, cols,
                    visit, context);
    } else {
        const int first[4] = {pl->n0, pl->g * (l->M / l->G) + pl->m0, pl->p0,
                              pl->q0};
        rows = touched_list(0, pl->e, 1, 1, 1, 0, pl->e, &row);
        cols = touched_list(0, pl->w, 1, 1, 1, 0, pl->w, &col);
        visit_block(first, pl->n, pl->groups * pl->m, row, rows, col, cols,
                    visit, context);
    }
    free(row);
    free(col);
}
