/* gate.h - what a machine does not model is refused here, by name, before a
 * layer is mapped: by whoever chooses a mapping, whatever the command.
 *
 * What makes no machine at all is refused as it is read
 * (sim/config/arch_check.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_GATE_H
#define SIM_CHOOSE_GATE_H

#include "dataflows/dataflow.h"
#include "sim/config/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the machine's array does under this dataflow (&nest_dataflow: under
 * this nest, or NULL: such as are searched) what the architecture asks of it,
 * and reads each key that --set gave. */
bool gate_lets_dataflow(const struct config *cfg,
                        const struct dataflow *dataflow,
                        const struct nest *nest, struct diag *d);
/* Whether a command that runs nothing (its name, for the message) knows the
 * layer's counts and the least of its cycles. */
bool gate_lets_count(const struct config *cfg, const struct layer *layer,
                     const char *command, struct diag *d);
/* Whether the machine takes the widths of the layer's words, and feature maps
 * that are said to stay on chip fit into L2. */
bool gate_lets_layer(const struct config *cfg, const struct layer *layer,
                     struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
