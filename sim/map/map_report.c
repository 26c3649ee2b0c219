/* map_report.c - see map_report.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/map/map_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config/mapping_table.h"
#include "sim/report/grid.h"
#include "sim/report/report_tree.h"

#define SCHEMA 1

/* What a layer's parts come to. */
struct totals {
    uint64_t space, covered, tried, evaluated, by_reduction;
    uint64_t cuts[SEARCH_CUT_N];
    uint64_t front_evaluated; /* tried and evaluated */
    double seconds, count_seconds, front_seconds;
    bool counted;
};

static struct totals totals_of(const struct map_layer *m)
{
    struct totals t = {.counted = true};
    for (int i = 0; i < m->n_parts; i++) {
        const struct search_result *r = &m->part[i].found;
        t.space = search_count_add(t.space, r->space);
        t.covered = search_count_add(t.covered, r->covered);
        t.by_reduction =
            search_count_add(t.by_reduction, r->covered_by_reduction);
        t.counted = t.counted && r->counted;
        t.tried += r->tried;
        t.evaluated += r->evaluated;
        t.seconds += r->seconds;
        t.count_seconds += r->count_seconds;
        t.front_evaluated +=
            m->part[i].front.tried + m->part[i].front.evaluated;
        t.front_seconds += m->part[i].front.seconds;
        for (int k = 0; k < SEARCH_CUT_N; k++)
            t.cuts[k] += r->cuts[k];
    }
    return t;
}

static char *parameters(const struct dataflow *dataflow,
                        const struct mapping *mapping)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    SIM_CHECK(to != NULL);
    fprintf(to, "%s", dataflow->name);
    for (int k = 0; dataflow->params[k].name != NULL; k++)
        fprintf(to, " %s=%d", dataflow->params[k].name, mapping->value[k]);
    SIM_CHECK(fclose(to) == 0);
    return text;
}

static void print_proof(const struct map_report *in, const struct map_layer *m,
                        FILE *to)
{
    const struct totals t = totals_of(m);
    const char *name = search_objective_name[in->objective];
    char text[512];
    if (m->proven && in->objective == SEARCH_front)
        snprintf(text, sizeof(text),
                 "the whole front under the closed form, proven");
    else if (m->proven)
        snprintf(text, sizeof(text),
                 "the least %s under the closed form, proven", name);
    else
        snprintf(
            text, sizeof(text), "not proven: %s; %s up to %s %% less may exist",
            m->leaves_l1_out ? "bounds leave out that words go to several L1s"
                             : "the time limit came first",
            name, text_percent(m->gap).text);
    text_paragraph(to, "  result   ", text);
    snprintf(
        text, sizeof(text),
        "%s%s mappings; %s of balanced cuts tried first; %s evaluated, %s left "
        "out by proven bounds%s",
        t.counted ? "" : "more than ", text_count(t.space).text,
        text_count(t.tried).text, text_count(t.evaluated).text,
        text_count(t.covered > t.evaluated ? t.covered - t.evaluated : 0).text,
        t.covered >= t.space ? "" : ", the rest not reached");
    text_paragraph(to, "  space    ", text);
    for (int k = 0; k < SEARCH_CUT_N; k++) {
        if (t.cuts[k] == 0)
            continue;
        if (k == SEARCH_CUT_reduction)
            snprintf(text, sizeof(text), "%s parts left out %s (%s mappings)",
                     text_count(t.cuts[k]).text, search_cut_doc[k],
                     text_count(t.by_reduction).text);
        else
            snprintf(text, sizeof(text), "%s parts left out %s",
                     text_count(t.cuts[k]).text, search_cut_doc[k]);
        text_paragraph(to, "           ", text);
    }
}

static void print_choices(const struct map_report *in, const char *title,
                          const struct map_choice *list, int n, bool simulated,
                          FILE *to)
{
    const char *unit = energy_unit(in->energy);
    struct grid *g = grid_new(simulated ? 5 : 4, 1);
    fprintf(to, "  %s\n", title);
    grid_left_last(g);
    grid_cell(g, "%s", "");
    grid_cell(g, "%s", unit);
    grid_cell(g, "cycles >=");
    if (simulated)
        grid_cell(g, "simulated");
    grid_cell(g, "mapping");
    grid_rule(g);
    for (int k = 0; k < n; k++) {
        const struct map_choice *c = &list[k];
        char *text = parameters(c->dataflow, &c->mapping);
        grid_cell(g, "%d", k + 1);
        grid_cell(g, "%.6g", c->cost.energy);
        grid_count(g, c->cost.cycles);
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

static void print_layer(const struct map_report *in, const struct map_layer *m,
                        FILE *to)
{
    fprintf(to, "%s\n", m->layer->name);
    print_proof(in, m, to);
    fputc('\n', to);
    print_choices(
        in, any_ran(m) ? "best, ranked by what they took simulated" : "best",
        m->choice, m->n_choices, any_ran(m), to);
    for (int k = 0; k < m->n_choices; k++)
        if (m->choice[k].why != NULL)
            fprintf(to, "  %d failed: %s\n", k + 1, m->choice[k].why);
    fputc('\n', to);
    print_choices(in,
                  m->front_proven
                      ? "Pareto front of energy and bound of cycles, proven"
                  : m->leaves_l1_out
                      ? "Pareto front of energy and bound of cycles, of the "
                        "best without copies in several L1s"
                      : "Pareto front of energy and bound of cycles, of those "
                        "evaluated before the time limit",
                  m->front, m->n_front, false, to);
    char *line = map_set_line(m->choice[0].dataflow, &m->choice[0].mapping);
    fputc('\n', to);
    text_paragraph(to, "  to run it  ", line);
    free(line);
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
    for (int i = 0; i < in->n_layers; i++) {
        fputc('\n', to);
        print_layer(in, &in->layer[i], to);
        energy += in->layer[i].choice[0].cost.energy;
    }
    if (in->n_layers > 1)
        fprintf(to, "\nall layers, the best of each: %.6g %s\n", energy,
                energy_unit(in->energy));
}

static json_t *choice_json(const struct map_choice *c)
{
    json_t *o = tree_object(), *p = tree_object();
    char *line = map_set_line(c->dataflow, &c->mapping);
    tree_put_text(o, "dataflow", c->dataflow->name);
    for (int k = 0; c->dataflow->params[k].name != NULL; k++)
        tree_put(p, c->dataflow->params[k].name,
                 json_integer(c->mapping.value[k]));
    tree_put(o, "parameters", p);
    tree_put_real(o, "energy", c->cost.energy);
    tree_put_count(o, "bound_cycles", c->cost.cycles);
    tree_put_text(o, "bound_by", bound_name[c->bound_by]);
    if (c->ran)
        tree_put_count(o, "cycles", c->cycles);
    if (c->why != NULL)
        tree_put_text(o, "failed", c->why);
    tree_put_text(o, "options", line);
    free(line);
    return o;
}

static json_t *choices_json(const struct map_choice *list, int n)
{
    json_t *a = tree_array();
    for (int k = 0; k < n; k++)
        tree_append(a, choice_json(&list[k]));
    return a;
}

static json_t *layer_json(const struct map_layer *m)
{
    const struct totals t = totals_of(m);
    json_t *o = tree_object(), *space = tree_object(), *cuts = tree_object();
    tree_put_text(o, "name", m->layer->name);
    tree_put(o, "proven", json_boolean(m->proven));
    tree_put_real(o, "gap", m->gap);
    tree_put_count(space, "mappings", t.space);
    tree_put(space, "counted_all", json_boolean(t.counted));
    tree_put_count(space, "covered", t.covered);
    tree_put_count(space, "tried", t.tried);
    tree_put_count(space, "evaluated", t.evaluated);
    tree_put_count(space, "left_out_by_reduction", t.by_reduction);
    for (int k = 0; k < SEARCH_CUT_N; k++)
        tree_put_count(cuts, search_cut_name[k], t.cuts[k]);
    tree_put(space, "parts_left_out", cuts);
    tree_put(o, "space", space);
    tree_put(o, "best", choices_json(m->choice, m->n_choices));
    tree_put(o, "front", choices_json(m->front, m->n_front));
    tree_put(o, "front_proven", json_boolean(m->front_proven));
    return o;
}

static void print_json(const struct map_report *in, FILE *to)
{
    json_t *o = tree_object(), *layers = tree_array();
    for (int i = 0; i < in->n_layers; i++)
        tree_append(layers, layer_json(&in->layer[i]));
    tree_put_text(o, "accelsim", ACCELSIM_VERSION);
    tree_put(o, "schema", json_integer(SCHEMA));
    tree_put_text(o, "arch", in->arch->name);
    tree_put_text(o, "network", in->network);
    tree_put(o, "batch", json_integer(in->batch));
    tree_put_text(o, "objective", search_objective_name[in->objective]);
    tree_put_text(o, "energy_unit", energy_unit(in->energy));
    tree_put(o, "layers", layers);
    SIM_CHECK(tree_print(o, to));
}

static void print_csv(const struct map_report *in, FILE *to)
{
    fprintf(to, "layer,rank,dataflow,parameters,energy,energy_unit,"
                "bound_cycles,bound_by,cycles,proven,gap\n");
    for (int i = 0; i < in->n_layers; i++) {
        const struct map_layer *m = &in->layer[i];
        for (int k = 0; k < m->n_choices; k++) {
            const struct map_choice *c = &m->choice[k];
            char *text = parameters(c->dataflow, &c->mapping);
            csv_put_text(m->layer->name, to);
            fprintf(to, ",%d,%s,%s,%.17g,", k + 1, c->dataflow->name, text,
                    c->cost.energy);
            csv_put_text(energy_unit(in->energy), to);
            fprintf(to, ",%" PRIu64 ",%s,", c->cost.cycles,
                    bound_name[c->bound_by]);
            if (c->ran)
                fprintf(to, "%" PRIu64, c->cycles);
            fprintf(to, ",%s,%.17g\n", m->proven ? "true" : "false", m->gap);
            free(text);
        }
    }
}

bool map_report_write(const struct map_report *in, enum report_format format,
                      FILE *to)
{
    switch (format) {
    case REPORT_JSON:
        print_json(in, to);
        break;
    case REPORT_CSV:
        print_csv(in, to);
        break;
    case REPORT_TABLE:
    case REPORT_MARKDOWN: /* the options keep it to 'validate' */
        print_table(in, to);
        break;
    }
    return fflush(to) == 0 && ferror(to) == 0;
}

static void save_row(const struct map_layer *m, FILE *to)
{
    const struct map_choice *c = &m->choice[0];
    fprintf(to, "    { layer = \"%s\";", m->layer->name);
    for (int k = 0; c->dataflow->params[k].name != NULL; k++)
        fprintf(to, " %s = %d;", c->dataflow->params[k].name,
                c->mapping.value[k]);
    fprintf(to, " }");
}

void map_report_save(const struct map_report *in, FILE *to)
{
    fprintf(to, "# Mappings found by accelsim map on ");
    comment_put_text(in->arch->name, to);
    fprintf(to,
            ", batch %d: %s.\n"
            "# To run them: accelsim --cfg FILE --dataflow NAME --mappings "
            "THIS\n"
            "mapping_tables = {\n",
            in->batch, search_objective_doc[in->objective]);
    for (int i = 0; dataflow_table[i] != NULL; i++) {
        int rows = 0;
        for (int k = 0; k < in->n_layers; k++) {
            const struct map_layer *m = &in->layer[k];
            if (m->choice[0].dataflow != dataflow_table[i])
                continue;
            if (rows++ == 0)
                fprintf(to,
                        "  %s = { dataflow = \"%s\"; network = \"%s\"; "
                        "rows = (\n",
                        dataflow_table[i]->name, dataflow_table[i]->name,
                        in->network[0] != '\0' ? in->network
                                               : MAPPINGS_NO_NETWORK);
            else
                fprintf(to, ",\n");
            save_row(m, to);
        }
        if (rows > 0)
            fprintf(to, "\n  ); };\n");
    }
    fprintf(to, "};\n");
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
    if (m->twin != NULL) {
        fprintf(to, "accelsim: %s: as %s\n", m->layer->name, m->twin->name);
        return;
    }
    const struct totals t = totals_of(m);
    double seconds = t.seconds > 1e-9 ? t.seconds : 1e-9;
    fprintf(
        to,
        "accelsim: %s: %s%s mappings covered in %.3f s (%s/s), %s evaluated "
        "(%s/s), %s; the space counted in %.3f s; the front in %.3f s, %s "
        "evaluated\n",
        m->layer->name, t.counted ? "" : "more than ",
        text_count(t.covered).text, t.seconds,
        text_short((double)t.covered / seconds).text,
        text_count(t.tried + t.evaluated).text,
        text_short((double)(t.tried + t.evaluated) / seconds).text,
        m->proven ? "proven" : "stopped by the time limit", t.count_seconds,
        t.front_seconds, text_count(t.front_evaluated).text);
}
