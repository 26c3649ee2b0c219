/* config_text.h - a configuration file, read as a tree of settings that know
 * where they stand.
 *
 * A file is a group: settings NAME = VALUE, or NAME : VALUE, with an optional
 * ';' or ',' behind each.  A value is a whole number of 64 bits (decimal or
 * 0x..., with or without an L), a number with a fraction or an exponent, true
 * or false, "strings" which add up when several follow each other, a group
 * { ... }, a list ( ... ) of any values or an array [ ... ] of values of one
 * kind, with commas between them.  Comments begin with '#' or '//', or stand
 * between two marks as this one does.  @include "FILE" stands for what is in
 * the file, which is looked for beside the file that includes it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_CONFIG_TEXT_H
#define SIM_BASE_CONFIG_TEXT_H

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

struct config_text; /* owns its settings, and all that they lead to */
struct setting;

enum config_type {
    SETTING_GROUP,
    SETTING_LIST,
    SETTING_ARRAY,
    SETTING_INT,
    SETTING_FLOAT,
    SETTING_BOOL,
    SETTING_STRING
};

/* Reads the file and what it includes; `at`: who named the file.  NULL after a
 * message. */
struct config_text *config_text_read(const char *path, struct src_pos at,
                                     struct diag *d);
void config_text_free(struct config_text *text); /* or NULL */
/* The group of all settings of the file. */
const struct setting *config_text_root(const struct config_text *text);

enum config_type setting_type(const struct setting *s);
/* NULL: an item of a list or an array. */
const char *setting_name(const struct setting *s);
struct src_pos setting_pos(const struct setting *s);
/* "a group", "a string", ... */
const char *setting_kind(const struct setting *s);

/* How many items a group, a list or an array has; of others 0. */
int setting_length(const struct setting *s);
/* Item i of them, from 0. */
const struct setting *setting_item(const struct setting *s, int i);
/* The setting of that name in a group, found at once however large the group
 * is.  NULL: there is none, or `group` is no group. */
const struct setting *setting_member(const struct setting *group,
                                     const char *name);

/* Whether it is a list or an array. */
bool setting_is_list(const struct setting *s);
/* Whether it is a number of either kind. */
bool setting_is_number(const struct setting *s);
/* Its value as a number of any kind, or 0 when it is none. */
double setting_number(const struct setting *s);
/* A whole number, also one written as 2e8.  false: it is none. */
bool setting_whole_number(const struct setting *s, long long *out);
/* Whether it is 'true'; others than SETTING_BOOL are not. */
bool setting_is_true(const struct setting *s);
/* NULL: it is no string. */
const char *setting_string(const struct setting *s);

/* Reports a key that `known`, NULL at the end, has not; of: "", or where it
 * stands, as in " in a mapping".  Returns false. */
bool setting_unknown_key(const struct setting *s, const char *const known[],
                         const char *of, struct diag *d);

/* Whether a string may stand in a report: reports a line's end or another
 * control letter.  key: whose string. */
bool string_is_one_line(const char *text, const char *key, struct src_pos at,
                        struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
