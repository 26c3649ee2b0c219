/* map_layer.c - see map_layer.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/map_layer.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/choose.h"
#include "dataflows/search/best.h"
#include "sim/choose/map_l1.h"
#include "sim/run/model.h"
#include "sim/run/simulate.h"

static int count(const struct dataflow *const *dataflows)
{
    int n = 0;
    while (dataflows[n] != NULL)
        n++;
    return n;
}

static bool too_many(const struct search_problem *problem,
                     const struct layer *layer, struct diag *d)
{
    const char *const *name = problem->space->name;
    return diag_fail(
        d, EXIT_USAGE, (struct src_pos){NULL, 0},
        "layer '%s' can be cut into tiles of channels and taps in more than %d "
        "ways by '%s', too many to search; set 'mapping.%s' by hand, or choose "
        "another '--dataflow'",
        layer->name, SEARCH_REDUCTIONS_MAX, problem->space->dataflow->name,
        name[SEARCH_C] != NULL ? name[SEARCH_C] : name[SEARCH_Q]);
}

/* All parameters, as if they were given by hand. */
static struct given_mapping given_of(const struct dataflow *dataflow,
                                     const struct mapping *mapping)
{
    struct given_mapping given = {.n = 0};
    for (int k = 0; dataflow->params[k].name != NULL; k++) {
        struct given_param *p = &given.param[given.n++];
        snprintf(p->name, sizeof(p->name), "%s", dataflow->params[k].name);
        p->value = mapping->value[k];
    }
    return given;
}

/* The search knows L2, register files and the array; an L1 may still refuse,
 * whatever the mapping. */
static bool l1_takes(const struct arch *arch, const struct layer *layer,
                     struct map_part *part)
{
    if (!arch->has_l1)
        return true;
    const struct given_mapping given =
        given_of(part->dataflow, &part->found.best[0].mapping);
    struct mapping mapping;
    struct diag *unread = diag_new();
    bool takes =
        dataflow_choose(part->dataflow, arch, layer, &given, &mapping, unread);
    if (!takes)
        search_result_fini(&part->found);
    diag_free(unread);
    return takes;
}

/* Parameters that were set by hand and that the dataflow has. */
static bool search_part(const struct map_input *in, const struct layer *layer,
                        struct map_part *part, struct diag *d)
{
    struct given_mapping given;
    struct search_problem problem;
    if (!config_mapping_by_hand(in->cfg, part->dataflow, &given, d))
        return false;
    search_problem_init(&problem,
                        search_space_of(part->dataflow, config_arch(in->cfg)),
                        config_arch(in->cfg), layer, in->costs, &given);
    if (!search_fits(&problem)) {
        too_many(&problem, layer, d);
        search_problem_fini(&problem);
        return false;
    }
    const struct search_options best =
        map_l1_options(config_arch(in->cfg), &in->search);
    part->is_empty = !search_run(&problem, &best, &part->found) ||
                     !l1_takes(config_arch(in->cfg), layer, part);
    struct search_options front = in->search;
    front.objective = SEARCH_front;
    front.top = 1;
    front.count = false;
    if (front.time_limit_seconds > 0)
        front.time_limit_seconds -=
            part->found.seconds + part->found.count_seconds;
    if (!part->is_empty &&
        (front.time_limit_seconds > 0 || in->search.time_limit_seconds <= 0))
        search_run(&problem, &front, &part->front);
    search_problem_fini(&problem);
    if (!part->is_empty) {
        map_l1_add(in, layer, part->dataflow, &in->search, &part->found);
        map_l1_add(in, layer, part->dataflow, &front, &part->front);
    }
    return true;
}

static struct map_choice choice_of(const struct map_part *part,
                                   const struct search_found *found)
{
    struct map_choice c = {.dataflow = part->dataflow,
                           .mapping = found->mapping,
                           .cost = found->cost};
    return c;
}

static void insert(struct map_choice *list, int n, struct map_choice c,
                   enum search_objective objective)
{
    while (n > 0 && search_is_before(objective, &c.cost, &list[n - 1].cost)) {
        list[n] = list[n - 1];
        n--;
    }
    list[n] = c;
}

/* The best of all dataflows, at most `top`. */
static void merge_best(struct map_layer *m, enum search_objective objective,
                       int top)
{
    int room = 0, n = 0;
    for (int i = 0; i < m->n_parts; i++)
        room += m->part[i].found.n_best;
    m->choice = xcalloc((size_t)room + 1, sizeof(*m->choice));
    for (int i = 0; i < m->n_parts; i++)
        for (int k = 0; k < m->part[i].found.n_best; k++)
            insert(m->choice, n++,
                   choice_of(&m->part[i], &m->part[i].found.best[k]),
                   objective);
    m->n_choices = n < top ? n : top;
}

static void merge_fronts(struct map_layer *m)
{
    int room = 0, n = 0;
    for (int i = 0; i < m->n_parts; i++)
        room += m->part[i].found.n_front + m->part[i].front.n_front;
    m->front = xcalloc((size_t)room + 1, sizeof(*m->front));
    m->front_proven = true;
    for (int i = 0; i < m->n_parts; i++) {
        const struct map_part *part = &m->part[i];
        for (int k = 0; k < part->found.n_front; k++)
            insert(m->front, n++, choice_of(part, &part->found.front[k]),
                   SEARCH_energy);
        for (int k = 0; k < part->front.n_front; k++)
            insert(m->front, n++, choice_of(part, &part->front.front[k]),
                   SEARCH_energy);
        m->front_proven =
            m->front_proven && (part->is_empty || part->front.proven);
    }
    for (int k = 0; k < n; k++)
        if (m->n_front == 0 ||
            m->front[k].cost.cycles < m->front[m->n_front - 1].cost.cycles)
            m->front[m->n_front++] = m->front[k];
}

/* Against the dataflow that has the best: what the others left open counts as
 * much as what it left open itself. */
static void set_proof(struct map_layer *m, enum search_objective objective)
{
    double best = search_key_of(objective, &m->choice[0].cost).first;
    double least = best;
    m->proven = true;
    for (int i = 0; i < m->n_parts; i++) {
        const struct search_result *r = &m->part[i].found;
        if (r->proven)
            continue;
        double open =
            r->n_best == 0
                ? 0
                : (1 - r->gap) *
                      search_key_of(objective, &r->best[0].cost).first;
        if (open >= best)
            continue;
        m->proven = false;
        if (open < least)
            least = open;
    }
    m->gap = best > 0 ? 1 - least / best : 0;
}

/* Error: the mapping has more of something than is counted. */
static bool name_bound(const struct map_input *in, const struct layer *layer,
                       struct map_choice *c, struct diag *d)
{
    const struct layer_mapping mapping =
        layer_mapping_chosen(c->dataflow, &c->mapping);
    struct layer_result r;
    model_mapping(config_arch(in->cfg), layer, &mapping, &r);
    c->bound_by = result_binding_bound(&r);
    return layer_result_fits(config_arch(in->cfg), &r, d);
}

static void simulate(const struct map_input *in, const struct layer *layer,
                     struct map_choice *c)
{
    const struct simulate_options options = {.memo = true,
                                             .max_cycles = in->max_cycles};
    const struct layer_mapping mapping =
        layer_mapping_chosen(c->dataflow, &c->mapping);
    struct layer_result r = {0};
    struct diag *d = diag_new();
    c->ran =
        simulate_layer(config_arch(in->cfg), layer, &mapping, &options, &r, d);
    if (c->ran) {
        SIM_CHECK(r.cycles >= c->cost.cycles);
        c->cycles = r.cycles;
        layer_result_fini(&r);
    } else {
        c->why = xstrdup(diag_text(d, 0));
    }
    diag_free(d);
}

/* Those that ran first, by the objective with their cycles. */
static void rank(struct map_layer *m, enum search_objective objective)
{
    for (int i = 1; i < m->n_choices; i++) {
        struct map_choice c = m->choice[i];
        struct search_cost ran = {c.cost.energy, c.cycles};
        int k = i;
        for (; k > 0; k--) {
            const struct map_choice *b = &m->choice[k - 1];
            struct search_cost other = {b->cost.energy, b->cycles};
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

/* Says of each dataflow why it has no mapping. */
static bool nothing_is_legal(const struct map_input *in,
                             const struct layer *layer,
                             const struct map_layer *m, struct diag *d)
{
    for (int i = 0; i < m->n_parts; i++) {
        struct given_mapping given;
        struct mapping mapping;
        int before = diag_count(d);
        if (!config_mapping_by_hand(in->cfg, m->part[i].dataflow, &given, d))
            return false;
        dataflow_choose(m->part[i].dataflow, config_arch(in->cfg), layer,
                        &given, &mapping, d);
        if (diag_count(d) == before)
            diag_fail(d, EXIT_NO_MAPPING, (struct src_pos){NULL, 0},
                      "layer '%s' has no '%s' mapping with these parameters "
                      "that stands for itself (p * (t - 1) below m, q * (r - "
                      "1) below C, f up to m); a smaller one runs the same",
                      layer->name, m->part[i].dataflow->name);
    }
    return false;
}

bool map_layer_run(const struct map_input *in, const struct layer *layer,
                   struct map_layer *out, struct diag *d)
{
    const enum search_objective objective = in->search.objective;
    struct map_layer m = {.layer = layer,
                          .n_parts = count(in->dataflows),
                          .leaves_l1_out = config_arch(in->cfg)->has_l1};
    bool ok = true, is_empty = true;
    m.part = xcalloc((size_t)m.n_parts + 1, sizeof(*m.part));
    for (int i = 0; i < m.n_parts && ok; i++) {
        m.part[i].dataflow = in->dataflows[i];
        ok = search_part(in, layer, &m.part[i], d);
        is_empty = is_empty && m.part[i].is_empty;
    }
    ok = ok && (!is_empty || nothing_is_legal(in, layer, &m, d));
    if (ok) {
        merge_best(&m, objective, in->search.top);
        merge_fronts(&m);
        set_proof(&m, objective);
        for (int k = 0; ok && k < m.n_choices; k++)
            ok = name_bound(in, layer, &m.choice[k], d);
        for (int k = 0; ok && k < m.n_front; k++)
            ok = name_bound(in, layer, &m.front[k], d);
        for (int k = 0; ok && in->simulate && k < m.n_choices; k++)
            simulate(in, layer, &m.choice[k]);
    }
    if (ok) {
        if (in->simulate)
            rank(&m, objective);
        *out = m;
        return true;
    }
    map_layer_fini(&m);
    return false;
}

struct map_layer map_layer_as(const struct map_layer *twin,
                              const struct layer *layer)
{
    struct map_layer m = *twin;
    m.twin = twin->layer;
    m.layer = layer;
    return m;
}

/* Those that ran come first. */
bool map_layer_failed(const struct map_layer *m)
{
    return !m->choice[0].ran && m->choice[0].why != NULL;
}

void map_layer_fini(struct map_layer *m)
{
    if (m->twin != NULL)
        return;
    for (int i = 0; i < m->n_parts; i++) {
        search_result_fini(&m->part[i].found);
        search_result_fini(&m->part[i].front);
    }
    for (int k = 0; k < m->n_choices; k++)
        free(m->choice[k].why);
    free(m->part);
    free(m->choice);
    free(m->front);
    memset(m, 0, sizeof(*m));
}

char *map_set_line(const struct dataflow *dataflow,
                   const struct mapping *mapping)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    SIM_CHECK(to != NULL);
    fprintf(to, "--dataflow %s", dataflow->name);
    for (int k = 0; dataflow->params[k].name != NULL; k++)
        fprintf(to, " --set mapping.%s=%d", dataflow->params[k].name,
                mapping->value[k]);
    SIM_CHECK(fclose(to) == 0);
    return text;
}
