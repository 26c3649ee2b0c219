/* l1_words.h - words on their way from L2 over L1 to the PEs (functional mode).
 *
 * A queue for each line and cluster.  A word enters when L2 reads it and
 * leaves when the L1 sends it; each must come by in the order in which L2 read
 * it, or the program stops: a bug of ours.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_L1_WORDS_H
#define SIM_ARRAY_L1_WORDS_H

#include "mem/l1.h"

#ifdef __cplusplus
extern "C" {
#endif

struct l1_words;

/* keeps: a line may send its words of a pass once more in the next one. */
struct l1_words *l1_words_new(bool keeps);
void l1_words_free(struct l1_words *words);

/* A pass begins; the words of a line that is kept are those that it sent in the
 * pass before. */
void l1_words_issue(struct l1_words *words, const bool kept[L1_LINES]);
/* value[k]: word k of the slot. */
void l1_words_read(struct l1_words *words, int line, uint64_t clusters,
                   const struct slot *slot, const int64_t *value);
void l1_words_arrived(struct l1_words *words, int line, int cluster,
                      const struct slot *slot);
/* The slot's words; valid until the next call. */
const int64_t *l1_words_sent(struct l1_words *words, int line, int cluster,
                             const struct slot *slot);
/* No word is on its way. */
bool l1_words_is_empty(const struct l1_words *words);

#ifdef __cplusplus
}
#endif

#endif
