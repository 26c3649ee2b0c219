/* validation_run.c - runs what the claims need, and compares.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/text_stream.h"
#include "sim/choose/chooser.h"
#include "sim/config/config.h"
#include "sim/config/layer_text.h"
#include "sim/config/workload.h"
#include "sim/network/network_file.h"
#include "sim/report/metrics.h"
#include "sim/run/pass_memory.h"
#include "sim/run/simulate.h"
#include "sim/validate/validation.h"
#include "sim/validate/validation_quantity.h"

const char *const validation_verdict_name[] = {
    [VERDICT_NONE] = "-",        [VERDICT_PASS] = "pass",
    [VERDICT_MISS] = "MISS",     [VERDICT_KNOWN_MISS] = "known miss",
    [VERDICT_ABSENT] = "absent",
};

/* A run that is done. */
struct outcome {
    const struct validation_run *run;
    struct validation_run whole; /* with what `like` gives; owns whole.set */
    struct config *cfg;          /* owns, or NULL: shapes only */
    struct workload *workload;   /* owns */
    struct layer_result *r;      /* owns; [0] the sum; NULL: not simulated */
    bool is_absent;
};

static const struct validation_run *find_run(const struct validation_group *g,
                                             const char *name)
{
    for (int i = 0; i < g->n_runs; i++)
        if (strcmp(g->run[i].name, name) == 0)
            return &g->run[i];
    return NULL;
}

static void inherit(const char **own, const char *others)
{
    if (*own == NULL)
        *own = others;
}

/* Completes a run: what it does not say itself, the run that it is like
 * says. */
static struct validation_run whole_run(const struct validation_run *run,
                                       const struct validation_run *like)
{
    static const struct validation_run nothing = {.set = NULL};
    struct validation_run whole = *run;
    if (like == NULL)
        like = &nothing;
    inherit(&whole.cfg, like->cfg);
    inherit(&whole.net, like->net);
    inherit(&whole.layer, like->layer);
    inherit(&whole.shape, like->shape);
    inherit(&whole.gemm, like->gemm);
    inherit(&whole.dataflow, like->dataflow);
    inherit(&whole.mapping, like->mapping);
    inherit(&whole.mapping_policy, like->mapping_policy);
    if (whole.batch == 0)
        whole.batch = like->batch;
    if (whole.zero_share < 0 && run->like != NULL)
        whole.zero_share = like->zero_share;
    whole.n_sets = like->n_sets + run->n_sets;
    whole.set = xcalloc((size_t)whole.n_sets + 1, sizeof(*whole.set));
    for (int i = 0; i < whole.n_sets; i++)
        whole.set[i] =
            i < like->n_sets ? like->set[i] : run->set[i - like->n_sets];
    return whole;
}

/* Makes layers from a text of shapes with ';' between them. */
static struct workload *shapes(const char *text, struct diag *d)
{
    struct workload *w = NULL;
    bool ok = true;
    while (ok && *text != '\0') {
        char shape[256];
        struct layer layer;
        size_t letters;
        text += strspn(text, " ");
        letters = strcspn(text, ";");
        snprintf(shape, sizeof(shape), "%.*s",
                 (int)(letters < sizeof(shape) ? letters : 0), text);
        ok = layer_parse_shape(shape, &layer, d);
        if (ok && w == NULL)
            w = workload_of_layer(&layer);
        else if (ok) {
            w->layer =
                xrealloc(w->layer, (size_t)w->n_layers + 1, sizeof(*w->layer));
            w->layer[w->n_layers++] = layer;
        }
        text += letters + (text[letters] == ';');
    }
    if (ok)
        return w;
    workload_free(w);
    return NULL;
}

static struct workload *load_layers(const struct validation_run *run,
                                    const struct arch *arch, struct diag *d)
{
    struct layer one;
    struct workload *w = NULL;
    if (run->shape != NULL)
        return shapes(run->shape, d);
    if (run->gemm != NULL)
        return layer_parse_gemm(run->gemm, &one, d) ? workload_of_layer(&one)
                                                    : NULL;
    const char *net = run->net != NULL ? run->net
                      : arch != NULL   ? arch->default_network
                                       : "";
    int batch = run->batch > 0 ? run->batch
                : arch != NULL ? arch->default_batch
                               : 1;
    struct network_file file;
    if (!network_load(net, run->at, &file, d))
        return NULL;
    if ((run->layer == NULL || network_select(&file, run->layer, d)) &&
        network_set_batch(&file, batch, run->at, d)) {
        /* A graph has shapes of all nodes; what runs has a MAC loop. */
        struct workload **kept =
            file.graph != NULL && !run->simulate ? &file.rows : &file.workload;
        w = *kept;
        *kept = NULL;
    }
    network_fini(&file);
    return w;
}

static void declare_zeros(struct workload *w, double share)
{
    for (int i = 0; share >= 0 && i < w->n_layers; i++) {
        struct layer *l = &w->layer[i];
        if (!l->network_input)
            l->zero_share[TENSOR_IFMAP] = share;
        l->zero_share[TENSOR_PSUM] = share;
    }
}

/* name: of --mapping-policy, or NULL. */
static bool policy_of(const struct validation_run *run, const char *name,
                      enum mapping_policy *out, struct diag *d)
{
    *out = POLICY_OWN;
    return name == NULL || config_policy(name, out) ||
           diag_error(d, run->at,
                      "run '%s' has 'mapping_policy' = \"%s\"; it may be "
                      "'search', 'table', 'estimate' or 'rules'",
                      run->name, name);
}

/* The mappings are those of the run's mapping file; without one, those of
 * `mapped`, which a variant of the machine keeps. */
static bool simulate_layers(struct outcome *o, const struct config *mapped,
                            struct diag *d)
{
    enum mapping_policy policy;
    if (!policy_of(o->run, o->whole.mapping_policy, &policy, d))
        return false;
    struct energy_table *energy = energy_load(config_arch(o->cfg)->energy,
                                              config_pos(o->cfg, "energy"), d);
    struct simulate_options options = {
        .memo = true, .memory = pass_memory_new(PASS_MEMORY_BYTES_DEFAULT)};
    const char *file = o->whole.mapping;
    const struct dataflow *flow =
        file != NULL ? NULL : config_dataflow(o->cfg, o->whole.dataflow, d);
    const char *network = o->whole.shape == NULL && o->whole.gemm == NULL
                              ? o->workload->name
                              : "";
    int n = o->workload->n_layers;
    const struct chooser_input in = {.cfg = o->cfg,
                                     .mapped = file != NULL ? NULL : mapped,
                                     .network = network,
                                     .dataflow = flow,
                                     .layer = o->workload->layer,
                                     .n_layers = n,
                                     .policy = policy,
                                     .simulates = true,
                                     .energy = energy,
                                     .objective = SEARCH_delay};
    bool ok = file != NULL ? config_use_mappings(o->cfg, file, o->run->at, d)
                           : flow != NULL;
    ok = ok && energy != NULL;
    struct chooser *chooser = ok ? chooser_new(&in, d) : NULL;
    const struct layer_mapper mapper = chooser_mapper(chooser);
    ok = chooser != NULL;
    o->r = xcalloc((size_t)n + 1, sizeof(*o->r));
    for (int i = 0; ok && i < n; i++) {
        const struct layer *layer = &o->workload->layer[i];
        struct layer_mapping mapping;
        ok = mapper.mapping_of(mapper.context, layer, &options, &mapping, d) &&
             simulate_layer(config_arch(o->cfg), layer, &mapping, &options,
                            &o->r[1 + i], d);
    }
    chooser_free(chooser);
    energy_free(energy);
    if (ok)
        metrics_sum(o->r + 1, n, o->r);
    pass_memory_free(options.memory);
    return ok;
}

static bool run_one(const struct validation_group *g, struct outcome *o,
                    struct diag *d)
{
    const struct validation_run *like =
        o->run->like != NULL ? find_run(g, o->run->like) : NULL;
    struct config *mapped = NULL;
    bool ok = true;
    o->whole = whole_run(o->run, like);
    if (o->whole.dataflow != NULL && dataflow_find(o->whole.dataflow) == NULL) {
        o->is_absent = true;
        return true;
    }
    if (o->whole.cfg != NULL)
        o->cfg = config_load(o->whole.cfg, o->whole.set, o->whole.n_sets, d);
    if (o->whole.cfg != NULL && o->cfg == NULL)
        return false;
    o->workload =
        load_layers(&o->whole, o->cfg != NULL ? config_arch(o->cfg) : NULL, d);
    if (o->workload == NULL)
        return false;
    declare_zeros(o->workload, o->whole.zero_share);
    if (!o->run->simulate)
        return true;
    if (o->cfg == NULL)
        return diag_error(d, o->run->at,
                          "run '%s' lacks 'cfg'; an architecture is needed",
                          o->run->name);
    if (like != NULL)
        mapped = config_load(o->whole.cfg, like->set, like->n_sets, d);
    ok = (like == NULL || mapped != NULL) &&
         simulate_layers(o, mapped != NULL ? mapped : o->cfg, d);
    config_free(mapped);
    return ok;
}

static void outcome_fini(struct outcome *o)
{
    for (int i = 0; o->r != NULL && i < o->workload->n_layers; i++)
        layer_result_fini(&o->r[1 + i]);
    free(o->r);
    free(o->whole.set);
    workload_free(o->workload);
    config_free(o->cfg);
}

/* "16.4 % mac, 47.5 % wait_psum_in, ...; at least 1.31 x psum_out_network" */
static char *account_of(const struct layer_result *r)
{
    enum { LOSSES = 3 };
    enum ledger_cause loss[LOSSES];
    double all = (double)ledger_total(r->ledger_pe_cycles);
    int n = metrics_largest_losses(r, LOSSES, loss);
    enum bound bound = result_binding_bound(r);
    char *text = NULL;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    fprintf(to, "mac %.1f %%",
            100 * (double)r->ledger_pe_cycles[LEDGER_mac] / all);
    for (int i = 0; i < n; i++)
        fprintf(to, ", %s %.1f %%", ledger_name[loss[i]],
                100 * (double)r->ledger_pe_cycles[loss[i]] / all);
    if (r->bounds_cycles[bound] > 0)
        fprintf(to, "; %.2f x the bound of %s",
                (double)r->cycles / (double)r->bounds_cycles[bound],
                bound_name[bound]);
    SIM_CHECK(fclose(to) == 0);
    return text;
}

double validation_error(const struct validation_row *row)
{
    if (row->summary != SUMMARY_NONE)
        return row->ours / 100;
    if (isnan(row->published) || isnan(row->ours))
        return NAN;
    if (row->published == 0)
        return row->ours;
    return row->ours / row->published - 1;
}

static void judge(struct validation_row *row)
{
    double error = validation_error(row);
    row->verdict = VERDICT_NONE;
    if (isnan(error) || isnan(row->tolerance))
        return;
    if (fabs(error) <= row->tolerance + 1e-9)
        row->verdict = VERDICT_PASS;
    else
        row->verdict =
            row->known_miss[0] != '\0' ? VERDICT_KNOWN_MISS : VERDICT_MISS;
}

static bool value_of(const struct outcome *o, struct validation_row *row,
                     struct diag *d)
{
    struct layer_result pair[2];
    struct quantity_input in = {
        .arch = o->cfg != NULL ? config_arch(o->cfg) : NULL,
        .layers = o->workload->layer,
        .r = o->r,
        .n_layers = o->workload->n_layers,
    };
    int k = 0;
    enum quantity_need need = quantity_need(row->quantity);
    if (need == NEED_ARCH && in.arch == NULL)
        return diag_error(d, row->at,
                          "'%s' needs an architecture; run '%s' has no 'cfg'",
                          row->quantity, row->run);
    if (need == NEED_RESULT && o->r == NULL)
        return diag_error(d, row->at,
                          "'%s' needs a run that is simulated; '%s' is not",
                          row->quantity, row->run);
    while (row->layer[0] != '\0' && k < in.n_layers &&
           strcmp(in.layers[k].name, row->layer) != 0)
        k++;
    if (k == in.n_layers)
        return diag_error(d, row->at, "run '%s' has no layer '%s'", row->run,
                          row->layer);
    if (row->layer[0] != '\0') {
        in.layers += k;
        in.n_layers = 1;
    }
    if (row->layer[0] != '\0' && o->r != NULL) {
        pair[0] = pair[1] = o->r[1 + k];
        in.r = pair;
    }
    row->ours = quantity_value(row->quantity, &in);
    if (row->with_account && in.r != NULL)
        row->account = account_of(in.r);
    return true;
}

static bool fill_rows(struct validation_group *g,
                      const struct validation_run *run, struct diag *d)
{
    struct outcome o = {.run = run};
    bool is_model = run->dram == NULL && run->sequence == NULL;
    bool ok = !is_model || run_one(g, &o, d);
    for (int i = 0; ok && i < g->n_rows; i++) {
        struct validation_row *row = &g->row[i];
        if (strcmp(row->run, run->name) != 0)
            continue;
        if (o.is_absent) {
            row->verdict = VERDICT_ABSENT;
            continue;
        }
        if (run->dram != NULL)
            row->ours = dram_quantity_value(row->quantity, run->dram);
        else if (run->sequence != NULL)
            row->ours = reuse_quantity_value(row->quantity, run->sequence);
        else
            ok = value_of(&o, row, d);
        judge(row);
    }
    outcome_fini(&o);
    return ok;
}

static bool is_needed(const struct validation_group *g, const char *run)
{
    for (int i = 0; i < g->n_rows; i++)
        if (strcmp(g->row[i].run, run) == 0)
            return true;
    return false;
}

/* The mean over a check's rows of their errors, or of how large they are. */
static double mean_error(const struct validation_row *row, int n,
                         enum validation_summary summary)
{
    double sum = 0;
    int rows = 0;
    for (int i = 0; i < n; i++) {
        const double error = validation_error(&row[i]);
        if (row[i].summary != SUMMARY_NONE || isnan(error))
            continue;
        sum += summary == SUMMARY_BIAS ? error : fabs(error);
        rows++;
    }
    return rows > 0 ? sum / rows : NAN;
}

static void sum_up(struct validation_group *g)
{
    for (int k = 0; k < g->n_checks; k++) {
        const struct validation_check *check = &g->check[k];
        struct validation_row *row = &g->row[check->first_row];
        for (int i = 0; i < check->n_rows; i++) {
            if (row[i].summary == SUMMARY_NONE)
                continue;
            row[i].ours = 100 * mean_error(row, check->n_rows, row[i].summary);
            judge(&row[i]);
        }
    }
}

bool validation_run_all(struct validation *v, struct diag *d)
{
    for (int i = 0; i < v->n_groups; i++)
        for (int k = 0; k < v->group[i].n_runs; k++)
            if (is_needed(&v->group[i], v->group[i].run[k].name) &&
                !fill_rows(&v->group[i], &v->group[i].run[k], d))
                return false;
    for (int i = 0; i < v->n_groups; i++)
        sum_up(&v->group[i]);
    return true;
}

int validation_count(const struct validation *v,
                     enum validation_verdict verdict)
{
    int n = 0;
    for (int i = 0; i < v->n_groups; i++)
        for (int k = 0; k < v->group[i].n_rows; k++)
            n += v->group[i].row[k].verdict == verdict;
    return n;
}
