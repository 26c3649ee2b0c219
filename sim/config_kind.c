/* config_kind.c - see config_kind.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config_kind.h"

static const struct {
    const char *name;
    const char *mark; /* a key that only this kind has */
    const char *where;
} kinds[CONFIG_KIND_N] = {
    [CONFIG_ARCHITECTURE] = {"an architecture", "array", "--cfg"},
    [CONFIG_NETWORK] = {"a network", "layers", "--net"},
    [CONFIG_ENERGY_TABLE] = {"an energy table", "unit", "--set energy="},
    [CONFIG_MAPPING] = {"a mapping file", "mappings", "--mapping"},
    [CONFIG_CONSTRAINTS] = {"a file of constraints", "constraints",
                            "--constraints"},
};

bool config_kind_may_be(enum config_kind kind, const config_setting_t *root,
                        const char *path, struct diag *d)
{
    if (config_setting_get_member(root, kinds[kind].mark) != NULL)
        return true;
    for (int k = 0; k < CONFIG_KIND_N; k++)
        if (config_setting_get_member(root, kinds[k].mark) != NULL)
            return diag_error(d, (struct src_pos){path, 1},
                              "the file is %s, for '%s'; %s is needed",
                              kinds[k].name, kinds[k].where, kinds[kind].name);
    return true;
}
