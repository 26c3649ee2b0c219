/* table_coverage.c - a graph's operations, a line each: where they ran, and
 * what they came to; and its tensors: which stayed in L2, and what it saved.
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

void table_residency(const struct residency *residency, FILE *to)
{
    static const char *const head[] = {
        "tensor", "bytes", "free", "saved", "fetched", "in L2, or why not"};
    struct grid *g = grid_new(6, 1);
    uint64_t saved = 0, stay = 0;
    int64_t again = 0;
    for (int i = 0; i < 6; i++)
        grid_cell(g, "%s", head[i]);
    grid_rule(g);
    for (int i = 0; i < residency->n; i++) {
        const struct resident_tensor *t = &residency->tensor[i];
        grid_cell(g, "%s", t->name);
        grid_count(g, t->bytes);
        grid_count(g, t->free_bytes);
        if (t->stays) {
            grid_count(g, t->saved_words);
            grid_cell(g, "%lld", (long long)t->fetched_again_words);
        } else {
            grid_cell(g, "%s", "");
            grid_cell(g, "%s", "");
        }
        grid_cell(g, "%s", t->stays ? "stays" : t->why);
        stay += t->stays;
        saved = count_add(saved, t->stays ? t->saved_words : 0);
        again += t->stays ? t->fetched_again_words : 0;
    }
    fputc('\n', to);
    grid_print(g, 0, to);
    grid_free(g);
    char text[256];
    snprintf(text, sizeof(text),
             "%s of %d tensors stay; %s DRAM words are saved, and %s %s",
             text_count(stay).text, residency->n, text_count(saved).text,
             text_count((uint64_t)(again < 0 ? -again : again)).text,
             again < 0 ? "fewer of others fetched" : "others fetched again");
    text_paragraph(to, "  residency: ", text);
}

void table_fusion(const struct fuse_groups *fused, FILE *to)
{
    static const char *const head[2][8] = {
        {"fused", "nodes", "apart", "pools", "fused", "kept", "read", "MACs"},
        {"words", "", "", "merged", "", "on chip", "again", "again"}};
    struct grid *g = grid_new(8, 1);
    for (int line = 0; line < 2; line++)
        for (int i = 0; i < 8; i++)
            grid_cell(g, "%s", head[line][i]);
    grid_rule(g);
    for (int i = 0; i < fused->n; i++) {
        const struct fusion *f = &fused->group[i].found;
        grid_cell(g, "%s to %s", fused->group[i].first, fused->group[i].last);
        grid_count(g, (uint64_t)fused->group[i].nodes);
        grid_count(g, f->apart_words);
        grid_count(g, f->merged_words);
        grid_count(g, f->fused_words);
        grid_count(g, f->kept_row_words + f->kept_column_words);
        grid_count(g, f->read_again_words);
        grid_count(g, f->again_macs);
    }
    fputc('\n', to);
    grid_print(g, 0, to);
    grid_free(g);
    text_paragraph(to, "  fused: ",
                   fused->group[0].has_run
                       ? "nodes above ran tile by tile, their maps in L2, and "
                         "read and worked out again what tiles share"
                       : "what tiles share is kept on chip, or read and worked "
                         "out again; no figure above has it");
}
