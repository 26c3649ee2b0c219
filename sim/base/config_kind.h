/* config_kind.h - the kinds of .cfg files that users name: where they lie, and
 * what tells them apart, so that a network in the place of an architecture is
 * one message, not one for each key.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_CONFIG_KIND_H
#define SIM_BASE_CONFIG_KIND_H

#include "sim/base/config_text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum config_kind {
    CONFIG_ARCHITECTURE,
    CONFIG_NETWORK,
    CONFIG_ENERGY_TABLE,
    CONFIG_MAPPING,
    CONFIG_CONSTRAINTS,
    CONFIG_SWEEP,
    CONFIG_KIND_N
};

struct config_kind_row {
    const char *article, *noun; /* "an", "architecture" */
    const char *mark;           /* a key that only this kind has */
    const char *folder;         /* below a folder of configurations; or "" */
    const char *option;         /* that takes it */
    const char *listed;         /* what a message adds: how to list them */
    const char *other_mark;     /* another such key, or NULL */
};
extern const struct config_kind_row config_kinds[CONFIG_KIND_N];

/* False, after a message, when the file at `path` is plainly of another kind:
 * it lacks the key that marks `kind` and has another's. */
bool config_kind_may_be(enum config_kind kind, const struct setting *root,
                        const char *path, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
