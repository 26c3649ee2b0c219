/* command_help.c - the help: of all, of a command, of a word of the reports,
 * and the pages that are made from tables.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/cli/command.h"
#include "sim/cli/glossary.h"
#include "sim/cli/invocation.h"
#include "sim/cli/options_fault.h"
#include "sim/cli/options_help.h"
#include "sim/report/document_schema.h"
#include "sim/sweep/sweep_schema.h"

static const struct src_pos command_line = {NULL, 0};

/* Pages that are files elsewhere; the program makes them from its tables. */
static const struct {
    const char *name;
    void (*print)(FILE *to);
} pages[] = {
    {"man", options_manual},
    {"completion", options_completion},
    {"schema", document_schema},
    {"sweep-schema", sweep_schema},
};
enum { PAGES = sizeof(pages) / sizeof(pages[0]) };

/* The word that stands for the list of all words of the glossary. */
static const char all_words[] = "words";

static bool unknown_word(const char *word, const struct glossary *g,
                         struct diag *d)
{
    struct nearest near;
    nearest_start(&near, word);
    for (int k = 0; k < COMMAND_N; k++)
        nearest_offer(&near, command_name[k]);
    for (int k = 0; k < PAGES; k++)
        nearest_offer(&near, pages[k].name);
    nearest_offer(&near, all_words);
    glossary_offer(g, &near);
    return diag_error(d, command_line,
                      "there is no help for '%s'; the nearest word is '%s'",
                      word, near.best);
}

/* Prints the glossary's entry of a word, or the list of its words. */
static bool print_word(const char *word, struct diag *d)
{
    struct glossary *g = glossary_read(d);
    bool ok = g != NULL;
    if (ok && strcmp(word, all_words) == 0)
        glossary_print_words(g, stdout);
    else if (ok)
        ok = glossary_print(g, word, stdout) || unknown_word(word, g, d);
    glossary_free(g);
    return ok;
}

void command_help(struct invocation *s)
{
    const char *word = s->options.operand;
    struct options about = {.action = ACTION_HELP};
    for (int k = 0; word != NULL && k < PAGES; k++)
        if (strcmp(word, pages[k].name) == 0) {
            pages[k].print(stdout);
            return;
        }
    about.names_command = word != NULL;
    if (word == NULL || options_find_command(word, &about.command))
        options_print_about(&about, stdout);
    else
        print_word(word, s->diag);
}
