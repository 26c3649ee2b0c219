/* plugin.h - what a dataflow from a shared object (--plugin) must define, to
 * fit the program that loads it.
 *
 *   #include "dataflows/plugin.h"
 *   const struct dataflow accelsim_dataflow = {...};
 *   ACCELSIM_DATAFLOW_PLUGIN;
 *
 * Both are built from the headers of one version; a plugin of another version
 * of the interface, or whose structs have other sizes, is refused.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_PLUGIN_H
#define DATAFLOWS_PLUGIN_H

#include "dataflows/program.h"

/* The version of the interface: of what a dataflow must define, and of what its
 * functions are called with.  It is raised whenever either changes. */
#define ACCELSIM_PLUGIN_VERSION 4

/* Bytes of this struct, which come first in every version, and of all that
 * passes between the two. */
struct plugin_layout {
    uint32_t layout;
    uint32_t dataflow, given_mapping, program, program_ops, pass, arch, layer,
        counts;
};

#define PLUGIN_LAYOUT                                                        \
    {                                                                        \
        sizeof(struct plugin_layout), sizeof(struct dataflow),               \
            sizeof(struct given_mapping), sizeof(struct program),            \
            sizeof(struct program_ops), sizeof(struct multicast_pass),       \
            sizeof(struct arch), sizeof(struct layer), sizeof(struct counts) \
    }

#define ACCELSIM_DATAFLOW_PLUGIN                                        \
    extern const uint32_t accelsim_dataflow_version;                    \
    const uint32_t accelsim_dataflow_version = ACCELSIM_PLUGIN_VERSION; \
    extern const struct dataflow accelsim_dataflow;                     \
    extern const struct plugin_layout accelsim_dataflow_layout;         \
    const struct plugin_layout accelsim_dataflow_layout = PLUGIN_LAYOUT

#ifdef __cplusplus
extern "C" {
#endif

/* Whether what a plugin defines goes with this program: its dataflow, and the
 * constants of ACCELSIM_DATAFLOW_PLUGIN, NULL where one is missing. */
bool dataflow_plugin_fits(bool has_dataflow, const uint32_t *version,
                          const struct plugin_layout *layout, struct src_pos at,
                          struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
