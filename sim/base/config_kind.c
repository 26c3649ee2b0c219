/* config_kind.c - the table of the kinds of configuration files, and the
 * message about a file that is of another kind.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/config_kind.h"

#define LISTED(what) "; 'accelsim list " what "' lists all"

const struct config_kind_row config_kinds[CONFIG_KIND_N] = {
    [CONFIG_ARCHITECTURE] = {"an", "architecture", "array", "", "--cfg",
                             LISTED("architectures")},
    [CONFIG_NETWORK] = {"a", "network", "layers", "networks", "--net",
                        LISTED("networks")},
    [CONFIG_ENERGY_TABLE] = {"an", "energy table", "unit", "energy",
                             "--set energy=", LISTED("energy")},
    [CONFIG_MAPPING] = {"a", "mapping file", "mappings", "mappings",
                        "--mapping", ""},
    [CONFIG_CONSTRAINTS] = {"a", "file of constraints", "constraints",
                            "mappings", "--constraints", ""},
};

bool config_kind_may_be(enum config_kind kind, const struct setting *root,
                        const char *path, struct diag *d)
{
    const struct config_kind_row *wanted = &config_kinds[kind];
    if (setting_member(root, wanted->mark) != NULL)
        return true;
    for (int k = 0; k < CONFIG_KIND_N; k++) {
        const struct config_kind_row *row = &config_kinds[k];
        if (setting_member(root, row->mark) != NULL)
            return diag_error(d, (struct src_pos){path, 1},
                              "the file is %s %s, for '%s'; %s %s is needed",
                              row->article, row->noun, row->option,
                              wanted->article, wanted->noun);
    }
    return true;
}
