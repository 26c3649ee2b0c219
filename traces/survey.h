/* survey.h - reuse at every level of a machine, from its accesses.
 *
 * L2 and DRAM are one stream a tensor.  PEs have a memory each, so each PE has
 * a stream a tensor, as has each instance of a listed level; they are summed.
 * Of many PEs, every k-th is followed, so that SURVEY_PES are, and what they
 * show is scaled to all.  Sharing among PEs looks at all of them.
 * SPDX-License-Identifier: MIT
 */
#ifndef TRACES_SURVEY_H
#define TRACES_SURVEY_H

#include "traces/access.h"
#include "traces/reuse.h"
#include "traces/sharing.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SURVEY_PES = 16 };

struct survey;

/* pes, l1s (0: none): of the machine.  Memory: about 100 MB at most. */
struct survey *survey_new(int pes, int l1s);
/* instances: of each listed level, 0: there is none. */
struct survey *survey_new_levels(int macs, const int instances[LEVEL_N]);
void survey_free(struct survey *s);
struct access_tap survey_tap(struct survey *s);

struct survey_row {
    struct reuse_counts counts; /* of all units, scaled from those followed */
    uint64_t all_accesses, accesses_followed;
    int units, followed; /* units with accesses */
};

/* false: nothing was accessed there.  level: ACCESS_MACS, too. */
bool survey_read(const struct survey *s, enum level level, enum tensor tensor,
                 struct survey_row *out);
void survey_sharing(const struct survey *s, enum tensor tensor,
                    struct sharing_counts *out);

#ifdef __cplusplus
}
#endif

#endif
