/* layer_keys.h - what a layer may say of itself, in a network's file or after
 * --shape, beside its name and type: names, values and documentation.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_LAYER_KEYS_H
#define SIM_CONFIG_LAYER_KEYS_H

#include <stddef.h>

#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

enum layer_key_type {
    LAYER_KEY_DIM,   /* int */
    LAYER_KEY_SHARE, /* double, 0 to 1 */
    LAYER_KEY_FLAG,  /* bool */
    LAYER_KEY_BITS,  /* int, a width; 0 is the machine's */
    LAYER_KEY_MASK   /* a file with zeros, in a network's file alone */
};

/* Values of left_out that are no value of the key. */
enum {
    LAYER_KEY_REQUIRED = -1,
    LAYER_KEY_OF_BOTH = -2 /* that of the key that sets both axes */
};

enum { LAYER_KEY_FIELDS = 4 };
struct layer_key {
    const char *name;
    enum layer_key_type type;
    size_t offset[LAYER_KEY_FIELDS]; /* in struct layer, of what it sets */
    int n_fields;
    int left_out;    /* value when left out; below 0: as said above */
    int least, most; /* values of a whole number */
    const char *doc;
};

extern const struct layer_key layer_keys[]; /* the last one has no name */
/* M, N, K and B of a gemm, in their own letters: those that a layer with a
 * key 'K' has beside the shares and flags of layer_keys. */
extern const struct layer_key layer_gemm_keys[];

/* The key that set each whole number of a layer, or NULL. */
enum { LAYER_FIELDS = 40 };
struct layer_given {
    const char *by[LAYER_FIELDS];
};

/* Finds a key in a table that ends without a name; NULL when it has none. */
const struct layer_key *layer_key_find(const struct layer_key *table,
                                       const char *name);
/* Sets the operation of this name.  false: there is none. */
bool layer_set_op(struct layer *layer, const char *name);
/* "'conv', 'fc', ..."; borrowed. */
const char *layer_op_list(void);
/* What a name that is no key asks for, if it is known and not modelled; else
 * NULL. */
const char *layer_key_not_modelled(const char *name);
/* Makes what layer_gemm_keys set a layer: B products side by side are groups.
 * Error: more rows or columns in all than a dimension may have. */
bool layer_of_gemm(struct layer *layer, struct src_pos at, struct diag *d);
/* Gives every whole number its value when left out; N and B are 1. */
void layer_keys_leave_out(struct layer *layer);
/* Sets what a LAYER_KEY_DIM or LAYER_KEY_BITS sets.  Errors: a value out of
 * range, and a number that another key has set. */
bool layer_key_set(const struct layer_key *key, int64_t value,
                   struct layer_given *given, struct layer *layer,
                   struct src_pos at, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
