/* best.c - keeps the best few mappings that a search has met, and the front of
 * those that none beats in both energy and cycles. Both lists are sorted
 * arrays, and a new mapping is put in its place; the front loses what the new
 * one beats.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/best.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two sums of the same words in other orders differ by less. */
#define ROUNDING 1e-12

void search_best_init(struct search_best *b, enum search_objective objective,
                      int room)
{
    memset(b, 0, sizeof(*b));
    b->objective = objective;
    b->room = room;
    b->best = xcalloc((size_t)room, sizeof(*b->best));
    b->front_room = 16;
    b->front = xcalloc((size_t)b->front_room, sizeof(*b->front));
}

void search_best_set_step(struct search_best *b, double step)
{
    b->step = step;
    b->step_log = log1p(step);
}

void search_best_fini(struct search_best *b)
{
    free(b->best);
    free(b->front);
}

void search_best_copy(struct search_best *b, const struct search_best *a)
{
    *b = *a;
    b->best = xrealloc(NULL, (size_t)b->room, sizeof(*b->best));
    b->front = xrealloc(NULL, (size_t)b->front_room, sizeof(*b->front));
    memcpy(b->best, a->best, (size_t)a->n * sizeof(*a->best));
    memcpy(b->front, a->front, (size_t)a->n_front * sizeof(*a->front));
    for (int k = 0; k < b->n; k++)
        b->best[k].is_new = false;
    for (int k = 0; k < b->n_front; k++)
        b->front[k].is_new = false;
}

/* Leaves the new ones of a list, which has room for no more then; none: NULL.
 * Returns how many. */
static int keep_new(struct search_found **list, int n)
{
    int kept = 0;
    for (int k = 0; k < n; k++)
        if ((*list)[k].is_new)
            (*list)[kept++] = (*list)[k];
    if (kept > 0) {
        *list = xrealloc(*list, (size_t)kept, sizeof(**list));
    } else {
        free(*list);
        *list = NULL;
    }
    return kept;
}

void search_best_trim(struct search_best *b)
{
    b->room = b->n = keep_new(&b->best, b->n);
    b->front_room = b->n_front = keep_new(&b->front, b->n_front);
}

struct search_key search_key_of(enum search_objective objective,
                                const struct search_cost *cost)
{
    const double energy = cost->energy, cycles = (double)cost->cycles;
    switch (objective) {
    case SEARCH_delay:
        return (struct search_key){cycles, energy};
    case SEARCH_edp:
        return (struct search_key){energy * cycles, energy};
    case SEARCH_edp2:
        return (struct search_key){energy * cycles * cycles, energy};
    default:
        return (struct search_key){energy, cycles};
    }
}

int search_key_compare(const struct search_key *a, const struct search_key *b)
{
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->second > b->second) - (a->second < b->second);
}

bool search_is_before(enum search_objective objective,
                      const struct search_cost *a, const struct search_cost *b)
{
    const struct search_key x = search_key_of(objective, a);
    const struct search_key y = search_key_of(objective, b);
    return search_key_compare(&x, &y) < 0;
}

/* a is less than b by more than rounding, or equal in the first and so in the
 * second. */
static bool is_less(struct search_key a, struct search_key b)
{
    if (a.first < b.first * (1 - ROUNDING))
        return true;
    return a.first <= b.first * (1 + ROUNDING) &&
           a.second < b.second * (1 - ROUNDING);
}

static double steps_of(const struct search_best *b, double value)
{
    return floor(log(value) / b->step_log);
}

/* Whether what the list is ordered by is not the key but its steps: values
 * between two powers of 1 + step are one. */
static bool has_steps(const struct search_best *b, const struct search_key *key)
{
    return b->step > 0 && key->first > 0 && key->second > 0;
}

static struct search_key key_of(const struct search_best *b,
                                const struct search_cost *cost)
{
    const struct search_key key = search_key_of(b->objective, cost);
    if (!has_steps(b, &key))
        return key;
    return (struct search_key){steps_of(b, key.first), steps_of(b, key.second)};
}

/* is_less(key_of(b, cost), than); the second is worked out where it decides. */
static bool is_before(const struct search_best *b,
                      const struct search_cost *cost, struct search_key than)
{
    struct search_key key = search_key_of(b->objective, cost);
    if (!has_steps(b, &key))
        return is_less(key, than);
    key.first = steps_of(b, key.first);
    if (key.first < than.first * (1 - ROUNDING) ||
        key.first > than.first * (1 + ROUNDING))
        return key.first < than.first;
    key.second = steps_of(b, key.second);
    return is_less(key, than);
}

void search_best_limit(struct search_best *b, const struct search_cost *cost)
{
    b->has_limit = true;
    b->limit = key_of(b, cost);
}

/* Index of the first point of the front that takes no more cycles; n_front when
 * there is none. */
static int front_place(const struct search_best *b, uint64_t cycles)
{
    int low = 0, high = b->n_front;
    while (low < high) {
        int middle = (low + high) / 2;
        if (b->front[middle].cost.cycles <= cycles)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Whether some point of the front is at least as good in both energy and
 * cycles. */
static bool front_beats(const struct search_best *b,
                        const struct search_cost *cost)
{
    int k = front_place(b, cost->cycles);
    return k < b->n_front &&
           b->front[k].cost.energy <= cost->energy * (1 + ROUNDING);
}

static bool is_far_off(const struct search_best *b,
                       const struct search_cost *cost)
{
    return b->slack > 0 && b->n > 0 &&
           search_key_of(b->objective, cost).first >
               (1 + b->slack) *
                   search_key_of(b->objective, &b->best[0].cost).first;
}

static bool is_among_best(const struct search_best *b,
                          const struct search_cost *cost)
{
    if (is_far_off(b, cost) || (b->has_limit && !is_before(b, cost, b->limit)))
        return false;
    return b->n < b->room || is_before(b, cost, b->best[b->n - 1].key);
}

bool search_best_may_take(const struct search_best *b,
                          const struct search_cost *least)
{
    if (b->objective == SEARCH_front)
        return !front_beats(b, least);
    return is_among_best(b, least);
}

bool search_best_wants(const struct search_best *b,
                       const struct search_cost *cost)
{
    return is_among_best(b, cost) ||
           (!is_far_off(b, cost) && !front_beats(b, cost));
}

static bool is_known(const struct search_best *b,
                     const struct search_found *found)
{
    for (int k = 0; k < b->n; k++)
        if (memcmp(&b->best[k].mapping, &found->mapping,
                   sizeof(found->mapping)) == 0)
            return true;
    return false;
}

/* Where as many are kept as may have the same first, the last of these goes if
 * the new one is before it.  Returns false where the new one has to go. */
static bool make_room_among_equals(struct search_best *b,
                                   const struct search_found *found)
{
    const struct search_key key = key_of(b, &found->cost);
    int equal = 0, last = -1;
    for (int k = 0; b->equals > 0 && k < b->n; k++)
        if (b->best[k].key.first == key.first) {
            equal++;
            last = k;
        }
    if (equal == 0 || equal < b->equals)
        return true;
    if (!is_less(key, b->best[last].key))
        return false;
    memmove(&b->best[last], &b->best[last + 1],
            (size_t)(b->n - last - 1) * sizeof(*b->best));
    b->n--;
    return true;
}

static void take_best(struct search_best *b, const struct search_found *found)
{
    if (!make_room_among_equals(b, found))
        return;
    const struct search_key key = key_of(b, &found->cost);
    int at = b->n < b->room ? b->n++ : b->n - 1;
    while (at > 0 && is_less(key, b->best[at - 1].key)) {
        b->best[at] = b->best[at - 1];
        at--;
    }
    b->best[at] = *found;
    b->best[at].key = key;
}

static void take_front(struct search_best *b, const struct search_found *found)
{
    /* Those that it beats stand before the first with fewer cycles: no fewer
     * cycles, and no less energy. */
    int to = b->n_front;
    while (to > 0 && b->front[to - 1].cost.cycles < found->cost.cycles)
        to--;
    int from = to;
    while (from > 0 && b->front[from - 1].cost.energy >= found->cost.energy)
        from--;
    if (b->n_front + 1 > b->front_room) {
        b->front_room *= 2;
        b->front = xrealloc(b->front, (size_t)b->front_room, sizeof(*b->front));
    }
    memmove(&b->front[from + 1], &b->front[to],
            (size_t)(b->n_front - to) * sizeof(*b->front));
    b->front[from] = *found;
    b->n_front += 1 - (to - from);
}

void search_best_take(struct search_best *b, const struct search_found *found)
{
    if (is_among_best(b, &found->cost) && !is_known(b, found))
        take_best(b, found);
    if (!front_beats(b, &found->cost))
        take_front(b, found);
}

void search_best_merge(struct search_best *b, const struct search_best *a)
{
    for (int k = 0; k < a->n; k++)
        if (a->best[k].is_new && is_among_best(b, &a->best[k].cost))
            take_best(b, &a->best[k]);
    for (int k = 0; k < a->n_front; k++)
        if (a->front[k].is_new && !front_beats(b, &a->front[k].cost))
            take_front(b, &a->front[k]);
}
