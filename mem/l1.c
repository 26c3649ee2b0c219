/* l1.c - buffers between a network from L2 and the PEs.
 * SPDX-License-Identifier: MIT
 */
#include "mem/l1.h"

#include <string.h>

#include "sim/base/diag.h"

enum { REQUESTERS = 2 * L1_LINES }; /* reads by line, writes by line */

/* Ports taken in this cycle; with 1rw both are the same. */
struct ports {
    uint64_t busy[2]; /* bit k: bank k; [0] reads, [1] writes */
    int refused;      /* the first requester that was, or -1 */
};

static size_t aligned(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static size_t lines(const struct l1_cfg *cfg)
{
    return (size_t)cfg->clusters * L1_LINES;
}

size_t l1_state_bytes(const struct l1_cfg *cfg)
{
    size_t words = (size_t)cfg->input_slots + (size_t)cfg->latency_cycles;
    return aligned((size_t)cfg->clusters * sizeof(struct l1_cluster)) +
           aligned(lines(cfg) * words * sizeof(int16_t));
}

void l1_init(struct l1 *l1, const struct l1_cfg *cfg, void *state)
{
    char *at = state;
    SIM_CHECK(cfg->clusters <= L1_CLUSTERS_MAX && cfg->input_slots > 0);
    memset(l1, 0, sizeof(*l1));
    l1->cfg = *cfg;
    l1->cluster = (struct l1_cluster *)at;
    at += aligned((size_t)cfg->clusters * sizeof(struct l1_cluster));
    l1->input = (int16_t *)at;
    l1->delay = l1->input + lines(cfg) * (size_t)cfg->input_slots;
}

static int16_t *input_of(const struct l1 *l1, int line, int cluster)
{
    return &l1->input[(cluster * L1_LINES + line) * l1->cfg.input_slots];
}

static int16_t *delay_of(const struct l1 *l1, int line, int cluster)
{
    return &l1->delay[(cluster * L1_LINES + line) * l1->cfg.latency_cycles];
}

static int rows_of(const struct l1 *l1, int words)
{
    int rows = 1; /* few, and cheaper to count than to divide */
    while (rows * l1->cfg.row_words < words)
        rows++;
    return rows;
}

/* Whether a line's rows have all words of a stream at once, so that they still
 * lie there when the next pass begins. */
static bool may_keep(const struct l1 *l1, int line,
                     const struct l1_stream *stream, uint32_t rounds)
{
    const struct l1_line_cfg *cfg = &l1->cfg.line[line];
    const struct stream_shape *shape = &stream->shape;
    const int slot = shape->words_per_slot;
    uint64_t rows = 0; /* of a round */
    for (int d = 0; d < shape->dests; d++)
        for (int left = shape->limit_words[d]; left > 0; left -= slot)
            rows += (uint64_t)rows_of(l1, left < slot ? left : slot);
    return !cfg->bypass && stream->slot == NULL &&
           rows * rounds <= (uint64_t)cfg->capacity_rows;
}

void l1_issue(struct l1 *l1, const struct l1_stream *const streams[L1_LINES],
              const uint32_t rounds[L1_LINES], const bool kept[L1_LINES])
{
    SIM_CHECK(l1_is_empty(l1));
    memset(&l1->counts, 0, sizeof(l1->counts));
    for (int c = 0; c < l1->cfg.clusters; c++) {
        struct l1_cluster *cluster = &l1->cluster[c];
        memset(cluster, 0, sizeof(*cluster));
        for (int k = 0; k < L1_LINES; k++) {
            SIM_CHECK(!kept[k] || may_keep(l1, k, &streams[k][c], rounds[k]));
            if (streams[k][c].slot == NULL)
                stream_start(&cluster->line[k].out, &streams[k][c].shape,
                             rounds[k], kept[k] ? l1->cfg.latency_cycles : 0,
                             0);
        }
    }
    for (int k = 0; k < L1_LINES; k++) {
        l1->stream[k] = streams[k];
        l1->kept[k] = kept[k];
    }
}

bool l1_has_room(const struct l1 *l1, int line, int cluster)
{
    const struct l1_line *s = &l1->cluster[cluster].line[line];
    return s->input_slots + s->arrived < l1->cfg.input_slots;
}

/* A place of a ring that was moved by less than its size. */
static int wrapped(int place, int size)
{
    return place < size ? place : place - size;
}

void l1_push(struct l1 *l1, int line, int cluster, const struct slot *slot)
{
    struct l1_line *s = &l1->cluster[cluster].line[line];
    SIM_CHECK(l1_has_room(l1, line, cluster));
    const int place = wrapped(s->input_first + s->input_slots + s->arrived,
                              l1->cfg.input_slots);
    input_of(l1, line, cluster)[place] = (int16_t)slot->words;
    s->arrived++;
}

/* Takes the ports of `rows` rows, no more than there are banks, from row `row`
 * of the line on, at most one round beyond its banks. */
static bool take_ports(const struct l1_line_cfg *line, int row, int rows,
                       uint64_t *busy)
{
    uint64_t banks = 0;
    row = wrapped(row, line->banks);
    for (int k = 0; k < rows; k++)
        banks |= (uint64_t)1
                 << (line->first_bank + wrapped(row + k, line->banks));
    if ((banks & *busy) != 0)
        return false;
    *busy |= banks;
    return true;
}

/* The slot that a line sends next; false: there is none. */
static bool head_of(const struct l1_line *s, const struct l1_stream *stream,
                    struct slot *slot)
{
    if (stream->slot == NULL)
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
static bool advance(struct l1_line *s, const struct l1_stream *stream,
                    int words)
{
    if (stream->slot == NULL)
        return stream_advance(&s->out, &stream->shape, words);
    s->listed++;
    return s->listed < stream->slots && !stream->slot[s->listed].begins;
}

/* Listed slots of a cycle may be for the same lane, which takes one. */
static bool has_room(const struct l1_stream *stream,
                     const struct lane_fifo *fifo, const struct slot *slot)
{
    const struct destination_sets *sets = &stream->sets;
    bool taken = false;
    if (!multicast_has_room(sets, fifo, slot->dest, slot->words))
        return false;
    if (stream->slot == NULL)
        return true;
    for (int k = sets->begin[slot->dest]; k < sets->begin[slot->dest + 1]; k++)
        taken |= fifo->push[sets->lane[k]] != 0;
    return !taken;
}

static bool has_slot(const struct l1 *l1, int line, const struct l1_line *s)
{
    if (l1->kept[line])
        return !stream_is_done(&s->out) && s->out.latency_cycles == 0;
    int there = l1->cfg.line[line].bypass ? s->input_slots : s->ready_slots;
    return there > s->read_slots;
}

static void deliver(struct l1 *l1, int line, int cluster,
                    const struct slot *slot, struct lane_fifo *fifo,
                    const struct l1_tap *tap)
{
    const struct l1_stream *stream = &l1->stream[line][cluster];
    const struct destination_sets *sets = &stream->sets;
    const int32_t *lane = &sets->lane[sets->begin[slot->dest]];
    int lanes = sets->begin[slot->dest + 1] - sets->begin[slot->dest];
    for (int k = 0; k < lanes; k++)
        fifo->push[lane[k]] = (int16_t)slot->words;
    l1->counts.sent[line] += (uint64_t)slot->words;
    l1->counts.delivered[line] += (uint64_t)slot->words * (uint64_t)lanes;
    if (tap != NULL) {
        struct slot of_l2 = *slot;
        of_l2.dest = stream->dest[slot->dest];
        tap->sent(tap->context, line, cluster, &of_l2, lane, lanes);
    }
}

/* Reads a line's slots from its banks (or input buffer) and sends them to the
 * PEs. */
static bool read_line(struct l1 *l1, int line, int cluster, struct ports *ports,
                      struct lane_fifo *fifo, const struct l1_tap *tap)
{
    const struct l1_line_cfg *cfg = &l1->cfg.line[line];
    const struct l1_stream *stream = &l1->stream[line][cluster];
    struct l1_line *s = &l1->cluster[cluster].line[line];
    bool moved = false;
    for (int n = 0; n < cfg->slots_per_cycle && has_slot(l1, line, s); n++) {
        struct slot slot;
        SIM_CHECK(head_of(s, stream, &slot));
        int rows = cfg->bypass ? 0 : rows_of(l1, slot.words);
        if (!has_room(stream, fifo, &slot))
            break;
        if (!cfg->bypass && s->read_rows + rows > cfg->banks)
            break;
        if (!cfg->bypass && !take_ports(cfg, s->read_row + s->read_rows, rows,
                                        &ports->busy[0])) {
            ports->refused = line;
            break;
        }
        if (!cfg->bypass)
            l1->counts.reads[line] += (uint64_t)slot.words;
        deliver(l1, line, cluster, &slot, fifo, tap);
        s->read_slots++;
        s->read_rows += rows;
        moved = true;
        if (!advance(s, stream, slot.words))
            break;
    }
    return moved;
}

/* Moves a line's slots from the input buffer into the banks. */
static bool write_line(struct l1 *l1, int line, int cluster,
                       struct ports *ports)
{
    const struct l1_line_cfg *cfg = &l1->cfg.line[line];
    struct l1_line *s = &l1->cluster[cluster].line[line];
    int most = cfg->bypass ? 0 : cfg->slots_per_cycle;
    for (int n = 0; n < most && n < s->input_slots; n++) {
        int place = wrapped(s->input_first + n, l1->cfg.input_slots);
        int words = input_of(l1, line, cluster)[place];
        int rows = rows_of(l1, words);
        if (s->held_rows + s->written_rows + rows > cfg->capacity_rows ||
            s->written_rows + rows > cfg->banks)
            break;
        if (!take_ports(cfg, s->write_row + s->written_rows, rows,
                        &ports->busy[1])) {
            ports->refused = L1_LINES + line;
            break;
        }
        l1->counts.writes[line] += (uint64_t)words;
        s->written_slots++;
        s->written_rows += rows;
    }
    return s->written_slots > 0;
}

/* Whether a line that sends kept words has some left, or has staged the last
 * of them. */
static bool sends_kept(const struct l1 *l1, int line, const struct l1_line *s)
{
    return l1->kept[line] && (!stream_is_done(&s->out) || s->read_slots > 0);
}

static bool has_work(const struct l1 *l1, const struct l1_cluster *cluster)
{
    int work = 0;
    for (int k = 0; k < L1_LINES; k++)
        work |= cluster->line[k].input_slots | cluster->line[k].held_slots |
                sends_kept(l1, k, &cluster->line[k]);
    return work != 0;
}

/* Whether the next slot of a line, which has one, goes where its PE has no more
 * than the word that it may take in this cycle. */
static bool is_urgent(const struct l1 *l1, int line, int cluster,
                      const struct lane_fifo *fifo)
{
    const struct l1_line *s = &l1->cluster[cluster].line[line];
    const struct l1_stream *stream = &l1->stream[line][cluster];
    const struct destination_sets *sets = &stream->sets;
    const int dest =
        stream->slot == NULL ? s->out.dest : stream->slot[s->listed].dest;
    return fifo->words[sets->lane[sets->begin[dest]]] <= 1;
}

/* Who may ask for a port in a cycle, a bit each, in turn: first reads for PEs
 * that have no more than the word they may take, then writes, then other reads,
 * and of each rank from him on whose turn it is.  Who has no slot asks for
 * none.
 */
static unsigned ask(const struct l1 *l1, int cluster,
                    const struct lane_fifo fifo[L1_LINES])
{
    unsigned by_rank[3] = {0, 0, 0}, all = 0;
    for (int k = 0; k < L1_LINES; k++) {
        const struct l1_line_cfg *cfg = &l1->cfg.line[k];
        const struct l1_line *s = &l1->cluster[cluster].line[k];
        if (has_slot(l1, k, s))
            by_rank[is_urgent(l1, k, cluster, &fifo[k]) ? 0 : 2] |= 1u << k;
        if (!cfg->bypass && s->input_slots > 0)
            by_rank[1] |= 1u << (L1_LINES + k);
    }
    for (int rank = 2; rank >= 0; rank--) {
        const unsigned twice = by_rank[rank] | by_rank[rank] << REQUESTERS;
        all = all << REQUESTERS |
              (twice >> l1->cluster[cluster].turn & ((1u << REQUESTERS) - 1));
    }
    return all;
}

static bool eval_clusters(struct l1 *l1, int from, int to,
                          struct lane_fifo fifo[L1_LINES],
                          const struct l1_tap *tap)
{
    bool moved = false;
    for (int c = from; c < to; c++) {
        struct l1_cluster *cluster = &l1->cluster[c];
        uint64_t busy[2] = {0, 0};
        int refused = -1;
        if (!has_work(l1, cluster))
            continue;
        for (unsigned all = ask(l1, c, fifo); all != 0; all &= all - 1) {
            const unsigned turn = (unsigned)cluster->turn;
            const int who =
                (int)((turn + (unsigned)__builtin_ctz(all)) % REQUESTERS);
            const int line = who % L1_LINES;
            struct ports ports = {{busy[0], busy[1]}, -1};
            if (who < L1_LINES)
                moved |= read_line(l1, line, c, &ports, &fifo[line], tap);
            else
                moved |= write_line(l1, line, c, &ports);
            busy[0] = ports.busy[0];
            busy[1] = ports.busy[1];
            if (!l1->cfg.read_and_write_ports)
                busy[0] = busy[1] = busy[0] | busy[1];
            if (ports.refused >= 0) {
                l1->counts.refusals++;
                refused = refused < 0 ? ports.refused : refused;
            }
        }
        if (refused >= 0)
            cluster->turn = refused;
        for (int k = 0; k < L1_LINES; k++)
            moved |=
                cluster->line[k].held_slots > cluster->line[k].ready_slots ||
                cluster->line[k].out.latency_cycles > 0;
    }
    return moved;
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

static void commit_line(struct l1 *l1, int line, int cluster)
{
    const struct l1_line_cfg *cfg = &l1->cfg.line[line];
    struct l1_line *s = &l1->cluster[cluster].line[line];
    int gone = cfg->bypass ? s->read_slots : s->written_slots;
    s->input_first = wrapped(s->input_first + gone, l1->cfg.input_slots);
    s->input_slots += s->arrived - gone;
    if (l1->kept[line]) {
        s->read_row = wrapped(s->read_row + s->read_rows, cfg->banks);
        s->out.latency_cycles -= s->out.latency_cycles > 0;
    } else if (!cfg->bypass) {
        int ready = s->written_slots;
        if (l1->cfg.latency_cycles > 0) {
            int16_t *delay =
                delay_of(l1, line, cluster) + l1->cluster[cluster].phase;
            ready = *delay;
            *delay = (int16_t)s->written_slots;
        }
        s->held_slots += s->written_slots - s->read_slots;
        s->ready_slots += ready - s->read_slots;
        s->held_rows += s->written_rows - s->read_rows;
        s->write_row = wrapped(s->write_row + s->written_rows, cfg->banks);
        s->read_row = wrapped(s->read_row + s->read_rows, cfg->banks);
    }
    s->arrived = s->written_slots = s->read_slots = 0;
    s->written_rows = s->read_rows = 0;
}

static void commit_clusters(struct l1 *l1, int from, int to)
{
    for (int c = from; c < to; c++) {
        struct l1_cluster *cluster = &l1->cluster[c];
        int arrived = 0;
        for (int k = 0; k < L1_LINES; k++)
            arrived |= cluster->line[k].arrived;
        if (!has_work(l1, cluster) && arrived == 0)
            continue; /* and every delay is 0 */
        for (int k = 0; k < L1_LINES; k++)
            commit_line(l1, k, c);
        if (++cluster->phase >= l1->cfg.latency_cycles)
            cluster->phase = 0;
    }
}

void l1_commit_cluster(struct l1 *l1, int cluster)
{
    commit_clusters(l1, cluster, cluster + 1);
}

void l1_commit(struct l1 *l1)
{
    commit_clusters(l1, 0, l1->cfg.clusters);
}

void l1_watch(struct l1 *l1, struct l1_cycle *cycle)
{
    l1->watched = cycle;
}

int l1_bank_rows(const struct l1 *l1, int cluster, int bank)
{
    int rows = 0;
    for (int k = 0; k < L1_LINES; k++) {
        const struct l1_line_cfg *cfg = &l1->cfg.line[k];
        const struct l1_line *s = &l1->cluster[cluster].line[k];
        if (bank < cfg->first_bank || bank >= cfg->first_bank + cfg->banks)
            continue;
        int after_read =
            (bank - cfg->first_bank - s->read_row + cfg->banks) % cfg->banks;
        rows += s->held_rows / cfg->banks +
                (after_read < s->held_rows % cfg->banks);
    }
    return rows;
}

bool l1_is_empty(const struct l1 *l1)
{
    for (int c = 0; c < l1->cfg.clusters; c++)
        for (int k = 0; k < L1_LINES; k++) {
            const struct l1_line *s = &l1->cluster[c].line[k];
            if (s->input_slots + s->arrived + s->held_slots > 0 ||
                sends_kept(l1, k, s))
                return false;
        }
    return true;
}
