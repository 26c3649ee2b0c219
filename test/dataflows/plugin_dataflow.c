/* plugin_dataflow.c - a dataflow from outside, for the tests of --plugin: it
 * does as ws does, under a name of its own.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/plugin.h"

static const struct mapping_param no_params[] = {{NULL, 0, 0, NULL, NULL}};

static bool echo_choose(const struct arch *arch, const struct layer *layer,
                        const struct given_mapping *given, struct mapping *out,
                        struct diag *d)
{
    return dataflow_find("ws")->choose(arch, layer, given, out, d);
}

static void echo_compile(const struct arch *arch, const struct layer *layer,
                         const struct mapping *mapping, struct program *out)
{
    dataflow_find("ws")->compile(arch, layer, mapping, out);
}

static void echo_expect(const struct arch *arch, const struct layer *layer,
                        const struct mapping *mapping, struct counts *out)
{
    dataflow_find("ws")->expect(arch, layer, mapping, out);
}

static void echo_show(const struct arch *arch, const struct layer *layer,
                      const struct mapping *mapping, FILE *to)
{
    dataflow_find("ws")->show(arch, layer, mapping, to);
}

ACCELSIM_DATAFLOW_PLUGIN;
const struct dataflow accelsim_dataflow = {
    .name = "echo",
    .doc = "what ws does",
    .source = "none",
    .params = no_params,
    .choose = echo_choose,
    .compile = echo_compile,
    .expect = echo_expect,
    .show = echo_show,
};
