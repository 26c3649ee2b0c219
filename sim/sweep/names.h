/* names.h - whether what a plan or a request names is there: keys and their
 * values, architectures, dataflows, objectives, tables, layers.
 *
 * Each returns false after a message at `at`.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_NAMES_H
#define SIM_SWEEP_NAMES_H

#include "sim/sweep/inputs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A key that --set takes. */
bool name_is_key(const char *key, struct src_pos at, struct diag *d);
/* Whether a key of a listed level is of one that the architecture lists; true
 * of other keys. */
bool name_is_of_levels(const char *key, const struct config *cfg,
                       struct src_pos at, struct diag *d);
/* Whether the file that a key names can be read, if it names one and is no
 * table.  From then on the process knows that it was (file_use_each_read). */
bool name_reads_file(const char *key, const char *name, struct inputs *inputs,
                     struct src_pos at, struct diag *d);
/* Whether a key takes the value, whatever the machine; true of those that are
 * not in the schema. */
bool name_takes(const char *key, const char *value, struct inputs *inputs,
                struct src_pos at, struct diag *d);
bool name_is_config(const char *name, struct inputs *inputs, struct src_pos at,
                    struct diag *d);
bool name_is_dataflow(const char *name, struct src_pos at, struct diag *d);
bool name_is_objective(const char *name, enum search_objective *out,
                       struct src_pos at, struct diag *d);

/* All that a point names.  A number that is outside what its key may be is no
 * fault of names: there is no such machine. */
bool names_are_there(const struct point *point, struct inputs *inputs,
                     struct src_pos at, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
