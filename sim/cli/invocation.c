/* invocation.c - see invocation.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/invocation.h"

#include <string.h>

#include "dataflows/nest/nest_dataflow.h"
#include "sim/base/file_use.h"
#include "sim/base/output.h"

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

static struct workload *network(const struct invocation *s)
{
    const struct options *o = &s->options;
    const char *standard = config_arch(s->cfg)->default_network;
    if (o->net != NULL)
        return workload_load(o->net, command_line, s->diag);
    if (standard[0] != '\0')
        return workload_load(standard, config_pos(s->cfg, "default.network"),
                             s->diag);
    diag_error(s->diag, command_line,
               "'--net' is missing and '%s' has no 'default.network'; a "
               "network, --shape or --gemm is needed",
               config_arch(s->cfg)->name);
    return NULL;
}

static bool choose_layers(struct invocation *s)
{
    const struct options *o = &s->options;
    int batch = o->batch;
    s->workload =
        invocation_is_single_layer(s) ? single_layer(o, s->diag) : network(s);
    if (s->workload == NULL)
        return false;
    if (s->dataflow != NULL && !invocation_is_single_layer(s) &&
        !config_table_fits(s->cfg, s->workload->name, s->dataflow,
                           s->workload->layer, s->workload->n_layers, s->diag))
        return false;
    if (o->layer != NULL && !workload_select(s->workload, o->layer, s->diag))
        return false;
    if (batch == 0 && !invocation_is_single_layer(s))
        batch = config_arch(s->cfg)->default_batch;
    return batch == 0 ||
           workload_set_batch(s->workload, batch, command_line, s->diag);
}

/* Nests of --mapping, or those of the architecture where no dataflow is named
 * either. */
static bool read_mappings(struct invocation *s)
{
    const struct options *o = &s->options;
    const char *standard = config_arch(s->cfg)->mapping_file;
    bool wants_nest =
        o->dataflow == NULL || strcmp(o->dataflow, nest_dataflow.name) == 0;
    if (o->mapping != NULL && !wants_nest)
        return diag_error(s->diag, command_line,
                          "'--mapping' is a nest and '--dataflow' is '%s'; "
                          "one of them is needed",
                          o->dataflow);
    if (o->mapping != NULL)
        s->mappings = mapping_file_read(o->mapping, command_line, s->diag);
    else if (wants_nest && standard[0] != '\0')
        s->mappings = mapping_file_read(
            standard, config_pos(s->cfg, "mapping.file"), s->diag);
    else if (o->dataflow == NULL || !wants_nest)
        return true;
    else
        return diag_error(s->diag, command_line,
                          "'--dataflow nest' lacks its loops; '--mapping "
                          "FILE' is needed");
    if (s->mappings == NULL)
        return false;
    /* It has no parameters, and says so of any that --set gives. */
    s->dataflow = config_dataflow(s->cfg, nest_dataflow.name, s->diag);
    return s->dataflow != NULL;
}

bool invocation_read(struct invocation *s)
{
    const struct options *o = &s->options;
    if (o->plugin != NULL)
        file_use_read(o->plugin);
    if (o->plugin != NULL && !dataflow_load_plugin(o->plugin, s->diag))
        return false;
    s->cfg = config_load(o->cfg, o->set, o->n_sets, s->diag);
    if (s->cfg == NULL || (o->mappings != NULL &&
                           !config_use_mappings(s->cfg, o->mappings, s->diag)))
        return false;
    s->dataflow = config_dataflow(s->cfg, o->dataflow, s->diag);
    s->energy = energy_load(config_arch(s->cfg)->energy,
                            config_pos(s->cfg, "energy"), s->diag);
    if (s->energy != NULL &&
        !energy_is_possible(s->energy, config_arch(s->cfg), s->diag))
        return false;
    if (s->dataflow != NULL && !read_mappings(s))
        return false;
    return choose_layers(s) && s->dataflow != NULL && s->energy != NULL &&
           output_is_possible("-o", o->output, s->diag);
}

struct chooser *invocation_chooser(const struct invocation *s,
                                   const struct workload *layers)
{
    const struct chooser_input in = {
        .cfg = s->cfg,
        .network = invocation_is_single_layer(s) ? "" : s->workload->name,
        .dataflow = s->dataflow,
        .nests = s->mappings,
        .layer = layers->layer,
        .n_layers = layers->n_layers,
    };
    return chooser_new(&in, s->diag);
}

void invocation_fini(struct invocation *s)
{
    workload_free(s->workload);
    mapping_file_free(s->mappings);
    energy_free(s->energy);
    config_free(s->cfg);
    options_fini(&s->options);
    diag_free(s->diag);
}
