/* cost.h - energy and bound of cycles of a mapping in terms of its three
 * choices (dataflows/search/space.h). The figures are the same as those of the
 * closed form.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_COST_H
#define DATAFLOWS_SEARCH_COST_H

#include "dataflows/search/pass_time.h"
#include "dataflows/search/space.h"
#include "dataflows/zero_shares.h"
#include "mem/dram.h"
#include "mem/rlc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the caller's energy table says of this machine. */
struct search_costs {
    double mac;
    double noc_hop[TENSOR_N], dram[TENSOR_N];
    /* What no search looks at: of a DRAM part's bursts, and of each cycle. */
    double dram_bit, static_cycle;
    double dram_read_burst, dram_write_burst, dram_row;
    int dram_row_bursts;
    double instruction; /* of each MAC, whatever the mapping */
    double rf[TENSOR_N], l1[TENSOR_N], l2[TENSOR_N]; /* reads */
    double rf_write[TENSOR_N], l1_write[TENSOR_N], l2_write[TENSOR_N];
    /* Listed levels between l2 and rf, and a hop of each listed one, in those
     * of noc_hop; 0 without any. */
    double inner[LEVEL_N][TENSOR_N], inner_write[LEVEL_N][TENSOR_N];
    double hops[LEVEL_N][FLOW_N];
    /* A word that is a finished output. */
    double l2_finished, l2_finished_write, dram_finished;
    struct dram_cfg dram_cfg; /* whose peak bounds cycles */
};

struct search_cost {
    double energy;
    uint64_t cycles; /* the largest lower bound */
    /* With search_problem.stalls: about what the array takes alone; else 0. */
    uint64_t array_cycles;
};

/* Energy of a word moved, all levels that it then touches together. */
struct search_prices {
    double ifmap_dram, filter_dram, psum_dram; /* DRAM's part, a word */
    double ifmap_dma, filter_dma, psum_dma;    /* L2's part */
    double ifmap_sent, ifmap_in, ifmap_hop;
    double filter_sent, filter_in, filter_hop;
    double psum_in, psum_out, link, psum_read, psum_write;
    double fixed; /* of the layer, whatever its mapping */
};

/* L2 as tiling_fits sees it, with as few buffers as it may give a tensor. */
struct search_l2 {
    uint64_t bank_words[TENSOR_N];
    int buffers[TENSOR_N];
    int own[TENSOR_N];   /* banks of its own; 0 = of the shared ones */
    int banks[TENSOR_N]; /* of the memory that holds it */
    int shared;
};

/* Ifmap rows that DRAM sends for row tiles of one height, or columns for column
 * tiles of one width: how many tiles take how many. */
struct search_rows {
    int kinds;
    uint64_t *rows, *tiles; /* own */
    uint64_t all, least;    /* least: of this height or any lower one */
};

/* A width of tiles: ofmap columns. */
struct search_width {
    int w;
    uint64_t tiles;          /* of a row */
    struct search_rows dram; /* the ifmap's columns that DRAM sends */
    uint64_t tile_columns;   /* of an ifmap tile in L2 */
    uint64_t kept_columns;   /* of all of them */
};

/* A parameter's range; none: to is below from. */
struct search_range {
    int from, to;
};

/* Asked now and then; yes ends a search as a time limit does.  NULL: nobody
 * stops it. */
struct search_stop {
    bool (*is_asked)(void *context);
    void *context;
};

struct search_problem {
    /* Cycles are not their bound but what a run takes, about: what the array
     * does one after the other, and what L2's single buffers expose of DRAM,
     * add up.  To be set after search_problem_init. */
    bool stalls;
    struct search_stop stop;   /* to be set after search_problem_init, too */
    const struct arch *arch;   /* borrowed */
    const struct layer *layer; /* borrowed */
    const struct search_space *space; /* borrowed */
    int fixed[SEARCH_PARAMS];         /* 0 = free */
    struct search_range keeps;        /* what may stay in L2, where free */
    int index[SEARCH_PARAMS];         /* in the dataflow's mapping, or -1 */
    int group_m, group_c;
    int64_t taps;
    uint64_t outputs, macs, filter_words;
    uint64_t ofmap_words;           /* that DRAM takes: all outputs, or none */
    bool moves_ifmap, moves_filter; /* DRAM has them */
    struct search_prices price;
    struct zero_shares left; /* of the work, where PEs skip zeros */
    bool skips;              /* or makes two products at a time */
    struct search_l2 l2;
    struct dram_cfg dram;
    struct search_rows *dram_rows; /* owns; by e, from 1 */
    int *tile_rows;                /* owns; of an ifmap tile in L2, by e */
    uint64_t *kept_rows; /* owns; of all of them; at 0 the least of any e */
    /* Widths of tiles, the first of which is all columns; has_whole: it is
     * searched, too. Owned. */
    int n_widths;
    bool has_whole;
    struct search_width *width;
    uint64_t **sent_rows; /* owns; rs: rows that L2 sends, by fr, e from 1 */
    int sent_fr;          /* the largest fr of it */
    bool coded[TENSOR_N]; /* crosses the DRAM's link compressed */
    struct rlc_code code[TENSOR_N];
};

static inline const struct search_width *
search_width_of(const struct search_problem *problem,
                const struct search_reduction *reduction)
{
    return &problem->width[reduction->width];
}

/* Energy of one copy of a word in an L1: a hop at least, written, read; 0
 * without one.  Where L1s keep tiles, read. */
double search_l1_price(const struct arch *arch,
                       const struct search_costs *costs, enum tensor tensor);
/* Energy of a word that a pass takes, at least: read in L2, if no L1 may have
 * it, and the copy. */
double search_sent_price(const struct arch *arch,
                         const struct search_costs *costs, enum tensor tensor);

void search_problem_init(struct search_problem *problem,
                         const struct search_space *space,
                         const struct arch *arch, const struct layer *layer,
                         const struct search_costs *costs,
                         const struct given_mapping *given);
void search_problem_fini(struct search_problem *problem);

/* Energy and cycles as lines in the five sums. */
struct search_line {
    double energy, per_m_tile, per_pass, per_set, per_once;
    uint64_t cycles; /* of resources that filters do not change */
    /* DRAM's bytes; a filter of a group: bits. */
    uint64_t ifmap_bytes, psum_bytes, filter_bits, strips;
    uint64_t ifmap_sent, busy_cycles, pass_cycles, folds_cycles, paced_cycles;
    bool ifmap_stays, filter_may_stay;
    /* With `stalls`: of each network but the ifmap's, full slots all; of the
     * start and end of passes, x passes. */
    double network_cycles[NETWORK_N];
    uint64_t ramp_cycles;
    uint64_t busy_adds, busy_windows; /* the terms', as is what follows */
    int window_words, held;
    struct search_words_run run[NETWORK_N];
    bool is_single[TENSOR_N]; /* L2 has one buffer of it, for certain */
    double tile_steps;        /* steps with one filter tile, of a fold */
    double filter_loads;      /* of DRAM, x the tiles that cut all filters */
    /* What leaves the last pass with a filter tile, of a mean one: the most it
     * can be until sizes are known. */
    double last_share;
    uint64_t end_cycles; /* before the first pass, behind the last one */
    /* What all passes take, where each kind of them was looked at; 0: not
     * known. */
    struct pass_time passes;
};

/* ifmap_bytes: what DRAM sends for one psum tile's filters; psum_bytes: of
 * the ofmap; both exact or lower bounds. */
void search_line_of(const struct search_problem *problem,
                    const struct search_terms *terms, uint64_t ifmap_bytes,
                    uint64_t psum_bytes, struct search_line *out);
/* The costs of a mapping with these sums, but that L2's ports are left out
 * of the bound of cycles. */
void search_line_cost(const struct search_problem *problem,
                      const struct search_line *line,
                      const struct search_filters *sums,
                      struct search_cost *out);
/* The cost of a complete mapping. */
void search_cost_of(const struct search_problem *problem,
                    const struct search_reduction *reduction,
                    const struct search_outputs *outputs,
                    const struct search_terms *terms,
                    const struct search_line *line,
                    const struct search_filters *filters,
                    struct search_cost *out);

/* Bytes of the ifmaps over the DRAM's link. Coding two tiles' words as one
 * stream never takes more bytes than two streams, for each rounds up, so the
 * least is one stream of all words. */
uint64_t search_ifmap_bytes_least(const struct search_problem *problem,
                                  const struct search_reduction *reduction,
                                  const struct search_terms *terms);
uint64_t search_ifmap_bytes(const struct search_problem *problem,
                            const struct search_reduction *reduction,
                            const struct search_outputs *outputs,
                            const struct search_terms *terms);
/* groups: side by side, or all for the least of any; m: tile of filters, or all
 * of a group's for the least of any. */
uint64_t search_psum_bytes(const struct search_problem *problem, int groups,
                           int n, int e, int w, int m);

/* Works out the five sums for these m, f, p and t. */
void search_filters_sum(const struct search_problem *problem,
                        struct search_filters *filters);

/* These say how much still fits into L2 beside what is already chosen; below 1
 * nothing does. */
int search_ifmap_banks(const struct search_problem *problem,
                       const struct search_reduction *reduction, int n,
                       int e); /* 0: does not fit */
/* For f filters; where all of an m tile's are kept, f is these. */
int search_filter_banks(const struct search_problem *problem,
                        const struct search_reduction *reduction, int f);
int search_f_max(const struct search_problem *problem,
                 const struct search_reduction *reduction, int ifmap_banks);
int search_m_max(const struct search_problem *problem,
                 const struct search_reduction *reduction, int n, int e,
                 int ifmap_banks, int filter_banks);

void search_mapping(const struct search_problem *problem,
                    const struct search_reduction *reduction,
                    const struct search_outputs *outputs,
                    const struct search_filters *filters, struct mapping *out);

/* [1, most], or what is given of a parameter. */
struct search_range search_range_of(const struct search_problem *problem,
                                    enum search_param param, int most);

#ifdef __cplusplus
}
#endif

#endif
