/* simulate.h - run one layer on one machine.
 *
 * Compiles the mapping that it is given, assembles the machine, runs it and
 * counts.  Pure: same arguments, same result; no output of its own; safe to
 * call from several threads at once.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_SIMULATE_H
#define SIM_RUN_SIMULATE_H

#include "sim/base/arch.h"
#include "sim/base/diag.h"
#include "sim/base/layer.h"
#include "sim/base/result.h"
#include "sim/run/layer_mapping.h"
#include "traces/access.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ahead;          /* sim/run/ahead.h */
struct dram_port;      /* mem/dram_port.h */
struct kernel;         /* sim/run/kernel.h */
struct layer_timeline; /* sim/timeline/timeline.h */
struct layer_values;   /* sim/run/check.h */
struct pass_memory;
struct pass_source; /* sim/run/pass_source.h */

struct simulate_options {
    bool memo;       /* false: --no-memo */
    bool places_off; /* for tests: the view keeps none (pass_view.h) */
    bool check;      /* functional mode, real operands */
    /* They, and where psums go; borrowed; NULL: pseudo-random. */
    const struct layer_values *values;
    bool show_mapping;   /* fill layer_result.mapping_text */
    uint64_t max_cycles; /* 0 = no limit */
    /* Ends a run at the pass by which it has taken more, without a message:
     * simulate_layer returns false and sets *gave_up.  0 = no such limit, and
     * gave_up may be NULL. */
    uint64_t worth_cycles;
    bool *gave_up;
    /* Asked at every pass; once it says yes, the run ends without a message:
     * who stops it knows why.  May be NULL. */
    bool (*stop)(void *context);
    void *stop_context;
    /* What passes of this architecture did, shared with other layers
     * (pass_memory_new); borrowed.  NULL: the layer has one of its own. */
    struct pass_memory *memory;
    /* Threads that may simulate passes of the layer ahead of need, into that
     * memory; borrowed; NULL: none. */
    struct ahead *ahead;
    /* Told of every access; excludes `check`; may be NULL. */
    const struct access_tap *access_tap;
    const struct kernel *kernel;       /* borrowed; NULL: native */
    const struct dram_port *dram_port; /* borrowed; NULL: the own DRAM */
    struct layer_timeline *timeline;   /* filled; borrowed; NULL: none is */
    /* Called now and then with passes done and in all; may be NULL; called
     * from the thread that simulates. */
    void (*progress)(void *context, uint64_t passes_done, uint64_t passes);
    void *progress_context;
};

/* Errors: deadlock or max_cycles (EXIT_MACHINE), more than can be counted.  A
 * check mismatch is no error: see result. */
bool simulate_layer(const struct arch *arch, const struct layer *layer,
                    const struct layer_mapping *mapping,
                    const struct simulate_options *options,
                    struct layer_result *out, struct diag *d);

/* The same of passes that are no mapping's, and of which *out says the layer.
 * Frees the source.  arch: with the layer's widths. */
bool simulate_passes(const struct arch *arch, struct pass_source *source,
                     const struct simulate_options *options,
                     struct layer_result *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
