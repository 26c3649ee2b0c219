/* machines.h - the machines that points run on, each made once, and what those
 * that are one machine to their layers share: passes that ran, and results.
 *
 * Several threads may ask at once.  What is taken is given back.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_MACHINES_H
#define SIM_SWEEP_MACHINES_H

#include "sim/run/pass_memory.h"
#include "sim/sweep/inputs.h"
#include "sim/sweep/layer_results.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Machines whose passes are the same: they differ in clock, DRAM, energy and
 * what steers a run alone. */
struct machine_family {
    struct pass_memory *passes;    /* owns */
    struct layer_results *results; /* owns; of those whose runs are the same */
    struct kept *of;               /* the pool that it is in */
};

struct sweep_machine {
    struct config *cfg; /* owns; NULL: refused */
    enum exit_status status;
    char *refusal;                   /* owns; why; else NULL */
    const struct dataflow *dataflow; /* NULL: as the mapping file says */
    const struct config *base;       /* borrowed of the inputs, as is energy */
    const struct energy_table *energy;
    struct energy_costs costs;
    int dram_burst_bytes;
    uint64_t dram_bytes_per_second;
    /* Borrowed; NULL: refused.  Beside it, what of the machine a run depends
     * on, but for the passes' part of it. */
    struct machine_family *family;
    struct arch as_run;
};

struct machines;

/* memo_bytes: for the passes of each family; 0: as a run has. */
struct machines *machines_new(struct inputs *inputs, uint64_t memo_bytes);
/* At most so much from now on. */
void machines_bound_memo(struct machines *machines, uint64_t memo_bytes);
void machines_free(struct machines *machines);
/* Never NULL: a machine that cannot be is there with its refusal. */
const struct sweep_machine *machines_take(struct machines *machines,
                                          const struct point *point);
void machines_give_back(struct machines *machines,
                        const struct sweep_machine *machine);

#ifdef __cplusplus
}
#endif

#endif
