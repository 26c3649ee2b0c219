/* known_values.h - numbers found before, by all the integers that decide them.
 * For one thread.
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
/* NULL: not known. */
const double *known_values_find(const struct known_values *k,
                                const struct known_key *key);
void known_values_add(struct known_values *k, const struct known_key *key,
                      double value);

#ifdef __cplusplus
}
#endif

#endif
