/* options.c - reads the command line, by glibc's argp and the table of options.
 *
 * argp words its own errors in two lines; ours are one line, so its messages
 * are switched off and the argument at fault is worked out by
 * sim/cli/options_fault.c.  That switches off its help as well, which
 * sim/cli/options_help.c prints.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/whole_number.h"
#include "sim/cli/options_argp.h"
#include "sim/cli/options_fault.h"
#include "sim/cli/options_fit.h"

struct parse {
    struct options *options;
    struct diag *d;
    const char *first; /* word of the command line */
};

static const struct src_pos command_line = {NULL, 0};

static bool read_number(const struct option_row *row, const char *text,
                        int64_t *out, struct diag *d)
{
    int64_t value = 0;
    enum number_read read = whole_number_read(text, &value);
    if (read == NUMBER_NONE)
        return diag_error(d, command_line,
                          "'--%s' is '%s'; a whole number is needed", row->name,
                          text);
    if (read == NUMBER_TOO_LARGE || value < row->min || value > row->max)
        return diag_error(d, command_line,
                          "'--%s' is %s; it may be %lld to %lld", row->name,
                          text, (long long)row->min, (long long)row->max);
    *out = value;
    return true;
}

static void read_value(const struct option_row *row, const char *text,
                       struct options *o, struct diag *d)
{
    void *field = (char *)o + row->offset;
    int64_t value = 0;
    switch (row->kind) {
    case OPTION_TEXT:
        *(const char **)field = text;
        break;
    case OPTION_ON:
    case OPTION_OFF:
        *(bool *)field = row->kind == OPTION_ON;
        break;
    case OPTION_INT:
        if (read_number(row, text, &value, d))
            *(int *)field = (int)value;
        break;
    case OPTION_COUNT:
        if (read_number(row, text, &value, d))
            *(uint64_t *)field = (uint64_t)value;
        break;
    case OPTION_OWN:
        row->read(text, field, d);
        break;
    case OPTION_TITLE:
        break;
    }
}

void texts_add(struct texts *texts, const char *text)
{
    texts->text =
        xrealloc(texts->text, (size_t)texts->n + 1, sizeof(*texts->text));
    texts->text[texts->n++] = text;
}

void texts_fini(struct texts *texts)
{
    free(texts->text);
    *texts = (struct texts){NULL, 0};
}

/* Whether another word may stand behind the command. */
static bool takes_word(const struct options *o)
{
    const char *operand = command_operand[o->command];
    const size_t n = strlen(operand);
    return operand[0] != '\0' &&
           (o->operand == NULL ||
            (n > 3 && strcmp(operand + n - 3, "...") == 0));
}

/* A word without dashes: an operand of the command, or one too many. */
static void read_word(const char *word, struct parse *p)
{
    struct options *o = p->options;
    if (!takes_word(o)) {
        options_stray_word(word, word == p->first, p->d);
        return;
    }
    if (o->operand == NULL)
        o->operand = word;
    texts_add(&o->operands, word);
}

/* Whether what to do is known: the rest of the words does not matter any more,
 * not even the letters behind '?' in '-?j'. */
static bool is_told(const struct options *o)
{
    return o->action >= ACTION_HELP;
}

static error_t parse_one(int key, char *text, struct argp_state *state)
{
    struct parse *p = state->input;
    int i = options_argp_row(key);
    if (key == ARGP_KEY_ARG) {
        read_word(text, p);
        return 0;
    }
    if (key == ARGP_KEY_ERROR && diag_count(p->d) == 0 && !is_told(p->options))
        options_bad_option(state, p->d);
    if (i < 0)
        return ARGP_ERR_UNKNOWN;
    p->options->given[i] = true;
    read_value(&option_table[i], text, p->options, p->d);
    return is_told(p->options) ? ECANCELED : 0;
}

bool options_parse(int argc, char **argv, struct options *out, struct diag *d)
{
    struct parse p = {out, d, argc > 1 ? argv[1] : NULL};
    struct argp_option rows[OPTIONS_MAX];
    const struct argp argp = {.options = rows, .parser = parse_one};
    error_t error;
    memset(out, 0, sizeof(*out));
    out->memo = true;
    out->kernel = "native";
    out->systemc.grain = BLOCK_GRAIN_ARRAY;
    out->format = REPORT_TABLE;
    map_options_start(&out->map);
    if (argc <= 1)
        return diag_error(d, command_line,
                          "nothing to do; usage: accelsim --cfg FILE [--layer "
                          "NAME|all] [OPTION...], see 'accelsim --help'");
    if (options_find_command(argv[1], &out->command)) {
        out->names_command = true;
        argv[1] = argv[0]; /* argp starts behind the command's name */
        argv++;
        argc--;
    }
    options_argp_rows(OPTIONS_ALL, rows);
    error =
        argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &p);
    if (error == ENOMEM)
        memory_is_out();
    if (error != 0 && diag_count(d) == 0 && !is_told(out))
        diag_error(d, command_line,
                   "the command line cannot be read (%s); 'accelsim --help' "
                   "lists the options",
                   strerror(error));
    if (out->output != NULL && strcmp(out->output, "-") == 0)
        out->output = NULL; /* standard output, as elsewhere */
    return diag_count(d) == 0 && options_fit(out, d);
}

void options_fini(struct options *options)
{
    texts_fini(&options->set);
    texts_fini(&options->dims);
    texts_fini(&options->operands);
}
