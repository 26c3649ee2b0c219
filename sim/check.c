/* check.c - functional mode: the machine's ofmap against a direct convolution.
 * SPDX-License-Identifier: MIT
 */
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

#include "pe/lane_values.h"

struct check {
    const struct program *program; /* borrowed */
    struct pass pass;
    struct lane_values *values; /* owns; multicast */
    const struct lanes *lanes;  /* borrowed, while a pass runs */
    int64_t *ofmap;             /* owns; psums as they leave the array */
    uint64_t zero_macs;
    struct machine_tap tap;
    struct systolic_values systolic;
};

/* A well-mixed word of four coordinates (SplitMix64's finalizer). */
static uint64_t mix(uint64_t tensor, const int coord[4])
{
    uint64_t x = tensor + 0x9e3779b97f4a7c15u;
    for (int k = 0; k < 4; k++) {
        x ^= (uint64_t)coord[k] + 0x9e3779b97f4a7c15u + (x << 6) + (x >> 2);
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
        x ^= x >> 31;
    }
    return x;
}

/* A signed operand of the tensor's precision. */
static int64_t operand(const struct program *p, enum tensor tensor,
                       const int coord[4])
{
    const double share = p->layer.zero_share[tensor];
    uint64_t x = mix((uint64_t)tensor, coord);
    if ((double)(x >> 40) < share * (double)(1 << 24))
        return 0;
    int bits = p->arch.precision_bits[tensor];
    uint64_t range = bits >= 64 ? 0 : (uint64_t)1 << bits;
    uint64_t v = range == 0 ? x : x % range;
    return (int64_t)(v - range / 2);
}

static int64_t ifmap_word(const struct program *p, const int coord[4])
{
    const struct layer *l = &p->layer;
    int h = coord[2] - l->pad, w = coord[3] - l->pad;
    if (h < 0 || h >= l->H || w < 0 || w >= l->W)
        return 0; /* padding */
    return operand(p, TENSOR_IFMAP, coord);
}

static bool inside(int x, int first, int n)
{
    return x >= first && x < first + n;
}

static size_t ofmap_index(const struct check *c, const int coord[4])
{
    const struct layer *l = &c->program->layer;
    const struct pass_place *pl = &c->pass.place;
    int m = coord[1] - pl->g * (l->M / l->G);
    SIM_CHECK(inside(coord[0], pl->n0, pl->n) && inside(m, pl->m0, pl->m) &&
              inside(coord[2], pl->p0, pl->e) && inside(coord[3], 0, l->Q));
    return (((size_t)coord[0] * (size_t)l->M + (size_t)coord[1]) *
                (size_t)l->P +
            (size_t)coord[2]) *
               (size_t)l->Q +
           (size_t)coord[3];
}

/* The word of the ifmap tile that L2 holds. */
static int64_t tile_ifmap(const struct check *c, const int coord[4])
{
    const struct layer *l = &c->program->layer;
    const struct pass_place *pl = &c->pass.place;
    int channel = coord[1] - pl->g * (l->C / l->G);
    int rows = (pl->e - 1) * l->stride + (l->R - 1) * l->dilation + 1;
    SIM_CHECK(inside(coord[0], pl->n0, pl->n) &&
              inside(channel, pl->c0, pl->c) &&
              inside(coord[2], pl->p0 * l->stride, rows) &&
              inside(coord[3], 0, layer_padded_w(l)));
    return ifmap_word(c->program, coord);
}

static int64_t tile_filter(const struct check *c, const int coord[4])
{
    const struct layer *l = &c->program->layer;
    const struct pass_place *pl = &c->pass.place;
    int m = coord[0] - pl->g * (l->M / l->G);
    SIM_CHECK(inside(m, pl->f0, pl->f) && inside(coord[1], pl->c0, pl->c) &&
              inside(coord[2], 0, l->R) && inside(coord[3], 0, l->S));
    return operand(c->program, TENSOR_FILTER, coord);
}

struct check *check_new(const struct program *program)
{
    const struct layer *l = &program->layer;
    struct check *c = xcalloc(1, sizeof(*c));
    c->program = program;
    c->ofmap = xcalloc((size_t)l->N * (size_t)l->M * (size_t)l->P,
                       (size_t)l->Q * sizeof(*c->ofmap));
    return c;
}

void check_free(struct check *c)
{
    if (c == NULL)
        return;
    lane_values_free(c->values);
    free(c->ofmap);
    free(c);
}

static void send_held(struct check *c, const struct slot *slot)
{
    const struct program *p = c->program;
    const struct multicast_pass *d = &c->pass.work.multicast;
    int rows = d->blocks * d->block_rows, coord[4];
    int set = slot->dest / rows, row = slot->dest % rows;
    for (int k = 0; k < slot->words; k++) {
        p->ops->held_coord(p, &c->pass, slot->round, set, row / d->block_rows,
                           row % d->block_rows, slot->first_word + k, coord);
        int64_t value = tile_filter(c, coord);
        for (int y = 0; y < d->set_chains; y++)
            lane_values_push_held(
                c->values, row * c->lanes->cfg.chains + set * d->set_chains + y,
                value);
    }
}

static void send_window(struct check *c, const struct slot *slot)
{
    const struct program *p = c->program;
    const struct multicast_pass *d = &c->pass.work.multicast;
    int heights = (d->set_chains - 1) * d->chain_step +
                  (d->block_rows - 1) * d->row_step + 1;
    int block = slot->dest / heights, h = slot->dest % heights, coord[4];
    for (int k = 0; k < slot->words; k++) {
        p->ops->window_coord(p, &c->pass, slot->round, block, h,
                             slot->first_word + k, coord);
        int64_t value = tile_ifmap(c, coord);
        for (int i = 0; i < d->block_rows; i++)
            for (int y = 0; y < d->set_chains; y++) {
                if (y * d->chain_step + i * d->row_step != h)
                    continue;
                for (int t = 0; t < d->sets; t++)
                    lane_values_push_window(c->values,
                                            (block * d->block_rows + i) *
                                                    c->lanes->cfg.chains +
                                                t * d->set_chains + y,
                                            value);
            }
    }
}

static void move_psum(struct check *c, enum network network,
                      const struct slot *slot)
{
    const struct program *p = c->program;
    const struct multicast_pass *d = &c->pass.work.multicast;
    int top = d->blocks * d->block_rows * c->lanes->cfg.chains, coord[4];
    for (int k = 0; k < slot->words; k++) {
        p->ops->psum_coord(p, &c->pass, slot->round, slot->dest / d->set_chains,
                           slot->dest % d->set_chains, slot->first_word + k,
                           coord);
        int64_t *at = &c->ofmap[ofmap_index(c, coord)];
        if (network == NETWORK_PSUM_IN)
            lane_values_push_psum(c->values, slot->dest, *at);
        else
            *at = lane_values_pop_psum(c->values, top + slot->dest);
    }
}

static void slot_moved(void *context, enum network network,
                       const struct slot *slot)
{
    struct check *c = context;
    if (network == NETWORK_FILTER)
        send_held(c, slot);
    else if (network == NETWORK_IFMAP)
        send_window(c, slot);
    else
        move_psum(c, network, slot);
}

static void evaluated(void *context, const struct lanes *lanes)
{
    struct check *c = context;
    lane_values_follow(c->values, lanes);
}

const struct machine_tap *check_multicast(struct check *c,
                                          const struct pass *pass)
{
    c->pass = *pass;
    c->tap.context = c;
    c->tap.slot = slot_moved;
    c->tap.evaluated = evaluated;
    return &c->tap;
}

void check_multicast_issued(struct check *c, const struct lanes *lanes)
{
    if (c->values == NULL)
        c->values = lane_values_new(lanes);
    c->lanes = lanes;
    lane_values_issue(c->values, lanes);
}

void check_multicast_done(struct check *c)
{
    c->zero_macs += lane_values_zero_macs(c->values);
}

static int64_t left_word(void *context, int row, uint32_t step)
{
    struct check *c = context;
    const struct program *p = c->program;
    bool os = c->pass.work.systolic.kind == SYSTOLIC_OS;
    int coord[4];
    p->ops->gemm_ifmap_coord(p, &c->pass, os ? step : (uint32_t)row,
                             os ? (uint32_t)row : step, coord);
    int64_t value = tile_ifmap(c, coord);
    if (value == 0)
        c->zero_macs += c->pass.work.systolic.cols_used;
    return value;
}

static int64_t top_word(void *context, int col, uint32_t step)
{
    struct check *c = context;
    const struct program *p = c->program;
    int coord[4];
    p->ops->gemm_filter_coord(p, &c->pass, step, (uint32_t)col, coord);
    return tile_filter(c, coord);
}

static int64_t *psum_at(struct check *c, int col, uint32_t step)
{
    int coord[4];
    c->program->ops->gemm_psum_coord(c->program, &c->pass, step, (uint32_t)col,
                                     coord);
    return &c->ofmap[ofmap_index(c, coord)];
}

static int64_t psum_in_word(void *context, int col, uint32_t step)
{
    return *psum_at(context, col, step);
}

static void psum_out_word(void *context, int col, uint32_t step, int64_t value)
{
    *psum_at(context, col, step) = value;
}

const struct systolic_values *check_systolic(struct check *c,
                                             const struct pass *pass)
{
    c->pass = *pass;
    c->systolic.context = c;
    c->systolic.left = left_word;
    c->systolic.top = top_word;
    c->systolic.psum_in = psum_in_word;
    c->systolic.psum_out = psum_out_word;
    return &c->systolic;
}

/* An output by the definition of a convolution. */
static uint64_t direct(const struct program *p, int n, int m, int y, int x)
{
    const struct layer *l = &p->layer;
    const int Cg = l->C / l->G, g = m / (l->M / l->G);
    uint64_t sum = 0;
    for (int c = 0; c < Cg; c++)
        for (int r = 0; r < l->R; r++)
            for (int s = 0; s < l->S; s++) {
                const int in[4] = {n, g * Cg + c,
                                   y * l->stride + r * l->dilation,
                                   x * l->stride + s * l->dilation};
                const int w[4] = {m, c, r, s};
                sum += (uint64_t)ifmap_word(p, in) *
                       (uint64_t)operand(p, TENSOR_FILTER, w);
            }
    return sum;
}

void check_finish(struct check *c, uint64_t *outputs, uint64_t *mismatches,
                  uint64_t *zero_macs)
{
    const struct program *p = c->program;
    const struct layer *l = &p->layer;
    int bits = p->arch.precision_bits[TENSOR_PSUM];
    uint64_t mask = bits >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << bits) - 1;
    const int64_t *at = c->ofmap;
    *outputs = *mismatches = 0;
    for (int n = 0; n < l->N; n++)
        for (int m = 0; m < l->M; m++)
            for (int y = 0; y < l->P; y++)
                for (int x = 0; x < l->Q; x++) {
                    uint64_t want = direct(p, n, m, y, x) & mask;
                    *mismatches += ((uint64_t)*at++ & mask) != want;
                    ++*outputs;
                }
    *zero_macs = c->zero_macs;
}
