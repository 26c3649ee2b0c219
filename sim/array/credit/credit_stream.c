/* credit_stream.c - moves the slots of a stream.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/credit/credit_stream.h"

#include <stddef.h>

/* Past segments, and the end of the one at hand, without slots. */
static void skip_empty(struct credit_stream_state *s,
                       const struct credit_stream *stream)
{
    while (s->segment < stream->segments &&
           s->slot == stream->segment[s->segment]->n) {
        s->segment++;
        s->slot = 0;
    }
}

void credit_stream_start(struct credit_stream_state *s,
                         const struct credit_stream_cfg *cfg,
                         const struct credit_stream *stream)
{
    *s = (struct credit_stream_state){0};
    skip_empty(s, stream);
    if (!credit_stream_is_done(s, stream))
        s->latency_cycles = cfg->latency_cycles;
}

bool credit_stream_is_done(const struct credit_stream_state *s,
                           const struct credit_stream *stream)
{
    return s->segment == stream->segments;
}

const struct credit_slot *
credit_stream_head(const struct credit_stream_state *s,
                   const struct credit_stream *stream)
{
    return &stream->segment[s->segment]->slot[s->slot];
}

/* What is left of a cycle. */
struct cycle {
    int slots;
    int words; /* to the end of its rows */
    bool is_first, has_rows;
    bool keeps_whole; /* no slot is split */
};

static struct cycle cycle_of(const struct credit_stream_state *s,
                             const struct credit_stream_cfg *cfg, int rows)
{
    struct cycle c = {.slots = cfg->slots_per_cycle,
                      .is_first = rows == cfg->banks,
                      .has_rows = cfg->banks > 0};
    if (c.has_rows)
        c.words = rows * cfg->row_words - s->address_words % cfg->row_words;
    return c;
}

/* The words of the next slot that the cycle may move; 0: none. */
static int offered(const struct credit_stream_state *s,
                   const struct credit_stream *stream, struct cycle *c)
{
    if (c->slots == 0 || credit_stream_is_done(s, stream))
        return 0;
    int words = credit_stream_head(s, stream)->words - s->moved_words;
    c->slots--;
    if (!c->has_rows)
        return words;
    c->words -= words;
    if (c->words < 0 && !c->is_first)
        words = c->keeps_whole ? 0 : words + c->words;
    c->is_first = false;
    return words > 0 ? words : 0;
}

/* So many words of the next slot have moved.  Returns true when they were all
 * and the one behind it is of the same chunk. */
static bool advance(struct credit_stream_state *s,
                    const struct credit_stream_cfg *cfg,
                    const struct credit_stream *stream, int words)
{
    const int whole = credit_stream_head(s, stream)->words - s->moved_words;
    if (cfg->banks > 0)
        s->address_words =
            (s->address_words + words) % (cfg->banks * cfg->row_words);
    if (words < whole) {
        s->moved_words += words;
        return false;
    }
    s->moved_words = 0;
    s->slot++;
    skip_empty(s, stream);
    return !credit_stream_is_done(s, stream) &&
           !credit_stream_head(s, stream)->begins;
}

static bool has_room(const struct credit_sets *sets, int set,
                     const struct credit_fifos *fifos, int words)
{
    const int most = fifos->capacity_words - words;
    bool full = false;
    for (int k = sets->begin[set]; k < sets->begin[set + 1]; k++) {
        const int lane = sets->lane[k];
        full |= fifos->words[lane] > most || fifos->push[lane] != 0;
    }
    return !full;
}

bool credit_stream_send(struct credit_stream_state *s,
                        const struct credit_stream_cfg *cfg,
                        const struct credit_stream *stream, int rows,
                        const struct credit_fifos *fifos,
                        struct credit_stream_counts *counts)
{
    const struct credit_sets *sets = &stream->sets;
    if (s->latency_cycles > 0) {
        s->latency_cycles--;
        return true;
    }
    struct cycle cycle = cycle_of(s, cfg, rows);
    bool moved = false;
    for (int words; (words = offered(s, stream, &cycle)) > 0;) {
        const int set = credit_stream_head(s, stream)->set;
        if (!has_room(sets, set, fifos, words))
            break;
        const int begin = sets->begin[set], end = sets->begin[set + 1];
        for (int k = begin; k < end; k++)
            fifos->push[sets->lane[k]] = words;
        counts->words_sent += (uint64_t)words;
        counts->words_delivered += (uint64_t)words * (uint64_t)(end - begin);
        moved = true;
        if (!advance(s, cfg, stream, words))
            break;
    }
    return moved;
}

bool credit_stream_pass(struct credit_stream_state *s,
                        const struct credit_stream_cfg *cfg,
                        const struct credit_stream *stream,
                        const struct credit_sink *sink,
                        struct credit_stream_counts *counts)
{
    if (s->latency_cycles > 0) {
        s->latency_cycles--;
        return true;
    }
    struct cycle cycle = cycle_of(s, cfg, cfg->banks);
    bool moved = false;
    cycle.keeps_whole = true;
    for (int words; (words = offered(s, stream, &cycle)) > 0;) {
        const int set = credit_stream_head(s, stream)->set;
        if (!sink->may_take(sink->context, set))
            break;
        sink->take(sink->context, set, words);
        counts->words_sent += (uint64_t)words;
        moved = true;
        if (!advance(s, cfg, stream, words))
            break;
    }
    return moved;
}

/* The words of a slot that are there. */
static int there(const struct credit_stream *stream,
                 const struct credit_stream_state *s,
                 const struct credit_fifos *fifos, int words, int *exit)
{
    const int set = credit_stream_head(s, stream)->set;
    *exit = stream->sets.lane[stream->sets.begin[set]];
    return words < fifos->words[*exit] ? words : fifos->words[*exit];
}

bool credit_stream_collect(struct credit_stream_state *s,
                           const struct credit_stream_cfg *cfg,
                           const struct credit_stream *stream, int rows,
                           const struct credit_fifos *fifos,
                           struct credit_stream_counts *counts)
{
    struct cycle cycle = cycle_of(s, cfg, rows);
    bool moved = false;
    for (int words; (words = offered(s, stream, &cycle)) > 0;) {
        int exit;
        words = there(stream, s, fifos, words, &exit);
        if (words <= 0)
            break;
        fifos->push[exit] += words;
        counts->words_sent += (uint64_t)words;
        counts->words_delivered += (uint64_t)words;
        moved = true;
        if (!advance(s, cfg, stream, words))
            break;
    }
    return moved;
}

int credit_stream_ready(const struct credit_stream_state *s,
                        const struct credit_stream_cfg *cfg,
                        const struct credit_stream *stream, bool collects,
                        const struct credit_fifos *fifos)
{
    struct credit_stream_state ahead = *s;
    struct cycle cycle = cycle_of(s, cfg, cfg->banks);
    int ready = 0;
    if (s->latency_cycles > 0)
        return 0;
    for (int words; (words = offered(&ahead, stream, &cycle)) > 0;) {
        int exit;
        const int set = credit_stream_head(&ahead, stream)->set;
        if (collects)
            words = there(stream, &ahead, fifos, words, &exit);
        else if (!has_room(&stream->sets, set, fifos, words))
            break;
        if (words <= 0)
            break;
        ready += words;
        if (!advance(&ahead, cfg, stream, words))
            break;
    }
    return ready;
}
