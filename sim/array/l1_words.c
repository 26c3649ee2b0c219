/* l1_words.c - words on their way from L2 over L1 to the PEs.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/l1_words.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

/* Slots in order, their words one after the other; both start again at 0
 * whenever nothing is left. */
struct queue {
    struct slot *slot; /* owns */
    int64_t *word;     /* owns */
    size_t slots, words, slots_max, words_max;
    size_t arrived, sent, word_at; /* how many; where the next word lies */
};

struct l1_words {
    bool keeps;
    struct queue queue[L1_LINES][L1_CLUSTERS_MAX];
};

struct l1_words *l1_words_new(bool keeps)
{
    struct l1_words *w = xcalloc(1, sizeof(*w));
    w->keeps = keeps;
    return w;
}

void l1_words_free(struct l1_words *w)
{
    if (w == NULL)
        return;
    for (int k = 0; k < L1_LINES; k++)
        for (int c = 0; c < L1_CLUSTERS_MAX; c++) {
            free(w->queue[k][c].slot);
            free(w->queue[k][c].word);
        }
    free(w);
}

static void *grown(void *from, size_t *max, size_t need, size_t item_bytes)
{
    if (need <= *max)
        return from;
    *max = 2 * need;
    return xrealloc(from, *max, item_bytes);
}

static void empty(struct queue *q)
{
    q->slots = q->words = q->arrived = q->sent = q->word_at = 0;
}

void l1_words_issue(struct l1_words *w, const bool kept[L1_LINES])
{
    SIM_CHECK(l1_words_is_empty(w));
    for (int k = 0; k < L1_LINES; k++)
        for (int c = 0; c < L1_CLUSTERS_MAX; c++) {
            struct queue *q = &w->queue[k][c];
            if (kept[k])
                q->sent = q->word_at = 0;
            else
                empty(q);
        }
}

void l1_words_read(struct l1_words *w, int line, uint64_t clusters,
                   const struct slot *slot, const int64_t *value)
{
    size_t n = (size_t)slot->words;
    for (int c = 0; c < L1_CLUSTERS_MAX; c++) {
        struct queue *q = &w->queue[line][c];
        if ((clusters >> c & 1) == 0)
            continue;
        q->slot = grown(q->slot, &q->slots_max, q->slots + 1, sizeof(*q->slot));
        q->word = grown(q->word, &q->words_max, q->words + n, sizeof(*q->word));
        q->slot[q->slots++] = *slot;
        memcpy(q->word + q->words, value, n * sizeof(*value));
        q->words += n;
    }
}

static bool same(const struct slot *a, const struct slot *b)
{
    return a->round == b->round && a->dest == b->dest &&
           a->first_word == b->first_word && a->words == b->words;
}

void l1_words_arrived(struct l1_words *w, int line, int cluster,
                      const struct slot *slot)
{
    struct queue *q = &w->queue[line][cluster];
    SIM_CHECK(q->arrived < q->slots && same(&q->slot[q->arrived], slot));
    q->arrived++;
}

const int64_t *l1_words_sent(struct l1_words *w, int line, int cluster,
                             const struct slot *slot)
{
    struct queue *q = &w->queue[line][cluster];
    SIM_CHECK(q->sent < q->arrived && same(&q->slot[q->sent], slot));
    const int64_t *value = q->word + q->word_at;
    q->sent++;
    q->word_at += (size_t)slot->words;
    if (q->sent == q->slots && !w->keeps)
        empty(q);
    return value;
}

bool l1_words_is_empty(const struct l1_words *w)
{
    for (int k = 0; k < L1_LINES; k++)
        for (int c = 0; c < L1_CLUSTERS_MAX; c++)
            if (w->queue[k][c].sent < w->queue[k][c].slots)
                return false;
    return true;
}
