/* options_fit.c - whether the options given go with the command, by the table
 * of options, and with each other.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/options_fit.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/text_stream.h"
#include "sim/cli/format_table.h"
#include "sim/cli/option_table.h"

static const struct src_pos command_line = {NULL, 0};

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

static bool goes_elsewhere(const struct options *o,
                           const struct option_row *row, struct diag *d)
{
    char *commands = NULL;
    size_t bytes;
    FILE *to = text_stream(&commands, &bytes);
    list_commands(row->commands, to);
    SIM_CHECK(fclose(to) == 0);
    diag_error(d, command_line,
               "'accelsim %s' has no use for '--%s'; it goes with %s only",
               command_name[o->command], row->name, commands);
    free(commands);
    return false;
}

static bool go_with_the_command(const struct options *o, struct diag *d)
{
    bool ok = true;
    if (o->safe.is_on && o->plugin != NULL)
        ok = diag_error(d, command_line,
                        "'--safe' runs nobody's code, and '--plugin' is such; "
                        "one of them is needed");
    for (int i = 0; option_table[i].doc != NULL; i++) {
        const struct option_row *row = &option_table[i];
        if (!o->given[i])
            continue;
        if (!option_honoured(row, o->command))
            ok = goes_elsewhere(o, row, d);
        else if (o->command == COMMAND_reuse && o->accesses != NULL &&
                 (row->commands & OPTION_FOR_STREAM) == 0)
            ok = diag_error(d, command_line,
                            "'--accesses' and '--%s' exclude each other; one "
                            "is needed",
                            row->name);
    }
    if (o->timeline != NULL && strcmp(o->kernel, "systemc") == 0)
        ok = diag_error(d, command_line,
                        "'--timeline' is of the native kernel; '--kernel "
                        "systemc' has '--vcd'");
    if (o->timeline == NULL &&
        (o->timeline_events > 0 || o->timeline_window.to > 0))
        ok = diag_error(d, command_line,
                        "'--timeline-%s' has no use without "
                        "'--timeline'; a file is needed",
                        o->timeline_events > 0 ? "events" : "window");
    if (strcmp(o->kernel, "systemc") == 0 && o->command != COMMAND_run)
        ok = diag_error(d, command_line,
                        "'--kernel systemc' goes with 'accelsim run'; the "
                        "other commands have the native kernel only");
    return ok;
}

static bool policy_fits(const struct options *o, struct diag *d)
{
    const struct policy_option *p = &o->policy;
    bool ok = true;
    if ((p->file != NULL || p->policy != POLICY_OWN) &&
        (o->mapping != NULL || o->mappings != NULL))
        ok = diag_error(d, command_line,
                        "'--mapping' and '--mapping-policy' exclude each "
                        "other; one is needed");
    if (o->command == COMMAND_model && p->policy == POLICY_SEARCH)
        ok = diag_error(d, command_line,
                        "'accelsim model' simulates nothing, and "
                        "'--mapping-policy search' does; 'estimate' or 'table' "
                        "may stand there");
    if (o->command != COMMAND_map && o->map.objective == SEARCH_front)
        ok = diag_error(d, command_line,
                        "'--objective front' is of many mappings; it goes with "
                        "the command 'map' only");
    return ok;
}

/* What is to be least where nobody says so. */
static void set_objective(struct options *o)
{
    const ptrdiff_t row = option_find("objective") - option_table;
    if (!o->given[row])
        o->map.objective =
            o->command == COMMAND_map ? SEARCH_energy : SEARCH_delay;
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
    return policy_fits(o, d) && ok;
}

static bool systemc_fits(const struct options *o, struct diag *d)
{
    bool ok = true, has_option = false;
    for (int i = 0; option_table[i].doc != NULL; i++)
        has_option =
            has_option ||
            (o->given[i] &&
             option_table[i].offset >= offsetof(struct options, systemc) &&
             option_table[i].offset <
                 offsetof(struct options, systemc) + sizeof(o->systemc));
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

bool options_fit(struct options *o, struct diag *d)
{
    bool ok = true;
    if (o->action != ACTION_COMMAND)
        return true;
    if (!go_with_the_command(o, d))
        return false;
    set_objective(o);
    if (o->format_name != NULL)
        ok = format_find(o->format_name, o->command, &o->format, d);
    if (option_honoured(option_find("cfg"), o->command) &&
        command_operand[o->command][0] == '\0')
        ok = layers_fit(o, d) && ok;
    return systemc_fits(o, d) && ok;
}
