/* map_text.c - a mapping that `map` found, as the texts that its reports share.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "dataflows/nest/nest_text.h"
#include "sim/base/text_stream.h"
#include "sim/map/map_report.h"
#include "sim/report/report_tree.h"
#include "sim/run/mapping_print.h"

/* A text that is being written; text_end gives it to the caller. */
struct text {
    char *text;
    size_t bytes;
    FILE *to;
};

static void text_start(struct text *t)
{
    t->to = text_stream(&t->text, &t->bytes);
}

static char *text_end(struct text *t)
{
    SIM_CHECK(fclose(t->to) == 0);
    return t->text;
}

char *map_choice_line(const struct arch *arch, const struct map_choice *c)
{
    const struct layer_mapping *m = &c->mapping;
    struct text t;
    text_start(&t);
    fprintf(t.to, "%s", m->dataflow->name);
    for (int k = 0; m->dataflow->params[k].name != NULL; k++)
        if (dataflow_param_is_told(m->dataflow->params[k].name,
                                   m->mapping.value[k]))
            fprintf(t.to, " %s=%d", m->dataflow->params[k].name,
                    m->mapping.value[k]);
    if (layer_mapping_is_nest(m))
        nest_print_line(arch, &m->nest, t.to);
    return text_end(&t);
}

char *map_choice_entry(const struct map_report *in, const struct layer *layer,
                       const char *network, const struct map_choice *c)
{
    struct text t;
    text_start(&t);
    mapping_print_entry(in->arch, layer, network, &c->mapping, NULL, t.to);
    return text_end(&t);
}

char *map_choice_options(const struct map_choice *c)
{
    const struct dataflow *dataflow = c->mapping.dataflow;
    struct text t;
    text_start(&t);
    fprintf(t.to, "--dataflow %s", dataflow->name);
    for (int k = 0; dataflow->params[k].name != NULL; k++)
        if (dataflow_param_is_told(dataflow->params[k].name,
                                   c->mapping.mapping.value[k]))
            fprintf(t.to, " --set mapping.%s=%d", dataflow->params[k].name,
                    c->mapping.mapping.value[k]);
    return text_end(&t);
}

void map_report_save(const struct map_report *in, FILE *to)
{
    char **text = xcalloc((size_t)in->n_layers + 1, sizeof(*text));
    fprintf(to, "# Mappings found by accelsim map on ");
    comment_put_text(in->arch->name, to);
    fprintf(to,
            ", batch %d: %s.\n"
            "# To run them: accelsim --cfg FILE --mapping THIS\n",
            in->batch, search_objective_doc[in->objective]);
    if (in->n_layers < in->n_asked)
        fprintf(to, "# %d of %d layers: the search did not end.\n",
                in->n_layers, in->n_asked);
    for (int i = 0; i < in->n_layers; i++)
        text[i] = map_choice_entry(in, in->layer[i].layer, in->network,
                                   &in->layer[i].choice[0]);
    mapping_print_file((const char *const *)text, in->n_layers, to);
    for (int i = 0; i < in->n_layers; i++)
        free(text[i]);
    free(text);
}
