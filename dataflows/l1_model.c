/* l1_model.c - closed form of L1 and of the network in front of it.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/l1_model.h"

static int count_nodes(uint64_t nodes)
{
    int n = 0;
    for (; nodes != 0; nodes &= nodes - 1)
        n++;
    return n;
}

int mesh_tree_links(int rows, int cols, int source, uint64_t nodes)
{
    int row = source / cols, col = source % cols;
    int west = col, east = col, links = count_nodes(nodes);
    for (int c = 0; c < cols; c++) {
        int north = row, south = row;
        for (int r = 0; r < rows; r++) {
            if ((nodes >> (r * cols + c) & 1) == 0)
                continue;
            north = r < north ? r : north;
            south = r > south ? r : south;
            west = c < west ? c : west;
            east = c > east ? c : east;
        }
        links += south - north;
    }
    return links + east - west;
}

uint64_t l1_copies(uint64_t clusters)
{
    return (uint64_t)count_nodes(clusters);
}

uint64_t l1_hops(const struct arch *a, uint64_t clusters)
{
    if (a->l2_to_l1 != L2_TO_L1_MESH)
        return l1_copies(clusters);
    return (uint64_t)mesh_tree_links(cluster_grid_rows(a), cluster_grid_cols(a),
                                     0, clusters);
}

void l1_expect_start(const struct arch *arch, struct counts *out)
{
    if (!arch->has_l1)
        return;
    struct link_words *link = out->link;
    link[LINK_filter_l1].words_sent = link[LINK_filter].words_sent;
    link[LINK_ifmap_l1].words_sent = link[LINK_ifmap].words_sent;
    link[LINK_filter].words_sent = link[LINK_ifmap].words_sent = 0;
}

static void add_words(const struct arch *a, enum tensor tensor,
                      uint64_t clusters, uint64_t words, struct counts *out)
{
    bool filter = tensor == TENSOR_FILTER;
    struct link_words *to_l1 =
        &out->link[filter ? LINK_filter_l1 : LINK_ifmap_l1];
    struct link_words *to_pe = &out->link[filter ? LINK_filter : LINK_ifmap];
    const uint64_t copies = count_mul(words, l1_copies(clusters));
    const uint64_t hops = count_mul(words, l1_hops(a, clusters));
    to_l1->words_delivered = count_add(to_l1->words_delivered, copies);
    to_l1->hops = count_add(to_l1->hops, hops);
    to_pe->words_sent = count_add(to_pe->words_sent, copies);
    if (a->l1_bypass[tensor])
        return;
    struct accesses *l1 = &out->access[LEVEL_L1][tensor];
    l1->writes = count_add(l1->writes, copies);
    l1->reads = count_add(l1->reads, copies);
}

static uint64_t cluster_bit(const struct arch *a, const struct pe_sets *used,
                            int b, int i, int t, int y)
{
    return (uint64_t)1 << cluster_of(a, place_pe(a, used, b, i, t, y));
}

/* A held word goes to the chains of one set. */
static void each_held(const struct arch *a, const struct l1_passes *p,
                      const struct l1_visitor *v)
{
    const struct pe_sets *u = &p->used;
    const int sets = u->sets / p->groups;
    for (int t = 0; t < u->sets; t++)
        for (int b = 0; b < u->blocks; b++)
            for (int i = 0; i < u->block_rows; i++) {
                int filters =
                    t % sets == sets - 1 ? p->filters_tail : p->filters;
                int channels =
                    b == u->blocks - 1 ? p->channels_tail : p->channels;
                uint64_t clusters = 0;
                for (int y = 0; y < u->set_chains; y++)
                    clusters |= cluster_bit(a, u, b, i, t, y);
                v->visit(
                    v->context, p->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER,
                    clusters, (uint64_t)(filters * channels), p->held_words);
            }
}

/* A window word goes to the PEs of a block that work on its row, in the sets
 * of its group. */
static void each_window(const struct arch *a, const struct l1_passes *p,
                        int group, const struct l1_visitor *v)
{
    const struct pe_sets *u = &p->used;
    const int sets = u->sets / p->groups, first = group * sets;
    for (int b = 0; b < u->blocks; b++) {
        int channels = b == u->blocks - 1 ? p->channels_tail : p->channels;
        int rows = (u->set_chains - 1) * p->chain_step +
                   (u->block_rows - 1) * p->row_step + 1;
        for (int h = 0; h < rows; h++) {
            uint64_t clusters = 0;
            for (int i = 0; i < u->block_rows; i++) {
                int y = (h - i * p->row_step) / p->chain_step;
                if (h < i * p->row_step || y >= u->set_chains ||
                    i * p->row_step + y * p->chain_step != h)
                    continue;
                for (int t = first; t < first + sets; t++)
                    clusters |= cluster_bit(a, u, b, i, t, y);
            }
            if (clusters != 0)
                v->visit(v->context,
                         p->holds_ifmap ? TENSOR_FILTER : TENSOR_IFMAP,
                         clusters, (uint64_t)channels, p->window_words);
        }
    }
}

void l1_each_word(const struct arch *a, const struct l1_passes *passes,
                  const struct l1_visitor *visitor)
{
    each_held(a, passes, visitor);
    for (int group = 0; group < passes->groups; group++)
        each_window(a, passes, group, visitor);
}

/* What passes add, so many of them. */
struct adding {
    const struct arch *arch;
    uint64_t times;
    struct counts *out;
};

static void add_each(void *context, enum tensor tensor, uint64_t clusters,
                     uint64_t channels, uint64_t words)
{
    const struct adding *to = context;
    add_words(to->arch, tensor, clusters, to->times * channels * words,
              to->out);
}

void l1_expect_add(const struct arch *a, const struct l1_passes *passes,
                   struct counts *out)
{
    struct adding to = {a, passes->times, out};
    const struct l1_visitor adder = {&to, add_each};
    if (a->has_l1 && passes->times > 0)
        l1_each_word(a, passes, &adder);
}
