/* levels_words.h - which words a step of a nest on listed levels moves, found
 * by comparing names: how many enter and leave each network, what stores read
 * and write, and what the busiest instance of each resource has to do.
 *
 * A resource is a network inside a level, for one flow, or the ports of a
 * store.  All instances of a level step together, so that the one with the most
 * words says how long a step takes.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_WORDS_H
#define SIM_ARRAY_LEVELS_LEVELS_WORDS_H

#include "sim/array/levels/levels_tile.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /* Networks by level and flow, then ports by level, store and direction. */
    LEVELS_PORTS = LEVEL_N * FLOW_PSUM_LINK,
    LEVELS_RESOURCES = LEVELS_PORTS + LEVEL_N * TENSOR_N * 2,
    LEVELS_DEMANDS_MAX = 32
};

/* Words that a move needs of a resource. */
struct levels_demand {
    int resource;
    enum ledger_cause cause; /* of waiting for it */
    uint64_t words;
};

/* What a step moves. */
struct levels_move {
    uint64_t macs;
    uint64_t cycles;         /* without others beside; 0: nothing moves */
    uint64_t hop_cycles;     /* of the farthest word, over meshes on its way */
    enum ledger_cause cause; /* what takes the longest */
    bool fits; /* the child holds this tile and the one before or behind it */
    int n_demands;
    struct levels_demand demand[LEVELS_DEMANDS_MAX];
    struct link_words flow[LEVEL_N][FLOW_N];
    struct {
        uint64_t reads, writes;
    } access[LEVEL_N][TENSOR_N];
    uint64_t times; /* moved in the pass; the machine's */
    /* Where they are wanted: words at the parent, each once an instance, less
     * the step's own (levels_origin), in rising order. */
    uint64_t *word; /* owns, or NULL */
    int n_words;
};

enum levels_direction {
    LEVELS_IN,  /* the words that `at` has and `other`, before it, has not */
    LEVELS_OUT, /* the psums that `at` has and `other`, behind it, has not */
    LEVELS_MAC  /* what all MACs read and write */
};

struct levels_ask {
    enum levels_direction direction;
    int child; /* a level on chip; LEVELS_MAC: LEVELS_MACS */
    enum tensor tensor;
    bool reads_back; /* IN: psums come, they do not begin at 0 */
    /* MAC: the products are the first of their sums in the store that keeps
     * psums, in instances that lead and in the others. */
    bool begins_leading, begins;
    struct levels_place at, other;
};

struct levels_words;

/* The word of a tensor at the first coordinates of a step, which the names of
 * all others of the step lie behind by what is the same for all of its class.
 */
uint64_t levels_origin(const struct nest_walk *walk, enum tensor tensor,
                       const struct levels_place *place);

/* All borrowed. */
struct levels_words *levels_words_new(const struct arch *arch,
                                      const struct nest_walk *walk);
void levels_words_free(struct levels_words *w);
void levels_words_find(struct levels_words *w, const struct levels_ask *ask,
                       struct levels_move *out);
/* Words that the last call for IN or OUT read or wrote at the parent, each once
 * an instance, in rising order; there until the next call. */
int levels_words_at_parent(const struct levels_words *w, const uint64_t **word);
/* The same of one tensor of the MACs; comes: of psums, those that are read. */
int levels_words_of_macs(struct levels_words *w, const struct levels_ask *ask,
                         enum tensor tensor, bool comes, const uint64_t **word);

/* Words a cycle of a resource; 0: it never limits. */
uint64_t levels_words_width(const struct levels_words *w, int resource);
const struct levels_units *levels_words_units(const struct levels_words *w);
#ifdef __cplusplus
}
#endif

#endif
