/* simulate.h - run one layer on one machine.
 *
 * Chooses or checks the mapping, compiles it, assembles the machine, runs it
 * and counts.  Pure: same arguments, same result; no output of its own; safe
 * to call from several threads at once.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_SIMULATE_H
#define SIM_RUN_SIMULATE_H

#include "sim/base/arch.h"
#include "sim/base/diag.h"
#include "sim/base/layer.h"
#include "sim/base/result.h"
#include "traces/access.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ahead;     /* sim/run/ahead.h */
struct dram_port; /* mem/dram_port.h */
struct kernel;    /* sim/run/kernel.h */
struct nest;      /* dataflows/nest/nest.h */
struct nest_where;
struct pass_memory;

struct simulate_options {
    bool memo;       /* false: --no-memo */
    bool intern_off; /* for tests: see sim/run/pass_view.h */
    bool check;      /* functional mode, real operands */
    /* The dataflow "nest": its loops, and where they were read; borrowed. */
    const struct nest *nest;
    const struct nest_where *nest_where;
    bool show_mapping;   /* fill layer_result.mapping_text */
    uint64_t max_cycles; /* 0 = no limit */
    /* What passes of this architecture did, shared with other layers
     * (pass_view_new_memory); borrowed.  NULL: the layer has one of its own. */
    struct pass_memory *memory;
    /* Threads that may simulate passes of the layer ahead of need, into that
     * memory; borrowed; NULL: none. */
    struct ahead *ahead;
    /* Told of every access; excludes `check`; may be NULL. */
    const struct access_tap *access_tap;
    const struct kernel *kernel;       /* borrowed; NULL: native */
    const struct dram_port *dram_port; /* borrowed; NULL: the own DRAM */
    /* Called now and then with passes done and in all; may be NULL; called
     * from the thread that simulates. */
    void (*progress)(void *context, uint64_t passes_done, uint64_t passes);
    void *progress_context;
};

/* dataflow: "rs", "ws", ... (checked by the caller with dataflow_find).
 * Errors: no legal mapping (EXIT_NO_MAPPING), deadlock or max_cycles
 * (EXIT_MACHINE).  A check mismatch is no error: see result. */
bool simulate_layer(const struct arch *arch, const struct layer *layer,
                    const char *dataflow, const struct given_mapping *given,
                    const struct simulate_options *options,
                    struct layer_result *out, struct diag *d);

/* How runs that take too long end; for nests, too.  In a pass: false. */
bool fail_past_limit(const char *layer, uint64_t passes_done, uint64_t passes,
                     struct diag *d);
/* At the end, after so many cycles. */
bool is_within_limit(const struct simulate_options *options, const char *layer,
                     uint64_t cycles, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
