/* map_json.c - what `map` found as JSON: the same keys for named dataflows and
 * for nests, null where one of them has no meaning (docs/mapping.md).
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/map/map_report.h"
#include "sim/report/report_tree.h"

#define SCHEMA 2

/* By enum map_stop. */
static const char *const stop_name[MAP_STOP_N] = {
    [MAP_TIME] = "time", [MAP_BUDGET] = "budget", [MAP_L1] = "l1"};

/* A count that one of the searches does not have. */
static void put_count_if(json_t *o, const char *key, bool has, uint64_t value)
{
    tree_put(o, key, has ? tree_count(value) : json_null());
}

static json_t *parameters_json(const struct map_choice *c)
{
    const struct dataflow *dataflow = c->mapping.dataflow;
    json_t *o = tree_object();
    for (int k = 0; dataflow->params[k].name != NULL; k++)
        if (dataflow_param_is_told(dataflow->params[k].name,
                                   c->mapping.mapping.value[k]))
            tree_put(o, dataflow->params[k].name,
                     json_integer(c->mapping.mapping.value[k]));
    return o;
}

static json_t *choice_json(const struct map_report *in,
                           const struct layer *layer,
                           const struct map_choice *c)
{
    const bool is_nest = layer_mapping_is_nest(&c->mapping);
    json_t *o = tree_object();
    char *entry = map_choice_entry(in, layer, NULL, c);
    char *options = map_choice_options(c);
    tree_put_text(o, "dataflow", c->mapping.dataflow->name);
    tree_put(o, "parameters", is_nest ? json_null() : parameters_json(c));
    tree_put_real(o, "energy", c->cost.energy);
    if (in->n_tables > 1) {
        json_t *all = tree_object();
        for (int i = 0; i < in->n_tables; i++)
            tree_put_real(all, energy_name(in->tables[i]), c->by_table[i]);
        tree_put(o, "energy_by_table", all);
    }
    tree_put_count(o, "bound_cycles", c->bound_cycles);
    tree_put_text(o, "bound_by", bound_name[c->bound_by]);
    if (c->ran)
        tree_put_count(o, "cycles", c->cycles);
    if (c->why != NULL)
        tree_put_text(o, "failed", c->why);
    tree_put_text(o, "mapping", entry);
    if (is_nest)
        tree_put(o, "options", json_null());
    else
        tree_put_text(o, "options", options);
    free(options);
    free(entry);
    return o;
}

static json_t *choices_json(const struct map_report *in,
                            const struct layer *layer,
                            const struct map_choice *list, int n)
{
    json_t *a = tree_array();
    for (int k = 0; k < n; k++)
        tree_append(a, choice_json(in, layer, &list[k]));
    return a;
}

static json_t *space_json(const struct map_layer *m)
{
    const struct map_space *s = &m->space;
    json_t *o = tree_object(), *cuts = tree_object();
    tree_put_count(o, "mappings", s->mappings);
    tree_put(o, "counted_all", json_boolean(s->counted));
    put_count_if(o, "covered", !m->is_nest, s->covered);
    put_count_if(o, "tried", !m->is_nest, s->tried);
    tree_put_count(o, "evaluated", s->evaluated);
    put_count_if(o, "bounded", m->is_nest, s->bounded);
    put_count_if(o, "left_out_by_reduction", !m->is_nest, s->by_reduction);
    for (int k = 0; k < s->n_cuts; k++)
        tree_put_count(cuts, s->cut[k].name, s->cut[k].parts);
    tree_put(o, "parts_left_out", cuts);
    return o;
}

static json_t *layer_json(const struct map_report *in,
                          const struct map_layer *m)
{
    json_t *o = tree_object();
    tree_put_text(o, "name", m->layer->name);
    tree_put(o, "proven", json_boolean(m->stop == MAP_PROVEN));
    if (stop_name[m->stop] != NULL)
        tree_put_text(o, "stopped_by", stop_name[m->stop]);
    else
        tree_put(o, "stopped_by", json_null());
    tree_put_real(o, "gap", m->gap);
    tree_put(o, "space", space_json(m));
    tree_put(o, "best", choices_json(in, m->layer, m->choice, m->n_choices));
    tree_put(o, "front", choices_json(in, m->layer, m->front, m->n_front));
    tree_put(o, "front_proven", json_boolean(m->front_proven));
    return o;
}

bool map_report_json(const struct map_report *in, FILE *to)
{
    json_t *o = tree_object(), *layers = tree_array();
    for (int i = 0; i < in->n_layers; i++)
        tree_append(layers, layer_json(in, &in->layer[i]));
    tree_put_text(o, "accelsim", ACCELSIM_VERSION);
    tree_put(o, "schema", json_integer(SCHEMA));
    tree_put_text(o, "arch", in->arch->name);
    tree_put_text(o, "network", in->network);
    tree_put(o, "batch", json_integer(in->batch));
    tree_put_text(o, "objective", search_objective_name[in->objective]);
    tree_put_text(o, "energy_unit", energy_unit(in->energy));
    tree_put(o, "layers", layers);
    return tree_print(o, to);
}
