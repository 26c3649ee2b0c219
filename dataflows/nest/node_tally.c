/* node_tally.c - adds words to lines with the same nodes.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/node_tally.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/base/diag.h"
#include "sim/base/result.h"

void node_tally_fini(struct node_tally *t)
{
    free(t->line);
}

void node_tally_clear(struct node_tally *t)
{
    t->n = t->latest = 0;
}

static bool is_line(const struct node_tally_line *l, uint64_t wants,
                    uint64_t lacks)
{
    return l->wants == wants && l->lacks == lacks;
}

void node_tally_add(struct node_tally *t, uint64_t wants, uint64_t lacks,
                    uint64_t times)
{
    int i = t->latest;
    if (wants == 0 || times == 0)
        return;
    if (i >= t->n || !is_line(&t->line[i], wants, lacks))
        for (i = 0; i < t->n && !is_line(&t->line[i], wants, lacks);)
            i++;
    if (i == t->n) {
        if (t->n == t->room) {
            t->room = 2 * t->room + 16;
            t->line = xrealloc(t->line, (size_t)t->room, sizeof(*t->line));
        }
        t->line[t->n++] = (struct node_tally_line){wants, lacks, 0};
    }
    t->line[i].times = count_add(t->line[i].times, times);
    t->latest = i;
}

void node_tally_multiply(const struct node_tally *a, const struct node_tally *b,
                         struct node_tally *out)
{
    node_tally_clear(out);
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < b->n; k++)
            node_tally_add(out, a->line[i].wants & b->line[k].wants,
                           a->line[i].lacks | b->line[k].lacks,
                           count_mul(a->line[i].times, b->line[k].times));
}
