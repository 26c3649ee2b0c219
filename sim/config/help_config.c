/* help_config.c - prints every key of the schema and every parameter of the
 * dataflows, as text or as the page docs/config.md.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/help_config.h"

#include <inttypes.h>
#include <string.h>

#include "dataflows/dataflow.h"
#include "dataflows/nest/nest_dataflow.h"
#include "mem/dram.h"
#include "sim/config/l2_stores.h"
#include "sim/config/layer_keys.h"
#include "sim/config/levels.h"
#include "sim/config/schema.h"

/* "1 to 1024 PEs", "'serial' or 'overlapped'", "a string" */
static void print_values(const struct schema_row *row, FILE *to)
{
    switch (row->type) {
    case SCHEMA_INT:
    case SCHEMA_INT64:
        fprintf(to, "%" PRId64 " to %" PRId64 "%s%s", row->min, row->max,
                row->unit[0] != '\0' ? " " : "", row->unit);
        break;
    case SCHEMA_BOOL:
        fputs("true or false", to);
        break;
    case SCHEMA_ENUM:
        for (int i = 0; row->choices[i] != NULL; i++)
            fprintf(to, "%s\"%s\"", i > 0 ? " or " : "", row->choices[i]);
        break;
    case SCHEMA_STRING:
        fputs("a string", to);
        break;
    case SCHEMA_STRINGS:
        fputs("an array of strings", to);
        for (int i = 0; row->choices != NULL && row->choices[i] != NULL; i++)
            fprintf(to, "%s\"%s\"", i > 0 ? ", " : " out of ", row->choices[i]);
        break;
    case SCHEMA_LOOPS:
        fputs("an array of loops: g n m c p q r s", to);
        break;
    }
}

static const char *default_of(const struct schema_row *row)
{
    if (row->default_text == NULL)
        return "required";
    if (row->default_text[0] == '\0')
        return "none";
    /* A number outside its range stands for "not there". */
    if (row->min > 0 && strcmp(row->default_text, "0") == 0)
        return "none";
    return row->default_text;
}

/* Words of `text`, broken before column 79, behind `indent` spaces. */
static void print_wrapped(const char *text, int indent, FILE *to)
{
    int column = 0;
    while (*text != '\0') {
        int word = (int)strcspn(text, " ");
        if (column > 0 && column + 1 + word > 78) {
            fputc('\n', to);
            column = 0;
        }
        if (column == 0)
            column = fprintf(to, "%*s%.*s", indent, "", word, text);
        else
            column += fprintf(to, " %.*s", word, text);
        text += word + (text[word] == ' ');
    }
    fputc('\n', to);
}

static void print_row(const struct schema_row *row, FILE *to)
{
    const char *value = default_of(row);
    fprintf(to, "%s: ", row->key);
    print_values(row, to);
    if (strcmp(value, "required") == 0)
        fputs("; required\n", to);
    else
        fprintf(to, "; default %s\n", value);
    print_wrapped(row->doc, 4, to);
    if (row->source[0] != '\0') {
        fputs("    source: ", to);
        fprintf(to, "%s\n", row->source);
    }
}

static void print_param(const struct mapping_param *p, FILE *to)
{
    fprintf(to, "  mapping.%-4s %d to %d %s: %s\n", p->name, p->min, p->max,
            p->unit, p->doc);
}

void help_dataflows(FILE *to)
{
    for (int i = 0; dataflow_table[i] != NULL; i++) {
        const struct dataflow *dataflow = dataflow_table[i];
        fprintf(to, "%s%s: %s\n", i > 0 ? "\n" : "", dataflow->name,
                dataflow->doc);
        fprintf(to, "  source: %s\n", dataflow->source);
        for (int j = 0; dataflow->params[j].name != NULL; j++)
            print_param(&dataflow->params[j], to);
    }
    fprintf(to, "\n%s: %s\n  source: %s\n", nest_dataflow.name,
            nest_dataflow.doc, nest_dataflow.source);
}

static const char tables_doc[] =
    "'mapping_tables' holds published mappings by name: mapping_tables = { "
    "NAME = { dataflow = \"rs\"; network = \"alexnet\"; rows = ( { layer = "
    "\"conv1\"; m = 96; ... }, ... ); }; }; 'mapping.table' chooses one. It "
    "holds for the machine as the file describes it: when a value of array.*, "
    "pe.*, l1.* or l2.*, or the dataflow, differs, the dataflow chooses. n is "
    "clipped to the batch. A parameter set by hand replaces the table's; the "
    "table's others stay where they are legal with it. A row for a layer that "
    "the network lacks is left aside, but where a layer without a row has "
    "nearly its name, that is an error.";

static const char network_doc[] =
    "A network's file, for '--net' and 'default.network', is a graph (inputs, "
    "nodes; docs/networks.md) or a list, with two keys: name = "
    "\"NAME\"; layers = ( { name = \"conv1\"; M = 96; C = 3; H = 227; W = 227; "
    "R = 11; S = 11; stride = 4; }, ... ); Every layer has a name of its own "
    "and the keys below, and is counted as a convolution: a fully connected "
    "one has filters as large as its ifmap; of a gemm or matmul with K, M N K "
    "and B are the letters of '--gemm'. Rows of the ofmap, rounded down: "
    "(H+pad_top+pad_bottom-dilation_h(R-1)-1)/stride_h+1; columns alike. The "
    "batch is not the "
    "network's but '--batch' or 'default.batch'. Names have letters, digits, "
    "'_', '-', '/' and '.'; '-' and '/' count as '_', and upper as lower case. "
    "'all' and 'total' mean all layers.";

static const char stores_doc[] =
    "l2.stores = ( { name = \"acc\"; bytes = ...; banks = ...; holds = "
    "[\"psum\"]; ... }, ... ) in an architecture's file: L2 is not one memory "
    "but several, each for some tensors. They stand in the place of l2.bytes, "
    "l2.banks, l2.bank_row_words, l2.ports, l2.latency_cycles and the banks "
    "kept for a tensor. Each is priced by its own capacity.";

static const char levels_doc[] =
    "levels = ( { name = \"dram\"; }, { name = \"gb\"; stores = ( { bytes = "
    "65536; holds = [\"ifmap\", \"psum\"]; } ); rows = 4; cols = 4; network = "
    "{ words_per_slot = 4; }; }, ... ) in an architecture's file: two to seven "
    "levels, the outermost first, by names of your own, in the place of "
    "dataflows, array.*, pe.*, noc.*, l1.* and l2.* (but array.pitch_um, "
    "pe.pipeline_cycles and pe.zero_gating). A machine of listed levels runs "
    "loop nests (docs/nest.md). Each store is priced by its own capacity. "
    "'--set levels.gb.rows=8' sets a number of a level, "
    "'levels.gb.network.words_per_slot' one of its network, "
    "'levels.gb.bytes' one of its store, 'levels.gb.STORE.bytes' of several.";

static void print_layer_op(FILE *to)
{
    for (int i = 0; i < LAYER_OPS; i++)
        fprintf(to, "%s\"%s\"", i > 0 ? " or " : "", layer_op_name[i]);
}

static void print_layer_key_values(const struct layer_key *key, FILE *to)
{
    switch (key->type) {
    case LAYER_KEY_SHARE:
        fputs("0 to 1", to);
        return;
    case LAYER_KEY_FLAG:
        fputs("true or false", to);
        return;
    case LAYER_KEY_MASK:
        fputs("a file", to);
        return;
    case LAYER_KEY_BITS:
        fprintf(to, "%d to %d bits", key->least, key->most);
        return;
    case LAYER_KEY_DIM:
        fprintf(to, "%d to %d", key->least, key->most);
    }
}

static void print_layer_default(const struct layer_key *key, FILE *to)
{
    if (key->left_out == LAYER_KEY_REQUIRED)
        fputs("required", to);
    else if (key->left_out == LAYER_KEY_OF_BOTH)
        fprintf(to, "that of %.*s", (int)strcspn(key->name, "_"), key->name);
    else if (key->type == LAYER_KEY_BITS)
        fputs("the machine's", to);
    else if (key->type == LAYER_KEY_MASK)
        fputs("none", to);
    else if (key->type == LAYER_KEY_FLAG)
        fputs(key->left_out != 0 ? "true" : "false", to);
    else
        fprintf(to, "%d", key->left_out);
}

static const char op_doc[] = "the operation (docs/layers.md); 'type' means "
                             "the same";

static void print_layer_keys(FILE *to)
{
    fputs("  name: a string; required\n  op: ", to);
    print_layer_op(to);
    fprintf(to, "; default %s: %s\n", layer_op_name[0], op_doc);
    for (const struct layer_key *key = layer_keys; key->name != NULL; key++) {
        fprintf(to, "  %s: ", key->name);
        print_layer_key_values(key, to);
        fputs("; ", to);
        if (key->left_out != LAYER_KEY_REQUIRED)
            fputs("default ", to);
        print_layer_default(key, to);
        fprintf(to, ": %s\n", key->doc);
    }
    for (const struct layer_key *key = layer_gemm_keys; key->name != NULL;
         key++)
        fprintf(to, "  %s, of a gemm or matmul: %s\n", key->name, key->doc);
}

static void print_markdown_layer_keys(FILE *to)
{
    fputs("| key of a layer | values | default | meaning |\n|---|---|---|---|\n"
          "| `name` | a string | required | for `--layer` and reports |\n"
          "| `op` | ",
          to);
    print_layer_op(to);
    fprintf(to, " | %s | %s |\n", layer_op_name[0], op_doc);
    for (const struct layer_key *key = layer_keys; key->name != NULL; key++) {
        fprintf(to, "| `%s` | ", key->name);
        print_layer_key_values(key, to);
        fputs(" | ", to);
        print_layer_default(key, to);
        fprintf(to, " | %s |\n", key->doc);
    }
    fputs("\nA gemm or matmul with `K` has these instead:\n\n"
          "| key | values | meaning |\n|---|---|---|\n",
          to);
    for (const struct layer_key *key = layer_gemm_keys; key->name != NULL;
         key++)
        fprintf(to, "| `%s` | %d to %d | %s |\n", key->name, key->least,
                key->most, key->doc);
}

void help_config_text(FILE *to)
{
    print_wrapped("Keys of an architecture's .cfg file, in libconfig syntax; "
                  "array.rows is 'array = { rows = 12; };' there and '--set "
                  "array.rows=12' on the command line.",
                  0, to);
    for (int i = 0; schema[i].key != NULL; i++) {
        fputc('\n', to);
        print_row(&schema[i], to);
    }
    fputs("\nParts for dram.model:", to);
    for (int i = 0; dram_parts[i].name != NULL; i++)
        fprintf(to, " %s", dram_parts[i].name);
    fputs("\n\n", to);
    print_wrapped(stores_doc, 0, to);
    fputc('\n', to);
    l2_stores_help(false, to);
    fputc('\n', to);
    print_wrapped(levels_doc, 0, to);
    fputc('\n', to);
    levels_help(false, to);
    fputs("\nMapping parameters, by dataflow\n\n", to);
    help_dataflows(to);
    fputc('\n', to);
    print_wrapped(tables_doc, 0, to);
    fputs("\nNetworks\n\n", to);
    print_wrapped(network_doc, 0, to);
    fputc('\n', to);
    print_layer_keys(to);
}

static void print_markdown_row(const struct schema_row *row, FILE *to)
{
    fprintf(to, "| `%s` | ", row->key);
    print_values(row, to);
    fprintf(to, " | %s | %s%s%s |\n", default_of(row), row->doc,
            row->source[0] != '\0' ? ". Source: " : "", row->source);
}

static void print_markdown_dataflow(const struct dataflow *dataflow, FILE *to)
{
    fprintf(to, "\n### %s\n\n%s. Source: %s.\n\n", dataflow->name,
            dataflow->doc, dataflow->source);
    fputs("| key | values | meaning |\n|---|---|---|\n", to);
    for (int j = 0; dataflow->params[j].name != NULL; j++) {
        const struct mapping_param *p = &dataflow->params[j];
        fprintf(to, "| `mapping.%s` | %d to %d %s | %s |\n", p->name, p->min,
                p->max, p->unit, p->doc);
    }
}

void help_config_markdown(FILE *to)
{
    fputs("# Configuration keys\n\n", to);
    print_wrapped("Made by `accelsim --help-config=markdown`; `make check` "
                  "holds this file to it. Files are in libconfig syntax: "
                  "`array.rows` is `array = { rows = 12; };` in a `.cfg` file "
                  "and `--set array.rows=12` on the command line.",
                  0, to);
    fputs("\n| key | values | default | meaning |\n|---|---|---|---|\n", to);
    for (int i = 0; schema[i].key != NULL; i++)
        print_markdown_row(&schema[i], to);
    fputs("\nParts for `dram.model`:", to);
    for (int i = 0; dram_parts[i].name != NULL; i++)
        fprintf(to, " `%s`", dram_parts[i].name);
    fputs("\n\n## Memories of L2\n\n", to);
    print_wrapped(stores_doc, 0, to);
    fputs("\n| key of a store | values | default | meaning |\n"
          "|---|---|---|---|\n",
          to);
    l2_stores_help(true, to);
    fputs("\n## Listed levels\n\n", to);
    print_wrapped(levels_doc, 0, to);
    fputs("\n| key of a level | values | default | meaning |\n"
          "|---|---|---|---|\n",
          to);
    levels_help(true, to);
    fputs("\n## Mapping parameters\n", to);
    for (int i = 0; dataflow_table[i] != NULL; i++)
        print_markdown_dataflow(dataflow_table[i], to);
    fputs("\n## Mapping tables\n\n", to);
    print_wrapped(tables_doc, 0, to);
    fputs("\n## Networks\n\n", to);
    print_wrapped(network_doc, 0, to);
    fputc('\n', to);
    print_markdown_layer_keys(to);
}
