/* fused_run.c - runs the tiles of a chain's nodes that differ, with --check
 * each of them, and adds all of them up.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/fuse/fused_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/counters.h"
#include "sim/base/text_stream.h"
#include "sim/choose/chooser.h"
#include "sim/network/fuse/fuse_tiles.h"
#include "sim/network/fuse/fused_words.h"
#include "sim/pattern/pattern.h"
#include "sim/run/simulate.h"

struct chain {
    const struct fused_input *in;
    const struct fuse_group *group;
    const struct arch *arch;
    struct layer *layer;        /* owns; of each node */
    struct given_mapping given; /* by hand */
    int first, last;            /* nodes of the chain that work */
    bool filters_stay;
    struct fuse_tiles down, across;
    struct layer_result *sum; /* of each node that works; borrowed */
    bool lacks_room;
};

static const struct layer *layer_of(const struct chain *c, int k)
{
    return &c->layer[k];
}

static enum node_place place_of(const struct chain *c, int k)
{
    return node_place_of(c->arch, layer_of(c, k));
}

static bool works(const struct chain *c, int k)
{
    return place_of(c, k) == PLACE_ARRAY || place_of(c, k) == PLACE_VECTOR;
}

static void chain_init(struct chain *c, const struct fused_input *in,
                       const struct fuse_group *group, struct layer_result *sum)
{
    const struct simulate_options *how = in->run->simulate;
    const bool is_each = in->words != NULL && how->check;
    memset(c, 0, sizeof(*c));
    c->in = in;
    c->group = group;
    c->arch = config_arch(in->run->cfg);
    c->sum = sum;
    c->layer = xcalloc((size_t)group->nodes, sizeof(*c->layer));
    for (int k = 0; k < group->nodes; k++)
        c->layer[k] = in->run->network->rows->layer[group->node[k]];
    fuse_tiles_find(c->layer, group->nodes, true, group->tile, group->halos,
                    is_each, &c->down);
    fuse_tiles_find(c->layer, group->nodes, false, group->tile, group->halos,
                    is_each, &c->across);
    c->first = c->last = -1;
    for (int k = 0; k < group->nodes; k++)
        if (works(c, k)) {
            c->first = c->first < 0 ? k : c->first;
            c->last = k;
        }
}

static void chain_fini(struct chain *c)
{
    fuse_tiles_fini(&c->down);
    fuse_tiles_fini(&c->across);
    free(c->layer);
}

/* --- room ----------------------------------------------------------------- */

static uint64_t bytes_of(const struct arch *own, enum tensor t, uint64_t words)
{
    const uint64_t bits = count_mul(words, (uint64_t)arch_map_bits(own, t));
    return bits / 8 + (bits % 8 != 0);
}

/* What the tile adds to an input, beyond what tiles before it left. */
static uint64_t input_bytes(const struct arch *own, const struct layer *l,
                            const struct fuse_span *y,
                            const struct fuse_span *x)
{
    return bytes_of(
        own, TENSOR_IFMAP,
        count_mul((uint64_t)l->N * (uint64_t)l->C,
                  (uint64_t)(y->in - y->kept) * (uint64_t)(x->in - x->kept)));
}

static uint64_t output_bytes(const struct arch *own, const struct layer *l)
{
    return bytes_of(own, TENSOR_PSUM,
                    count_mul((uint64_t)l->N * (uint64_t)l->M,
                              (uint64_t)l->P * (uint64_t)l->Q));
}

/* What tiles share, of all nodes. */
static uint64_t kept_bytes(const struct chain *c)
{
    uint64_t bytes = 0;
    for (int k = 0; k < c->group->nodes; k++) {
        const struct layer *l = layer_of(c, k);
        struct arch own;
        arch_of_layer(c->arch, l, &own);
        const uint64_t words =
            fuse_kept_words(c->layer, k, &c->down, &c->across);
        bytes = count_add(bytes, bytes_of(&own, TENSOR_IFMAP,
                                          count_mul((uint64_t)l->N, words)));
    }
    return bytes;
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

/* A node's part of a tile. */
struct part {
    int k;
    const struct fuse_span *y, *x;
    struct layer layer;
    bool is_first_tile;
};

/* The machine as the node finds it: without the room of its maps that stay, of
 * what tiles share, and of all filters where they do.  false: that leaves no
 * L2. */
static bool arch_beside(const struct chain *c, const struct part *p,
                        struct arch *out, uint64_t *held)
{
    const struct layer *l = &p->layer;
    struct arch own;
    *out = *c->arch;
    arch_of_layer(c->arch, l, &own);
    *held = count_add(kept_bytes(c), c->filters_stay ? filter_bytes(c) : 0);
    if (p->k > c->first) {
        *held = count_add(*held, input_bytes(&own, l, p->y, p->x));
        out->stays[TENSOR_IFMAP] = true;
        out->stays_input_words = (uint64_t)l->N * l->input_words;
    } else {
        const uint64_t added = (uint64_t)(p->y->in - p->y->kept) *
                               (uint64_t)(p->x->in - p->x->kept);
        out->stays_rows = p->y->kept;
        out->stays_columns = p->x->kept;
        out->stays_input_words =
            (uint64_t)l->N * (l->input_words - (uint64_t)l->C * added);
    }
    if (p->k < c->last) {
        *held = count_add(*held, output_bytes(&own, l));
        out->stays[TENSOR_PSUM] = true;
    }
    out->stays[TENSOR_FILTER] =
        layer_is_mac(l) && c->filters_stay && !p->is_first_tile;
    const uint64_t least = (uint64_t)out->l2_banks *
                           (uint64_t)out->l2_bank_row_words *
                           (uint64_t)out->precision_bits[TENSOR_PSUM] / 8;
    if (*held >= out->l2_bytes || out->l2_bytes - *held < least)
        return false;
    out->l2_bytes -= *held;
    return true;
}

/* --- running -------------------------------------------------------------- */

static bool has_no_room(struct chain *c, const struct part *p, uint64_t held,
                        struct diag *d)
{
    c->lacks_room = true;
    return diag_error(
        d, c->in->at,
        "'network.fuse': node '%s' has no mapping for a tile of %d x %d "
        "outputs beside maps%s%s of %" PRIu64 " bytes in an L2 of %" PRIu64
        "; a smaller tile ('network.fuse_tile'), a "
        "shorter chain or a larger L2 may do",
        p->layer.name, p->layer.P, p->layer.Q,
        c->group->halos == HALOS_KEPT ? ", halos" : "",
        c->filters_stay ? " and filters" : "", held, c->arch->l2_bytes);
}

/* Runs it, with the words of the whole maps where there are any. */
static bool simulate_part(const struct chain *c, const struct part *p,
                          const struct arch *arch,
                          const struct layer_mapping *mapping,
                          struct layer_result *out, struct diag *d)
{
    const struct fused_words *words = c->in->words;
    struct simulate_options how = *c->in->run->simulate;
    if (words == NULL || !how.check)
        return simulate_layer(arch, &p->layer, mapping, &how, out, d);
    const struct layer_values whole =
        words->of(words->context, c->group->node[p->k]);
    struct layer_values part =
        fused_words_cut(&whole, layer_of(c, p->k), p->y, p->x);
    how.values = &part;
    const bool ok = simulate_layer(arch, &p->layer, mapping, &how, out, d);
    if (ok && out->check_mismatches == 0)
        out->check_mismatches =
            fused_words_differ(&whole, &part, layer_of(c, p->k), p->y, p->x);
    fused_words_free(&part);
    return ok;
}

static bool run_part(struct chain *c, const struct part *p,
                     struct layer_result *out, struct diag *d)
{
    struct layer_mapping mapping;
    struct arch arch, own;
    uint64_t held;
    if (!arch_beside(c, p, &arch, &held))
        return has_no_room(c, p, held, d);
    if (!layer_is_mac(&p->layer))
        return node_place_of(&arch, &p->layer) == PLACE_VECTOR
                   ? vector_result(&arch, &p->layer, c->in->run->simulate, out,
                                   d)
                   : has_no_room(c, p, held, d);
    struct diag *quiet = diag_new();
    arch_of_layer(&arch, &p->layer, &own);
    const bool is_mapped = choose_mapping(&own, &p->layer, c->in->run->dataflow,
                                          &c->given, &mapping, quiet);
    diag_free(quiet);
    return is_mapped ? simulate_part(c, p, &arch, &mapping, out, d)
                     : has_no_room(c, p, held, d);
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
           diag_fail(d, EXIT_MISMATCH, c->in->at,
                     "%" PRIu64 " of %" PRIu64
                     " outputs of the tiles of layer '%s' differ from a direct "
                     "convolution, or from the whole layer's; none should",
                     sum->check_mismatches, sum->check_outputs,
                     sum->layer.name);
}

/* Says in a mapping's text that it is a tile's. */
static void say_tile(const struct part *p, struct layer_result *r)
{
    char *text = NULL;
    size_t bytes;
    if (r->mapping_text == NULL)
        return;
    FILE *to = text_stream(&text, &bytes);
    fprintf(to,
            "%s  # that of the first tile of fused nodes, %d x %d outputs; "
            "each is mapped by itself\n",
            r->mapping_text, p->layer.P, p->layer.Q);
    SIM_CHECK(fclose(to) == 0);
    free(r->mapping_text);
    r->mapping_text = text;
}

/* Adds tiles of a node that are alike; the first of all by itself, for filters
 * may come with it. */
static bool run_tiles(struct chain *c, struct part *p, uint64_t tiles,
                      struct diag *d)
{
    struct layer_result *sum = &c->sum[p->k], one;
    if (p->is_first_tile) {
        if (!run_part(c, p, sum, d))
            return false;
        say_tile(p, sum);
        p->is_first_tile = false;
        tiles--;
    }
    if (tiles == 0)
        return true;
    if (!run_part(c, p, &one, d))
        return false;
    add_times(sum, &one, tiles);
    layer_result_fini(&one);
    return true;
}

/* All tiles of a node.  Of kept halos the last ones may have nothing left to
 * make. */
static bool run_node(struct chain *c, int k, struct diag *d)
{
    struct part p = {.k = k, .is_first_tile = true};
    for (int i = 0; i < c->down.n; i++)
        for (int j = 0; j < c->across.n; j++) {
            p.y = &c->down.tile[i].span[k];
            p.x = &c->across.tile[j].span[k];
            p.layer = fuse_part_of(layer_of(c, k), p.y, p.x);
            if (p.y->out > 0 && p.x->out > 0 &&
                !run_tiles(
                    c, &p,
                    count_mul(c->down.tile[i].times, c->across.tile[j].times),
                    d))
                return false;
        }
    c->sum[k].layer = *layer_of(c, k);
    return layer_result_fits(c->arch, &c->sum[k], d) &&
           has_no_mismatch(c, &c->sum[k], d);
}

static bool run_nodes(struct chain *c, bool filters_stay, struct diag *d)
{
    bool ok = true;
    c->filters_stay = filters_stay;
    c->lacks_room = false;
    for (int k = 0; ok && k < c->group->nodes; k++)
        ok = !works(c, k) || run_node(c, k, d);
    for (int k = 0; !ok && k < c->group->nodes; k++) {
        layer_result_fini(&c->sum[k]);
        memset(&c->sum[k], 0, sizeof(c->sum[k]));
    }
    return ok;
}

/* Once with filters that stay, and, where that fails for want of room, which
 * *why then says, with those that come with each tile. */
static bool run_chain(struct chain *c, struct fused_outcome *out,
                      struct diag *d)
{
    struct diag *first = diag_new();
    out->filters_stay = run_nodes(c, true, first);
    const bool is_over = out->filters_stay || !c->lacks_room;
    if (is_over && !out->filters_stay)
        diag_move(d, first);
    diag_free(first);
    if (is_over)
        return out->filters_stay;
    snprintf(
        out->why, sizeof(out->why),
        "all of them take %" PRIu64
        " bytes, and beside them a tile finds no room in an L2 of %" PRIu64,
        filter_bytes(c), c->arch->l2_bytes);
    return run_nodes(c, false, d);
}

/* --- what is modelled ----------------------------------------------------- */

static bool node_is_possible(const struct chain *c, int k, struct diag *d)
{
    const struct layer *l = layer_of(c, k);
    if (place_of(c, k) == PLACE_OUTSIDE)
        return diag_error(d, c->in->at,
                          "'network.fuse': node '%s' is a %s, which is "
                          "done outside this chip, and its maps go over "
                          "DRAM; a machine whose 'vector.ops' has it can "
                          "fuse it",
                          l->name, layer_op_name[l->op]);
    return !layer_is_mac(l) || !pattern_steers(c->arch, l) ||
           diag_error(d, c->in->at,
                      "'network.fuse' cuts node '%s' into tiles, whose "
                      "zeros 'pe.skips' would take for those of whole "
                      "maps; without one of them it runs",
                      l->name);
}

static bool is_possible(const struct chain *c, struct diag *d)
{
    for (int k = 0; k < c->group->nodes; k++) {
        if (!node_is_possible(c, k, d))
            return false;
        for (int axis = 0; axis < 2; axis++) {
            const struct fuse_tiles *t = axis == 0 ? &c->down : &c->across;
            for (int i = 0; i < t->n; i++)
                if (t->tile[i].span[k].in == 0 && t->tile[i].span[k].out > 0)
                    return diag_error(d, c->in->at,
                                      "'network.fuse': a tile of node '%s' "
                                      "reads padding alone; a larger "
                                      "'network.fuse_tile' is needed",
                                      layer_of(c, k)->name);
        }
    }
    return true;
}

bool fused_is_possible(const struct fused_input *in, struct diag *d)
{
    const struct arch *a = config_arch(in->run->cfg);
    const char *what = a->residency != RESIDENCY_NONE ? "network.residency"
                       : a->cache != CACHE_DRAM       ? "network.cache"
                       : a->carries != CARRIES_ALL    ? "dram.carries"
                       : a->n_l2_stores > 0           ? "l2.stores"
                       : arch_has_levels(a)           ? "levels"
                       : in->run->dataflow == NULL    ? "a mapping file"
                                                      : NULL;
    return what == NULL ||
           diag_error(d, in->at,
                      "'network.fuse' is not modelled together with %s; "
                      "without it, or by 'accelsim model', it is",
                      what);
}

bool fused_chain_run(const struct fused_input *in, struct fuse_group *group,
                     struct layer_result *sum, bool *lacks_room, struct diag *d)
{
    struct chain c;
    struct fused_outcome outcome;
    memset(&outcome, 0, sizeof(outcome));
    chain_init(&c, in, group, sum);
    const bool ok =
        is_possible(&c, d) &&
        config_mapping_by_hand(in->run->cfg, in->run->dataflow, &c.given, d) &&
        run_chain(&c, &outcome, d);
    outcome.kept_bytes = kept_bytes(&c);
    group->outcome = outcome;
    group->has_run = ok;
    *lacks_room = c.lacks_room;
    chain_fini(&c);
    return ok;
}
