/* model.c - see model.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/model.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/choose.h"
#include "dataflows/placement.h"
#include "sim/run/bounds.h"

static const char *source_of(const struct given_mapping *given)
{
    return given->n == 0 ? "chosen" : given->from_table ? "table" : "given";
}

void result_describe(const struct layer *layer, const struct dataflow *dataflow,
                     const struct mapping *mapping,
                     const struct given_mapping *given,
                     struct layer_result *out)
{
    memset(out, 0, sizeof(*out));
    out->layer = *layer;
    snprintf(out->dataflow, sizeof(out->dataflow), "%s", dataflow->name);
    for (int k = 0; dataflow->params[k].name != NULL; k++) {
        snprintf(out->param[k].name, sizeof(out->param[k].name), "%s",
                 dataflow->params[k].name);
        out->param[k].value = mapping->value[k];
        out->n_params = k + 1;
    }
    out->mapping_source = source_of(given);
    out->table_source = given->table_source;
}

uint64_t result_gated_filter_reads(const struct layer_result *out)
{
    const uint64_t reads = out->counts.access[LEVEL_RF][TENSOR_FILTER].reads;
    return out->gated_macs < reads ? out->gated_macs : reads;
}

void result_gate(const struct arch *arch, struct layer_result *out)
{
    if (!arch->zero_gating)
        return;
    double share = out->layer.zero_share[TENSOR_IFMAP];
    out->gated_macs = (uint64_t)((double)out->counts.macs * share + 0.5);
    out->gated_rf_filter_reads = result_gated_filter_reads(out);
}

char *mapping_text(const struct dataflow *dataflow, const struct arch *arch,
                   const struct layer *layer, const struct mapping *mapping)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    SIM_CHECK(to != NULL);
    dataflow->show(arch, layer, mapping, to);
    if (arch->has_l1)
        fprintf(to, "\nL1: one for each of %d x %d clusters of %d x %d PEs\n",
                cluster_grid_rows(arch), cluster_grid_cols(arch),
                arch->l1_cluster_rows > 0 ? arch->l1_cluster_rows : arch->rows,
                arch->l1_cluster_cols);
    SIM_CHECK(fclose(to) == 0);
    return text;
}

void model_mapping(const struct arch *arch, const struct layer *layer,
                   const struct dataflow *dataflow,
                   const struct mapping *mapping, struct layer_result *out)
{
    static const struct given_mapping none = {0};
    struct program *program = xcalloc(1, sizeof(*program));
    result_describe(layer, dataflow, mapping, &none, out);
    out->is_model = true;
    dataflow->compile(arch, layer, mapping, program);
    dataflow->expect(arch, layer, mapping, &out->counts);
    bounds_of(dataflow, program, &out->counts, out->bounds_cycles);
    result_gate(arch, out);
    out->passes = program->passes;
    out->active_pes = program->rows * program->sets * program->set_chains;
    free(program);
}

bool model_layer(const struct arch *arch, const struct layer *layer,
                 const char *dataflow_name, const struct given_mapping *given,
                 bool show_mapping, struct layer_result *out, struct diag *d)
{
    const struct dataflow *dataflow = dataflow_find(dataflow_name);
    struct mapping mapping;
    SIM_CHECK(dataflow != NULL);
    if (!dataflow_choose(dataflow, arch, layer, given, &mapping, d))
        return false;
    model_mapping(arch, layer, dataflow, &mapping, out);
    if (!layer_result_fits(arch, out, d))
        return false;
    out->mapping_source = source_of(given);
    out->table_source = given->table_source;
    if (show_mapping)
        out->mapping_text = mapping_text(dataflow, arch, layer, &mapping);
    return true;
}
