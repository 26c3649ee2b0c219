/* mapping_print.c - prints mappings as the text of a mapping file, which
 * sim/config/mapping_file.c reads back.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/mapping_print.h"

#include <string.h>

#include "dataflows/nest/nest_text.h"

/* Begins an entry with what it holds for. */
static void print_head(const char *layer, const char *network,
                       const struct dataflow *dataflow, FILE *to)
{
    fprintf(to, "{\n  layer = \"%s\";", layer);
    if (network != NULL)
        fprintf(to, " network = \"%s\";",
                network[0] != '\0' ? network : MAPPING_NO_NETWORK);
    fprintf(to, " dataflow = \"%s\";\n", dataflow->name);
}

/* Prints each line of a text as a comment; empty ones at its end are left
 * out. */
static void print_comment(const char *text, FILE *to)
{
    int empty = 0;
    while (*text != '\0') {
        const size_t letters = strcspn(text, "\n");
        if (letters == 0)
            empty++;
        for (; letters > 0 && empty > 0; empty--)
            fprintf(to, "  #\n");
        if (letters > 0)
            fprintf(to, "  # %.*s\n", (int)letters, text);
        text += letters + (text[letters] == '\n');
    }
}

void mapping_print_entry(const struct arch *arch, const struct layer *layer,
                         const char *network,
                         const struct layer_mapping *mapping,
                         const char *comment, FILE *to)
{
    const struct dataflow *dataflow = mapping->dataflow;
    print_head(layer->name, network, dataflow, to);
    if (layer_mapping_is_nest(mapping)) {
        nest_print(arch, layer, &mapping->nest, to);
    } else {
        fputc(' ', to);
        for (int k = 0; dataflow->params[k].name != NULL; k++)
            if (dataflow_param_is_told(dataflow->params[k].name,
                                       mapping->mapping.value[k]))
                fprintf(to, " %s = %d;", dataflow->params[k].name,
                        mapping->mapping.value[k]);
        fputc('\n', to);
    }
    if (comment != NULL)
        print_comment(comment, to);
    fputc('}', to);
}

void mapping_print_file(const char *const *entry, int n, FILE *to)
{
    fprintf(to, "mappings = (");
    for (int i = 0; i < n; i++)
        fprintf(to, "%s%s", i > 0 ? ", " : " ", entry[i]);
    fprintf(to, " );\n");
}
