/* layer_keys.h - what a layer in a network's file may say of itself, beside its
 * name and type: names, values and documentation.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_LAYER_KEYS_H
#define SIM_CONFIG_LAYER_KEYS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum layer_key_type {
    LAYER_KEY_DIM,   /* int */
    LAYER_KEY_SHARE, /* double, 0 to 1 */
    LAYER_KEY_FLAG   /* bool */
};

struct layer_key {
    const char *name;
    enum layer_key_type type;
    size_t offset; /* in struct layer */
    int left_out;  /* value when left out; -1 = required */
    const char *doc;
};

extern const struct layer_key layer_keys[]; /* the last one has no name */
/* By enum layer_type; NULL at the end. */
extern const char *const layer_types[];

#ifdef __cplusplus
}
#endif

#endif
