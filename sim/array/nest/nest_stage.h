/* nest_stage.h - the words of one tensor at one level of a nest, child by
 * child: what each holds, found word by word.
 *
 * A stage keeps the names of the words in every child's tile.  At a step it
 * makes the next tile's words, and finds by comparing names which of them are
 * not there yet, which children want each of them at once, and which psums go.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_STAGE_H
#define SIM_ARRAY_NEST_NEST_STAGE_H

#include "dataflows/nest/nest_walk.h"
#include "sim/array/nest/word_tile.h"
#include "traces/access.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a step of a stage moves; words. */
struct stage_move {
    uint64_t read;      /* at the parent, or written to it */
    uint64_t delivered; /* at the children, or gone from them */
};

struct stage_cfg {
    const struct nest_walk *walk; /* borrowed */
    enum level level;             /* of the children: L2, L1 or RF */
    enum tensor tensor;
    bool no_padding_words; /* the ifmap's padding is made, not moved */
    bool values;           /* functional mode */
    struct access_tap tap; /* access NULL: no one listens */
    /* Functional mode: a psum at the parent; group: the parent's number. */
    int64_t *(*parent_psum)(void *context, int group, uint64_t word);
    /* Functional mode: a word is read from the parent. */
    void (*parent_read)(void *context, enum tensor tensor, enum level parent,
                        int group, uint64_t word);
    void *context;
};

struct nest_stage;

struct nest_stage *nest_stage_new(const struct stage_cfg *cfg);
void nest_stage_free(struct nest_stage *stage);

/* All children hold what the step before held, uncounted (NULL: nothing). */
void nest_stage_set(struct nest_stage *stage, const struct nest_step *step);
/* Psums that will not stay in the next step go (NULL: there is none). */
void nest_stage_leave(struct nest_stage *stage, const struct nest_step *next,
                      struct stage_move *out);
/* The words of the step come. */
void nest_stage_enter(struct nest_stage *stage, const struct nest_step *step,
                      struct stage_move *out);
/* Words that the last call read at the parent, each once, in rising order. */
int nest_stage_words(const struct nest_stage *stage, const uint64_t **words);
struct word_tile *nest_stage_tile(struct nest_stage *stage, int child);

#ifdef __cplusplus
}
#endif

#endif
