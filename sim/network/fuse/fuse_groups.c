/* fuse_groups.c - finds the chains that are named by their ends, from the last
 * node back to the first.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/fuse/fuse_groups.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"

const char *const fuse_halos_name[2] = {"again", "kept"};

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

int fuse_readers_of(const struct graph *g, int tensor)
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
            fuse_readers_of(g, in) != 1)
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

bool fuse_groups_add(const struct network_file *network, const int *node,
                     int nodes, int tile, enum fuse_halos halos,
                     struct src_pos at, struct fuse_groups *out, struct diag *d)
{
    const struct layer *rows = network->rows->layer;
    struct layer *chain = xcalloc((size_t)nodes, sizeof(*chain));
    struct fuse_group g;
    memset(&g, 0, sizeof(g));
    for (int i = 0; i < nodes; i++)
        chain[i] = rows[node[i]];
    const bool ok = fusion_of(chain, nodes, tile, at, &g.found, d);
    memcpy(g.first, chain[0].name, sizeof(g.first));
    memcpy(g.last, chain[nodes - 1].name, sizeof(g.last));
    free(chain);
    if (!ok)
        return false;
    g.nodes = nodes;
    g.tile = tile;
    g.halos = halos;
    g.node = xcalloc((size_t)nodes, sizeof(*g.node));
    memcpy(g.node, node, (size_t)nodes * sizeof(*g.node));
    out->group = xrealloc(out->group, (size_t)out->n + 1, sizeof(*out->group));
    out->group[out->n++] = g;
    return true;
}

/* Reads what stands behind the nodes of a chain: nothing, or its tile, and
 * then, or not, its halos. */
static bool read_tile(char *text, const char *item, struct src_pos at,
                      int *tile, enum fuse_halos *halos, struct diag *d)
{
    char *halo = text != NULL ? strchr(text, ':') : NULL, *end;
    if (halo != NULL)
        *halo++ = '\0';
    if (text != NULL) {
        const long n = strtol(text, &end, 10);
        if (*text < '0' || *text > '9' || *end != '\0' || n < 1 || n > 65535)
            return diag_error(d, at,
                              "'network.fuse' has '%s' with a tile of '%s'; a "
                              "whole number from 1 to 65535 is needed",
                              item, text);
        *tile = (int)n;
    }
    if (halo == NULL)
        return true;
    *halos = strcmp(halo, "kept") == 0 ? HALOS_KEPT : HALOS_AGAIN;
    return *halos == HALOS_KEPT || strcmp(halo, "again") == 0 ||
           diag_error(d, at,
                      "'network.fuse' has '%s' with halos '%s'; they may be "
                      "'again' or 'kept'",
                      item, halo);
}

static bool find_group(const struct arch *arch,
                       const struct network_file *network, const char *item,
                       struct src_pos at, struct fuse_groups *out,
                       struct diag *d)
{
    const char *const colon = strchr(item, ':');
    if (colon == NULL)
        return diag_error(d, at,
                          "'network.fuse' has '%s'; FIRST:LAST is needed, two "
                          "nodes of a chain, or \"search\"",
                          item);
    char *text = xstrdup(item), *last = text + (colon - item);
    int tile = arch->fuse_tile;
    enum fuse_halos halos = arch->fuse_halos;
    *last++ = '\0';
    char *more = strchr(last, ':');
    if (more != NULL)
        *more++ = '\0';
    bool ok = read_tile(more, item, at, &tile, &halos, d);
    if (ok) {
        const int from = find_node(network->graph, text, at, d);
        const int to = find_node(network->graph, last, at, d);
        int *node = xcalloc((size_t)network->rows->n_layers, sizeof(*node));
        const int n = from < 0 || to < 0 ? 0 : follow(network, from, to, node);
        ok = from >= 0 && to >= 0 &&
             (n > 1 ||
              diag_error(d, at,
                         "'network.fuse': from '%s' to '%s' leads no chain of "
                         "two nodes or more, each the only one that reads what "
                         "the one before makes",
                         text, last)) &&
             fuse_groups_add(network, node, n, tile, halos, at, out, d);
        free(node);
    }
    free(text);
    return ok;
}

bool fuse_is_searched(const struct arch *arch)
{
    return strcmp(arch->fuse, "search") == 0;
}

bool fuse_groups_find(const struct arch *arch,
                      const struct network_file *network, struct src_pos at,
                      struct fuse_groups *out, struct diag *d)
{
    char *text = xstrdup(arch->fuse), *rest = text, *item;
    bool ok = true;
    memset(out, 0, sizeof(*out));
    while (arch->fuse[0] != '\0' && !fuse_is_searched(arch) &&
           (item = strsep(&rest, ",")) != NULL)
        ok = find_group(arch, network, item, at, out, d) && ok;
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
