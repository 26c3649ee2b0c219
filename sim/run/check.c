/* check.c - functional mode: the machine's ofmap against a direct convolution.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/check.h"

#include <stdlib.h>
#include <string.h>

#include "mem/rlc.h"
#include "sim/pattern/pattern.h"

struct check {
    const struct program *program;     /* borrowed */
    const struct layer_values *values; /* borrowed */
    struct word_flow *flow;            /* owns */
    int64_t *ofmap;                    /* owns; psums as they leave the array */
};

const struct layer_values check_random_values = {NULL, NULL, NULL};

uint64_t check_random(uint64_t seed, const int coord[4])
{
    return pattern_hash(seed, coord);
}

int check_float_magnitude(const struct arch *arch, const struct layer *l)
{
    const uint64_t products =
        (uint64_t)(l->C / l->G) * (uint64_t)l->R * (uint64_t)l->S;
    const uint64_t exact = (uint64_t)1
                           << arch_significand_bits(arch, TENSOR_PSUM);
    uint64_t most = 1;
    for (int t = 0; t < TENSOR_PSUM; t++)
        most = (uint64_t)1 << arch_significand_bits(arch, (enum tensor)t);
    while (most > 0 && most * most > exact / products)
        most /= 2;
    return (int)most;
}

bool check_is_exact(const struct arch *arch, const struct layer *layer,
                    struct diag *d)
{
    return arch->precision_type[TENSOR_PSUM] == NUMBER_INT ||
           check_float_magnitude(arch, layer) > 0 ||
           diag_error(d, (struct src_pos){NULL, 0},
                      "layer '%s' adds more products than psums of %d "
                      "significant bits count exactly; --check needs wider "
                      "ones ('precision.psum_type', 'precision.psum_bits')",
                      layer->name, arch_significand_bits(arch, TENSOR_PSUM));
}

bool check_follows_pattern(const struct arch *arch, const struct layer *layer,
                           const struct layer_values *values, bool are_told,
                           struct diag *d)
{
    const bool given =
        are_told ||
        (values != NULL && (values->ifmap != NULL || values->filter != NULL));
    return !given || !pattern_steers(arch, layer) ||
           diag_error(d, (struct src_pos){NULL, 0},
                      "layer '%s' declares zeros that 'pe.skips' lets PEs "
                      "skip, and the words that are followed here are others; "
                      "follow them, or a graph's values, without 'pe.skips'",
                      layer->name);
}

/* A whole number from -magnitude to magnitude. */
static int64_t float_operand(const struct program *p, uint64_t x)
{
    const uint64_t most = (uint64_t)check_float_magnitude(&p->arch, &p->layer);
    return (int64_t)(x % (2 * most + 1)) - (int64_t)most;
}

/* A signed operand of the tensor's precision.  Where zeros steer what PEs do,
 * no other word than those of the pattern is one. */
static int64_t operand(const struct program *p, enum tensor tensor,
                       const int coord[4])
{
    const struct pattern pattern = pattern_of(&p->arch, &p->layer, tensor);
    if (pattern_is_zero(&pattern, coord))
        return 0;
    const bool is_other = pattern_is_skipped(&p->arch, &p->layer, tensor);
    const uint64_t x = pattern_hash((uint64_t)tensor, coord);
    int64_t value;
    if (p->arch.precision_type[tensor] != NUMBER_INT) {
        value = float_operand(p, x);
    } else {
        int bits = p->arch.precision_bits[tensor];
        uint64_t range = bits >= 64 ? 0 : (uint64_t)1 << bits;
        uint64_t v = range == 0 ? x : x % range;
        value = (int64_t)(v - range / 2);
    }
    return value == 0 && is_other ? -1 : value;
}

int64_t check_ifmap_word(const struct program *p, const struct layer_values *v,
                         const int coord[4])
{
    const struct pattern pattern =
        pattern_of(&p->arch, &p->layer, TENSOR_IFMAP);
    if (pattern_is_padding(&pattern, coord))
        return 0;
    if (v->ifmap == NULL)
        return operand(p, TENSOR_IFMAP, coord);
    const struct layer *l = &p->layer;
    const int h = coord[2] - l->pad_top, w = coord[3] - l->pad_left;
    const size_t map = (size_t)coord[0] * (size_t)l->C + (size_t)coord[1];
    return v
        ->ifmap[(map * (size_t)l->H + (size_t)h) * (size_t)l->W + (size_t)w];
}

int64_t check_filter_word(const struct program *p, const struct layer_values *v,
                          const int coord[4])
{
    const struct layer *l = &p->layer;
    if (v->filter == NULL)
        return operand(p, TENSOR_FILTER, coord);
    const size_t plane =
        (size_t)coord[0] * (size_t)(l->C / l->G) + (size_t)coord[1];
    return v->filter[(plane * (size_t)l->R + (size_t)coord[2]) * (size_t)l->S +
                     (size_t)coord[3]];
}

static bool inside(int x, int first, int n)
{
    return x >= first && x < first + n;
}

static int64_t *ofmap_at(const struct check *c, const struct pass *pass,
                         const int coord[4])
{
    const struct layer *l = &c->program->layer;
    const struct pass_place *pl = &pass->place;
    const int Mg = l->M / l->G, m = coord[1] - pl->g * Mg;
    SIM_CHECK(inside(coord[0], pl->n0, pl->n) && m / Mg < pl->groups &&
              inside(m % Mg, pl->m0, pl->m) &&
              inside(coord[2], pl->p0, pl->e) &&
              inside(coord[3], pl->q0, pl->w));
    return &c->ofmap[(((size_t)coord[0] * (size_t)l->M + (size_t)coord[1]) *
                          (size_t)l->P +
                      (size_t)coord[2]) *
                         (size_t)l->Q +
                     (size_t)coord[3]];
}

/* The word of the ifmap tile that L2 holds. */
static int64_t tile_ifmap(void *context, const struct pass *pass,
                          const int coord[4])
{
    const struct check *c = context;
    const struct layer *l = &c->program->layer;
    const struct pass_place *pl = &pass->place;
    const int Cg = l->C / l->G, channel = coord[1] - pl->g * Cg;
    int rows = (pl->e - 1) * l->stride_h + (l->R - 1) * l->dilation_h + 1;
    int cols = (pl->w - 1) * l->stride_w + (l->S - 1) * l->dilation_w + 1;
    SIM_CHECK(inside(coord[0], pl->n0, pl->n) && channel / Cg < pl->groups &&
              inside(channel % Cg, pl->c0, pl->c) &&
              inside(coord[2], pl->p0 * l->stride_h, rows) &&
              inside(coord[3], pl->q0 * l->stride_w, cols));
    return check_ifmap_word(c->program, c->values, coord);
}

static int64_t tile_filter(void *context, const struct pass *pass,
                           const int coord[4])
{
    const struct check *c = context;
    const struct layer *l = &c->program->layer;
    const struct pass_place *pl = &pass->place;
    const int Mg = l->M / l->G, m = coord[0] - pl->g * Mg;
    SIM_CHECK(m / Mg < pl->groups && inside(m % Mg, pl->f0, pl->f) &&
              inside(coord[1], pl->c0, pl->c) && inside(coord[2], 0, l->R) &&
              inside(coord[3], 0, l->S));
    return check_filter_word(c->program, c->values, coord);
}

static int64_t psum_in(void *context, const struct pass *pass,
                       const int coord[4])
{
    return *ofmap_at(context, pass, coord);
}

static void psum_out(void *context, const struct pass *pass, const int coord[4],
                     int64_t value)
{
    *ofmap_at(context, pass, coord) = value;
}

struct check *check_new(const struct program *program,
                        const struct layer_values *values)
{
    const struct layer *l = &program->layer;
    struct check *c = xcalloc(1, sizeof(*c));
    const struct word_ends ends = {c,       tile_ifmap, tile_filter,
                                   psum_in, psum_out,   NULL};
    c->program = program;
    c->values = values;
    c->flow = word_flow_new(program, &ends);
    c->ofmap = xcalloc((size_t)l->N * (size_t)l->M * (size_t)l->P,
                       (size_t)l->Q * sizeof(*c->ofmap));
    return c;
}

void check_free(struct check *c)
{
    if (c == NULL)
        return;
    word_flow_free(c->flow);
    free(c->ofmap);
    free(c);
}

struct word_flow *check_flow(struct check *c)
{
    return c->flow;
}

/* A compressed tile on its way. */
struct coded_tile {
    const struct program *program;
    const struct layer_values *values;
    enum tensor tensor;
    struct rlc_stream stream;
};

static void take_word(void *context, const int coord[4])
{
    struct coded_tile *t = context;
    int64_t value = t->tensor == TENSOR_IFMAP
                        ? check_ifmap_word(t->program, t->values, coord)
                        : operand(t->program, t->tensor, coord);
    rlc_take(&t->stream, value == 0);
}

uint64_t check_compressed_bytes(struct check *check, const struct pass *pass,
                                enum tensor tensor)
{
    const struct program *p = check->program;
    struct coded_tile tile = {
        .program = p, .values = check->values, .tensor = tensor};
    program_tile_words(p, pass, tensor, take_word, &tile);
    return rlc_bytes(&tile.stream, arch_map_bits(&p->arch, tensor));
}

/* An output by the definition of a convolution. */
static uint64_t direct(const struct program *p, const struct layer_values *v,
                       int n, int m, int y, int x)
{
    const struct layer *l = &p->layer;
    const int Cg = l->C / l->G, g = m / (l->M / l->G);
    uint64_t sum = 0;
    for (int c = 0; c < Cg; c++)
        for (int r = 0; r < l->R; r++)
            for (int s = 0; s < l->S; s++) {
                const int in[4] = {n, g * Cg + c,
                                   y * l->stride_h + r * l->dilation_h,
                                   x * l->stride_w + s * l->dilation_w};
                const int w[4] = {m, c, r, s};
                sum += (uint64_t)check_ifmap_word(p, v, in) *
                       (uint64_t)check_filter_word(p, v, w);
            }
    return sum;
}

/* A sum as so many bits hold it, with its sign. */
static int64_t cut(int64_t sum, int bits)
{
    const uint64_t sign = (uint64_t)1 << (bits - 1);
    if (bits >= 64)
        return sum;
    return (int64_t)(((uint64_t)sum & (2 * sign - 1)) ^ sign) - (int64_t)sign;
}

void check_compare(const struct program *p, const struct layer_values *v,
                   const int64_t *ofmap, uint64_t *outputs,
                   uint64_t *mismatches)
{
    const struct layer *l = &p->layer;
    int bits = p->arch.precision_bits[TENSOR_PSUM];
    uint64_t mask = bits >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << bits) - 1;
    const int64_t *at = ofmap;
    *outputs = *mismatches = 0;
    for (int n = 0; n < l->N; n++)
        for (int m = 0; m < l->M; m++)
            for (int y = 0; y < l->P; y++)
                for (int x = 0; x < l->Q; x++) {
                    uint64_t want = direct(p, v, n, m, y, x) & mask;
                    *mismatches += ((uint64_t)*at & mask) != want;
                    if (v->psums != NULL)
                        v->psums[*outputs] = cut(*at, bits);
                    at++;
                    ++*outputs;
                }
}

void check_finish(struct check *c, uint64_t *outputs, uint64_t *mismatches,
                  uint64_t *zero_macs)
{
    check_compare(c->program, c->values, c->ofmap, outputs, mismatches);
    *zero_macs = word_flow_zero_macs(c->flow);
}
