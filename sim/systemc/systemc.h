/* systemc.h - a layer on the SystemC kernel.
 *
 * The referee: SystemC's scheduler calls the same blocks (sim/base/block.h),
 * and the DRAM is met through a TLM-2.0 socket.  Same results as the native
 * kernel.  It is a module that is loaded when it is asked for, for SystemC
 * takes longer to start than a small layer to run
 * (sim/systemc/systemc_module.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SYSTEMC_SYSTEMC_H
#define SIM_SYSTEMC_SYSTEMC_H

#include "sim/array/probe.h"
#include "sim/base/block.h"
#include "sim/run/apart.h"
#include "sim/run/simulate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A foreign memory behind the socket (sim/systemc/fixed_memory_sc.hpp). */
struct systemc_memory {
    bool is_foreign; /* false: the architecture's DRAM */
    uint64_t latency_ns;
    uint64_t bytes_per_second;
};

#define SYSTEMC_PES_MAX 1024

struct systemc_options {
    enum block_grain grain;
    int shuffle; /* of the order of blocks; 0: as they are listed */
    struct systemc_memory memory;
    const char *vcd; /* borrowed; the waveform's file, or NULL */
    uint64_t window_from, window_to;     /* cycles traced: [from, to) */
    int n_pes;                           /* 0: all */
    struct probe_pe pe[SYSTEMC_PES_MAX]; /* whose insides it shows */
};

/* Sets a runner whose context is `systemc` (borrowed): as simulate_layer, every
 * pass simulated.  Once per process: SystemC can't be elaborated twice
 * (sim/run/apart.h).  Errors: the build has no such kernel, or its module
 * cannot be loaded (EXIT_IO). */
bool systemc_load(const struct systemc_options *systemc,
                  struct layer_runner *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
