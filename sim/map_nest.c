/* map_nest.c - see map_nest.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/map_nest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest_text.h"
#include "dataflows/search_nest.h"
#include "sim/output.h"
#include "sim/report_document.h"
#include "sim/report_grid.h"
#include "sim/search_costs.h"

#define WHOLE_SPACE_MAX 2000000 /* nests: some seconds */
#define CLIMB_SECONDS 10        /* without --time-limit */

static const struct src_pos command_line = {NULL, 0};

struct found {
    const struct layer *layer;
    struct search_nest_result r;
};

static double gap_of(const struct search_nest_result *r)
{
    return r->proven ? 0 : 1 - r->least_energy / r->energy;
}

static bool can_be_searched(const struct invocation *s)
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
    if (s->options.map.objective != SEARCH_energy)
        return diag_error(s->diag, command_line,
                          "'--objective' is '%s'; of nests, 'energy' is "
                          "searched",
                          search_objective_name[s->options.map.objective]);
    return true;
}

static bool search(struct invocation *s, struct found *found)
{
    const struct arch *arch = config_arch(s->cfg);
    const int limit = s->options.map.time_limit_seconds;
    const struct search_nest_options options = {
        .whole_space_max = WHOLE_SPACE_MAX,
        .time_limit_seconds = limit > 0 ? limit : CLIMB_SECONDS,
    };
    struct energy_costs energy;
    struct search_costs costs;
    energy_costs_of(s->energy, arch, &energy);
    search_costs_of(&energy, arch, &costs);
    for (int i = 0; i < s->workload->n_layers; i++) {
        found[i].layer = &s->workload->layer[i];
        if (!search_nest(arch, found[i].layer, &costs, &options, &found[i].r))
            return diag_fail(s->diag, EXIT_NO_MAPPING, command_line,
                             "layer '%s': no nest was found that register "
                             "files and L2 hold; enlarge them",
                             found[i].layer->name);
    }
    return true;
}

static struct number_text space_text(const struct search_nest_result *r)
{
    struct number_text t;
    if (r->space < UINT64_MAX)
        return text_count(r->space);
    snprintf(t.text, sizeof(t.text), "more than 1.8e19");
    return t;
}

static void print_table(const struct invocation *s, const struct found *found,
                        FILE *to)
{
    for (int i = 0; i < s->workload->n_layers; i++) {
        const struct search_nest_result *r = &found[i].r;
        char text[512];
        fprintf(to, "%s%s\n", i > 0 ? "\n" : "", found[i].layer->name);
        if (r->proven)
            snprintf(text, sizeof(text),
                     "the least energy of all nests, proven");
        else
            snprintf(text, sizeof(text),
                     "not proven: the best of a climb; no nest can save more "
                     "than %s %% of it",
                     text_percent(gap_of(r)).text);
        text_paragraph(to, "  result   ", text);
        snprintf(text, sizeof(text),
                 "%s nests that cover the layer on the array; %s evaluated, "
                 "%s partial tilings left out that overflow the array, a "
                 "register file or L2",
                 space_text(r).text, text_count(r->evaluated).text,
                 text_count(r->overflows).text);
        text_paragraph(to, "  space    ", text);
        fprintf(to, "  energy   %.6g %s\n  cycles   at least %s\n\n", r->energy,
                energy_unit(s->energy), text_count(r->cycles).text);
        nest_print(config_arch(s->cfg), found[i].layer, &r->nest,
                   found[i].layer->name, to);
    }
}

/* The text of nest_print, without the list around it. */
static char *entry(const struct arch *arch, const struct found *found)
{
    static const char head[] = "mappings = ( ", tail[] = " );\n";
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    SIM_CHECK(to != NULL);
    nest_print(arch, found->layer, &found->r.nest, found->layer->name, to);
    SIM_CHECK(fclose(to) == 0);
    SIM_CHECK(strncmp(text, head, strlen(head)) == 0 && size > strlen(tail));
    SIM_CHECK(strcmp(text + size - strlen(tail), tail) == 0);
    text[size - strlen(tail)] = '\0';
    memmove(text, text + strlen(head), size - strlen(tail) - strlen(head) + 1);
    return text;
}

static void print_file(const struct invocation *s, const struct found *found,
                       FILE *to)
{
    fprintf(to,
            "# Nests found by accelsim map --dataflow nest on %s.\n"
            "# To run them: accelsim --cfg FILE --mapping THIS\n"
            "mappings = ( ",
            config_arch(s->cfg)->name);
    for (int i = 0; i < s->workload->n_layers; i++) {
        char *text = entry(config_arch(s->cfg), &found[i]);
        fprintf(to, "%s%s", i > 0 ? ", " : "", text);
        free(text);
    }
    fprintf(to, " );\n");
}

static void put(json_t *o, const char *key, json_t *value)
{
    SIM_CHECK(value != NULL && json_object_set_new(o, key, value) == 0);
}

static void print_json(const struct invocation *s, const struct found *found,
                       FILE *to)
{
    json_t *o = json_object(), *layers = json_array();
    for (int i = 0; i < s->workload->n_layers; i++) {
        const struct search_nest_result *r = &found[i].r;
        json_t *l = json_object();
        char *text = entry(config_arch(s->cfg), &found[i]);
        put(l, "name", json_string(found[i].layer->name));
        put(l, "proven", json_boolean(r->proven));
        put(l, "gap", json_real(gap_of(r)));
        if (r->space <= INT64_MAX)
            put(l, "space", json_integer((json_int_t)r->space));
        put(l, "evaluated", json_integer((json_int_t)r->evaluated));
        put(l, "energy", json_real(r->energy));
        put(l, "bound_cycles", json_integer((json_int_t)r->cycles));
        put(l, "mapping", json_string(text));
        SIM_CHECK(json_array_append_new(layers, l) == 0);
        free(text);
    }
    put(o, "schema", json_integer(1));
    put(o, "arch", json_string(config_arch(s->cfg)->name));
    put(o, "energy_unit", json_string(energy_unit(s->energy)));
    put(o, "layers", layers);
    SIM_CHECK(json_dumpf(o, to,
                         JSON_INDENT(2) |
                             JSON_REAL_PRECISION(REPORT_REAL_DIGITS)) == 0);
    fputc('\n', to);
    json_decref(o);
}

static void write_to(struct invocation *s, const char *path,
                     const struct found *found,
                     void (*print)(const struct invocation *s,
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

void map_nest(struct invocation *s)
{
    if (!can_be_searched(s))
        return;
    struct found *found =
        xcalloc((size_t)s->workload->n_layers, sizeof(*found));
    if (search(s, found)) {
        if (s->options.map.save != NULL)
            write_to(s, s->options.map.save, found, print_file);
        write_to(s, s->options.output, found,
                 s->options.format == REPORT_JSON ? print_json : print_table);
        for (int i = 0; i < s->workload->n_layers; i++)
            fprintf(stderr,
                    "accelsim: %s: %s nests evaluated in %.2f s (%s/s); %s\n",
                    found[i].layer->name, text_count(found[i].r.evaluated).text,
                    found[i].r.seconds,
                    text_short((double)found[i].r.evaluated /
                               (found[i].r.seconds + 1e-9))
                        .text,
                    found[i].r.proven ? "proven" : "not proven");
    }
    free(found);
}
