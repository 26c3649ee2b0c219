/* l1.c - buffers between a network from L2 and the PEs.
 * SPDX-License-Identifier: MIT
 */
#include "mem/l1.h"

#include <string.h>

#include "mem/l1_parts.h"
#include "sim/base/diag.h"

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

static int16_t *delay_of(const struct l1 *l1, int line, int cluster)
{
    return &l1->delay[(cluster * L1_LINES + line) * l1->cfg.latency_cycles];
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
            rows += (uint64_t)l1_rows_of(l1, left < slot ? left : slot);
    return !cfg->bypass && stream->slot == NULL &&
           rows * rounds <= (uint64_t)cfg->capacity_rows;
}

void l1_issue(struct l1 *l1, const struct l1_stream *const streams[L1_LINES],
              const uint32_t rounds[L1_LINES], const bool kept[L1_LINES])
{
    SIM_CHECK(l1_is_empty(l1));
    memset(&l1->counts, 0, sizeof(l1->counts));
    l1->is_plain = true;
    for (int c = 0; c < l1->cfg.clusters; c++) {
        struct l1_cluster *cluster = &l1->cluster[c];
        memset(cluster, 0, sizeof(*cluster));
        for (int k = 0; k < L1_LINES; k++) {
            l1->is_plain =
                l1->is_plain && !kept[k] && streams[k][c].slot == NULL &&
                streams[k][c].shape.words_per_slot <= l1->cfg.row_words;
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
        l1->full[k] = 0;
    }
}

bool l1_has_room(const struct l1 *l1, int line, int cluster)
{
    return (l1->full[line] >> cluster & 1) == 0;
}

static inline void push(struct l1 *l1, int line, int cluster, int words)
{
    struct l1_line *s = &l1->cluster[cluster].line[line];
    const int place = l1_wrapped(s->input_first + s->input_slots + s->arrived,
                                 l1->cfg.input_slots);
    l1_input_of(l1, line, cluster)[place] = (int16_t)words;
    s->arrived++;
    l1->full[line] |=
        (uint64_t)(s->input_slots + s->arrived == l1->cfg.input_slots)
        << cluster;
}

void l1_push(struct l1 *l1, int line, int cluster, const struct slot *slot)
{
    SIM_CHECK(l1_has_room(l1, line, cluster));
    push(l1, line, cluster, slot->words);
}

bool l1_push_all(struct l1 *l1, int line, uint64_t clusters, int words)
{
    if ((clusters & l1->full[line]) != 0)
        return false;
    for (uint64_t to = clusters; to != 0; to &= to - 1)
        push(l1, line, __builtin_ctzll(to), words);
    return true;
}

static void commit_line(struct l1 *l1, int line, int cluster)
{
    const struct l1_line_cfg *cfg = &l1->cfg.line[line];
    struct l1_line *s = &l1->cluster[cluster].line[line];
    int gone = cfg->bypass ? s->read_slots : s->written_slots;
    s->input_first = l1_wrapped(s->input_first + gone, l1->cfg.input_slots);
    s->input_slots += s->arrived - gone;
    if (gone > 0)
        l1->full[line] &= ~((uint64_t)1 << cluster);
    if (l1->kept[line]) {
        s->read_row = l1_wrapped(s->read_row + s->read_rows, cfg->banks);
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
        s->write_row = l1_wrapped(s->write_row + s->written_rows, cfg->banks);
        s->read_row = l1_wrapped(s->read_row + s->read_rows, cfg->banks);
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
        if (!l1_has_work(l1, cluster) && arrived == 0)
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
                l1_sends_kept(l1, k, s))
                return false;
        }
    return true;
}
