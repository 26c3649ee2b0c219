/* space.h - a named dataflow's mapping space as three choices, and the
 * closed form of a mapping as a few terms of each.
 *
 *   reduction  which products of an output a pass works on (c, q, r, fr, fc),
 *              of how many groups (g), in rows of which width (w)
 *   outputs    which outputs: images and rows of a tile, pixels in parallel
 *              (n, e, x)
 *   filters    which filters: m, f, p, t
 *
 * With a reduction and outputs fixed, every count is a constant plus a
 * non-negative multiple of one of five sums over the filter tiles:
 *
 *   m_tiles  psum tiles' worth of filters (filter tiles' where L2 does not
 *            keep tiles): how often DRAM sends the ifmaps
 *   passes   filter folds: how often L2 sends them
 *   sets     PEs (columns, sets) that receive them
 *   once     filters whose tile is alone in its psum tile, so that it stays
 *            over all strips; the only one that lowers a count
 *   busy     filters of the busiest PE
 *
 * So a bound of these five is a bound of energy and cycles (search_cost.h), and
 * a complete mapping costs five small sums.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_SPACE_H
#define DATAFLOWS_SEARCH_SPACE_H

#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

struct search_problem; /* Declared in dataflows/search/cost.h. */

/* Parameters of the three choices, in no dataflow's order. */
enum search_param {
    SEARCH_M,
    SEARCH_N,
    SEARCH_E,
    SEARCH_C,
    SEARCH_F,
    SEARCH_P,
    SEARCH_Q,
    SEARCH_R,
    SEARCH_T,
    SEARCH_X,
    SEARCH_FR,
    SEARCH_FC,
    SEARCH_G,
    SEARCH_W,
    SEARCH_KEEP,
    SEARCH_PARAMS
};

/* A space of more is not searched: a list of them would take some 500 MB. */
#define SEARCH_REDUCTIONS_MAX (1 << 21)

struct search_reduction {
    int c;            /* channels of a tile */
    int q, r, fr, fc; /* those that the dataflow has */
    /* Groups of the layer side by side, 0 stands for 1; with more, c is all of
     * a group's channels, and a pass takes all of its filters. */
    int g;
    int width; /* index in the problem's widths */
    int keep;  /* what stays in L2 over loops outside it (program.h) */
    /* Sums over the layer: channel tiles, passes over an output, PE rows'
     * worth of products; steps of one PE, products and psum additions. */
    uint64_t c_tiles, steps, rows, busy_products, busy_adds;
    uint64_t sums;    /* of a column of PEs (nlr) */
    uint64_t columns; /* of the ifmap that L2 sends a row of (rs) */
    uint64_t hops;    /* of the filter words of one filter (systolic), or of
                       * the products of one output (trees) */
};

static inline bool search_keeps(const struct search_reduction *r,
                                enum tensor tensor)
{
    return (tiling_kept_by(r->keep) >> tensor & 1) != 0;
}

static inline int search_groups(const struct search_reduction *r)
{
    return r->g > 1 ? r->g : 1;
}

struct search_outputs {
    int n, e, x;
    uint64_t n_tiles, strips; /* image tiles; x row tiles */
    uint64_t dram_ifmap; /* words that DRAM sends for one psum tile's filters */
    uint64_t rows;       /* that L2 sends for one filter pass (rs) */
    uint64_t x_folds;    /* blocks of outputs that the array takes (os, is) */
    uint64_t columns;    /* PEs' worth of them (is) */
    uint64_t busy;       /* those of the busiest PE (os, is) */
    uint64_t exit_links; /* that psums leave by (os, systolic) */
};

struct search_filters {
    int m, f, p, t;
    int g; /* the reduction's, for `fold` */
    uint64_t m_tiles, passes, sets, once, busy;
    /* With loads that overlap (array.preload), is: the longer of a pass's
     * filters and the array's rows, in all; by how much rows are longer in the
     * last one. */
    uint64_t paced, last_short;
};

/* The terms of the counts, in words, when reduction and outputs are fixed. The
 * comment of each says which of the five sums multiplies it. */
struct search_terms {
    uint64_t dram_ifmap;  /* x m_tiles, or once if ifmap_stays */
    bool ifmap_stays;     /* one ifmap tile in all */
    uint64_t dram_filter; /* a filter (of all groups), x strips */
    uint64_t strips;      /* how often it comes, unless it stays: */
    bool filter_may_stay; /* one channel tile */
    unsigned kept;        /* bit t: L2 keeps all tiles of operand t */
    uint64_t ifmap_sent;  /* x passes */
    uint64_t ifmap_in;    /* x sets */
    uint64_t ifmap_hops;  /* x sets */
    uint64_t filter_sent, filter_in, filter_hops;
    uint64_t psum_out, links, link_hops, psum_reads, psum_writes;
    uint64_t busy_cycles; /* x busy */
    /* Where PEs skip zeros: psums added in these, windows x their filters, a
     * window's words, what is held for each where filters do not say (is; else
     * 0), and rows that psums cross. */
    uint64_t busy_adds, busy_windows;
    int window_words, held, chain_rows;
    /* Cycles of the folds of a systolic array: those that are multiplied by the
     * passes, and those of all folds together. */
    uint64_t pass_cycles, folds_cycles;
    uint64_t paced_cycles; /* x paced; not 0: last_short counts, too */
    uint64_t array_passes; /* x passes */
};

/* What a network sends in a round (noc/stream.h): as many words to each of so
 * many destinations, so that the last slot of each may be part empty, and the
 * last cycle of a turn through all of them. 0: not known. */
struct search_words_run {
    int words;
    bool per_filter; /* x the filters of a PE */
    int dests;
    bool per_set; /* x the sets of PEs that have filters of their own */
    int l1_dests; /* of these, the most behind one L1; 0: not known */
    /* How often in a pass: so many times, or once a filter of the pass. */
    uint64_t rounds;
    bool rounds_are_filters;
};

struct search_space {
    const struct dataflow *dataflow;
    const char *name[SEARCH_PARAMS]; /* in the dataflow; NULL: it has none */
    bool no_operand_rf; /* PEs have no registers for ifmaps and filters */
    /* Works out more of a problem, once; may be NULL. */
    void (*prepare)(struct search_problem *problem);
    /* Sets the runs of words on each network, all 0 before; what is 0 of n, e
     * and x is not known. */
    void (*runs)(const struct search_problem *problem,
                 const struct search_reduction *reduction,
                 const struct search_outputs *outputs,
                 struct search_words_run out[NETWORK_N]);
    /* Whose words a pass of a multicast array sends before, or behind, all the
     * rest; NETWORK_N: nobody's. */
    enum network alone;
    /* Whether ofmap rows may have to be cut into columns (w); NULL: never. */
    bool (*cuts_rows)(const struct search_problem *problem);
    /* Returns how many filters a pass takes. */
    int (*fold)(const struct search_problem *problem,
                const struct search_filters *filters);
    /* Fills list[0 .. returned), which holds `room`; more than that: returns
     * how many there are, or that they are more than SEARCH_REDUCTIONS_MAX. */
    int (*reductions)(const struct search_problem *problem,
                      struct search_reduction *list, int room);
    /* Sets what is the dataflow's own of n, e, x, which are set. */
    void (*outputs)(const struct search_problem *problem,
                    const struct search_reduction *reduction,
                    struct search_outputs *out);
    /* As `outputs`, but with the least that any x gives; with n = 0 also the
     * least of any n, and of any e up to e_max. */
    void (*outputs_least)(const struct search_problem *problem,
                          const struct search_reduction *reduction,
                          struct search_outputs *out);
    void (*terms)(const struct search_problem *problem,
                  const struct search_reduction *reduction,
                  const struct search_outputs *outputs,
                  struct search_terms *out);
    /* The largest that the machine takes, as e_max: with this reduction; n_max,
     * t_max: 0 = none. */
    int (*n_max)(const struct search_problem *problem,
                 const struct search_reduction *reduction, int e);
    int (*e_max)(const struct search_problem *problem,
                 const struct search_reduction *reduction);
    int (*x_max)(const struct search_problem *problem,
                 const struct search_reduction *reduction);
    int (*p_max)(const struct search_problem *problem,
                 const struct search_reduction *reduction);
    int (*t_max)(const struct search_problem *problem,
                 const struct search_reduction *reduction, int e, int x);
    /* Whether of the reductions with as many channel tiles the one of least
     * channels has a mapping as good as any of the others', since channels
     * count by their tiles alone; NULL: no. */
    bool (*least_channels_do)(const struct search_problem *problem);
};

extern const struct search_space rs_search_space, ws_search_space,
    is_search_space, os_search_space, os_tree_search_space, nlr_search_space;
/* NULL: the dataflow's space cannot be searched. */
const struct search_space *search_space_of(const struct dataflow *dataflow,
                                           const struct arch *arch);
/* Whether a dataflow has a parameter; p, filters of a PE, it may also have
 * without one (p_max says how many). */
static inline bool search_has(const struct search_space *space,
                              enum search_param param)
{
    return space->name[param] != NULL ||
           (param == SEARCH_P && space->p_max != NULL);
}

#ifdef __cplusplus
}
#endif

#endif
