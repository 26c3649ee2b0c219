/* nest_l2_least.c - the least energy of all of L2's tiles under a split.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "dataflows/search/nest/nest_l2_tile.h"
#include "dataflows/search/nest/search_nest_parts.h"

/* The numbers of steps that tiles still may have, of each dimension. */
struct box {
    int fewest[NEST_DIMS], most[NEST_DIMS];
    double least; /* energy */
};

/* Tiles of as many turns take as many accesses, but for rows and columns that
 * windows share. */
static bool is_by_turns(const struct nest_least *n, int d)
{
    const int taps = d == NEST_P ? NEST_R : NEST_S;
    return d < NEST_P || (d <= NEST_Q && n->extent[taps] == 1);
}

/* Whatever the counts, a last block of a single step is at most a third of all,
 * for there is a block of two or more before it. */
#define MOVING_LEAST (2.0 / 3)

/* The share of the tensor that stays in PEs which surely moves inside L2's
 * tiles: one of its own loops has more than one step there.  Of tiles of any
 * blocks: PEs cannot hold all of it at once. */
static double moving(const struct l2_walk *w, enum tensor stays,
                     const struct box *box)
{
    const struct nest_least *n = &w->s->least;
    const uint64_t held =
        (uint64_t)arch_pes(n->arch) * (uint64_t)n->arch->rf_words[stays];
    int tile[NEST_DIMS];
    double most = 0;
    for (int d = 0; d < NEST_DIMS; d++) {
        const int steps = box->fewest[d], block = w->block[d];
        tile[d] = min_int(steps * block, n->extent[d]);
        if (nest_lacking(d) == stays || steps == 1)
            continue;
        most = fmax(most,
                    steps == box->most[d]
                        ? nest_least_moving_share(n->extent[d], block, steps)
                        : fmax(MOVING_LEAST, 1 - (double)block / n->extent[d]));
    }
    if (w->any_tile)
        return nest_words(n->arch, n->layer, tile, stays) > held ? MOVING_LEAST
                                                                 : 0;
    return most;
}

/* What comes again at least of the tensor that stays in PEs: once with each of
 * DRAM's turns over loops that it lacks, where a loop of its own lies inside,
 * in L2 or in DRAM. */
static struct nest_again again_of(const struct l2_walk *w,
                                  const struct box *box,
                                  const int wide[NEST_DIMS])
{
    const struct nest_least *n = &w->s->least;
    const struct search_costs *c = n->costs;
    const enum tensor stays = nest_lacking(w->innermost);
    struct nest_again again = {.stays = stays};
    double turns = 1;
    if (stays == TENSOR_N ||
        (stays == TENSOR_IFMAP && !nest_least_has_own_points(n)))
        return again;
    for (int d = 0; d < NEST_DIMS; d++)
        if (nest_lacking(d) == stays)
            turns *= ceil_div(n->extent[d], wide[d]);
    if (turns == 1)
        return again;
    const bool in_l2 = w->keep >> stays & 1;
    const double source = in_l2 ? c->l2[stays] : c->dram[stays];
    const double sink = in_l2 ? c->l2_write[stays] : c->dram[stays];
    again.each = source + c->noc_hop[stays] +
                 (stays == TENSOR_PSUM ? sink : c->rf_write[stays]);
    again.words_else = nest_least_words(n, stays) * (turns - 1);
    again.words = moving(w, stays, box) * again.words_else;
    return again;
}

static double energy_of(const struct l2_walk *w, const struct box *box)
{
    int wide[NEST_DIMS];
    unsigned known = 0;
    for (int d = 0; d < NEST_DIMS; d++) {
        wide[d] = min_int(box->most[d] * w->block[d], w->s->least.extent[d]);
        known |= (unsigned)(box->fewest[d] == box->most[d]) << d;
    }
    const struct nest_again again = again_of(w, box, wide);
    w->s->bounded++;
    return nest_l2_energy(w, known, wide, &again);
}

static void put_tile(struct l2_walk *w, const struct box *box)
{
    for (int d = 0; d < NEST_DIMS; d++)
        w->tile[d] = w->block[d] * box->fewest[d];
}

double nest_l2_chosen_least(const struct l2_walk *w, int chosen)
{
    struct box box = {.least = 0};
    for (int i = 0; i < NEST_DIMS; i++) {
        const int d = nest_l2_order[i];
        box.fewest[d] = i < chosen ? w->tile[d] / w->block[d] : 1;
        box.most[d] = i < chosen ? box.fewest[d]
                                 : ceil_div(w->s->least.extent[d], w->block[d]);
    }
    return energy_of(w, &box);
}

/* --- all tiles, dimension by dimension --- */

/* The fewest steps that make as many turns. */
static int alike_steps(int extent, int block, int steps)
{
    return ceil_div(extent, block * ceil_div(extent, block * steps));
}

static void least_of_all(struct l2_walk *w, struct box *box, int i)
{
    const struct nest_least *n = &w->s->least;
    box->least = energy_of(w, box);
    if (box->least >= w->least || nest_search_is_over(w->s))
        return;
    if (i == NEST_DIMS) {
        w->least = box->least;
        return;
    }
    const int d = nest_l2_order[i], block = w->block[d];
    const struct box before = *box;
    const enum tensor stays = nest_lacking(w->innermost);
    /* A loop of the tensor that stays decides what comes again. */
    const bool is_alike =
        is_by_turns(n, d) &&
        (w->any_tile || stays == TENSOR_N || stays == nest_lacking(d));
    put_tile(w, box);
    for (int steps = nest_l2_most_steps(w, d); steps >= before.fewest[d];
         steps--) {
        if (is_alike)
            steps = alike_steps(n->extent[d], block, steps);
        if (steps < before.fewest[d])
            steps = before.fewest[d];
        box->fewest[d] = box->most[d] = steps;
        least_of_all(w, box, i + 1);
    }
    *box = before;
}

/* --- tiles that differ by turns alone: boxes, halved --- */

/* Boxes that are halved at most, of all tiles and of those of given blocks:
 * what is not made smaller is bounded the lower. */
enum { HALVED_MOST = 4000, HALVED_OF_BLOCKS = 400 };

struct boxes {
    struct box *box; /* a heap: the least first; owns */
    int n, room;
};

static void push(struct boxes *heap, const struct box *box)
{
    if (heap->n == heap->room) {
        heap->room = 2 * heap->room + 64;
        heap->box = xrealloc(heap->box, (size_t)heap->room, sizeof(*heap->box));
    }
    int at = heap->n++;
    for (; at > 0 && box->least < heap->box[(at - 1) / 2].least;
         at = (at - 1) / 2)
        heap->box[at] = heap->box[(at - 1) / 2];
    heap->box[at] = *box;
}

static struct box pop(struct boxes *heap)
{
    const struct box least = heap->box[0], last = heap->box[--heap->n];
    int at = 0;
    for (int child; (child = 2 * at + 1) < heap->n; at = child) {
        if (child + 1 < heap->n &&
            heap->box[child + 1].least < heap->box[child].least)
            child++;
        if (last.least <= heap->box[child].least)
            break;
        heap->box[at] = heap->box[child];
    }
    heap->box[at] = last;
    return least;
}

/* Leaves out steps that do not fit beside the fewest of the others, and adds
 * what is left. */
static void push_if_held(struct l2_walk *w, struct boxes *heap, struct box *box)
{
    put_tile(w, box);
    if (!nest_l2_holds(w))
        return;
    for (int d = 0; d < NEST_DIMS; d++)
        if (box->most[d] > box->fewest[d])
            box->most[d] = min_int(box->most[d], nest_l2_most_steps(w, d));
    box->least = fmax(box->least, energy_of(w, box));
    push(heap, box);
}

/* The dimension of which the steps differ most; -1: there is but one tile. */
static int widest(const struct box *box)
{
    double most = 1;
    int found = -1;
    for (int d = 0; d < NEST_DIMS; d++) {
        const double ratio = (double)box->most[d] / box->fewest[d];
        if (ratio > most) {
            most = ratio;
            found = d;
        }
    }
    return found;
}

static void least_of_boxes(struct l2_walk *w, const struct box *all)
{
    struct boxes heap = {NULL, 0, 0};
    struct box first = *all;
    int left = w->any_tile ? HALVED_MOST : HALVED_OF_BLOCKS, d;
    push_if_held(w, &heap, &first);
    while (heap.n > 0 && left-- > 0 && !nest_search_is_over(w->s) &&
           (d = widest(&heap.box[0])) >= 0) {
        struct box low = pop(&heap), high = low;
        const int middle =
            (int)sqrt((double)low.fewest[d] * (double)low.most[d]);
        low.most[d] = middle < low.most[d] ? middle : middle - 1;
        high.fewest[d] = low.most[d] + 1;
        push_if_held(w, &heap, &low);
        push_if_held(w, &heap, &high);
    }
    if (heap.n > 0)
        w->least = heap.box[0].least;
    free(heap.box);
}

static void least_l2(struct l2_walk *w)
{
    const struct nest_least *n = &w->s->least;
    bool by_turns = true;
    struct box all = {.least = 0};
    for (int d = 0; d < NEST_DIMS; d++) {
        all.fewest[d] = nest_l2_fewest_steps(w, d);
        all.most[d] = ceil_div(n->extent[d], w->block[d]);
        by_turns = by_turns && (is_by_turns(n, d) || all.most[d] == 1);
        if (all.fewest[d] > all.most[d])
            return;
    }
    if (by_turns)
        least_of_boxes(w, &all);
    else
        least_of_all(w, &all, 0);
}

/* The least of all L2 tiles made of these blocks; infinite: none fits. */
double nest_l2_least(struct nest_search *s, const int block[NEST_DIMS],
                     const struct item *item)
{
    const int stays = (int)nest_lacking(item->innermost);
    struct known_key key = {{0}};
    struct l2_walk w;
    nest_l2_walk_init(&w, s, block, item->keep, item->innermost);
    for (int d = 0; d < NEST_DIMS; d++)
        key.of[d] = block[d];
    key.of[NEST_DIMS] = item->keep * (NEST_INNERMOST + 1) +
                        (stays == TENSOR_N ? NEST_INNERMOST : item->innermost);
    const double *known = known_values_find(s->l2_known, &key);
    if (known != NULL)
        return *known;
    if (nest_l2_holds(&w))
        least_l2(&w);
    if (nest_search_is_over(s)) /* not gone through */
        return s->l2_least[item->keep][stays];
    known_values_add(s->l2_known, &key, w.least);
    return w.least;
}

void nest_l2_start(struct nest_search *s)
{
    /* A loop that each tensor lacks: of any tile it does not matter which. */
    static const int16_t innermost[TENSOR_N + 1] = {[TENSOR_IFMAP] = NEST_M,
                                                    [TENSOR_FILTER] = NEST_P,
                                                    [TENSOR_PSUM] = NEST_C,
                                                    [TENSOR_N] = NEST_NO_LOOP};
    int one[NEST_DIMS];
    for (int d = 0; d < NEST_DIMS; d++)
        one[d] = 1;
    memset(s->l2_least, 0, sizeof(s->l2_least));
    for (int keep = 0; keep < KEEPS; keep++)
        for (int t = 0; t <= TENSOR_N; t++) {
            const struct item item = {.keep = (int16_t)keep,
                                      .innermost = innermost[t]};
            s->l2_least[keep][t] = nest_l2_least(s, one, &item);
        }
}
