/* credit_stream.h - a network of a credit machine: moves the slots of a pass's
 * stream (credit_pass.h) in their order.
 *
 * Timing  as noc/stream.h, noc/multicast.h and noc/collect.h have it: the first
 *         slot after the latency; up to `slots_per_cycle` slots of a chunk a
 *         cycle, as far as their words lie in `banks` consecutive rows of
 *         `row_words` words, the first wherever it lies; where the rows end in
 *         a slot, the rest of it is the next cycle's first.  A lane takes one
 *         slot a cycle.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_CREDIT_CREDIT_STREAM_H
#define SIM_ARRAY_CREDIT_CREDIT_STREAM_H

#include "sim/array/credit/credit_pass.h"

#ifdef __cplusplus
extern "C" {
#endif

struct credit_stream_cfg {
    int slots_per_cycle;
    int banks, row_words; /* behind the stream; banks 0: as wide as it is */
    int latency_cycles;
};

/* Plain data. */
struct credit_stream_state {
    uint32_t segment;
    int32_t slot;
    int32_t latency_cycles;
    int32_t address_words; /* of the next word, modulo banks * row_words */
    int32_t moved_words;   /* of the next slot, if it was split */
};

struct credit_stream_counts {
    uint64_t words_sent, words_delivered;
};

/* One fifo a lane (or exit), as all blocks see it in this cycle. */
struct credit_fifos {
    const int32_t *words;
    int32_t *push; /* staged; of psums out: words taken */
    int32_t capacity_words;
};

/* Where slots go that do not go to fifos: whole, to all of a set at once. */
struct credit_sink {
    void *context;
    bool (*may_take)(const void *context, int set);
    void (*take)(void *context, int set, int words);
};

void credit_stream_start(struct credit_stream_state *s,
                         const struct credit_stream_cfg *cfg,
                         const struct credit_stream *stream);
bool credit_stream_is_done(const struct credit_stream_state *s,
                           const struct credit_stream *stream);
/* The next slot; the stream must not be done. */
const struct credit_slot *
credit_stream_head(const struct credit_stream_state *s,
                   const struct credit_stream *stream);
/* One cycle, in which so many rows of the banks may move.  Returns whether a
 * slot, or a part of one, moved or the latency ran down. */
bool credit_stream_send(struct credit_stream_state *s,
                        const struct credit_stream_cfg *cfg,
                        const struct credit_stream *stream, int rows,
                        const struct credit_fifos *fifos,
                        struct credit_stream_counts *counts);
/* The same into a sink; words_delivered is the sink's to count. */
bool credit_stream_pass(struct credit_stream_state *s,
                        const struct credit_stream_cfg *cfg,
                        const struct credit_stream *stream,
                        const struct credit_sink *sink,
                        struct credit_stream_counts *counts);
/* The same of the network that takes psums: of a slot, those words go that are
 * there. */
bool credit_stream_collect(struct credit_stream_state *s,
                           const struct credit_stream_cfg *cfg,
                           const struct credit_stream *stream, int rows,
                           const struct credit_fifos *fifos,
                           struct credit_stream_counts *counts);
/* Words that the coming cycle moves. */
int credit_stream_ready(const struct credit_stream_state *s,
                        const struct credit_stream_cfg *cfg,
                        const struct credit_stream *stream, bool collects,
                        const struct credit_fifos *fifos);

#ifdef __cplusplus
}
#endif

#endif
