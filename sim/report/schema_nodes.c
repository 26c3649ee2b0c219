/* schema_nodes.c - builds the nodes of a JSON Schema.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/schema_nodes.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/arch.h"
#include "sim/base/diag.h"
#include "sim/report/report_tree.h"

json_t *schema_typed(const char *type, const char *doc)
{
    json_t *o = tree_object();
    tree_put_text(o, "type", type);
    if (doc[0] != '\0')
        tree_put_text(o, "description", doc);
    return o;
}

json_t *schema_whole(int minimum, const char *doc)
{
    json_t *o = schema_typed("integer", doc);
    tree_put(o, "minimum", json_integer(minimum));
    return o;
}

json_t *schema_one_of(const char *const *name, int n, const char *doc)
{
    json_t *o = schema_typed("string", doc), *list = tree_array();
    for (int i = 0; i < n; i++)
        tree_append(list, json_string(name[i]));
    tree_put(o, "enum", list);
    return o;
}

json_t *schema_object(const char *doc)
{
    json_t *o = schema_typed("object", doc);
    tree_put(o, "properties", tree_object());
    tree_put(o, "required", tree_array());
    tree_put(o, "additionalProperties", json_false());
    return o;
}

json_t *schema_reference(const char *name)
{
    char path[64];
    json_t *o = tree_object();
    snprintf(path, sizeof(path), "#/$defs/%s", name);
    tree_put_text(o, "$ref", path);
    return o;
}

void schema_require(json_t *o, const char *name)
{
    json_t *list = json_object_get(o, "required"), *known;
    size_t i;
    json_array_foreach(
        list, i, known) if (strcmp(json_string_value(known), name) == 0) return;
    tree_append(list, json_string(name));
}

void schema_put(json_t *o, const char *path, json_t *member, bool is_required)
{
    const char *dot = strchr(path, '.');
    json_t *members = json_object_get(o, "properties");
    char *key =
        xstrndup(path, dot != NULL ? (size_t)(dot - path) : strlen(path));
    if (dot == NULL) {
        tree_put(members, key, member);
    } else {
        if (json_object_get(members, key) == NULL)
            tree_put(members, key, schema_object(""));
        schema_put(json_object_get(members, key), dot + 1, member, is_required);
    }
    if (is_required)
        schema_require(o, key);
    free(key);
}

json_t *schema_tensors(const char *type, const char *doc)
{
    json_t *o = schema_object(doc);
    for (int t = 0; t < TENSOR_N; t++)
        schema_put(o, tensor_name[t],
                   strcmp(type, "integer") == 0 ? schema_whole(0, "")
                                                : schema_typed(type, ""),
                   true);
    return o;
}

json_t *schema_or_null(json_t *value)
{
    json_t *o = tree_object(), *any = tree_array();
    tree_append(any, value);
    tree_append(any, schema_typed("null", ""));
    tree_put(o, "anyOf", any);
    return o;
}

json_t *schema_list_of(json_t *item, const char *doc)
{
    json_t *o = schema_typed("array", doc);
    tree_put(o, "items", item);
    return o;
}

/* Members of any name. */
json_t *schema_any_members(const char *type, const char *doc)
{
    json_t *o = schema_typed("object", doc);
    tree_put(o, "additionalProperties", schema_typed(type, ""));
    return o;
}
