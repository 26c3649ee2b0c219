/* levels_cuts.h - the places of a machine of listed levels where a nest may cut
 * a dimension, and all ways to cut one.
 *
 * From the inside: the columns, the rows and the time of each level, then the
 * time of DRAM, which covers what is left.  A cut has a count at each place,
 * none larger than what the counts inside it leave to cover.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_LEVELS_LEVELS_CUTS_H
#define DATAFLOWS_SEARCH_LEVELS_LEVELS_CUTS_H

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LEVELS_PLACES = 3 * (LEVEL_N - 1) + 1 };

enum levels_axis { LEVELS_COLS, LEVELS_ROWS, LEVELS_TIME };

struct levels_places {
    int n;
    struct {
        int level;
        enum levels_axis axis;
        int room; /* children; 0: time */
    } at[LEVELS_PLACES];
};

/* Counts by place. */
struct levels_cut {
    uint16_t count[LEVELS_PLACES];
};

void levels_places_of(const struct arch *arch, struct levels_places *out);
/* What the first so many places of a cut leave of a dimension to cover. */
int levels_cut_left(int extent, const struct levels_cut *cut, int places);
/* How many cuts a dimension of this extent has; UINT64_MAX: as many, or more.
 */
uint64_t levels_cuts_count(const struct levels_places *places, int extent);
/* All of them; the caller frees the list. */
struct levels_cut *levels_cuts_list(const struct levels_places *places,
                                    int extent, size_t *n);

#ifdef __cplusplus
}
#endif

#endif
