/* overlap_shape.c - reads the multicast machine's tables of a descriptor.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/overlap/overlap_shape.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/array/multicast_parts.h"

/* --- slots ---------------------------------------------------------------- */

/* The slots of so many rounds of a stream, in its order. */
static struct credit_slots slots_of(const struct stream_shape *shape,
                                    int rounds)
{
    struct credit_slots out = {0, NULL};
    int32_t a_round = 0;
    for (int dest = 0; dest < shape->dests; dest++)
        a_round += ceil_div(shape->limit_words[dest], shape->words_per_slot);
    if (a_round == 0 || rounds == 0)
        return out;
    struct credit_slot *slot =
        xcalloc((size_t)a_round * (size_t)rounds, sizeof(*slot));
    for (int round = 0; round < rounds; round++)
        for (int chunk = 0; chunk < shape->chunks; chunk++) {
            bool begins = true;
            for (int dest = 0; dest < shape->dests; dest++) {
                const int left =
                    shape->limit_words[dest] - chunk * shape->words_per_slot;
                if (left <= 0)
                    continue;
                slot[out.n++] = (struct credit_slot){
                    dest, min_int(left, shape->words_per_slot), begins};
                begins = false;
            }
        }
    SIM_CHECK(out.n == a_round * rounds);
    out.slot = slot;
    return out;
}

void overlap_shape_init(struct overlap_shape *s,
                        struct multicast_machine *machine,
                        const struct multicast_pass *of)
{
    const struct lane_fields *f = &machine->lanes.f;
    const int columns =
        of->slide_cols < of->filter_cols ? of->slide_cols : of->filter_cols;
    memset(s, 0, sizeof(*s));
    memcpy(&s->of, of, sizeof(*of));
    multicast_machine_shape(machine, of);
    const struct stream_shape *shape = machine->shape;
    s->held = slots_of(&shape[held_network(machine)], 1);
    s->first = slots_of(&shape[window_network(machine)], of->filter_cols);
    s->next = slots_of(&shape[window_network(machine)], columns);
    s->psums[0] = slots_of(&shape[NETWORK_PSUM_IN], 1);
    s->psums[1] = slots_of(&shape[NETWORK_PSUM_OUT], 1);
    s->lanes = machine->lanes.n;
    s->lane = xcalloc((size_t)s->lanes, sizeof(*s->lane));
    s->leave = xcalloc((size_t)s->lanes, sizeof(*s->leave));
    for (int l = 0; l < s->lanes; l++) {
        if (f->active[l] == 0)
            continue;
        s->lane[l] =
            (struct lane_bounds){f->filters[l], f->taps[l], f->slide[l]};
        s->leave[l] =
            (struct credit_leave){f->filters[l], f->takes_psum[l] != 0, true};
    }
}

void overlap_shape_fini(struct overlap_shape *s)
{
    const struct credit_slots *own[] = {&s->held, &s->first, &s->next,
                                        &s->psums[0], &s->psums[1]};
    for (size_t k = 0; k < sizeof(own) / sizeof(*own); k++)
        free((void *)(uintptr_t)own[k]->slot);
    for (int k = 0; k < OVERLAP_WINDOWS; k++)
        free((void *)(uintptr_t)s->work[k]);
    free(s->lane);
    free(s->leave);
}

/* --- work ----------------------------------------------------------------- */

/* The words of a lane's window that it holds, in the order of the MACs. */
static void held_words(struct nest_input_words *words, bool streams,
                       unsigned window)
{
    const bool come = streams || (window & OVERLAP_FIRST_OF_PASS) != 0;
    const bool go = streams || (window & OVERLAP_LAST_OF_PASS) != 0;
    for (int32_t k = 0; k < words->n; k++) {
        words->arrival[k] = come ? k + 1 : 0;
        words->stays[k] = !go;
    }
    words->comes = come ? words->n : 0;
}

/* Those that slide through, tap by tap. */
static void window_words(struct nest_input_words *words, int32_t slide,
                         unsigned window)
{
    const bool is_first = (window & OVERLAP_FIRST_OF_GROUP) != 0;
    const bool is_last = (window & OVERLAP_LAST_OF_GROUP) != 0;
    const int32_t there = is_first ? 0 : words->n - slide;
    for (int32_t k = 0; k < words->n; k++) {
        words->arrival[k] = k < there ? 0 : k + 1 - there;
        words->stays[k] = !is_last && k >= slide;
    }
    words->comes = words->n - there;
}

static const struct credit_work *work_of(const struct overlap_shape *s,
                                         const struct lane_bounds *lane,
                                         struct nest_works *works,
                                         unsigned window, bool rides)
{
    const int32_t macs = lane->filters * lane->taps;
    const int held = s->of.holds_ifmap ? CREDIT_IFMAP : CREDIT_FILTER;
    const int other = held == CREDIT_FILTER ? CREDIT_IFMAP : CREDIT_FILTER;
    struct nest_input_words words[CREDIT_INPUTS];
    struct nest_use *use = xcalloc((size_t)macs, sizeof(*use));
    for (int i = 0; i < CREDIT_INPUTS; i++) {
        const int32_t n = i == held ? macs : lane->taps;
        words[i].n = n;
        words[i].arrival = xcalloc((size_t)n, sizeof(int32_t));
        words[i].stays = xcalloc((size_t)n, sizeof(bool));
    }
    held_words(&words[held], s->of.held_streams != 0, window);
    window_words(&words[other], lane->slide, window);
    for (int32_t k = 0; k < macs; k++) {
        const int32_t tap = k / lane->filters;
        use[k].psum = k % lane->filters;
        use[k].filter = held == CREDIT_FILTER ? k : tap;
        use[k].ifmap = held == CREDIT_FILTER ? tap : k;
    }
    const struct credit_work *work =
        nest_works_of(works, use, macs, lane->filters, rides, words);
    for (int i = 0; i < CREDIT_INPUTS; i++) {
        free(words[i].arrival);
        free(words[i].stays);
    }
    free(use);
    return work;
}

static bool same_bounds(const struct lane_bounds *a,
                        const struct lane_bounds *b)
{
    return a->filters == b->filters && a->taps == b->taps &&
           a->slide == b->slide;
}

const struct credit_work *const *overlap_shape_work(struct overlap_shape *s,
                                                    struct nest_works *works,
                                                    unsigned window, bool rides)
{
    const struct credit_work **work = s->work[window];
    if (work != NULL)
        return work;
    work = s->work[window] = xcalloc((size_t)s->lanes, sizeof(*work));
    for (int l = 0; l < s->lanes; l++) {
        if (s->lane[l].filters == 0)
            work[l] = nest_works_none();
        else if (l > 0 && same_bounds(&s->lane[l - 1], &s->lane[l]))
            work[l] = work[l - 1];
        else
            work[l] = work_of(s, &s->lane[l], works, window, rides);
    }
    return work;
}
