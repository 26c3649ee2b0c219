/* glossary.c - reads docs/glossary.md, from the installed data or else from the
 * source tree, and prints entries of it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/glossary.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/input_file.h"

#define COLUMNS 80      /* of a line of output */
#define WORD_COLUMNS 27 /* of a word in the list, with the blank behind it */

/* Where the file may be, in the order in which it is looked for. */
static const char *const places[] = {ACCELSIM_DATADIR "/glossary.md",
                                     ACCELSIM_SRCDIR "/docs/glossary.md"};
enum { PLACES = sizeof(places) / sizeof(*places) };

struct entry {
    char *word, *text; /* own */
};

struct glossary {
    struct entry *entry; /* owns */
    int n, room;
};

static char *copy_of(const char *text)
{
    char *copy = xcalloc(strlen(text) + 1, 1);
    return strcpy(copy, text);
}

static void add_word(struct glossary *g, const char *word)
{
    if (g->n == g->room) {
        struct entry *more = xcalloc((size_t)g->room + 256, sizeof(*more));
        if (g->n > 0)
            memcpy(more, g->entry, (size_t)g->n * sizeof(*more));
        free(g->entry);
        g->entry = more;
        g->room += 256;
    }
    g->entry[g->n++].word = copy_of(word);
}

/* An entry's paragraph is the first line behind its title that is not empty;
 * what stands before the first title belongs to none. */
static void read_entries(struct glossary *g, FILE *from)
{
    char *line = NULL;
    size_t line_bytes = 0;
    while (input_line(from, &line, &line_bytes) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "## ", 3) == 0)
            add_word(g, line + 3);
        else if (line[0] != '\0' && g->n > 0 && g->entry[g->n - 1].text == NULL)
            g->entry[g->n - 1].text = copy_of(line);
    }
    free(line);
}

struct glossary *glossary_read(struct diag *d)
{
    struct glossary *g = xcalloc(1, sizeof(*g));
    for (int k = 0; k < PLACES && g->n == 0; k++) {
        struct stat st;
        FILE *from = input_open(places[k], &st);
        if (from == NULL)
            continue;
        if (S_ISREG(st.st_mode))
            read_entries(g, from);
        fclose(from);
    }
    if (g->n > 0)
        return g;
    diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
              "the glossary is missing; it should be '%s' or '%s'", places[0],
              places[1]);
    glossary_free(g);
    return NULL;
}

void glossary_free(struct glossary *g)
{
    if (g == NULL)
        return;
    for (int k = 0; k < g->n; k++) {
        free(g->entry[k].word);
        free(g->entry[k].text);
    }
    free(g->entry);
    free(g);
}

static char plain(char c)
{
    return c == '_' || c == '-' ? ' ' : (char)tolower((unsigned char)c);
}

static bool is_alike(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++)
        if (plain(*a) != plain(*b))
            return false;
    return *a == *b;
}

/* Prints a paragraph, two columns in, and breaks its lines between words. */
static void print_wrapped(const char *text, FILE *to)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, " ");
        if (column > 0 && column + 1 + n > COLUMNS) {
            fputc('\n', to);
            column = 0;
        }
        column += (size_t)fprintf(to, "%s%.*s", column == 0 ? "  " : " ",
                                  (int)n, text);
        text += n + strspn(text + n, " ");
    }
    fputc('\n', to);
}

bool glossary_print(const struct glossary *g, const char *word, FILE *to)
{
    for (int k = 0; k < g->n; k++) {
        if (!is_alike(g->entry[k].word, word))
            continue;
        fprintf(to, "%s\n", g->entry[k].word);
        if (g->entry[k].text != NULL)
            print_wrapped(g->entry[k].text, to);
        return true;
    }
    return false;
}

void glossary_print_words(const struct glossary *g, FILE *to)
{
    const int across = (COLUMNS + 1) / WORD_COLUMNS;
    const int down = (g->n + across - 1) / across;
    for (int row = 0; row < down; row++)
        for (int k = row; k < g->n; k += down)
            fprintf(to, "%-*s%s", k + down < g->n ? WORD_COLUMNS : 0,
                    g->entry[k].word, k + down < g->n ? "" : "\n");
}

void glossary_offer(const struct glossary *g, struct nearest *n)
{
    for (int k = 0; k < g->n; k++)
        nearest_offer(n, g->entry[k].word);
}
