/* chooser.c - the mappings under which a run's layers run.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/chooser.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/choose.h"
#include "dataflows/nest/nest_fold.h"
#include "dataflows/nest/nest_text.h"
#include "sim/choose/gate.h"
#include "traces/access.h"

enum slot_state { SLOT_EMPTY, SLOT_BUSY, SLOT_DONE };

/* A layer's mapping, once it has been searched. */
struct slot {
    int first; /* index of the first layer that equals it, name aside */
    enum slot_state state;
    struct layer_mapping mapping;
    struct layer_result ran;
    struct tried_mappings tried;
};

struct chooser {
    struct chooser_input in;
    struct asked_mapping *asked; /* owns; of each layer */
    struct slot *slot;           /* owns; of each layer */
    pthread_mutex_t lock;        /* of slots and stats */
    pthread_cond_t done;         /* a slot is no longer busy */
    struct choose_stats stats;
};

bool choose_mapping(const struct arch *arch, const struct layer *layer,
                    const struct dataflow *dataflow,
                    const struct given_mapping *given,
                    struct layer_mapping *out, struct diag *d)
{
    memset(out, 0, sizeof(*out));
    out->dataflow = dataflow;
    out->source = given->n == 0       ? "chosen"
                  : given->from_table ? "table"
                                      : "given";
    out->table_source = given->table_source;
    return dataflow_choose(dataflow, arch, layer, given, &out->mapping, d);
}

/* Whether psums that are not done stay on chip, where they must. */
static bool spills_are_allowed(const struct arch *arch,
                               const struct layer *layer,
                               const struct nest *nest,
                               const struct nest_where *where, struct diag *d)
{
    const struct l2_store store = arch_l2_store(arch, TENSOR_PSUM);
    struct counts counts;
    if (store.spills)
        return true;
    nest_expect(arch, layer, nest, &counts);
    if (counts.access[LEVEL_DRAM][TENSOR_PSUM].reads == 0)
        return true;
    return diag_fail(d, EXIT_NO_MAPPING, where->level[LEVEL_DRAM],
                     "layer '%s': the nest takes psums back from DRAM and "
                     "store '%s' has 'spills' = false; loops over c, r and s "
                     "of DRAM inside those over n, m, p and q would keep them",
                     layer->name, store.name);
}

/* Whether a systolic array can run the innermost part. */
static bool ends_in_a_fold(const struct arch *arch, const struct layer *layer,
                           const struct nest *nest,
                           const struct nest_where *where, struct diag *d)
{
    struct nest_fold unread;
    char why[256];
    return nest_fold_of(arch, layer, nest, &unread, why) ||
           diag_fail(d, EXIT_NO_MAPPING, where->level[LEVEL_L2],
                     "layer '%s': %s", layer->name, why);
}

bool choose_nest(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct nest_where *where,
                 struct layer_mapping *out, struct diag *d)
{
    static const struct nest_where nowhere;
    struct nest_verdict why;
    if (where == NULL)
        where = &nowhere;
    memset(out, 0, sizeof(*out));
    out->dataflow = &nest_dataflow;
    out->nest = *nest;
    out->source = "given";
    if (!access_words_have_names(layer))
        return diag_error(d, where->level[LEVEL_DRAM],
                          "layer '%s' has a dimension of %d (of an ifmap, "
                          "padded); nests take up to %d",
                          layer->name, access_extent(layer), ACCESS_EXTENT_MAX);
    if (!nest_is_legal(arch, layer, nest, &why))
        return nest_report(arch, layer, nest, &why, where, d);
    if (arch->array_network == NETWORK_SYSTOLIC)
        return ends_in_a_fold(arch, layer, nest, where, d);
    return spills_are_allowed(arch, layer, nest, where, d);
}

/* Whether a row of the machine's table has a part in what is asked for. */
static bool has_row(const struct asked_mapping *asked)
{
    return asked->given.from_table || asked->given.n > asked->by_hand.n;
}

enum mapping_policy chooser_policy(const struct chooser *c,
                                   const struct layer *layer)
{
    const ptrdiff_t i = layer - c->in.layer;
    SIM_CHECK(i >= 0 && i < c->in.n_layers);
    const struct asked_mapping *asked = &c->asked[i];
    enum mapping_policy policy = c->in.policy;
    if (asked->is_file)
        return POLICY_OWN;
    if (policy == POLICY_OWN)
        policy = config_arch(c->in.cfg)->mapping_policy;
    if (policy == POLICY_OWN || policy == POLICY_TABLE)
        policy = has_row(asked) ? POLICY_TABLE : POLICY_SEARCH;
    return policy == POLICY_SEARCH && !c->in.simulates ? POLICY_ESTIMATE
                                                       : policy;
}

/* Says that published mappings are left aside, once for a key. */
static void say_left_aside(const struct chooser *c)
{
    const char *said = NULL;
    const enum mapping_policy of_machine =
        config_arch(c->in.cfg)->mapping_policy;
    const enum mapping_policy asked =
        c->in.policy != POLICY_OWN ? c->in.policy : of_machine;
    if (asked == POLICY_SEARCH || asked == POLICY_ESTIMATE || c->in.is_quiet)
        return; /* nobody asked for them, or listens */
    for (int i = 0; i < c->in.n_layers; i++) {
        const char *key = c->asked[i].left_aside;
        if (key == NULL || (said != NULL && strcmp(key, said) == 0))
            continue;
        fprintf(stderr,
                "accelsim: published mappings, as that of layer '%s', are left "
                "aside: they hold for another '%s' than '%s' has\n",
                c->in.layer[i].name, key, config_arch(c->in.cfg)->name);
        said = key;
    }
}

static bool same_asked(const struct asked_mapping *p,
                       const struct asked_mapping *q)
{
    const struct given_mapping *x = &p->given, *y = &q->given;
    bool same = p->dataflow == q->dataflow && x->n == y->n &&
                x->from_table == y->from_table &&
                memcmp(&p->nest, &q->nest, sizeof(p->nest)) == 0;
    for (int i = 0; same && i < x->n; i++)
        same = strcmp(x->param[i].name, y->param[i].name) == 0 &&
               x->param[i].value == y->param[i].value;
    return same;
}

static void find_equals(struct chooser *c)
{
    for (int i = 0; i < c->in.n_layers; i++) {
        int k = 0;
        while (k < i && !(layer_same(&c->in.layer[k], &c->in.layer[i]) &&
                          same_asked(&c->asked[k], &c->asked[i])))
            k++;
        c->slot[i].first = k;
    }
}

static bool ask(struct chooser *c, int i, struct diag *d)
{
    const struct chooser_input *in = &c->in;
    return config_ask_mapping(in->mapped, in->network, &in->layer[i],
                              in->dataflow, &c->asked[i], d) &&
           gate_lets_dataflow(in->cfg,
                              c->asked[i].is_nest ? &nest_dataflow
                                                  : c->asked[i].dataflow,
                              &c->asked[i].nest, d) &&
           gate_lets_layer(in->cfg, &in->layer[i], d);
}

struct chooser *chooser_new(const struct chooser_input *in, struct diag *d)
{
    struct chooser *c = xcalloc(1, sizeof(*c));
    bool ok = true;
    c->in = *in;
    if (c->in.mapped == NULL)
        c->in.mapped = in->cfg;
    c->asked = xcalloc((size_t)in->n_layers + 1, sizeof(*c->asked));
    c->slot = xcalloc((size_t)in->n_layers + 1, sizeof(*c->slot));
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->done, NULL);
    for (int i = 0; ok && i < in->n_layers; i++)
        ok = ask(c, i, d);
    if (!ok) {
        chooser_free(c);
        return NULL;
    }
    find_equals(c);
    say_left_aside(c);
    return c;
}

void chooser_free(struct chooser *c)
{
    if (c == NULL)
        return;
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->done);
    free(c->asked);
    free(c->slot);
    free(c);
}

struct choose_stats chooser_stats(struct chooser *c)
{
    pthread_mutex_lock(&c->lock);
    const struct choose_stats stats = c->stats;
    pthread_mutex_unlock(&c->lock);
    return stats;
}

static int index_of(const struct chooser *c, const struct layer *layer)
{
    const ptrdiff_t i = layer - c->in.layer;
    SIM_CHECK(i >= 0 && i < c->in.n_layers);
    return (int)i;
}

/* What a report says of them. */
static void tell(const struct candidate *list, int n,
                 struct tried_mappings *out)
{
    out->n = n;
    for (int i = 0; i < n; i++) {
        const struct candidate *c = &list[i];
        struct tried_mapping *to = &out->one[i];
        to->source = c->mapping.source;
        memcpy(to->value, c->mapping.mapping.value, sizeof(to->value));
        to->estimate_cycles = c->estimate_cycles;
        to->cycles = c->ran ? c->cycles : 0;
    }
}

/* Chooses among candidates, by simulating them or by their estimates; *stats:
 * what it took. */
static bool search(const struct chooser *c, const struct arch *arch, int i,
                   const struct simulate_options *with, struct slot *out,
                   struct choose_stats *stats, struct diag *d)
{
    const struct asked_mapping *asked = &c->asked[i];
    const struct layer *layer = &c->in.layer[i];
    const bool simulates = chooser_policy(c, layer) == POLICY_SEARCH;
    struct candidates_input in = {
        .arch = arch,
        .table = c->in.energy,
        .dataflow = asked->dataflow,
        .by_hand = &asked->by_hand,
        .published = asked->row.n > 0 ? &asked->row : NULL,
        .objective = c->in.objective,
        .n_searched = CANDIDATES_SEARCHED,
        .proves = true,
        .replays = simulates,
    };
    if (with != NULL)
        in.stop = (struct search_stop){with->stop, with->stop_context};
    struct candidate candidate[CANDIDATES_MAX];
    const double start = c->in.now_seconds != NULL ? c->in.now_seconds() : 0;
    const int n = candidates_find(&in, layer, candidate, d);
    int best = n > 0 ? candidates_first(candidate, n, in.objective) : -1;
    if (n > 0 && simulates)
        best = trial_best(&in, layer, candidate, n, with, &out->ran, stats, d);
    if (c->in.now_seconds != NULL)
        stats->seconds = c->in.now_seconds() - start;
    stats->layers = 1;
    if (best < 0)
        return false;
    tell(candidate, n, &out->tried);
    out->mapping = candidate[best].mapping;
    out->mapping.tried = &out->tried;
    if (simulates) {
        out->ran.tried = out->tried;
        out->mapping.ran = &out->ran;
    }
    return true;
}

static void add_stats(struct choose_stats *sum, const struct choose_stats *s)
{
    sum->layers += s->layers;
    sum->candidates += s->candidates;
    sum->simulated += s->simulated;
    sum->given_up += s->given_up;
    sum->passes += s->passes;
    sum->seconds += s->seconds;
}

/* The mapping of layer i; equal layers are searched once. */
static bool searched(struct chooser *c, const struct arch *arch, int i,
                     const struct simulate_options *with,
                     struct layer_mapping *out, struct diag *d)
{
    struct slot *slot = &c->slot[c->slot[i].first];
    struct choose_stats stats = {0};
    bool ok = true;
    pthread_mutex_lock(&c->lock);
    while (slot->state == SLOT_BUSY)
        pthread_cond_wait(&c->done, &c->lock);
    if (slot->state == SLOT_EMPTY) {
        slot->state = SLOT_BUSY;
        pthread_mutex_unlock(&c->lock);
        ok = search(c, arch, i, with, slot, &stats, d);
        pthread_mutex_lock(&c->lock);
        slot->state = ok ? SLOT_DONE : SLOT_EMPTY;
        add_stats(&c->stats, &stats);
        pthread_cond_broadcast(&c->done);
    }
    *out = slot->mapping;
    if (c->slot[i].first != i)
        out->ran = NULL; /* a result has the layer's name */
    pthread_mutex_unlock(&c->lock);
    return ok;
}

static bool mapping_of(const void *context, const struct layer *layer,
                       const struct simulate_options *with,
                       struct layer_mapping *out, struct diag *d)
{
    /* A mapper is handed on as something to ask; what it remembers of the
     * answers is the chooser's own, behind its lock. */
    struct chooser *c = (struct chooser *)(uintptr_t)context;
    struct arch own;
    const int i = index_of(c, layer);
    const struct asked_mapping *asked = &c->asked[i];
    arch_of_layer(config_arch(c->in.cfg), layer, &own);
    if (asked->is_nest)
        return choose_nest(&own, layer, &asked->nest, &asked->where, out, d);
    switch (chooser_policy(c, layer)) {
    case POLICY_SEARCH:
    case POLICY_ESTIMATE:
        return searched(c, &own, i, with, out, d);
    default:
        return choose_mapping(&own, layer, asked->dataflow, &asked->given, out,
                              d);
    }
}

static bool is_same(const void *context, const struct layer *a,
                    const struct layer *b)
{
    const struct chooser *c = context;
    return same_asked(&c->asked[index_of(c, a)], &c->asked[index_of(c, b)]);
}

static void put_params(struct choice_key *key, int k,
                       const struct given_mapping *given)
{
    for (int i = 0; key->dataflow != NULL && i < given->n; i++) {
        const int at =
            dataflow_param_index(key->dataflow, given->param[i].name);
        SIM_CHECK(at >= 0);
        key->value[k][at] = given->param[i].value;
        key->given[k] |= 1u << at;
    }
}

void chooser_key(const struct chooser *c, const struct layer *layer,
                 struct choice_key *out)
{
    const struct asked_mapping *asked = &c->asked[index_of(c, layer)];
    memset(out, 0, sizeof(*out));
    out->layer = *layer;
    memset(out->layer.name, 0, sizeof(out->layer.name));
    out->dataflow = asked->dataflow;
    out->policy = chooser_policy(c, layer);
    if (out->policy == POLICY_SEARCH || out->policy == POLICY_ESTIMATE) {
        out->objective = c->in.objective;
        out->energy = c->in.energy;
    }
    if (asked->is_nest) {
        out->nest = asked->nest;
        return;
    }
    put_params(out, 0, &asked->given);
    put_params(out, 1, &asked->by_hand);
    put_params(out, 2, &asked->row);
    out->from_table = asked->given.from_table;
    out->table_source = asked->given.table_source;
}

const char *chooser_source(const struct chooser *c)
{
    static const char *const name[] = POLICY_NAMES;
    enum mapping_policy found = POLICY_OWN;
    for (int i = 0; i < c->in.n_layers && found != POLICY_TABLE; i++)
        found = chooser_policy(c, &c->in.layer[i]);
    return found == POLICY_OWN ? "given" : name[found];
}

struct layer_mapper chooser_mapper(const struct chooser *chooser)
{
    return (struct layer_mapper){chooser, mapping_of, is_same};
}
