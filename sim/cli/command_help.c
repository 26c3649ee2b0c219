/* command_help.c - the help: of all, of a command, as a manual page, or as a
 * script that completes the command line.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/cli/options_fault.h"
#include "sim/cli/options_help.h"

static const struct src_pos command_line = {NULL, 0};

static bool unknown_word(const char *word, struct diag *d)
{
    struct nearest near;
    nearest_start(&near, word);
    for (int k = 0; k < COMMAND_N; k++)
        nearest_offer(&near, command_name[k]);
    nearest_offer(&near, "man");
    nearest_offer(&near, "completion");
    return diag_error(d, command_line,
                      "there is no help for '%s'; the nearest word is '%s'",
                      word, near.best);
}

void command_help(struct invocation *s)
{
    const char *word = s->options.operand;
    struct options about = {.action = ACTION_HELP};
    if (word != NULL && strcmp(word, "man") == 0)
        options_manual(stdout);
    else if (word != NULL && strcmp(word, "completion") == 0)
        options_completion(stdout);
    else if (word != NULL && !options_find_command(word, &about.command))
        unknown_word(word, s->diag);
    else {
        about.names_command = word != NULL;
        options_print_about(&about, stdout);
    }
}
