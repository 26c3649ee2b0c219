/* l1_cycle.c - what the L1s stage in a cycle.
 *
 * In most passes all slots come from L2, no line lists them, and each lies in
 * one row: their loop is without what they do not need, and where one line
 * alone has banks, l1_plain.c has it.
 * SPDX-License-Identifier: MIT
 */
#include "mem/l1_parts.h"
#include "sim/base/diag.h"

enum { REQUESTERS = 2 * L1_LINES }; /* reads by line, writes by line */

/* Ports taken in this cycle; with 1rw both are the same. */
struct ports {
    uint64_t busy[2]; /* bit k: bank k; [0] reads, [1] writes */
    int refused;      /* the first requester that was, or -1 */
};

/* A cycle of clusters. */
struct turn {
    struct l1 *l1;
    bool is_plain; /* constant where it is used: see eval_clusters */
    const struct l1_tap *tap;
    struct l1_counts counts; /* in them */
};

/* Takes the ports of `rows` rows, no more than there are banks, from row `row`
 * of the line on, at most one round beyond its banks. */
INLINE bool take_ports(const struct l1_line_cfg *line, int row, int rows,
                       uint64_t *busy)
{
    uint64_t banks = 0;
    row = l1_wrapped(row, line->banks);
    for (int k = 0; k < rows; k++)
        banks |= (uint64_t)1
                 << (line->first_bank + l1_wrapped(row + k, line->banks));
    if ((banks & *busy) != 0)
        return false;
    *busy |= banks;
    return true;
}

INLINE bool is_listed(const struct turn *t, const struct l1_stream *stream)
{
    return !t->is_plain && stream->slot != NULL;
}

/* The slot that a line sends next; false: there is none. */
INLINE bool head_of(const struct turn *t, const struct l1_line *s,
                    const struct l1_stream *stream, struct slot *slot)
{
    if (!is_listed(t, stream))
        return stream_head(&s->out, &stream->shape, slot);
    if (s->listed == stream->slots)
        return false;
    slot->round = 0;
    slot->first_word = 0;
    slot->dest = stream->slot[s->listed].dest;
    slot->words = stream->slot[s->listed].words;
    return true;
}

/* It has been sent.  Returns whether the one behind it may go in the same
 * cycle. */
INLINE bool advance(const struct turn *t, struct l1_line *s,
                    const struct l1_stream *stream, int words)
{
    if (!is_listed(t, stream))
        return stream_go_on(&s->out, &stream->shape, words);
    s->listed++;
    return s->listed < stream->slots && !stream->slot[s->listed].begins;
}

/* Listed slots of a cycle may be for the same lane, which takes one. */
INLINE bool has_room(const struct turn *t, const struct l1_stream *stream,
                     const struct lane_fifo *fifo, const struct slot *slot)
{
    const struct destination_sets *sets = &stream->sets;
    bool taken = false;
    if (!multicast_has_room(sets, fifo, slot->dest, slot->words))
        return false;
    if (!is_listed(t, stream))
        return true;
    for (int k = sets->begin[slot->dest]; k < sets->begin[slot->dest + 1]; k++)
        taken |= fifo->push[sets->lane[k]] != 0;
    return !taken;
}

INLINE bool has_slot(const struct turn *t, int line, const struct l1_line *s)
{
    if (!t->is_plain && t->l1->kept[line])
        return !stream_is_done(&s->out) && s->out.latency_cycles == 0;
    int there = t->l1->cfg.line[line].bypass ? s->input_slots : s->ready_slots;
    return there > s->read_slots;
}

INLINE void deliver(struct turn *t, int line, int cluster,
                    const struct slot *slot, struct lane_fifo *fifo)
{
    const struct l1_stream *stream = &t->l1->stream[line][cluster];
    const struct destination_sets *sets = &stream->sets;
    const int32_t *lane = &sets->lane[sets->begin[slot->dest]];
    int lanes = sets->begin[slot->dest + 1] - sets->begin[slot->dest];
    for (int k = 0; k < lanes; k++)
        fifo->push[lane[k]] = (int16_t)slot->words;
    t->counts.sent[line] += (uint64_t)slot->words;
    t->counts.delivered[line] += (uint64_t)slot->words * (uint64_t)lanes;
    if (!t->is_plain && t->tap != NULL) {
        struct slot of_l2 = *slot;
        of_l2.dest = stream->dest[slot->dest];
        t->tap->sent(t->tap->context, line, cluster, &of_l2, lane, lanes);
    }
}

/* Rows of a slot in the banks. */
INLINE int rows_in(const struct turn *t, int words)
{
    return t->is_plain ? 1 : l1_rows_of(t->l1, words);
}

/* Reads a line's slots from its banks (or input buffer) and sends them to the
 * PEs. */
INLINE bool read_line(struct turn *t, int line, int cluster,
                      struct ports *ports, struct lane_fifo *fifo)
{
    const struct l1_line_cfg *cfg = &t->l1->cfg.line[line];
    const struct l1_stream *stream = &t->l1->stream[line][cluster];
    struct l1_line *s = &t->l1->cluster[cluster].line[line];
    bool moved = false;
    for (int n = 0; n < cfg->slots_per_cycle && has_slot(t, line, s); n++) {
        struct slot slot;
        SIM_CHECK(head_of(t, s, stream, &slot));
        int rows = cfg->bypass ? 0 : rows_in(t, slot.words);
        if (!has_room(t, stream, fifo, &slot))
            break;
        if (!cfg->bypass && s->read_rows + rows > cfg->banks)
            break;
        if (!cfg->bypass && !take_ports(cfg, s->read_row + s->read_rows, rows,
                                        &ports->busy[0])) {
            ports->refused = line;
            break;
        }
        if (!cfg->bypass)
            t->counts.reads[line] += (uint64_t)slot.words;
        deliver(t, line, cluster, &slot, fifo);
        s->read_slots++;
        s->read_rows += rows;
        moved = true;
        if (!advance(t, s, stream, slot.words))
            break;
    }
    return moved;
}

/* Moves a line's slots from the input buffer into the banks. */
INLINE bool write_line(struct turn *t, int line, int cluster,
                       struct ports *ports)
{
    const struct l1 *l1 = t->l1;
    const struct l1_line_cfg *cfg = &l1->cfg.line[line];
    struct l1_line *s = &l1->cluster[cluster].line[line];
    int most = cfg->bypass ? 0 : cfg->slots_per_cycle;
    for (int n = 0; n < most && n < s->input_slots; n++) {
        int place = l1_wrapped(s->input_first + n, l1->cfg.input_slots);
        int words = l1_input_of(l1, line, cluster)[place];
        int rows = rows_in(t, words);
        if (s->held_rows + s->written_rows + rows > cfg->capacity_rows ||
            s->written_rows + rows > cfg->banks)
            break;
        if (!take_ports(cfg, s->write_row + s->written_rows, rows,
                        &ports->busy[1])) {
            ports->refused = L1_LINES + line;
            break;
        }
        t->counts.writes[line] += (uint64_t)words;
        s->written_slots++;
        s->written_rows += rows;
    }
    return s->written_slots > 0;
}

/* Whether the next slot of a line, which has one, goes where its PE has no more
 * than the word that it may take in this cycle. */
INLINE bool is_urgent(const struct turn *t, int line, int cluster,
                      const struct lane_fifo *fifo)
{
    const struct l1_line *s = &t->l1->cluster[cluster].line[line];
    const struct l1_stream *stream = &t->l1->stream[line][cluster];
    const struct destination_sets *sets = &stream->sets;
    const int dest =
        is_listed(t, stream) ? stream->slot[s->listed].dest : s->out.dest;
    return fifo->words[sets->lane[sets->begin[dest]]] <= 1;
}

/* Who may ask for a port in a cycle, a bit each, in turn: first reads for PEs
 * that have no more than the word they may take, then writes, then other reads,
 * and of each rank from him on whose turn it is.  Who has no slot asks for
 * none.
 */
INLINE unsigned ask(const struct turn *t, int cluster,
                    const struct lane_fifo fifo[L1_LINES])
{
    unsigned by_rank[3] = {0, 0, 0}, all = 0;
    for (int k = 0; k < L1_LINES; k++) {
        const struct l1_line_cfg *cfg = &t->l1->cfg.line[k];
        const struct l1_line *s = &t->l1->cluster[cluster].line[k];
        if (has_slot(t, k, s))
            by_rank[is_urgent(t, k, cluster, &fifo[k]) ? 0 : 2] |= 1u << k;
        if (!cfg->bypass && s->input_slots > 0)
            by_rank[1] |= 1u << (L1_LINES + k);
    }
    for (int rank = 2; rank >= 0; rank--) {
        const unsigned twice = by_rank[rank] | by_rank[rank] << REQUESTERS;
        all = all << REQUESTERS | (twice >> t->l1->cluster[cluster].turn &
                                   ((1u << REQUESTERS) - 1));
    }
    return all;
}

INLINE bool eval_one(struct turn *t, int c, struct lane_fifo fifo[L1_LINES])
{
    struct l1_cluster *cluster = &t->l1->cluster[c];
    const unsigned turn = (unsigned)cluster->turn;
    uint64_t busy[2] = {0, 0};
    int refused = -1;
    bool moved = false;
    for (unsigned all = ask(t, c, fifo); all != 0; all &= all - 1) {
        const int who =
            (int)((turn + (unsigned)__builtin_ctz(all)) % REQUESTERS);
        const int line = who % L1_LINES;
        struct ports ports = {{busy[0], busy[1]}, -1};
        if (who < L1_LINES)
            moved |= read_line(t, line, c, &ports, &fifo[line]);
        else
            moved |= write_line(t, line, c, &ports);
        busy[0] = ports.busy[0];
        busy[1] = ports.busy[1];
        if (!t->l1->cfg.read_and_write_ports)
            busy[0] = busy[1] = busy[0] | busy[1];
        if (ports.refused >= 0) {
            t->counts.refusals++;
            refused = refused < 0 ? ports.refused : refused;
        }
    }
    if (refused >= 0)
        cluster->turn = refused;
    for (int k = 0; k < L1_LINES; k++)
        moved |= cluster->line[k].held_slots > cluster->line[k].ready_slots ||
                 cluster->line[k].out.latency_cycles > 0;
    return moved;
}

/* is_plain: no line is kept, lists its slots or is followed, and each slot lies
 * in one row. */
INLINE bool eval_some(struct l1 *l1, bool is_plain, int from, int to,
                      struct lane_fifo fifo[L1_LINES], const struct l1_tap *tap)
{
    struct turn t = {.l1 = l1, .is_plain = is_plain, .tap = tap};
    bool moved = false;
    for (int c = from; c < to; c++)
        if (l1_has_work(l1, &l1->cluster[c]))
            moved |= eval_one(&t, c, fifo);
    l1_add_counts(&l1->counts, &t.counts);
    return moved;
}

static bool eval_plain(struct l1 *l1, int from, int to,
                       struct lane_fifo fifo[L1_LINES])
{
    return eval_some(l1, true, from, to, fifo, NULL);
}

static bool eval_clusters(struct l1 *l1, int from, int to,
                          struct lane_fifo fifo[L1_LINES],
                          const struct l1_tap *tap)
{
    const bool is_plain = l1->is_plain && tap == NULL;
    if (is_plain && (l1->cfg.line[0].bypass || l1->cfg.line[1].bypass))
        return l1_eval_plain(l1, from, to, fifo);
    if (is_plain)
        return eval_plain(l1, from, to, fifo);
    return eval_some(l1, false, from, to, fifo, tap);
}

/* Returns the banks, a bit each, in which `rows` rows of the line lie from row
 * `row` on. */
static uint64_t banks_of(const struct l1_line_cfg *line, int row, int rows)
{
    uint64_t banks = 0;
    take_ports(line, row, rows, &banks);
    return banks;
}

/* Notes for whoever watches what the cluster has staged in this cycle and
 * counted since `before`. */
static void note_cycle(const struct l1 *l1, int cluster,
                       const struct l1_counts *before)
{
    struct l1_cycle *cycle = &l1->watched[cluster];
    const struct l1_counts *now = &l1->counts;
    cycle->read_banks = cycle->written_banks = 0;
    cycle->counts.refusals = now->refusals - before->refusals;
    for (int k = 0; k < L1_LINES; k++) {
        const struct l1_line_cfg *cfg = &l1->cfg.line[k];
        const struct l1_line *s = &l1->cluster[cluster].line[k];
        cycle->read_banks |= banks_of(cfg, s->read_row, s->read_rows);
        cycle->written_banks |= banks_of(cfg, s->write_row, s->written_rows);
        cycle->counts.reads[k] = now->reads[k] - before->reads[k];
        cycle->counts.writes[k] = now->writes[k] - before->writes[k];
        cycle->counts.sent[k] = now->sent[k] - before->sent[k];
        cycle->counts.delivered[k] = now->delivered[k] - before->delivered[k];
    }
}

bool l1_eval_cluster(struct l1 *l1, int cluster,
                     struct lane_fifo fifo[L1_LINES], const struct l1_tap *tap)
{
    const struct l1_counts before = l1->counts;
    bool moved = eval_clusters(l1, cluster, cluster + 1, fifo, tap);
    if (l1->watched != NULL)
        note_cycle(l1, cluster, &before);
    return moved;
}

bool l1_eval(struct l1 *l1, struct lane_fifo fifo[L1_LINES],
             const struct l1_tap *tap)
{
    bool moved = false;
    if (l1->watched == NULL)
        return eval_clusters(l1, 0, l1->cfg.clusters, fifo, tap);
    for (int c = 0; c < l1->cfg.clusters; c++)
        moved |= l1_eval_cluster(l1, c, fifo, tap);
    return moved;
}
