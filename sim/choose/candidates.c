/* candidates.c - lists the mappings of a layer that are worth simulating.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/candidates.h"

#include <string.h>

#include "dataflows/choose.h"
#include "dataflows/search/best.h"
#include "dataflows/search/stalls.h"
#include "sim/choose/map_l1.h"
#include "sim/choose/replay.h"
#include "sim/choose/search_costs.h"
#include "sim/run/model.h"
#include "sim/run/tile_table.h"

/* The most mappings that a search evaluates: some milliseconds. */
#define EVALUATED_MAX 20000

/* So many of the best by the closed form are looked at closer, of which so many
 * may take equally long; and so many of the less costly ones that may be
 * slower. */
enum { LOOKED_AT = 48, LOOKED_AT_BY_ENERGY = 24, EQUALS = 16, FRUGAL = 8 };

/* So far estimates may be above the best one, and nearer than this share in
 * cycles energy tells them apart; assumed. */
static const double ESTIMATES_DIFFER = 0.1, STEP = 0.002;

/* By these shares one of less energy may be slower by estimate. */
static const double FRUGAL_IS_SLOWER[] = {0.03, 0.01, 0.003};
enum { FRUGALS = 3 };

/* So many times that where no passes say how long they take; assumed. */
static const double TIMES_UNKNOWN = 3;

/* So many whose tiles stay in L2 are listed behind the others, the best of
 * those that so many of the others make and of a search that evaluates so many;
 * of those of its best by so many, and one less costly that is at most so much
 * slower by estimate; assumed. */
enum { KEPT = 4, KEPT_OF = 6, KEPT_EVALUATED = 2000, KEPT_LOOKED_AT = 12 };
static const double KEPT_IS_SLOWER = 0.01;

/* By this share of the filters' words ifmaps count; assumed. */
static const double IFMAPS_COUNT = 0.02;

struct list {
    const struct candidates_input *in;
    const struct layer *layer;
    struct energy_costs costs;
    /* What is searched, with stalls; NULL: the space cannot be. */
    struct search_problem *problem;
    struct candidate *out;
    int n;
};

/* About how long it takes: what the closed form estimates of the array, beside
 * DRAM's transfers where these are gone through, else beside a sum of them.
 * about: by the closed form; bounds: its own. */
static uint64_t estimate(const struct list *list,
                         const struct layer_mapping *mapping,
                         const struct search_cost *about,
                         const uint64_t bounds[BOUND_N])
{
    uint64_t cycles = about->cycles;
    const bool first = list->problem->space->alone == NETWORK_FILTER;
    const struct replay_array array = {about->array_cycles,
                                       first ? bounds[BOUND_filter_network]
                                             : about->array_cycles,
                                       search_knows_passes(list->problem)};
    if (list->in->replays && replay_fits(list->in->arch))
        replay_cycles(list->in->arch, list->layer, mapping, &array, &cycles);
    return cycles;
}

/* Sets what the closed form says of it, and about how long it takes.  about:
 * what the search says, or NULL. */
static void work_out(const struct list *list, const struct search_cost *about,
                     struct candidate *c)
{
    const struct arch *arch = list->in->arch;
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    struct layer_result r;
    struct layer_energy energy;
    struct search_cost found;
    model_mapping(arch, list->layer, &c->mapping, &r);
    for (int t = 0; t < TENSOR_PSUM; t++)
        c->dram_reads[t] = r.counts.access[LEVEL_DRAM][t].reads;
    if (list->costs.of_components)
        result_count_events(arch, list->layer, &c->mapping, &r);
    energy_of_layer(&list->costs, arch, &r,
                    dram.kind == DRAM_PART ? dram_burst_bytes(&dram) : 0,
                    &energy);
    c->cost.energy = energy.total;
    c->cost.cycles = c->cost.array_cycles = 0;
    for (int k = 0; k < BOUND_N; k++)
        c->cost.cycles = max_u64(c->cost.cycles, r.bounds_cycles[k]);
    c->estimate_cycles = c->cost.cycles;
    if (about == NULL && list->problem != NULL &&
        search_cost_of_mapping(list->problem, &c->mapping.mapping, &found))
        about = &found;
    if (about != NULL) {
        c->cost.array_cycles = about->array_cycles;
        if (list->problem->skips) /* the closed form's words all come */
            c->cost.energy = about->energy;
        c->knows_passes = search_knows_passes(list->problem);
        c->estimate_cycles =
            max_u64(c->cost.cycles,
                    estimate(list, &c->mapping, about, r.bounds_cycles));
    }
}

static bool is_before(enum search_objective objective,
                      const struct candidate *a, const struct candidate *b)
{
    const struct search_cost x = {.energy = a->cost.energy,
                                  .cycles = a->estimate_cycles};
    const struct search_cost y = {.energy = b->cost.energy,
                                  .cycles = b->estimate_cycles};
    return search_is_before(objective, &x, &y);
}

/* What is known of a mapping before it is listed. */
static struct candidate candidate_of(const struct list *list,
                                     const struct mapping *mapping,
                                     const struct search_cost *about,
                                     const char *source,
                                     const char *table_source)
{
    struct candidate c = {
        .mapping = layer_mapping_chosen(list->in->dataflow, mapping)};
    c.mapping.source = list->in->by_hand->n > 0 ? "given" : source;
    c.mapping.table_source = table_source;
    c.is_searched = strcmp(source, "search") == 0;
    work_out(list, about, &c);
    return c;
}

/* In its place, unless it is there; equals stay in the order of coming. */
static void add(struct list *list, const struct candidate *c)
{
    for (int i = 0; i < list->n; i++)
        if (memcmp(&list->out[i].mapping.mapping, &c->mapping.mapping,
                   sizeof(c->mapping.mapping)) == 0)
            return;
    SIM_CHECK(list->n < CANDIDATES_MAX);
    int at = list->n++;
    for (; at > 0 && is_before(list->in->objective, c, &list->out[at - 1]);
         at--)
        list->out[at] = list->out[at - 1];
    list->out[at] = *c;
}

/* What the dataflow makes of the parameters given. */
static void add_chosen(struct list *list, const struct given_mapping *given,
                       const char *source, struct diag *d)
{
    struct mapping mapping;
    if (dataflow_choose(list->in->dataflow, list->in->arch, list->layer, given,
                        &mapping, d)) {
        const struct candidate c =
            candidate_of(list, &mapping, NULL, source, given->table_source);
        add(list, &c);
    }
}

/* What a search found, unless an L1 refuses it.  is_about: with stalls. */
static void look_at(const struct list *list, const struct search_found *found,
                    bool is_about, struct candidate *pool, int *n)
{
    const struct candidates_input *in = list->in;
    if (map_l1_takes(in->arch, list->layer, in->dataflow, &found->mapping))
        pool[(*n)++] =
            candidate_of(list, &found->mapping, is_about ? &found->cost : NULL,
                         "search", NULL);
}

/* Finds the mapping of least energy, which a whole search proves; cycles, by
 * which equals are told apart, are then their bound.  With an L1 it is one of
 * those that cost the search least (sim/choose/map_l1.h).  known: what it has
 * to be better than, or NULL; cost: what it costs the search.  Returns whether
 * there is one. */
static bool find_proven(const struct list *list,
                        const struct search_cost *known, struct candidate *out,
                        struct search_cost *cost)
{
    const struct search_options asked = {
        .objective = SEARCH_energy, .top = 1, .jobs = 1, .better_than = known};
    const struct search_options options =
        map_l1_options(list->in->arch, &asked);
    struct search_result found;
    struct candidate one;
    int n = 0;
    list->problem->stalls = false;
    search_run(list->problem, &options, &found);
    list->problem->stalls = true;
    for (int k = 0; k < found.n_best; k++) {
        int taken = 0;
        look_at(list, &found.best[k], false, &one, &taken);
        if (taken > 0 && (n == 0 || search_is_before(SEARCH_energy, &one.cost,
                                                     &out->cost))) {
            *out = one;
            *cost = found.best[k].cost;
        }
        n += taken;
    }
    search_result_fini(&found);
    return n > 0;
}

/* Looks closer at some of the front that are at most so slow, from the most
 * frugal to the quickest. */
static void look_at_front(const struct list *list,
                          const struct search_result *found, double most,
                          struct candidate *pool, int *n)
{
    int from = 0; /* rising energy, falling cycles */
    while (from < found->n_front &&
           (double)found->front[from].cost.cycles > most)
        from++;
    const int of = found->n_front - from, some = min_int(of, FRUGAL);
    for (int k = 0; k < some; k++)
        look_at(list, &found->front[from + k * of / some], true, pool, n);
}

/* Looks closer at the best of a search, of those that cost the same at the
 * first, and at the less costly ones.  Returns how many. */
static int fill_pool(const struct list *list, const struct search_result *found,
                     struct candidate pool[LOOKED_AT + FRUGAL])
{
    const struct search_found *best = found->best;
    const double least = (double)best[0].cost.cycles;
    int n = 0;
    for (int k = 0; k < found->n_best; k++)
        if (k == 0 ||
            memcmp(&best[k].cost, &best[k - 1].cost, sizeof(best[k].cost)) != 0)
            look_at(list, &best[k], true, pool, &n);
    look_at_front(list, found,
                  least * (1 + TIMES_UNKNOWN * FRUGAL_IS_SLOWER[0]), pool, &n);
    return n;
}

/* Adds so many of the least energy among those that take at most so long. */
static void add_frugal(struct list *list, const struct candidate *pool, int n,
                       double most, int some)
{
    const struct candidate *last = NULL;
    for (int i = 0; i < some; i++) {
        const struct candidate *best = NULL;
        for (const struct candidate *c = pool; c < pool + n; c++)
            if ((double)c->estimate_cycles <= most &&
                (last == NULL || c->cost.energy > last->cost.energy) &&
                (best == NULL || c->cost.energy < best->cost.energy))
                best = c;
        if (best == NULL)
            return;
        add(list, best);
        last = best;
    }
}

/* Whether a search found two others in the list that take as long. */
static bool is_alike(const struct list *list, const struct candidate *c)
{
    int equal = 0;
    for (int k = 0; k < list->n; k++)
        equal += list->out[k].is_searched &&
                 list->out[k].estimate_cycles == c->estimate_cycles;
    return equal >= 2;
}

/* Adds the best few that a search finds, and of those that take about as long
 * as the best the ones of least energy.  best: what the best costs the search;
 * returns whether there is one. */
static bool add_searched(struct list *list, struct search_cost *best)
{
    const enum search_objective objective = list->in->objective;
    const struct search_options options = {
        .objective = objective,
        .top = objective == SEARCH_energy ? LOOKED_AT_BY_ENERGY : LOOKED_AT,
        .equals = EQUALS,
        .slack = ESTIMATES_DIFFER,
        .step = STEP,
        .jobs = 1,
        .quick = EVALUATED_MAX};
    struct candidate pool[LOOKED_AT + FRUGAL];
    struct search_result found;
    int n = 0;
    search_run(list->problem, &options, &found);
    const bool any = found.n_best > 0;
    if (any) {
        *best = found.best[0].cost;
        n = fill_pool(list, &found, pool);
    }
    search_result_fini(&found);
    candidates_sort(pool, n, objective);
    const int most =
        min_int(list->n + list->in->n_searched, CANDIDATES_MAX - KEPT);
    if (n > 0 && objective != SEARCH_energy) {
        const double least = (double)pool[0].estimate_cycles;
        const double times = pool[0].knows_passes ? 1 : TIMES_UNKNOWN;
        for (int k = 0; k < FRUGALS; k++)
            add_frugal(list, pool, n, least * (1 + times * FRUGAL_IS_SLOWER[k]),
                       FRUGALS - k);
    }
    for (int k = 0; k < n && list->n < most; k++)
        if (!is_alike(list, &pool[k]))
            add(list, &pool[k]);
    return any;
}

/* Whether searches try what may stay, and nobody has said what stays. */
static bool tries_kept(const struct list *list)
{
    const struct arch *arch = list->in->arch;
    const bool by_energy = list->in->objective == SEARCH_energy;
    return arch->search_keeps >
               (by_energy ? SEARCH_KEEPS_RUNS : SEARCH_KEEPS_NONE) &&
           arch->l2_keeps_tiles && list->problem->index[SEARCH_KEEP] >= 0 &&
           list->problem->fixed[SEARCH_KEEP] == 0;
}

/* Whether an operand comes more often than once: where it might stay. */
static bool comes_again(const struct list *list, const struct candidate *c,
                        enum tensor tensor)
{
    const struct search_problem *p = list->problem;
    const int m = c->mapping.mapping.value[p->index[SEARCH_M]];
    return tensor == TENSOR_IFMAP ? c->dram_reads[tensor] > 0 && m < p->group_m
                                  : c->dram_reads[tensor] > p->filter_words;
}

/* Looks closer at a mapping with tiles that stay, where each operand that does
 * comes less often for it. */
static void look_at_kept(const struct list *list, const struct candidate *c,
                         int keep, struct candidate *pool, int *n)
{
    const struct search_problem *p = list->problem;
    struct search_found found = {.mapping = c->mapping.mapping};
    const int before = *n;
    bool saves = true;
    for (int t = 0; saves && t < TENSOR_PSUM; t++)
        saves = (tiling_kept_by(keep) >> t & 1) == 0 ||
                comes_again(list, c, (enum tensor)t);
    found.mapping.value[p->index[SEARCH_KEEP]] = keep;
    if (saves && search_cost_of_mapping(p, &found.mapping, &found.cost))
        look_at(list, &found, true, pool, n);
    for (int t = 0; *n > before && t < TENSOR_PSUM; t++)
        if ((tiling_kept_by(keep) >> t & 1) != 0 &&
            pool[before].dram_reads[t] >= c->dram_reads[t])
            *n = before;
}

/* Looks closer at the best that a search of its own finds with tiles that stay.
 * known: what they have to be better than. */
static void search_kept(const struct list *list,
                        const struct search_cost *known, struct candidate *pool,
                        int *n)
{
    const struct search_options options = {.objective = list->in->objective,
                                           .top = KEPT_LOOKED_AT,
                                           .slack = ESTIMATES_DIFFER,
                                           .step = STEP,
                                           .jobs = 1,
                                           .better_than = known,
                                           .quick = KEPT_EVALUATED};
    struct search_result found;
    search_run(list->problem, &options, &found);
    for (int k = 0; k < found.n_best; k++)
        look_at(list, &found.best[k], true, pool, n);
    search_result_fini(&found);
}

/* Whether ifmaps are more than few, or filters come again. */
static bool may_matter(const struct list *list)
{
    const struct layer *l = list->layer;
    const double ifmap = (double)l->N * l->C * l->H * l->W;
    for (int i = 0; i < min_int(list->n, KEPT_OF); i++)
        if (comes_again(list, &list->out[i], TENSOR_FILTER))
            return true;
    return ifmap > IFMAPS_COUNT * (double)list->problem->filter_words;
}

/* Adds what is better with tiles that stay in L2, behind the others.  best,
 * proven: what the best of these cost their searches; proven may be NULL. */
static void add_kept(struct list *list, const struct search_cost *best,
                     const struct search_cost *proven)
{
    const enum search_objective objective = list->in->objective;
    enum { KEEPS = KEEP_BOTH - KEEP_NONE };
    struct candidate pool[KEPT_OF * KEEPS + KEPT_LOOKED_AT];
    struct candidate kept_list[1 + KEPT + 1];
    struct list kept = *list;
    struct search_cost unread;
    int n = 0;
    kept.out = kept_list;
    kept.n = 0;
    list->problem->keeps = (struct search_range){KEEP_IFMAP, KEEP_BOTH};
    if (proven != NULL && find_proven(list, proven, &pool[0], &unread))
        add(&kept, &pool[0]);
    for (int i = 0; i < min_int(list->n, KEPT_OF); i++)
        for (int keep = KEEP_IFMAP; keep <= KEEP_BOTH; keep++)
            look_at_kept(list, &list->out[i], keep, pool, &n);
    if (may_matter(list))
        search_kept(list, best, pool, &n);
    candidates_sort(pool, n, objective);
    if (n > 0)
        add_frugal(&kept, pool, n,
                   (double)pool[0].estimate_cycles * (1 + KEPT_IS_SLOWER), 1);
    for (int k = 0; k < n && kept.n < KEPT; k++)
        add(&kept, &pool[k]);
    for (int k = 0; k < min_int(kept.n, KEPT); k++) {
        list->out[list->n] = kept_list[k];
        list->out[list->n++].is_kept = true;
    }
}

/* Adds what searches find. */
static void search_all(struct list *list)
{
    const bool proves =
        list->in->proves && list->in->objective == SEARCH_energy;
    const struct search_range keeps = list->problem->keeps;
    struct search_cost best, proven;
    struct candidate least;
    bool is_proven = false;
    if (list->problem->fixed[SEARCH_KEEP] == 0)
        list->problem->keeps = (struct search_range){KEEP_NONE, KEEP_NONE};
    if (proves && (is_proven = find_proven(list, NULL, &least, &proven)))
        add(list, &least);
    if (add_searched(list, &best) && tries_kept(list))
        add_kept(list, &best, is_proven ? &proven : NULL);
    list->problem->keeps = keeps;
}

/* The space of the layer, if it can be searched. */
static bool open_space(struct list *list, struct search_problem *out)
{
    const struct candidates_input *in = list->in;
    const struct search_space *space = search_space_of(in->dataflow, in->arch);
    struct search_costs costs;
    if (space == NULL || list->layer->P > SEARCH_ROWS_MAX)
        return false;
    search_costs_of(&list->costs, in->arch, &costs);
    search_problem_init(out, space, in->arch, list->layer, &costs, in->by_hand);
    out->stalls = true;
    out->stop = in->stop;
    list->problem = out;
    return true;
}

int candidates_find(const struct candidates_input *in,
                    const struct layer *layer,
                    struct candidate out[CANDIDATES_MAX], struct diag *d)
{
    struct list list = {.in = in, .layer = layer, .out = out};
    struct search_problem problem;
    struct diag *why = diag_new(), *unread = diag_new();
    SIM_CHECK(in->n_searched <= CANDIDATES_MAX - KEPT - 3);
    if (in->table != NULL)
        energy_costs_of(in->table, in->arch, &list.costs);
    const bool is_open = open_space(&list, &problem);
    add_chosen(&list, in->by_hand, "chosen", why);
    if (in->published != NULL)
        add_chosen(&list, in->published, "table", unread);
    if (is_open && in->n_searched > 0 && search_fits(&problem))
        search_all(&list);
    if (is_open)
        search_problem_fini(&problem);
    if (list.n == 0)
        diag_move(d, why);
    diag_free(why);
    diag_free(unread);
    return list.n;
}

void candidates_sort(struct candidate *list, int n,
                     enum search_objective objective)
{
    for (int i = 1; i < n; i++) {
        const struct candidate c = list[i];
        int at = i;
        for (; at > 0 && (c.is_kept < list[at - 1].is_kept ||
                          (c.is_kept == list[at - 1].is_kept &&
                           is_before(objective, &c, &list[at - 1])));
             at--)
            list[at] = list[at - 1];
        list[at] = c;
    }
}

int candidates_first(const struct candidate *list, int n,
                     enum search_objective objective)
{
    int first = 0;
    for (int i = 1; i < n; i++)
        if (is_before(objective, &list[i], &list[first]))
            first = i;
    return first;
}
