/* command_explain.c - say where cycles and energy went, and what would help.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/energy/energy_area.h"
#include "sim/explain/explain.h"

/* Areas, where the table that prices energy has none. */
#define AREA_TABLE "45nm_components"

static const struct src_pos command_line = {NULL, 0};

static void write_explanation(const struct invocation *s,
                              const struct explanation *e)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    SIM_CHECK(s->options.format == REPORT_JSON ? explain_write_json(e, to)
                                               : explain_write_text(e, to));
    SIM_CHECK(fclose(to) == 0);
    output_write(s->options.output, text, bytes, s->diag);
    free(text);
}

/* The mapping file in use: NULL where none is. */
static const char *mapping_file(const struct options *o,
                                const struct arch *arch)
{
    if (o->mapping != NULL || o->mappings != NULL)
        return o->mapping != NULL ? o->mapping : o->mappings;
    if (o->policy.file != NULL)
        return o->policy.file;
    return o->dataflow == NULL && arch->mapping_file[0] != '\0'
               ? arch->mapping_file
               : NULL;
}

void command_explain(struct invocation *s)
{
    if (!invocation_read(s))
        return;
    const struct options *o = &s->options;
    struct machine_area unread;
    struct energy_table *area = NULL;
    if (!energy_area_of(s->energy, config_arch(s->cfg), &unread))
        area = energy_load(AREA_TABLE, command_line, s->diag);
    const struct explain_input in = {
        .cfg = s->cfg,
        .cfg_name = o->cfg,
        .set = o->set.text,
        .n_sets = o->set.n,
        .mapping_file = mapping_file(o, config_arch(s->cfg)),
        .mapping_is_given =
            o->mapping != NULL || o->mappings != NULL || o->policy.file != NULL,
        .network = invocation_is_single_layer(s) ? "" : s->workload->name,
        .dataflow = s->dataflow,
        .policy = o->policy.policy,
        .objective = o->map.objective,
        .workload = s->workload,
        .energy = s->energy,
        .area = area != NULL ? area : s->energy,
        .jobs = o->jobs,
    };
    struct explanation *e = xcalloc(1, sizeof(*e));
    if (explain_layers(&in, e, s->diag)) {
        write_explanation(s, e);
        explanation_fini(e);
    }
    free(e);
    energy_free(area);
}
