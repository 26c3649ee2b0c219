/* config_value.h - each value of a configuration as it holds, with its unit and
 * where it comes from.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_CONFIG_VALUE_H
#define SIM_CONFIG_CONFIG_VALUE_H

#include "sim/config/config.h"

#ifdef __cplusplus
extern "C" {
#endif

enum config_origin { CONFIG_DEFAULT, CONFIG_FILE, CONFIG_SET };

struct config_value {
    char key[64];           /* "array.rows", "mapping.m" */
    char text[160];         /* the value, as --set takes it; "" = none */
    const char *unit, *doc; /* borrowed */
    enum config_origin origin;
    struct src_pos at; /* of CONFIG_FILE */
};

/* Value i of the keys of the schema and, behind them, of the mapping
 * parameters set by hand.  false: there are no more. */
bool config_value_at(const struct config *cfg, int i, struct config_value *out);

#ifdef __cplusplus
}
#endif

#endif
