/* table_coverage.c - a graph's operations, a line each: where they ran, and
 * what they came to; and its tensors: which stayed in L2, and what it saved.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/base/text_stream.h"
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

static void say_cache(const struct resident_cache *c, FILE *to)
{
    char text[400];
    const int64_t again = c->fetched_again_words;
    snprintf(
        text, sizeof(text),
        "%d tensors of %s bytes lie in L2; %s DRAM words are saved, and %s "
        "%s; all nodes: %s words (%s in DRAM), %s cycles (%s)",
        c->tensors, text_count(c->bytes).text, text_count(c->saved_words).text,
        text_count((uint64_t)(again < 0 ? -again : again)).text,
        again < 0 ? "fewer of others fetched" : "others fetched again",
        text_count(c->words_with).text, text_count(c->words_without).text,
        text_count(c->cycles_with).text, text_count(c->cycles_without).text);
    fputc('\n', to);
    text_paragraph(to, "  caches: ", text);
}

void table_residency(const struct residency *residency, FILE *to)
{
    if (residency->cache.tensors > 0)
        say_cache(&residency->cache, to);
    if (residency->n == 0)
        return;
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

static void grid_signed(struct grid *g, int64_t n)
{
    grid_cell(g, "%s%s", n < 0 ? "-" : "",
              text_count((uint64_t)(n < 0 ? -n : n)).text);
}

/* How chains were worked on that ran, and what that came to. */
static void table_fused_runs(const struct fuse_groups *fused, FILE *to)
{
    static const char *const head[2][9] = {
        {"fused", "tile", "halos", "bytes", "saved", "again of", "again of",
         "cycles", "apart"},
        {"over DRAM", "", "", "kept", "words", "maps", "filters", "", ""}};
    struct grid *g = grid_new(9, 1);
    for (int line = 0; line < 2; line++)
        for (int i = 0; i < 9; i++)
            grid_cell(g, "%s", head[line][i]);
    grid_rule(g);
    for (int i = 0; i < fused->n; i++) {
        const struct fuse_group *f = &fused->group[i];
        const struct fused_outcome *o = &f->outcome;
        grid_cell(g, "%s to %s", f->first, f->last);
        grid_count(g, (uint64_t)f->tile);
        grid_cell(g, "%s", fuse_halos_name[f->halos]);
        grid_count(g, o->kept_bytes);
        grid_count(g, o->saved_words);
        grid_signed(g, o->first_again_words + o->last_again_words);
        grid_signed(g, o->filter_again_words);
        grid_count(g, o->cycles_fused);
        grid_count(g, o->cycles_apart);
    }
    fputc('\n', to);
    grid_print(g, 0, to);
    grid_free(g);
    for (int i = 0; i < fused->n; i++)
        if (fused->group[i].outcome.why[0] != '\0') {
            char text[512];
            snprintf(text, sizeof(text),
                     "%s to %s loads its filters with every tile: %s",
                     fused->group[i].first, fused->group[i].last,
                     fused->group[i].outcome.why);
            text_paragraph(to, "  filters: ", text);
        }
}

/* What a search found, as network.fuse takes it. */
static void say_search(const struct fuse_groups *fused, FILE *to)
{
    char *text = NULL;
    size_t bytes;
    FILE *said = text_stream(&text, &bytes);
    fprintf(said, "of %s chains and tiles that ran, ",
            text_count(fused->tried).text);
    if (fused->n == 0)
        fprintf(said, "none takes less than its nodes by themselves");
    else
        fprintf(said, "these take least: --set network.fuse=");
    for (int i = 0; i < fused->n; i++)
        fprintf(said, "%s%s:%s:%d:%s", i > 0 ? "," : "", fused->group[i].first,
                fused->group[i].last, fused->group[i].tile,
                fuse_halos_name[fused->group[i].halos]);
    SIM_CHECK(fclose(said) == 0);
    text_paragraph(to, "  searched: ", text);
    free(text);
}

void table_fusion(const struct fuse_groups *fused, FILE *to)
{
    static const char *const head[2][8] = {
        {"fused", "nodes", "apart", "pools", "fused", "kept", "read", "MACs"},
        {"words", "", "", "merged", "", "on chip", "again", "again"}};
    if (fused->n == 0) {
        fputc('\n', to);
        say_search(fused, to);
        return;
    }
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
    if (!fused->group[0].has_run) {
        text_paragraph(to, "  fused: ",
                       "what tiles share is kept on chip, or read and worked "
                       "out again; no figure above has it");
        return;
    }
    table_fused_runs(fused, to);
    text_paragraph(to, "  fused: ",
                   "nodes above ran tile by tile, their maps in L2; what tiles "
                   "share was kept there, or read and worked out again");
    if (fused->tried > 0)
        say_search(fused, to);
}
