/* fuse_groups.c - finds the chains that are named by their ends, from the last
 * node back to the first.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/fuse_groups.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"

static int find_node(const struct graph *g, const char *name, struct src_pos at,
                     struct diag *d)
{
    char wanted[TENSOR_NAME_BYTES];
    struct nearest near;
    if (!layer_name_of(name, wanted, sizeof(wanted)))
        wanted[0] = '\0';
    nearest_start(&near, wanted);
    for (int i = 0; i < g->n_nodes; i++) {
        if (strcmp(g->node[i].layer.name, wanted) == 0)
            return i;
        nearest_offer(&near, g->node[i].layer.name);
    }
    diag_error(d, at,
               "'network.fuse' names '%s', which is no node; the nearest is "
               "'%s'",
               name, near.best);
    return -1;
}

static int count_readers(const struct graph *g, int tensor)
{
    int n = 0;
    for (int i = 0; i < g->n_nodes; i++)
        for (int k = 0; k < g->node[i].n_in; k++)
            n += g->node[i].in[k] == tensor;
    return n;
}

/* Fills node[0 .. n) from the first node to the last; returns n, or 0 where
 * there is no way between them that nobody else reads from. */
static int follow(const struct network_file *network, int first, int last,
                  int *node)
{
    const struct graph *g = network->graph;
    int n = 0, at = last;
    for (;;) {
        node[n++] = at;
        if (at == first)
            break;
        const int in = g->node[at].in[0];
        if (g->node[at].n_in != 1 || g->tensor[in].producer < 0 ||
            count_readers(g, in) != 1)
            return 0;
        at = g->tensor[in].producer;
    }
    for (int i = 0; i < n / 2; i++) {
        const int other = node[i];
        node[i] = node[n - 1 - i];
        node[n - 1 - i] = other;
    }
    return n;
}

static bool find_group(const struct network_file *network, char *text, int tile,
                       struct src_pos at, struct fuse_group *out,
                       struct diag *d)
{
    char *colon = strchr(text, ':');
    if (colon == NULL)
        return diag_error(d, at,
                          "'network.fuse' has '%s'; FIRST:LAST is needed, two "
                          "nodes of a chain",
                          text);
    *colon = '\0';
    const int first = find_node(network->graph, text, at, d);
    const int last = find_node(network->graph, colon + 1, at, d);
    if (first < 0 || last < 0)
        return false;
    struct layer *chain =
        xcalloc((size_t)network->rows->n_layers, sizeof(*chain));
    memcpy(out->first, network->rows->layer[first].name, sizeof(out->first));
    memcpy(out->last, network->rows->layer[last].name, sizeof(out->last));
    out->node = xcalloc((size_t)network->rows->n_layers, sizeof(*out->node));
    out->nodes = follow(network, first, last, out->node);
    for (int i = 0; i < out->nodes; i++)
        chain[i] = network->rows->layer[out->node[i]];
    bool ok = out->nodes > 0 ||
              diag_error(d, at,
                         "'network.fuse': from '%s' to '%s' leads no chain of "
                         "nodes, each the only one that reads what the one "
                         "before makes",
                         out->first, out->last);
    ok = ok && fusion_of(chain, out->nodes, tile, at, &out->found, d);
    free(chain);
    return ok;
}

bool fuse_groups_find(const struct arch *arch,
                      const struct network_file *network, struct src_pos at,
                      struct fuse_groups *out, struct diag *d)
{
    char *text = xstrdup(arch->fuse), *rest = text, *item;
    bool ok = true;
    memset(out, 0, sizeof(*out));
    while (arch->fuse[0] != '\0' && (item = strsep(&rest, ",")) != NULL) {
        out->group =
            xrealloc(out->group, (size_t)out->n + 1, sizeof(*out->group));
        memset(&out->group[out->n], 0, sizeof(*out->group));
        ok = find_group(network, item, arch->fuse_tile, at,
                        &out->group[out->n++], d) &&
             ok;
    }
    free(text);
    return ok;
}

void fuse_groups_fini(struct fuse_groups *g)
{
    for (int i = 0; i < g->n; i++)
        free(g->group[i].node);
    free(g->group);
    memset(g, 0, sizeof(*g));
}
