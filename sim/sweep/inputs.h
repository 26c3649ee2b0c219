/* inputs.h - the files that points name, each read once: architectures, energy
 * tables, networks.
 *
 * Several threads may ask at once.  What is taken is given back.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_INPUTS_H
#define SIM_SWEEP_INPUTS_H

#include "sim/config/config.h"
#include "sim/energy/energy.h"
#include "sim/network/network_file.h"
#include "sim/sweep/point.h"

#ifdef __cplusplus
extern "C" {
#endif

struct inputs;

/* What runs: the layers that a point names. */
struct sweep_layers {
    struct network_file network; /* owns; without its layers, which are: */
    struct workload *given;      /* owns; as they were given */
    /* Own; what they run as, where one is a transposed convolution, by
     * `lowering.transposed`, and into how many of them each was cut; or
     * NULL. */
    struct workload *cut[2];
    int *parts[2];
    char table_network[64];      /* as tables of mappings know it, or "" */
    struct layer *network_layer; /* owns; all of the network's, or NULL */
    int n_network_layers;
};

struct inputs *inputs_new(void);
void inputs_free(struct inputs *in);

/* NULL after a message. at: who names the file. */
const struct config *inputs_config(struct inputs *in, const char *name,
                                   struct src_pos at, struct diag *d);
const struct energy_table *inputs_energy(struct inputs *in, const char *name,
                                         struct src_pos at, struct diag *d);
/* The layers of a point, with its batch, the network's own or the
 * architecture's. */
const struct sweep_layers *inputs_layers(struct inputs *in,
                                         const struct point *point,
                                         const struct arch *arch,
                                         struct src_pos at, struct diag *d);
void inputs_give_back_config(struct inputs *in, const struct config *cfg);
void inputs_give_back_energy(struct inputs *in,
                             const struct energy_table *table);
void inputs_give_back_layers(struct inputs *in,
                             const struct sweep_layers *layers);

/* Keeps the other threads from reading files between these two; one thread may
 * hold it several times over. */
void inputs_hold(struct inputs *in);
void inputs_release(struct inputs *in);

#ifdef __cplusplus
}
#endif

#endif
