/* coverage.c - adds up results by their operation.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/coverage.h"

#include <string.h>

static void add(struct op_coverage *c, const struct layer_result *r)
{
    const struct layer *l = &r->layer;
    c->nodes++;
    c->macs = count_add(c->macs, r->counts.macs);
    c->outputs = count_add(
        c->outputs, count_mul(count_mul((uint64_t)l->N, (uint64_t)l->M),
                              count_mul((uint64_t)l->P, (uint64_t)l->Q)));
    c->cycles = count_add(c->cycles, r->cycles);
    for (int t = 0; t < TENSOR_N; t++) {
        const struct accesses *a = &r->counts.access[LEVEL_DRAM][t];
        c->dram_words =
            count_add(c->dram_words, count_add(a->reads, a->writes));
    }
}

void coverage_of(const struct arch *arch, const struct layer_result *results,
                 int n, struct network_coverage *out)
{
    memset(out, 0, sizeof(*out));
    for (int op = 0; op < LAYER_OP_N; op++) {
        struct op_coverage *c = &out->row[out->n];
        for (int i = 0; i < n; i++) {
            if ((int)results[i].layer.op != op)
                continue;
            c->op = (enum layer_op)op;
            c->place = node_place_of(arch, &results[i].layer);
            add(c, &results[i]);
        }
        out->n += c->nodes > 0;
    }
}
