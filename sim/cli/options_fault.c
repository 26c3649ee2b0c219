/* options_fault.c - says in one line what is wrong with a word of the command
 * line that argp could not read, and what was probably meant.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/options_fault.h"

#include <string.h>

#include "sim/base/nearest.h"
#include "sim/cli/option_table.h"

static const struct src_pos command_line = {NULL, 0};

bool options_find_command(const char *word, enum command *out)
{
    for (int k = 0; k < COMMAND_N; k++)
        if (strcmp(word, command_name[k]) == 0) {
            *out = (enum command)k;
            return true;
        }
    return false;
}

static int options_that_begin_with(const char *word)
{
    int found = 0;
    size_t n = strcspn(word, "=") - 2;
    for (const struct option_row *row = option_table; row->doc != NULL; row++)
        found += row->name != NULL && strncmp(row->name, word + 2, n) == 0;
    return found;
}

static void bad_long_option(const char *word, struct diag *d)
{
    const struct option_row *option = option_find(word + 2);
    char given[64] = "";
    struct nearest near;
    strncat(given, word, strnlen(word, sizeof(given) - 1));
    given[strcspn(given, "=")] = '\0';
    if (option != NULL && option->argument != NULL) {
        diag_error(d, command_line, "'%s' has no value; %s is needed", given,
                   option->argument);
        return;
    }
    if (option != NULL) {
        diag_error(d, command_line, "'%s' has a value; it takes none", given);
        return;
    }
    if (options_that_begin_with(word) > 1) {
        diag_error(d, command_line,
                   "'%s' is short for several options; more letters are "
                   "needed",
                   given);
        return;
    }
    nearest_start(&near, given + 2);
    for (const struct option_row *row = option_table; row->doc != NULL; row++)
        if (row->name != NULL)
            nearest_offer(&near, row->name);
    diag_error(d, command_line, "unknown option '%s'; the nearest is '--%s'",
               given, near.best);
}

/* The row of a letter that takes a value, or NULL. */
static const struct option_row *lettered(int letter)
{
    for (const struct option_row *row = option_table; row->doc != NULL; row++)
        if (row->letter == letter && row->argument != NULL)
            return row;
    return NULL;
}

void options_bad_option(const struct argp_state *state, struct diag *d)
{
    const struct option_row *row;
    const char *word = state->argv[state->next > 0 ? state->next - 1 : 0];
    /* In the middle of a cluster such as -xj, argp has not left the word
     * yet. */
    if (strncmp(word, "--", 2) != 0 && state->next < state->argc &&
        state->argv[state->next][0] == '-')
        word = state->argv[state->next];
    if (strncmp(word, "--", 2) == 0)
        bad_long_option(word, d);
    else if (word[0] == '-' && strlen(word) > 2 &&
             option_find(word + 1) != NULL)
        diag_error(d, command_line, "unknown option '%s'; '-%s' has two dashes",
                   word, word);
    else if (word[0] == '-' && strlen(word) == 2 &&
             (row = lettered(word[1])) != NULL)
        diag_error(d, command_line, "'%s' has no value; %s is needed", word,
                   row->argument);
    else
        diag_error(d, command_line,
                   "unknown option '%s'; 'accelsim --help' lists them", word);
}

/* The command that `word` was to be, or NULL. */
static const char *meant_command(const char *word)
{
    struct nearest near;
    nearest_start(&near, word);
    for (int k = 0; k < COMMAND_N; k++)
        nearest_offer(&near, command_name[k]);
    return near.distance <= 2 && near.distance < (int)strlen(word) - 1
               ? near.best
               : NULL;
}

void options_stray_word(const char *word, bool is_first, struct diag *d)
{
    enum command command;
    if (options_find_command(word, &command))
        diag_error(d, command_line,
                   "the command '%s' stands behind an option; it comes first, "
                   "as in 'accelsim %s --cfg FILE'",
                   word, word);
    else if (is_first && meant_command(word) != NULL)
        diag_error(d, command_line, "unknown command '%s'; the nearest is '%s'",
                   word, meant_command(word));
    else
        diag_error(d, command_line,
                   "'%s' stands without an option; '--layer %s' was meant, "
                   "perhaps",
                   word, word);
}
