/* lane_values.c - real operands that follow the lanes' timing.
 * SPDX-License-Identifier: MIT
 */
#include "pe/lane_values.h"

#include <stdlib.h>
#include <string.h>

#include "pe/lane_skips.h"
#include "sim/base/diag.h"

/* Words in order; the oldest at `from`. */
struct queue {
    int64_t *word; /* owns; `room` of them */
    int from, n, room;
};

struct lane_value {
    struct queue held_fifo, window_fifo, psum_fifo;
    struct queue held, window; /* register files, oldest first */
    int64_t *psum;             /* owns */
    int filter, tap, sent, group, windows_left;
    bool window_done; /* products are; psums may have to go yet */
    /* The next operation of a lane that skips: whether it makes two products,
     * and where words are coded, theirs, and what the window has. */
    struct coded_place {
        bool pair;
        int filter, window_at, held_at;
        int second_filter, second_held_at;
        int window_words, slide_words, held_words;
    } coded;
};

struct lane_values {
    int n; /* lanes and the fifos to L2 above them */
    int chains;
    struct lane_value *lane;
    bool holds_ifmap;
    uint64_t zero_macs;
    struct mac_tap tap;
};

static void queue_push(struct queue *q, int64_t value)
{
    if (q->n == q->room) {
        int room = q->room == 0 ? 16 : 2 * q->room;
        int64_t *word = xcalloc((size_t)room, sizeof(*word));
        for (int k = 0; k < q->n; k++)
            word[k] = q->word[(q->from + k) % q->room];
        free(q->word);
        q->word = word;
        q->from = 0;
        q->room = room;
    }
    q->word[(q->from + q->n++) % q->room] = value;
}

static int64_t queue_at(const struct queue *q, int i)
{
    SIM_CHECK(i >= 0 && i < q->n);
    return q->word[(q->from + i) % q->room];
}

static void queue_drop(struct queue *q, int n)
{
    SIM_CHECK(n <= q->n);
    q->n -= n;
    if (q->room > 0)
        q->from = (q->from + n) % q->room;
}

static int64_t queue_pop(struct queue *q)
{
    int64_t value = queue_at(q, 0);
    queue_drop(q, 1);
    return value;
}

struct lane_values *lane_values_new(const struct lanes *lanes, bool holds_ifmap)
{
    struct lane_values *v = xcalloc(1, sizeof(*v));
    v->holds_ifmap = holds_ifmap;
    v->chains = lanes->cfg.chains;
    v->n = (lanes->cfg.rows + 1) * v->chains;
    v->lane = xcalloc((size_t)v->n, sizeof(*v->lane));
    return v;
}

void lane_values_free(struct lane_values *v)
{
    if (v == NULL)
        return;
    for (int l = 0; l < v->n; l++) {
        struct lane_value *lane = &v->lane[l];
        free(lane->held_fifo.word);
        free(lane->window_fifo.word);
        free(lane->psum_fifo.word);
        free(lane->held.word);
        free(lane->window.word);
        free(lane->psum);
    }
    free(v->lane);
    free(v);
}

static int group_windows(const struct lane_groups *g, int group)
{
    return (int)g->windows[(uint32_t)group < g->groups[0] ? 0 : 1];
}

void lane_values_tap(struct lane_values *v, const struct mac_tap *tap)
{
    v->tap = *tap;
}

/* Who has coded words knows their places by what came with them; and who skips,
 * what it multiplies at once. */
static void place_coded(struct lane_value *lane, const struct lanes *lanes,
                        int l)
{
    const struct lane_fields *f = &lanes->f;
    lane->coded = (struct coded_place){
        .pair = f->pair[l] != 0,
        .second_filter = f->second_filter[l],
        .second_held_at = f->second_held[l],
        .filter = f->filter[l],
        .window_at = f->dead_window[l],
        .held_at = f->dead_held[l],
        .window_words = f->window_words[l],
        .slide_words = f->slide_words[l],
        .held_words = f->held_come[l],
    };
}

void lane_values_issue(struct lane_values *v, const struct lanes *lanes)
{
    v->zero_macs = 0;
    for (int l = 0; l < v->n; l++) {
        struct lane_value *lane = &v->lane[l];
        SIM_CHECK(lane->held_fifo.n == 0 && lane->window_fifo.n == 0 &&
                  lane->psum_fifo.n == 0 && lane->window.n == 0);
        lane->held.n = 0;
        lane->filter = lane->tap = lane->sent = lane->group = 0;
        lane->window_done = false;
        if (l >= lanes->n || lanes->f.active[l] == 0)
            continue;
        size_t filters = (size_t)lanes->f.filters[l];
        lane->psum = xrealloc(lane->psum, filters, sizeof(*lane->psum));
        memset(lane->psum, 0, filters * sizeof(*lane->psum));
        lane->windows_left = group_windows(&lanes->pass.groups, 0);
        if (lanes->skips != NULL)
            place_coded(lane, lanes, l);
    }
}

void lane_values_push_held(struct lane_values *v, int lane, int64_t value)
{
    queue_push(&v->lane[lane].held_fifo, value);
}

void lane_values_push_window(struct lane_values *v, int lane, int64_t value)
{
    queue_push(&v->lane[lane].window_fifo, value);
}

void lane_values_push_psum(struct lane_values *v, int lane, int64_t value)
{
    queue_push(&v->lane[lane].psum_fifo, value);
}

int64_t lane_values_pop_psum(struct lane_values *v, int lane)
{
    return queue_pop(&v->lane[lane].psum_fifo);
}

/* Sums wrap; the reader of an output cuts it to the psum's bits. */
static int64_t add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* Goes on to the first product that is not skipped, by the values of words that
 * must have come. */
static void skip_zeros(struct lane_value *lane, const struct lanes *lanes,
                       int filters, int taps)
{
    const bool window = lane_skips_window(lanes), held = lane_skips_held(lanes);
    while (lane->tap < taps) {
        const bool is_zero =
            (window && queue_at(&lane->window, lane->tap) == 0) ||
            (held &&
             queue_at(&lane->held, lane->tap * filters + lane->filter) == 0);
        if (!is_zero)
            return;
        if (++lane->filter == filters) {
            lane->filter = 0;
            lane->tap++;
        }
    }
}

/* No product of the window is left. */
static void end_products(struct lane_value *lane, const struct lanes *lanes,
                         int filters, int taps)
{
    skip_zeros(lane, lanes, filters, taps);
    SIM_CHECK(lane->tap == taps);
    lane->window_done = true;
}

static void multiply(struct lane_values *v, struct lane_value *lane,
                     int filters)
{
    int64_t x = queue_at(&lane->window, lane->tap);
    int64_t w = queue_at(&lane->held, lane->tap * filters + lane->filter);
    int64_t product = (int64_t)((uint64_t)x * (uint64_t)w);
    lane->psum[lane->filter] = add(lane->psum[lane->filter], product);
    v->zero_macs += (v->holds_ifmap ? w : x) == 0;
    if (v->tap.mac != NULL)
        v->tap.mac(v->tap.context, (int)(lane - v->lane), x, w);
    if (++lane->filter == filters) {
        lane->filter = 0;
        lane->tap++;
    }
}

static void multiply_coded(struct lane_values *v, struct lane_value *lane,
                           int filter, int held_at)
{
    const int64_t x = queue_at(&lane->window, lane->coded.window_at);
    const int64_t w = queue_at(&lane->held, held_at);
    SIM_CHECK(x != 0 || w != 0);
    lane->psum[filter] =
        add(lane->psum[filter], (int64_t)((uint64_t)x * (uint64_t)w));
    v->zero_macs += (v->holds_ifmap ? w : x) == 0;
}

static void send_up(struct lane_values *v, struct lane_value *lane, int l,
                    bool takes, bool products)
{
    int64_t psum = lane->psum[lane->sent];
    lane->psum[lane->sent] = 0;
    lane->sent += !products;
    if (takes)
        psum = add(psum, queue_pop(&lane->psum_fifo));
    queue_push(&v->lane[l + v->chains].psum_fifo, psum);
}

static void end_window(struct lane_value *lane, const struct lanes *lanes,
                       int l)
{
    const struct lanes_pass *pass = &lanes->pass;
    bool last = --lane->windows_left == 0;
    const struct coded_place *at = &lane->coded;
    if (lane_skips_coded(lanes)) {
        queue_drop(&lane->window, last ? at->window_words : at->slide_words);
        if (pass->held_streams)
            queue_drop(&lane->held, at->held_words);
    } else {
        queue_drop(&lane->window, last ? lanes->f.taps[l] : lanes->f.slide[l]);
        if (pass->held_streams)
            queue_drop(&lane->held, lanes->f.held_words[l]);
    }
    lane->tap = lane->sent = 0;
    lane->window_done = false;
    if (last)
        lane->windows_left = group_windows(&pass->groups, ++lane->group);
}

static void follow_lane(struct lane_values *v, const struct lanes *lanes, int l)
{
    const struct lane_fields *f = &lanes->f;
    struct lane_value *lane = &v->lane[l];
    int filters = f->filters[l];
    const bool products = lanes->pass.emit_products;
    bool emits = !lanes->pass.emit_last || lane->windows_left == 1;
    const bool coded = lane_skips_coded(lanes);
    const struct coded_place now = lane->coded;
    if (f->mac[l] != 0 && coded) {
        multiply_coded(v, lane, now.filter, now.held_at);
        if (now.pair)
            multiply_coded(v, lane, now.second_filter, now.second_held_at);
    } else if (f->mac[l] != 0 && lanes->skips != NULL) {
        for (int k = 0; k < 1 + now.pair; k++) {
            skip_zeros(lane, lanes, filters, f->taps[l]);
            multiply(v, lane, filters);
        }
    } else if (f->mac[l] != 0)
        multiply(v, lane, filters);
    if (lanes->skips == NULL)
        lane->window_done = lane->tap == f->taps[l];
    else if (f->ended[l] != 0 && coded)
        lane->window_done = true;
    else if (f->ended[l] != 0)
        end_products(lane, lanes, filters, f->taps[l]);
    for (int k = f->emit[l]; k != 0; k++)
        send_up(v, lane, l, f->take[l] != 0, products);
    if (lane->window_done && (!emits || products || lane->sent == filters))
        end_window(lane, lanes, l);
    for (int k = 0; k < f->pop_held[l]; k++)
        queue_push(&lane->held, queue_pop(&lane->held_fifo));
    for (int k = 0; k < f->pop_window[l]; k++)
        queue_push(&lane->window, queue_pop(&lane->window_fifo));
    if (lanes->skips != NULL)
        place_coded(lane, lanes, l);
}

void lane_values_follow(struct lane_values *v, const struct lanes *lanes)
{
    int used = lanes->pass.rows_used * lanes->cfg.chains;
    for (int l = 0; l < used; l++)
        if (lanes->f.active[l] != 0)
            follow_lane(v, lanes, l);
}

uint64_t lane_values_zero_macs(const struct lane_values *v)
{
    return v->zero_macs;
}
