/* schema.h - every key of an architecture, once.
 *
 * One row a key: type, range, default, unit, meaning and source.  The reader,
 * the checks, --set, --help-config and docs/config.md walk it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_SCHEMA_H
#define SIM_CONFIG_SCHEMA_H

#include "sim/base/arch.h"
#include "sim/base/config_text.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

enum schema_type {
    SCHEMA_INT,   /* int in struct arch */
    SCHEMA_INT64, /* uint64_t */
    SCHEMA_ENUM,  /* an enum, as an index into `choices` */
    SCHEMA_BOOL,
    SCHEMA_STRING,  /* char[size_bytes] */
    SCHEMA_STRINGS, /* char[size_bytes / 16][16], "" ends it; of choices, if
                       there are any */
    SCHEMA_LOOPS    /* letters of LOOP_LETTERS, in its order; "": any */
};

struct schema_row {
    const char *key; /* path: "pe.rf.ifmap_words" */
    enum schema_type type;
    int64_t min, max;           /* of numbers, both allowed */
    const char *default_text;   /* as for --set; NULL = required */
    size_t offset, size_bytes;  /* in struct arch */
    const char *const *choices; /* of enums, NULL at the end */
    const char *unit, *doc, *source;
};

extern const struct schema_row schema[]; /* key NULL at the end */
int schema_rows(void);
/* Index of a key, or -1. */
int schema_find(const char *key);
/* The key nearest to a wrong one. */
const char *schema_nearest(const char *key);
/* Whether `path` is a group, as "pe.rf" is. */
bool schema_is_group(const char *path);

/* Sets a value from text (--set, defaults): numbers in digits, a bare word or
 * a quoted one is a string, items of an array have commas between them. */
bool schema_set_text(const struct schema_row *row, const char *text,
                     struct src_pos at, struct arch *arch, struct diag *d);
/* Sets a value from a file. */
bool schema_set_setting(const struct schema_row *row,
                        const struct setting *setting, struct src_pos at,
                        struct arch *arch, struct diag *d);
void schema_set_defaults(struct arch *arch);
/* Whether both have the same value. */
bool schema_same(const struct schema_row *row, const struct arch *a,
                 const struct arch *b);

#ifdef __cplusplus
}
#endif

#endif
