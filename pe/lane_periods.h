/* lane_periods.h - copies of the lanes' state in a pass, and whether lanes go
 * on as they did from a copy on (docs/periods.md).
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_LANE_PERIODS_H
#define PE_LANE_PERIODS_H

#include "pe/lanes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a copy, in any pass. */
size_t lanes_copy_bytes(const struct lanes *lanes);
void lanes_save(const struct lanes *lanes, void *copy);
/* Whether each lane's state is that of the copy, but for its position; without
 * window_fifos, also but for how many words are in these. */
bool lanes_are_alike(const struct lanes *lanes, const void *copy,
                     bool window_fifos);
/* How often the lanes can do once more what they did since the copy, without
 * any coming to a window or a group unlike those; 0 also where a lane is in
 * another group and not as far in it. */
uint64_t lanes_periods_left(const struct lanes *lanes, const void *copy);
void lanes_skip(struct lanes *lanes, const void *copy, uint64_t periods);

#ifdef __cplusplus
}
#endif

#endif
