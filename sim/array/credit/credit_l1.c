/* credit_l1.c - lists for each L1 the slots that it passes on, and has the L1s
 * step.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/credit/credit_l1.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

_Static_assert((int)L1_LINES == (int)CREDIT_INPUTS && (int)CREDIT_FILTER == 0 &&
                   (int)CREDIT_IFMAP == 1,
               "line 0 has the filters, line 1 the ifmaps");

struct line {
    uint64_t *clusters;       /* owns; by set: those with a lane of it */
    int32_t *begin, *lane;    /* own; of all clusters, one after the other */
    struct l1_slot *slot;     /* owns; likewise */
    struct l1_stream *stream; /* owns; by cluster */
    int16_t *words, *push;    /* own; by lane: its fifo */
    uint64_t arrived;
};

struct credit_l1 {
    struct l1 l1;
    void *state;        /* owns */
    const int *cluster; /* borrowed; by lane */
    int lanes, fifo_words;
    struct line line[L1_LINES];
    int sends; /* the line that credit_l1_send is at */
};

struct credit_l1 *credit_l1_new(const struct l1_cfg *cfg, const int *cluster,
                                int lanes, int fifo_words)
{
    struct credit_l1 *l = xcalloc(1, sizeof(*l));
    l->state = xcalloc(1, l1_state_bytes(cfg));
    l1_init(&l->l1, cfg, l->state);
    l->cluster = cluster;
    l->lanes = lanes;
    l->fifo_words = fifo_words;
    for (int k = 0; k < L1_LINES; k++) {
        l->line[k].stream =
            xcalloc((size_t)cfg->clusters, sizeof(*l->line[k].stream));
        l->line[k].words = xcalloc((size_t)lanes, sizeof(int16_t));
        l->line[k].push = xcalloc((size_t)lanes, sizeof(int16_t));
    }
    return l;
}

static void free_lists(struct line *line)
{
    free(line->clusters);
    free(line->begin);
    free(line->lane);
    free(line->slot);
}

void credit_l1_free(struct credit_l1 *l)
{
    if (l == NULL)
        return;
    for (int k = 0; k < L1_LINES; k++) {
        free_lists(&l->line[k]);
        free(l->line[k].stream);
        free(l->line[k].words);
        free(l->line[k].push);
    }
    free(l->state);
    free(l);
}

/* --- a pass --------------------------------------------------------------- */

/* The lanes of each set that each cluster has. */
static void list_lanes(struct credit_l1 *l, struct line *line,
                       const struct credit_sets *sets)
{
    const size_t n = (size_t)sets->n, all = (size_t)l->l1.cfg.clusters;
    const size_t lanes = n > 0 ? (size_t)sets->begin[n] : 0;
    line->clusters = xcalloc(n + 1, sizeof(*line->clusters));
    line->begin = xcalloc(all * (n + 1), sizeof(*line->begin));
    line->lane = xcalloc(lanes + 1, sizeof(*line->lane));
    int32_t at = 0;
    for (size_t c = 0; c < all; c++) {
        int32_t *begin = line->begin + c * (n + 1);
        for (size_t d = 0; d < n; d++) {
            begin[d] = at;
            for (int k = sets->begin[d]; k < sets->begin[d + 1]; k++)
                if (l->cluster[sets->lane[k]] == (int)c)
                    line->lane[at++] = sets->lane[k];
            if (at > begin[d])
                line->clusters[d] |= (uint64_t)1 << c;
        }
        begin[n] = at;
        line->stream[c].sets.begin = begin;
        line->stream[c].sets.lane = line->lane;
    }
}

/* Calls for every slot of the stream in each cluster that it is for; chunk: it
 * goes in one cycle with others of the same number alone. */
static void each_slot(const struct credit_l1 *l, const struct line *line,
                      const struct credit_stream *stream, int32_t *n,
                      struct l1_slot *const *to)
{
    int64_t chunk = 0, last[L1_CLUSTERS_MAX];
    for (int c = 0; c < L1_CLUSTERS_MAX; c++)
        last[c] = -1;
    for (uint32_t i = 0; i < stream->segments; i++)
        for (int32_t k = 0; k < stream->segment[i]->n; k++) {
            const struct credit_slot *slot = &stream->segment[i]->slot[k];
            chunk += slot->begins;
            for (int c = 0; c < l->l1.cfg.clusters; c++) {
                if ((line->clusters[slot->set] >> c & 1) == 0)
                    continue;
                if (to != NULL)
                    to[c][n[c]] = (struct l1_slot){slot->set, slot->words,
                                                   chunk != last[c]};
                n[c]++;
                last[c] = chunk;
            }
        }
}

static void list_slots(struct credit_l1 *l, struct line *line,
                       const struct credit_stream *stream)
{
    int32_t n[L1_CLUSTERS_MAX] = {0};
    struct l1_slot *to[L1_CLUSTERS_MAX];
    size_t all = 0;
    each_slot(l, line, stream, n, NULL);
    for (int c = 0; c < l->l1.cfg.clusters; c++)
        all += (size_t)n[c];
    line->slot = xcalloc(all + 1, sizeof(*line->slot));
    struct l1_slot *at = line->slot;
    for (int c = 0; c < l->l1.cfg.clusters; c++) {
        to[c] = at;
        line->stream[c].slot = at;
        line->stream[c].slots = n[c];
        at += n[c];
        n[c] = 0;
    }
    each_slot(l, line, stream, n, to);
}

void credit_l1_issue(struct credit_l1 *l, const struct credit_pass *pass)
{
    static const uint32_t none[L1_LINES];
    static const bool none_kept[L1_LINES];
    for (int k = 0; k < L1_LINES; k++) {
        struct line *line = &l->line[k];
        free_lists(line);
        list_lanes(l, line, &pass->stream[k].sets);
        list_slots(l, line, &pass->stream[k]);
        line->arrived = 0;
    }
    const struct l1_stream *const streams[L1_LINES] = {l->line[0].stream,
                                                       l->line[1].stream};
    l1_issue(&l->l1, streams, none, none_kept);
}

/* --- cycles --------------------------------------------------------------- */

static bool may_take(const void *context, int set)
{
    const struct credit_l1 *l = context;
    const uint64_t to = l->line[l->sends].clusters[set];
    for (int c = 0; c < l->l1.cfg.clusters; c++)
        if ((to >> c & 1) != 0 && !l1_has_room(&l->l1, l->sends, c))
            return false;
    return true;
}

static void take(void *context, int set, int words)
{
    struct credit_l1 *l = context;
    struct line *line = &l->line[l->sends];
    const struct slot slot = {.words = words};
    for (int c = 0; c < l->l1.cfg.clusters; c++)
        if ((line->clusters[set] >> c & 1) != 0) {
            l1_push(&l->l1, l->sends, c, &slot);
            line->arrived += (uint64_t)words;
        }
}

bool credit_l1_send(struct credit_l1 *l, int line,
                    struct credit_stream_state *state,
                    const struct credit_stream_cfg *cfg,
                    const struct credit_stream *stream,
                    struct credit_stream_counts *counts)
{
    const struct credit_sink sink = {l, may_take, take};
    l->sends = line;
    return credit_stream_pass(state, cfg, stream, &sink, counts);
}

bool credit_l1_feed(struct credit_l1 *l, struct credit_lane_fields *f)
{
    const int32_t *const words[L1_LINES] = {f->fifo_filter, f->fifo_ifmap};
    int32_t *const push[L1_LINES] = {f->push_filter, f->push_ifmap};
    struct lane_fifo fifo[L1_LINES];
    for (int k = 0; k < L1_LINES; k++) {
        struct line *line = &l->line[k];
        for (int i = 0; i < l->lanes; i++)
            line->words[i] = (int16_t)words[k][i];
        memset(line->push, 0, (size_t)l->lanes * sizeof(*line->push));
        fifo[k] = (struct lane_fifo){line->words, line->push, l->fifo_words};
    }
    const bool moved = l1_eval(&l->l1, fifo, NULL);
    for (int k = 0; k < L1_LINES; k++)
        for (int i = 0; i < l->lanes; i++)
            push[k][i] = l->line[k].push[i];
    return moved;
}

void credit_l1_commit(struct credit_l1 *l)
{
    l1_commit(&l->l1);
}

const struct l1_counts *credit_l1_counts(const struct credit_l1 *l)
{
    return &l->l1.counts;
}

uint64_t credit_l1_arrived(const struct credit_l1 *l, int line)
{
    return l->line[line].arrived;
}
