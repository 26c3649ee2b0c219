/* invocation.c - reads what the options name: the architecture, its dataflow
 * and mappings, the energy table, the layers.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/invocation.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_dataflow.h"
#include "sim/base/file_use.h"
#include "sim/base/output.h"
#include "sim/choose/gate.h"
#include "sim/config/layer_text.h"
#include "sim/network/residency.h"
#include "sim/plugin/plugin_load.h"
#include "sim/process/clock.h"

static const struct src_pos command_line = {NULL, 0};

bool invocation_is_single_layer(const struct invocation *s)
{
    return s->options.shape != NULL || s->options.gemm != NULL;
}

static struct workload *single_layer(const struct options *o, struct diag *d)
{
    struct layer layer;
    bool ok = o->shape != NULL ? layer_parse_shape(o->shape, &layer, d)
                               : layer_parse_gemm(o->gemm, &layer, d);
    return ok ? workload_of_layer(&layer) : NULL;
}

/* Sets s->network. */
static bool read_network(struct invocation *s)
{
    const struct options *o = &s->options;
    const char *standard = config_arch(s->cfg)->default_network;
    if (o->net != NULL)
        return network_load(o->net, command_line, &s->network, s->diag);
    if (standard[0] != '\0')
        return network_load(standard, config_pos(s->cfg, "default.network"),
                            &s->network, s->diag);
    return diag_error(s->diag, command_line,
                      "'--net' is missing and '%s' has no 'default.network'; a "
                      "network, --shape or --gemm is needed",
                      config_arch(s->cfg)->name);
}

/* What stays between nodes is planned by commands that report all of them, on
 * the native kernel. */
static bool residency_goes_with(const struct options *o,
                                const struct invocation *s)
{
    const bool plans = o->command == COMMAND_run || o->command == COMMAND_model;
    if (!residency_is_planned(config_arch(s->cfg)))
        return true;
    if (plans &&
        (o->command == COMMAND_model || strcmp(o->kernel, "systemc") != 0))
        return true;
    const bool is_cache = config_arch(s->cfg)->residency == RESIDENCY_NONE;
    const char *key = is_cache ? "network.cache" : "network.residency";
    return diag_error(s->diag, config_pos(s->cfg, key),
                      "'%s' is planned by 'accelsim run' with '--kernel "
                      "native' and by 'accelsim model'; here it may be \"%s\"",
                      key, is_cache ? "dram" : "none");
}

static bool fusion_goes_with(const struct options *o,
                             const struct invocation *s)
{
    if (config_arch(s->cfg)->fuse[0] == '\0')
        return true;
    if (s->network.graph != NULL && !s->network.graph->is_list &&
        !s->network.is_part &&
        (o->command == COMMAND_model ||
         (o->command == COMMAND_run && strcmp(o->kernel, "native") == 0)))
        return true;
    return diag_error(s->diag, config_pos(s->cfg, "network.fuse"),
                      "'network.fuse' is about chains of a whole graph: "
                      "'accelsim model' reports it in closed form, and "
                      "'accelsim run' with '--kernel native' runs it; here it "
                      "may be \"\"");
}

/* Says what a command that is about MAC loops leaves out. */
static bool warn_of_nodes_left_out(const struct invocation *s)
{
    const enum command command = s->options.command;
    const struct network_file *n = &s->network;
    const int others = n->rows->n_layers - n->workload->n_layers;
    if (others > 0 && s->options.systemc.memory.is_foreign)
        return diag_error(s->diag, command_line,
                          "%d nodes of '%s' have no MAC loop and ask the "
                          "machine's own DRAM, and '--sc-memory' is another; "
                          "'--layer' can leave them out",
                          others, n->workload->name);
    if (others == 0 || (command != COMMAND_map && command != COMMAND_reuse &&
                        command != COMMAND_explain))
        return true;
    if (n->workload->n_layers == 0)
        return diag_error(s->diag, command_line,
                          "no node that was chosen has a MAC loop, and "
                          "'accelsim %s' is about those; 'accelsim run' counts "
                          "the others",
                          command_name[command]);
    fprintf(stderr,
            "accelsim: warning: %d nodes of '%s' have no MAC loop and are left "
            "out; 'accelsim run' counts them\n",
            others, n->workload->name);
    return true;
}

/* Says what padding on all sides made of an ifmap of one row, or one column,
 * that the filter does not leave: ofmap rows of zeros alone. */
static void warn_of_padding(const struct layer *l)
{
    const bool one_row = l->H == 1 && l->R == 1,
               one_col = l->W == 1 && l->S == 1;
    if (!layer_pads_alike(l) || l->pad_top == 0 || one_row == one_col)
        return;
    fprintf(stderr,
            "accelsim: warning: 'pad' of layer '%s' made %d ofmap %s from an "
            "ifmap of one, of padding alone but for one; '%s' pads %s alone\n",
            l->name, one_row ? l->P : l->Q, one_row ? "rows" : "columns",
            one_row ? "pad_w" : "pad_h", one_row ? "columns" : "rows");
}

/* Says that clusters of unequal width have L1s of one size. */
static void warn_of_clusters(const struct arch *a)
{
    if (a->has_l1 && a->cols % a->l1_cluster_cols != 0)
        fprintf(stderr,
                "accelsim: warning: clusters of 'l1.cluster_cols' = %d and %d "
                "columns stand side by side, and each has 'l1.bytes' = %llu; "
                "an L1 of its own size is not modelled\n",
                a->l1_cluster_cols, a->cols % a->l1_cluster_cols,
                (unsigned long long)a->l1_bytes);
}

/* Says that a level costs more than one further from the MACs, for then what a
 * buffer saves comes out upside down. */
static void warn_of_inversion(const struct invocation *s,
                              const struct energy_table *table)
{
    struct energy_costs costs;
    struct energy_inversion found;
    energy_costs_of(table, config_arch(s->cfg), &costs);
    if (energy_levels_invert(&costs, config_arch(s->cfg), &found))
        fprintf(stderr,
                "accelsim: warning: by energy table '%s' a bit costs %.3g %s "
                "in '%s' of this machine and %.3g in '%s', so that keeping "
                "data nearer costs energy\n",
                energy_name(table), found.inner_each, energy_unit(table),
                found.inner, found.outer_each, found.outer);
}

/* Puts what a transposed convolution runs as in its place. */
static void cut_layers(struct invocation *s)
{
    const bool with_zeros =
        config_arch(s->cfg)->transposed == TRANSPOSED_WITH_ZEROS;
    struct workload *cut =
        workload_cut_transposed(s->workload, with_zeros, &s->parts);
    if (cut == NULL)
        return;
    s->whole = s->workload;
    s->workload = cut;
}

static bool choose_layers(struct invocation *s)
{
    const struct options *o = &s->options;
    int batch = o->batch;
    if (invocation_is_single_layer(s))
        s->network.workload = single_layer(o, s->diag);
    else if (!read_network(s))
        return false;
    if (s->network.workload == NULL)
        return false;
    if (s->dataflow != NULL && !invocation_is_single_layer(s) &&
        !config_table_fits(s->cfg, s->network.workload->name, s->dataflow,
                           s->network.workload->layer,
                           s->network.workload->n_layers, s->diag))
        return false;
    if (o->layer != NULL && !network_select(&s->network, o->layer, s->diag))
        return false;
    warn_of_clusters(config_arch(s->cfg));
    for (int i = 0; i < s->network.workload->n_layers; i++)
        warn_of_padding(&s->network.workload->layer[i]);
    if (batch == 0)
        batch = s->network.workload->own_batch;
    if (batch == 0 && !invocation_is_single_layer(s))
        batch = config_arch(s->cfg)->default_batch;
    if (batch != 0 &&
        !network_set_batch(&s->network, batch, command_line, s->diag))
        return false;
    if (s->network.graph != NULL && !warn_of_nodes_left_out(s))
        return false;
    const struct residency_input residency = {
        .cfg = s->cfg, .network = &s->network, .dataflow = s->dataflow};
    if (!residency_is_possible(&residency, s->diag) ||
        !residency_goes_with(o, s) || !fusion_goes_with(o, s))
        return false;
    s->workload = s->network.workload;
    s->network.workload = NULL;
    cut_layers(s);
    return true;
}

/* The mapping file to be used, NULL if none, and who named it: that of the
 * command line; else the architecture's, where no dataflow is asked for but
 * nests, whose loops it has. */
static const char *mapping_file_of(const struct invocation *s,
                                   struct src_pos *at)
{
    const struct options *o = &s->options;
    const char *of_arch = config_arch(s->cfg)->mapping_file;
    *at = command_line;
    if (o->command == COMMAND_map) /* finds mappings, and is given none */
        return NULL;
    if (o->mapping != NULL || o->mappings != NULL)
        return o->mapping != NULL ? o->mapping : o->mappings;
    if (o->policy.file != NULL)
        return o->policy.file;
    *at = config_pos(s->cfg, "mapping.file");
    if (o->dataflow != NULL && strcmp(o->dataflow, nest_dataflow.name) != 0)
        return NULL;
    return of_arch[0] != '\0' ? of_arch : NULL;
}

/* Sets s->dataflow, and has the configuration use the mapping file. */
static bool read_mappings(struct invocation *s)
{
    const struct options *o = &s->options;
    struct src_pos at;
    const char *file = mapping_file_of(s, &at);
    if (file == NULL || o->dataflow != NULL) {
        s->dataflow = config_dataflow(s->cfg, o->dataflow, s->diag);
        if (s->dataflow == NULL)
            return false;
    }
    if (file == NULL && s->dataflow == &nest_dataflow &&
        o->command != COMMAND_map)
        return diag_error(s->diag, command_line,
                          o->dataflow != NULL
                              ? "'--dataflow nest' lacks its loops; '--mapping "
                                "FILE' is needed"
                              : "the machine's own dataflow is 'nest', which "
                                "lacks its loops; '--mapping FILE' or another "
                                "'--dataflow' is needed");
    return file == NULL || config_use_mappings(s->cfg, file, at, s->diag);
}

/* Reads one more table; false: it prices nothing of this machine. */
static bool read_table(struct invocation *s, const char *name,
                       struct src_pos at)
{
    struct energy_table *table = energy_load(name, at, s->diag);
    if (table == NULL)
        return true; /* messages of other files may follow */
    for (int i = 0; i < s->n_tables; i++)
        if (strcmp(energy_name(s->tables[i]), energy_name(table)) == 0) {
            diag_error(s->diag, command_line,
                       "'--energy' names two tables '%s'; tables of different "
                       "names are needed",
                       energy_name(table));
            energy_free(table);
            return false;
        }
    s->tables[s->n_tables++] = table;
    if (!energy_is_possible(table, config_arch(s->cfg), s->diag))
        return false;
    warn_of_inversion(s, table);
    return true;
}

/* The tables of --energy, or the architecture's. */
static bool read_tables(struct invocation *s)
{
    const char *names = s->options.energy;
    if (names == NULL) {
        if (!read_table(s, config_arch(s->cfg)->energy,
                        config_pos(s->cfg, "energy")))
            return false;
        s->energy = s->tables[0];
        return true;
    }
    for (bool is_last = false; !is_last;) {
        const size_t n = strcspn(names, ",");
        is_last = names[n] == '\0';
        if (n == 0 || s->n_tables == INVOCATION_TABLES_MAX)
            return diag_error(s->diag, command_line,
                              "'--energy' is '%s'; 1 to %d tables, with a "
                              "comma between them, are needed",
                              s->options.energy, (int)INVOCATION_TABLES_MAX);
        char *name = xstrndup(names, n);
        const int before = s->n_tables;
        const bool ok = read_table(s, name, command_line);
        free(name);
        if (!ok || s->n_tables == before)
            return false;
        names += n + 1;
    }
    s->energy = s->tables[0];
    return true;
}

bool invocation_read(struct invocation *s)
{
    const struct options *o = &s->options;
    if (!foreign_take(&s->options, &s->foreign, s->diag))
        return false;
    if (o->plugin != NULL)
        file_use_read(o->plugin);
    if (o->plugin != NULL && !plugin_load(o->plugin, s->diag))
        return false;
    s->cfg = config_load(o->cfg, o->set.text, o->set.n, s->diag);
    if (s->cfg == NULL)
        return false;
    const bool has_mappings = read_mappings(s);
    if (!read_tables(s))
        return false;
    return choose_layers(s) && has_mappings && s->energy != NULL &&
           output_is_possible("-o", o->output, s->diag);
}

struct chooser *invocation_chooser(const struct invocation *s,
                                   const struct workload *layers)
{
    const struct chooser_input in = {
        .cfg = s->cfg,
        .network = invocation_is_single_layer(s) ? "" : s->workload->name,
        .dataflow = s->dataflow,
        .layer = layers->layer,
        .n_layers = layers->n_layers,
        .policy = s->options.policy.policy,
        .simulates = s->options.command != COMMAND_model,
        .energy = s->energy,
        .objective = s->options.map.objective,
        .now_seconds = clock_now_seconds,
    };
    return chooser_new(&in, s->diag);
}

void invocation_fini(struct invocation *s)
{
    workload_free(s->workload);
    graph_values_free(s->values);
    workload_free(s->whole);
    network_fini(&s->network);
    free(s->parts);
    for (int i = 0; i < s->n_tables; i++)
        energy_free(s->tables[i]);
    config_free(s->cfg);
    foreign_fini(&s->foreign);
    options_fini(&s->options);
    diag_free(s->diag);
}
