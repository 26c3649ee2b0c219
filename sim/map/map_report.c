/* map_report.c - what `map` found, as a table and as CSV, and what it says of
 * a layer on standard error.
 * SPDX-License-Identifier: MIT
 */
#include "sim/map/map_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mem/dram.h"
#include "sim/report/grid.h"
#include "sim/report/report_tree.h"
#include "sim/run/mapping_print.h"

/* What came before the proof, by enum map_stop. */
static const char *const stop_doc[MAP_STOP_N] = {
    [MAP_TIME] = "the time limit came first",
    [MAP_BUDGET] = "the budget came first",
    [MAP_L1] = "bounds leave out that words go to several L1s",
};

/* What the energies shown have and the search does not look at. */
static const char *left_out(const struct map_report *in)
{
    struct energy_costs costs;
    energy_costs_of(in->energy, in->arch, &costs);
    const bool by_burst = dram_part_find(in->arch->dram_model) != NULL;
    if (costs.of_components)
        return "; the search paid words, not rows, no leakage or clock, and "
               "DRAM by useful words";
    return by_burst && costs.leakage_cycle + costs.clock_cycle > 0
               ? "; the search paid DRAM by useful words, and no leakage or "
                 "clock"
           : by_burst ? "; the search paid DRAM by useful words, not by bursts"
           : costs.leakage_cycle + costs.clock_cycle > 0
               ? "; the search paid no leakage or clock"
               : "";
}

/* The mappings that a proof is of, where those that keep tiles are left out.
 */
static const char *of_which(const struct map_report *in,
                            const struct map_layer *m)
{
    const struct arch *arch = in->arch;
    return !m->is_nest && m->n_choices > 0 && arch->l2_keeps_tiles &&
                   arch->search_keeps != SEARCH_KEEPS_ALL &&
                   !in->keep_is_given &&
                   dataflow_param_index(m->choice[0].mapping.dataflow,
                                        "keep") >= 0
               ? " of mappings that keep no tensor whole in L2"
               : "";
}

/* Prints whether the best is proven, and against what. */
static void print_proof(const struct map_report *in, const struct map_layer *m,
                        FILE *to)
{
    const char *name = search_objective_name[in->objective];
    const bool front = in->objective == SEARCH_front;
    char text[512];
    /* A front may be stopped when the best of it is proven. */
    const char *why =
        stop_doc[front && m->stop == MAP_PROVEN ? MAP_TIME : m->stop];
    if (front && m->front_proven)
        snprintf(text, sizeof(text),
                 "the whole front under the closed form, proven%s%s",
                 of_which(in, m), left_out(in));
    else if (!front && m->stop == MAP_PROVEN)
        snprintf(text, sizeof(text),
                 "the least %s%s%s under the closed form, proven%s%s", name,
                 m->is_nest ? " of all nests" : "",
                 in->is_constrained ? " that the constraints allow" : "",
                 of_which(in, m), left_out(in));
    else if (front)
        snprintf(text, sizeof(text), "not proven: %s", why);
    else
        snprintf(text, sizeof(text),
                 "not proven: %s; %s up to %s %% less may exist", why, name,
                 text_percent(m->gap).text);
    text_paragraph(to, "  result   ", text);
}

/* Prints how large the space is and what was left out of it. */
static void print_space(const struct map_layer *m, FILE *to)
{
    const struct map_space *s = &m->space;
    const char *more = s->counted ? "" : "more than ";
    char text[512];
    if (s->mappings == 0 && m->is_nest)
        snprintf(text, sizeof(text), "%s nests evaluated, %s bounds of parts",
                 text_count(s->evaluated).text, text_count(s->bounded).text);
    else if (s->mappings == 0)
        snprintf(text, sizeof(text),
                 "%s mappings of balanced cuts tried first; %s evaluated; "
                 "--count says of how many",
                 text_count(s->tried).text, text_count(s->evaluated).text);
    else if (m->is_nest)
        snprintf(text, sizeof(text),
                 "%s%s nests that cover the layer on the array; %s evaluated, "
                 "%s bounds of parts",
                 more, text_count(s->mappings).text,
                 text_count(s->evaluated).text, text_count(s->bounded).text);
    else
        snprintf(
            text, sizeof(text),
            "%s%s mappings; %s of balanced cuts tried first; %s evaluated, %s "
            "left out by proven bounds%s",
            more, text_count(s->mappings).text, text_count(s->tried).text,
            text_count(s->evaluated).text,
            text_count(s->covered > s->evaluated ? s->covered - s->evaluated
                                                 : 0)
                .text,
            s->covered >= s->mappings ? "" : ", the rest not reached");
    text_paragraph(to, "  space    ", text);
    for (int k = 0; k < s->n_cuts; k++) {
        const struct map_cut *cut = &s->cut[k];
        if (cut->parts == 0)
            continue;
        int n = snprintf(text, sizeof(text), "%s parts left out %s",
                         text_count(cut->parts).text, cut->doc);
        if (cut->mappings > 0)
            snprintf(text + n, sizeof(text) - (size_t)n, " (%s mappings)",
                     text_count(cut->mappings).text);
        text_paragraph(to, "           ", text);
    }
}

static void print_choices(const struct map_report *in, const char *title,
                          const struct map_choice *list, int n, bool simulated,
                          FILE *to)
{
    const bool is_pj = strcmp(energy_unit(in->energy), "pJ") == 0;
    const int others = in->n_tables > 1 ? in->n_tables - 1 : 0;
    struct grid *g = grid_new((simulated ? 5 : 4) + others, 1);
    fprintf(to, "  %s\n", title);
    grid_left_last(g);
    grid_cell(g, "%s", "");
    grid_cell(g, "%s", is_pj ? "uJ" : "10^6 MAC"); /* as run has them */
    for (int i = 1; i <= others; i++)
        grid_cell(g, "%s, %s",
                  strcmp(energy_unit(in->tables[i]), "pJ") == 0 ? "uJ"
                                                                : "10^6 MAC",
                  energy_name(in->tables[i]));
    grid_cell(g, "cycles >=");
    if (simulated)
        grid_cell(g, "simulated");
    grid_cell(g, "mapping");
    grid_rule(g);
    for (int k = 0; k < n; k++) {
        const struct map_choice *c = &list[k];
        char *text = map_choice_line(in->arch, c);
        grid_cell(g, "%d", k + 1);
        grid_cell(g, "%.6g", c->cost.energy / 1e6);
        for (int i = 1; i <= others; i++)
            grid_cell(g, "%.6g", c->by_table[i] / 1e6);
        grid_count(g, c->bound_cycles);
        if (simulated && c->ran)
            grid_count(g, c->cycles);
        else if (simulated)
            grid_cell(g, "failed");
        grid_cell(g, "%s (%s)", text, bound_name[c->bound_by]);
        free(text);
    }
    grid_print(g, 2, to);
    grid_free(g);
}

static bool any_ran(const struct map_layer *m)
{
    for (int k = 0; k < m->n_choices; k++)
        if (m->choice[k].ran || m->choice[k].why != NULL)
            return true;
    return false;
}

static const char *front_title(const struct map_layer *m)
{
    if (m->front_proven)
        return "Pareto front of energy and bound of cycles, proven";
    if (m->is_nest)
        return "Pareto front of energy and bound of cycles, of those evaluated";
    if (m->stop == MAP_L1)
        return "Pareto front of energy and bound of cycles, of the best "
               "without copies in several L1s";
    return "Pareto front of energy and bound of cycles, of those evaluated "
           "before the time limit";
}

/* Prints how to run the best: options, or a mapping file. */
static void print_how_to_run(const struct map_report *in,
                             const struct map_layer *m, FILE *to)
{
    const struct map_choice *c = &m->choice[0];
    char *text = m->is_nest ? map_choice_entry(in, m->layer, NULL, c)
                            : map_choice_options(c);
    fputc('\n', to);
    if (m->is_nest)
        mapping_print_file((const char *const[]){text}, 1, to);
    else
        text_paragraph(to, "  to run it  ", text);
    free(text);
}

static void print_layer(const struct map_report *in, const struct map_layer *m,
                        FILE *to)
{
    fprintf(to, "%s\n", m->layer->name);
    print_proof(in, m, to);
    print_space(m, to);
    fputc('\n', to);
    print_choices(
        in, any_ran(m) ? "best, ranked by what they took simulated" : "best",
        m->choice, m->n_choices, any_ran(m), to);
    for (int k = 0; k < m->n_choices; k++)
        if (m->choice[k].why != NULL)
            fprintf(to, "  %d failed: %s\n", k + 1, m->choice[k].why);
    if (m->n_front > 0) {
        fputc('\n', to);
        print_choices(in, front_title(m), m->front, m->n_front, false, to);
    }
    print_how_to_run(in, m, to);
}

static void print_table(const struct map_report *in, FILE *to)
{
    char text[512];
    snprintf(text, sizeof(text),
             "%s: %s%sbatch %d, energy table %s; wanted: %s", in->arch->name,
             in->network, in->network[0] != '\0' ? ", " : "", in->batch,
             energy_name(in->energy), search_objective_doc[in->objective]);
    text_paragraph(to, "", text);
    double energy = 0;
    uint64_t cycles = 0;
    bool ran = true;
    for (int i = 0; i < in->n_layers; i++) {
        const struct map_choice *best = &in->layer[i].choice[0];
        fputc('\n', to);
        print_layer(in, &in->layer[i], to);
        energy += best->cost.energy;
        cycles =
            count_add(cycles, best->ran ? best->cycles : best->bound_cycles);
        ran = ran && best->ran;
    }
    if (in->n_layers > 1)
        fprintf(to, "\nall layers, the best of each: %.6g %s, %s%s cycles\n",
                energy, energy_unit(in->energy), ran ? "" : "at least ",
                text_count(cycles).text);
}

static void print_csv(const struct map_report *in, FILE *to)
{
    fprintf(to, "layer,rank,dataflow,parameters,energy,energy_unit,"
                "bound_cycles,bound_by,cycles,proven,gap");
    for (int i = 0; i < in->n_tables && in->n_tables > 1; i++) {
        fputs(",energy_by_table.", to);
        csv_put_text(energy_name(in->tables[i]), to);
    }
    fputc('\n', to);
    for (int i = 0; i < in->n_layers; i++) {
        const struct map_layer *m = &in->layer[i];
        for (int k = 0; k < m->n_choices; k++) {
            const struct map_choice *c = &m->choice[k];
            char *text = map_choice_line(in->arch, c);
            csv_put_text(m->layer->name, to);
            fprintf(to, ",%d,%s,%s,%.17g,", k + 1, c->mapping.dataflow->name,
                    text, c->cost.energy);
            csv_put_text(energy_unit(in->energy), to);
            fprintf(to, ",%" PRIu64 ",%s,", c->bound_cycles,
                    bound_name[c->bound_by]);
            if (c->ran)
                fprintf(to, "%" PRIu64, c->cycles);
            fprintf(to, ",%s,%.17g", m->stop == MAP_PROVEN ? "true" : "false",
                    m->gap);
            for (int t = 0; t < in->n_tables && in->n_tables > 1; t++)
                fprintf(to, ",%.17g", c->by_table[t]);
            fputc('\n', to);
            free(text);
        }
    }
}

bool map_report_table(const struct map_report *in, FILE *to)
{
    print_table(in, to);
    return fflush(to) == 0 && ferror(to) == 0;
}

bool map_report_csv(const struct map_report *in, FILE *to)
{
    print_csv(in, to);
    return fflush(to) == 0 && ferror(to) == 0;
}

void map_report_failure(const char *layer, const char *why, struct diag *d)
{
    static const char head[] = ": error: ";
    const char *said = strstr(why, head);
    diag_fail(d, EXIT_MACHINE, (struct src_pos){NULL, 0},
              "layer '%s': each mapping that was simulated failed, and none is "
              "saved; the first: %s",
              layer, said != NULL ? said + strlen(head) : why);
}

void map_report_speed(const struct map_layer *m, FILE *to)
{
    static const char *const stop[MAP_STOP_N] = {
        [MAP_PROVEN] = "proven",
        [MAP_TIME] = "stopped by the time limit",
        [MAP_BUDGET] = "stopped by the budget",
        [MAP_L1] = "not proven: bounds leave L1 out",
    };
    const struct map_space *s = &m->space;
    const double seconds = s->seconds > 1e-9 ? s->seconds : 1e-9;
    fprintf(to, "accelsim: %s: ", m->layer->name);
    if (m->twin != NULL)
        fprintf(to, "as %s\n", m->twin->name);
    else if (m->is_nest)
        fprintf(to,
                "%s nests evaluated and %s parts bounded in %.2f s (%s/s and "
                "%s/s); %s\n",
                text_count(s->evaluated).text, text_count(s->bounded).text,
                s->seconds, text_short((double)s->evaluated / seconds).text,
                text_short((double)s->bounded / seconds).text, stop[m->stop]);
    else {
        fprintf(to, "%s mappings evaluated in %.3f s (%s/s), %s",
                text_count(s->tried + s->evaluated).text, s->seconds,
                text_short((double)(s->tried + s->evaluated) / seconds).text,
                stop[m->stop]);
        if (s->mappings > 0)
            fprintf(to, "; %s%s covered, counted in %.3f s",
                    s->counted ? "" : "more than ", text_count(s->covered).text,
                    s->count_seconds);
        if (m->n_front > 0)
            fprintf(to, "; the front in %.3f s, %s evaluated", s->front_seconds,
                    text_count(s->front_evaluated).text);
        fputc('\n', to);
    }
}
