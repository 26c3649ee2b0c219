/* validation_quantity.h - the figures that a claim can be about, by name.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_VALIDATE_VALIDATION_QUANTITY_H
#define SIM_VALIDATE_VALIDATION_QUANTITY_H

#include <stdbool.h>

#include "sim/base/arch.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a figure is taken from: one layer, or the sum of several. */
struct quantity_input {
    const struct arch *arch;      /* NULL: shapes only */
    const struct layer *layers;   /* the run's layers, or the one */
    const struct layer_result *r; /* NULL: not simulated; [0] the sum, then
                                     the layers */
    int n_layers;
};

/* Unit of a figure, or NULL: unknown. */
const char *quantity_unit(const char *name);
/* What a figure needs at least: shapes, a machine, or the result of a run. */
enum quantity_need { NEED_SHAPES, NEED_ARCH, NEED_RESULT };
enum quantity_need quantity_need(const char *name);
double quantity_value(const char *name, const struct quantity_input *in);
/* The known name nearest to a wrong one. */
const char *quantity_nearest(const char *name);

/* Quantities of energy (validation_energy.c names them), which quantity_unit
 * and the rest ask for. */
const char *energy_quantity_unit(const char *name);
enum quantity_need energy_quantity_need(const char *name);
double energy_quantity_value(const char *name, const struct quantity_input *in);

/* Quantities of a DRAM part: its timing and bandwidth, measured by running the
 * part's model. */
const char *dram_quantity_unit(const char *name);
double dram_quantity_value(const char *name, const char *part);
const char *dram_quantity_nearest(const char *name);

/* Quantities of a sequence of words that is used one after another, such as its
 * reuse distances. */
bool reuse_sequence_is_right(const char *sequence);
const char *reuse_quantity_unit(const char *name);
double reuse_quantity_value(const char *name, const char *sequence);
const char *reuse_quantity_nearest(const char *name);

#ifdef __cplusplus
}
#endif

#endif
