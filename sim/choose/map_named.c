/* map_named.c - searches a layer's mappings by named dataflows: each dataflow's
 * space by itself, then the best and the fronts of all together.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "dataflows/choose.h"
#include "dataflows/search/best.h"
#include "sim/choose/gate.h"
#include "sim/choose/map_l1.h"
#include "sim/choose/map_layer.h"

/* What was found of one dataflow. */
struct map_part {
    const struct dataflow *dataflow;
    bool is_empty;  /* no legal mapping */
    double against; /* what its gap is against; 0: there is nothing */
    struct search_result found;
    struct search_result front; /* of a search of its own */
};

struct parts {
    bool has_l1; /* the machine; see sim/choose/map_l1.h */
    int n;
    struct map_part *part; /* owns */
};

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

/* Nothing is found where an L1 refuses. */
static bool takes(const struct arch *arch, const struct layer *layer,
                  struct map_part *part)
{
    if (map_l1_takes(arch, layer, part->dataflow, &part->found.best[0].mapping))
        return true;
    search_result_fini(&part->found);
    return false;
}

static bool wants_front(const struct map_input *in)
{
    return in->search.objective == SEARCH_front;
}

/* Searches one dataflow, with the parameters held that were set by hand, for
 * the best, of those that are better than `known` where it is not NULL, and
 * then, where it is wanted, for the front. */
static bool search_part(const struct map_input *in, const struct layer *layer,
                        const struct search_cost *known, struct map_part *part,
                        struct diag *d)
{
    struct given_mapping given;
    struct search_problem problem;
    if (layer->P > SEARCH_ROWS_MAX)
        return diag_error(d, (struct src_pos){NULL, 0},
                          "layer '%s' has %d ofmap rows; mappings are searched "
                          "for up to %d",
                          layer->name, layer->P, SEARCH_ROWS_MAX);
    if (!gate_lets_dataflow(in->cfg, part->dataflow, NULL, d) ||
        !config_mapping_by_hand(in->cfg, part->dataflow, &given, d))
        return false;
    search_problem_init(&problem, search_space_of(part->dataflow, in->arch),
                        in->arch, layer, in->costs, &given);
    if (!search_fits(&problem)) {
        too_many(&problem, layer, d);
        search_problem_fini(&problem);
        return false;
    }
    struct search_options best = map_l1_options(in->arch, &in->search);
    if (known != NULL && !in->arch->has_l1 && !wants_front(in))
        best.better_than = known;
    const bool found = search_run(&problem, &best, &part->found);
    part->is_empty =
        best.better_than == NULL && (!found || !takes(in->arch, layer, part));
    const struct search_cost *least =
        found ? &part->found.best[0].cost : best.better_than;
    if (least != NULL && !part->is_empty)
        part->against = search_key_of(best.objective, least).first;
    struct search_options front = in->search;
    front.top = 1;
    front.count = false;
    if (front.time_limit_seconds > 0)
        front.time_limit_seconds -=
            part->found.seconds + part->found.count_seconds;
    if (!part->is_empty && wants_front(in) &&
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
    struct map_choice c = {
        .mapping = layer_mapping_chosen(part->dataflow, &found->mapping),
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
static void merge_best(const struct parts *p, struct map_layer *m,
                       enum search_objective objective, int top)
{
    int room = 0, n = 0;
    for (int i = 0; i < p->n; i++)
        room += p->part[i].found.n_best;
    m->choice =
        xcalloc((size_t)(room + 1 + MAP_RUN_CHOICES), sizeof(*m->choice));
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < p->part[i].found.n_best; k++)
            insert(m->choice, n++,
                   choice_of(&p->part[i], &p->part[i].found.best[k]),
                   objective);
    m->n_choices = n < top ? n : top;
}

/* What the last of the best `top` costs that were found so far; false: there
 * are fewer. */
static bool last_of_best(const struct parts *p, enum search_objective objective,
                         int top, struct search_cost *out)
{
    struct map_layer m = {.n_choices = 0};
    merge_best(p, &m, objective, top);
    const bool is_full = m.n_choices == top;
    if (is_full)
        *out = m.choice[top - 1].cost;
    free(m.choice);
    return is_full;
}

/* The fronts of all dataflows as one. */
static void merge_fronts(const struct parts *p, struct map_layer *m)
{
    int room = 0, n = 0;
    for (int i = 0; i < p->n; i++)
        room += p->part[i].found.n_front + p->part[i].front.n_front;
    m->front = xcalloc((size_t)room + 1, sizeof(*m->front));
    m->front_proven = true;
    for (int i = 0; i < p->n; i++) {
        const struct map_part *part = &p->part[i];
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
static void set_proof(const struct parts *p, struct map_layer *m,
                      enum search_objective objective)
{
    double best = search_key_of(objective, &m->choice[0].cost).first;
    double least = best;
    m->stop = MAP_PROVEN;
    for (int i = 0; i < p->n; i++) {
        const struct search_result *r = &p->part[i].found;
        if (r->proven)
            continue;
        double open = (1 - r->gap) * p->part[i].against;
        if (open >= best)
            continue;
        m->stop = p->has_l1 ? MAP_L1 : MAP_TIME;
        if (open < least)
            least = open;
    }
    m->gap = best > 0 ? 1 - least / best : 0;
}

/* With L1s, and under tables that price more than words, the search's costs are
 * not those of its mappings. */
static void set_floors(const struct map_input *in, const struct parts *p,
                       struct map_layer *m)
{
    struct energy_costs costs;
    energy_costs_of(in->energy, in->arch, &costs);
    if (p->has_l1 || costs.of_components || wants_front(in))
        return;
    for (int i = 0; i < p->n; i++) {
        const struct search_result *r = &p->part[i].found;
        m->floor[i] = (r->proven ? 1 : 1 - r->gap) * p->part[i].against;
    }
}

/* How large the spaces are together, and what the searches did. */
static void sum_spaces(const struct parts *p, struct map_space *t)
{
    t->counted = true;
    t->n_cuts = SEARCH_CUT_N;
    for (int k = 0; k < SEARCH_CUT_N; k++) {
        t->cut[k].name = search_cut_name[k];
        t->cut[k].doc = search_cut_doc[k];
    }
    for (int i = 0; i < p->n; i++) {
        const struct search_result *r = &p->part[i].found;
        const struct search_result *front = &p->part[i].front;
        t->mappings = search_count_add(t->mappings, r->space);
        t->covered = search_count_add(t->covered, r->covered);
        t->by_reduction =
            search_count_add(t->by_reduction, r->covered_by_reduction);
        t->counted = t->counted && r->counted;
        t->tried += r->tried;
        t->evaluated += r->evaluated;
        t->seconds += r->seconds;
        t->count_seconds += r->count_seconds;
        t->front_evaluated += front->tried + front->evaluated;
        t->front_seconds += front->seconds;
        for (int k = 0; k < SEARCH_CUT_N; k++)
            t->cut[k].parts += r->cuts[k];
    }
    t->cut[SEARCH_CUT_reduction].mappings = t->by_reduction;
}

/* Says of each dataflow why it has no mapping. */
static bool nothing_is_legal(const struct map_input *in,
                             const struct layer *layer, const struct parts *p,
                             struct diag *d)
{
    for (int i = 0; i < p->n; i++) {
        struct given_mapping given;
        struct mapping mapping;
        int before = diag_count(d);
        if (!config_mapping_by_hand(in->cfg, p->part[i].dataflow, &given, d))
            return false;
        dataflow_choose(p->part[i].dataflow, in->arch, layer, &given, &mapping,
                        d);
        if (diag_count(d) == before)
            diag_fail(d, EXIT_NO_MAPPING, (struct src_pos){NULL, 0},
                      "layer '%s' has no '%s' mapping with these parameters "
                      "that stands for itself (p * (t - 1) below m, q * (r - "
                      "1) below C, f up to m); a smaller one runs the same",
                      layer->name, p->part[i].dataflow->name);
    }
    return false;
}

static void free_parts(struct parts *p)
{
    for (int i = 0; i < p->n; i++) {
        search_result_fini(&p->part[i].found);
        search_result_fini(&p->part[i].front);
    }
    free(p->part);
}

bool map_search_named(const struct map_input *in, const struct layer *layer,
                      struct map_layer *out, struct diag *d)
{
    const enum search_objective objective = in->search.objective;
    struct parts p = {.has_l1 = in->arch->has_l1, .n = count(in->dataflows)};
    struct search_cost known;
    bool ok = true, is_empty = true;
    p.part = xcalloc((size_t)p.n + 1, sizeof(*p.part));
    for (int i = 0; i < p.n && ok; i++) {
        p.part[i].dataflow = in->dataflows[i];
        ok = search_part(
            in, layer,
            last_of_best(&p, objective, in->search.top, &known) ? &known : NULL,
            &p.part[i], d);
        is_empty = is_empty && p.part[i].is_empty;
    }
    ok = ok && (!is_empty || nothing_is_legal(in, layer, &p, d));
    if (ok) {
        merge_best(&p, out, objective, in->search.top);
        if (wants_front(in))
            merge_fronts(&p, out);
        set_proof(&p, out, objective);
        set_floors(in, &p, out);
        sum_spaces(&p, &out->space);
    }
    free_parts(&p);
    return ok;
}
