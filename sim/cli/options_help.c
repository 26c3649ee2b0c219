/* options_help.c - what --help, --usage and --version print: the table of
 * options, set by glibc's argp, and for a command the options that it honours.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/options_help.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/base/text_stream.h"
#include "sim/cli/options.h"
#include "sim/cli/options_argp.h"

#ifndef ACCELSIM_VERSION
#error "ACCELSIM_VERSION: the version as text"
#endif

#define KEY_FIRST 256 /* of options without a letter */

const char options_summary[] =
    "Simulates a spatial DNN accelerator cycle by cycle: how many cycles a "
    "layer takes, where they went, and how many pJ.";

const char options_statuses[] =
    "Exit status: 0 success, 1 bad usage or configuration, 2 no legal mapping, "
    "3 a --check mismatch or a claim that validate missed, 4 I/O error, 5 the "
    "machine deadlocked or passed --max-cycles, or --wall-limit has passed.";

static int key_of(int i)
{
    return option_table[i].letter != 0 ? option_table[i].letter : KEY_FIRST + i;
}

int options_argp_row(int key)
{
    for (int i = 0; option_table[i].doc != NULL; i++)
        if (option_table[i].name != NULL && key_of(i) == key)
            return i;
    return -1;
}

static int count_titles(void)
{
    int n = 0;
    for (int i = 0; option_table[i].doc != NULL; i++)
        n += option_table[i].kind == OPTION_TITLE;
    return n;
}

/* A title is kept until a row below it is honoured.  argp puts 'help' and
 * 'version' into its group -1, so the last title's group is that one. */
void options_argp_rows(unsigned commands, struct argp_option out[OPTIONS_MAX])
{
    const struct option_row *title = NULL;
    int group = -count_titles() - 1, n = 0;
    for (int i = 0; option_table[i].doc != NULL; i++) {
        const struct option_row *row = &option_table[i];
        if (row->kind == OPTION_TITLE) {
            title = row;
            group++;
            continue;
        }
        if ((row->commands & commands) == 0)
            continue;
        if (title != NULL)
            out[n++] = (struct argp_option){.doc = title->doc, .group = group};
        title = NULL;
        out[n++] = (struct argp_option){
            .name = row->name,
            .key = key_of(i),
            .arg = row->argument,
            .flags = row->may_lack ? OPTION_ARG_OPTIONAL : 0,
            .doc = row->doc,
        };
    }
    out[n] = (struct argp_option){0};
}

/* What stands before and, behind '\v', after the options. */
static char *text_of(const struct options *o)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    if (o->names_command) {
        fprintf(to, "%s: %s.\v", command_name[o->command],
                command_doc[o->command]);
        fputs("'accelsim --help' lists all commands and options.", to);
    } else {
        fprintf(to, "%s\v  accelsim --cfg eyeriss.cfg --layer conv2\n\n",
                options_summary);
        fputs("Commands, the first by default:\n", to);
        for (int k = 0; k < COMMAND_N; k++)
            fprintf(to, "  %-9s %s\n", command_name[k], command_doc[k]);
        fprintf(to,
                "\nA command refuses the options that it has no use for; "
                "'accelsim COMMAND --help' lists those that it honours.\n\n%s",
                options_statuses);
    }
    SIM_CHECK(fclose(to) == 0);
    return text;
}

void options_print_about(const struct options *o, FILE *to)
{
    struct argp_option rows[OPTIONS_MAX];
    struct argp argp = {.options = rows};
    char program[64] = "accelsim [COMMAND]";
    char *text = text_of(o);
    argp.doc = text;
    if (o->names_command) {
        snprintf(program, sizeof(program), "accelsim %s",
                 command_name[o->command]);
        if (command_operand[o->command][0] != '\0')
            argp.args_doc = command_operand[o->command];
    }
    options_argp_rows(o->names_command ? OPTION_FOR(o->command) : OPTIONS_ALL,
                      rows);
    if (o->action == ACTION_VERSION)
        fprintf(to, "accelsim %s\n", ACCELSIM_VERSION);
    else
        argp_help(&argp, to,
                  o->action == ACTION_USAGE ? ARGP_HELP_USAGE
                                            : ARGP_HELP_STD_HELP,
                  program);
    free(text);
}
