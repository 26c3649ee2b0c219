/* nest_stage.c - compares the names of the words that a child has with those
 * that it needs next, and finds which children want each of them at once.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_stage.h"

#include <stdlib.h>
#include <string.h>

/* A word and who wants it. */
struct want {
    uint64_t word;
    int32_t child;
};

struct nest_stage {
    struct stage_cfg cfg;
    enum level parent;
    bool by_group; /* children of different groups have different parents */
    int n_children;
    const struct nest_child *child; /* borrowed; NULL: the one L2 */
    struct word_tile *tile;         /* own */
    struct word_tile spare;         /* owns */
    struct word_maker words;
    struct want *want, *merged; /* own */
    size_t n_wants, want_room;
    size_t *run;    /* owns; where each child's wants begin */
    uint64_t *read; /* owns */
    int n_read, read_room;
};

struct nest_stage *nest_stage_new(const struct stage_cfg *cfg)
{
    struct nest_stage *s = xcalloc(1, sizeof(*s));
    const struct nest_walk *w = cfg->walk;
    s->cfg = *cfg;
    s->parent = nest_parent(&w->nest, cfg->level, cfg->tensor);
    s->by_group = cfg->level == LEVEL_RF && s->parent == LEVEL_L1;
    s->n_children = 1;
    if (cfg->level == LEVEL_RF) {
        s->n_children = w->n_pes;
        s->child = w->pe;
    } else if (cfg->level == LEVEL_L1) {
        s->n_children = w->n_clusters;
        s->child = w->cluster;
    }
    s->tile = xcalloc((size_t)s->n_children, sizeof(*s->tile));
    s->run = xcalloc((size_t)s->n_children + 1, sizeof(*s->run));
    word_maker_init(&s->words, &w->layer, cfg->tensor, cfg->no_padding_words,
                    cfg->values);
    return s;
}

void nest_stage_free(struct nest_stage *s)
{
    if (s == NULL)
        return;
    for (int k = 0; k < s->n_children; k++)
        word_tile_fini(&s->tile[k]);
    word_tile_fini(&s->spare);
    free(s->tile);
    free(s->run);
    word_maker_fini(&s->words);
    free(s->want);
    free(s->merged);
    free(s->read);
    free(s);
}

struct word_tile *nest_stage_tile(struct nest_stage *s, int child)
{
    return &s->tile[child];
}

int nest_stage_words(const struct nest_stage *s, const uint64_t **words)
{
    *words = s->read;
    return s->n_read;
}

/* --- tiles --------------------------------------------------------------- */

/* What a child works on; no words at all where a loop leaves it none.  A psum
 * tile stays whatever the reduction leaves. */
static void spans_of(const struct nest_stage *s, const struct nest_step *step,
                     int child, struct nest_span x[NEST_DIMS])
{
    bool empty = false;
    nest_walk_spans(s->cfg.walk, step, s->cfg.level,
                    s->child != NULL ? &s->child[child] : NULL, x);
    if (s->cfg.tensor == TENSOR_PSUM)
        x[NEST_C] = x[NEST_R] = x[NEST_S] = (struct nest_span){0, 1};
    for (int d = 0; d < NEST_DIMS; d++)
        empty = empty || x[d].n == 0;
    if (s->cfg.tensor == TENSOR_IFMAP)
        x[NEST_M] = (struct nest_span){0, 1};
    if (s->cfg.tensor == TENSOR_FILTER)
        x[NEST_N] = x[NEST_P] = x[NEST_Q] = (struct nest_span){0, 1};
    if (empty)
        memset(x, 0, NEST_DIMS * sizeof(*x));
}

static void fill_tile(struct nest_stage *s, const struct nest_span *x,
                      struct word_tile *t)
{
    word_tile_fill(t, &s->words, x);
}

/* --- who wants what ------------------------------------------------------- */

static void begin_wants(struct nest_stage *s)
{
    s->n_wants = 0;
    s->n_read = 0;
}

static void add_want(struct nest_stage *s, uint64_t word, int child)
{
    if (s->n_wants == s->want_room) {
        s->want_room = s->want_room * 2 + 64;
        s->want = xrealloc(s->want, s->want_room, sizeof(*s->want));
        s->merged = xrealloc(s->merged, s->want_room, sizeof(*s->merged));
    }
    s->want[s->n_wants++] = (struct want){word, (int32_t)child};
}

static bool comes_first(const struct nest_stage *s, const struct want *a,
                        const struct want *b)
{
    if (s->by_group) {
        int ga = s->child[a->child].group, gb = s->child[b->child].group;
        if (ga != gb)
            return ga < gb;
    }
    return a->word != b->word ? a->word < b->word : a->child < b->child;
}

/* Merges the children's lists, each in rising order: run[k] .. run[k + 1]. */
static void sort_wants(struct nest_stage *s, int runs)
{
    while (runs > 1) {
        int made = 0;
        for (int k = 0; k < runs; k += 2) {
            size_t a = s->run[k], mid = s->run[k + 1], b = mid;
            size_t end = k + 1 < runs ? s->run[k + 2] : mid, to = a;
            while (a < mid || b < end) {
                bool left = b == end || (a < mid && comes_first(s, &s->want[a],
                                                                &s->want[b]));
                s->merged[to++] = s->want[left ? a++ : b++];
            }
            s->run[made++] = s->run[k];
        }
        s->run[made] = s->n_wants;
        struct want *swap = s->want;
        s->want = s->merged;
        s->merged = swap;
        runs = made;
    }
}

static void tell(const struct nest_stage *s, enum level level, int unit,
                 bool is_write, uint64_t word)
{
    const struct access_tap *tap = &s->cfg.tap;
    const struct access a = {.level = level,
                             .tensor = s->cfg.tensor,
                             .unit = unit,
                             .is_write = is_write,
                             .word = word};
    if (tap->access != NULL)
        tap->access(tap->context, &a);
}

static int group_of(const struct nest_stage *s, int child)
{
    return s->by_group ? s->child[child].group : 0;
}

/* A word is read at (or written to) the parent of n wants from k on. */
static void read_word(struct nest_stage *s, size_t k, size_t n, bool to_parent)
{
    uint64_t word = s->want[k].word;
    int group = group_of(s, s->want[k].child);
    if (s->n_read == s->read_room) {
        s->read_room = s->read_room * 2 + 64;
        s->read = xrealloc(s->read, (size_t)s->read_room, sizeof(*s->read));
    }
    s->read[s->n_read++] = word;
    tell(s, s->parent, group, to_parent, word);
    if (s->cfg.parent_read != NULL)
        s->cfg.parent_read(s->cfg.context, s->cfg.tensor, s->parent, group,
                           word);
    if (s->cfg.level == LEVEL_L1)
        for (size_t i = k; i < k + n; i++)
            tell(s, LEVEL_L1, s->want[i].child, !to_parent, word);
}

/* Counts the words. */
static void share_out(struct nest_stage *s, int runs, bool to_parent,
                      struct stage_move *out)
{
    sort_wants(s, runs);
    for (size_t k = 0, n; k < s->n_wants; k += n) {
        const int group = group_of(s, s->want[k].child);
        for (n = 1; k + n < s->n_wants &&
                    s->want[k + n].word == s->want[k].word &&
                    group_of(s, s->want[k + n].child) == group;)
            n++;
        read_word(s, k, n, to_parent);
    }
    out->read += (uint64_t)s->n_read;
    out->delivered += s->n_wants;
}

/* --- steps ---------------------------------------------------------------- */

static bool is_first(const struct nest_stage *s, int child)
{
    if (s->child == NULL)
        return true;
    return s->by_group ? s->child[child].is_first_in_group
                       : s->child[child].is_first;
}

static void swap_with_spare(struct nest_stage *s, int child)
{
    struct word_tile t = s->tile[child];
    s->tile[child] = s->spare;
    s->spare = t;
}

void nest_stage_set(struct nest_stage *s, const struct nest_step *step)
{
    struct nest_span x[NEST_DIMS] = {{0, 0}};
    for (int k = 0; k < s->n_children; k++) {
        if (step != NULL)
            spans_of(s, step, k, x);
        fill_tile(s, x, &s->tile[k]);
        /* A child without products has none until its psums go. */
        s->tile[k].fresh = 0;
    }
}

static int64_t *parent_psum(const struct nest_stage *s, int child,
                            uint64_t word)
{
    return s->cfg.parent_psum(s->cfg.context, group_of(s, child), word);
}

static void hand_over(const struct nest_stage *s, int child, uint64_t word,
                      int64_t value)
{
    int64_t *at = parent_psum(s, child, word);
    /* Those that come first have what was read back in theirs. */
    *at =
        is_first(s, child) ? value : (int64_t)((uint64_t)*at + (uint64_t)value);
}

/* Keeps those words of a tile that `next` has, in place. */
static void keep(struct nest_stage *s, int child, const struct word_tile *next)
{
    struct word_tile *t = &s->tile[child];
    int kept = 0, j = 0;
    for (int i = 0; i < t->n; i++) {
        while (j < next->n && next->word[j] < t->word[i])
            j++;
        if (j < next->n && next->word[j] == t->word[i]) {
            t->word[kept] = t->word[i];
            if (s->cfg.values)
                t->value[kept] = t->value[i];
            kept++;
        } else {
            add_want(s, t->word[i], child);
            if (s->cfg.values)
                hand_over(s, child, t->word[i], t->value[i]);
        }
    }
    t->n = kept;
    t->fresh = kept > 0 ? t->fresh : 0; /* a psum tile goes as a whole */
}

static bool same_spans(const struct word_tile *t, const struct nest_span *x)
{
    return memcmp(t->span, x, sizeof(t->span)) == 0;
}

void nest_stage_leave(struct nest_stage *s, const struct nest_step *next,
                      struct stage_move *out)
{
    struct nest_span x[NEST_DIMS] = {{0, 0}};
    int runs = 0;
    uint64_t gone = 0;
    memset(out, 0, sizeof(*out));
    begin_wants(s);
    if (s->cfg.tensor != TENSOR_PSUM)
        return;
    /* The first of a reduction, then the others, which add. */
    for (int others = 0; others < 2; others++)
        for (int k = 0; k < s->n_children; k++) {
            if (is_first(s, k) == (others == 1))
                continue;
            if (next != NULL)
                spans_of(s, next, k, x);
            if (same_spans(&s->tile[k], x))
                continue;
            size_t before = s->n_wants;
            fill_tile(s, x, &s->spare);
            keep(s, k, &s->spare);
            memset(s->tile[k].span, 0, sizeof(x)); /* it is neither */
            s->tile[k].span[0].n = -1;
            gone += s->n_wants - before;
            if (others == 1 && s->cfg.level == LEVEL_L1)
                for (size_t i = before; i < s->n_wants; i++)
                    tell(s, LEVEL_L1, k, false, s->want[i].word);
            if (others == 1)
                s->n_wants = before; /* over the links, not to the parent */
            else
                s->run[runs++] = before;
        }
    s->run[runs] = s->n_wants;
    share_out(s, runs, true, out);
    out->delivered = gone;
}

/* The new tile takes over what the old one has; the rest is wanted. */
static void renew(struct nest_stage *s, int child, bool reads_back)
{
    const struct word_tile *old = &s->tile[child];
    struct word_tile *new = &s->spare;
    bool from_parent =
        s->cfg.tensor != TENSOR_PSUM || (reads_back && is_first(s, child));
    int j = 0;
    new->fresh = new->n > 0 ? old->fresh : 0;
    for (int i = 0; i < new->n; i++) {
        while (j < old->n && old->word[j] < new->word[i])
            j++;
        bool has = j < old->n && old->word[j] == new->word[i];
        if (s->cfg.values && s->cfg.tensor == TENSOR_PSUM)
            new->value[i] = has           ? old->value[j]
                            : from_parent ? *parent_psum(s, child, new->word[i])
                                          : 0;
        if (has)
            continue;
        if (from_parent)
            add_want(s, new->word[i], child);
        else
            new->fresh++;
    }
}

void nest_stage_enter(struct nest_stage *s, const struct nest_step *step,
                      struct stage_move *out)
{
    struct nest_span x[NEST_DIMS];
    bool reads_back = nest_walk_reads_back(s->cfg.walk, step, s->cfg.level);
    int runs = 0;
    memset(out, 0, sizeof(*out));
    begin_wants(s);
    for (int k = 0; k < s->n_children; k++) {
        spans_of(s, step, k, x);
        if (same_spans(&s->tile[k], x))
            continue;
        s->run[runs++] = s->n_wants;
        fill_tile(s, x, &s->spare);
        renew(s, k, reads_back);
        swap_with_spare(s, k);
    }
    s->run[runs] = s->n_wants;
    if (s->n_wants > 0)
        share_out(s, runs, false, out);
}
