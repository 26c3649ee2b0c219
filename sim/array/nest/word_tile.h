/* word_tile.h - the names of the words of a tensor's tile, in rising order.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_WORD_TILE_H
#define SIM_ARRAY_NEST_WORD_TILE_H

#include "dataflows/nest/nest_walk.h"

#ifdef __cplusplus
extern "C" {
#endif

struct word_tile {
    struct nest_span span[NEST_DIMS];
    int n;
    size_t room;
    uint64_t *word; /* owns; access_word(), in rising order */
    int64_t *value; /* owns; psums in functional mode, else NULL */
    uint64_t fresh; /* psums that began at 0 and have had no product yet */
};

/* What turns spans of a layer's loops into words; scratch memory included. */
struct word_maker {
    const struct layer *layer; /* borrowed */
    enum tensor tensor;
    /* Padded ifmap rows and columns from which on there are words, and the
     * first ones behind them. */
    int row_first, row_end, col_first, col_end;
    bool values;                  /* psum tiles get room for values */
    uint8_t *row_mark, *col_mark; /* own */
    int *rows, *cols;             /* own */
};

void word_maker_init(struct word_maker *maker, const struct layer *layer,
                     enum tensor tensor, bool no_padding_words, bool values);
void word_maker_fini(struct word_maker *maker);

/* The words that loops over the spans touch; a span that is empty: none. */
void word_tile_fill(struct word_tile *tile, const struct word_maker *maker,
                    const struct nest_span span[NEST_DIMS]);
void word_tile_fini(struct word_tile *tile);
/* Index of a word, or -1. */
int word_tile_find(const struct word_tile *tile, uint64_t word);

#ifdef __cplusplus
}
#endif

#endif
