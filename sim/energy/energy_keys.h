/* energy_keys.h - the entries that an energy table may have: names, and what
 * makes an entry.  For the reader of tables.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ENERGY_ENERGY_KEYS_H
#define SIM_ENERGY_ENERGY_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One key of a table that holds an entry or a list of entries. */
struct energy_list_key {
    const char *name;
    size_t offset;
    const char *value; /* the key of its figure: "energy" */
    const char *size;  /* a whole number that says of what size, or NULL */
    bool has_width, has_bytes, may_be_ratio, is_curve, is_storage;
    int min_entries, max_entries;
    bool required;
};

extern const struct energy_list_key
    energy_list_keys[]; /* the last has no name */

#ifdef __cplusplus
}
#endif

#endif
