/* config_text.h - a file in libconfig syntax, read with messages that say
 * where and what.
 *
 * libconfig itself gives up, or ends the program, on folders, missing
 * includes and loops of includes; so files are looked over first.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_CONFIG_TEXT_H
#define SIM_BASE_CONFIG_TEXT_H

#include <libconfig.h>

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the file and what it includes (paths beside the file).  *out is
 * initialised here, and whatever is returned the caller destroys it with
 * config_destroy.  `at`: who named the file. */
bool config_text_read(const char *path, struct src_pos at, config_t *out,
                      struct diag *d);

/* Where a setting stands; the file's name lives as long as its config_t.
 * `path`: the file as it was given to config_text_read. */
struct src_pos setting_pos(const config_setting_t *setting, const char *path);

/* "a group", "a string", ... */
const char *setting_kind(const config_setting_t *setting);

/* Whether it is a list or an array. */
bool setting_is_list(const config_setting_t *setting);
/* Reports a key that `known`, NULL at the end, has not; of: "", or where it
 * stands, as in " in a mapping".  Returns false. */
bool setting_unknown_key(const config_setting_t *setting, const char *path,
                         const char *const known[], const char *of,
                         struct diag *d);

/* Whether a string may stand in a report: reports a line's end or another
 * control letter.  key: whose string. */
bool string_is_one_line(const char *text, const char *key, struct src_pos at,
                        struct diag *d);

/* A whole number, also one written as 2e8.  false: it is none. */
bool setting_whole_number(const config_setting_t *setting, long long *out);

#ifdef __cplusplus
}
#endif

#endif
