/* result.h - what a run of one layer found.  Only integers: a sum has no
 * order; energy and shares are worked out when a result is reported.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_RESULT_H
#define SIM_BASE_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arch.h"
#include "sim/base/layer.h"
#include "sim/base/waits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The causes that PE-cycles are charged to, each with its name and
 * documentation. */
#define LEDGER_CAUSES(X)                                                   \
    X(mac, "issued a MAC, zero-gated ones too")                            \
    X(psum, "added a neighbour's psum, or moved one")                      \
    X(idle_mapping, "the mapping has no work for this PE in this layer")   \
    X(idle_edge, "it has, but not in this pass (partial tile)")            \
    X(fill, "ramp-up before the PE's first MAC of the pass")               \
    X(drain, "ramp-down after the PE's last operation of the pass")        \
    X(wait_filter, "no filter word had come")                              \
    X(wait_ifmap, "no ifmap word had come")                                \
    X(wait_psum_in, "no psum had come")                                    \
    X(wait_psum_out, "no room for a psum downstream")                      \
    X(wait_dram, "no pass in flight: a tile is not there or not yet gone") \
    X(skip, "found that a window has no product left, but zeros")

#define LEDGER_ENUM(name, doc) LEDGER_##name,
enum ledger_cause { LEDGER_CAUSES(LEDGER_ENUM) LEDGER_N };
#undef LEDGER_ENUM
extern const char *const ledger_name[LEDGER_N];
extern const char *const ledger_doc[LEDGER_N];

/* The cause that is a wait for a network. */
#define LEDGER_WAIT(network) \
    ((enum ledger_cause)((int)LEDGER_wait_filter + (int)(network)))
/* A part of a wait: "ifmap load" of wait_dram, "busy" of wait_filter. */
struct wait_part {
    const char *tensor; /* "" where the wait is for one tensor */
    const char *name, *doc;
    uint64_t pe_cycles;
};
enum { WAIT_PARTS_MAX = (int)TENSOR_N * (int)DRAM_WAIT_N };
struct layer_result;
/* The parts of a cause that have PE-cycles; they add up to its own.  Returns
 * how many; 0: the cause is no wait, or there is none. */
int wait_parts(const struct layer_result *r, enum ledger_cause cause,
               struct wait_part out[WAIT_PARTS_MAX]);
/* Whether each wait is the sum of its parts. */
bool waits_add_up(const struct layer_result *r);
/* Whether PE-cycles of a machine can be charged to the cause. */
bool ledger_applies(const struct arch *arch, enum ledger_cause cause);

struct accesses { /* in words */
    uint64_t reads, writes;
    uint64_t dma_reads, dma_writes; /* L2 only: the part the DMA made */
};

/* The on-chip networks as reported. name, doc.  With an L1, filters and ifmaps
 * come to the PEs from there; without one the last two are absent. */
#define LINKS(X)                            \
    X(filter, "filters from L2 to the PEs") \
    X(ifmap, "ifmaps from L2 to the PEs")   \
    X(psum_in, "psums from L2 to the PEs")  \
    X(psum_out, "psums from the PEs to L2") \
    X(psum_link, "psums from PE to PE")     \
    X(filter_l1, "filters from L2 to L1")   \
    X(ifmap_l1, "ifmaps from L2 to L1")

#define LINK_ENUM(name, doc) LINK_##name,
enum link { LINKS(LINK_ENUM) LINK_N };
#undef LINK_ENUM
extern const char *const link_name[LINK_N];
/* Those that only a machine with L1 has. */
bool link_needs_l1(enum link link);

struct link_words {
    uint64_t words_sent;      /* read once at the source */
    uint64_t words_delivered; /* sum over destinations */
    uint64_t hops; /* bus: words delivered; links: links crossed, in words */
};

/* When a report has a counter (sim/base/counters.h); 0: always. */
enum counter_when {
    COUNTER_L1 = 1,        /* on a machine with L1s */
    COUNTER_SIMULATED = 2, /* of simulated layers; a model does not know it */
    COUNTER_CHECKED = 4,   /* with --check */
    COUNTER_OF_LAYER = 8,  /* of a layer, not of the sum of all */
    COUNTER_HIDDEN = 16,   /* never; figures are derived from it */
    COUNTER_WITHOUT_FORM = 32, /* a closed form of counts lacks it */
    COUNTER_SYSTOLIC = 64,     /* on a systolic array */
    COUNTER_MULTICAST = 128,   /* on one with multicast networks */
    COUNTER_OF_PROGRAM = 256,  /* events, but of listed levels */
    COUNTER_USUAL = 512,       /* where the usual networks are */
    COUNTER_LISTED = 1024,     /* where the file lists the levels */
    COUNTER_VECTOR = 2048,     /* of what a vector unit or an epilogue did */
    COUNTER_SKIPS = 4096       /* where PEs skip products of zeros */
};

/* Counters that are neither of a level nor of a network. field, path in JSON,
 * unit, label of the table's line, when, doc */
#define COUNTS(X)                                                    \
    X(macs_performed, "macs_performed", "MACs", "MACs performed",    \
      COUNTER_SKIPS | COUNTER_SIMULATED | COUNTER_WITHOUT_FORM,      \
      "products that PEs did not skip")                              \
    X(dram_bursts, "dram.bursts", "bursts", "DRAM bursts",           \
      COUNTER_WITHOUT_FORM, "whole bursts that a DRAM part moved")   \
    X(dram_write_bursts, "dram.write_bursts", "bursts", NULL,        \
      COUNTER_WITHOUT_FORM, "of them, those that wrote")             \
    X(dram_activates, "dram.activates", "rows", NULL,                \
      COUNTER_WITHOUT_FORM | COUNTER_SIMULATED,                      \
      "rows that a DRAM part opened")                                \
    X(stream_cycles, "systolic.stream_cycles", "cycles", NULL,       \
      COUNTER_WITHOUT_FORM | COUNTER_SIMULATED | COUNTER_SYSTOLIC,   \
      "in which words that do not stay enter the array's first row") \
    X(load_cycles, "systolic.load_cycles", "cycles", NULL,           \
      COUNTER_WITHOUT_FORM | COUNTER_SIMULATED | COUNTER_SYSTOLIC,   \
      "in which none do, and words that stay come in")               \
    X(vector_operations, "vector.operations", "operations", NULL,    \
      COUNTER_VECTOR,                                                \
      "compares, adds, multiplies or look-ups of nodes without a MAC loop")

/* Psum words that are finished outputs: those that L2 and DRAM read, and those
 * whose last write to them finished the output.  They are part of the psum
 * words of `access`, and as wide as arch_ofmap_bits says. */
struct finished_words {
    uint64_t reads, writes;
};

/* All that is counted. The simulator and the closed form each fill one. */
struct counts {
    uint64_t macs;
    struct accesses access[LEVEL_N][TENSOR_N];
    struct finished_words finished_l2, finished_dram;
    struct link_words link[LINK_N];
    /* Where a file lists the levels, in the place of `link`: words over
     * the network from a level to the one inside it. */
    struct link_words flow[LEVEL_N][FLOW_N];
#define COUNT_FIELD(name, path, unit, label, when, doc) uint64_t name;
    COUNTS(COUNT_FIELD)
#undef COUNT_FIELD
    /* DRAM words that crossed its link compressed, and their bytes there. */
    struct compressed_words {
        uint64_t words, bytes;
    } dram_compressed[TENSOR_N];
};

struct bank_rows {
    uint64_t reads, writes;
};

/* What passes do beside moving words (dataflows/pass/pass_events.h). */
struct layer_events {
    struct bank_rows l2_rows[TENSOR_N]; /* of L2's banks, the DMA's too */
    uint64_t reached[NETWORK_N];        /* rows of PEs, over the words sent */
    uint64_t changed_reads[TENSOR_N];   /* of register files; psums: not said */
};

/* Lower bounds of a layer's cycles, one per resource, each with its name and
 * documentation; and the last one of what its passes do one after the other,
 * whatever they do it with: 0 where that is not worked out (in nests, on
 * systolic arrays, where passes overlap or PEs skip zeros). */
#define BOUNDS(X)                                          \
    X(macs, "MACs over the PEs")                           \
    X(busiest_pe, "MACs and psum adds of the busiest PE")  \
    X(filter_network, "filter network's slots")            \
    X(ifmap_network, "ifmap network's slots")              \
    X(psum_in_network, "psum input network's slots")       \
    X(psum_out_network, "psum output network's slots")     \
    X(l2_ports, "busiest L2 port")                         \
    X(dram, "DRAM at its peak bandwidth")                  \
    X(filter_l1_network, "filter slots from L2 to L1")     \
    X(ifmap_l1_network, "ifmap slots from L2 to L1")       \
    X(l1_ports, "bank ports of L1s, or of inner levels")   \
    X(folds, "folds of the systolic array, ramps and all") \
    X(passes, "each pass by itself, between first load and last store")

#define BOUND_ENUM(name, doc) BOUND_##name,
enum bound { BOUNDS(BOUND_ENUM) BOUND_N };
#undef BOUND_ENUM
extern const char *const bound_name[BOUND_N];
extern const char *const bound_doc[BOUND_N];
/* The link that each network's words are counted under, and the bound that it
 * sets. */
extern const enum link network_link[NETWORK_N];
extern const enum bound network_bound[NETWORK_N];
/* Whether a machine can be held up by the resource of a bound. */
bool bound_applies(const struct arch *arch, enum bound bound);

/* How the kernel got to the result, for --stats. No result depends on it. */
struct memo_stats {
    /* Each pass was one of these.  Skipped: in a whole period of passes;
     * repeated: in a layer that equals another one of the run. */
    uint64_t simulated_passes, remembered_passes, skipped_passes,
        repeated_passes;
    uint64_t periods; /* that were skipped */
    /* PE-cycles while passes ran: in all; those simulated in full; and, of
     * passes that were simulated, those skipped in periods inside them. */
    uint64_t pe_cycles, simulated_pe_cycles, skipped_pe_cycles;
    /* Why passes were simulated that might have been remembered. */
    uint64_t new_descriptors, evicted_descriptors;
    /* Each transfer of a DRAM part was one of these.  Phases: remembered with
     * the time to a refresh that it met. */
    uint64_t simulated_transfers, remembered_transfers, remembered_phases;
};
void memo_stats_add(struct memo_stats *a, const struct memo_stats *b);

struct result_param {
    char name[MAPPING_NAME_BYTES];
    int value;
};

/* A mapping that was looked at before one was chosen. */
struct tried_mapping {
    const char *source;            /* who listed it, as mapping_source */
    int value[MAPPING_PARAMS_MAX]; /* of the dataflow's parameters */
    uint64_t estimate_cycles;      /* about what it takes */
    uint64_t cycles;               /* 0: not simulated to its end */
};
enum { TRIED_MAX = 16 };
struct tried_mappings {
    int n;
    struct tried_mapping one[TRIED_MAX];
};

enum { RESULT_KEYS_MAX = 17 };

struct layer_result {
    struct layer layer;
    char dataflow[MAPPING_NAME_BYTES];
    int n_params;
    struct result_param param[MAPPING_PARAMS_MAX]; /* the mapping */
    /* "table", "chosen" (the dataflow's rules), "search" or "given". */
    const char *mapping_source;
    const char *table_source; /* given_mapping's */
    struct tried_mappings tried;
    uint64_t passes;
    /* Keys of the architecture that have no effect under this mapping, and have
     * under others. */
    int n_not_modelled;
    const char *not_modelled[RESULT_KEYS_MAX]; /* constants */

    /* Not simulated: counts are a closed form's; cycles, array_cycles and the
     * ledger are not known, and 0. */
    bool is_model;
    bool has_vector; /* a vector unit or an epilogue did some of it */
    /* A model's bursts of a DRAM part are the least there can be. */
    bool bursts_at_least;
    uint64_t cycles, array_cycles;
    int active_pes; /* largest number of PEs that a pass uses */
    uint64_t ledger_pe_cycles[LEDGER_N];
    /* PE-cycles that add up to LEDGER_wait_dram; cycles until the run ends. */
    uint64_t wait_dram_by[TENSOR_N][DRAM_WAIT_N];
    /* PE-cycles; each row adds up to LEDGER_WAIT(network). */
    uint64_t wait_by[NETWORK_N][NETWORK_WAIT_N];
    struct counts counts;
    uint64_t gated_macs, gated_rf_filter_reads;
    /* Psum words that a register file does not read and write for them, if the
     * gate holds that still, too. */
    uint64_t gated_rf_psum_reads, gated_rf_psum_writes;
    uint64_t fifo_pushes; /* words put into the PEs' fifos, and towards L2 */
    bool is_nest;
    bool has_events; /* else all 0 */
    struct layer_events events;
    uint64_t bounds_cycles[BOUND_N];

    bool checked;
    uint64_t check_outputs, check_mismatches;
    uint64_t check_zero_macs; /* with an ifmap word of 0 */
    /* As counts.dram_compressed, with the values of functional mode. */
    uint64_t check_compressed_bytes[TENSOR_N];

    char *mapping_text; /* owns; an entry of a mapping file, or NULL */

    struct memo_stats memo;
};

void layer_result_fini(struct layer_result *r);
/* The largest figure that a result may have: what JSON's integers hold. */
#define COUNT_MAX ((uint64_t)INT64_MAX)
/* a + b, a * b and a - b (b <= a); one that passes 64 bits is COUNT_OVERFLOW
 * from there on, and result_fits refuses it. */
#define COUNT_OVERFLOW UINT64_MAX
static inline uint64_t count_add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? COUNT_OVERFLOW : sum;
}

static inline uint64_t count_mul(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? COUNT_OVERFLOW : product;
}

static inline uint64_t count_sub(uint64_t a, uint64_t b)
{
    if (a == COUNT_OVERFLOW)
        return COUNT_OVERFLOW;
    SIM_CHECK(b <= a);
    return a - b;
}

/* events += times * (events - before), number by number. */
void layer_events_repeat(struct layer_events *events,
                         const struct layer_events *before, uint64_t times);
/* Adds every counter of b to that of a. */
void counts_add(struct counts *a, const struct counts *b);
/* Adds `times` times every counter of b to that of a. */
void counts_add_times(struct counts *a, const struct counts *b, uint64_t times);
uint64_t ledger_total(const uint64_t ledger_pe_cycles[LEDGER_N]);
/* Finished outputs of a level; none in L1 and the register files. */
struct finished_words counts_finished(const struct counts *counts,
                                      enum level level);
/* A layer's MACs as a closed form says them: all are performed, but where PEs
 * skip any; how many those skip it does not say. */
void counts_set_macs(const struct arch *arch, uint64_t macs,
                     struct counts *counts);
/* Counts the words of a psum tile whose outputs are finished as it leaves: L2
 * got their last write (kept_in_l2), and DRAM takes them (moved). */
void counts_add_finished(struct counts *counts, uint64_t words, bool kept_in_l2,
                         bool moved);
/* words x bits / 8, rounded down. */
uint64_t bytes_of_words(uint64_t words, int bits);
/* Bytes of a tensor over the DRAM's link: its useful words, those compressed
 * as such, finished outputs at their width; rounded down. */
uint64_t counts_dram_bytes(const struct arch *arch, const struct counts *counts,
                           enum tensor tensor);
/* Whether no figure passes COUNT_MAX, PE-cycles included.  Error: one does;
 * subject: "layer 'conv1'". */
bool result_fits(const struct arch *arch, const struct layer_result *r,
                 const char *subject, struct diag *d);
/* The same for a layer's own result, and for its cycles alone. */
bool layer_result_fits(const struct arch *arch, const struct layer_result *r,
                       struct diag *d);
bool layer_cycles_fit(const struct arch *arch, const struct layer_result *r,
                      struct diag *d);
/* The resource whose lower bound is the largest. */
enum bound result_binding_bound(const struct layer_result *r);
/* The largest of all lower bounds, that of the passes too. */
uint64_t result_least_cycles(const struct layer_result *r);

#ifdef __cplusplus
}
#endif

#endif
