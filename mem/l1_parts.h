/* l1_parts.h - what the files of the L1s share; for mem/l1*.c alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_L1_PARTS_H
#define MEM_L1_PARTS_H

#include "mem/l1.h"

/* A loop over clusters is made for each use of it. */
#define INLINE static inline __attribute__((always_inline))

static inline int16_t *l1_input_of(const struct l1 *l1, int line, int cluster)
{
    return &l1->input[(cluster * L1_LINES + line) * l1->cfg.input_slots];
}

static inline int l1_rows_of(const struct l1 *l1, int words)
{
    int rows = 1; /* few, and cheaper to count than to divide */
    while (rows * l1->cfg.row_words < words)
        rows++;
    return rows;
}

/* A place of a ring that was moved by less than its size. */
static inline int l1_wrapped(int place, int size)
{
    return place < size ? place : place - size;
}

/* Whether a line that sends kept words has some left, or has staged the last
 * of them. */
static inline bool l1_sends_kept(const struct l1 *l1, int line,
                                 const struct l1_line *s)
{
    return l1->kept[line] && (!stream_is_done(&s->out) || s->read_slots > 0);
}

static inline void l1_add_counts(struct l1_counts *to,
                                 const struct l1_counts *from)
{
    for (int k = 0; k < L1_LINES; k++) {
        to->reads[k] += from->reads[k];
        to->writes[k] += from->writes[k];
        to->sent[k] += from->sent[k];
        to->delivered[k] += from->delivered[k];
    }
    to->refusals += from->refusals;
}

/* l1_plain.c: clusters [from, to), where l1->is_plain, at most one line has
 * banks, and nobody follows. */
bool l1_eval_plain(struct l1 *l1, int from, int to,
                   const struct lane_fifo fifo[L1_LINES]);

static inline bool l1_has_work(const struct l1 *l1,
                               const struct l1_cluster *cluster)
{
    int work = 0;
    for (int k = 0; k < L1_LINES; k++)
        work |= cluster->line[k].input_slots | cluster->line[k].held_slots |
                l1_sends_kept(l1, k, &cluster->line[k]);
    return work != 0;
}

#endif
