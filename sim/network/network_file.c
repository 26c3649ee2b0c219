/* network_file.c - reads a network's file, as a list of layers or as a graph,
 * and makes a workload of a graph's MAC nodes.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/network_file.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/config_kind.h"
#include "sim/base/find_file.h"
#include "sim/base/result.h"
#include "sim/config/layer_read.h"
#include "sim/network/vector_op.h"

static bool is_vector_layer(const struct setting *s)
{
    const struct setting *op = setting_member(s, "op");
    if (op == NULL)
        op = setting_member(s, "type");
    const char *name = op != NULL ? setting_string(op) : NULL;
    return name != NULL && vector_op_find(name) != LAYER_OP_N;
}

/* Whether a file has nodes, or layers that are no MAC loops. */
static bool is_graph(const struct setting *root)
{
    const struct setting *layers = setting_member(root, "layers");
    if (setting_member(root, "nodes") != NULL)
        return true;
    for (int i = 0; layers != NULL && i < setting_length(layers); i++)
        if (is_vector_layer(setting_item(layers, i)))
            return true;
    return false;
}

static struct workload *workload_new(const char *name, int n_layers)
{
    struct workload *w = xcalloc(1, sizeof(*w));
    snprintf(w->name, sizeof(w->name), "%s", name);
    w->batch = 1;
    w->layer = xcalloc((size_t)n_layers, sizeof(*w->layer));
    return w;
}

/* The nodes of a graph as layers. */
static struct workload *rows_of(const struct graph *g)
{
    struct workload *w = workload_new("", g->n_nodes);
    w->n_layers = g->n_nodes;
    for (int i = 0; i < g->n_nodes; i++)
        w->layer[i] = g->node[i].layer;
    return w;
}

/* Those with a MAC loop. */
static struct workload *mac_layers(const struct workload *rows)
{
    struct workload *w = workload_new(rows->name, rows->n_layers);
    w->batch = rows->batch;
    w->own_batch = rows->own_batch;
    for (int i = 0; i < rows->n_layers; i++)
        if (layer_is_mac(&rows->layer[i]))
            w->layer[w->n_layers++] = rows->layer[i];
    return w;
}

/* The keys of the file beside its nodes. */
static bool read_members(const struct setting *root, const char *path,
                         struct workload *w, struct diag *d)
{
    static const char *const known[] = {"name",  "batch",  "inputs",
                                        "nodes", "layers", NULL};
    bool ok = true;
    for (int i = 0; i < setting_length(root); i++) {
        const struct setting *s = setting_item(root, i);
        if (strcmp(setting_name(s), "name") == 0)
            ok = layer_read_name(s, w->name, sizeof(w->name), d) && ok;
        else if (strcmp(setting_name(s), "batch") == 0)
            ok = workload_read_batch(s, &w->own_batch, d) && ok;
        else
            for (int k = 0;; k++) {
                if (known[k] == NULL)
                    ok = setting_unknown_key(s, known, " of a network", d);
                if (known[k] == NULL || strcmp(known[k], setting_name(s)) == 0)
                    break;
            }
    }
    if (setting_member(root, "name") == NULL)
        ok = diag_error(d, (struct src_pos){path, 1},
                        "a network lacks 'name'; a string is needed");
    if (setting_member(root, "nodes") != NULL &&
        setting_member(root, "layers") != NULL)
        ok = diag_error(d, setting_pos(setting_member(root, "layers")),
                        "'layers' beside 'nodes'; a network has one of them");
    return ok;
}

static bool read_graph(struct config_text *text, const char *path,
                       struct network_file *out, struct diag *d)
{
    const struct setting *root = config_text_root(text);
    if (!config_kind_may_be(CONFIG_NETWORK, root, path, d)) {
        config_text_free(text);
        return false;
    }
    out->graph = graph_read(text, path, d);
    if (out->graph == NULL)
        return false;
    out->rows = rows_of(out->graph);
    if (!read_members(root, path, out->rows, d))
        return false;
    out->workload = mac_layers(out->rows);
    return true;
}

bool network_load(const char *name_or_path, struct src_pos at,
                  struct network_file *out, struct diag *d)
{
    char *path = find_config_file(name_or_path, CONFIG_NETWORK, at, d);
    struct network_file n = {NULL, NULL, NULL, false};
    bool ok = false;
    if (path == NULL)
        return false;
    struct config_text *text = config_text_read(path, at, d);
    if (text != NULL && is_graph(config_text_root(text))) {
        ok = read_graph(text, path, &n, d);
    } else if (text != NULL) {
        n.workload = workload_read(config_text_root(text), path, d);
        config_text_free(text);
        ok = n.workload != NULL;
    }
    free(path);
    if (ok)
        *out = n;
    else
        network_fini(&n);
    return ok;
}

void network_fini(struct network_file *n)
{
    workload_free(n->workload);
    workload_free(n->rows);
    graph_free(n->graph);
    *n = (struct network_file){NULL, NULL, NULL, false};
}

/* Makes the MAC layers anew, of the rows. */
static void renew_layers(struct network_file *n)
{
    workload_free(n->workload);
    n->workload = mac_layers(n->rows);
}

bool network_select(struct network_file *n, const char *selection,
                    struct diag *d)
{
    if (n->graph == NULL)
        return workload_select(n->workload, selection, d);
    const int all = n->rows->n_layers;
    if (!workload_select(n->rows, selection, d))
        return false;
    n->is_part = n->rows->n_layers < all;
    renew_layers(n);
    return true;
}

/* Whether the words of a node without a MAC loop can be counted, as those of
 * one with a loop are (layer_finish). */
static bool words_fit(const struct layer *l, struct src_pos at, struct diag *d)
{
    const uint64_t most = (uint64_t)1 << 50, N = (uint64_t)l->N;
    const uint64_t out = count_mul(count_mul(N, (uint64_t)l->M),
                                   count_mul((uint64_t)l->P, (uint64_t)l->Q));
    if (out <= most && count_mul(N, l->input_words) <= most)
        return true;
    return diag_error(d, at,
                      "a tensor of node '%s' has more than 2^50 words; a "
                      "smaller batch can be counted",
                      l->name);
}

bool network_set_batch(struct network_file *n, int batch, struct src_pos at,
                       struct diag *d)
{
    bool ok = true;
    if (n->graph == NULL)
        return workload_set_batch(n->workload, batch, at, d);
    for (int i = 0; i < n->rows->n_layers; i++) {
        struct layer *l = &n->rows->layer[i];
        ok = layer_set_batch(l, batch, at, d) &&
             (layer_is_mac(l) ? layer_finish(l, at, d) : words_fit(l, at, d)) &&
             ok;
    }
    n->rows->batch = batch;
    renew_layers(n);
    return ok;
}
