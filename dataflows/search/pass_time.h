/* pass_time.h - about how many cycles a pass takes on a multicast array, from
 * its descriptor alone.
 *
 * What a pass does goes on side by side: its networks each go through their
 * slots in their order (noc/stream.h), and the PEs through their products
 * (pe/lanes.h).  Some of it has to come first: a PE has no product before its
 * held words, and no sum before its products.  How far ahead of its use a word
 * may come is a matter of what fifos and register files hold.  Nothing is
 * stepped; what makes single cycles of a difference is left out.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_PASS_TIME_H
#define DATAFLOWS_SEARCH_PASS_TIME_H

#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pass_time {
    uint64_t cycles;
    uint64_t filter_free; /* of these, until its filters have left L2 */
};

/* About what a pass takes that begins on an empty array. */
struct pass_time pass_time_about(const struct arch *arch,
                                 const struct multicast_pass *pass);

#ifdef __cplusplus
}
#endif

#endif
