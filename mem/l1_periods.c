/* l1_periods.c - copies of the L1s' state, and whether they go on as they did.
 *
 * A copy is the arena's part.  Input buffers and delays are rings, compared
 * from their first place on.  Where a line's rows begin matters to the other
 * line alone, if they share banks.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "mem/l1.h"

size_t l1_copy_bytes(const struct l1 *l1)
{
    return l1_state_bytes(&l1->cfg);
}

void l1_save(const struct l1 *l1, void *copy)
{
    memcpy(copy, l1->cluster, l1_state_bytes(&l1->cfg));
}

static const int16_t *in_copy(const struct l1 *l1, const int16_t *field,
                              const void *copy)
{
    const char *const begin = (const char *)l1->cluster;
    return (const int16_t *)(const void *)((const char *)copy +
                                           ((const char *)field - begin));
}

/* n words of two rings of `size`, each from its first place on. */
static bool rings_are_alike(const int16_t *a, int a_first, const int16_t *b,
                            int b_first, int n, int size)
{
    for (int k = 0; k < n; k++)
        if (a[(a_first + k) % size] != b[(b_first + k) % size])
            return false;
    return true;
}

static bool lines_share_banks(const struct l1_cfg *cfg)
{
    const struct l1_line_cfg *a = &cfg->line[0], *b = &cfg->line[1];
    return !a->bypass && !b->bypass &&
           a->first_bank < b->first_bank + b->banks &&
           b->first_bank < a->first_bank + a->banks;
}

static bool line_is_alike(const struct l1 *l1, int line, int cluster,
                          const struct l1_cluster *then, const void *copy)
{
    const struct l1_cluster *now = &l1->cluster[cluster];
    const struct l1_line *a = &now->line[line], *b = &then->line[line];
    const int slots = l1->cfg.input_slots, delays = l1->cfg.latency_cycles;
    const int at = cluster * L1_LINES + line;
    const int16_t *input = &l1->input[at * slots];
    const int16_t *delay = &l1->delay[at * delays];
    bool alike = stream_order_is_alike(&a->out, &b->out);
#define COMPARE(kind, type, name, dims, doc) \
    IF_RELATION(kind)(alike = alike && a->name == b->name;)
    L1_LINE_STATE(COMPARE)
#undef COMPARE
    if (lines_share_banks(&l1->cfg))
        alike =
            alike && a->write_row == b->write_row && a->read_row == b->read_row;
    return alike &&
           rings_are_alike(input, a->input_first, in_copy(l1, input, copy),
                           b->input_first, a->input_slots, slots) &&
           rings_are_alike(delay, now->phase, in_copy(l1, delay, copy),
                           then->phase, delays, delays);
}

bool l1_is_alike(const struct l1 *l1, const void *copy)
{
    const struct l1_cluster *clusters = copy;
    bool alike = true;
    for (int c = 0; c < l1->cfg.clusters && alike; c++) {
        const struct l1_cluster *now = &l1->cluster[c], *then = &clusters[c];
#define COMPARE(kind, type, name, dims, doc) \
    IF_RELATION(kind)(alike = alike && now->name == then->name;)
        L1_CLUSTER_STATE(COMPARE)
#undef COMPARE
        for (int k = 0; k < L1_LINES && alike; k++)
            alike = line_is_alike(l1, k, c, then, copy);
    }
    return alike;
}

uint64_t l1_periods_left(const struct l1 *l1, const void *copy)
{
    const struct l1_cluster *then = copy;
    uint64_t least = UINT64_MAX;
    for (int c = 0; c < l1->cfg.clusters; c++)
        for (int k = 0; k < L1_LINES; k++) {
            const uint64_t left = stream_periods_left(
                &l1->cluster[c].line[k].out, &then[c].line[k].out);
            least = left < least ? left : least;
        }
    return least;
}

void l1_skip(struct l1 *l1, const void *copy, uint64_t periods)
{
    const struct l1_cluster *then = copy;
    for (int c = 0; c < l1->cfg.clusters; c++)
        for (int k = 0; k < L1_LINES; k++)
            stream_skip(&l1->cluster[c].line[k].out, &then[c].line[k].out,
                        &l1->stream[k][c].shape, periods);
}
