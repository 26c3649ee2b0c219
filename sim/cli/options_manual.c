/* options_manual.c - the manual page and bash's completion, made from the
 * tables of commands and options.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "sim/cli/option_table.h"
#include "sim/cli/options_help.h"

/* Prints a text so that a man page shows it as it is: '-' and '\' would be
 * read as something else, and so would a dot or a quote that begins a line. */
static void put_roff(const char *text, FILE *to)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", to);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            fputs("\\e", to);
        else if (*text == '-')
            fputs("\\-", to);
        else
            fputc(*text, to);
    }
}

static void put_option(const struct option_row *row, FILE *to)
{
    fputs(".TP\n", to);
    if (row->letter != 0) {
        fprintf(to, "\\fB\\-%c\\fR", row->letter);
        if (row->argument != NULL) {
            fputs(" \\fI", to);
            put_roff(row->argument, to);
            fputs("\\fR", to);
        }
        fputs(", ", to);
    }
    fputs("\\fB\\-\\-", to);
    put_roff(row->name, to);
    fputs("\\fR", to);
    if (row->argument != NULL) {
        fputs(row->may_lack ? "[=\\fI" : "=\\fI", to);
        put_roff(row->argument, to);
        fputs(row->may_lack ? "\\fR]" : "\\fR", to);
    }
    fputc('\n', to);
    put_roff(row->doc, to);
    fputs(".\n", to);
}

/* Prints the commands that honour an option, unless all of them do. */
static void put_commands(const struct option_row *row, FILE *to)
{
    const char *between = "(";
    unsigned all = OPTION_FOR(COMMAND_N) - 1;
    if ((row->commands & all) == all)
        return;
    for (int k = 0; k < COMMAND_N; k++)
        if (option_honoured(row, (enum command)k)) {
            fprintf(to, "%s%s", between, command_name[k]);
            between = ", ";
        }
    fputs(")\n", to);
}

void options_manual(FILE *to)
{
    fprintf(to,
            ".TH ACCELSIM 1 \"\" \"accelsim %s\" \"User Commands\"\n"
            ".SH NAME\naccelsim \\- cycle\\-level simulator of spatial DNN "
            "accelerators\n"
            ".SH SYNOPSIS\n.B accelsim\n[\\fICOMMAND\\fR] "
            "[\\fIOPTION\\fR...]\n.SH DESCRIPTION\n",
            ACCELSIM_VERSION);
    put_roff(options_summary, to);
    fputs("\n.SH COMMANDS\nThe first is done when none is named.\n", to);
    for (int k = 0; k < COMMAND_N; k++) {
        fprintf(to, ".TP\n\\fB%s\\fR ", command_name[k]);
        put_roff(command_operand[k], to);
        fputc('\n', to);
        put_roff(command_doc[k], to);
        fputs(".\n", to);
    }
    fputs(".SH OPTIONS\nThe commands that honour an option stand behind it in "
          "parentheses, unless all do; the others refuse it.\n",
          to);
    for (const struct option_row *row = option_table; row->doc != NULL; row++)
        if (row->kind == OPTION_TITLE) {
            fputs(".SS \"", to);
            put_roff(row->doc, to);
            fputs("\"\n", to);
        } else {
            put_option(row, to);
            put_commands(row, to);
        }
    fputs(".SH EXIT STATUS\n", to);
    put_roff(options_statuses, to);
    fputs("\n.SH ENVIRONMENT\n.TP\n.B ACCELSIM_PATH\nFolders, with colons "
          "between them, in which configurations are looked for by name.\n"
          ".SH EXAMPLE\n.nf\naccelsim \\-\\-cfg eyeriss.cfg \\-\\-layer "
          "conv2\n.fi\n",
          to);
}

/* Whether an argument's text is a list of words to choose from. */
static bool is_choice(const char *argument)
{
    return argument != NULL && strchr(argument, '|') != NULL &&
           strspn(argument, "abcdefghijklmnopqrstuvwxyz0123456789|") ==
               strlen(argument);
}

static void put_command_names(FILE *to)
{
    for (int k = 0; k < COMMAND_N; k++)
        fprintf(to, "%s%s", k > 0 ? " " : "", command_name[k]);
}

/* "[run|model]" as "run model"; of what stands in capitals for words to choose
 * from, COMMAND is the commands' names, and others are left out. */
static void put_words(const char *choice, FILE *to)
{
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *between = "";
    for (choice += strspn(choice, "[]|"); *choice != '\0';
         choice += strspn(choice, "[]|")) {
        size_t n = strcspn(choice, "[]|");
        bool is_command = strncmp(choice, "COMMAND", n) == 0;
        if (is_command || strspn(choice, capitals) < n) {
            fputs(between, to);
            between = " ";
        }
        if (is_command)
            put_command_names(to);
        else if (strspn(choice, capitals) < n)
            fwrite(choice, 1, n, to);
        choice += n;
    }
}

/* The cases of the word before: an option whose value is one of some words, or
 * is completed as a file's name. */
static void put_choices(FILE *to)
{
    const char *between = "    ";
    for (const struct option_row *row = option_table; row->doc != NULL; row++)
        if (is_choice(row->argument)) {
            fprintf(to, "    --%s) words=\"", row->name);
            put_words(row->argument, to);
            fputs("\" ;;\n", to);
        }
    for (const struct option_row *row = option_table; row->doc != NULL; row++)
        if (row->argument != NULL && !row->may_lack &&
            !is_choice(row->argument)) {
            fprintf(to, "%s--%s", between, row->name);
            if (row->letter != 0)
                fprintf(to, "|-%c", row->letter);
            between = "|";
        }
    fputs(") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", to);
}

/* The case of a command: its operands, if they are words, and its options. */
static void put_options(int k, FILE *to)
{
    fprintf(to, "    %s) words=\"", command_name[k]);
    if (strchr(command_operand[k], '|') != NULL)
        put_words(command_operand[k], to);
    for (const struct option_row *row = option_table; row->doc != NULL; row++)
        if (row->name != NULL && option_honoured(row, (enum command)k))
            fprintf(to, " --%s", row->name);
    fputs("\" ;;\n", to);
}

void options_completion(FILE *to)
{
    fputs("# Completes accelsim's command line for bash.\n"
          "_accelsim()\n{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} words= commands=\"",
          to);
    put_command_names(to);
    fputs("\"\n"
          "    local before=${COMP_WORDS[COMP_CWORD-1]} "
          "command=${COMP_WORDS[1]}\n"
          "    # Of --option=value, '=' is a word of its own.\n"
          "    if [[ $word == = ]]; then word=\n"
          "    elif [[ $before == = ]]; then "
          "before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
          "    case $before in\n",
          to);
    put_choices(to);
    fputs("    esac\n"
          "    if [[ -n $words ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "        return\n"
          "    fi\n"
          "    [[ \" $commands \" == *\" $command \"* ]] || command=",
          to);
    fprintf(to, "%s\n    case $command in\n", command_name[0]);
    for (int k = 0; k < COMMAND_N; k++)
        put_options(k, to);
    fputs("    esac\n"
          "    (( COMP_CWORD > 1 )) || words=\"$commands $words\"\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "}\n"
          "complete -F _accelsim accelsim\n",
          to);
}
