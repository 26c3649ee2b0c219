/* coverage.c - adds up results by their operation and its place.
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

static void add_row(const struct arch *arch, const struct layer_result *results,
                    int n, enum layer_op op, enum node_place place,
                    struct network_coverage *out)
{
    struct op_coverage *c = &out->row[out->n];
    for (int i = 0; i < n; i++)
        if (results[i].layer.op == op &&
            node_place_of(arch, &results[i].layer) == place)
            add(c, &results[i]);
    c->op = op;
    c->place = place;
    out->n += c->nodes > 0;
}

void coverage_of(const struct arch *arch, const struct layer_result *results,
                 int n, struct network_coverage *out)
{
    memset(out, 0, sizeof(*out));
    for (int op = 0; op < LAYER_OP_N; op++)
        for (int place = 0; place < PLACE_N; place++)
            add_row(arch, results, n, (enum layer_op)op, (enum node_place)place,
                    out);
}
