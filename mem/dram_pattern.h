/* dram_pattern.h - what a channel of a part sees of a list of requests, but for
 * names.
 *
 * A controller does not tell banks of a group apart by their numbers, nor
 * groups, nor rows of a bank: ties are broken by age.  What it does depends on
 * which bursts go to the same bank and to the same row, so lists that differ
 * in such names only are one pattern: their bursts in order, groups counted
 * from the first burst's, rows and banks numbered as they come.  Bursts in a
 * row of all groups, each in the next group, are one run.
 *
 * A list has a shape: itself, with addresses from its first row of all groups
 * on.  Shapes and their patterns are kept in a word map, so a list whose shape
 * came before is not looked at burst by burst.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DRAM_PATTERN_H
#define MEM_DRAM_PATTERN_H

#include "mem/dram_bursts.h"
#include "mem/dram_part.h"
#include "mem/word_map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A list that touches more rows of all groups is not described. */
#define DRAM_PATTERN_ROWS_MAX 4096

/* A bank that a pattern touches: its group, from the first burst's on, and the
 * first of the pattern's rows that lies in it. */
struct dram_pattern_bank {
    uint16_t group, row;
};

/* A list of requests as a pattern, and what its names stand for. All that is
 * pointed to belongs to the map. */
struct dram_pattern {
    uint32_t number; /* equal numbers, equal patterns */
    uint32_t n_banks;
    uint32_t groups; /* bit g: group g, from the first burst's on, is touched */
    bool is_mixed;   /* reads and writes */
    enum dram_way way; /* the first burst's */
    const struct dram_pattern_bank *bank;

    int first_group;
    uint64_t first_unit; /* the row of all groups from which rows count */
    uint32_t n_rows;
    const uint32_t *row;   /* rows of all groups from first_unit on */
    const uint32_t *order; /* the rows' numbers, ascending by `row` */
};

enum dram_pattern_answer {
    DRAM_PATTERN_FOUND,
    DRAM_PATTERN_EMPTY, /* the channel has none of the bursts */
    DRAM_PATTERN_NONE   /* not described, or there is no room for it */
};

struct dram_patterns;
/* map: where they are kept; borrowed, and shared with keys whose first word is
 * DRAM_PATTERN_KINDS or more. */
enum { DRAM_PATTERN_KINDS = 2 };
struct dram_patterns *dram_patterns_new(struct word_map *map,
                                        const struct dram_map *part);
void dram_patterns_free(struct dram_patterns *p);
/* The channel's share of n requests. */
enum dram_pattern_answer dram_patterns_find(struct dram_patterns *p,
                                            const struct dram_request *requests,
                                            int n,
                                            const struct dram_share *share,
                                            struct dram_pattern *out);

#ifdef __cplusplus
}
#endif

#endif
