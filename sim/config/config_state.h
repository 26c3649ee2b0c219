/* config_state.h - what config.c and config_mapping.c share.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_CONFIG_STATE_H
#define SIM_CONFIG_CONFIG_STATE_H

#include "sim/base/arch.h"
#include "sim/base/config_text.h"
#include "sim/config/config.h"
#include "sim/config/mapping_file.h"
#include "sim/config/mapping_table.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FREE_PARAMS_MAX 64

/* A mapping parameter set by hand, of whatever dataflow. */
struct free_param {
    const char *name; /* borrowed from the file or from set_text */
    int64_t value;
    struct src_pos at;
    bool from_file;
};

struct config {
    /* Who owns file, path and tables, where config_vary made this one; NULL:
     * it does itself. */
    const struct config *base;
    struct config_text *file; /* owns */
    char *path;               /* owns */
    struct arch arch;
    struct arch as_read;      /* as the file alone says, nothing resolved */
    struct arch shipped;      /* the same, resolved */
    struct src_pos *at;       /* owns; of each row of the schema */
    bool *is_given;           /* owns; of each row */
    struct src_pos stores_at; /* of l2.stores; file NULL: there are none */
    struct src_pos levels_at; /* of levels; file NULL: the usual ones */
    struct mapping_tables tables;
    struct mapping_file *mappings; /* owns; of config_use_mappings, or NULL */
    int n_params;
    struct free_param param[FREE_PARAMS_MAX];
    int n_sets;
    char **set_text, **set_where; /* own; "array.rows\0" "16", its position */
};

#ifdef __cplusplus
}
#endif

#endif
