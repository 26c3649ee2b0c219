/* tile_move.c - which bytes of DRAM a tile is.
 *
 * Layout in DRAM: ifmap NCHW, filter MCRS, ofmap NMPQ, one after the other;
 * each ifmap or ofmap row and each filter (C R S words) starts at a burst.
 * A compressed tile is one stream that starts where its first word would lie.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "mem/rlc.h"

static uint64_t align(uint64_t bytes, int to)
{
    uint64_t unit = (uint64_t)to;
    return (bytes + unit - 1) / unit * unit;
}

static uint64_t word_bytes(const struct program *p, enum tensor tensor,
                           uint64_t words)
{
    return (words * (uint64_t)p->arch.precision_bits[tensor] + 7) / 8;
}

struct extent {
    int h, w;              /* of the ifmap as it lies in DRAM */
    int pad_top, pad_left; /* not in DRAM */
};

static struct extent stored_ifmap(const struct program *p)
{
    bool stored = p->arch.padding == PADDING_STORED;
    struct extent e = {
        .h = stored ? layer_padded_h(&p->layer) : p->layer.H,
        .w = stored ? layer_padded_w(&p->layer) : p->layer.W,
        .pad_top = stored ? 0 : p->layer.pad_top,
        .pad_left = stored ? 0 : p->layer.pad_left,
    };
    return e;
}

static uint64_t ifmap_pitch(const struct program *p)
{
    return align(word_bytes(p, TENSOR_IFMAP, (uint64_t)stored_ifmap(p).w),
                 p->burst_bytes);
}

static uint64_t filter_pitch(const struct program *p)
{
    const struct layer *l = &p->layer;
    uint64_t words = (uint64_t)(l->C / l->G) * (uint64_t)l->R * (uint64_t)l->S;
    return align(word_bytes(p, TENSOR_FILTER, words), p->burst_bytes);
}

static uint64_t ofmap_pitch(const struct program *p)
{
    return align(word_bytes(p, TENSOR_PSUM, (uint64_t)p->layer.Q),
                 p->burst_bytes);
}

static uint64_t filter_base(const struct program *p)
{
    const struct layer *l = &p->layer;
    return (uint64_t)l->N * (uint64_t)l->C * (uint64_t)stored_ifmap(p).h *
           ifmap_pitch(p);
}

static uint64_t ofmap_base(const struct program *p)
{
    return filter_base(p) + (uint64_t)p->layer.M * filter_pitch(p);
}

/* Distinct values of first + y * step_a + i * step_b inside [0, extent), in
 * rising order.  Returns how many; owns *out. */
static int touched_list(int first, int a, int step_a, int b, int step_b,
                        int extent, int **out)
{
    int last = (a - 1) * step_a + (b - 1) * step_b;
    int *list = xcalloc((size_t)last + 1, sizeof(*list));
    int n = 0;
    for (int x = 0; x <= last; x++) {
        if (first + x < 0 || first + x >= extent)
            continue;
        for (int i = 0; i < b; i++) {
            int y = x - i * step_b;
            if (y >= 0 && y % step_a == 0 && y / step_a < a) {
                list[n++] = first + x;
                break;
            }
        }
    }
    *out = list;
    return n;
}

static void add_request(struct tile_move *out, bool is_write, uint64_t address,
                        uint64_t run_bytes)
{
    SIM_CHECK(out->n_requests < TILE_REQUESTS_MAX);
    struct dram_request *r = &out->request[out->n_requests++];
    memset(r, 0, sizeof(*r));
    r->is_write = is_write;
    r->address = address;
    r->run_bytes = run_bytes;
    for (int k = 0; k < DRAM_LOOPS; k++)
        r->loop[k].count = 1;
}

static void set_loop(struct tile_move *out, int k, int count, uint64_t stride)
{
    struct dram_request *r = &out->request[out->n_requests - 1];
    r->loop[k].count = (uint32_t)count;
    r->loop[k].stride_bytes = stride;
}

static void ifmap_move(const struct program *p, const struct pass_place *pl,
                       struct tile_move *out)
{
    const struct layer *l = &p->layer;
    struct extent in = stored_ifmap(p);
    int *row, *col;
    int rows = touched_list(pl->p0 * l->stride_h - in.pad_top, pl->e,
                            l->stride_h, l->R, l->dilation_h, in.h, &row);
    int cols = touched_list(-in.pad_left, l->Q, l->stride_w, l->S,
                            l->dilation_w, in.w, &col);
    uint64_t pitch = ifmap_pitch(p);
    uint64_t plane = (uint64_t)in.h * pitch;
    int channel = pl->g * (l->C / l->G) + pl->c0;
    for (int i = 0; cols > 0 && i < rows;) {
        /* The longest run of rows at one step; the last request takes the
         * rest as it comes. */
        int n = 1, gap = 1;
        if (i + 1 < rows)
            gap = row[i + 1] - row[i];
        while (i + n < rows && row[i + n] - row[i + n - 1] == gap)
            n++;
        if (out->n_requests == TILE_REQUESTS_MAX - 1) {
            n = rows - i; /* as if without gaps: same words, close in time */
            gap = 1;
        }
        uint64_t address =
            ((uint64_t)pl->n0 * (uint64_t)l->C + (uint64_t)channel) * plane +
            (uint64_t)row[i] * pitch +
            word_bytes(p, TENSOR_IFMAP, (uint64_t)col[0]);
        add_request(out, false, address,
                    word_bytes(p, TENSOR_IFMAP,
                               (uint64_t)(col[cols - 1] - col[0] + 1)));
        set_loop(out, 1, pl->n, (uint64_t)l->C * plane);
        set_loop(out, 2, pl->c, plane);
        set_loop(out, 3, n, (uint64_t)gap * pitch);
        i += n;
    }
    out->words =
        (uint64_t)pl->n * (uint64_t)pl->c * (uint64_t)rows * (uint64_t)cols;
    free(row);
    free(col);
}

/* Finds the tiles whose window rows all lie in DRAM; these need equally many
 * words. */
void tile_move_alike_rows(const struct program *p, int *first, int *end)
{
    const struct layer *l = &p->layer;
    struct extent in = stored_ifmap(p);
    int64_t step = (int64_t)p->tiling.e * l->stride_h;
    int64_t last = (int64_t)(p->tiling.e - 1) * l->stride_h +
                   (int64_t)(l->R - 1) * l->dilation_h;
    int64_t room = in.h - 1 + in.pad_top - last;
    *first = (int)((in.pad_top + step - 1) / step);
    *end = room >= 0 ? (int)(room / step) + 1 : 0;
}

static void filter_move(const struct program *p, const struct pass_place *pl,
                        struct tile_move *out)
{
    const struct layer *l = &p->layer;
    uint64_t taps = (uint64_t)l->R * (uint64_t)l->S;
    uint64_t words = (uint64_t)pl->c * taps;
    int first = pl->g * (l->M / l->G) + pl->f0;
    add_request(out, false,
                filter_base(p) + (uint64_t)first * filter_pitch(p) +
                    word_bytes(p, TENSOR_FILTER, (uint64_t)pl->c0 * taps),
                word_bytes(p, TENSOR_FILTER, words));
    set_loop(out, 3, pl->f, filter_pitch(p));
    out->words = (uint64_t)pl->f * words;
}

static void ofmap_move(const struct program *p, const struct pass_place *pl,
                       struct tile_move *out)
{
    const struct layer *l = &p->layer;
    uint64_t pitch = ofmap_pitch(p);
    uint64_t plane = (uint64_t)l->P * pitch;
    int first = pl->g * (l->M / l->G) + pl->m0;
    add_request(out, true,
                ofmap_base(p) +
                    ((uint64_t)pl->n0 * (uint64_t)l->M + (uint64_t)first) *
                        plane +
                    (uint64_t)pl->p0 * pitch,
                word_bytes(p, TENSOR_PSUM, (uint64_t)l->Q));
    set_loop(out, 1, pl->n, (uint64_t)l->M * plane);
    set_loop(out, 2, pl->m, plane);
    set_loop(out, 3, pl->e, pitch);
    out->words =
        (uint64_t)pl->n * (uint64_t)pl->m * (uint64_t)pl->e * (uint64_t)l->Q;
}

bool tensor_is_moved(const struct arch *arch, const struct layer *layer,
                     enum tensor tensor)
{
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
    const struct dram_request first = out->request[0];
    if (out->words == 0 || !tensor_is_compressed(&p->arch, &p->layer, tensor))
        return;
    out->compressed_bytes =
        rlc_expected_bytes(out->words, p->arch.precision_bits[tensor],
                           p->layer.zero_share[tensor]);
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
        struct extent in = stored_ifmap(p);
        const int first[4] = {pl->n0, pl->g * (l->C / l->G) + pl->c0,
                              in.pad_top, in.pad_left};
        rows = touched_list(pl->p0 * l->stride_h - in.pad_top, pl->e,
                            l->stride_h, l->R, l->dilation_h, in.h, &row);
        cols = touched_list(-in.pad_left, l->Q, l->stride_w, l->S,
                            l->dilation_w, in.w, &col);
        visit_block(first, pl->n, pl->c, row, rows, col, cols, visit, context);
    } else if (tensor == TENSOR_FILTER) {
        const int first[4] = {pl->g * (l->M / l->G) + pl->f0, pl->c0, 0, 0};
        rows = touched_list(0, l->R, 1, 1, 1, l->R, &row);
        cols = touched_list(0, l->S, 1, 1, 1, l->S, &col);
        visit_block(first, pl->f, pl->c, row, rows, col, cols, visit, context);
    } else {
        const int first[4] = {pl->n0, pl->g * (l->M / l->G) + pl->m0, pl->p0,
                              0};
        rows = touched_list(0, pl->e, 1, 1, 1, pl->e, &row);
        cols = touched_list(0, l->Q, 1, 1, 1, l->Q, &col);
        visit_block(first, pl->n, pl->m, row, rows, col, cols, visit, context);
    }
    free(row);
    free(col);
}

uint64_t program_word_address(const struct program *p, enum tensor tensor,
                              const int coord[4])
{
    const struct layer *l = &p->layer;
    const uint64_t a = (uint64_t)coord[0], b = (uint64_t)coord[1];
    if (tensor == TENSOR_IFMAP) {
        struct extent in = stored_ifmap(p);
        uint64_t row = (a * (uint64_t)l->C + b) * (uint64_t)in.h +
                       (uint64_t)(coord[2] - in.pad_top);
        return row * ifmap_pitch(p) +
               word_bytes(p, tensor, (uint64_t)(coord[3] - in.pad_left));
    }
    if (tensor == TENSOR_FILTER) {
        uint64_t word =
            (b * (uint64_t)l->R + (uint64_t)coord[2]) * (uint64_t)l->S +
            (uint64_t)coord[3];
        return filter_base(p) + a * filter_pitch(p) +
               word_bytes(p, tensor, word);
    }
    uint64_t row =
        (a * (uint64_t)l->M + b) * (uint64_t)l->P + (uint64_t)coord[2];
    return ofmap_base(p) + row * ofmap_pitch(p) +
           word_bytes(p, tensor, (uint64_t)coord[3]);
}
