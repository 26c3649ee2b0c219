/* options_fit.c - see options_fit.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/options_fit.h"

#include <string.h>

#include "sim/cli/options_fault.h"
#include "sim/cli/options_key.h"
#include "sim/systemc/options_systemc.h"

static const struct src_pos command_line = {NULL, 0};

enum use {
    RUN = 1 << COMMAND_run,
    MODEL = 1 << COMMAND_model,
    MAP = 1 << COMMAND_map,
    REUSE = 1 << COMMAND_reuse,
    VALIDATE = 1 << COMMAND_validate,
    STREAM = 1 << COMMAND_N, /* 'reuse' of --accesses */
    LAYERS = RUN | MODEL | MAP | REUSE,
    ANY = LAYERS | VALIDATE | STREAM
};

/* What can honour an option.  -j goes with any: it says how fast, and where
 * there is nothing to share it says nothing. */
static const struct {
    int key;
    unsigned use;
} uses[] = {
    {KEY_CFG, LAYERS},
    {KEY_NET, LAYERS},
    {KEY_LAYER, LAYERS},
    {KEY_BATCH, LAYERS},
    {KEY_SHAPE, LAYERS},
    {KEY_GEMM, LAYERS},
    {KEY_SET, LAYERS},
    {KEY_DATAFLOW, LAYERS},
    {KEY_PLUGIN, LAYERS},
    {KEY_ACCESSES, REUSE | STREAM},
    {KEY_MAPPING, RUN | MODEL | REUSE},
    {KEY_MAPPINGS, RUN | MODEL | REUSE},
    {KEY_KERNEL, ANY}, /* "native"; "systemc": see below */
    {KEY_NO_MEMO, RUN},
    {KEY_MEMO_BYTES, RUN},
    {KEY_CHECK, RUN},
    {KEY_JOBS, ANY},
    {KEY_MAX_CYCLES, RUN | MAP | REUSE},
    {KEY_SC_GRANULARITY, RUN},
    {KEY_SC_MEMORY, RUN},
    {KEY_SC_SHUFFLE, RUN},
    {KEY_VCD, RUN},
    {KEY_TRACE_WINDOW, RUN},
    {KEY_TRACE_PES, RUN},
    {KEY_OBJECTIVE, MAP},
    {KEY_TOP, MAP},
    {KEY_TIME_LIMIT, MAP},
    {KEY_SAVE, MAP},
    {KEY_CONSTRAINTS, MAP},
    {KEY_FORMAT, ANY},
    {KEY_OUTPUT, ANY},
    {KEY_FILTER, VALIDATE},
    {KEY_SHOW_MAPPING, RUN | MODEL},
    {KEY_STATS, RUN},
    {KEY_HELP_CONFIG, ANY}, /* these are done in place of a command */
    {KEY_LIST_DATAFLOWS, ANY},
    {KEY_HELP, ANY},
    {KEY_USAGE, ANY},
    {KEY_VERSION, ANY},
};
enum { USES = sizeof(uses) / sizeof(uses[0]) };
_Static_assert(USES <= 64, "a bit each in struct options");

void options_note(struct options *o, int key)
{
    int i = 0;
    if (key == ARGP_KEY_ARG || key >= ARGP_KEY_END) /* no option */
        return;
    while (i < USES && uses[i].key != key)
        i++;
    SIM_CHECK(i < USES); /* an option without a row */
    o->given |= UINT64_C(1) << i;
}

static bool is_given(const struct options *o, int i)
{
    return (o->given >> i & 1) != 0;
}

static const char *name_of(int key, const struct argp_option *table)
{
    for (; table->key != key; table++)
        SIM_CHECK(table->name != NULL || table->doc != NULL);
    return table->name;
}

/* "the commands 'run' and 'reuse'" */
static void list_commands(unsigned use, FILE *to)
{
    int n = 0, said = 0;
    for (int k = 0; k < COMMAND_N; k++)
        n += (use >> k & 1) != 0;
    fputs(n == 1 ? "the command " : "the commands ", to);
    for (int k = 0; k < COMMAND_N; k++) {
        if ((use >> k & 1) == 0)
            continue;
        said++;
        fprintf(to, "%s'%s'",
                said == 1   ? ""
                : said == n ? " and "
                            : ", ",
                command_name[k]);
    }
}

static bool goes_elsewhere(const struct options *o, const char *option,
                           unsigned use, struct diag *d)
{
    char commands[80];
    FILE *to = fmemopen(commands, sizeof(commands), "w");
    SIM_CHECK(to != NULL);
    list_commands(use, to);
    SIM_CHECK(fclose(to) == 0);
    return diag_error(d, command_line,
                      "'accelsim %s' has no use for '--%s'; it goes with %s "
                      "only",
                      command_name[o->command], option, commands);
}

static bool go_with_the_command(const struct options *o,
                                const struct argp_option *table, struct diag *d)
{
    bool ok = true;
    for (int i = 0; i < USES; i++) {
        const char *name = name_of(uses[i].key, table);
        if (!is_given(o, i))
            continue;
        if ((uses[i].use >> o->command & 1) == 0)
            ok = goes_elsewhere(o, name, uses[i].use, d);
        else if (o->command == COMMAND_reuse && o->accesses != NULL &&
                 (uses[i].use & STREAM) == 0)
            ok = diag_error(d, command_line,
                            "'--accesses' and '--%s' exclude each other; one "
                            "is needed",
                            name);
    }
    if (strcmp(o->kernel, "systemc") == 0 && o->command != COMMAND_run)
        ok = diag_error(d, command_line,
                        "'--kernel systemc' goes with 'accelsim run'; the "
                        "other commands have the native kernel only");
    return ok;
}

static bool format_fits(const struct options *o, struct diag *d)
{
    bool is_validate = o->command == COMMAND_validate;
    if (is_validate && o->format == REPORT_CSV)
        return diag_error(d, command_line,
                          "'--format' is 'csv'; 'accelsim validate' prints "
                          "'table', 'json' or 'markdown'");
    if (!is_validate && o->format == REPORT_MARKDOWN)
        return diag_error(d, command_line,
                          "'--format' is 'markdown'; it may be 'table', 'json' "
                          "or 'csv'");
    return true;
}

static bool layers_fit(const struct options *o, struct diag *d)
{
    bool ok = true;
    if (o->cfg == NULL && o->accesses == NULL)
        ok = diag_error(d, command_line,
                        "'--cfg' is missing; an architecture is needed, as in "
                        "'accelsim --cfg eyeriss.cfg --layer conv2'");
    if ((o->net != NULL) + (o->shape != NULL) + (o->gemm != NULL) > 1)
        ok = diag_error(d, command_line,
                        "'--net', '--shape' and '--gemm' exclude each other; "
                        "one is needed");
    else if (o->layer != NULL && (o->shape != NULL || o->gemm != NULL))
        ok = diag_error(d, command_line,
                        "'--layer' chooses from a network; it does not go "
                        "with '--shape' or '--gemm'");
    if (o->mapping != NULL && o->mappings != NULL)
        ok = diag_error(d, command_line,
                        "'--mapping' and '--mappings' exclude each other; one "
                        "is needed");
    return ok;
}

static bool is_of_systemc(int key)
{
    return key >= KEY_SC_GRANULARITY && key <= KEY_TRACE_PES;
}

static bool systemc_fits(const struct options *o, struct diag *d)
{
    bool ok = true, has_option = false;
    for (int i = 0; i < USES; i++)
        has_option =
            has_option || (is_given(o, i) && is_of_systemc(uses[i].key));
    if (has_option && strcmp(o->kernel, "systemc") != 0)
        ok = diag_error(d, command_line,
                        "'--sc-granularity', '--sc-memory', '--vcd' and "
                        "'--trace-...' are for SystemC; '--kernel systemc' is "
                        "needed");
    if ((o->systemc.n_pes > 0 || o->systemc.window_to > 0) &&
        o->systemc.vcd == NULL)
        ok = diag_error(d, command_line,
                        "'--trace-window' and '--trace-pes' choose from a "
                        "waveform; '--vcd FILE' is needed");
    return ok;
}

bool options_fit(const struct options *o, const struct argp_option *table,
                 struct diag *d)
{
    bool ok = true;
    if (o->action != ACTION_COMMAND)
        return true;
    if (!go_with_the_command(o, table, d))
        return false;
    ok = format_fits(o, d);
    if (o->command != COMMAND_validate)
        ok = layers_fit(o, d) && ok;
    return systemc_fits(o, d) && ok;
}
