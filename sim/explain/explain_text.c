/* explain_text.c - an explanation for people: one paragraph, then where cycles
 * and energy went, then what was tried.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/base/text_stream.h"
#include "sim/explain/explain.h"
#include "sim/report/grid.h"
#include "sim/report/metrics.h"
#include "sim/report/report_table.h"

enum { SHOWN_MAX = 16 };
#define LEAST_GAIN                                             \
    0.0005 /* that is shown; less is a rounding away from none \
            */

static const char *subject(const struct explanation *e, char *text,
                           size_t bytes)
{
    const struct workload *w = e->in->workload;
    if (w->n_layers == 1)
        snprintf(text, bytes, "%s", w->layer[0].name);
    else
        snprintf(text, bytes, "%s (%d layers)", w->name, w->n_layers);
    return text;
}

static const char *options_of(const struct what_if *w, char *text, size_t bytes)
{
    size_t at = 0;
    snprintf(text, bytes, "%s", w->option);
    for (int k = 0; k < w->n_sets && at < bytes; k++)
        at += (size_t)snprintf(text + at, bytes - at, "%s--set %s",
                               k > 0 ? " " : "", w->set[k]);
    return text;
}

/* "+1.2 %", "-3.4 %", "same" */
static struct number_text change_text(double now, double then)
{
    struct number_text out;
    const double share = metrics_ratio(then - now, now);
    if (share < LEAST_GAIN && share > -LEAST_GAIN)
        snprintf(out.text, sizeof(out.text), "same");
    else
        snprintf(out.text, sizeof(out.text), "%+.1f %%", 100 * share);
    return out;
}

/* The largest part of a wait. */
static void say_wait(const struct layer_result *r, enum ledger_cause wait,
                     FILE *to)
{
    struct wait_part part[WAIT_PARTS_MAX];
    const int n = wait_parts(r, wait, part);
    int most = 0;
    for (int k = 1; k < n; k++)
        if (part[k].pe_cycles > part[most].pe_cycles)
            most = k;
    if (n > 0)
        fprintf(to, " Of %s, %s %% is %s%s%s: %s.", ledger_name[wait],
                text_percent((double)part[most].pe_cycles /
                             (double)r->ledger_pe_cycles[wait])
                    .text,
                part[most].tensor, part[most].tensor[0] != '\0' ? " " : "",
                part[most].name, part[most].doc);
}

static void say_losses(const struct explanation *e, FILE *to)
{
    const struct layer_result *r = &e->total;
    const double all = (double)ledger_total(r->ledger_pe_cycles);
    enum ledger_cause loss[3];
    const int n = metrics_largest_losses(r, 3, loss);
    if (all <= 0)
        return;
    fprintf(to, "%s %% of the PE-cycles issued a MAC.",
            text_percent((double)r->ledger_pe_cycles[LEDGER_mac] / all).text);
    for (int i = 0; i < n; i++)
        fprintf(to, "%s %s (%s %%: %s)%s",
                i == 0       ? " Most others went to"
                : i == n - 1 ? " and"
                             : "",
                ledger_name[loss[i]],
                text_percent((double)r->ledger_pe_cycles[loss[i]] / all).text,
                ledger_doc[loss[i]],
                i == n - 1  ? "."
                : i < n - 2 ? ","
                            : "");
    for (int i = 0; i < n; i++)
        say_wait(r, loss[i], to);
}

static void say_change(const struct explanation *e,
                       const struct explained_what_if *w, FILE *to)
{
    char options[WHAT_IF_SETS * (WHAT_IF_SET_BYTES + 8)];
    fprintf(to, "%s (%s) saves %s %%: %s cycles",
            options_of(&w->what, options, sizeof(options)), w->what.name,
            text_percent(explanation_gain(e, w)).text,
            text_count(w->cost.cycles).text);
    fprintf(to, ", energy %s", change_text(e->now.energy, w->cost.energy).text);
    if (e->now.area_mm2 > 0)
        fprintf(to, ", area %s",
                change_text(e->now.area_mm2, w->cost.area_mm2).text);
}

char *explanation_in_words(const struct explanation *e)
{
    const struct arch *arch = config_arch(e->in->cfg);
    const struct explained_what_if *bound = explanation_binding(e);
    const struct explained_what_if *best = NULL;
    const uint64_t pes = (uint64_t)arch_pes(arch);
    const uint64_t least =
        e->total.counts.macs / pes + (e->total.counts.macs % pes > 0);
    char *text = NULL, name[160];
    size_t bytes;
    int ran = 0;
    FILE *to = text_stream(&text, &bytes);
    for (int k = 0; k < e->n; k++) {
        ran += e->what_if[k].ran;
        if (best == NULL && e->what_if[k].ran && &e->what_if[k] != bound &&
            e->what_if[k].what.kind != WHAT_IF_LIMIT &&
            e->what_if[k].cost.cycles < e->now.cycles)
            best = &e->what_if[k];
    }
    fprintf(to, "%s takes %s cycles on %s, %s times the %s that its MACs need ",
            subject(e, name, sizeof(name)), text_count(e->now.cycles).text,
            arch->name,
            text_real(metrics_ratio((double)e->now.cycles, (double)least)).text,
            text_count(least).text);
    fprintf(to, "on %llu PEs. ", (unsigned long long)pes);
    say_losses(e, to);
    if (bound == NULL) {
        fprintf(to, " None of the %d changes of one key saves a cycle.", ran);
    } else {
        const bool is_mapping = bound->what.kind == WHAT_IF_MAPPING;
        const char *key =
            is_mapping ? "the mapping that was given" : bound->what.set[0];
        fprintf(to, " What binds is %.*s: of %d changes that were simulated, ",
                (int)strcspn(key, "="), key, ran);
        say_change(e, bound, to);
        fprintf(to, "; no other change %ssaves more.",
                is_mapping ? "" : "of one key ");
    }
    if (best != NULL) {
        fprintf(to, " %s ",
                bound == NULL  ? "Of the others,"
                : best < bound ? "More is saved where"
                               : "Next,");
        say_change(e, best, to);
        fprintf(to, ".");
    }
    SIM_CHECK(fclose(to) == 0);
    return text;
}

/* What a wait is made of, in cycles of all PEs. */
static void print_parts(struct grid *g, const struct layer_result *r,
                        enum ledger_cause cause, double cycles_per_pe_cycle)
{
    const double all = (double)ledger_total(r->ledger_pe_cycles);
    struct wait_part part[WAIT_PARTS_MAX];
    const int n = wait_parts(r, cause, part);
    for (int k = 0; k < n; k++) {
        const double pe_cycles = (double)part[k].pe_cycles;
        grid_cell(g, "  %s%s%s", part[k].tensor,
                  part[k].tensor[0] != '\0' ? " " : "", part[k].name);
        grid_count(g, (uint64_t)(pe_cycles * cycles_per_pe_cycle + 0.5));
        grid_percent(g, metrics_ratio(pe_cycles, all));
    }
}

static void print_ledger(const struct explanation *e, FILE *to)
{
    const struct layer_result *r = &e->total;
    const double all = (double)ledger_total(r->ledger_pe_cycles);
    const double cycles = (double)e->now.cycles;
    struct grid *g = grid_new(3, 1);
    grid_cell(g, "cycles went to");
    grid_cell(g, "cycles");
    grid_cell(g, "%%");
    grid_rule(g);
    for (int i = 0; i < LEDGER_N; i++) {
        const double share = metrics_ratio((double)r->ledger_pe_cycles[i], all);
        if (r->ledger_pe_cycles[i] == 0)
            continue;
        grid_cell(g, "%s", ledger_name[i]);
        grid_count(g, (uint64_t)(share * cycles + 0.5));
        grid_percent(g, share);
        print_parts(g, r, (enum ledger_cause)i, cycles / all);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

static void print_energy(const struct explanation *e, FILE *to)
{
    const char *unit = energy_unit(e->in->energy);
    const bool is_pj = strcmp(unit, "pJ") == 0;
    struct grid *g = grid_new(4, 1);
    grid_left_last(g);
    grid_cell(g, "energy went to");
    grid_cell(g, is_pj ? "uJ" : "10^6 %s", unit);
    grid_cell(g, "%%");
    grid_cell(g, "%s", "");
    grid_rule(g);
    for (int i = 0; i < ENERGY_N; i++) {
        const double part = energy_part_of(&e->energy, (enum energy_part)i);
        if (part <= 0)
            continue;
        grid_cell(g, "%s", energy_part_name[i]);
        grid_real(g, part / 1e6);
        grid_percent(g, metrics_ratio(part, e->energy.total));
        grid_cell(g, "%s", energy_part_doc[i]);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

/* The options that make a change, one a row, below what it is. */
static void print_options(struct grid *g, const struct what_if *w)
{
    const int n = w->n_sets > 0 ? w->n_sets : 1;
    for (int k = 0; k < n; k++) {
        for (int c = 0; c < 5; c++)
            grid_cell(g, "%s", "");
        if (w->n_sets > 0)
            grid_cell(g, "  --set %s", w->set[k]);
        else
            grid_cell(g, "  %s", w->option);
    }
}

static void print_changes(const struct explanation *e, FILE *to)
{
    struct grid *g = grid_new(6, 0);
    int shown = 0, idle = 0, refused = 0;
    grid_left_last(g);
    grid_cell(g, "saves %%");
    grid_cell(g, "cycles");
    grid_cell(g, "energy");
    grid_cell(g, "area");
    grid_cell(g, "kind");
    grid_cell(g, "what, and the options that make it");
    grid_rule(g);
    for (int k = 0; k < e->n; k++) {
        const struct explained_what_if *w = &e->what_if[k];
        const double gain = explanation_gain(e, w);
        refused += !w->ran;
        idle += w->ran && gain < LEAST_GAIN;
        if (!w->ran || gain < LEAST_GAIN || shown == SHOWN_MAX)
            continue;
        shown++;
        grid_percent(g, gain);
        grid_count(g, w->cost.cycles);
        grid_cell(g, "%s", change_text(e->now.energy, w->cost.energy).text);
        grid_cell(g, "%s",
                  e->now.area_mm2 > 0
                      ? change_text(e->now.area_mm2, w->cost.area_mm2).text
                      : "");
        grid_cell(g, "%s", what_if_kind_name[w->what.kind]);
        grid_cell(g, "%s%s", w->what.name, w->is_other_mapping ? " *" : "");
        print_options(g, &w->what);
    }
    fprintf(to, "  What would help, each simulated:\n\n");
    grid_print(g, 2, to);
    grid_free(g);
    fprintf(to,
            "\n  * under another mapping than now. %d changes more save nothing"
            " that counts; with %d the machine\n  cannot be built, or the "
            "layers do not fit (--format json says why).\n",
            idle, refused);
}

bool explain_write_text(const struct explanation *e, FILE *to)
{
    char *words = explanation_in_words(e), name[160];
    fprintf(to, "%s: %s, %d PEs, mappings by %s, energy table %s\n\n",
            config_arch(e->in->cfg)->name, subject(e, name, sizeof(name)),
            arch_pes(config_arch(e->in->cfg)), e->mapping_source,
            energy_name(e->in->energy));
    text_paragraph(to, "  in words     ", words);
    fputc('\n', to);
    print_ledger(e, to);
    fputc('\n', to);
    print_energy(e, to);
    fputc('\n', to);
    print_changes(e, to);
    free(words);
    return fflush(to) == 0 && ferror(to) == 0;
}
