/* nest_slots.c - sorts words by who wants them and when, and deals them out to
 * slots.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_slots.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"
#include "traces/access.h"

/* A word and its set. */
struct item {
    uint64_t word;
    int32_t set, round, first_use;
    size_t want; /* the first of the set's wants of it, which lie together */
    int32_t wants;
};

/* A slot in the making: items from `item` on. */
struct draft {
    int32_t round, chunk;
    uint64_t key, word; /* word: the first one, whatever sets were met before */
    int32_t set, words;
    size_t item;
};

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_word(const void *a, const void *b)
{
    const struct nest_want *x = a, *y = b;
    return x->word != y->word ? compare(x->word, y->word)
                              : (x->pe > y->pe) - (x->pe < y->pe);
}

static int by_use(const void *a, const void *b)
{
    const struct nest_want *x = a, *y = b;
    if (x->pe != y->pe)
        return x->pe < y->pe ? -1 : 1;
    if (x->first_use != y->first_use)
        return x->first_use < y->first_use ? -1 : 1;
    return compare(x->word, y->word);
}

static int by_set(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->set != y->set)
        return x->set < y->set ? -1 : 1;
    if (x->round != y->round)
        return x->round < y->round ? -1 : 1;
    if (x->first_use != y->first_use)
        return x->first_use < y->first_use ? -1 : 1;
    return compare(x->word, y->word);
}

static int by_turn(const void *a, const void *b)
{
    const struct draft *x = a, *y = b;
    if (x->round != y->round)
        return x->round < y->round ? -1 : 1;
    if (x->chunk != y->chunk)
        return x->chunk < y->chunk ? -1 : 1;
    return x->key != y->key ? compare(x->key, y->key)
                            : compare(x->word, y->word);
}

static size_t list_items(const struct nest_want *want, size_t n,
                         struct nest_sets *sets, int32_t *pe, struct item *item)
{
    size_t items = 0;
    for (size_t k = 0, m; k < n; k += m) {
        for (m = 0; k + m < n && want[k + m].word == want[k].word; m++)
            pe[m] = want[k + m].pe;
        item[items++] = (struct item){
            .word = want[k].word,
            .set = nest_sets_number(sets, pe, (int32_t)m),
            .round = want[k].round,
            .first_use = want[k].first_use,
            .want = k,
            .wants = (int32_t)m,
        };
    }
    return items;
}

/* Image and column of an ifmap word. */
static uint64_t column_of(uint64_t word)
{
    int coord[4];
    access_coord(word, coord);
    return (uint64_t)coord[0] << 32 | (uint64_t)coord[3];
}

/* How manieth a word's column is of those that its PE lacks. */
static void find_rounds(struct nest_want *want, size_t n)
{
    qsort(want, n, sizeof(*want), by_use);
    for (size_t k = 1; k < n; k++)
        if (want[k].pe == want[k - 1].pe)
            want[k].round = want[k - 1].round + (column_of(want[k].word) !=
                                                 column_of(want[k - 1].word));
}

/* Held words: the place of the set's first PE, column by column. */
static uint64_t place_of(const struct nest_slots_cfg *cfg,
                         const struct nest_sets *sets, int32_t set)
{
    uint64_t least = UINT64_MAX;
    for (int32_t k = sets->begin[set]; k < sets->begin[set + 1]; k++) {
        const int unit = cfg->walk->pe[sets->pe[k]].unit;
        const uint64_t at = (uint64_t)(unit % cfg->array_cols) << 32 |
                            (uint64_t)(unit / cfg->array_cols);
        least = at < least ? at : least;
    }
    return least;
}

static size_t draft_slots(const struct nest_slots_cfg *cfg,
                          const struct nest_sets *sets, const struct item *item,
                          size_t items, struct draft *draft)
{
    size_t n = 0;
    int32_t in_round = 0;
    for (size_t k = 0; k < items; k++) {
        if (k == 0 || item[k].set != item[k - 1].set ||
            item[k].round != item[k - 1].round)
            in_round = 0;
        if (in_round++ % cfg->slot_words == 0)
            draft[n++] = (struct draft){
                .round = item[k].round,
                .chunk = (in_round - 1) / cfg->slot_words,
                .key = cfg->is_window ? item[k].word
                                      : place_of(cfg, sets, item[k].set),
                .word = item[k].word,
                .set = item[k].set,
                .item = k,
            };
        draft[n - 1].words++;
    }
    return n;
}

/* The words of a slot come to all its PEs. */
static void arrive(const struct draft *d, const struct item *item,
                   const struct nest_want *want, int32_t *arrived)
{
    for (size_t k = d->item; k < d->item + (size_t)d->words; k++)
        for (int32_t j = 0; j < item[k].wants; j++) {
            const struct nest_want *w = &want[item[k].want + (size_t)j];
            *w->arrival = ++arrived[w->pe];
        }
}

void nest_slots_make(const struct nest_slots_cfg *cfg, struct nest_want *want,
                     size_t n, struct nest_sets *sets, int32_t *arrived,
                     struct credit_slots *out)
{
    memset(out, 0, sizeof(*out));
    if (n == 0)
        return;
    struct item *item = xcalloc(n, sizeof(*item));
    struct draft *draft = xcalloc(n, sizeof(*draft));
    int32_t *pe = xcalloc(n, sizeof(*pe));
    if (cfg->by_columns)
        find_rounds(want, n);
    qsort(want, n, sizeof(*want), by_word);
    const size_t items = list_items(want, n, sets, pe, item);
    qsort(item, items, sizeof(*item), by_set);
    const size_t drafts = draft_slots(cfg, sets, item, items, draft);
    qsort(draft, drafts, sizeof(*draft), by_turn);
    struct credit_slot *slot = xcalloc(drafts, sizeof(*slot));
    for (size_t k = 0; k < drafts; k++) {
        slot[k].set = draft[k].set;
        slot[k].words = draft[k].words;
        slot[k].begins = k == 0 || draft[k].round != draft[k - 1].round ||
                         draft[k].chunk != draft[k - 1].chunk;
        arrive(&draft[k], item, want, arrived);
    }
    SIM_CHECK(drafts <= INT32_MAX);
    out->n = (int32_t)drafts;
    out->slot = slot;
    free(item);
    free(draft);
    free(pe);
}
