/* reuse_table.c - `accelsim reuse` for a person.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/grid.h"
#include "sim/report/reuse_report.h"

/* Columns of the curves: capacities and distances, a factor of 4 apart. */
enum { CURVE_COLUMNS = 10 };

static void print_streams(const struct reuse_subject *s, FILE *to)
{
    struct grid *g = grid_new(10, 2);
    static const char *const head[] = {
        "stream",   "",     "accesses", "words",      "MACs each",
        "distance", "mean", "max",      "stack mean", "max"};
    for (int k = 0; k < 10; k++)
        grid_cell(g, "%s", head[k]);
    grid_rule(g);
    for (int k = 0; k < s->n_rows; k++) {
        const struct reuse_row *row = &s->row[k];
        const struct reuse_counts *c = &row->found.counts;
        const struct distances *r = &c->reuse, *st = &c->stack;
        grid_cell(g, "%s", row->level);
        grid_cell(g, "%s", row->name);
        grid_count(g, row->found.all_accesses);
        grid_count(g, c->compulsory);
        if (row->macs > 0)
            grid_real(g, (double)row->macs / (double)row->found.all_accesses);
        else
            grid_cell(g, "%s", "");
        if (r->n == 0) {
            for (int column = 0; column < 5; column++)
                grid_cell(g, "-");
            continue;
        }
        grid_short(g, (double)r->min);
        grid_short(g, (double)r->sum / (double)r->n);
        grid_short(g, (double)r->max);
        grid_short(g, (double)st->sum / (double)st->n);
        grid_short(g, (double)st->max);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

static uint64_t curve_at(int column)
{
    return (uint64_t)1 << 2 * column;
}

static void curve_head(struct grid *g, const char *title, const char *of)
{
    grid_cell(g, "%s", title);
    grid_cell(g, "%s", of);
    for (int k = 0; k < CURVE_COLUMNS; k++)
        grid_short(g, (double)curve_at(k));
    grid_rule(g);
}

/* Share of a stream's accesses that miss an LRU memory of so many words. */
static void print_misses(const struct reuse_subject *s, FILE *to)
{
    struct grid *g = grid_new(2 + CURVE_COLUMNS, 2);
    curve_head(g, "misses, %", "of words");
    for (int k = 0; k < s->n_rows; k++) {
        const struct reuse_counts *c = &s->row[k].found.counts;
        grid_cell(g, "%s", s->row[k].level);
        grid_cell(g, "%s", s->row[k].name);
        for (int column = 0; column < CURVE_COLUMNS; column++)
            grid_percent(g, (double)reuse_misses(c, curve_at(column)) /
                                (double)c->accesses);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

/* Share of the accesses that reuse a word at most so many accesses old. */
static void print_distances(const struct reuse_subject *s, FILE *to)
{
    struct grid *g = grid_new(2 + CURVE_COLUMNS, 2);
    curve_head(g, "reused, %", "within");
    for (int k = 0; k < s->n_rows; k++) {
        const struct reuse_counts *c = &s->row[k].found.counts;
        grid_cell(g, "%s", s->row[k].level);
        grid_cell(g, "%s", s->row[k].name);
        for (int column = 0; column < CURVE_COLUMNS; column++) {
            uint64_t within = 0;
            for (int bin = 0;
                 bin < DISTANCE_BINS && distances_last(bin) <= curve_at(column);
                 bin++)
                within += c->reuse.count[bin];
            grid_percent(g, (double)within / (double)c->accesses);
        }
    }
    grid_print(g, 2, to);
    grid_free(g);
}

static void print_sharing(const struct reuse_subject *s, FILE *to)
{
    struct grid *g = grid_new(7, 1);
    static const char *const head[] = {"among PEs", "accesses", "multicast",
                                       "at once",   "distance", "max",
                                       "alone"};
    for (int k = 0; k < 7; k++)
        grid_cell(g, "%s", head[k]);
    grid_rule(g);
    for (int k = 0; k < s->n_sharing; k++) {
        const struct sharing_counts *c = &s->sharing[k].found;
        grid_cell(g, "%s", s->sharing[k].name);
        grid_count(g, c->accesses);
        grid_count(g, c->multicast_reads);
        grid_count(g, c->at_once);
        grid_short(g, c->distance.n > 0
                          ? (double)c->distance.sum / (double)c->distance.n
                          : 0);
        grid_short(g, (double)c->distance.max);
        grid_count(g, c->alone);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

static void print_fan_out(const struct reuse_subject *s, FILE *to)
{
    struct grid *g = grid_new(4, 1);
    grid_cell(g, "networks");
    grid_cell(g, "words sent");
    grid_cell(g, "delivered");
    grid_cell(g, "fan-out");
    grid_rule(g);
    for (int k = 0; k < s->n_fan_out; k++) {
        const struct fan_out_row *row = &s->fan_out[k];
        grid_cell(g, "%s", row->name);
        grid_count(g, row->words_sent);
        grid_count(g, row->words_delivered);
        grid_real(g, (double)row->words_delivered / (double)row->words_sent);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

static void say_sampled(const struct reuse_subject *s, FILE *to)
{
    for (int k = 0; k < s->n_rows; k++) {
        const struct reuse_row *row = &s->row[k];
        const struct survey_row *f = &row->found;
        if (f->followed < f->units)
            fprintf(to,
                    "  %s %s: %d of %d units followed; words, distances and "
                    "misses are estimates\n",
                    row->level, row->name, f->followed, f->units);
        if (f->counts.sampled_share < 1)
            fprintf(to,
                    "  %s %s: sampled, %.3g %% of the words; words, distances "
                    "and misses are estimates\n",
                    row->level, row->name, 100 * f->counts.sampled_share);
    }
    for (int k = 0; k < s->n_sharing; k++)
        if (s->sharing[k].found.sampled_share < 1)
            fprintf(to,
                    "  among PEs, %s: sampled, %.3g %% of the words; all but "
                    "accesses are estimates\n",
                    s->sharing[k].name,
                    100 * s->sharing[k].found.sampled_share);
}

bool reuse_report_table(const struct reuse_report *in, FILE *to)
{
    for (int k = 0; k < in->n_subjects; k++) {
        const struct reuse_subject *s = &in->subjects[k];
        fprintf(to, "%s%s", k > 0 ? "\n" : "", s->name);
        if (in->arch != NULL)
            fprintf(to, " on %s, dataflow %s", in->arch, s->dataflow);
        fputs("\n\n", to);
        print_streams(s, to);
        fputc('\n', to);
        print_distances(s, to);
        fputc('\n', to);
        print_misses(s, to);
        fputc('\n', to);
        print_sharing(s, to);
        if (s->n_fan_out > 0) {
            fputc('\n', to);
            print_fan_out(s, to);
        }
        say_sampled(s, to);
    }
    text_paragraph(
        to, "\n  ",
        "words: distinct ones, each a compulsory access. MACs each: products "
        "that one access serves. distance: accesses from one use of a word to "
        "its next (back to back = 1). stack: distinct words in between, itself "
        "included; an LRU memory of that many words hits. misses: of an LRU "
        "memory of so many words. multicast: reads when one serves all PEs "
        "that use the word in the same access of theirs; at once and distance: "
        "uses that belong together, apart by so many accesses.");
    return fflush(to) == 0 && ferror(to) == 0;
}
