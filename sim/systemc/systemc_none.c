/* systemc_none.c - what a build without SystemC says instead.
 * SPDX-License-Identifier: MIT
 */
#include "sim/systemc/systemc.h"

bool systemc_load(const struct systemc_options *systemc,
                  struct layer_runner *out, struct diag *d)
{
    struct src_pos at = {NULL, 0};
    (void)systemc;
    (void)out;
    return diag_error(d, at,
                      "'--kernel' is 'systemc', which this build was made "
                      "without; with libsystemc-dev installed (Debian, "
                      "Ubuntu: apt-get install libsystemc-dev), configure "
                      "it again without '--without-systemc'");
}
