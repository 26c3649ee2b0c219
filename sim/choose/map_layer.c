/* map_layer.c - has a layer searched, names what bounds the mappings that were
 * found, simulates the best of them and ranks them by what they took.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/map_layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_dataflow.h"
#include "dataflows/search/best.h"
#include "sim/choose/chooser.h"
#include "sim/choose/gate.h"
#include "sim/choose/search_costs.h"
#include "sim/run/model.h"
#include "sim/run/simulate.h"

void map_price(const struct map_input *in, const struct layer_result *r,
               struct map_choice *c)
{
    const struct dram_cfg *dram = &in->costs->dram_cfg;
    const int burst_bytes =
        dram->kind == DRAM_PART ? dram_burst_bytes(dram) : 0;
    SIM_CHECK(in->n_tables <= MAP_TABLES_MAX);
    for (int i = 0; i < in->n_tables; i++) {
        struct energy_costs costs;
        struct layer_energy energy;
        energy_costs_of(in->tables[i], in->arch, &costs);
        energy_of_layer(&costs, in->arch, r, burst_bytes, &energy);
        c->by_table[i] = energy.total;
        if (i == 0 && costs.of_components)
            c->cost.energy = energy.total;
    }
}

/* Sets the resource that bounds its cycles, and adds to its energy what the
 * search leaves out, with the least cycles.  Error: the mapping has more of
 * something than is counted, or the layer is larger than nests may be. */
static bool name_bound(const struct map_input *in, const struct layer *layer,
                       struct map_choice *c, struct diag *d)
{
    const struct arch *arch = in->arch;
    struct layer_mapping checked;
    struct layer_result r;
    if (layer_mapping_is_nest(&c->mapping) &&
        !choose_nest(arch, layer, &c->mapping.nest, NULL, &checked, d))
        return false;
    if (!model_layer(arch, layer, &c->mapping, false, &r, d))
        return false;
    c->bound_by = result_binding_bound(&r);
    c->bound_cycles = result_least_cycles(&r);
    c->cost.energy +=
        search_costs_rest(in->costs, arch, &r.counts, c->cost.cycles);
    map_price(in, &r, c);
    return true;
}

/* When the time limit of a layer's nests has passed. */
struct deadline {
    double (*now_seconds)(void);
    double at_seconds; /* 0: never */
    bool has_passed;   /* during a simulation, which it ended */
};

static struct deadline deadline_of(const struct map_input *in)
{
    const struct search_options *o = &in->search;
    struct deadline d = {.now_seconds = o->now_seconds};
    if (o->now_seconds != NULL && o->time_limit_seconds > 0)
        d.at_seconds = o->now_seconds() + o->time_limit_seconds;
    return d;
}

static bool is_late(void *deadline)
{
    struct deadline *d = deadline;
    if (d->at_seconds > 0 && d->now_seconds() > d->at_seconds)
        d->has_passed = true;
    return d->has_passed;
}

static void simulate(const struct map_input *in, const struct layer *layer,
                     struct deadline *deadline, struct map_choice *c)
{
    const struct simulate_options options = {
        .memo = true,
        .memory = in->memory,
        .max_cycles = in->max_cycles,
        .stop = layer_mapping_is_nest(&c->mapping) ? is_late : NULL,
        .stop_context = deadline};
    struct layer_result r = {0};
    struct diag *d = diag_new();
    c->ran = simulate_layer(in->arch, layer, &c->mapping, &options, &r, d);
    if (c->ran) {
        SIM_CHECK(r.cycles >= c->bound_cycles);
        c->cycles = r.cycles;
        c->cost.energy +=
            in->costs->static_cycle * (double)(r.cycles - c->cost.cycles);
        map_price(in, &r, c);
        layer_result_fini(&r);
    } else if (!deadline->has_passed) {
        c->why = xstrdup(diag_text(d, 0));
    }
    diag_free(d);
}

/* Simulates all choices, or leaves them as they are, and says so, where the
 * time limit passes before. */
static void simulate_all(const struct map_input *in, const struct layer *layer,
                         struct deadline *deadline, struct map_layer *m)
{
    const size_t n = (size_t)m->n_choices;
    struct map_choice *before = xcalloc(n + 1, sizeof(*before));
    memcpy(before, m->choice, n * sizeof(*before));
    for (size_t k = 0; k < n && !deadline->has_passed; k++)
        simulate(in, layer, deadline, &m->choice[k]);
    if (deadline->has_passed) {
        fprintf(stderr,
                "accelsim: layer '%s': nests are ranked by their bounds, for "
                "the time limit came before they were simulated; '--save' and "
                "'--mapping' run any\n",
                layer->name);
        for (size_t k = 0; k < n; k++)
            free(m->choice[k].why);
        memcpy(m->choice, before, n * sizeof(*before));
    }
    free(before);
}

/* Puts those that ran first, by the objective with the cycles that they took.
 */
static void rank(struct map_layer *m, enum search_objective objective)
{
    for (int i = 1; i < m->n_choices; i++) {
        struct map_choice c = m->choice[i];
        struct search_cost ran = {.energy = c.cost.energy, .cycles = c.cycles};
        int k = i;
        for (; k > 0; k--) {
            const struct map_choice *b = &m->choice[k - 1];
            struct search_cost other = {.energy = b->cost.energy,
                                        .cycles = b->cycles};
            bool before = c.ran != b->ran
                              ? c.ran
                              : search_is_before(objective, &ran, &other);
            if (!before)
                break;
            m->choice[k] = m->choice[k - 1];
        }
        m->choice[k] = c;
    }
}

/* The most cycles of a nest that is simulated, some seconds. Nests are walked
 * step by step. */
static const uint64_t NEST_CYCLES_MAX = 100000000;

/* Whether the choices are to be simulated, all or none; says which of them are
 * too long. */
static bool simulates(const struct map_input *in, const struct map_layer *m)
{
    for (int k = 0; in->simulate && m->is_nest && k < m->n_choices; k++)
        if (m->choice[k].cost.cycles > NEST_CYCLES_MAX) {
            fprintf(stderr,
                    "accelsim: layer '%s': nests are ranked by their bounds, "
                    "for one takes %llu cycles or more, and up to %llu are "
                    "simulated here; '--save' and '--mapping' run any\n",
                    m->layer->name,
                    (unsigned long long)m->choice[k].cost.cycles,
                    (unsigned long long)NEST_CYCLES_MAX);
            return false;
        }
    return in->simulate;
}

bool map_layer_run(const struct map_input *in, const struct layer *layer,
                   struct map_layer *out, struct diag *d)
{
    struct map_layer m = {.layer = layer,
                          .is_nest = in->dataflows[0] == &nest_dataflow};
    struct deadline deadline = deadline_of(in);
    bool ok = gate_lets_layer(in->cfg, layer, d) &&
              gate_lets_count(in->cfg, layer, "map", d) &&
              (m.is_nest ? map_search_nests(in, layer, &m, d)
                         : map_search_named(in, layer, &m, d));
    for (int k = 0; ok && k < m.n_choices; k++)
        ok = name_bound(in, layer, &m.choice[k], d);
    for (int k = 0; ok && k < m.n_front; k++) {
        ok = name_bound(in, layer, &m.front[k], d);
        /* A front is of what the search weighs. */
        m.front[k].bound_cycles = m.front[k].cost.cycles;
    }
    if (ok && simulates(in, &m)) {
        simulate_all(in, layer, &deadline, &m);
        if (!m.is_nest)
            map_add_run(in, layer, &m);
        rank(&m, in->search.objective);
        while (m.n_choices > in->search.top)
            free(m.choice[--m.n_choices].why);
    }
    if (ok)
        *out = m;
    else
        map_layer_fini(&m);
    return ok;
}

struct map_layer map_layer_as(const struct map_layer *twin,
                              const struct layer *layer)
{
    struct map_layer m = *twin;
    m.twin = twin->layer;
    m.layer = layer;
    return m;
}

bool map_layer_failed(const struct map_layer *m)
{
    /* Those that ran come first. */
    return !m->choice[0].ran && m->choice[0].why != NULL;
}

static void free_choices(struct map_choice *list, int n)
{
    for (int k = 0; k < n; k++)
        free(list[k].why);
    free(list);
}

void map_layer_fini(struct map_layer *m)
{
    if (m->twin != NULL)
        return;
    free_choices(m->choice, m->n_choices);
    free_choices(m->front, m->n_front);
    memset(m, 0, sizeof(*m));
}
