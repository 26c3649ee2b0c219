/* schema_nodes.h - builds the nodes of a JSON Schema: what is known of a value,
 * and the members of an object.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_SCHEMA_NODES_H
#define SIM_REPORT_SCHEMA_NODES_H

#include <jansson.h>
#include <stdbool.h>

/* Each returns a new node. "string"; doc: "" = none. */
json_t *schema_typed(const char *type, const char *doc);
json_t *schema_whole(int minimum, const char *doc);
json_t *schema_one_of(const char *const *name, int n, const char *doc);
/* Without members, and allowing no others than those that are put. */
json_t *schema_object(const char *doc);
/* One value of each tensor: "integer" or "number". */
json_t *schema_tensors(const char *type, const char *doc);
/* To a definition of the document. */
json_t *schema_reference(const char *name);

void schema_require(json_t *o, const char *name);
/* Puts a member below a path, "gated.macs"; objects on the way are made, and
 * required like the member. Takes the member. */
void schema_put(json_t *o, const char *path, json_t *member, bool is_required);

/* A value, or null. */
json_t *schema_or_null(json_t *value);
json_t *schema_list_of(json_t *item, const char *doc);
/* An object with members of any name. */
json_t *schema_any_members(const char *type, const char *doc);

#endif
