/* report_document.c - the names and the order of everything that a program
 * reads in a result.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report_document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/metrics.h"

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unversioned"
#endif

#define SCHEMA 1

static void put(json_t *object, const char *key, json_t *value)
{
    SIM_CHECK(value != NULL);
    SIM_CHECK(json_object_set_new(object, key, value) == 0);
}

static json_t *object_new(void)
{
    json_t *object = json_object();
    SIM_CHECK(object != NULL);
    return object;
}

static void put_count(json_t *object, const char *key, uint64_t value)
{
    SIM_CHECK(value <= INT64_MAX);
    put(object, key, json_integer((json_int_t)value));
}

static void put_real(json_t *object, const char *key, double value)
{
    SIM_CHECK(isfinite(value));
    put(object, key, json_real(value));
}

/* JSON is UTF-8; a byte that is not becomes a question mark. */
static void put_text(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text != NULL ? text : "");
    if (value == NULL) {
        char *ascii = xstrdup(text);
        for (char *c = ascii; *c != '\0'; c++)
            if ((unsigned char)*c >= 0x80)
                *c = '?';
        value = json_string(ascii);
        free(ascii);
    }
    put(object, key, value);
}

static json_t *shape(const struct layer *l)
{
    static const char *const name[] = {"N",      "G",   "M",       "C", "H",
                                       "W",      "R",   "S",       "P", "Q",
                                       "stride", "pad", "dilation"};
    const int value[] = {l->N, l->G, l->M, l->C,      l->H,   l->W,       l->R,
                         l->S, l->P, l->Q, l->stride, l->pad, l->dilation};
    json_t *o = object_new();
    for (int i = 0; i < (int)(sizeof(value) / sizeof(value[0])); i++)
        put(o, name[i], json_integer(value[i]));
    return o;
}

static json_t *mapping(const struct layer_result *r)
{
    json_t *o = object_new(), *parameters = object_new();
    SIM_CHECK(r->n_params >= 0 && r->n_params <= RESULT_PARAMS_MAX);
    for (int i = 0; i < r->n_params; i++)
        put(parameters, r->param[i].name, json_integer(r->param[i].value));
    put_text(o, "source", r->mapping_source);
    if (r->table_source != NULL)
        put_text(o, "table_source", r->table_source);
    put(o, "parameters", parameters);
    return o;
}

static json_t *ledger(const struct layer_result *r)
{
    json_t *o = object_new();
    for (int i = 0; i < LEDGER_N; i++)
        put_count(o, ledger_name[i], r->ledger_pe_cycles[i]);
    return o;
}

static json_t *bounds(const struct arch *arch, const struct layer_result *r)
{
    json_t *o = object_new();
    for (int i = 0; i < BOUND_N; i++)
        if (bound_applies(arch, (enum bound)i))
            put_count(o, bound_name[i], r->bounds_cycles[i]);
    return o;
}

static json_t *accesses(const struct arch *arch, const struct counts *counts)
{
    json_t *o = object_new();
    for (int level = 0; level < LEVEL_N; level++) {
        if (level == LEVEL_L1 && !arch->has_l1)
            continue;
        json_t *tensors = object_new();
        for (int t = 0; t < TENSOR_N; t++) {
            const struct accesses *a = &counts->access[level][t];
            json_t *words = object_new();
            put_count(words, "reads", a->reads);
            put_count(words, "writes", a->writes);
            if (level == LEVEL_L2) {
                put_count(words, "dma_reads", a->dma_reads);
                put_count(words, "dma_writes", a->dma_writes);
            }
            put(tensors, tensor_name[t], words);
        }
        put(o, level_name[level], tensors);
    }
    return o;
}

static json_t *links(const struct arch *arch, const struct counts *counts)
{
    json_t *o = object_new();
    for (int i = 0; i < LINK_N; i++) {
        if (link_needs_l1((enum link)i) && !arch->has_l1)
            continue;
        json_t *words = object_new();
        put_count(words, "words_sent", counts->link[i].words_sent);
        put_count(words, "words_delivered", counts->link[i].words_delivered);
        put_count(words, "hops", counts->link[i].hops);
        put(o, link_name[i], words);
    }
    return o;
}

/* Bytes over the DRAM's link: expected ones, which take time, and those of
 * functional mode's values. */
static void put_compressed(json_t *dram, const struct arch *arch,
                           const struct layer_result *r)
{
    const struct counts *c = &r->counts;
    json_t *expected = object_new(), *checked = object_new();
    for (int t = 0; t < TENSOR_N; t++) {
        uint64_t bytes = counts_dram_bytes(arch, c, (enum tensor)t);
        put_count(expected, tensor_name[t], bytes);
        put_count(checked, tensor_name[t],
                  bytes - c->dram_compressed[t].bytes +
                      r->check_compressed_bytes[t]);
    }
    put(dram, "compressed_bytes", expected);
    if (r->checked)
        put(dram, "compressed_bytes_of_values", checked);
    else
        json_decref(checked);
}

static json_t *energies(const struct layer_energy *energy)
{
    json_t *o = object_new();
    for (int i = 0; i < ENERGY_N; i++)
        put_real(o, energy_part_name[i],
                 energy_part_of(energy, (enum energy_part)i));
    put_real(o, "total", energy->total);
    return o;
}

static json_t *metrics_object(const struct report_input *in,
                              const struct layer_result *r,
                              const struct layer_energy *energy, int batch)
{
    struct metrics m;
    metrics_of(in, r, energy, batch, &m);
    json_t *o = object_new();
    for (int i = 0; i < METRIC_N; i++)
        if (!r->is_model || !metrics_needs_cycles((enum metric)i))
            put_real(o, metric_name[i], m.value[i]);
    return o;
}

/* What a layer and the sum of all layers both have, behind "macs". */
static void put_work(json_t *o, const struct report_input *in,
                     const struct layer_result *r,
                     const struct layer_energy *energy, int batch,
                     bool is_total)
{
    put_count(o, "macs", r->counts.macs);
    if (!is_total)
        put_count(o, "passes", r->passes);
    if (!r->is_model) {
        put_count(o, "cycles", r->cycles);
        put_count(o, "array_cycles", r->array_cycles);
    }
    if (!is_total) {
        put(o, "bounds_cycles", bounds(in->arch, r));
        put_text(o, "bound_by", bound_name[metrics_binding_bound(r)]);
        put(o, "active_pes", json_integer(r->active_pes));
    }
    if (!r->is_model) {
        put_real(o, "utilization", metrics_utilization(in->arch, r));
        put(o, "ledger_pe_cycles", ledger(r));
    }
    put(o, "accesses", accesses(in->arch, &r->counts));
    put(o, "noc", links(in->arch, &r->counts));
    json_t *dram = object_new();
    put_count(dram, "bursts", r->counts.dram_bursts);
    if (in->arch->compression != COMPRESSION_NONE)
        put_compressed(dram, in->arch, r);
    put(o, "dram", dram);
    json_t *gated = object_new();
    put_count(gated, "macs", r->gated_macs);
    put_count(gated, "rf_filter_reads", r->gated_rf_filter_reads);
    put(o, "gated", gated);
    put(o, "energy_pj", energies(energy));
    put(o, "metrics", metrics_object(in, r, energy, batch));
    if (r->checked) {
        json_t *check = object_new();
        put_count(check, "outputs", r->check_outputs);
        put_count(check, "mismatches", r->check_mismatches);
        put(o, "check", check);
    }
}

static json_t *layer(const struct report_input *in,
                     const struct layer_result *r,
                     const struct layer_energy *energy)
{
    json_t *o = object_new();
    put_text(o, "name", r->layer.name);
    put_text(o, "dataflow", r->dataflow);
    put(o, "shape", shape(&r->layer));
    put(o, "mapping", mapping(r));
    put_work(o, in, r, energy, r->layer.N, false);
    return o;
}

static json_t *tensor_costs(const struct energy_cost cost[TENSOR_N])
{
    json_t *o = object_new();
    for (int t = 0; t < TENSOR_N; t++)
        put_real(o, tensor_name[t], cost[t].energy);
    put_text(o, "origin", energy_origin_name[energy_origin_of(cost)]);
    return o;
}

static json_t *energy_table(const struct report_input *in,
                            const struct energy_costs *costs)
{
    json_t *o = object_new(), *mac = object_new();
    put_text(o, "name", energy_name(in->energy));
    put_real(mac, "each", costs->mac.energy);
    put_text(mac, "origin", energy_origin_name[costs->mac.origin]);
    put(o, "mac", mac);
    put(o, "rf", tensor_costs(costs->rf));
    put(o, "noc", tensor_costs(costs->noc_hop));
    if (in->arch->has_l1)
        put(o, "l1", tensor_costs(costs->l1));
    put(o, "l2", tensor_costs(costs->l2));
    put(o, "dram", tensor_costs(costs->dram));
    return o;
}

json_t *report_document(const struct report_input *in)
{
    struct energy_costs costs;
    struct layer_energy total_energy = {0};
    struct layer_result total;
    energy_costs_of(in->energy, in->arch, &costs);
    json_t *layers = json_array();
    for (int i = 0; i < in->n_layers; i++) {
        struct layer_energy energy;
        energy_of_layer(&costs, in->arch, &in->layers[i], in->dram_burst_bytes,
                        &energy);
        energy_add(&total_energy, &energy);
        SIM_CHECK(json_array_append_new(
                      layers, layer(in, &in->layers[i], &energy)) == 0);
    }
    metrics_sum(in->layers, in->n_layers, &total);

    json_t *o = object_new(), *sum = object_new();
    put_text(o, "accelsim", PACKAGE_VERSION);
    put(o, "schema", json_integer(SCHEMA));
    put_text(o, "arch", in->arch->name);
    put_text(o, "network", in->network);
    put(o, "batch", json_integer(in->batch));
    put_text(o, "kernel", in->kernel);
    if (in->foreign_memory != NULL)
        put_text(o, "sc_memory", in->foreign_memory);
    put(o, "pes", json_integer(arch_pes(in->arch)));
    put_count(o, "clock_hz", in->arch->clock_hz);
    put_text(o, "energy_unit", energy_unit(in->energy));
    put(o, "energy_table", energy_table(in, &costs));
    put(o, "layers", layers);
    put_work(sum, in, &total, &total_energy, in->batch, true);
    put(o, "total", sum);
    return o;
}
