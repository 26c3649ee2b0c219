/* graph_read.c - reads the nodes of a network's file, names their tensors and
 * finds what each node reads by its name.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/config/layer_keys.h"
#include "sim/config/layer_read.h"
#include "sim/config/workload.h"
#include "sim/network/graph.h"
#include "sim/network/vector_op.h"

/* A tensor's name, sorted to be found. */
struct place {
    const char *name;
    int tensor;
};

struct reader {
    struct graph *graph;
    int n_inputs;
    struct place *place; /* owns; by name */
    struct diag *d;
};

uint64_t map_shape_words(struct map_shape s)
{
    return (uint64_t)s.C * (uint64_t)s.H * (uint64_t)s.W;
}

struct src_pos node_pos(const struct graph_node *node, const char *key)
{
    const struct setting *s = setting_member(node->said, key);
    return setting_pos(s != NULL ? s : node->said);
}

void graph_free(struct graph *g)
{
    if (g == NULL)
        return;
    for (int i = 0; i < g->n_nodes; i++)
        free(g->node[i].in);
    free(g->node);
    free(g->tensor);
    config_text_free(g->text);
    free(g);
}

static bool read_size(const struct setting *s, int *out, struct diag *d)
{
    long long value;
    if (!setting_whole_number(s, &value))
        return diag_error(d, setting_pos(s),
                          "'%s' is %s; a whole number is needed",
                          setting_name(s), setting_kind(s));
    if (value < 1 || value > LAYER_DIM_MAX)
        return diag_error(d, setting_pos(s), "'%s' is %lld; it may be 1 to %d",
                          setting_name(s), value, LAYER_DIM_MAX);
    *out = (int)value;
    return true;
}

static bool read_flag(const struct setting *s, bool *out, struct diag *d)
{
    *out = setting_is_true(s);
    return setting_type(s) == SETTING_BOOL ||
           diag_error(d, setting_pos(s), "'%s' is %s; true or false is needed",
                      setting_name(s), setting_kind(s));
}

/* { name = "image"; C = 3; H = 224; W = 224; } */
static bool read_input(const struct reader *r, const struct setting *s,
                       struct graph_tensor *t)
{
    static const char *const known[] = {"name", "C",     "H", "W",
                                        "bits", "cache", NULL};
    bool ok = true;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(r->d, setting_pos(s),
                          "an input is %s; a group { name = \"...\"; C = ...; "
                          "H = ...; W = ...; } is needed",
                          setting_kind(s));
    t->producer = -1;
    t->shape = (struct map_shape){0, 1, 1};
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *item = setting_item(s, i);
        const char *key = setting_name(item);
        int *const place = strcmp(key, "C") == 0      ? &t->shape.C
                           : strcmp(key, "H") == 0    ? &t->shape.H
                           : strcmp(key, "W") == 0    ? &t->shape.W
                           : strcmp(key, "bits") == 0 ? &t->bits
                                                      : NULL;
        if (place != NULL)
            ok = read_size(item, place, r->d) && ok;
        else if (strcmp(key, "name") == 0)
            ok = layer_read_name(item, t->name, 64, r->d) && ok;
        else if (strcmp(key, "cache") == 0)
            ok = read_flag(item, &t->is_cache, r->d) && ok;
        else
            ok = setting_unknown_key(item, known, " of an input", r->d);
    }
    if (setting_member(s, "name") == NULL || setting_member(s, "C") == NULL)
        ok = diag_error(r->d, setting_pos(s),
                        "an input lacks 'name' or 'C'; it has a name and "
                        "channels, and H and W where they are not 1");
    if (ok && t->bits > 64)
        ok = diag_error(r->d, setting_pos(setting_member(s, "bits")),
                        "'bits' is %d; it may be 1 to 64", t->bits);
    return ok;
}

static bool read_op(const struct setting *s, struct layer *l, struct diag *d)
{
    const struct setting *op = setting_member(s, "op");
    const struct setting *type = setting_member(s, "type");
    struct nearest near;
    if (op != NULL && type != NULL)
        return diag_error(d, setting_pos(type),
                          "both 'op' and 'type' are given, which say the same; "
                          "one of them is needed");
    if (op == NULL)
        op = type;
    const char *name = op != NULL ? setting_string(op) : NULL;
    if (op == NULL)
        return true; /* a convolution */
    if (name != NULL && layer_set_op(l, name))
        return true;
    if (name != NULL && vector_op_find(name) != LAYER_OP_N) {
        l->op = vector_op_find(name);
        return true;
    }
    if (name == NULL)
        return diag_error(d, setting_pos(op), "'%s' is %s; a string is needed",
                          setting_name(op), setting_kind(op));
    nearest_start(&near, name);
    for (int i = 0; i < LAYER_OP_N; i++)
        nearest_offer(&near, layer_op_name[i]);
    return diag_error(d, setting_pos(op),
                      "'%s' is '%s', which is no operation; the nearest is "
                      "'%s'",
                      setting_name(op), name, near.best);
}

/* How many tensors a node makes; 0 after a message. */
static int count_outputs(const struct graph_node *n, struct diag *d)
{
    const struct setting *parts = setting_member(n->said, "parts");
    int count = 0;
    if (n->layer.op != LAYER_split)
        return 1;
    if (parts == NULL) {
        diag_error(d, setting_pos(n->said),
                   "node '%s' lacks 'parts'; a split says into how many",
                   n->layer.name);
        return 0;
    }
    if (!read_size(parts, &count, d))
        return 0;
    if (count <= 1024)
        return count;
    diag_error(d, setting_pos(parts), "'parts' is %d; it may be 1 to 1024",
               count);
    return 0;
}

static bool read_head(struct reader *r, const struct setting *s,
                      struct graph_node *n)
{
    const struct setting *name;
    n->said = s;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(r->d, setting_pos(s),
                          "a node is %s; a group { name = \"...\"; op = "
                          "\"...\"; in = [\"...\"]; ... } is needed",
                          setting_kind(s));
    name = setting_member(s, "name");
    if (name == NULL)
        return diag_error(r->d, setting_pos(s),
                          "a node lacks 'name'; it names its output");
    return layer_read_name(name, n->layer.name, sizeof(n->layer.name), r->d) &&
           read_op(s, &n->layer, r->d) &&
           (n->n_out = count_outputs(n, r->d)) > 0;
}

static int by_name(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    int order = strcmp(p->name, q->name);
    return order != 0 ? order
                      : (p->tensor > q->tensor) - (p->tensor < q->tensor);
}

/* Where the name of a tensor stands in the file. */
static struct src_pos name_pos(const struct reader *r, int tensor)
{
    const int producer = r->graph->tensor[tensor].producer;
    if (producer >= 0)
        return node_pos(&r->graph->node[producer], "name");
    const struct setting *inputs =
        setting_member(config_text_root(r->graph->text), "inputs");
    return setting_pos(setting_member(setting_item(inputs, tensor), "name"));
}

/* Names the outputs behind the inputs; two may not have one name. */
static bool name_tensors(struct reader *r)
{
    struct graph *g = r->graph;
    int at = r->n_inputs;
    bool ok = true;
    for (int i = 0; i < g->n_nodes; i++) {
        struct graph_node *n = &g->node[i];
        n->first_out = at;
        for (int k = 0; k < n->n_out; k++, at++) {
            struct graph_tensor *t = &g->tensor[at];
            t->producer = i;
            if (n->layer.op == LAYER_split)
                snprintf(t->name, sizeof(t->name), "%s.%d", n->layer.name, k);
            else
                snprintf(t->name, sizeof(t->name), "%s", n->layer.name);
        }
    }
    r->place = xcalloc((size_t)g->n_tensors + 1, sizeof(*r->place));
    for (int i = 0; i < g->n_tensors; i++)
        r->place[i] = (struct place){g->tensor[i].name, i};
    qsort(r->place, (size_t)g->n_tensors, sizeof(*r->place), by_name);
    for (int i = 1; i < g->n_tensors; i++) {
        const struct place *p = &r->place[i];
        if (p->name[0] == '\0' || strcmp(p->name, p[-1].name) != 0)
            continue;
        ok = diag_error(r->d, name_pos(r, p->tensor),
                        "two tensors have the name '%s'; names of inputs and "
                        "nodes must differ",
                        p->name);
    }
    return ok;
}

/* The tensor that a node names as its input; -1 after a message. */
static int find_input(const struct reader *r, const struct setting *s,
                      const struct graph_node *n)
{
    char name[TENSOR_NAME_BYTES];
    const char *text = setting_string(s);
    struct place wanted = {name, -1};
    struct nearest near;
    if (text == NULL || !layer_name_of(text, name, sizeof(name))) {
        diag_error(r->d, setting_pos(s),
                   "'in' of node '%s' has %s; names of inputs or nodes are "
                   "needed",
                   n->layer.name,
                   text == NULL ? setting_kind(s) : "a name that is too long");
        return -1;
    }
    /* The first that is not before it. */
    int low = 0, high = r->graph->n_tensors;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (by_name(&r->place[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < r->graph->n_tensors && strcmp(r->place[low].name, name) == 0)
        return r->place[low].tensor;
    if (diag_is_full(r->d)) {
        diag_error(r->d, setting_pos(s), "no tensor '%s'", name);
        return -1;
    }
    nearest_start(&near, name);
    for (int i = 0; i < r->graph->n_tensors; i++)
        nearest_offer(&near, r->graph->tensor[i].name);
    diag_error(r->d, setting_pos(s),
               "node '%s' reads '%s', which is no input and no node; the "
               "nearest is '%s'",
               n->layer.name, name, near.best);
    return -1;
}

static bool inputs_are_enough(const struct reader *r,
                              const struct graph_node *n)
{
    const struct vector_op *op = vector_op_of(n->layer.op);
    const int least = op != NULL                    ? op->least_inputs
                      : n->layer.op == LAYER_MATMUL ? 2
                                                    : 1;
    const int most = op != NULL ? op->most_inputs : least;
    if (n->n_in >= least && n->n_in <= most)
        return true;
    return diag_error(r->d, node_pos(n, "in"),
                      "node '%s' has %d inputs; its operation, '%s', takes "
                      "%d%s%d",
                      n->layer.name, n->n_in, layer_op_name[n->layer.op], least,
                      most > least ? " to " : "; it may be ", most);
}

/* in = ["a", "b"], or "a" alone. */
static bool find_inputs(const struct reader *r, struct graph_node *n)
{
    const struct setting *in = setting_member(n->said, "in");
    bool ok = true;
    if (in == NULL)
        return diag_error(r->d, setting_pos(n->said),
                          "node '%s' lacks 'in'; it names the tensors that "
                          "the node reads",
                          n->layer.name);
    n->n_in = setting_is_list(in) ? setting_length(in) : 1;
    if (!inputs_are_enough(r, n))
        return false;
    n->in = xcalloc((size_t)n->n_in, sizeof(*n->in));
    for (int i = 0; i < n->n_in; i++) {
        n->in[i] =
            find_input(r, setting_is_list(in) ? setting_item(in, i) : in, n);
        ok = n->in[i] >= 0 && ok;
    }
    return ok;
}

/* Nodes of a list have inputs that nothing makes, without names. */
static void own_inputs(struct reader *r, struct graph_node *n, int *next)
{
    const struct vector_op *op = vector_op_of(n->layer.op);
    n->n_in = op != NULL                    ? op->least_inputs
              : n->layer.op == LAYER_MATMUL ? 2
                                            : 1;
    n->in = xcalloc((size_t)n->n_in, sizeof(*n->in));
    for (int i = 0; i < n->n_in; i++) {
        r->graph->tensor[*next].producer = -1;
        n->in[i] = (*next)++;
    }
}

static bool read_inputs(struct reader *r, const struct setting *root,
                        const char *path)
{
    const struct setting *inputs = setting_member(root, "inputs");
    bool ok = true;
    if (r->graph->is_list)
        return true;
    if (inputs == NULL || setting_type(inputs) != SETTING_LIST ||
        setting_length(inputs) == 0)
        return diag_error(r->d,
                          inputs != NULL ? setting_pos(inputs)
                                         : (struct src_pos){path, 1},
                          "a graph lacks 'inputs'; a list ( { name = \"...\"; "
                          "C = ...; H = ...; W = ...; }, ... ) is needed");
    for (int i = 0; i < r->n_inputs; i++)
        ok = read_input(r, setting_item(inputs, i), &r->graph->tensor[i]) && ok;
    return ok;
}

static bool connect(struct reader *r)
{
    struct graph *g = r->graph;
    int next = 0;
    bool ok = name_tensors(r);
    for (int i = 0; ok && i < g->n_nodes; i++)
        if (g->is_list)
            own_inputs(r, &g->node[i], &next);
    for (int i = 0; i < g->n_nodes && !g->is_list; i++)
        ok = find_inputs(r, &g->node[i]) && ok;
    free(r->place);
    return ok;
}

/* Counts the tensors that come from outside: of a list, as many as its nodes
 * read. */
static int count_inputs(const struct graph *g, const struct setting *root)
{
    const struct setting *inputs = setting_member(root, "inputs");
    int n = 0;
    if (!g->is_list)
        return inputs != NULL ? setting_length(inputs) : 0;
    for (int i = 0; i < g->n_nodes; i++) {
        const struct vector_op *op = vector_op_of(g->node[i].layer.op);
        n += op != NULL                            ? op->least_inputs
             : g->node[i].layer.op == LAYER_MATMUL ? 2
                                                   : 1;
    }
    return n;
}

static bool read_nodes(struct reader *r, const struct setting *nodes,
                       const struct setting *root, const char *path)
{
    struct graph *g = r->graph;
    int outputs = 0;
    bool ok = true;
    if (setting_type(nodes) != SETTING_LIST || setting_length(nodes) == 0)
        return diag_error(r->d, setting_pos(nodes),
                          "'%s' is %s; a list ( { name = \"...\"; op = "
                          "\"...\"; ... }, ... ) is needed",
                          setting_name(nodes),
                          setting_type(nodes) != SETTING_LIST
                              ? setting_kind(nodes)
                              : "empty");
    g->n_nodes = setting_length(nodes);
    g->node = xcalloc((size_t)g->n_nodes, sizeof(*g->node));
    for (int i = 0; i < g->n_nodes; i++) {
        ok = read_head(r, setting_item(nodes, i), &g->node[i]) && ok;
        outputs += g->node[i].n_out;
    }
    if (!ok)
        return false;
    r->n_inputs = count_inputs(g, root);
    g->n_tensors = r->n_inputs + outputs;
    g->tensor = xcalloc((size_t)g->n_tensors, sizeof(*g->tensor));
    return read_inputs(r, root, path) && connect(r) && graph_sort(g, r->d) &&
           graph_infer_shapes(g, r->d);
}

struct graph *graph_read(struct config_text *text, const char *path,
                         struct diag *d)
{
    const struct setting *root = config_text_root(text);
    const struct setting *nodes = setting_member(root, "nodes");
    struct graph *g = xcalloc(1, sizeof(*g));
    struct reader r = {.graph = g, .d = d};
    g->text = text;
    g->is_list = nodes == NULL;
    if (g->is_list)
        nodes = setting_member(root, "layers");
    if (read_nodes(&r, nodes, root, path))
        return g;
    graph_free(g);
    return NULL;
}
