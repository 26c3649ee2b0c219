/* plan_check.c - whether what a plan names exists, before anything runs: keys,
 * values, architectures, tables, networks and layers.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/energy/energy.h"
#include "sim/sweep/names.h"
#include "sim/sweep/points.h"

static const struct plan_key *key_of(const struct plan *p,
                                     enum plan_key_kind kind)
{
    for (int i = 0; i < p->n_keys; i++)
        if (p->key[i].kind == kind)
            return &p->key[i];
    return NULL;
}

/* The value of a key in a row of its axis. */
static const struct cell *value_of(const struct plan *p,
                                   const struct plan_key *key, int row)
{
    const struct plan_axis *axis = &p->axis[key->axis];
    return &axis->value[row * axis->n_keys + key->part];
}

/* Whether the schema takes the value, whatever the machine. */
static bool schema_takes(const struct plan_key *key, const struct cell *value,
                         struct inputs *inputs, struct src_pos at,
                         struct diag *d)
{
    char number[CELL_NUMBER_BYTES];
    return name_takes(key->name, cell_words(value, number), inputs, at, d);
}

/* A machine's files are read when it is made; a store is to know of them. */
static bool reads_its_files(const char *name, struct inputs *inputs,
                            struct src_pos at, struct diag *d)
{
    const struct config *cfg = inputs_config(inputs, name, at, d);
    const bool ok =
        cfg != NULL &&
        name_reads_file("mapping.file", config_arch(cfg)->mapping_file, inputs,
                        config_pos(cfg, "mapping.file"), d);
    inputs_give_back_config(inputs, cfg);
    return ok;
}

static bool takes(const struct plan_key *key, const struct cell *value,
                  struct inputs *inputs, struct src_pos at, struct diag *d)
{
    enum search_objective objective;
    if (key->kind == PLAN_SET)
        return schema_takes(key, value, inputs, at, d);
    if (key->kind == PLAN_batch)
        return (value->kind == CELL_WHOLE && value->whole >= 1 &&
                value->whole <= LAYER_DIM_MAX) ||
               diag_error(d, at,
                          "a value of 'batch' is none; a whole number from 1 "
                          "to %d is needed",
                          LAYER_DIM_MAX);
    if (value->kind != CELL_TEXT)
        return diag_error(d, at,
                          "a value of '%s' is a number; a string is "
                          "needed",
                          key->name);
    switch (key->kind) {
    case PLAN_cfg:
        return name_is_config(value->text, inputs, at, d) &&
               reads_its_files(value->text, inputs, at, d);
    case PLAN_dataflow:
        return name_is_dataflow(value->text, at, d);
    case PLAN_objective:
        return name_is_objective(value->text, &objective, at, d);
    default:
        return true;
    }
}

/* Whether one of the architectures has the level that a key is of. */
static bool some_lists_level(const struct plan *p, const struct plan_key *key,
                             struct inputs *inputs, struct diag *d)
{
    const struct plan_key *of = key_of(p, PLAN_cfg);
    const int n = p->axis[of->axis].n;
    bool found = false;
    for (int row = 0; !found && row < n; row++) {
        const struct cell *name = value_of(p, of, row);
        struct diag *why = diag_new();
        const struct config *cfg =
            name->kind == CELL_TEXT
                ? inputs_config(inputs, name->text, key->at, why)
                : NULL;
        /* What can't be read is told with its own key. */
        found = cfg == NULL || name_is_of_levels(key->name, cfg, key->at, why);
        if (!found && row == n - 1)
            diag_relay(d, diag_status(why), diag_text(why, 0));
        inputs_give_back_config(inputs, cfg);
        diag_free(why);
    }
    return found;
}

static bool check_keys(struct plan *p, struct inputs *inputs, struct diag *d)
{
    bool ok = true;
    for (int i = 0; i < p->n_keys; i++) {
        const struct plan_key *key = &p->key[i];
        const bool is_right =
            key->kind != PLAN_SET || name_is_key(key->name, key->at, d);
        ok = is_right && ok;
        if (key->axis < 0 && key->kind != PLAN_SET)
            ok = diag_error(d, key->at,
                            "'%s' is linked; links compute keys of the "
                            "architecture",
                            key->name);
        ok = ok &&
             (key->kind != PLAN_SET || some_lists_level(p, key, inputs, d));
        if (!is_right || key->axis < 0 || p->axis[key->axis].is_every_layer)
            continue;
        for (int row = 0; row < p->axis[key->axis].n; row++)
            ok = takes(key, value_of(p, key, row), inputs,
                       p->axis[key->axis].at[row], d) &&
                 ok;
    }
    return ok;
}

static bool keys_go_together(const struct plan *p, struct diag *d)
{
    const struct plan_key *net = key_of(p, PLAN_net),
                          *layer = key_of(p, PLAN_layer),
                          *shape = key_of(p, PLAN_shape),
                          *gemm = key_of(p, PLAN_gemm);
    if (key_of(p, PLAN_cfg) == NULL)
        return diag_error(d, (struct src_pos){p->path, 1},
                          "'cfg' is missing; an architecture is needed, as "
                          "cfg = \"eyeriss\";");
    if ((net != NULL) + (shape != NULL) + (gemm != NULL) > 1)
        return diag_error(d, (shape != NULL ? shape : gemm)->at,
                          "'net', 'shape' and 'gemm' exclude each other; one "
                          "is needed");
    if (layer != NULL && (shape != NULL || gemm != NULL))
        return diag_error(d, layer->at,
                          "'layer' chooses from a network; it does not go "
                          "with 'shape' or 'gemm'");
    return true;
}

/* The layers of a network; NULL after a message. */
static const struct sweep_layers *network_of(struct plan *p,
                                             struct inputs *inputs,
                                             const char *net, struct src_pos at,
                                             struct diag *d)
{
    const struct config *cfg =
        inputs_config(inputs, value_of(p, key_of(p, PLAN_cfg), 0)->text, at, d);
    const struct point point = {.net = net};
    const struct sweep_layers *layers =
        cfg != NULL ? inputs_layers(inputs, &point, config_arch(cfg), at, d)
                    : NULL;
    inputs_give_back_config(inputs, cfg);
    return layers;
}

static void add_rows(struct plan *p, struct plan_axis *axis, const char *net,
                     const struct workload *w, struct src_pos at)
{
    const size_t rows = (size_t)(axis->n + w->n_layers);
    const int n = axis->n_keys;
    axis->value = xrealloc(axis->value, rows * (size_t)n, sizeof(*axis->value));
    axis->at = xrealloc(axis->at, rows, sizeof(*axis->at));
    for (int i = 0; i < w->n_layers; i++) {
        struct cell *row = &axis->value[axis->n * n];
        row[0] = cell_text(plan_keep(p, w->layer[i].name));
        if (n > 1)
            row[1] = cell_text(net);
        axis->at[axis->n++] = at;
    }
}

static void remove_axis(struct plan *p, int axis)
{
    free(p->axis[axis].value);
    free(p->axis[axis].at);
    p->n_axes--;
    memmove(&p->axis[axis], &p->axis[axis + 1],
            (size_t)(p->n_axes - axis) * sizeof(p->axis[0]));
    memset(&p->axis[p->n_axes], 0, sizeof(p->axis[0]));
    for (int i = 0; i < p->n_keys; i++)
        if (p->key[i].axis > axis)
            p->key[i].axis--;
}

/* Gives an axis of values = "each" its layers; where networks vary, each has
 * its own, and both keys stand side by side. */
static bool list_layers(struct plan *p, struct inputs *inputs, struct diag *d)
{
    struct plan_key *layer = NULL, *net = NULL;
    for (int i = 0; i < p->n_keys; i++) {
        if (p->key[i].kind == PLAN_layer)
            layer = &p->key[i];
        if (p->key[i].kind == PLAN_net)
            net = &p->key[i];
    }
    if (layer == NULL || !p->axis[layer->axis].is_every_layer)
        return true;
    struct plan_axis *axis = &p->axis[layer->axis];
    const bool varies = net != NULL && p->axis[net->axis].n > 1;
    if (varies && p->axis[net->axis].n_keys > 1)
        return diag_error(d, layer->at,
                          "each layer of networks that vary side by side with "
                          "another key; an axis of 'net' alone is needed");
    const int nets = net != NULL ? p->axis[net->axis].n : 1;
    axis->n = 0;
    axis->n_keys = varies ? 2 : 1;
    bool ok = true;
    for (int i = 0; ok && i < nets; i++) {
        const char *name = net != NULL ? value_of(p, net, i)->text : NULL;
        const struct sweep_layers *l =
            network_of(p, inputs, name, layer->at, d);
        ok = l != NULL;
        if (ok)
            add_rows(p, axis, name,
                     l->network.graph != NULL ? l->network.rows : l->given,
                     layer->at);
        inputs_give_back_layers(inputs, l);
    }
    if (ok && varies) {
        const int old = net->axis;
        net->axis = layer->axis;
        net->part = 1;
        remove_axis(p, old);
    }
    return ok;
}

/* Whether the axis varies what runs, and not where. */
static bool varies_layers(const struct plan *p, int axis)
{
    for (int i = 0; i < p->n_keys; i++)
        if (p->key[i].axis == axis &&
            (p->key[i].kind == PLAN_net || p->key[i].kind == PLAN_layer ||
             p->key[i].kind == PLAN_batch || p->key[i].kind == PLAN_shape ||
             p->key[i].kind == PLAN_gemm))
            return true;
    return false;
}

static struct src_pos layers_pos(const struct plan *p)
{
    static const enum plan_key_kind kinds[] = {PLAN_layer, PLAN_net, PLAN_shape,
                                               PLAN_gemm};
    for (int k = 0; k < 4; k++)
        if (key_of(p, kinds[k]) != NULL)
            return key_of(p, kinds[k])->at;
    return (struct src_pos){p->path, 1};
}

/* Whether all networks, layers and shapes are there: the values of the axes
 * that vary them, with each other. */
static bool check_layers(struct plan *p, struct inputs *inputs, struct diag *d)
{
    struct cell cell[PLAN_KEYS_MAX];
    struct point_texts texts;
    int row[PLAN_KEYS_MAX] = {0}, axis = 0;
    bool ok = true;
    point_texts_init(&texts);
    while (ok && axis >= 0) {
        for (int i = 0; i < p->n_keys; i++)
            cell[i] = p->key[i].axis >= 0
                          ? *value_of(p, &p->key[i], row[p->key[i].axis])
                          : cell_whole(1);
        point_texts_set(&texts, p, cell);
        const struct config *cfg =
            inputs_config(inputs, texts.point.cfg, layers_pos(p), d);
        const struct sweep_layers *l =
            cfg != NULL ? inputs_layers(inputs, &texts.point, config_arch(cfg),
                                        layers_pos(p), d)
                        : NULL;
        ok = l != NULL;
        inputs_give_back_layers(inputs, l);
        inputs_give_back_config(inputs, cfg);
        for (axis = p->n_axes - 1; axis >= 0; axis--) {
            if (!varies_layers(p, axis))
                continue;
            if (++row[axis] < p->axis[axis].n)
                break;
            row[axis] = 0;
        }
    }
    point_texts_fini(&texts);
    return ok;
}

static const struct plan_key *energy_key(const struct plan *p)
{
    for (int i = 0; i < p->n_keys; i++)
        if (p->key[i].kind == PLAN_SET && strcmp(p->key[i].name, "energy") == 0)
            return &p->key[i];
    return key_of(p, PLAN_cfg);
}

/* The table that a value of energy_key() prices by; NULL after a message. */
static const struct energy_table *
table_of(const struct plan *p, int row, struct inputs *inputs, struct diag *d)
{
    const struct plan_key *key = energy_key(p);
    const char *name = value_of(p, key, row)->text;
    const struct src_pos at = p->axis[key->axis].at[row];
    if (key->kind == PLAN_SET)
        return inputs_energy(inputs, name, at, d);
    const struct config *cfg = inputs_config(inputs, name, at, d);
    const struct energy_table *table =
        cfg != NULL ? inputs_energy(inputs, config_arch(cfg)->energy, at, d)
                    : NULL;
    inputs_give_back_config(inputs, cfg);
    return table;
}

/* A store has one column of energies, and its points are compared by it. */
static bool units_agree(const struct plan *p, struct inputs *inputs,
                        struct diag *d)
{
    const struct plan_axis *axis = &p->axis[energy_key(p)->axis];
    const struct energy_table *first = table_of(p, 0, inputs, d);
    bool ok = first != NULL;
    for (int row = 1; ok && row < axis->n; row++) {
        const struct energy_table *other = table_of(p, row, inputs, d);
        ok = other != NULL &&
             (strcmp(energy_unit(first), energy_unit(other)) == 0 ||
              diag_error(d, axis->at[row],
                         "some points count energy in %s and others in %s; "
                         "tables of one unit are needed, or a plan for each",
                         energy_unit(first), energy_unit(other)));
        inputs_give_back_energy(inputs, other);
    }
    inputs_give_back_energy(inputs, first);
    return ok;
}

bool plan_check(struct plan *p, struct inputs *inputs, struct diag *d)
{
    return keys_go_together(p, d) && check_keys(p, inputs, d) &&
           units_agree(p, inputs, d) && list_layers(p, inputs, d) &&
           check_layers(p, inputs, d);
}
