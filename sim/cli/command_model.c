/* command_model.c - report what closed forms say of layers; runs nothing.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/cli/report_results.h"
#include "sim/run/model.h"
#include "sim/run/nest_simulate.h"

static bool model_nest_of(struct invocation *s, const struct layer *layer,
                          struct layer_result *out)
{
    const struct arch *arch = config_arch(s->cfg);
    struct nest nest;
    struct nest_where where;
    return mapping_file_nest(s->mappings, arch, layer, &nest, &where,
                             s->diag) &&
           model_nest(arch, layer, &nest, &where, s->options.show_mapping, out,
                      s->diag);
}

static bool model(struct invocation *s, struct layer_result *results)
{
    const struct workload *w = s->workload;
    const char *network = invocation_is_single_layer(s) ? "" : w->name;
    for (int i = 0; i < w->n_layers; i++) {
        struct given_mapping given;
        if (s->mappings != NULL) {
            if (!model_nest_of(s, &w->layer[i], &results[i]))
                return false;
            continue;
        }
        if (!config_given_mapping(s->cfg, network, &w->layer[i], s->dataflow,
                                  &given, s->diag) ||
            !model_layer(config_arch(s->cfg), &w->layer[i], s->dataflow->name,
                         &given, s->options.show_mapping, &results[i], s->diag))
            return false;
    }
    return true;
}

void command_model(struct invocation *s)
{
    if (!invocation_read(s))
        return;
    int n = s->workload->n_layers;
    struct layer_result *results = xcalloc((size_t)n, sizeof(*results));
    if (model(s, results))
        report_results(s, "model", results);
    for (int i = 0; i < n; i++)
        layer_result_fini(&results[i]);
    free(results);
}
