/* command_model.c - report what closed forms say of layers; runs nothing.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/choose/gate.h"
#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/cli/report_results.h"
#include "sim/run/model.h"

static bool model(struct invocation *s, struct layer_result *results)
{
    const struct workload *w = s->workload;
    struct chooser *chooser = invocation_chooser(s, w);
    bool ok = chooser != NULL;
    const struct layer_mapper mapper = chooser_mapper(chooser);
    if (ok)
        s->mapping_source = chooser_source(chooser);
    for (int i = 0; ok && i < w->n_layers; i++) {
        struct layer_mapping mapping;
        ok = gate_lets_count(s->cfg, &w->layer[i], "model", s->diag) &&
             mapper.mapping_of(mapper.context, &w->layer[i], NULL, &mapping,
                               s->diag) &&
             model_layer(config_arch(s->cfg), &w->layer[i], &mapping,
                         s->options.show_mapping ||
                             s->options.format == REPORT_HTML,
                         &results[i], s->diag);
    }
    chooser_free(chooser);
    return ok;
}

void command_model(struct invocation *s)
{
    if (!invocation_read(s))
        return;
    int n = s->workload->n_layers;
    struct layer_result *results = xcalloc((size_t)n + 1, sizeof(*results));
    if (model(s, results))
        report_results(s, "model", results);
    for (int i = 0; i < n; i++)
        layer_result_fini(&results[i]);
    free(results);
}
