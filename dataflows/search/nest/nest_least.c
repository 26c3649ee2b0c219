/* nest_least.c - the least energy and cycles of a nest of which only the tile
 * sizes and the innermost time loops are known. Each tensor's flow into and out
 * of a level is bounded on its own, and the costs are sums over these flows.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/nest/nest_least.h"

#include <math.h>
#include <string.h>

#include "dataflows/program.h"

enum tensor nest_lacking(int dim)
{
    switch (dim) {
    case NEST_M:
        return TENSOR_IFMAP;
    case NEST_N:
    case NEST_P:
    case NEST_Q:
        return TENSOR_FILTER;
    case NEST_C:
    case NEST_R:
    case NEST_S:
        return TENSOR_PSUM;
    default:
        return TENSOR_N;
    }
}

/* Energy of MACs and of their register accesses, and of what a psum never
 * needs: no output is read back the first time. */
static double fixed_energy(const struct nest_least *n)
{
    const struct search_costs *c = n->costs;
    const double psum_update = c->rf[TENSOR_PSUM] + c->rf_write[TENSOR_PSUM];
    double gated = 0;
    if (n->arch->zero_gating)
        gated = floor(n->macs * n->layer->zero_share[TENSOR_IFMAP] + 0.5);
    return (n->macs - gated) * (c->mac + c->rf[TENSOR_FILTER]) +
           n->macs * (c->rf[TENSOR_IFMAP] + psum_update) -
           n->outputs * c->noc_hop[TENSOR_PSUM];
}

/* Psums that leave PEs cost at least a hop each; and where an addition takes no
 * cycle of its own, a PE's last product goes up unread. */
static double leaving_energy(const struct nest_least *n, double psums)
{
    const struct search_costs *c = n->costs;
    double each = c->noc_hop[TENSOR_PSUM];
    if (n->arch->psum_add != PSUM_ADD_OWN_CYCLE)
        each -= c->rf[TENSOR_PSUM];
    return each < 0 ? each * n->macs : each * psums;
}

void nest_least_init(struct nest_least *n, const struct arch *arch,
                     const struct layer *l, const struct search_costs *costs)
{
    memset(n, 0, sizeof(*n));
    n->arch = arch;
    n->layer = l;
    n->costs = costs;
    for (int d = 0; d < NEST_DIMS; d++) {
        n->extent[d] = nest_extent(l, (enum nest_dim)d);
        n->most_children[d] = arch_pes(arch);
    }
    n->macs = (double)layer_macs(l);
    n->outputs = (double)l->N * l->M * l->P * l->Q;
    n->filters = (double)l->M * (l->C / l->G) * l->R * l->S;
    n->moving = known_values_new();
    n->rows = nest_touch_new(arch, l, true);
    n->cols = nest_touch_new(arch, l, false);
    n->fixed_energy = fixed_energy(n);
}

void nest_least_fini(struct nest_least *n)
{
    nest_touch_free(n->rows);
    nest_touch_free(n->cols);
    known_values_free(n->moving);
}

double nest_least_words(const struct nest_least *n, enum tensor tensor)
{
    const int *e = n->extent;
    if (tensor != TENSOR_IFMAP)
        return tensor == TENSOR_FILTER ? n->filters : n->outputs;
    return (double)e[NEST_G] * e[NEST_N] * e[NEST_C] *
           nest_touch_sum(n->rows, e[NEST_P], e[NEST_R]) *
           nest_touch_sum(n->cols, e[NEST_Q], e[NEST_S]);
}

bool nest_least_has_own_points(const struct nest_least *n)
{
    return nest_touch_is_own(n->rows) && nest_touch_is_own(n->cols);
}

/* How one dimension is cut at a level. */
struct part {
    int tile, block;   /* of a child; of all children */
    int pieces, turns; /* of either, in the layer */
    int kids;          /* that ever have work */
    int outer;         /* steps outside; 1 where not known */
    double outer_kids; /* children with work, summed over them */
    bool steps_inside; /* the next level's loop has more than one */
    double moving;     /* share that is not in a block of one step */
};

double nest_least_moving_share(int extent, int block, int steps)
{
    int64_t whole = (int64_t)block * steps;
    int rest = whole >= extent ? 0 : extent % (int)whole;
    return rest > block || rest == 0 ? 1 : 1 - (double)rest / extent;
}

/* The least share that moves, whatever the number of steps may be, and that of
 * children where it is not known (0). */
static double least_moving_share(const struct nest_least *n, int d, int tile,
                                 int children)
{
    const int extent = n->extent[d];
    const int from = children > 0 ? children : 1;
    const int to = children > 0 ? children : n->most_children[d];
    const struct known_key key = {{d, tile, children}};
    const double *known = known_values_find(n->moving, &key);
    double least = 1;
    if (known != NULL)
        return *known;
    for (int c = from; c <= to && (int64_t)tile * c < extent; c++)
        for (int steps = 2; (int64_t)tile * c * steps < extent; steps++)
            least =
                fmin(least, nest_least_moving_share(extent, tile * c, steps));
    known_values_add(n->moving, &key, least);
    return least;
}

static struct part part_of(const struct nest_least *n,
                           const struct nest_cut *cut, int d)
{
    const int extent = n->extent[d], steps = cut->steps[d];
    const int children = cut->children[d] > 0 ? cut->children[d] : 1;
    struct part p = {.tile = cut->tile[d]};
    p.block = p.tile * children;
    p.pieces = ceil_div(extent, p.tile);
    p.turns = ceil_div(extent, p.block);
    p.kids = min_int(children, p.pieces);
    p.outer = 1;
    p.outer_kids = p.kids;
    p.moving = 1;
    if (steps == 0) {
        if (d == cut->innermost && !n->is_whole[d])
            p.moving = least_moving_share(n, d, p.tile, cut->children[d]);
        return p;
    }
    p.steps_inside = steps > 1;
    p.outer = ceil_div(p.turns, steps);
    if (p.outer > 1) {
        int rest = extent - (p.outer - 1) * p.block * steps;
        p.outer_kids = (double)(p.outer - 1) * p.kids +
                       min_int(p.kids, ceil_div(rest, p.tile));
    }
    if (steps > 1)
        p.moving = nest_least_moving_share(extent, p.block, steps);
    return p;
}

/* Where all of a tensor that lacks the innermost dimension stays: the share of
 * it that must come again with each step outside, for a loop of its own lies
 * between, and moves. */
static double returning(const struct part part[NEST_DIMS], const int *dims,
                        int n)
{
    double most = 0;
    for (int i = 0; i < n; i++)
        if (part[dims[i]].steps_inside)
            most = fmax(most, part[dims[i]].moving);
    return most;
}

static const int lacks_filter[3] = {NEST_N, NEST_P, NEST_Q};
static const int lacks_psum[3] = {NEST_C, NEST_R, NEST_S};
static const int filter_has[5] = {NEST_G, NEST_M, NEST_C, NEST_R, NEST_S};
static const int psum_has[5] = {NEST_G, NEST_N, NEST_M, NEST_P, NEST_Q};
static const int ifmap_has[3] = {NEST_G, NEST_N, NEST_C}; /* p to s apart */

static void filter_flow(const struct nest_least *n,
                        const struct part part[NEST_DIMS], int innermost,
                        struct nest_flows *out)
{
    bool stays =
        innermost == NEST_NO_LOOP || nest_lacking(innermost) == TENSOR_FILTER;
    double all = 1, turns = 1, once = 1;
    double share =
        stays ? returning(part, filter_has, 5) : part[innermost].moving;
    for (int i = 0; i < 3; i++) {
        const struct part *p = &part[lacks_filter[i]];
        all *= stays ? p->outer_kids : p->pieces;
        turns *= stays ? p->outer : p->turns;
        once *= p->kids;
    }
    out->delivered[TENSOR_FILTER] =
        n->filters * (share * all + (1 - share) * once);
    out->read[TENSOR_FILTER] = n->filters * (share * turns + (1 - share));
}

static void psum_flow(const struct nest_least *n,
                      const struct part part[NEST_DIMS], int innermost,
                      struct nest_flows *out)
{
    bool stays =
        innermost == NEST_NO_LOOP || nest_lacking(innermost) == TENSOR_PSUM;
    double all = 1, turns = 1, once = 1;
    double share =
        stays ? returning(part, psum_has, 5) : part[innermost].moving;
    for (int i = 0; i < 3; i++) {
        const struct part *p = &part[lacks_psum[i]];
        turns *= stays ? p->outer : p->turns;
        all *= stays ? p->outer_kids : p->pieces;
        once *= p->kids;
    }
    out->delivered[TENSOR_PSUM] =
        n->outputs * (share * all + (1 - share) * once);
    out->read[TENSOR_PSUM] = n->outputs * (share * turns + (1 - share));
}

/* Rows x columns of the ifmap, if the loop over `dim` slides (p, q, r or s) or
 * none does; of children's tiles, or of what they have together. */
static double window(const struct nest_least *n,
                     const struct part part[NEST_DIMS],
                     const struct nest_cut *cut, int dim, bool together)
{
    int t[NEST_DIMS];
    for (int d = NEST_P; d < NEST_DIMS; d++)
        t[d] = min_int(together ? part[d].block : part[d].tile, n->extent[d]);
    bool rows = dim == NEST_P || dim == NEST_R;
    bool cols = dim == NEST_Q || dim == NEST_S;
    struct nest_slide s = {0};
    if (rows || cols) {
        const struct part *p = &part[dim];
        s.over_taps = dim == NEST_R || dim == NEST_S;
        s.tile = t[dim];
        s.children =
            together && cut->children[dim] > 0 ? 1 : cut->children[dim];
        s.children_most = n->most_children[dim];
        s.other = t[dim == NEST_P   ? NEST_R
                    : dim == NEST_R ? NEST_P
                    : dim == NEST_Q ? NEST_S
                                    : NEST_Q];
        /* Where the next level has no such loop, it lies outside. */
        s.steps = cut->steps[dim] > 1    ? min_int(cut->steps[dim], p->turns)
                  : cut->steps[dim] == 1 ? p->turns
                  : n->is_whole[dim]     ? NEST_SLIDE_ALL
                                         : 0;
    }
    double height = rows ? nest_touch_slide(n->rows, &s)
                         : nest_touch_sum(n->rows, t[NEST_P], t[NEST_R]);
    double width = cols ? nest_touch_slide(n->cols, &s)
                        : nest_touch_sum(n->cols, t[NEST_Q], t[NEST_S]);
    return height * width;
}

/* Where the innermost loop is over m, any of the ifmap's own may come next, and
 * slide; the least of all.  outer: how often it comes with each step of m
 * outside, or once. */
static double least_window(const struct nest_least *n,
                           const struct part part[NEST_DIMS],
                           const struct nest_cut *cut, double all_once,
                           double outer, double once, bool together)
{
    double whole = window(n, part, cut, NEST_G, together), least = INFINITY;
    double share = returning(part, ifmap_has, 3);
    if (nest_least_has_own_points(n))
        share = fmax(share, returning(part, psum_has + 3, 2)); /* p and q */
    double again = share * outer + (1 - share) * once;
    for (int i = 0; i < 3; i++) {
        const int d = ifmap_has[i];
        double moving = part[d].moving;
        if (part[d].turns == 1)
            continue;
        if (cut->steps[d] == 0 && !n->is_whole[d])
            moving = least_moving_share(n, d, part[d].tile, cut->children[d]);
        least = fmin(least, again * (moving * whole + (1 - moving) * all_once));
    }
    for (int d = NEST_P; d < NEST_DIMS; d++)
        if (part[d].turns > 1)
            least = fmin(least, window(n, part, cut, d, together) *
                                    (part[d].steps_inside ? outer : again));
    return isinf(least) ? once * whole : least;
}

static void ifmap_flow(const struct nest_least *n,
                       const struct part part[NEST_DIMS],
                       const struct nest_cut *cut, struct nest_flows *out)
{
    const int d = cut->innermost;
    const struct part *m = &part[NEST_M];
    double box =
        (double)n->extent[NEST_G] * n->extent[NEST_N] * n->extent[NEST_C];
    double all_once =
        nest_touch_sum(n->rows, n->extent[NEST_P], n->extent[NEST_R]) *
        nest_touch_sum(n->cols, n->extent[NEST_Q], n->extent[NEST_S]);
    double delivered, read;
    if (d == NEST_NO_LOOP || d == NEST_M) {
        delivered =
            least_window(n, part, cut, all_once, m->outer_kids, m->kids, false);
        read = least_window(n, part, cut, all_once, m->outer, 1, true);
    } else if (d == NEST_G || d == NEST_N || d == NEST_C) {
        double share = part[d].moving;
        delivered = share * m->pieces * window(n, part, cut, d, false) +
                    (1 - share) * m->kids * all_once;
        read = share * m->turns * window(n, part, cut, d, true) +
               (1 - share) * all_once;
    } else {
        delivered = m->pieces * window(n, part, cut, d, false);
        read = m->turns * window(n, part, cut, d, true);
    }
    out->delivered[TENSOR_IFMAP] = box * fmax(delivered, m->kids * all_once);
    out->read[TENSOR_IFMAP] = box * fmax(read, all_once);
}

void nest_least_flows(const struct nest_least *n, const struct nest_cut *cut,
                      struct nest_flows *out)
{
    struct part part[NEST_DIMS];
    for (int d = 0; d < NEST_DIMS; d++)
        part[d] = part_of(n, cut, d);
    filter_flow(n, part, cut->innermost, out);
    psum_flow(n, part, cut->innermost, out);
    ifmap_flow(n, part, cut, out);
}

double nest_least_moving(const struct nest_least *n, const struct nest_cut *cut)
{
    if (cut->innermost == NEST_NO_LOOP)
        return 0;
    return part_of(n, cut, cut->innermost).moving;
}

double nest_least_rf_energy(const struct nest_least *n,
                            const struct nest_flows *f, int keep)
{
    const struct search_costs *c = n->costs;
    const bool in_l2 = keep >> TENSOR_PSUM & 1;
    /* The last write of each output is one of a finished word. */
    double energy =
        n->outputs * (in_l2 ? c->l2_finished_write - c->l2_write[TENSOR_PSUM]
                            : c->dram_finished - c->dram[TENSOR_PSUM]);
    for (int t = 0; t < TENSOR_N; t++) {
        double source = keep >> t & 1 ? c->l2[t] : c->dram[t];
        double sink = keep >> t & 1 ? c->l2_write[t] : c->dram[t];
        if (t == TENSOR_PSUM)
            energy += leaving_energy(n, f->delivered[t]) +
                      f->read[t] * c->noc_hop[t] + f->read[t] * sink +
                      (f->read[t] - n->outputs) * source;
        else
            energy += f->delivered[t] * (c->rf_write[t] + c->noc_hop[t]) +
                      f->read[t] * source;
    }
    return energy;
}

double nest_least_l2_energy(const struct nest_least *n,
                            const struct nest_flows *f, int keep)
{
    const struct search_costs *c = n->costs;
    double energy = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        if (!(keep >> t & 1))
            continue;
        if (t == TENSOR_PSUM)
            energy += f->read[t] * (c->l2[t] + c->dram[t]) +
                      (f->read[t] - n->outputs) * (c->l2_write[t] + c->dram[t]);
        else
            energy += f->read[t] * (c->l2_write[t] + c->dram[t]);
    }
    /* An output leaves L2 for the last time as a finished word. */
    if (keep >> TENSOR_PSUM & 1)
        energy += n->outputs * (c->l2_finished - c->l2[TENSOR_PSUM] +
                                c->dram_finished - c->dram[TENSOR_PSUM]);
    return energy;
}

double nest_least_pe_cycles(const struct nest_least *n,
                            const struct nest_cut *cut)
{
    double cycles = 1;
    for (int d = 0; d < NEST_DIMS; d++) {
        int block = cut->tile[d] * cut->children[d];
        int whole = n->extent[d] / block, rest = n->extent[d] % block;
        cycles *= (double)whole * cut->tile[d] + min_int(rest, cut->tile[d]);
    }
    return cycles;
}

double nest_least_network_cycles(const struct nest_least *n,
                                 const struct nest_flows *f)
{
    const double words[NETWORK_N] = {
        [NETWORK_FILTER] = f->read[TENSOR_FILTER],
        [NETWORK_IFMAP] = f->read[TENSOR_IFMAP],
        [NETWORK_PSUM_IN] = f->read[TENSOR_PSUM] - n->outputs,
        [NETWORK_PSUM_OUT] = f->read[TENSOR_PSUM],
    };
    double cycles = 0;
    for (int k = 0; k < NETWORK_N; k++) {
        double width = (double)n->arch->network[k].words_per_slot *
                       n->arch->network[k].slots_per_cycle;
        cycles = fmax(cycles, words[k] / width);
    }
    return cycles;
}

double nest_least_dram_cycles(const struct nest_least *n,
                              const struct nest_flows *rf,
                              const struct nest_flows *l2, int keep)
{
    double bytes = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const struct nest_flows *from = keep >> t & 1 ? l2 : rf;
        double words =
            from == NULL ? nest_least_words(n, (enum tensor)t) : from->read[t];
        if (t == TENSOR_PSUM) { /* those that spill; outputs beside them */
            words = fmax(0, 2 * words - 2 * n->outputs);
            bytes += floor(n->outputs * arch_ofmap_bits(n->arch) / 8);
        }
        bytes +=
            floor(floor(words * (1 - 1e-12)) * n->arch->precision_bits[t] / 8);
    }
    return (double)dram_min_cycles(&n->costs->dram_cfg, (uint64_t)bytes);
}
