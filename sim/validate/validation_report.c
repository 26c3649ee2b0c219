/* validation_report.c - claims beside what was found: for people, as a page of
 * the documentation (docs/validation.md), and for programs.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "sim/base/text_stream.h"
#include "sim/report/grid.h"
#include "sim/report/report_tree.h"
#include "sim/validate/validation.h"

enum { FIELDS = 7 };

static struct number_text number(double value)
{
    struct number_text none = {""};
    if (isnan(value))
        return none;
    if (value == floor(value) && value >= 0 && value < 1e15)
        return text_count((uint64_t)value);
    return text_real(value);
}

static struct number_text percent(const char *format, double share)
{
    struct number_text out = {""};
    if (!isnan(share))
        snprintf(out.text, sizeof(out.text), format, 100 * share);
    return out;
}

/* Writes the fields of a row after its name. */
static void fields_of(const struct validation_row *row,
                      struct number_text field[FIELDS])
{
    double error = validation_error(row);
    memset(field, 0, FIELDS * sizeof(*field));
    field[0] = number(row->published);
    field[1] = number(row->ours);
    snprintf(field[2].text, sizeof(field[2].text), "%s", row->unit);
    if (row->published == 0)
        field[3] = number(error);
    else
        field[3] = percent("%+.1f %%", error);
    if (row->tolerance == 0)
        snprintf(field[4].text, sizeof(field[4].text), "exact");
    else
        field[4] = percent("%.1f %%", row->tolerance);
    snprintf(field[5].text, sizeof(field[5].text), "%s",
             validation_verdict_name[row->verdict]);
}

static const char *const field_name[] = {"published", "here",    "unit",
                                         "error",     "allowed", "verdict"};

/* "37.83 (-3.5 %)": a variant's cell. */
static struct number_text variant_cell(const struct validation_row *row)
{
    struct number_text out = number(row->ours);
    double error = validation_error(row);
    size_t n = strlen(out.text);
    if (!isnan(error))
        snprintf(out.text + n, sizeof(out.text) - n, " (%+.0f %%)",
                 100 * error);
    return out;
}

/* The texts below a table: each once, with the rows that it is about when it
 * is not about all. */
struct remarks {
    const struct validation_row *row;
    int n_rows, step;
};

static const char *remark_of(const struct validation_row *row, int kind)
{
    const char *text[] = {row->source, row->reason, row->note,
                          row->verdict == VERDICT_KNOWN_MISS ? row->known_miss
                                                             : ""};
    return text[kind];
}

static const char *const remark_label[] = {"Source", "Allowed", "Note",
                                           "Known miss"};
enum { REMARKS = 4 };

static bool said_before(const struct remarks *r, int i, int kind)
{
    for (int k = 0; k < i; k += r->step)
        if (strcmp(remark_of(&r->row[k], kind), remark_of(&r->row[i], kind)) ==
            0)
            return true;
    return false;
}

static bool about_all(const struct remarks *r, int i, int kind)
{
    for (int k = 0; k < r->n_rows; k += r->step)
        if (strcmp(remark_of(&r->row[k], kind), remark_of(&r->row[i], kind)) !=
            0)
            return false;
    return true;
}

static void print_who(const struct remarks *r, int i, int kind, FILE *to)
{
    const char *comma = "";
    for (int k = i; k < r->n_rows; k += r->step)
        if (strcmp(remark_of(&r->row[k], kind), remark_of(&r->row[i], kind)) ==
            0) {
            fprintf(to, "%s%s", comma, r->row[k].item);
            comma = ", ";
        }
    fputs(": ", to);
}

static void print_remarks(const struct remarks *r, const char *before,
                          const char *after, FILE *to)
{
    for (int kind = 0; kind < REMARKS; kind++)
        for (int i = 0; i < r->n_rows; i += r->step) {
            const char *text = remark_of(&r->row[i], kind);
            char label[32];
            char *line = NULL;
            size_t bytes;
            FILE *words;
            if (text[0] == '\0' || said_before(r, i, kind))
                continue;
            words = text_stream(&line, &bytes);
            if (!about_all(r, i, kind))
                print_who(r, i, kind, words);
            fputs(text, words);
            SIM_CHECK(fclose(words) == 0);
            snprintf(label, sizeof(label), "%s%s%s", before, remark_label[kind],
                     after);
            if (before[0] == '-')
                fprintf(to, "%s%s\n", label, line);
            else
                text_paragraph(to, label, line);
            free(line);
        }
}

static bool has_account(const struct validation_row *row, int n)
{
    for (int i = 0; i < n; i++)
        if (row[i].account != NULL)
            return true;
    return false;
}

/* ---- for people ---- */

static void table_check(const struct validation_row *row, int n, FILE *to)
{
    const int columns = 7;
    struct grid *g = grid_new(columns, 1);
    grid_cell(g, "%s", "");
    for (int k = 0; k < columns - 1; k++)
        grid_cell(g, "%s", field_name[k]);
    grid_rule(g);
    for (int i = 0; i < n; i++) {
        struct number_text field[FIELDS];
        fields_of(&row[i], field);
        grid_cell(g, "%s", row[i].item);
        for (int k = 0; k < columns - 1; k++)
            grid_cell(g, "%s", field[k].text);
    }
    grid_print(g, 4, to);
    grid_free(g);
    for (int i = 0; i < n; i++)
        if (row[i].account != NULL)
            fprintf(to, "    %s: %s\n", row[i].item, row[i].account);
}

static void table_variants(const struct validation_row *row, int n, int width,
                           FILE *to)
{
    struct grid *g = grid_new(2 + width, 1);
    grid_cell(g, "%s", row[0].unit);
    grid_cell(g, "published");
    for (int k = 0; k < width; k++)
        grid_cell(g, "%s", row[k].run);
    grid_rule(g);
    for (int i = 0; i < n; i += width) {
        grid_cell(g, "%s", row[i].item);
        grid_cell(g, "%s", number(row[i].published).text);
        for (int k = 0; k < width; k++)
            grid_cell(g, "%s", variant_cell(&row[i + k]).text);
    }
    grid_print(g, 4, to);
    grid_free(g);
}

static void print_sum(const struct validation *v, FILE *to)
{
    int rows = 0;
    for (int i = 0; i < v->n_groups; i++)
        rows += v->group[i].n_rows;
    fprintf(to,
            "%d rows: %d pass, %d missed, %d known misses, %d without a "
            "verdict, %d absent from this build.\n",
            rows, validation_count(v, VERDICT_PASS),
            validation_count(v, VERDICT_MISS),
            validation_count(v, VERDICT_KNOWN_MISS),
            validation_count(v, VERDICT_NONE),
            validation_count(v, VERDICT_ABSENT));
}

void validation_write_table(const struct validation *v, FILE *to)
{
    for (int i = 0; i < v->n_groups; i++) {
        const struct validation_group *g = &v->group[i];
        if (g->n_rows == 0)
            continue;
        fprintf(to, "%s\n\n", g->title);
        for (int k = 0; k < g->n_checks; k++) {
            const struct validation_check *c = &g->check[k];
            const struct validation_row *row = &g->row[c->first_row];
            struct remarks r = {row, c->n_rows,
                                c->n_variants > 0 ? c->n_variants : 1};
            fprintf(to, "  %s\n", c->claim);
            if (c->n_variants > 0)
                table_variants(row, c->n_rows, c->n_variants, to);
            else
                table_check(row, c->n_rows, to);
            print_remarks(&r, "    ", ": ", to);
            fputc('\n', to);
        }
    }
    print_sum(v, to);
}

/* ---- docs/validation.md ---- */

static void markdown_check(const struct validation_row *row, int n, FILE *to)
{
    bool accounts = has_account(row, n);
    fputs("| |", to);
    for (int k = 0; k < 6; k++)
        fprintf(to, " %s |", field_name[k]);
    fputs(accounts ? " where the PE-cycles went |\n|---|" : "\n|---|", to);
    for (int k = 0; k < 6 + accounts; k++)
        fputs("---|", to);
    fputc('\n', to);
    for (int i = 0; i < n; i++) {
        struct number_text field[FIELDS];
        fields_of(&row[i], field);
        fprintf(to, "| %s |", row[i].item);
        for (int k = 0; k < 6; k++)
            fprintf(to, " %s |", field[k].text);
        if (accounts)
            fprintf(to, " %s |", row[i].account != NULL ? row[i].account : "");
        fputc('\n', to);
    }
}

static void markdown_variants(const struct validation_row *row, int n,
                              int width, FILE *to)
{
    fprintf(to, "| %s | published |", row[0].unit);
    for (int k = 0; k < width; k++)
        fprintf(to, " %s |", row[k].run);
    fputs("\n|---|---|", to);
    for (int k = 0; k < width; k++)
        fputs("---|", to);
    fputc('\n', to);
    for (int i = 0; i < n; i += width) {
        fprintf(to, "| %s | %s |", row[i].item, number(row[i].published).text);
        for (int k = 0; k < width; k++)
            fprintf(to, " %s |", variant_cell(&row[i + k]).text);
        fputc('\n', to);
    }
}

void validation_write_markdown(const struct validation *v, FILE *to)
{
    fputs(
        "# Validation\n\n"
        "Written by `accelsim validate --format markdown`; the claims are in "
        "`configs/validation/`.\nA row passes when its error is within what "
        "is allowed, for the reason below its table;\na known miss is outside "
        "and explained; a row without a verdict is a prediction, or a\nfigure "
        "to read others by.\n\n",
        to);
    print_sum(v, to);
    for (int i = 0; i < v->n_groups; i++) {
        const struct validation_group *g = &v->group[i];
        if (g->n_rows == 0)
            continue;
        fprintf(to, "\n## %s\n\n%s\n", g->title, g->about);
        for (int k = 0; k < g->n_checks; k++) {
            const struct validation_check *c = &g->check[k];
            const struct validation_row *row = &g->row[c->first_row];
            struct remarks r = {row, c->n_rows,
                                c->n_variants > 0 ? c->n_variants : 1};
            fprintf(to, "\n### %s\n\n", c->claim);
            if (c->n_variants > 0)
                markdown_variants(row, c->n_rows, c->n_variants, to);
            else
                markdown_check(row, c->n_rows, to);
            fputc('\n', to);
            print_remarks(&r, "- ", ": ", to);
        }
    }
}

/* ---- for programs ---- */

/* Writes a number, or null where there is none. */
static void put_real(json_t *object, const char *key, double value)
{
    if (isnan(value))
        tree_put(object, key, json_null());
    else
        tree_put_real(object, key, value);
}

static json_t *row_object(const struct validation_group *g,
                          const struct validation_row *row)
{
    json_t *o = tree_object();
    tree_put_text(o, "group", g->title);
    tree_put_text(o, "claim", row->claim);
    tree_put_text(o, "item", row->item);
    tree_put_text(o, "run", row->run);
    tree_put_text(o, "quantity", row->quantity);
    tree_put_text(o, "unit", row->unit);
    tree_put_text(o, "source", row->source);
    put_real(o, "published", row->published);
    put_real(o, "ours", row->ours);
    put_real(o, "error", validation_error(row));
    put_real(o, "tolerance", row->tolerance);
    tree_put_text(o, "reason", row->reason);
    tree_put_text(o, "note",
                  row->known_miss[0] != '\0' ? row->known_miss : row->note);
    if (row->account != NULL)
        tree_put_text(o, "account", row->account);
    tree_put_text(o, "verdict",
                  row->verdict == VERDICT_MISS ? "miss"
                  : row->verdict == VERDICT_NONE
                      ? "none"
                      : validation_verdict_name[row->verdict]);
    return o;
}

void validation_write_json(const struct validation *v, FILE *to)
{
    json_t *document = tree_object(), *rows = tree_array();
    for (int i = 0; i < v->n_groups; i++)
        for (int k = 0; k < v->group[i].n_rows; k++)
            tree_append(rows, row_object(&v->group[i], &v->group[i].row[k]));
    tree_put_text(document, "accelsim", ACCELSIM_VERSION);
    tree_put_count(document, "schema", 1);
    tree_put(document, "rows", rows);
    tree_put(document, "unexpected_misses",
             json_integer(validation_count(v, VERDICT_MISS)));
    SIM_CHECK(tree_print(document, to));
}
