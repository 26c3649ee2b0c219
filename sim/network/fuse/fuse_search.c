/* fuse_search.c - cuts each chain of a graph into stretches that are fused and
 * nodes that are not, by the least sum of what each takes (a shortest path over
 * the places where it may be cut).
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/fuse/fuse_search.h"

#include <stdlib.h>
#include <string.h>

#include "mem/dram.h"
#include "sim/energy/energy.h"
#include "sim/pattern/pattern.h"
#include "sim/run/simulate.h"
#include "sim/run/tile_table.h"

/* How a stretch is worked on. */
struct way {
    bool exists;
    double cost;
    int tile;
    enum fuse_halos halos;
};

struct search {
    const struct fuse_search_input *in;
    const struct network_file *network;
    const struct arch *arch;
    struct fused_input fused; /* without words */
    struct simulate_options simulate;
    struct residency_input run;
    struct fuse_groups *out;
    /* The chain at hand: its nodes, where stretches may begin (and, last, its
     * end), and the best way from one of these to another. */
    int *node, nodes;
    int *cut, cuts;
    struct way *way; /* cuts x cuts */
};

/* --- what it costs -------------------------------------------------------- */

static double cost_of(const struct search *s, const struct layer_result *r)
{
    struct arch own;
    struct energy_costs costs;
    struct layer_energy energy;
    if (s->in->objective == SEARCH_delay)
        return (double)r->cycles;
    arch_of_layer(s->arch, &r->layer, &own);
    const struct dram_cfg dram = tile_table_dram_cfg(&own);
    energy_costs_of(s->in->energy, &own, &costs);
    energy_of_layer(&costs, &own, r,
                    dram.kind == DRAM_PART ? dram_burst_bytes(&dram) : 0,
                    &energy);
    return energy.total;
}

static double cost_apart(const struct search *s, int cut)
{
    double cost = 0;
    for (int k = s->cut[cut]; k < s->cut[cut + 1]; k++)
        cost += cost_of(s, &s->in->apart[s->node[k]]);
    return cost;
}

/* --- a stretch ------------------------------------------------------------ */

/* Runs it; false: it cannot be worked on so. */
static bool try_way(struct search *s, const int *node, int nodes,
                    struct way *way)
{
    struct diag *quiet = diag_new();
    struct fuse_groups one = {0, NULL, 0};
    struct layer_result *sum = xcalloc((size_t)nodes, sizeof(*sum));
    bool lacks_room;
    way->exists =
        fuse_groups_add(s->network, node, nodes, way->tile, way->halos,
                        s->in->at, &one, quiet) &&
        fused_chain_run(&s->fused, &one.group[0], sum, &lacks_room, quiet);
    way->cost = 0;
    for (int k = 0; way->exists && k < nodes; k++)
        way->cost +=
            cost_of(s, sum[k].mapping_source != NULL ? &sum[k]
                                                     : &s->in->apart[node[k]]);
    s->out->tried++;
    fuse_groups_fini(&one);
    free(sum);
    diag_free(quiet);
    return way->exists;
}

/* The tile after one: half of it. */
static int smaller_tile(int tile)
{
    return tile > 1 ? (tile + 1) / 2 : 0;
}

static void try_stretch(struct search *s, int from, int to, struct way *best)
{
    const int *node = s->node + s->cut[from];
    const int nodes = s->cut[to] - s->cut[from];
    const struct layer *last = &s->network->rows->layer[node[nodes - 1]];
    const int whole = last->P > last->Q ? last->P : last->Q;
    int worse = 0;
    for (int tile = whole; tile > 0 && worse < 2; tile = smaller_tile(tile)) {
        const struct way was = *best;
        bool ran = false;
        for (int halos = 0; halos < (tile < whole ? 2 : 1); halos++) {
            struct way one = {false, 0, tile, (enum fuse_halos)halos};
            ran = try_way(s, node, nodes, &one) || ran;
            if (one.exists && (!best->exists || one.cost < best->cost))
                *best = one;
        }
        const bool is_better =
            best->exists && (!was.exists || best->cost < was.cost);
        worse = is_better ? 0 : worse + ran;
    }
}

static struct way *way_of(const struct search *s, int from, int to)
{
    return &s->way[from * s->cuts + to];
}

static void try_stretches(struct search *s)
{
    for (int steps = 2; steps < s->cuts; steps++)
        for (int from = 0; from + steps < s->cuts; from++) {
            const int to = from + steps;
            const bool parts_fit =
                steps == 2 || (way_of(s, from, to - 1)->exists &&
                               way_of(s, from + 1, to)->exists);
            if (parts_fit)
                try_stretch(s, from, to, way_of(s, from, to));
        }
}

/* --- a chain -------------------------------------------------------------- */

/* Adds the stretches of the least sum to what was found, in their order. */
static void cut_chain(struct search *s)
{
    double *least = xcalloc((size_t)s->cuts, sizeof(*least));
    int *before = xcalloc((size_t)s->cuts, sizeof(*before));
    struct diag *quiet = diag_new();
    for (int to = 1; to < s->cuts; to++) {
        before[to] = to - 1;
        least[to] = least[to - 1] + cost_apart(s, to - 1);
        for (int from = 0; from < to - 1; from++) {
            const struct way *w = way_of(s, from, to);
            if (w->exists && least[from] + w->cost < least[to]) {
                least[to] = least[from] + w->cost;
                before[to] = from;
            }
        }
    }
    int *stretch = xcalloc((size_t)s->cuts, sizeof(*stretch)), n = 0;
    for (int to = s->cuts - 1; to > 0; to = before[to])
        if (before[to] < to - 1)
            stretch[n++] = to;
    while (n-- > 0) {
        const int to = stretch[n], from = before[to];
        const struct way *w = way_of(s, from, to);
        SIM_CHECK(fuse_groups_add(s->network, s->node + s->cut[from],
                                  s->cut[to] - s->cut[from], w->tile, w->halos,
                                  s->in->at, s->out, quiet));
    }
    diag_free(quiet);
    free(stretch);
    free(least);
    free(before);
}

static enum node_place place_of(const struct search *s, int node)
{
    return node_place_of(s->arch, &s->network->rows->layer[node]);
}

static bool works(const struct search *s, int node)
{
    return place_of(s, node) == PLACE_ARRAY ||
           place_of(s, node) == PLACE_VECTOR;
}

static bool can_be_fused(const struct search *s, int node)
{
    const struct layer *l = &s->network->rows->layer[node];
    struct diag *quiet = diag_new();
    struct fusion f;
    const bool ok = (works(s, node) || place_of(s, node) == PLACE_EPILOGUE) &&
                    fusion_of(l, 1, 1, s->in->at, &f, quiet) &&
                    !(layer_is_mac(l) && pattern_steers(s->arch, l));
    diag_free(quiet);
    return ok;
}

/* The node that alone reads what this one makes, and nothing else; -1: there is
 * none. */
static int only_reader(const struct graph *g, int node)
{
    const struct graph_node *n = &g->node[node];
    if (n->n_out != 1 || fuse_readers_of(g, n->first_out) != 1)
        return -1;
    for (int i = node + 1; i < g->n_nodes; i++)
        if (g->node[i].n_in == 1 && g->node[i].in[0] == n->first_out)
            return i;
    return -1;
}

/* The longest chain from a node on; marks its nodes. */
static void take_chain(struct search *s, int first, bool *is_taken)
{
    s->nodes = 0;
    for (int node = first; node >= 0 && can_be_fused(s, node);
         node = only_reader(s->network->graph, node)) {
        is_taken[node] = true;
        s->node[s->nodes++] = node;
    }
    s->cuts = 0;
    for (int k = 0; k < s->nodes; k++)
        if (works(s, s->node[k]))
            s->cut[s->cuts++] = k;
    s->cut[s->cuts++] = s->nodes;
}

static void search_chains(struct search *s)
{
    const int n = s->network->graph->n_nodes;
    bool *is_taken = xcalloc((size_t)n, sizeof(*is_taken));
    s->node = xcalloc((size_t)n, sizeof(*s->node));
    s->cut = xcalloc((size_t)n + 1, sizeof(*s->cut));
    for (int i = 0; i < n; i++) {
        if (is_taken[i])
            continue;
        take_chain(s, i, is_taken);
        if (s->cuts < 3)
            continue;
        s->way = xcalloc((size_t)s->cuts * (size_t)s->cuts, sizeof(*s->way));
        try_stretches(s);
        cut_chain(s);
        free(s->way);
    }
    free(s->node);
    free(s->cut);
    free(is_taken);
}

bool fuse_search(const struct fuse_search_input *in, struct fuse_groups *out,
                 struct diag *d)
{
    memset(out, 0, sizeof(*out));
    if (in->run->simulate == NULL)
        return diag_error(d, in->at,
                          "'network.fuse' = \"search\" compares chains that "
                          "run, and closed forms run none; chains by name are "
                          "right, or 'accelsim run'");
    struct search s = {.in = in,
                       .network = in->run->network,
                       .arch = config_arch(in->run->cfg),
                       .simulate = *in->run->simulate,
                       .run = *in->run,
                       .out = out};
    s.simulate.check = s.simulate.show_mapping = false;
    s.run.simulate = &s.simulate;
    s.fused = (struct fused_input){&s.run, NULL, in->at};
    if (in->objective != SEARCH_delay && in->objective != SEARCH_energy)
        return diag_error(d, in->at,
                          "'network.fuse' is searched by a sum over nodes, and "
                          "'--objective %s' is none; 'delay' or 'energy' is "
                          "needed",
                          search_objective_name[in->objective]);
    if (s.arch->fuse_tile != 1 || s.arch->fuse_halos != HALOS_AGAIN)
        return diag_error(d, in->at,
                          "'network.fuse' = \"search\" finds tiles and halos "
                          "itself, and '%s' says them; without it, or by "
                          "chains' names, it is right",
                          s.arch->fuse_tile != 1 ? "network.fuse_tile"
                                                 : "network.fuse_halos");
    if (!fused_is_possible(&s.fused, d))
        return false;
    search_chains(&s);
    return true;
}
