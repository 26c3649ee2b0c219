/* fused_run.c - cuts the nodes of a chain into tiles, runs those that differ,
 * and adds all of them up.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/fused_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/counters.h"
#include "sim/choose/chooser.h"
#include "sim/pattern/pattern.h"
#include "sim/run/simulate.h"

/* A node's part of a tile along an axis. */
struct span {
    int in, out, before, after; /* words, and zeros around those read */
};

/* Tiles along an axis that are alike: of each node of the chain. */
struct tile_class {
    uint64_t tiles;
    struct span *span; /* owns */
};

struct tile_classes {
    int n;
    struct tile_class *one; /* owns; the first tile's first */
};

struct chain {
    const struct residency_input *in;
    const struct fuse_group *group;
    const struct layer *rows; /* of the network; borrowed */
    const struct arch *arch;
    struct src_pos at;
    struct given_mapping given; /* by hand */
    int first, last;            /* nodes of the chain that work */
    bool filters_stay;
    struct tile_classes down, across;
    struct layer_result *sum; /* owns; of each node */
};

static const struct layer *layer_of(const struct chain *c, int k)
{
    return &c->rows[c->group->node[k]];
}

static enum node_place place_of(const struct chain *c, int k)
{
    return node_place_of(c->arch, layer_of(c, k));
}

static bool works(const struct chain *c, int k)
{
    return place_of(c, k) == PLACE_ARRAY || place_of(c, k) == PLACE_VECTOR;
}

/* --- tiles ---------------------------------------------------------------- */

static struct span *spans_of(const struct chain *c, bool rows, int64_t first,
                             int64_t n)
{
    struct span *span = xcalloc((size_t)c->group->nodes, sizeof(*span));
    for (int k = c->group->nodes - 1; k >= 0; k--) {
        const struct layer *l = layer_of(c, k);
        const struct fusion_axis a = fusion_axis_of(l, rows);
        int64_t made = n, before = 0, after = 0;
        if (fusion_has_windows(l)) {
            const int64_t start = first * a.stride - a.before;
            const int64_t reach = (n - 1) * a.stride + a.taps;
            before = start < 0 ? -start : 0;
            fusion_inputs(&a, &first, &n);
            after = reach - before - n;
        }
        span[k] = (struct span){(int)n, (int)made, (int)before, (int)after};
    }
    return span;
}

static void add_tile(const struct chain *c, struct span *span,
                     struct tile_classes *to)
{
    const size_t bytes = (size_t)c->group->nodes * sizeof(*span);
    for (int i = 0; i < to->n; i++)
        if (memcmp(to->one[i].span, span, bytes) == 0) {
            to->one[i].tiles++;
            free(span);
            return;
        }
    to->one = xrealloc(to->one, (size_t)to->n + 1, sizeof(*to->one));
    to->one[to->n++] = (struct tile_class){1, span};
}

static void find_tiles(const struct chain *c, bool rows, int tile,
                       struct tile_classes *out)
{
    const struct layer *last = layer_of(c, c->group->nodes - 1);
    const int64_t all = rows ? last->P : last->Q;
    for (int64_t at = 0; at < all; at += tile)
        add_tile(c, spans_of(c, rows, at, at + tile < all ? tile : all - at),
                 out);
}

static void classes_fini(struct tile_classes *t)
{
    for (int i = 0; i < t->n; i++)
        free(t->one[i].span);
    free(t->one);
}

/* The node's part of a tile, as a layer. */
static struct layer part_of(const struct chain *c, int k, const struct span *y,
                            const struct span *x)
{
    struct layer l = *layer_of(c, k);
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

/* --- room ----------------------------------------------------------------- */

static uint64_t bytes_of(const struct arch *own, enum tensor t, uint64_t words)
{
    const uint64_t bits = count_mul(words, (uint64_t)arch_map_bits(own, t));
    return bits / 8 + (bits % 8 != 0);
}

static uint64_t map_bytes(const struct arch *own, const struct layer *l,
                          bool output)
{
    const uint64_t words =
        output ? (uint64_t)l->M * (uint64_t)l->P * (uint64_t)l->Q
               : (uint64_t)l->C * (uint64_t)l->H * (uint64_t)l->W;
    return bytes_of(own, output ? TENSOR_PSUM : TENSOR_IFMAP,
                    count_mul((uint64_t)l->N, words));
}

static uint64_t filter_bytes(const struct chain *c)
{
    uint64_t bytes = 0;
    for (int k = 0; k < c->group->nodes; k++) {
        const struct layer *l = layer_of(c, k);
        struct arch own;
        if (!layer_is_mac(l))
            continue;
        arch_of_layer(c->arch, l, &own);
        bytes =
            count_add(bytes, bytes_of(&own, TENSOR_FILTER,
                                      (uint64_t)l->M * (uint64_t)(l->C / l->G) *
                                          (uint64_t)l->R * (uint64_t)l->S));
    }
    return bytes;
}

/* The machine as the node finds it: without the room of its maps that stay, and
 * of all filters where they do.  false: that leaves no L2. */
static bool arch_beside(const struct chain *c, int k, const struct layer *part,
                        bool is_first_tile, struct arch *out, uint64_t *held)
{
    struct arch own;
    *out = *c->arch;
    arch_of_layer(c->arch, part, &own);
    *held = c->filters_stay ? filter_bytes(c) : 0;
    if (k > c->first) {
        *held = count_add(*held, map_bytes(&own, part, false));
        out->stays[TENSOR_IFMAP] = true;
        out->stays_input_words = (uint64_t)part->N * part->input_words;
    }
    if (k < c->last) {
        *held = count_add(*held, map_bytes(&own, part, true));
        out->stays[TENSOR_PSUM] = true;
    }
    out->stays[TENSOR_FILTER] =
        layer_is_mac(part) && c->filters_stay && !is_first_tile;
    const uint64_t least = (uint64_t)out->l2_banks *
                           (uint64_t)out->l2_bank_row_words *
                           (uint64_t)out->precision_bits[TENSOR_PSUM] / 8;
    if (*held >= out->l2_bytes || out->l2_bytes - *held < least)
        return false;
    out->l2_bytes -= *held;
    return true;
}

/* --- running -------------------------------------------------------------- */

static bool has_no_room(const struct chain *c, const struct layer *part,
                        uint64_t held, struct diag *d)
{
    return diag_error(
        d, c->at,
        "'network.fuse': node '%s' has no mapping for a tile of %d x %d "
        "outputs beside maps%s of %" PRIu64 " bytes in an L2 of %" PRIu64
        "; a smaller 'network.fuse_tile', a "
        "shorter chain or a larger L2 may do",
        part->name, part->P, part->Q, c->filters_stay ? " and filters" : "",
        held, c->arch->l2_bytes);
}

static bool run_part(const struct chain *c, int k, const struct layer *part,
                     bool is_first_tile, struct layer_result *out,
                     struct diag *d)
{
    struct layer_mapping mapping;
    struct arch arch, own;
    uint64_t held;
    struct diag *quiet = diag_new();
    bool ok = arch_beside(c, k, part, is_first_tile, &arch, &held);
    if (ok && !layer_is_mac(part)) {
        ok = node_place_of(&arch, part) == PLACE_VECTOR &&
             vector_result(&arch, part, c->in->simulate, out, quiet);
    } else if (ok) {
        arch_of_layer(&arch, part, &own);
        ok = choose_mapping(&own, part, c->in->dataflow, &c->given, &mapping,
                            quiet);
        if (ok &&
            !simulate_layer(&arch, part, &mapping, c->in->simulate, out, d)) {
            diag_free(quiet);
            return false; /* it has said why */
        }
    }
    diag_free(quiet);
    return ok || has_no_room(c, part, held, d);
}

static void add_times(struct layer_result *sum, const struct layer_result *part,
                      uint64_t times)
{
    for (const struct counter *n = counter_table; n->path != NULL; n++) {
        uint64_t *into = (uint64_t *)(void *)((char *)sum + n->offset);
        *into = count_add(*into, count_mul(times, counter_value(n, part)));
    }
    if (part->active_pes > sum->active_pes)
        sum->active_pes = part->active_pes;
    for (int k = 0; k < BOUND_N; k++)
        sum->bounds_cycles[k] = count_add(
            sum->bounds_cycles[k], count_mul(times, part->bounds_cycles[k]));
    sum->checked = sum->checked || part->checked;
}

static bool has_no_mismatch(const struct chain *c,
                            const struct layer_result *sum, struct diag *d)
{
    return !sum->checked || sum->check_mismatches == 0 ||
           diag_fail(d, EXIT_MISMATCH, c->at,
                     "%" PRIu64 " of %" PRIu64
                     " outputs of the tiles of layer '%s' differ from a direct "
                     "convolution; none should",
                     sum->check_mismatches, sum->check_outputs,
                     sum->layer.name);
}

/* All tiles of a node; the first one by itself, where filters come with it. */
static bool run_node(struct chain *c, int k, struct diag *d)
{
    struct layer_result *sum = &c->sum[k];
    bool has_begun = false;
    for (int i = 0; i < c->down.n; i++)
        for (int j = 0; j < c->across.n; j++) {
            const struct layer part = part_of(c, k, &c->down.one[i].span[k],
                                              &c->across.one[j].span[k]);
            uint64_t tiles =
                count_mul(c->down.one[i].tiles, c->across.one[j].tiles);
            struct layer_result one;
            const bool loads = !has_begun && c->filters_stay;
            if (!has_begun) {
                if (!run_part(c, k, &part, loads, sum, d))
                    return false;
                has_begun = true;
                tiles--;
            }
            if (tiles == 0)
                continue;
            if (!run_part(c, k, &part, false, &one, d))
                return false;
            add_times(sum, &one, tiles);
            layer_result_fini(&one);
        }
    sum->layer = *layer_of(c, k);
    return layer_result_fits(c->arch, sum, d) && has_no_mismatch(c, sum, d);
}

static void drop_sums(struct chain *c)
{
    for (int k = 0; k < c->group->nodes; k++)
        layer_result_fini(&c->sum[k]);
    memset(c->sum, 0, (size_t)c->group->nodes * sizeof(*c->sum));
}

static bool run_nodes(struct chain *c, bool filters_stay, struct diag *d)
{
    bool ok = true;
    c->filters_stay = filters_stay;
    drop_sums(c);
    for (int k = 0; ok && k < c->group->nodes; k++)
        ok = !works(c, k) || run_node(c, k, d);
    return ok;
}

/* --- what is modelled ----------------------------------------------------- */

static bool is_possible(struct chain *c, struct diag *d)
{
    c->first = c->last = -1;
    for (int k = 0; k < c->group->nodes; k++) {
        const struct layer *l = layer_of(c, k);
        if (place_of(c, k) == PLACE_OUTSIDE)
            return diag_error(d, c->at,
                              "'network.fuse': node '%s' is a %s, which is "
                              "done outside this chip, and its maps go over "
                              "DRAM; a machine whose 'vector.ops' has it can "
                              "fuse it",
                              l->name, layer_op_name[l->op]);
        if (layer_is_mac(l) && pattern_steers(c->arch, l))
            return diag_error(d, c->at,
                              "'network.fuse' cuts node '%s' into tiles, whose "
                              "zeros 'pe.skips' would take for those of whole "
                              "maps; without one of them it runs",
                              l->name);
        if (!works(c, k))
            continue;
        c->first = c->first < 0 ? k : c->first;
        c->last = k;
    }
    for (int i = 0; i < c->down.n; i++)
        for (int j = 0; j < c->across.n; j++)
            for (int k = 0; k < c->group->nodes; k++)
                if (c->down.one[i].span[k].in == 0 ||
                    c->across.one[j].span[k].in == 0)
                    return diag_error(d, c->at,
                                      "'network.fuse': a tile of node '%s' "
                                      "reads padding alone; a larger "
                                      "'network.fuse_tile' is needed",
                                      layer_of(c, k)->name);
    return true;
}

static bool machine_is_possible(const struct residency_input *in,
                                struct src_pos at, struct diag *d)
{
    const struct arch *a = config_arch(in->cfg);
    const char *what = a->residency != RESIDENCY_NONE ? "network.residency"
                       : a->carries != CARRIES_ALL    ? "dram.carries"
                       : a->n_l2_stores > 0           ? "l2.stores"
                       : arch_has_levels(a)           ? "levels"
                       : in->dataflow == NULL         ? "a mapping file"
                                                      : NULL;
    return what == NULL ||
           diag_error(d, at,
                      "'network.fuse' is not modelled together with %s; "
                      "without it, or by 'accelsim model', it is",
                      what);
}

static bool run_chain(struct chain *c, struct fuse_group *group,
                      struct layer_result *results, struct diag *d)
{
    struct diag *quiet = diag_new();
    const bool stay = run_nodes(c, true, quiet);
    diag_free(quiet);
    const bool ok = stay || run_nodes(c, false, d);
    for (int k = 0; ok && k < group->nodes; k++)
        if (works(c, k)) {
            struct layer_result *r = &results[group->node[k]];
            *r = c->sum[k];
            c->sum[k].mapping_text = NULL; /* it is the result's */
        }
    group->filters_stay = stay;
    group->has_run = ok;
    return ok;
}

bool fused_run(const struct residency_input *in, struct src_pos at,
               struct fuse_groups *groups, struct layer_result *results,
               struct diag *d)
{
    const struct arch *arch = config_arch(in->cfg);
    bool ok = machine_is_possible(in, at, d);
    for (int i = 0; ok && i < groups->n; i++) {
        struct fuse_group *g = &groups->group[i];
        struct chain c = {.in = in,
                          .group = g,
                          .rows = in->network->rows->layer,
                          .arch = arch,
                          .at = at};
        find_tiles(&c, true, arch->fuse_tile, &c.down);
        find_tiles(&c, false, arch->fuse_tile, &c.across);
        c.sum = xcalloc((size_t)g->nodes, sizeof(*c.sum));
        ok = is_possible(&c, d) &&
             config_mapping_by_hand(in->cfg, in->dataflow, &c.given, d) &&
             run_chain(&c, g, results, d);
        drop_sums(&c);
        free(c.sum);
        classes_fini(&c.down);
        classes_fini(&c.across);
    }
    return ok;
}
