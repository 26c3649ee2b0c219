/* energy_range.h - how far a total may lie from what a table's entries say,
 * where entries give a low and a high figure beside the one that is used.
 *
 * Each such entry is a source of error of its own: a total is worked out anew
 * with it at either end.  What entries change is added up as if they erred
 * independently (the root of the squares), and a corner has all of them at one
 * end.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ENERGY_ENERGY_RANGE_H
#define SIM_ENERGY_ENERGY_RANGE_H

#include "sim/energy/energy.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ENERGY_RANGED_MAX = 48 }; /* entries of a table with a range */

/* Totals of a layer, or of several, in the table's unit. */
struct energy_range {
    int n; /* entries with a range; 0: the table gives none */
    double total;
    /* With one entry at its low or high figure, by entry; with all. */
    double low[ENERGY_RANGED_MAX], high[ENERGY_RANGED_MAX];
    double corner_low, corner_high;
};

/* What a machine pays under a table, as it is and with entries at their ends:
 * worked out once for all layers of the same widths. */
struct energy_range_prices;
/* table: borrowed. */
struct energy_range_prices *
energy_range_prices_new(const struct energy_table *table);
void energy_range_prices_free(struct energy_range_prices *prices);
const struct energy_table *
energy_range_table(const struct energy_range_prices *prices);

/* arch: of one machine for all calls with `prices`, with the layer's widths;
 * dram_burst_bytes: as energy_of_layer. */
void energy_range_of_layer(struct energy_range_prices *prices,
                           const struct arch *arch,
                           const struct layer_result *result,
                           int dram_burst_bytes, struct energy_range *out);
/* a += b, both of one table: an entry errs alike in all layers. */
void energy_range_add(struct energy_range *a, const struct energy_range *b);
/* The total less and plus the root of the squares. */
double energy_range_low(const struct energy_range *range);
double energy_range_high(const struct energy_range *range);

#ifdef __cplusplus
}
#endif

#endif
