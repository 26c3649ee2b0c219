/* dram_queue.h - the bursts that wait for reading, or for writing.
 *
 * Kept twice: all by age, and each bank's by age.  Of each bank it knows the
 * oldest burst that wants the row which is open now (its *hit*), so a decision
 * looks at banks with work, not at bursts.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DRAM_QUEUE_H
#define MEM_DRAM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "mem/dram_part.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DRAM_QUEUE_MAX 64

struct dram_burst {
    uint64_t age; /* running number: the smaller, the older */
    struct dram_place place;
    /* Indices of bursts; -1: none. */
    int16_t next_in_bank; /* the next younger one */
    int16_t older, younger;
    bool was_opened; /* its row was opened for it: no row hit */
};

struct dram_queue {
    int n;
    int overtaken;                      /* bursts taken before the oldest one,
                                           since it has been the oldest */
    int16_t oldest, youngest;           /* indices of bursts, as all below */
    int16_t unused;                     /* first of the free ones */
    uint32_t banks;                     /* bit b: bank b has a burst here */
    uint32_t hits;                      /* bit b: and one of them is a hit */
    int16_t first[DRAM_BANKS_MAX];      /* of the bank; see `banks` */
    int16_t last[DRAM_BANKS_MAX];       /* likewise */
    int16_t hit[DRAM_BANKS_MAX];        /* see `hits` */
    int16_t before_hit[DRAM_BANKS_MAX]; /* of the bank; -1: hit is first */
    struct dram_burst burst[DRAM_QUEUE_MAX];
};

void dram_queue_init(struct dram_queue *q);
/* Forgets all bursts; there must be one. */
void dram_queue_clear(struct dram_queue *q);
static inline uint32_t dram_bank_bit(int bank)
{
    return (uint32_t)1 << bank;
}

static inline void dram_queue_set_hit(struct dram_queue *q, int bank,
                                      int16_t before, int16_t hit)
{
    q->hit[bank] = hit;
    q->before_hit[bank] = before;
    q->hits |= dram_bank_bit(bank);
}

/* open_row: of that bank now; -1: closed.  Inline: a place that is handed over
 * in memory costs more than all the rest. */
static inline void dram_queue_push(struct dram_queue *q,
                                   struct dram_place place, uint64_t age,
                                   int64_t open_row)
{
    int bank = place.bank;
    int16_t k = q->unused, before = -1;
    struct dram_burst *burst = &q->burst[k];
    q->unused = burst->younger;
    burst->age = age;
    burst->place = place;
    burst->next_in_bank = burst->younger = -1;
    burst->older = q->youngest;
    burst->was_opened = false;
    if (q->youngest < 0)
        q->oldest = k;
    else
        q->burst[q->youngest].younger = k;
    q->youngest = k;
    if (q->banks & dram_bank_bit(bank)) {
        before = q->last[bank];
        q->burst[before].next_in_bank = k;
    } else {
        q->first[bank] = k;
        q->banks |= dram_bank_bit(bank);
    }
    q->last[bank] = k;
    if (place.row == open_row && !(q->hits & dram_bank_bit(bank)))
        dram_queue_set_hit(q, bank, before, k);
    q->n++;
}

/* Takes the bank's hit out. */
void dram_queue_take_hit(struct dram_queue *q, int bank);
void dram_queue_row_opened(struct dram_queue *q, int bank, int row);
void dram_queue_row_closed(struct dram_queue *q, int bank);

#ifdef __cplusplus
}
#endif

#endif
