/* access_stream.c - words travel under their names instead of as values.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/access_stream.h"

#include <stdlib.h>

#include "sim/base/diag.h"

struct access_stream {
    const struct program *program;
    const struct access_tap *tap;
    struct word_flow *flow; /* owns */
};

static void tell(const struct access_stream *s, enum level level,
                 enum tensor tensor, int unit, bool is_write, uint64_t word)
{
    const struct access access = {level, tensor, unit, is_write, word};
    s->tap->access(s->tap->context, &access);
}

static int64_t ifmap(void *context, const struct pass *pass, const int coord[4])
{
    uint64_t word = access_word(coord);
    (void)pass;
    tell(context, LEVEL_L2, TENSOR_IFMAP, 0, false, word);
    return (int64_t)word;
}

static int64_t filter(void *context, const struct pass *pass,
                      const int coord[4])
{
    uint64_t word = access_word(coord);
    (void)pass;
    tell(context, LEVEL_L2, TENSOR_FILTER, 0, false, word);
    return (int64_t)word;
}

static int64_t psum_in(void *context, const struct pass *pass,
                       const int coord[4])
{
    (void)pass;
    tell(context, LEVEL_L2, TENSOR_PSUM, 0, false, access_word(coord));
    return 0;
}

static void psum_out(void *context, const struct pass *pass, const int coord[4],
                     int64_t value)
{
    (void)pass;
    (void)value;
    tell(context, LEVEL_L2, TENSOR_PSUM, 0, true, access_word(coord));
}

/* The output that an ifmap word's product with a filter word belongs to. */
static uint64_t psum_of(const struct layer *l, uint64_t ifmap_name,
                        uint64_t filter_name)
{
    int in[4], w[4];
    access_coord(ifmap_name, in);
    access_coord(filter_name, w);
    const int out[4] = {in[0], w[0],
                        (in[2] - w[2] * l->dilation_h) / l->stride_h,
                        (in[3] - w[3] * l->dilation_w) / l->stride_w};
    return access_word(out);
}

static void mac(void *context, int pe, int64_t ifmap_name, int64_t filter_name)
{
    const struct access_stream *s = context;
    uint64_t x = (uint64_t)ifmap_name, w = (uint64_t)filter_name;
    tell(s, LEVEL_RF, TENSOR_IFMAP, pe, false, x);
    tell(s, LEVEL_RF, TENSOR_FILTER, pe, false, w);
    tell(s, LEVEL_RF, TENSOR_PSUM, pe, true, psum_of(&s->program->layer, x, w));
}

struct access_stream *access_stream_new(const struct program *program,
                                        const struct access_tap *tap)
{
    struct access_stream *s = xcalloc(1, sizeof(*s));
    const struct word_ends ends = {s, ifmap, filter, psum_in, psum_out, mac};
    s->program = program;
    s->tap = tap;
    s->flow = word_flow_new(program, &ends);
    return s;
}

void access_stream_free(struct access_stream *s)
{
    if (s == NULL)
        return;
    word_flow_free(s->flow);
    free(s);
}

struct word_flow *access_stream_flow(struct access_stream *s)
{
    return s->flow;
}

struct moved_tile {
    const struct access_stream *stream;
    enum tensor tensor;
};

static void tell_moved(void *context, const int coord[4])
{
    const struct moved_tile *tile = context;
    tell(tile->stream, LEVEL_DRAM, tile->tensor, 0, tile->tensor == TENSOR_PSUM,
         access_word(coord));
}

void access_stream_tile(void *context, const struct pass *pass,
                        enum tensor tensor)
{
    struct access_stream *s = context;
    struct moved_tile tile = {s, tensor};
    program_tile_words(s->program, pass, tensor, tell_moved, &tile);
}
