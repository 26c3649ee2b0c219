/* table_coverage.c - a graph's operations, a line each: where they ran, and
 * what they came to.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/grid.h"
#include "sim/report/report_table.h"

void table_coverage(const struct network_coverage *coverage, FILE *to)
{
    static const char *const head[] = {"operation", "runs on", "nodes",
                                       "MACs",      "outputs", "DRAM words"};
    struct grid *g = grid_new(6, 2);
    bool any_outside = false;
    for (int i = 0; i < 6; i++)
        grid_cell(g, "%s", head[i]);
    grid_rule(g);
    for (int i = 0; i < coverage->n; i++) {
        const struct op_coverage *c = &coverage->row[i];
        any_outside = any_outside || c->place == PLACE_OUTSIDE;
        grid_cell(g, "%s", layer_op_name[c->op]);
        grid_cell(g, "%s", node_place_name[c->place]);
        grid_count(g, c->nodes);
        grid_count(g, c->macs);
        grid_count(g, c->outputs);
        grid_count(g, c->dram_words);
    }
    fputc('\n', to);
    grid_print(g, 0, to);
    grid_free(g);
    if (any_outside)
        text_paragraph(to, "  outside: ",
                       "the chip has nothing that does it; its words come from "
                       "DRAM once and go back once, in the DRAM's least time");
}
