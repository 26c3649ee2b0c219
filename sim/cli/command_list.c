/* command_list.c - lists what there is to be named on the command line: files
 * of configurations that a name finds, the layers of a network, and what is
 * built in.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_dataflow.h"
#include "mem/dram.h"
#include "sim/base/find_file.h"
#include "sim/base/nearest.h"
#include "sim/base/output.h"
#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/cli/show_config.h"
#include "sim/config/arch_check.h"
#include "sim/config/layer_text.h"
#include "sim/network/vector_result.h"

static const struct src_pos command_line = {NULL, 0};

/* What a row of a listing of files is made from. */
struct files {
    struct listing *l;
    /* Appends the row of a file.  false: it is none of the kind. */
    bool (*add)(struct listing *l, const char *name, const char *path,
                struct diag *d);
    const char *noun;
};

/* A file that cannot be read as one of its kind is left out, and told of. */
static void add_file(const char *path, void *context)
{
    const struct files *files = context;
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    struct diag *d = diag_new();
    char *name = xstrdup(file);
    name[strlen(name) - strlen(".cfg")] = '\0';
    if (!files->add(files->l, name, path, d))
        fprintf(stderr,
                "accelsim: '%s' is left out: it is no %s that can be "
                "read\n",
                path, files->noun);
    free(name);
    diag_free(d);
}

/* Words of the second operand. */
static uint64_t filter_words(const struct layer *l)
{
    return count_mul(count_mul((uint64_t)l->M, (uint64_t)(l->C / l->G)),
                     count_mul((uint64_t)l->R, (uint64_t)l->S));
}

/* Words that the network stores for a layer; rows of a table that no input has
 * chosen are among them. */
static uint64_t weights_of(const struct layer *l)
{
    if (l->op == LAYER_MATMUL)
        return 0;
    if (l->op == LAYER_gather)
        return count_mul((uint64_t)l->R, (uint64_t)l->M);
    if (!layer_is_mac(l))
        return vector_words_of(l).stored;
    return filter_words(l);
}

static bool add_network(struct listing *l, const char *name, const char *path,
                        struct diag *d)
{
    struct network_file net = {NULL, NULL, NULL, false};
    uint64_t macs = 0, weights = 0;
    bool ok = network_load(path, command_line, &net, d) &&
              network_set_batch(&net, 1, command_line, d);
    const struct workload *w = net.rows != NULL ? net.rows : net.workload;
    for (int i = 0; ok && i < w->n_layers; i++) {
        macs = count_add(macs, layer_macs(&w->layer[i]));
        weights = count_add(weights, weights_of(&w->layer[i]));
    }
    if (ok && macs <= COUNT_MAX && weights <= COUNT_MAX) {
        listing_text(l, name);
        listing_count(l, (uint64_t)w->n_layers);
        listing_count(l, macs);
        listing_count(l, weights);
        listing_text(l, path);
    }
    network_fini(&net);
    return ok;
}

static bool add_architecture(struct listing *l, const char *name,
                             const char *path, struct diag *d)
{
    struct config *cfg = config_load(path, NULL, 0, d);
    if (cfg == NULL)
        return false;
    const struct arch *arch = config_arch(cfg);
    char flows[sizeof(arch->dataflows)] = "";
    for (int i = 0; arch->dataflows[i][0] != '\0'; i++) {
        strcat(flows, i > 0 ? "," : "");
        strcat(flows, arch->dataflows[i]);
    }
    listing_text(l, name);
    listing_print(l, "%d x %d", arch->rows, arch->cols);
    listing_count(l, arch->clock_hz);
    listing_text(l, flows);
    listing_text(l, arch->default_network);
    listing_text(l, arch->dram_model);
    listing_text(l, arch->energy);
    listing_text(l, path);
    config_free(cfg);
    return true;
}

static bool add_energy(struct listing *l, const char *name, const char *path,
                       struct diag *d)
{
    struct energy_table *table = energy_load(path, command_line, d);
    if (table == NULL)
        return false;
    listing_text(l, name);
    listing_text(l, energy_unit(table));
    listing_text(l, path);
    energy_free(table);
    return true;
}

static struct listing *list_networks(struct invocation *s)
{
    static const char *const columns[] = {"name", "layers", "macs", "weights",
                                          "file"};
    struct listing *l = listing_new("networks", columns, 5);
    struct files files = {l, add_network, "network"};
    (void)s;
    find_each_config_file(CONFIG_NETWORK, add_file, &files);
    return l;
}

static struct listing *list_architectures(struct invocation *s)
{
    static const char *const columns[] = {
        "name", "pes",    "clock_hz", "dataflows", "default_network",
        "dram", "energy", "file"};
    struct listing *l = listing_new("architectures", columns, 8);
    struct files files = {l, add_architecture, "architecture"};
    (void)s;
    find_each_config_file(CONFIG_ARCHITECTURE, add_file, &files);
    return l;
}

static struct listing *list_energy(struct invocation *s)
{
    static const char *const columns[] = {"name", "unit", "file"};
    struct listing *l = listing_new("energy", columns, 3);
    struct files files = {l, add_energy, "energy table"};
    (void)s;
    find_each_config_file(CONFIG_ENERGY_TABLE, add_file, &files);
    return l;
}

static struct listing *list_memories(struct invocation *s)
{
    static const char *const columns[] = {"name", "clock_hz", "bus_bytes",
                                          "peak_bytes_per_second", "source"};
    struct listing *l = listing_new("memories", columns, 5);
    (void)s;
    listing_text(l, "ideal");
    for (int k = 0; k < 3; k++)
        listing_text(l, "");
    listing_text(l, "a tile is there when it is asked for");
    listing_text(l, "bandwidth");
    for (int k = 0; k < 3; k++)
        listing_text(l, "");
    listing_text(l, "dram.bytes_per_second and dram.latency_cycles");
    for (const struct dram_part *part = dram_parts; part->name != NULL;
         part++) {
        const struct dram_cfg cfg = {.kind = DRAM_PART, .part = part};
        listing_text(l, part->name);
        listing_count(l, part->clock_hz);
        listing_count(l, (uint64_t)part->bus_bytes);
        listing_count(l, part->clock_hz * (uint64_t)dram_burst_bytes(&cfg) /
                             (uint64_t)part->clocks_per_burst);
        listing_print(l, "%s, %s", part->part, part->source);
    }
    return l;
}

static void add_dataflow(struct listing *l, const struct dataflow *dataflow)
{
    char params[MAPPING_PARAMS_MAX * (MAPPING_NAME_BYTES + 1)] = "";
    for (int j = 0; dataflow->params[j].name != NULL; j++) {
        strcat(params, j > 0 ? " " : "");
        strcat(params, dataflow->params[j].name);
    }
    listing_text(l, dataflow->name);
    listing_text(l, params);
    listing_text(l, dataflow->on_systolic ? "yes" : "no");
    listing_text(l, dataflow->doc);
}

static struct listing *list_dataflows(struct invocation *s)
{
    static const char *const columns[] = {"name", "parameters", "on_systolic",
                                          "meaning"};
    struct listing *l = listing_new("dataflows", columns, 4);
    (void)s;
    for (int i = 0; dataflow_table[i] != NULL; i++)
        add_dataflow(l, dataflow_table[i]);
    add_dataflow(l, &nest_dataflow);
    return l;
}

/* Words of each tensor of a layer. */
static void tensor_words(const struct layer *l, uint64_t out[TENSOR_N])
{
    uint64_t n = (uint64_t)l->N;
    if (!layer_is_mac(l)) {
        const struct vector_words w = vector_words_of(l);
        out[TENSOR_IFMAP] = w.input;
        out[TENSOR_FILTER] = weights_of(l);
        out[TENSOR_PSUM] = w.output;
        return;
    }
    out[TENSOR_IFMAP] = count_mul(count_mul(n, (uint64_t)l->C),
                                  (uint64_t)l->H * (uint64_t)l->W);
    out[TENSOR_FILTER] = filter_words(l);
    out[TENSOR_PSUM] = count_mul(count_mul(n, (uint64_t)l->M),
                                 (uint64_t)l->P * (uint64_t)l->Q);
}

static void add_layer(struct listing *l, const struct layer *layer,
                      const struct arch *arch)
{
    uint64_t words[TENSOR_N], bits = 0;
    tensor_words(layer, words);
    struct arch own;
    if (arch != NULL)
        arch_of_layer(arch, layer, &own);
    for (int t = 0; t < TENSOR_N; t++)
        bits = count_add(bits,
                         count_mul(words[t], arch == NULL
                                                 ? 8
                                                 : (uint64_t)arch_map_bits(
                                                       &own, (enum tensor)t)));
    listing_text(l, layer->name);
    char steps[256];
    layer_steps_text(layer, ',', steps, sizeof(steps));
    listing_text(l, layer_op_name[layer->op]);
    listing_print(l, "N=%d,G=%d,M=%d,C=%d,H=%d,W=%d,R=%d,S=%d,%s", layer->N,
                  layer->G, layer->M, layer->C, layer->H, layer->W, layer->R,
                  layer->S, steps);
    listing_count(l, layer_macs(layer));
    listing_count(l, weights_of(layer));
    listing_count(l, bits / 8);
}

/* Bytes are of the machine's words, or without one of 8 bits each. */
static struct listing *list_layers(struct invocation *s)
{
    static const char *const columns[] = {"name", "op",      "shape",
                                          "macs", "weights", "bytes"};
    const struct options *o = &s->options;
    if (!foreign_take(&s->options, &s->foreign, s->diag))
        return NULL;
    const char *net = o->net;
    if (o->cfg != NULL &&
        (s->cfg = config_load(o->cfg, NULL, 0, s->diag)) == NULL)
        return NULL;
    if (net == NULL && s->cfg != NULL)
        net = config_arch(s->cfg)->default_network;
    if (net == NULL || net[0] == '\0') {
        diag_error(s->diag, command_line,
                   "'accelsim list layers' lists those of a network; '--net "
                   "NAME' is needed, and 'accelsim list networks' lists the "
                   "names");
        return NULL;
    }
    struct network_file *n = &s->network;
    if (!network_load(net, command_line, n, s->diag) ||
        !network_set_batch(n,
                           o->batch > 0                 ? o->batch
                           : n->workload->own_batch > 0 ? n->workload->own_batch
                                                        : 1,
                           command_line, s->diag))
        return NULL;
    const struct workload *w = n->rows != NULL ? n->rows : n->workload;
    struct listing *l = listing_new("layers", columns, 6);
    for (int i = 0; i < w->n_layers; i++)
        add_layer(l, &w->layer[i], s->cfg != NULL ? config_arch(s->cfg) : NULL);
    return l;
}

static const struct {
    const char *name;
    struct listing *(*list)(struct invocation *s); /* NULL after a message */
} lists[] = {
    {"networks", list_networks},           {"layers", list_layers},
    {"architectures", list_architectures}, {"energy", list_energy},
    {"memories", list_memories},           {"dataflows", list_dataflows},
};
enum { LISTS = sizeof(lists) / sizeof(lists[0]) };

/* Options of the list of layers are refused with the others. */
static bool options_have_a_use(const struct options *o, struct diag *d)
{
    static const char *const of_layers[] = {"cfg", "net", "batch"};
    bool ok = true;
    for (int i = 0; i < 3 && strcmp(o->operand, "layers") != 0; i++)
        if (o->given[option_find(of_layers[i]) - option_table])
            ok = diag_error(d, command_line,
                            "'accelsim list %s' has no use for '--%s'; it goes "
                            "with 'list layers'",
                            o->operand, of_layers[i]);
    return ok;
}

void command_list(struct invocation *s)
{
    const char *what = s->options.operand;
    struct nearest near;
    nearest_start(&near, what != NULL ? what : "");
    for (int i = 0; i < LISTS; i++) {
        nearest_offer(&near, lists[i].name);
        if (what == NULL || strcmp(what, lists[i].name) != 0)
            continue;
        if (!options_have_a_use(&s->options, s->diag) ||
            !output_is_possible("-o", s->options.output, s->diag))
            return;
        struct listing *l = lists[i].list(s);
        if (l != NULL && diag_count(s->diag) == 0)
            print_listing(s, l);
        else if (l != NULL)
            listing_free(l);
        return;
    }
    if (what == NULL)
        diag_error(s->diag, command_line,
                   "'accelsim list' lacks what to list; %s is needed",
                   command_operand[COMMAND_list]);
    else
        diag_error(s->diag, command_line,
                   "there is no list of '%s'; the nearest is '%s'", what,
                   near.best);
}
