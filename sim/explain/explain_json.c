/* explain_json.c - an explanation for programs: the text's numbers, and why
 * changes could not be made.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/explain/explain.h"
#include "sim/report/document_energy.h"
#include "sim/report/report_tree.h"

#define SCHEMA 1

static void put_cost(json_t *o, const struct explain_cost *cost)
{
    tree_put_count(o, "cycles", cost->cycles);
    tree_put_real(o, "energy", cost->energy);
    if (cost->area_mm2 > 0)
        tree_put_real(o, "area_mm2", cost->area_mm2);
}

static json_t *ledger(const struct arch *arch, const struct layer_result *r)
{
    json_t *o = tree_object();
    for (int i = 0; i < LEDGER_N; i++)
        if (i != LEDGER_skip || arch_skips_any(arch))
            tree_put_count(o, ledger_name[i], r->ledger_pe_cycles[i]);
    return o;
}

static json_t *network_waits(const struct layer_result *r)
{
    json_t *o = tree_object();
    for (int k = 0; k < NETWORK_N; k++) {
        json_t *of = tree_object();
        for (int cause = 0; cause < NETWORK_WAIT_N; cause++)
            tree_put_count(of, network_wait_name[cause], r->wait_by[k][cause]);
        tree_put(o, ledger_name[LEDGER_WAIT(k)] + strlen("wait_"), of);
    }
    return o;
}

static json_t *waits(const struct layer_result *r)
{
    json_t *o = tree_object();
    for (int t = 0; t < TENSOR_N; t++) {
        json_t *of = tree_object();
        for (int k = 0; k < DRAM_WAIT_N; k++)
            if (t == TENSOR_PSUM || k < DRAM_WAIT_store)
                tree_put_count(of, dram_wait_name[k], r->wait_dram_by[t][k]);
        tree_put(o, tensor_name[t], of);
    }
    return o;
}

static json_t *options_of(const struct what_if *w)
{
    json_t *list = tree_array();
    for (int k = 0; k < w->n_sets; k++) {
        char text[WHAT_IF_SET_BYTES + 8];
        snprintf(text, sizeof(text), "--set %s", w->set[k]);
        tree_append(list, json_string(text));
    }
    if (w->option[0] != '\0')
        tree_append(list, json_string(w->option));
    return list;
}

static json_t *change(const struct explanation *e,
                      const struct explained_what_if *w)
{
    json_t *o = tree_object();
    tree_put_text(o, "kind", what_if_kind_name[w->what.kind]);
    tree_put_text(o, "what", w->what.name);
    tree_put(o, "options", options_of(&w->what));
    if (!w->ran) {
        tree_put_text(o, "failed", w->why);
        return o;
    }
    put_cost(o, &w->cost);
    tree_put_real(o, "gain", explanation_gain(e, w));
    tree_put(o, "other_mapping", json_boolean(w->is_other_mapping));
    return o;
}

bool explain_write_json(const struct explanation *e, FILE *to)
{
    const struct explained_what_if *bound = explanation_binding(e);
    json_t *o = tree_object(), *now = tree_object(), *list = tree_array(),
           *layers = tree_array();
    char *words = explanation_in_words(e);
    tree_put_text(o, "accelsim", ACCELSIM_VERSION);
    tree_put(o, "schema", json_integer(SCHEMA));
    tree_put_text(o, "arch", config_arch(e->in->cfg)->name);
    for (int i = 0; i < e->in->workload->n_layers; i++)
        tree_append(layers, json_string(e->in->workload->layer[i].name));
    tree_put(o, "explained", layers);
    tree_put_text(o, "mapping_source", e->mapping_source);
    tree_put_text(o, "energy_unit", energy_unit(e->in->energy));
    put_cost(now, &e->now);
    tree_put(now, "ledger_pe_cycles",
             ledger(config_arch(e->in->cfg), &e->total));
    tree_put(now, "wait_dram_by", waits(&e->total));
    tree_put(now, "wait_by", network_waits(&e->total));
    tree_put(now, "energy_parts", document_energies(&e->energy));
    tree_put(o, "now", now);
    tree_put(o, "binding", bound != NULL ? change(e, bound) : json_null());
    for (int k = 0; k < e->n; k++)
        tree_append(list, change(e, &e->what_if[k]));
    tree_put(o, "what_ifs", list);
    tree_put_text(o, "in_words", words);
    free(words);
    return tree_print(o, to);
}
