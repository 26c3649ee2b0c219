/* map_nest.c - searches loop nests layer by layer, simulates the best few and
 * prints them as a table, JSON or CSV.
 * SPDX-License-Identifier: MIT
 */
#include "sim/map/map_nest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_text.h"
#include "dataflows/search/best.h"
#include "dataflows/search/search_nest.h"
#include "sim/base/clock.h"
#include "sim/base/output.h"
#include "sim/choose/chooser.h"
#include "sim/choose/search_costs.h"
#include "sim/config/nest_limits_file.h"
#include "sim/map/map_report.h"
#include "sim/report/grid.h"
#include "sim/report/report_tree.h"
#include "sim/run/model.h"
#include "sim/run/simulate.h"

/* Bounds of parts, and ten for each nest evaluated: some seconds. */
#define BUDGET 20000000

static const struct src_pos command_line = {NULL, 0};

/* What a nest took, or why it did not run. */
struct run {
    bool ran;
    uint64_t cycles;
    char *why; /* owns, or NULL */
};

struct found {
    const struct layer *layer;
    struct search_nest_result r;
    uint64_t space;
    struct run *run; /* owns; of the best, by rank */
    int *rank;       /* owns; best first: by the objective, with cycles run */
};

static bool is_proven(const struct search_nest_result *r)
{
    return r->end == SEARCH_NEST_PROVEN;
}

static bool can_be_searched(const struct map_nest_input *s)
{
    if (config_arch(s->cfg)->array_network != NETWORK_MULTICAST ||
        config_arch(s->cfg)->psum_reduce == PSUM_TREE)
        return diag_error(s->diag, command_line,
                          "'%s' is systolic or sums psums by trees; nests run "
                          "on multicast networks with chains",
                          config_arch(s->cfg)->name);
    if (config_arch(s->cfg)->has_l1)
        return diag_error(s->diag, command_line,
                          "'%s' has an L1; nests are searched on machines "
                          "without one",
                          config_arch(s->cfg)->name);
    return true;
}

static void simulate(const struct map_nest_input *s, const struct layer *layer,
                     const struct search_nest_found *found, struct run *out)
{
    const struct simulate_options options = {.memo = true,
                                             .max_cycles = s->max_cycles};
    const struct arch *arch = config_arch(s->cfg);
    struct layer_mapping mapping;
    struct layer_result r = {0};
    struct diag *d = diag_new();
    out->ran = choose_nest(arch, layer, &found->nest, NULL, &mapping, d) &&
               simulate_layer(arch, layer, &mapping, &options, &r, d);
    if (out->ran) {
        SIM_CHECK(r.cycles >= found->cost.cycles);
        out->cycles = r.cycles;
        layer_result_fini(&r);
    } else {
        out->why = xstrdup(diag_text(d, 0));
    }
    diag_free(d);
}

static bool is_before(const struct map_nest_input *s, const struct found *f,
                      int a, int b)
{
    const struct search_cost x = {f->r.best[a].cost.energy, f->run[a].cycles};
    const struct search_cost y = {f->r.best[b].cost.energy, f->run[b].cycles};
    struct search_key i = search_key_of(s->map->objective, &x);
    struct search_key k = search_key_of(s->map->objective, &y);
    if (f->run[a].ran != f->run[b].ran)
        return f->run[a].ran;
    return i.first != k.first ? i.first < k.first : i.second < k.second;
}

/* Runs the best; those that ran first, by the objective with their cycles. */
static void rank(const struct map_nest_input *s, struct found *f)
{
    f->run = xcalloc((size_t)f->r.n_best, sizeof(*f->run));
    f->rank = xcalloc((size_t)f->r.n_best, sizeof(*f->rank));
    for (int i = 0; i < f->r.n_best; i++) {
        int k = i;
        if (s->map->top > 0)
            simulate(s, f->layer, &f->r.best[i], &f->run[i]);
        for (; k > 0 && is_before(s, f, i, f->rank[k - 1]); k--)
            f->rank[k] = f->rank[k - 1];
        f->rank[k] = i;
    }
}

static bool can_be_counted(const struct map_nest_input *s,
                           const struct layer *layer, const struct nest *nest)
{
    const struct arch *arch = config_arch(s->cfg);
    struct layer_mapping mapping;
    struct layer_result r;
    return choose_nest(arch, layer, nest, NULL, &mapping, s->diag) &&
           model_layer(arch, layer, &mapping, false, &r, s->diag);
}

static bool search(const struct map_nest_input *s, struct found *found)
{
    const struct arch *arch = config_arch(s->cfg);
    const int limit = s->map->time_limit_seconds;
    struct nest_limits limits = {.rf_words = 0};
    const struct search_nest_options options = {
        .objective = s->map->objective,
        .top = s->map->top > 0 ? s->map->top : 1,
        .budget = BUDGET,
        .now_seconds = clock_now_seconds,
        .time_limit_seconds = limit,
        .limits = &limits,
    };
    struct energy_costs energy;
    struct search_costs costs;
    if (s->map->constraints != NULL &&
        !nest_limits_read(s->map->constraints, command_line, &limits, s->diag))
        return false;
    energy_costs_of(s->energy, arch, &energy);
    search_costs_of(&energy, arch, &costs);
    for (int i = 0; i < s->workload->n_layers; i++) {
        found[i].layer = &s->workload->layer[i];
        if (!search_nest(arch, found[i].layer, &costs, &options, &found[i].r))
            return diag_fail(s->diag, EXIT_NO_MAPPING, command_line,
                             s->map->constraints != NULL
                                 ? "layer '%s': no nest was found under these "
                                   "constraints that register files and L2 "
                                   "hold; loosen or enlarge them"
                                 : "layer '%s': no nest was found that "
                                   "register files and L2 hold; enlarge them",
                             found[i].layer->name);
        for (int k = 0; k < found[i].r.n_best; k++)
            if (!can_be_counted(s, found[i].layer, &found[i].r.best[k].nest))
                return false;
        found[i].space = search_nest_space(arch, found[i].layer);
        rank(s, &found[i]);
    }
    return true;
}

static const struct search_nest_found *best_of(const struct found *f)
{
    return &f->r.best[f->rank[0]];
}

static struct number_text space_text(uint64_t space)
{
    struct number_text t;
    if (space < UINT64_MAX)
        return text_count(space);
    snprintf(t.text, sizeof(t.text), "more than 1.8e19");
    return t;
}

static void print_proof(const struct map_nest_input *s, const struct found *f,
                        FILE *to)
{
    const struct search_nest_result *r = &f->r;
    const bool front = s->map->objective == SEARCH_front;
    const char *name = search_objective_name[s->map->objective];
    char text[512];
    if (is_proven(r) && front)
        snprintf(text, sizeof(text),
                 "the whole front under the closed form, proven");
    else if (is_proven(r))
        snprintf(
            text, sizeof(text),
            "the least %s of all nests%s under the closed form, proven", name,
            s->map->constraints != NULL ? " that the constraints allow" : "");
    else if (front)
        snprintf(text, sizeof(text), "not proven: the %s came first",
                 r->end == SEARCH_NEST_TIME ? "time limit" : "budget");
    else
        snprintf(text, sizeof(text),
                 "not proven: the %s came first; %s up to %s %% less may exist",
                 r->end == SEARCH_NEST_TIME ? "time limit" : "budget", name,
                 text_percent(r->gap).text);
    text_paragraph(to, "  result   ", text);
    snprintf(text, sizeof(text),
             "%s nests that cover the layer on the array; %s evaluated, %s "
             "bounds of parts",
             space_text(f->space).text, text_count(r->evaluated).text,
             text_count(r->bounded).text);
    text_paragraph(to, "  space    ", text);
    for (int k = 0; k < SEARCH_NEST_CUT_N; k++) {
        if (r->cuts[k] == 0)
            continue;
        snprintf(text, sizeof(text), "%s parts left out %s",
                 text_count(r->cuts[k]).text, search_nest_cut_doc[k]);
        text_paragraph(to, "           ", text);
    }
}

static void print_table(const struct map_nest_input *s,
                        const struct found *found, FILE *to)
{
    for (int i = 0; i < s->workload->n_layers; i++) {
        const struct found *f = &found[i];
        struct grid *g = grid_new(4, 1);
        fprintf(to, "%s%s\n", i > 0 ? "\n" : "", f->layer->name);
        print_proof(s, f, to);
        fprintf(to, "\n  best, ranked by what they took simulated\n");
        grid_cell(g, "%s", "");
        grid_cell(g, "%s", energy_unit(s->energy));
        grid_cell(g, "cycles >=");
        grid_cell(g, "simulated");
        grid_rule(g);
        for (int k = 0; k < f->r.n_best; k++) {
            const struct search_nest_found *one = &f->r.best[f->rank[k]];
            const struct run *run = &f->run[f->rank[k]];
            grid_cell(g, "%d", k + 1);
            grid_cell(g, "%.6g", one->cost.energy);
            grid_count(g, one->cost.cycles);
            if (run->ran)
                grid_count(g, run->cycles);
            else
                grid_cell(g, run->why != NULL ? "failed" : "not run");
        }
        grid_print(g, 2, to);
        grid_free(g);
        for (int k = 0; k < f->r.n_best; k++)
            if (f->run[f->rank[k]].why != NULL)
                fprintf(to, "  %d failed: %s\n", k + 1, f->run[f->rank[k]].why);
        fprintf(to, "\n  Pareto front of energy and bound of cycles, %s\n",
                is_proven(&f->r) && s->map->objective == SEARCH_front
                    ? "proven"
                    : "of those evaluated");
        g = grid_new(3, 1);
        grid_cell(g, "%s", "");
        grid_cell(g, "%s", energy_unit(s->energy));
        grid_cell(g, "cycles >=");
        grid_rule(g);
        for (int k = 0; k < f->r.n_front; k++) {
            grid_cell(g, "%d", k + 1);
            grid_cell(g, "%.6g", f->r.front[k].cost.energy);
            grid_count(g, f->r.front[k].cost.cycles);
        }
        grid_print(g, 2, to);
        grid_free(g);
        fputc('\n', to);
        nest_print(config_arch(s->cfg), f->layer, &best_of(f)->nest,
                   f->layer->name, to);
    }
}

/* The text of nest_print, without the list around it. */
static char *entry(const struct arch *arch, const struct layer *layer,
                   const struct nest *nest)
{
    static const char head[] = "mappings = ( ", tail[] = " );\n";
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    SIM_CHECK(to != NULL);
    nest_print(arch, layer, nest, layer->name, to);
    SIM_CHECK(fclose(to) == 0);
    SIM_CHECK(strncmp(text, head, strlen(head)) == 0 && size > strlen(tail));
    SIM_CHECK(strcmp(text + size - strlen(tail), tail) == 0);
    text[size - strlen(tail)] = '\0';
    memmove(text, text + strlen(head), size - strlen(tail) - strlen(head) + 1);
    return text;
}

static void print_file(const struct map_nest_input *s,
                       const struct found *found, FILE *to)
{
    fprintf(to, "# Nests found by accelsim map --dataflow nest on ");
    comment_put_text(config_arch(s->cfg)->name, to);
    fprintf(to, ".\n# To run them: accelsim --cfg FILE --mapping THIS\n"
                "mappings = ( ");
    for (int i = 0; i < s->workload->n_layers; i++) {
        char *text = entry(config_arch(s->cfg), found[i].layer,
                           &best_of(&found[i])->nest);
        fprintf(to, "%s%s", i > 0 ? ", " : "", text);
        free(text);
    }
    fprintf(to, " );\n");
}

static json_t *cost_json(const struct map_nest_input *s,
                         const struct layer *layer,
                         const struct search_nest_found *found)
{
    json_t *o = tree_object();
    char *text = entry(config_arch(s->cfg), layer, &found->nest);
    tree_put_real(o, "energy", found->cost.energy);
    tree_put_count(o, "bound_cycles", found->cost.cycles);
    tree_put_text(o, "mapping", text);
    free(text);
    return o;
}

static json_t *layer_json(const struct map_nest_input *s, const struct found *f)
{
    const struct search_nest_result *r = &f->r;
    json_t *l = tree_object(), *cuts = tree_object();
    json_t *best = tree_array(), *front = tree_array();
    tree_put_text(l, "name", f->layer->name);
    tree_put(l, "proven", json_boolean(is_proven(r)));
    if (!is_proven(r))
        tree_put_text(l, "stopped_by",
                      r->end == SEARCH_NEST_TIME ? "time" : "budget");
    tree_put_real(l, "gap", r->gap);
    if (f->space <= INT64_MAX)
        tree_put_count(l, "space", f->space);
    tree_put_count(l, "evaluated", r->evaluated);
    tree_put_count(l, "bounded", r->bounded);
    for (int k = 0; k < SEARCH_NEST_CUT_N; k++)
        tree_put_count(cuts, search_nest_cut_name[k], r->cuts[k]);
    tree_put(l, "parts_left_out", cuts);
    for (int k = 0; k < r->n_best; k++) {
        const struct run *run = &f->run[f->rank[k]];
        json_t *o = cost_json(s, f->layer, &r->best[f->rank[k]]);
        if (run->ran)
            tree_put_count(o, "cycles", run->cycles);
        else if (run->why != NULL)
            tree_put_text(o, "failed", run->why);
        tree_append(best, o);
    }
    for (int k = 0; k < r->n_front; k++)
        tree_append(front, cost_json(s, f->layer, &r->front[k]));
    tree_put(l, "best", best);
    tree_put(l, "front", front);
    return l;
}

static void print_json(const struct map_nest_input *s,
                       const struct found *found, FILE *to)
{
    json_t *o = tree_object(), *layers = tree_array();
    for (int i = 0; i < s->workload->n_layers; i++)
        tree_append(layers, layer_json(s, &found[i]));
    tree_put(o, "schema", json_integer(2));
    tree_put_text(o, "arch", config_arch(s->cfg)->name);
    tree_put_text(o, "objective", search_objective_name[s->map->objective]);
    tree_put_text(o, "energy_unit", energy_unit(s->energy));
    tree_put(o, "layers", layers);
    SIM_CHECK(tree_print(o, to));
}

static void print_csv(const struct map_nest_input *s, const struct found *found,
                      FILE *to)
{
    fprintf(to, "layer,rank,energy,energy_unit,bound_cycles,cycles,proven,"
                "gap\n");
    for (int i = 0; i < s->workload->n_layers; i++)
        for (int k = 0; k < found[i].r.n_best; k++) {
            const struct found *f = &found[i];
            const struct search_nest_found *one = &f->r.best[f->rank[k]];
            csv_put_text(f->layer->name, to);
            fprintf(to, ",%d,%.17g,", k + 1, one->cost.energy);
            csv_put_text(energy_unit(s->energy), to);
            fprintf(to, ",%" PRIu64 ",", one->cost.cycles);
            if (f->run[f->rank[k]].ran)
                fprintf(to, "%" PRIu64, f->run[f->rank[k]].cycles);
            fprintf(to, ",%s,%.17g\n", is_proven(&f->r) ? "true" : "false",
                    f->r.gap);
        }
}

static void write_to(const struct map_nest_input *s, const char *path,
                     const struct found *found,
                     void (*print)(const struct map_nest_input *s,
                                   const struct found *found, FILE *to))
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    SIM_CHECK(to != NULL);
    print(s, found, to);
    SIM_CHECK(fclose(to) == 0);
    output_write(path, text, size, s->diag);
    free(text);
}

/* A layer without a nest that runs is reported, and fails. */
static bool all_ran(const struct map_nest_input *s, const struct found *found)
{
    bool ok = true;
    for (int i = 0; i < s->workload->n_layers; i++) {
        const struct run *first = &found[i].run[found[i].rank[0]];
        if (!first->ran && first->why != NULL) {
            map_report_failure(found[i].layer->name, first->why, s->diag);
            ok = false;
        }
    }
    return ok;
}

static void free_found(struct found *f)
{
    for (int k = 0; f->run != NULL && k < f->r.n_best; k++)
        free(f->run[k].why);
    free(f->run);
    free(f->rank);
    search_nest_result_fini(&f->r);
}

void map_nest(const struct map_nest_input *s)
{
    if (!can_be_searched(s))
        return;
    struct found *found =
        xcalloc((size_t)s->workload->n_layers, sizeof(*found));
    if (search(s, found)) {
        if (all_ran(s, found) && s->map->save != NULL)
            write_to(s, s->map->save, found, print_file);
        write_to(s, s->output, found,
                 s->format == REPORT_JSON  ? print_json
                 : s->format == REPORT_CSV ? print_csv
                                           : print_table);
        for (int i = 0; i < s->workload->n_layers; i++) {
            const struct search_nest_result *r = &found[i].r;
            double seconds = r->seconds + 1e-9;
            fprintf(stderr,
                    "accelsim: %s: %s nests evaluated and %s parts bounded in "
                    "%.2f s (%s/s and %s/s); %s\n",
                    found[i].layer->name, text_count(r->evaluated).text,
                    text_count(r->bounded).text, r->seconds,
                    text_short((double)r->evaluated / seconds).text,
                    text_short((double)r->bounded / seconds).text,
                    is_proven(r)                 ? "proven"
                    : r->end == SEARCH_NEST_TIME ? "stopped by the time limit"
                                                 : "stopped by the budget");
        }
    }
    for (int i = 0; i < s->workload->n_layers; i++)
        free_found(&found[i]);
    free(found);
}
