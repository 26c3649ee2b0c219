/* plugin_wide.c - a dataflow with more parameters than a mapping holds, for the
 * tests of --plugin.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/plugin.h"

#define P                 \
    {                     \
        "p", 1, 2, "", "" \
    }
static const struct mapping_param many_params[] = {
    P, P, P, P, P, P, P, P, P,
    P, P, P, P, P, P, P, P, {NULL, 0, 0, NULL, NULL}};

static bool no_choice(const struct arch *arch, const struct layer *layer,
                      const struct given_mapping *given, struct mapping *out,
                      struct diag *d)
{
    (void)arch, (void)layer, (void)given, (void)out, (void)d;
    return false;
}

static void no_program(const struct arch *arch, const struct layer *layer,
                       const struct mapping *mapping, struct program *out)
{
    (void)arch, (void)layer, (void)mapping, (void)out;
}

static void no_counts(const struct arch *arch, const struct layer *layer,
                      const struct mapping *mapping, struct counts *out)
{
    (void)arch, (void)layer, (void)mapping, (void)out;
}

static void no_text(const struct arch *arch, const struct layer *layer,
                    const struct mapping *mapping, FILE *to)
{
    (void)arch, (void)layer, (void)mapping, (void)to;
}

ACCELSIM_DATAFLOW_PLUGIN;
const struct dataflow accelsim_dataflow = {
    .name = "wide",
    .doc = "nothing",
    .source = "none",
    .params = many_params,
    .choose = no_choice,
    .compile = no_program,
    .expect = no_counts,
    .show = no_text,
};
