/* grid.c - writes numbers for people, aligns cells in columns and wraps
 * paragraphs.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/grid.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"
#include "sim/base/text_stream.h"

#define COLUMNS_MAX 24
#define NAME_WIDTH_MIN 8

static struct number_text grouped(uint64_t value)
{
    char digits[32];
    struct number_text out;
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
    int to = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out.text[to++] = ',';
        out.text[to++] = digits[i];
    }
    out.text[to] = '\0';
    return out;
}

struct number_text text_count(uint64_t value)
{
    static const char prefix[] = "GTPE"; /* 10^9 ... 10^18 */
    if (value < 10000000000u)
        return grouped(value);
    double scaled = (double)value / 1e9;
    int k = 0;
    while (scaled >= 999.95 && prefix[k + 1] != '\0') {
        scaled /= 1e3;
        k++;
    }
    struct number_text number = text_real(scaled), out;
    snprintf(out.text, sizeof(out.text), "%.20s %c", number.text, prefix[k]);
    return out;
}

struct number_text text_real(double value)
{
    struct number_text out;
    double size = fabs(value);
    if (size < 1e-300)
        snprintf(out.text, sizeof(out.text), "0");
    else if (size < 0.001 || size >= 9999999.5)
        snprintf(out.text, sizeof(out.text), "%.3e", value);
    else if (size < 0.99995)
        snprintf(out.text, sizeof(out.text), "%.4f", value);
    else if (size < 999.95)
        snprintf(out.text, sizeof(out.text), "%.*f",
                 size < 9.9995   ? 3
                 : size < 99.995 ? 2
                                 : 1,
                 value);
    else
        snprintf(out.text, sizeof(out.text), "%s%.29s", value < 0 ? "-" : "",
                 grouped((uint64_t)(size + 0.5)).text);
    return out;
}

struct number_text text_short(double value)
{
    static const char prefix[] = " kMGTPEZY"; /* 10^0, 10^3 ... 10^24 */
    struct number_text out;
    int k = 0;
    while (value >= 999.5 && prefix[k + 1] != '\0') {
        value /= 1e3;
        k++;
    }
    int digits = value >= 99.95 || k == 0 ? 0 : value >= 9.995 ? 1 : 2;
    int n = snprintf(out.text, sizeof(out.text), "%.*f", digits, value);
    if (k > 0 && n < (int)sizeof(out.text) - 1)
        snprintf(out.text + n, sizeof(out.text) - (size_t)n, "%c", prefix[k]);
    return out;
}

struct number_text text_percent(double share)
{
    struct number_text out;
    if (share > 0 && share < 0.0005)
        snprintf(out.text, sizeof(out.text), "<0.1");
    else
        snprintf(out.text, sizeof(out.text), "%.1f", 100 * share);
    return out;
}

static void put_blanks(int n, FILE *to)
{
    static const char blanks[] = "                                ";
    for (const int most = sizeof(blanks) - 1; n > 0; n -= most)
        fwrite(blanks, 1, (size_t)(n < most ? n : most), to);
}

void text_paragraph(FILE *to, const char *label, const char *text)
{
    int indent = (int)strlen(label), column = indent;
    bool is_line_start = true;
    fputs(label, to);
    for (const char *word = text; *word != '\0';) {
        int length = (int)strcspn(word, " ");
        if (!is_line_start && column + 1 + length > REPORT_COLUMNS) {
            fputc('\n', to);
            put_blanks(indent, to);
            column = indent;
            is_line_start = true;
        }
        /* A word longer than a line is cut into lines. */
        int fits = REPORT_COLUMNS - column - (is_line_start ? 0 : 1);
        int part = length < fits ? length : fits;
        put_blanks(is_line_start ? 0 : 1, to);
        fwrite(word, 1, (size_t)part, to);
        column += part + (is_line_start ? 0 : 1);
        is_line_start = false;
        word += part;
        if (part == length)
            word += strspn(word, " ");
        else {
            fputc('\n', to);
            put_blanks(indent, to);
            column = indent;
            is_line_start = true;
        }
    }
    fputc('\n', to);
}

struct grid {
    int n_columns, n_left;
    bool left_last;
    int n_cells, room;
    char **cell;         /* owns; by rows */
    bool *is_rule_below; /* by rows */
};

struct grid *grid_new(int n_columns, int n_left)
{
    SIM_CHECK(n_columns > 0 && n_columns <= COLUMNS_MAX);
    struct grid *g = xcalloc(1, sizeof(*g));
    g->n_columns = n_columns;
    g->n_left = n_left;
    return g;
}

void grid_free(struct grid *g)
{
    for (int i = 0; i < g->n_cells; i++)
        free(g->cell[i]);
    free(g->cell);
    free(g->is_rule_below);
    free(g);
}

static void add_cell(struct grid *g, const char *text)
{
    if (g->n_cells == g->room) { /* whole rows */
        g->room = g->room == 0 ? 16 * g->n_columns : 2 * g->room;
        int rows = g->room / g->n_columns;
        g->cell = xrealloc(g->cell, (size_t)g->room, sizeof(*g->cell));
        g->is_rule_below =
            xrealloc(g->is_rule_below, (size_t)rows, sizeof(*g->is_rule_below));
    }
    if (g->n_cells % g->n_columns == 0)
        g->is_rule_below[g->n_cells / g->n_columns] = false;
    g->cell[g->n_cells++] = xstrdup(text);
}

void grid_cell(struct grid *g, const char *fmt, ...)
{
    va_list args;
    char text[256];
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    add_cell(g, text);
}

void grid_count(struct grid *g, uint64_t value)
{
    add_cell(g, text_count(value).text);
}

void grid_real(struct grid *g, double value)
{
    add_cell(g, text_real(value).text);
}

void grid_short(struct grid *g, double value)
{
    add_cell(g, text_short(value).text);
}

void grid_percent(struct grid *g, double share)
{
    add_cell(g, text_percent(share).text);
}

void grid_rule(struct grid *g)
{
    SIM_CHECK(g->n_cells > 0 && g->n_cells % g->n_columns == 0);
    g->is_rule_below[g->n_cells / g->n_columns - 1] = true;
}

void grid_left_last(struct grid *g)
{
    g->left_last = true;
}

static int total_width(const int width[], int n, int gap)
{
    int sum = gap * (n - 1);
    for (int i = 0; i < n; i++)
        sum += width[i];
    return sum;
}

/* Without blanks at the line's end: those wait for what comes behind them. */
static void print_row(const struct grid *g, int row, const int width[], int gap,
                      int indent, FILE *to)
{
    int blanks = indent;
    for (int i = 0; i < g->n_columns; i++) {
        const bool is_left =
            i < g->n_left || (g->left_last && i == g->n_columns - 1);
        const char *text = g->cell[row * g->n_columns + i];
        int length = (int)strlen(text), cut = 0;
        if (length > width[i]) { /* the end says more than the beginning */
            cut = 2;
            text += length - (width[i] - cut);
            length = width[i] - cut;
        }
        const int room = width[i] - cut - length;
        int seen = length;
        while (seen > 0 && text[seen - 1] == ' ')
            seen--;
        blanks += (i > 0 ? gap : 0) + (is_left ? 0 : room);
        if (cut + seen > 0) {
            put_blanks(blanks, to);
            fwrite("..", 1, (size_t)cut, to);
            fwrite(text, 1, (size_t)seen, to);
            blanks = 0;
        }
        blanks += length - seen + (is_left ? room : 0);
    }
    fputc('\n', to);
}

void grid_print(const struct grid *g, int indent, FILE *to)
{
    int width[COLUMNS_MAX] = {0}, gap = 2;
    SIM_CHECK(g->n_cells % g->n_columns == 0);
    for (int i = 0; i < g->n_cells; i++) {
        int length = (int)strlen(g->cell[i]);
        if (length > width[i % g->n_columns])
            width[i % g->n_columns] = length;
    }
    int room = REPORT_COLUMNS - indent;
    if (total_width(width, g->n_columns, gap) > room)
        gap = 1;
    int over = total_width(width, g->n_columns, gap) - room;
    if (over > 0) {
        int name = width[0] - over;
        width[0] = name > NAME_WIDTH_MIN ? name : NAME_WIDTH_MIN;
    }
    for (int row = 0; row * g->n_columns < g->n_cells; row++) {
        print_row(g, row, width, gap, indent, to);
        if (!g->is_rule_below[row])
            continue;
        put_blanks(indent, to);
        for (int i = total_width(width, g->n_columns, gap); i > 0; i--)
            fputc('-', to);
        fputc('\n', to);
    }
}
