/* stalls.h - about how many cycles a mapping takes, not at least: a bound says
 * what the busiest resource takes, and a run does some of it one after the
 * other.
 *
 * On a multicast array a pass sends some words before, or behind, all the rest
 * (search_space.alone), begins and ends with nothing to do, and fills some
 * slots of its networks in part.  Where L2 has one buffer of a tensor, its
 * tiles and the array take turns; else the first tiles come, and the last one
 * leaves, with nothing beside.  Each of it is a multiple of the search's five
 * sums, or of one choice, and nothing less of any of them makes it more: so
 * parts of a space are bounded by it as they are by cycles
 * (search_problem.stalls).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_STALLS_H
#define DATAFLOWS_SEARCH_STALLS_H

#include "dataflows/search/cost.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sets what the line knows of stalls, but for the runs of words.  sent: words
 * of each network, but the ifmap's. */
void search_stalls_of(const struct search_problem *problem,
                      const struct search_terms *terms,
                      const uint64_t sent[NETWORK_N], struct search_line *out);
/* Cycles of the busiest PE.  Where PEs skip zeros about, and at least with
 * filters that are not known. */
uint64_t search_busy_cycles(const struct search_problem *problem,
                            const struct search_line *line,
                            const struct search_filters *sums);
/* work: of the busiest PE, or of the folds; dram_cycles: of DRAM.
 * *array_cycles: what the array takes. */
uint64_t search_with_stalls(const struct search_problem *problem,
                            const struct search_line *line,
                            const struct search_filters *sums,
                            uint64_t filter_bytes, uint64_t work,
                            uint64_t dram_cycles, uint64_t *array_cycles);

/* Whether passes of the problem's machine say by their descriptors how long
 * they take (pass_time.h). */
bool search_knows_passes(const struct search_problem *problem);
/* About what all passes of a mapping take together; room: for its program. */
struct pass_time search_passes_time(const struct search_problem *problem,
                                    const struct mapping *mapping,
                                    struct program *room);

#ifdef __cplusplus
}
#endif

#endif
