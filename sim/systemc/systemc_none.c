/* systemc_none.c - what a build without SystemC says instead.
 * SPDX-License-Identifier: MIT
 */
#include "sim/systemc/systemc.h"

bool systemc_simulate_layer(const struct systemc_options *systemc,
                            const struct arch *arch, const struct layer *layer,
                            const struct layer_mapping *mapping,
                            const struct simulate_options *options,
                            struct layer_result *out, struct diag *d)
{
    struct src_pos at = {NULL, 0};
    (void)systemc;
    (void)arch;
    (void)layer;
    (void)dataflow;
    (void)given;
    (void)options;
    (void)out;
    return diag_error(d, at,
                      "'--kernel' is 'systemc', which this build was made "
                      "without; with libsystemc-dev installed (Debian, "
                      "Ubuntu: apt-get install libsystemc-dev), configure "
                      "it again without '--without-systemc'");
}
