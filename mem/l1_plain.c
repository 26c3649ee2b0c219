/* l1_plain.c - what the L1s stage in a cycle of most passes.
 *
 * All slots come from L2, no line lists them, each lies in one row, and at most
 * one line has banks: then nobody but that line asks for their ports, and the
 * other's slots go on as they come.  The same as l1_cycle.c does, in fewer
 * steps.
 * SPDX-License-Identifier: MIT
 */
#include "mem/l1_parts.h"

/* Banks whose ports are taken in this cycle, a bit each. */
struct busy {
    uint64_t read, write; /* with one port for both, both are the same */
    bool refused;         /* the latest who asked */
};

INLINE uint64_t bank_of(const struct l1_line_cfg *cfg, int row)
{
    return (uint64_t)1 << (cfg->first_bank + l1_wrapped(row, cfg->banks));
}

INLINE int least(int a, int b)
{
    return a < b ? a : b;
}

/* Sends a line's slots to the PEs; busy: NULL where they lie in its input
 * buffer. */
INLINE bool send(struct l1 *l1, int line, int c, struct lane_fifo fifo,
                 struct busy *busy, struct l1_counts *counts)
{
    const struct l1_line_cfg *cfg = &l1->cfg.line[line];
    const struct l1_stream *stream = &l1->stream[line][c];
    const struct stream_shape *shape = &stream->shape;
    struct l1_line *s = &l1->cluster[c].line[line];
    const int there =
        busy == NULL ? s->input_slots : least(s->ready_slots, cfg->banks);
    const int most = least(there, cfg->slots_per_cycle);
    const int32_t *const begin = stream->sets.begin;
    if (most == 0)
        return false;
    struct stream_walk walk = stream_walk_from(&s->out, shape);
    int slots = 0, words = 0, delivered = 0;
    do {
        const int n = least(walk.left, shape->words_per_slot);
        const int32_t *const lane = stream->sets.lane + begin[walk.at.dest];
        const int lanes = begin[walk.at.dest + 1] - begin[walk.at.dest];
        int16_t fullest = 0;
        for (int k = 0; k < lanes; k++)
            fullest =
                fifo.words[lane[k]] > fullest ? fifo.words[lane[k]] : fullest;
        if (fullest > fifo.capacity_words - n)
            break;
        if (busy != NULL) {
            const uint64_t bank = bank_of(cfg, s->read_row + slots);
            busy->refused = (busy->read & bank) != 0;
            if (busy->refused)
                break;
            busy->read |= bank;
        }
        for (int k = 0; k < lanes; k++)
            fifo.push[lane[k]] = (int16_t)n;
        words += n;
        delivered += n * lanes;
        slots++;
        if (!stream_walk_on(&walk, shape, n))
            break;
    } while (slots < most);
    if (slots == 0)
        return false;
    s->out = walk.at;
    s->read_slots = slots;
    s->read_rows = busy == NULL ? 0 : slots;
    counts->reads[line] += busy == NULL ? 0 : (uint64_t)words;
    counts->sent[line] += (uint64_t)words;
    counts->delivered[line] += (uint64_t)delivered;
    return true;
}

/* Moves a line's slots from the input buffer into the banks. */
INLINE bool write(struct l1 *l1, int line, int c, struct busy *busy,
                  struct l1_counts *counts)
{
    const struct l1_line_cfg *cfg = &l1->cfg.line[line];
    struct l1_line *s = &l1->cluster[c].line[line];
    const int16_t *const input = l1_input_of(l1, line, c);
    const int room = least(cfg->capacity_rows - s->held_rows, cfg->banks);
    const int most = least(least(s->input_slots, cfg->slots_per_cycle), room);
    int slots = 0, words = 0;
    while (slots < most) {
        const uint64_t bank = bank_of(cfg, s->write_row + slots);
        busy->refused = (busy->write & bank) != 0;
        if (busy->refused)
            break;
        busy->write |= bank;
        words += input[l1_wrapped(s->input_first + slots, l1->cfg.input_slots)];
        slots++;
    }
    s->written_slots = s->written_rows = slots;
    counts->writes[line] += (uint64_t)words;
    return slots > 0;
}

/* Whether the line's next slot is for a PE that has no more than the word that
 * it may take in this cycle. */
INLINE bool is_urgent(const struct l1_line *s, const struct l1_stream *stream,
                      const struct lane_fifo *fifo)
{
    const struct destination_sets *sets = &stream->sets;
    return fifo->words[sets->lane[sets->begin[s->out.dest]]] <= 1;
}

/* The line that has banks: first reads for such a PE, then writes, then other
 * reads. */
INLINE bool eval_banks(struct l1 *l1, int line, int c, struct lane_fifo fifo,
                       struct l1_counts *counts)
{
    struct l1_cluster *cluster = &l1->cluster[c];
    const struct l1_line *s = &cluster->line[line];
    const bool reads_first =
        s->ready_slots > 0 && is_urgent(s, &l1->stream[line][c], &fifo);
    struct busy busy = {0, 0, false};
    int refused = -1;
    bool moved = s->held_slots > s->ready_slots;
    for (int k = 0; k < 2; k++) {
        const bool reads = (k == 0) == reads_first;
        busy.refused = false;
        if (reads)
            moved |= send(l1, line, c, fifo, &busy, counts);
        else
            moved |= write(l1, line, c, &busy, counts);
        if (!l1->cfg.read_and_write_ports)
            busy.read = busy.write = busy.read | busy.write;
        if (busy.refused) {
            counts->refusals++;
            refused = refused < 0 ? (reads ? 0 : L1_LINES) + line : refused;
        }
    }
    if (refused >= 0)
        cluster->turn = refused;
    return moved;
}

bool l1_eval_plain(struct l1 *l1, int from, int to,
                   const struct lane_fifo fifo[L1_LINES])
{
    struct l1_counts counts = {0};
    bool moved = false;
    for (int c = from; c < to; c++)
        for (int k = 0; k < L1_LINES; k++) {
            const struct l1_line *s = &l1->cluster[c].line[k];
            if (l1->cfg.line[k].bypass)
                moved |= send(l1, k, c, fifo[k], NULL, &counts);
            else if ((s->input_slots | s->held_slots) != 0)
                moved |= eval_banks(l1, k, c, fifo[k], &counts);
        }
    l1_add_counts(&l1->counts, &counts);
    return moved;
}
