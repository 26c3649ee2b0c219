/* levels_class.h - the moves of a nest on listed levels, each kind of step
 * found once.
 *
 * What a step moves depends on how much of the layer lies before its units, on
 * how its tile lies to the one before or behind it, and on the padding that it
 * touches.  Steps that have all these alike are a class.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_CLASS_H
#define SIM_ARRAY_LEVELS_LEVELS_CLASS_H

#include "sim/array/levels/levels_words.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Ifmap rows and columns that lie before a tile's first and behind its end,
 * where these clip it; else the same for all. */
struct levels_edges {
    int32_t above[2], below[2];
};

/* Sets the edges of a tile that begins at base and is so large at most. */
void levels_edges_of(const struct arch *arch, const struct nest_walk *walk,
                     const int base[NEST_DIMS], const int most[NEST_DIMS],
                     struct levels_edges *out);

struct levels_classes;

/* All borrowed.  keeps_words: moves of tiles have the words at the parent. */
struct levels_classes *levels_classes_new(const struct arch *arch,
                                          const struct nest_walk *walk,
                                          bool keeps_words);
void levels_classes_free(struct levels_classes *c);
/* The move of a class; the caller may count in its `times`. */
struct levels_move *levels_classes_find(struct levels_classes *c,
                                        const struct levels_ask *ask);
/* Calls take for every class with `times`, and sets these to 0. */
void levels_classes_take(struct levels_classes *c,
                         void (*take)(void *context,
                                      const struct levels_move *move),
                         void *context);
struct levels_words *levels_classes_words(struct levels_classes *c);

#ifdef __cplusplus
}
#endif

#endif
