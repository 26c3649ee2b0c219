/* config_value.c - writes out the fields of struct arch by the rows of the
 * schema, and says which of them were given, and where.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/config_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/config/config_state.h"
#include "sim/config/schema.h"

#define ITEM_BYTES 16 /* of SCHEMA_STRINGS */

static void put_items(const struct schema_row *row, const char *field,
                      char *text, size_t bytes)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < row->size_bytes && field[i] != '\0'; i += ITEM_BYTES)
        at += (size_t)snprintf(text + at, bytes - at, "%s%s", i > 0 ? "," : "",
                               field + i);
}

static void put_loops(const char *loops, char *text, size_t bytes)
{
    size_t at =
        (size_t)snprintf(text, bytes, "%s", loops[0] == '\0' ? "any" : "");
    for (int i = 0; loops[i] != '\0'; i++)
        at += (size_t)snprintf(text + at, bytes - at, "%s%c", i > 0 ? "," : "",
                               loops[i]);
}

static void put_text(const struct schema_row *row, const struct arch *arch,
                     char *text, size_t bytes)
{
    const char *field = (const char *)arch + row->offset;
    unsigned choice = 0;
    switch (row->type) {
    case SCHEMA_INT:
        snprintf(text, bytes, "%d", *(const int *)(const void *)field);
        break;
    case SCHEMA_INT64:
        snprintf(text, bytes, "%" PRIu64,
                 *(const uint64_t *)(const void *)field);
        break;
    case SCHEMA_ENUM:
        memcpy(&choice, field, sizeof(choice));
        snprintf(text, bytes, "%s", row->choices[choice]);
        break;
    case SCHEMA_BOOL:
        snprintf(text, bytes, "%s",
                 *(const bool *)(const void *)field ? "true" : "false");
        break;
    case SCHEMA_STRING:
        snprintf(text, bytes, "%s", field);
        break;
    case SCHEMA_STRINGS:
        put_items(row, field, text, bytes);
        break;
    case SCHEMA_LOOPS:
        put_loops(field, text, bytes);
        break;
    }
}

/* --set has a place without a line. */
static enum config_origin origin_of(struct src_pos at)
{
    return at.line > 0 ? CONFIG_FILE : CONFIG_SET;
}

bool config_value_at(const struct config *cfg, int i, struct config_value *out)
{
    int rows = schema_rows();
    memset(out, 0, sizeof(*out));
    if (i < rows) {
        const struct schema_row *row = &schema[i];
        snprintf(out->key, sizeof(out->key), "%s", row->key);
        out->unit = row->unit;
        out->doc = row->doc;
        put_text(row, &cfg->arch, out->text, sizeof(out->text));
        out->at = cfg->at[i];
        out->origin = cfg->is_given[i] ? origin_of(cfg->at[i]) : CONFIG_DEFAULT;
        return true;
    }
    if (i - rows >= cfg->n_params)
        return false;
    const struct free_param *param = &cfg->param[i - rows];
    snprintf(out->key, sizeof(out->key), "mapping.%s", param->name);
    out->unit = "";
    out->doc = "parameter of the mapping, set by hand";
    snprintf(out->text, sizeof(out->text), "%" PRId64, param->value);
    out->at = param->at;
    out->origin = param->from_file ? CONFIG_FILE : CONFIG_SET;
    return true;
}
