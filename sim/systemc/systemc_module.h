/* systemc_module.h - what the program and the module of the SystemC kernel know
 * of each other.
 *
 * The module is a shared object, accelsim_systemc.so.  It defines one symbol,
 * accelsim_systemc, and takes the rest of the simulator from the program that
 * loads it, so both must be of one build: of one version and with structs of
 * equal sizes.  It lies in the program's own folder (where it was built) or in
 * the folder where `make install` puts it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SYSTEMC_SYSTEMC_MODULE_H
#define SIM_SYSTEMC_SYSTEMC_MODULE_H

#include <stdint.h>

#include "sim/systemc/systemc.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SYSTEMC_MODULE_FILE "accelsim_systemc.so"

enum { SYSTEMC_STRUCTS_N = 6 };

struct systemc_module {
    const char *version;               /* of accelsim; a constant */
    uint32_t bytes[SYSTEMC_STRUCTS_N]; /* of what passes between the two */
    /* As struct layer_runner has it; context: a struct systemc_options. */
    bool (*run)(const void *context, const struct arch *arch,
                const struct layer *layer, const struct layer_mapping *mapping,
                const struct simulate_options *options,
                struct layer_result *out, struct diag *d);
};

#define SYSTEMC_MODULE(run)                   \
    {                                         \
        ACCELSIM_VERSION,                     \
            {sizeof(struct systemc_options),  \
             sizeof(struct arch),             \
             sizeof(struct layer),            \
             sizeof(struct layer_mapping),    \
             sizeof(struct simulate_options), \
             sizeof(struct layer_result)},    \
            run                               \
    }

#ifdef __cplusplus
}
#endif

#endif
