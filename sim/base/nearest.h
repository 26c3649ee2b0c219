/* nearest.h - of the names that exist, the one that the user most likely
 * meant.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_NEAREST_H
#define SIM_BASE_NEAREST_H

#ifdef __cplusplus
extern "C" {
#endif

struct nearest {
    const char *wanted; /* borrowed */
    const char *best;   /* borrowed; NULL: no name was offered */
    int distance;       /* of best, in edits */
};

void nearest_start(struct nearest *n, const char *wanted);
/* The first of equally near names stays. */
void nearest_offer(struct nearest *n, const char *name);

/* Single letters put in, left out, exchanged for another or swapped with
 * their neighbour, upper and lower case alike. */
int edit_distance(const char *a, const char *b);

#ifdef __cplusplus
}
#endif

#endif
