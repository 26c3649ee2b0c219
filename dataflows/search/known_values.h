/* known_values.h - remembers numbers that were worked out before, by all the
 * integers that decide them. A table is used by one thread only.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_KNOWN_VALUES_H
#define DATAFLOWS_SEARCH_KNOWN_VALUES_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { KNOWN_KEY = 10 };
struct known_key {
    int of[KNOWN_KEY];
};

struct known_values;
struct known_values *known_values_new(void);
void known_values_free(struct known_values *k);
/* Returns the value of a key, borrowed until the next one is added, or NULL if
 * it is not known. */
const double *known_values_find(const struct known_values *k,
                                const struct known_key *key);
void known_values_add(struct known_values *k, const struct known_key *key,
                      double value);

#ifdef __cplusplus
}
#endif

#endif
