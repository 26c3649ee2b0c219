/* nest_dataflow.c - the row of the dataflow interface under which a loop nest
 * is known by name. It has no parameters and chooses nothing: whoever runs a
 * nest brings its loops.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_dataflow.h"

static const struct mapping_param no_params[] = {{NULL, 0, 0, NULL, NULL}};

static bool nest_choose(const struct arch *arch, const struct layer *layer,
                        const struct given_mapping *given, struct mapping *out,
                        struct diag *d)
{
    (void)arch;
    (void)given;
    (void)out;
    return diag_error(d, (struct src_pos){NULL, 0},
                      "layer '%s' lacks the loops of its nest; '--mapping "
                      "FILE' is needed",
                      layer->name);
}

const struct dataflow nest_dataflow = {
    .name = "nest",
    .doc = "any loop nest, from a mapping file",
    .source = "Sze, Chen, Yang, Emer, \"Efficient Processing of Deep Neural "
              "Networks\", 2020, ch. 5",
    .params = no_params,
    .on_systolic = true, /* where the innermost part is a fold */
    .choose = nest_choose,
};
