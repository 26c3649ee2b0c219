/* graph_sort.c - the order in which a graph's nodes run: each behind those that
 * it reads from, and otherwise as the file has them.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/network/graph.h"

enum visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE };

/* A node on the way from a node to what it waits for, and how many of its
 * inputs have been followed. */
struct step {
    int node, followed;
};

struct sorter {
    struct graph *graph;
    enum visit *visit;  /* owns; of each node */
    struct step *way;   /* owns */
    int *order, n_done; /* owns; nodes in their new order */
    struct diag *d;
};

static bool waits_for_itself(const struct sorter *s, int node)
{
    const struct graph_node *n = &s->graph->node[node];
    return diag_error(s->d, node_pos(n, "in"),
                      "node '%s' waits for itself, by way of '%s'; a graph "
                      "has no cycles",
                      n->layer.name, s->graph->tensor[n->in[0]].name);
}

/* Appends a node behind all that it waits for. */
static bool append(struct sorter *s, int node)
{
    int n = 0;
    s->way[n++] = (struct step){node, 0};
    s->visit[node] = VISIT_OPEN;
    while (n > 0) {
        struct step *top = &s->way[n - 1];
        const struct graph_node *of = &s->graph->node[top->node];
        if (top->followed == of->n_in) {
            s->visit[top->node] = VISIT_DONE;
            s->order[s->n_done++] = top->node;
            n--;
            continue;
        }
        const int next = s->graph->tensor[of->in[top->followed++]].producer;
        if (next < 0 || s->visit[next] == VISIT_DONE)
            continue;
        if (s->visit[next] == VISIT_OPEN)
            return waits_for_itself(s, next);
        s->visit[next] = VISIT_OPEN;
        s->way[n++] = (struct step){next, 0};
    }
    return true;
}

static void rearrange(struct sorter *s)
{
    struct graph *g = s->graph;
    struct graph_node *sorted = xcalloc((size_t)g->n_nodes, sizeof(*sorted));
    for (int i = 0; i < g->n_nodes; i++) {
        sorted[i] = g->node[s->order[i]];
        for (int k = 0; k < sorted[i].n_out; k++)
            g->tensor[sorted[i].first_out + k].producer = i;
    }
    free(g->node);
    g->node = sorted;
}

bool graph_sort(struct graph *g, struct diag *d)
{
    struct sorter s = {.graph = g, .d = d};
    bool ok = true;
    s.visit = xcalloc((size_t)g->n_nodes, sizeof(*s.visit));
    s.way = xcalloc((size_t)g->n_nodes, sizeof(*s.way));
    s.order = xcalloc((size_t)g->n_nodes, sizeof(*s.order));
    for (int i = 0; ok && i < g->n_nodes; i++)
        if (s.visit[i] == VISIT_NEW)
            ok = append(&s, i);
    if (ok)
        rearrange(&s);
    free(s.visit);
    free(s.way);
    free(s.order);
    return ok;
}
