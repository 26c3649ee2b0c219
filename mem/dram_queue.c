/* dram_queue.c - the bursts that wait for reading, or for writing.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram_queue.h"

#include <string.h>

void dram_queue_init(struct dram_queue *q)
{
    memset(q, 0, sizeof(*q));
    for (int k = 0; k < DRAM_QUEUE_MAX; k++)
        q->burst[k].younger = (int16_t)(k + 1);
    q->burst[DRAM_QUEUE_MAX - 1].younger = -1;
    q->oldest = q->youngest = -1;
}

void dram_queue_clear(struct dram_queue *q)
{
    q->burst[q->youngest].younger = q->unused;
    q->unused = q->oldest;
    q->oldest = q->youngest = -1;
    q->n = q->overtaken = 0;
    q->banks = q->hits = 0;
}

/* Finds the bank's hit among burst k and the younger ones; `before` is the
 * burst in front of k. */
static void find_hit(struct dram_queue *q, int bank, int16_t before, int16_t k,
                     int row)
{
    while (k >= 0 && q->burst[k].place.row != row) {
        before = k;
        k = q->burst[k].next_in_bank;
    }
    if (k >= 0)
        dram_queue_set_hit(q, bank, before, k);
    else
        q->hits &= ~dram_bank_bit(bank);
}

void dram_queue_take_hit(struct dram_queue *q, int bank)
{
    int16_t k = q->hit[bank], before = q->before_hit[bank];
    struct dram_burst *burst = &q->burst[k];
    int16_t next = burst->next_in_bank;
    if (before < 0)
        q->first[bank] = next;
    else
        q->burst[before].next_in_bank = next;
    if (next < 0)
        q->last[bank] = before;
    if (before < 0 && next < 0)
        q->banks &= ~dram_bank_bit(bank);
    find_hit(q, bank, before, next, burst->place.row);

    q->overtaken++;
    if (burst->older < 0) {
        q->oldest = burst->younger;
        q->overtaken = 0;
    } else {
        q->burst[burst->older].younger = burst->younger;
    }
    if (burst->younger < 0)
        q->youngest = burst->older;
    else
        q->burst[burst->younger].older = burst->older;

    burst->younger = q->unused;
    q->unused = k;
    q->n--;
}

void dram_queue_row_opened(struct dram_queue *q, int bank, int row)
{
    if (q->banks & dram_bank_bit(bank))
        find_hit(q, bank, -1, q->first[bank], row);
}

void dram_queue_row_closed(struct dram_queue *q, int bank)
{
    q->hits &= ~dram_bank_bit(bank);
}
