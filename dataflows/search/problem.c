/* problem.c - what a search needs to know of a machine and a layer,
 * worked out once.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "dataflows/l1_keep.h"
#include "dataflows/search/cost.h"

/* Sums up the sizes of tiles that `size` cuts an extent into, which `next`
 * tells. */
static void set_sizes(const struct search_problem *p, int extent, int size,
                      struct tiling_alike (*next)(const struct arch *arch,
                                                  const struct layer *layer,
                                                  int *at, int size),
                      struct search_rows *out)
{
    int room = 0;
    for (int at = 0; at < extent;) {
        const struct tiling_alike found = next(p->arch, p->layer, &at, size);
        int k = 0;
        while (k < out->kinds && out->rows[k] != found.touched)
            k++;
        if (k == room) {
            room += room + 4;
            out->rows = xrealloc(out->rows, (size_t)room, sizeof(*out->rows));
            out->tiles =
                xrealloc(out->tiles, (size_t)room, sizeof(*out->tiles));
        }
        if (k == out->kinds) {
            out->rows[k] = found.touched;
            out->tiles[k] = 0;
            out->kinds++;
        }
        out->tiles[k] += found.times;
        out->all += found.times * found.touched;
    }
    out->least = out->all;
}

static void set_rows(struct search_problem *p)
{
    const struct layer *l = p->layer;
    p->dram_rows = xcalloc((size_t)l->P + 1, sizeof(*p->dram_rows));
    p->tile_rows = xcalloc((size_t)l->P + 1, sizeof(*p->tile_rows));
    p->kept_rows = xcalloc((size_t)l->P + 1, sizeof(*p->kept_rows));
    for (int e = 1; e <= l->P; e++) {
        struct search_rows *rows = &p->dram_rows[e];
        set_sizes(p, l->P, e, tiling_alike_rows, rows);
        p->tile_rows[e] = touched(e, l->stride_h, l->R, l->dilation_h);
        p->kept_rows[e] =
            tiling_all_touched(l->P, e, l->stride_h, l->R, l->dilation_h);
        if (e == 1 || p->kept_rows[e] < p->kept_rows[0])
            p->kept_rows[0] = p->kept_rows[e];
        if (e > 1 && p->dram_rows[e - 1].least < rows->least)
            rows->least = p->dram_rows[e - 1].least;
    }
}

static void add_width(struct search_problem *p, int w)
{
    const struct layer *l = p->layer;
    struct search_width *out;
    p->width = xrealloc(p->width, (size_t)p->n_widths + 1, sizeof(*p->width));
    out = &p->width[p->n_widths++];
    *out = (struct search_width){
        .w = w,
        .tiles = (uint64_t)ceil_div(l->Q, w),
        .tile_columns = (uint64_t)touched(w, l->stride_w, l->S, l->dilation_w),
        .kept_columns =
            tiling_all_touched(l->Q, w, l->stride_w, l->S, l->dilation_w)};
    set_sizes(p, l->Q, w, tiling_alike_columns, &out->dram);
}

/* Where the dataflow cuts rows: the width given, or where it may have to, all
 * even cuts. */
static void set_widths(struct search_problem *p)
{
    const struct layer *l = p->layer;
    const int fixed = p->fixed[SEARCH_W];
    add_width(p, l->Q);
    p->has_whole = fixed == 0 || fixed == l->Q;
    if (!p->has_whole)
        add_width(p, fixed);
    else if (fixed == 0 && p->space->cuts_rows != NULL &&
             p->space->cuts_rows(p))
        for (int w = l->Q; w > 1;) {
            w = ceil_div(l->Q, ceil_div(l->Q, w - 1));
            add_width(p, w);
        }
}

double search_l1_price(const struct arch *arch,
                       const struct search_costs *costs, enum tensor tensor)
{
    if (!arch->has_l1)
        return 0;
    /* Its read there is all that it costs for sure. */
    if (l1_may_keep(arch, tensor))
        return costs->l1[tensor];
    return costs->noc_hop[tensor] +
           (arch->l1_bypass[tensor]
                ? 0
                : costs->l1[tensor] + costs->l1_write[tensor]);
}

double search_sent_price(const struct arch *arch,
                         const struct search_costs *costs, enum tensor tensor)
{
    return (l1_may_keep(arch, tensor) ? 0 : costs->l2[tensor]) +
           search_l1_price(arch, costs, tensor);
}

/* Words that zeros leave out are moved on no network and are in no file. */
static void leave_out_zeros(const struct zero_shares *left,
                            struct search_prices *price)
{
    price->ifmap_sent *= left->left[TENSOR_IFMAP];
    price->ifmap_in *= left->left[TENSOR_IFMAP];
    price->ifmap_hop *= left->left[TENSOR_IFMAP];
    price->filter_sent *= left->left[TENSOR_FILTER];
    price->filter_in *= left->left[TENSOR_FILTER];
    price->filter_hop *= left->left[TENSOR_FILTER];
    price->psum_read *= left->window * left->held;
    price->psum_write *= left->window * left->held;
}

/* The parts of energy_of_layer, by what moves. */
static void set_prices(struct search_problem *p,
                       const struct search_costs *costs)
{
    const struct arch *a = p->arch;
    const struct layer *l = p->layer;
    struct search_prices *price = &p->price;
    const double *rf = costs->rf, *hop = costs->noc_hop, *l2 = costs->l2;
    const double *rf_write = costs->rf_write, *l2_write = costs->l2_write;
    const double *dram = costs->dram;
    price->ifmap_dram = dram[TENSOR_IFMAP];
    price->filter_dram = dram[TENSOR_FILTER];
    price->psum_dram = costs->dram_finished;
    price->ifmap_dma = l2_write[TENSOR_IFMAP];
    price->filter_dma = l2_write[TENSOR_FILTER];
    price->psum_dma = costs->l2_finished;
    price->ifmap_sent = search_sent_price(a, costs, TENSOR_IFMAP);
    price->ifmap_in = rf_write[TENSOR_IFMAP];
    price->ifmap_hop = hop[TENSOR_IFMAP];
    price->filter_sent = search_sent_price(a, costs, TENSOR_FILTER);
    price->filter_in = rf_write[TENSOR_FILTER];
    price->filter_hop = hop[TENSOR_FILTER];
    price->psum_in = l2[TENSOR_PSUM] + hop[TENSOR_PSUM];
    price->psum_out = l2_write[TENSOR_PSUM] + hop[TENSOR_PSUM];
    price->link = hop[TENSOR_PSUM];
    price->psum_read = rf[TENSOR_PSUM];
    price->psum_write = rf_write[TENSOR_PSUM];

    struct layer_result r = {.layer = *l, .counts = {.macs = p->macs}};
    if (a->zero_gating)
        r.gated_macs =
            (uint64_t)((double)p->macs * l->zero_share[TENSOR_IFMAP] + 0.5);
    double gated = (double)r.gated_macs, macs = (double)p->macs;
    price->fixed =
        (macs - gated) * costs->mac + (double)p->ofmap_words * price->psum_dma +
        (double)p->outputs * (costs->l2_finished_write - l2_write[TENSOR_PSUM]);
    if (p->space->no_operand_rf)
        price->ifmap_in = price->filter_in = 0;
    else
        price->fixed +=
            macs * rf[TENSOR_IFMAP] + (macs - gated) * rf[TENSOR_FILTER];
    leave_out_zeros(&p->left, price);
}

static void set_l2(struct search_problem *p)
{
    const struct arch *a = p->arch;
    struct search_l2 *l2 = &p->l2;
    l2->shared = arch_l2_shared_banks(a);
    for (int k = 0; k < TENSOR_N; k++) {
        l2->bank_words[k] = arch_l2_bank_words(a, (enum tensor)k);
        l2->buffers[k] = a->l2_buffers[k] > 0 ? a->l2_buffers[k] : 1;
        l2->banks[k] = arch_l2_store(a, (enum tensor)k).banks;
        l2->own[k] = arch_l2_own_banks(a, (enum tensor)k);
    }
}

static void set_parameters(struct search_problem *p,
                           const struct given_mapping *given)
{
    for (int k = 0; k < SEARCH_PARAMS; k++) {
        const char *name = p->space->name[k];
        p->index[k] =
            name != NULL ? dataflow_param_index(p->space->dataflow, name) : -1;
        SIM_CHECK(name == NULL || p->index[k] >= 0);
        for (int i = 0; name != NULL && i < given->n; i++)
            if (strcmp(given->param[i].name, name) == 0)
                p->fixed[k] = given->param[i].value;
    }
    const int extent[SEARCH_PARAMS] = {
        [SEARCH_M] = p->group_m,   [SEARCH_N] = p->layer->N,
        [SEARCH_E] = p->layer->P,  [SEARCH_C] = p->group_c,
        [SEARCH_F] = p->group_m,   [SEARCH_FR] = p->layer->R,
        [SEARCH_FC] = p->layer->S, [SEARCH_G] = p->layer->G,
        [SEARCH_W] = p->layer->Q,  [SEARCH_KEEP] = KEEP_BOTH,
    };
    for (int k = 0; k < SEARCH_PARAMS; k++)
        if (extent[k] > 0 && p->fixed[k] > extent[k])
            p->fixed[k] = extent[k];
}

void search_problem_init(struct search_problem *p,
                         const struct search_space *space,
                         const struct arch *arch, const struct layer *layer,
                         const struct search_costs *costs,
                         const struct given_mapping *given)
{
    memset(p, 0, sizeof(*p));
    p->arch = arch;
    p->layer = layer;
    p->space = space;
    p->group_m = layer->M / layer->G;
    p->group_c = layer->C / layer->G;
    p->taps = (int64_t)layer->R * layer->S;
    p->macs = layer_macs(layer);
    p->outputs = (uint64_t)layer->N * (uint64_t)layer->M * (uint64_t)layer->P *
                 (uint64_t)layer->Q;
    p->filter_words =
        (uint64_t)layer->M * (uint64_t)p->group_c * (uint64_t)p->taps;
    p->moves_ifmap = tensor_is_moved(arch, layer, TENSOR_IFMAP);
    p->moves_filter = tensor_is_moved(arch, layer, TENSOR_FILTER);
    p->ofmap_words = tensor_is_moved(arch, layer, TENSOR_PSUM) ? p->outputs : 0;
    p->dram = costs->dram_cfg;
    for (int k = 0; k < TENSOR_N; k++) {
        p->coded[k] = tensor_is_compressed(arch, layer, (enum tensor)k);
        if (p->coded[k])
            p->code[k] = rlc_code_of(arch_map_bits(arch, (enum tensor)k),
                                     layer->zero_share[k]);
    }
    p->left = zero_shares_of(arch, layer,
                             space->alone == NETWORK_IFMAP ? TENSOR_FILTER
                                                           : TENSOR_IFMAP);
    p->skips = zero_shares_matter(&p->left);
    p->keeps.from = KEEP_NONE;
    p->keeps.to =
        arch->search_keeps == SEARCH_KEEPS_ALL ? KEEP_BOTH : KEEP_NONE;
    set_parameters(p, given);
    set_prices(p, costs);
    set_l2(p);
    set_rows(p);
    set_widths(p);
    if (space->prepare != NULL)
        space->prepare(p);
}

static void free_sizes(struct search_rows *rows)
{
    free(rows->rows);
    free(rows->tiles);
}

void search_problem_fini(struct search_problem *p)
{
    for (int e = 1; e <= p->layer->P; e++)
        free_sizes(&p->dram_rows[e]);
    for (int k = 0; k < p->n_widths; k++)
        free_sizes(&p->width[k].dram);
    free(p->width);
    free(p->dram_rows);
    free(p->tile_rows);
    free(p->kept_rows);
    for (int fr = 1; fr <= p->sent_fr; fr++)
        free(p->sent_rows[fr]);
    free(p->sent_rows);
}
