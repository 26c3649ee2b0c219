/* nest_class.h - what the PEs do in a step of a nest and which slots bring the
 * step's words, for all steps that are alike (sim/array/credit/credit_pass.h
 * says what the tables mean).
 *
 * A step's class is how its tiles, clipped to the layer, lie to those of the
 * steps before and behind it in the pass, and where the ifmap ends.  Words are
 * found once a class, by their names:
 *
 * Words   A PE's new words are those that it lacked in the step before; a word
 *         frees its place with the last MAC that reads it, if the next step
 *         does not need it.
 * Slots   Words for the same PEs share slots, in the order in which the first
 *         of these PEs uses them.  The window input's ifmap words go by
 * columns: first what is the first new column of its PE (of several, the first
 *         PE), then the second ones, a round each.  Within a round chunk by
 *         chunk, as wide as a slot; within a chunk the held input's sets by
 *         column, then row of their first PE, the window input's by the name of
 *         the first word.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_CLASS_H
#define SIM_ARRAY_NEST_NEST_CLASS_H

#include "dataflows/nest/nest_walk.h"
#include "sim/array/credit/credit_pass.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nest_class_cfg {
    const struct nest_walk *walk; /* borrowed */
    int array_cols;
    bool no_padding_words; /* the ifmap's padding is made, not moved */
    int slot_words[CREDIT_INPUTS];
    enum credit_network held; /* the other input is the window */
    bool rides; /* runs say where psums have their last products */
};

struct nest_class {
    const struct credit_work **work; /* by PE; owns the list */
    int32_t *psums;                  /* by PE, of its tile; owns */
    struct credit_slots slots[CREDIT_INPUTS];
};

/* The classes that were met so far, and what they share. */
struct nest_classes;

struct nest_classes *nest_classes_new(const struct nest_class_cfg *cfg);
void nest_classes_free(struct nest_classes *classes);
/* From now on no class is known. */
void nest_classes_forget(struct nest_classes *classes);
/* The class of a step; before, next: of the same pass, or NULL.  Valid until
 * they are forgotten. */
const struct nest_class *nest_classes_of(struct nest_classes *classes,
                                         const struct nest_step *at,
                                         const struct nest_step *before,
                                         const struct nest_step *next);
/* The sets that slots name; valid until the next class is made. */
struct credit_sets nest_classes_sets(const struct nest_classes *classes,
                                     enum credit_network input);

#ifdef __cplusplus
}
#endif

#endif
