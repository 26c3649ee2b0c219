/* word_tile.c - lists the words of a tensor's tile by walking its coordinates
 * in the order of their names.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/word_tile.h"

#include <stdlib.h>
#include <string.h>

#include "traces/access.h"

void word_maker_init(struct word_maker *s, const struct layer *layer,
                     enum tensor tensor, bool no_padding_words, bool values)
{
    size_t rows = (size_t)layer_padded_h(layer);
    size_t cols = (size_t)layer_padded_w(layer);
    memset(s, 0, sizeof(*s));
    s->layer = layer;
    s->tensor = tensor;
    s->row_first = no_padding_words ? layer->pad_top : 0;
    s->col_first = no_padding_words ? layer->pad_left : 0;
    s->row_end = (int)rows - (no_padding_words ? layer->pad_bottom : 0);
    s->col_end = (int)cols - (no_padding_words ? layer->pad_right : 0);
    s->values = values;
    s->row_mark = xcalloc(rows, 1);
    s->col_mark = xcalloc(cols, 1);
    s->rows = xcalloc(rows, sizeof(int));
    s->cols = xcalloc(cols, sizeof(int));
}

void word_maker_fini(struct word_maker *s)
{
    free(s->row_mark);
    free(s->col_mark);
    free(s->rows);
    free(s->cols);
}

void word_tile_fini(struct word_tile *t)
{
    free(t->word);
    free(t->value);
}

int word_tile_find(const struct word_tile *t, uint64_t word)
{
    int low = 0, high = t->n;
    while (low < high) {
        int mid = low + (high - low) / 2;
        if (t->word[mid] < word)
            low = mid + 1;
        else
            high = mid;
    }
    return low < t->n && t->word[low] == word ? low : -1;
}

/* Rows (or columns) of the padded ifmap, of first .. end - 1, under output
 * rows x and taps r. */
static int touched_rows(const struct nest_span *x, int stride,
                        const struct nest_span *r, int dilation, int first,
                        int end, uint8_t *mark, int *out)
{
    int n = 0, low = end, high = 0;
    for (int i = x->first; i < x->first + x->n; i++)
        for (int k = r->first; k < r->first + r->n; k++) {
            int y = i * stride + k * dilation;
            if (y < first || y >= end)
                continue;
            mark[y] = 1;
            low = y < low ? y : low;
            high = y > high ? y : high;
        }
    for (int y = low; y <= high; y++)
        if (mark[y] != 0) {
            out[n++] = y;
            mark[y] = 0;
        }
    return n;
}

static void make_room(struct word_tile *t, size_t words, bool values)
{
    if (words <= t->room)
        return;
    t->room = words;
    t->word = xrealloc(t->word, words, sizeof(*t->word));
    if (values)
        t->value = xrealloc(t->value, words, sizeof(*t->value));
}

static void add_word(struct word_tile *t, int a, int b, int c, int d)
{
    const int coord[4] = {a, b, c, d};
    t->word[t->n++] = access_word(coord);
}

static void ifmap_words(const struct word_maker *s, const struct nest_span *x,
                        struct word_tile *t)
{
    const struct layer *l = s->layer;
    int per_group = l->C / l->G;
    int rows = touched_rows(&x[NEST_P], l->stride_h, &x[NEST_R], l->dilation_h,
                            s->row_first, s->row_end, s->row_mark, s->rows);
    int cols = touched_rows(&x[NEST_Q], l->stride_w, &x[NEST_S], l->dilation_w,
                            s->col_first, s->col_end, s->col_mark, s->cols);
    make_room(t,
              (size_t)x[NEST_N].n * (size_t)x[NEST_G].n * (size_t)x[NEST_C].n *
                  (size_t)rows * (size_t)cols,
              false);
    for (int n = 0; n < x[NEST_N].n; n++)
        for (int g = 0; g < x[NEST_G].n; g++)
            for (int c = 0; c < x[NEST_C].n; c++)
                for (int h = 0; h < rows; h++)
                    for (int w = 0; w < cols; w++)
                        add_word(t, x[NEST_N].first + n,
                                 (x[NEST_G].first + g) * per_group +
                                     x[NEST_C].first + c,
                                 s->rows[h], s->cols[w]);
}

static void filter_words(const struct word_maker *s, const struct nest_span *x,
                         struct word_tile *t)
{
    const struct layer *l = s->layer;
    int per_group = l->M / l->G;
    make_room(t,
              (size_t)x[NEST_G].n * (size_t)x[NEST_M].n * (size_t)x[NEST_C].n *
                  (size_t)x[NEST_R].n * (size_t)x[NEST_S].n,
              false);
    for (int g = 0; g < x[NEST_G].n; g++)
        for (int m = 0; m < x[NEST_M].n; m++)
            for (int c = 0; c < x[NEST_C].n; c++)
                for (int r = 0; r < x[NEST_R].n; r++)
                    for (int k = 0; k < x[NEST_S].n; k++)
                        add_word(t,
                                 (x[NEST_G].first + g) * per_group +
                                     x[NEST_M].first + m,
                                 x[NEST_C].first + c, x[NEST_R].first + r,
                                 x[NEST_S].first + k);
}

static void psum_words(const struct word_maker *s, const struct nest_span *x,
                       struct word_tile *t)
{
    const struct layer *l = s->layer;
    int per_group = l->M / l->G;
    make_room(t,
              (size_t)x[NEST_N].n * (size_t)x[NEST_G].n * (size_t)x[NEST_M].n *
                  (size_t)x[NEST_P].n * (size_t)x[NEST_Q].n,
              s->values);
    for (int n = 0; n < x[NEST_N].n; n++)
        for (int g = 0; g < x[NEST_G].n; g++)
            for (int m = 0; m < x[NEST_M].n; m++)
                for (int p = 0; p < x[NEST_P].n; p++)
                    for (int q = 0; q < x[NEST_Q].n; q++)
                        add_word(t, x[NEST_N].first + n,
                                 (x[NEST_G].first + g) * per_group +
                                     x[NEST_M].first + m,
                                 x[NEST_P].first + p, x[NEST_Q].first + q);
}

void word_tile_fill(struct word_tile *t, const struct word_maker *s,
                    const struct nest_span x[NEST_DIMS])
{
    memcpy(t->span, x, sizeof(t->span));
    t->n = 0;
    if (s->tensor == TENSOR_IFMAP)
        ifmap_words(s, x, t);
    else if (s->tensor == TENSOR_FILTER)
        filter_words(s, x, t);
    else
        psum_words(s, x, t);
}
