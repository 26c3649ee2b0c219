/* options.c - the command line, by glibc's argp.
 *
 * argp words its own errors in two lines; ours are one line, so its messages
 * are switched off and the argument at fault is worked out here.  That switches
 * off its help as well, which is therefore asked for by options of our own.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/whole_number.h"
#include "sim/cli/options_fault.h"
#include "sim/cli/options_fit.h"
#include "sim/cli/options_key.h"
#include "sim/systemc/options_systemc.h"

#ifndef ACCELSIM_VERSION
#error "ACCELSIM_VERSION: the version as text"
#endif

#define BATCH_MAX 65535 /* 16 bits, as every dimension */
#define JOBS_MAX 1024
#define TOP_MAX 1000
#define TIME_LIMIT_SECONDS_MAX 1000000
#define MEMO_BYTES_MAX (INT64_C(1) << 40)

static const struct argp_option table[] = {
    {0, 0, 0, 0, "What to run:", 1},
    {"cfg", KEY_CFG, "FILE", 0, "architecture: a path or a shipped name", 0},
    {"net", KEY_NET, "NAME|FILE", 0,
     "network; without it, the architecture's default", 0},
    {"layer", KEY_LAYER, "NAME|all", 0,
     "layers: a name, a comma list, a glob or all (the default)", 0},
    {"batch", KEY_BATCH, "N", 0, "images of every layer", 0},
    {"shape", KEY_SHAPE, "N=1,G=1,M=64,C=3,...", 0,
     "one layer: M C H W R S, and N G stride pad dilation where needed", 0},
    {"gemm", KEY_GEMM, "M=..,N=..,K=..", 0,
     "one matrix product: M rows, N columns, K products", 0},
    {"set", KEY_SET, "PATH=VALUE", 0,
     "override a value of the architecture or mapping; may be repeated", 0},
    {"accesses", KEY_ACCESSES, "FILE", 0,
     "reuse: a stream of accesses from a file, in place of a run", 0},
    {0, 0, 0, 0, "How to run it:", 2},
    {"dataflow", KEY_DATAFLOW, "NAME", 0,
     "dataflow; without it, the architecture's default", 0},
    {"mapping", KEY_MAPPING, "FILE", 0,
     "mappings of layers, as --show-mapping prints or 'map --save' puts them",
     0},
    {"plugin", KEY_PLUGIN, "FILE.so", 0, "load a dataflow", 0},
    {"kernel", KEY_KERNEL, "native|systemc", 0,
     "what steps the machine; the numbers are the same", 0},
    {"no-memo", KEY_NO_MEMO, 0, 0,
     "simulate every pass, also those seen before", 0},
    {"memo-bytes", KEY_MEMO_BYTES, "N", 0,
     "most that is kept of passes seen before; without it, 64 MiB", 0},
    {"check", KEY_CHECK, 0, 0,
     "run with operands and compare every output with a direct convolution", 0},
    {"jobs", KEY_JOBS, "N", 0,
     "threads that run or search layers, or run passes ahead of need; every "
     "command takes it, and no number depends on it",
     0},
    {"max-cycles", KEY_MAX_CYCLES, "N", 0,
     "give a layer up after so many cycles; map: a mapping", 0},
    {"mappings", KEY_MAPPINGS, "FILE", 0, "the same as --mapping", 0},
    SYSTEMC_OPTION_ROWS,
    {0, 0, 0, 0, "For the command 'map':", 4},
    {"objective", KEY_OBJECTIVE, "energy|delay|edp|edp2|front", 0,
     "what is to be least; without it, energy", 0},
    {"top", KEY_TOP, "K", 0,
     "simulate the best K and rank them by what they take; 0: find the best "
     "and simulate none; without it, 3",
     0},
    {"time-limit", KEY_TIME_LIMIT, "SECONDS", 0,
     "stop searching a layer, and say how much better it may get", 0},
    {"save", KEY_SAVE, "FILE", 0, "put the best mappings there", 0},
    {"constraints", KEY_CONSTRAINTS, "FILE", 0,
     "with --dataflow nest: which nests may be looked at", 0},
    {0, 0, 0, 0, "What to print:", 5},
    {"format", KEY_FORMAT, "table|json|csv", 0,
     "form of the report; validate: table, json or markdown", 0},
    {"filter", KEY_FILTER, "GLOB", 0,
     "validate: only the files, claims or layers that match", 0},
    {"output", KEY_OUTPUT, "FILE", 0,
     "where the report goes; -: standard output", 0},
    {"show-mapping", KEY_SHOW_MAPPING, 0, 0,
     "each layer's loop nest, and what each PE holds", 0},
    {"stats", KEY_STATS, 0, 0,
     "to stderr: passes simulated and remembered, and why", 0},
    {"help-config", KEY_HELP_CONFIG, "text|markdown", OPTION_ARG_OPTIONAL,
     "every key of a configuration", 0},
    {"list-dataflows", KEY_LIST_DATAFLOWS, 0, 0,
     "the dataflows and their parameters", 0},
    {0, 0, 0, 0, "About accelsim:", -1},
    {"help", KEY_HELP, 0, 0, "this list", 0},
    {"usage", KEY_USAGE, 0, 0, "the options without a word on them", 0},
    {"version", KEY_VERSION, 0, 0, "the version", 0},
    {0, 0, 0, 0, 0, 0},
};

struct parse {
    struct options *options;
    struct diag *d;
    const char *first; /* word of the command line */
};

static const struct src_pos command_line = {NULL, 0};

/* A number of an option. */
static bool number(struct parse *p, const char *option, const char *text,
                   int64_t min, int64_t max, int64_t *out)
{
    int64_t value = 0;
    enum number_read read = whole_number_read(text, &value);
    if (read == NUMBER_NONE)
        return diag_error(p->d, command_line,
                          "'%s' is '%s'; a whole number is needed", option,
                          text);
    if (read == NUMBER_TOO_LARGE || value < min || value > max)
        return diag_error(p->d, command_line,
                          "'%s' is %s; it may be %lld to %lld", option, text,
                          (long long)min, (long long)max);
    *out = value;
    return true;
}

static void set_number(struct parse *p, const char *option, const char *text,
                       int max, int *out)
{
    int64_t value = 0;
    if (number(p, option, text, 1, max, &value))
        *out = (int)value;
}

static void set_format(struct parse *p, const char *text)
{
    static const char *const name[] = {"table", "json", "csv", "markdown"};
    static const enum report_format format[] = {REPORT_TABLE, REPORT_JSON,
                                                REPORT_CSV, REPORT_MARKDOWN};
    for (int i = 0; i < 4; i++)
        if (strcmp(text, name[i]) == 0) {
            p->options->format = format[i];
            return;
        }
    diag_error(p->d, command_line,
               "'--format' is '%s'; it may be 'table', 'json' or 'csv'", text);
}

static void set_kernel(struct parse *p, const char *text)
{
    if (strcmp(text, "native") == 0 || strcmp(text, "systemc") == 0)
        p->options->kernel = text;
    else
        diag_error(p->d, command_line,
                   "'--kernel' is '%s'; it may be 'native' or 'systemc'", text);
}

static void set_help_config(struct parse *p, const char *text)
{
    p->options->action = ACTION_HELP_CONFIG;
    if (text != NULL && strcmp(text, "markdown") == 0)
        p->options->action = ACTION_HELP_CONFIG_MARKDOWN;
    else if (text != NULL && strcmp(text, "text") != 0)
        diag_error(p->d, command_line,
                   "'--help-config' is '%s'; it may be 'text' or 'markdown'",
                   text);
}

static void add_set(struct options *o, const char *text)
{
    o->set = xrealloc(o->set, (size_t)o->n_sets + 1, sizeof(*o->set));
    o->set[o->n_sets++] = text;
}

/* Options that only take note of their argument. */
static const char **text_option(struct options *o, int key)
{
    switch (key) {
    case KEY_CFG:
        return &o->cfg;
    case KEY_NET:
        return &o->net;
    case KEY_LAYER:
        return &o->layer;
    case KEY_SHAPE:
        return &o->shape;
    case KEY_GEMM:
        return &o->gemm;
    case KEY_DATAFLOW:
        return &o->dataflow;
    case KEY_MAPPING:
        return &o->mapping;
    case KEY_PLUGIN:
        return &o->plugin;
    case KEY_ACCESSES:
        return &o->accesses;
    case KEY_FILTER:
        return &o->filter;
    case KEY_MAPPINGS:
        return &o->mappings;
    case KEY_SAVE:
        return &o->map.save;
    case KEY_CONSTRAINTS:
        return &o->map.constraints;
    case KEY_OUTPUT:
        return &o->output;
    default:
        return NULL;
    }
}

static bool switch_option(struct options *o, int key)
{
    switch (key) {
    case KEY_NO_MEMO:
        o->memo = false;
        return true;
    case KEY_CHECK:
        o->check = true;
        return true;
    case KEY_SHOW_MAPPING:
        o->show_mapping = true;
        return true;
    case KEY_STATS:
        o->stats = true;
        return true;
    case KEY_LIST_DATAFLOWS:
        o->action = ACTION_LIST_DATAFLOWS;
        return true;
    default:
        return false;
    }
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
    struct parse *p = state->input;
    struct options *o = p->options;
    const char **text = text_option(o, key);
    int64_t value = 0;
    options_note(o, key);
    if (text != NULL) {
        *text = arg;
        return 0;
    }
    if (switch_option(o, key))
        return 0;
    if (options_systemc_read(key, arg, &o->systemc, p->d))
        return 0;
    switch (key) {
    case KEY_BATCH:
        set_number(p, "--batch", arg, BATCH_MAX, &o->batch);
        return 0;
    case KEY_JOBS:
        set_number(p, "--jobs", arg, JOBS_MAX, &o->jobs);
        return 0;
    case KEY_MAX_CYCLES:
        if (number(p, "--max-cycles", arg, 1, INT64_MAX, &value))
            o->max_cycles = (uint64_t)value;
        return 0;
    case KEY_MEMO_BYTES:
        if (number(p, "--memo-bytes", arg, 1, MEMO_BYTES_MAX, &value))
            o->memo_bytes = (uint64_t)value;
        return 0;
    case KEY_SET:
        add_set(o, arg);
        return 0;
    case KEY_KERNEL:
        set_kernel(p, arg);
        return 0;
    case KEY_OBJECTIVE:
        map_options_objective(arg, &o->map, p->d);
        return 0;
    case KEY_TOP:
        if (number(p, "--top", arg, 0, TOP_MAX, &value))
            o->map.top = (int)value;
        return 0;
    case KEY_TIME_LIMIT:
        set_number(p, "--time-limit", arg, TIME_LIMIT_SECONDS_MAX,
                   &o->map.time_limit_seconds);
        return 0;
    case KEY_FORMAT:
        set_format(p, arg);
        return 0;
    case KEY_HELP_CONFIG:
        set_help_config(p, arg);
        return 0;
    case KEY_HELP:
    case KEY_USAGE:
    case KEY_VERSION:
        o->action = key == KEY_HELP    ? ACTION_HELP
                    : key == KEY_USAGE ? ACTION_USAGE
                                       : ACTION_VERSION;
        state->next = state->argc; /* the rest does not matter any more */
        return 0;
    case ARGP_KEY_ARG:
        options_stray_word(arg, arg == p->first, p->d);
        return 0;
    case ARGP_KEY_ERROR:
        if (diag_count(p->d) == 0)
            options_bad_option(table, state, p->d);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

#define COMMAND_HELP(name, doc) "  " #name "  " doc "\n"
static const struct argp argp = {
    table,
    parse_one,
    NULL,
    "Simulates a spatial DNN accelerator cycle by cycle: how many cycles a "
    "layer takes, where they went, and how many pJ.\v"
    "  accelsim --cfg eyeriss.cfg --layer conv2\n"
    "\n"
    "Commands, the first by default:\n" COMMANDS(
        COMMAND_HELP) "\n"
                      "A command refuses the options that it has no use for.\n"
                      "\n"
                      "Exit status: 0 success, 1 bad usage or configuration, 2 "
                      "no legal "
                      "mapping, 3 a --check mismatch or a claim that validate "
                      "missed, 4 I/O error, 5 the machine deadlocked or "
                      "passed --max-cycles.",
    NULL,
    NULL,
    NULL};
#undef COMMAND_HELP

bool options_parse(int argc, char **argv, struct options *out, struct diag *d)
{
    struct parse p = {out, d, argc > 1 ? argv[1] : NULL};
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
        argv[1] = argv[0]; /* argp starts behind the command's name */
        argv++;
        argc--;
    }
    error =
        argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &p);
    if (error != 0 && diag_count(d) == 0)
        diag_error(d, command_line,
                   "the command line cannot be read (%s); 'accelsim --help' "
                   "lists the options",
                   strerror(error));
    if (out->output != NULL && strcmp(out->output, "-") == 0)
        out->output = NULL; /* standard output, as elsewhere */
    return diag_count(d) == 0 && options_fit(out, table, d);
}

void options_print_about(enum action what, FILE *to)
{
    char program[] = "accelsim [COMMAND]";
    if (what == ACTION_VERSION)
        fprintf(to, "accelsim %s\n", ACCELSIM_VERSION);
    else
        argp_help(&argp, to,
                  what == ACTION_USAGE ? ARGP_HELP_USAGE : ARGP_HELP_STD_HELP,
                  program);
}

void options_fini(struct options *options)
{
    free(options->set);
    options->set = NULL;
    options->n_sets = 0;
}
