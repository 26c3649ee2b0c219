/* energy_area.h - the area of a machine's components, by the table that prices
 * their energy.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ENERGY_ENERGY_AREA_H
#define SIM_ENERGY_ENERGY_AREA_H

#include "sim/energy/energy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* name, doc; in mm2, all instances of a machine together. */
#define AREA_PARTS(X)                                               \
    X(mac, "multipliers and adders of the PEs")                     \
    X(rf, "register files of the PEs")                              \
    X(registers, "clocked register bits that are no register file") \
    X(l1, "banks of the L1s")                                       \
    X(l2, "banks of the L2")

#define AREA_ENUM(name, doc) AREA_##name,
enum area_part { AREA_PARTS(AREA_ENUM) AREA_N };
#undef AREA_ENUM
extern const char *const area_part_name[AREA_N];
extern const char *const area_part_doc[AREA_N];

struct machine_area { /* mm2 */
    double part[AREA_N];
    double total;
};

/* false: the table knows no areas. */
bool energy_area_of(const struct energy_table *table, const struct arch *arch,
                    struct machine_area *out);

#ifdef __cplusplus
}
#endif

#endif
