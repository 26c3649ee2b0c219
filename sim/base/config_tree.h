/* config_tree.h - how a tree of settings is made; for the parser.
 *
 * All of a tree lies in memory that belongs to its config_text and is freed as
 * a whole.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_CONFIG_TREE_H
#define SIM_BASE_CONFIG_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/base/config_text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct setting {
    const char *name; /* or NULL */
    struct src_pos at;
    enum config_type type;
    struct config_text *text;     /* the one that it belongs to */
    const struct setting *parent; /* NULL: the root */
    union {
        int64_t whole;
        double fraction;
        bool is_true;
        const char *string;
        struct {
            struct setting **item;
            int n, room;
        };
    };
};

/* A text whose root is empty. */
struct config_text *config_text_new(void);
struct setting *config_text_top(struct config_text *text);
/* A copy of the letters that lives as long as the text. */
const char *config_text_keep(struct config_text *text, const char *letters,
                             size_t bytes);

/* Appends an item to a group (which has none of that name) or, with name NULL,
 * to a list or an array.  The caller gives it its type and value; `name` is
 * kept by the text. */
struct setting *setting_add(struct setting *to, const char *name,
                            struct src_pos at);

#ifdef __cplusplus
}
#endif

#endif
