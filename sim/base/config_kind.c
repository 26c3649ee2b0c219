/* config_kind.c - the table of the kinds of configuration files, and the
 * message about a file that is of another kind.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/config_kind.h"

#define LISTED(what) "; 'accelsim list " what "' lists all"

const struct config_kind_row config_kinds[CONFIG_KIND_N] = {
    [CONFIG_ARCHITECTURE] = {"an", "architecture", "array", "", "--cfg",
                             LISTED("architectures"), NULL},
    [CONFIG_NETWORK] = {"a", "network", "layers", "networks", "--net",
                        LISTED("networks"), "nodes"},
    [CONFIG_ENERGY_TABLE] = {"an", "energy table", "unit", "energy",
                             "--set energy=", LISTED("energy"), NULL},
    [CONFIG_MAPPING] = {"a", "mapping file", "mappings", "mappings",
                        "--mapping", "", NULL},
    [CONFIG_CONSTRAINTS] = {"a", "file of constraints", "constraints",
                            "mappings", "--constraints", "", NULL},
    [CONFIG_SWEEP] = {"a", "plan of a sweep", "axes", "sweeps",
                      "accelsim sweep", "", NULL},
};

static bool has_mark(const struct setting *root,
                     const struct config_kind_row *row)
{
    return setting_member(root, row->mark) != NULL ||
           (row->other_mark != NULL &&
            setting_member(root, row->other_mark) != NULL);
}

bool config_kind_may_be(enum config_kind kind, const struct setting *root,
                        const char *path, struct diag *d)
{
    const struct config_kind_row *wanted = &config_kinds[kind];
    if (has_mark(root, wanted))
        return true;
    for (int k = 0; k < CONFIG_KIND_N; k++) {
        const struct config_kind_row *row = &config_kinds[k];
        if (has_mark(root, row))
            return diag_error(d, (struct src_pos){path, 1},
                              "the file is %s %s, for '%s'; %s %s is needed",
                              row->article, row->noun, row->option,
                              wanted->article, wanted->noun);
    }
    return true;
}
