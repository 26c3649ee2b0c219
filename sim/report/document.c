/* document.c - the names and the order of everything that a program
 * reads in a result.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/document.h"

#include <string.h>

#include "dataflows/dataflow.h"
#include "sim/base/counters.h"
#include "sim/energy/energy_area.h"
#include "sim/report/document_energy.h"
#include "sim/report/metrics.h"
#include "sim/report/network_document.h"
#include "sim/report/report_tree.h"
#include "sim/run/bounds.h"

#define SCHEMA 1

const char *const document_late_columns[] = {
    "shape.stride_h",
    "shape.stride_w",
    "shape.pad_top",
    "shape.pad_bottom",
    "shape.pad_left",
    "shape.pad_right",
    "shape.dilation_h",
    "shape.dilation_w",
    "op",
    "gemm.M",
    "gemm.N",
    "gemm.K",
    "gemm.B",
    "accesses.l2.psum.finished_reads",
    "accesses.l2.psum.finished_writes",
    "accesses.dram.psum.finished_reads",
    "accesses.dram.psum.finished_writes",
    "energy_pj.leakage",
    "energy_pj.clock",
    "energy_at_least",
    "dram.bursts_at_least",
    "check.zero_macs",
    "power_mw",
    "precision.ifmap_bits",
    "precision.filter_bits",
    "precision.psum_bits",
    "precision.ofmap_bits",
    "energy_range.low",
    "energy_range.high",
    "energy_range.corner_low",
    "energy_range.corner_high",
    "accesses.rf.ifmap.changed_reads",
    "accesses.rf.filter.changed_reads",
    "accesses.l2.ifmap.row_reads",
    "accesses.l2.ifmap.row_writes",
    "accesses.l2.filter.row_reads",
    "accesses.l2.filter.row_writes",
    "accesses.l2.psum.row_reads",
    "accesses.l2.psum.row_writes",
    "noc.filter.rows",
    "noc.ifmap.rows",
    "noc.psum_in.rows",
    "noc.psum_out.rows",
    "fifo_pushes",
    "gated.rf_psum_reads",
    "gated.rf_psum_writes",
    "wait_dram_by.ifmap.start",
    "wait_dram_by.ifmap.first_load",
    "wait_dram_by.ifmap.load",
    "wait_dram_by.ifmap.single_buffer",
    "wait_dram_by.filter.start",
    "wait_dram_by.filter.first_load",
    "wait_dram_by.filter.load",
    "wait_dram_by.filter.single_buffer",
    "wait_dram_by.psum.start",
    "wait_dram_by.psum.first_load",
    "wait_dram_by.psum.load",
    "wait_dram_by.psum.single_buffer",
    "wait_dram_by.psum.store",
    "wait_dram_by.psum.last_store",
    "wait_dram_by.psum.ramp",
    "wait_by.filter.busy",
    "wait_by.filter.blocked",
    "wait_by.filter.port",
    "wait_by.filter.order",
    "wait_by.filter.latency",
    "wait_by.filter.supply",
    "wait_by.filter.idle",
    "wait_by.ifmap.busy",
    "wait_by.ifmap.blocked",
    "wait_by.ifmap.port",
    "wait_by.ifmap.order",
    "wait_by.ifmap.latency",
    "wait_by.ifmap.supply",
    "wait_by.ifmap.idle",
    "wait_by.psum_in.busy",
    "wait_by.psum_in.blocked",
    "wait_by.psum_in.port",
    "wait_by.psum_in.order",
    "wait_by.psum_in.latency",
    "wait_by.psum_in.supply",
    "wait_by.psum_in.idle",
    "wait_by.psum_out.busy",
    "wait_by.psum_out.blocked",
    "wait_by.psum_out.port",
    "wait_by.psum_out.order",
    "wait_by.psum_out.latency",
    "wait_by.psum_out.supply",
    "wait_by.psum_out.idle",
    NULL};

const char *const document_precision[] = {"ifmap_bits", "filter_bits",
                                          "psum_bits", "ofmap_bits", NULL};

static json_t *precision(const struct arch *arch, const struct layer *l)
{
    struct arch own;
    json_t *o = tree_object();
    arch_of_layer(arch, l, &own);
    for (int t = 0; t < TENSOR_N; t++)
        tree_put(o, document_precision[t], json_integer(own.precision_bits[t]));
    tree_put(o, document_precision[TENSOR_N],
             json_integer(arch_ofmap_bits(&own)));
    return o;
}

static json_t *shape(const struct layer *l)
{
    const struct {
        const char *name;
        int value;
        bool is_there; /* a name for both axes: where they are equal */
    } member[] = {
        {"N", l->N, true},
        {"G", l->G, true},
        {"M", l->M, true},
        {"C", l->C, true},
        {"H", l->H, true},
        {"W", l->W, true},
        {"R", l->R, true},
        {"S", l->S, true},
        {"P", l->P, true},
        {"Q", l->Q, true},
        {"stride", l->stride_h, l->stride_h == l->stride_w},
        {"pad", l->pad_top, layer_pads_alike(l)},
        {"dilation", l->dilation_h, l->dilation_h == l->dilation_w},
        {"stride_h", l->stride_h, true},
        {"stride_w", l->stride_w, true},
        {"pad_top", l->pad_top, true},
        {"pad_bottom", l->pad_bottom, true},
        {"pad_left", l->pad_left, true},
        {"pad_right", l->pad_right, true},
        {"dilation_h", l->dilation_h, true},
        {"dilation_w", l->dilation_w, true},
        {"output_pad_h", l->output_pad_h, l->op == LAYER_CONV_TRANSPOSE},
        {"output_pad_w", l->output_pad_w, l->op == LAYER_CONV_TRANSPOSE},
    };
    json_t *o = tree_object();
    for (int i = 0; i < (int)(sizeof(member) / sizeof(member[0])); i++)
        if (member[i].is_there)
            tree_put(o, member[i].name, json_integer(member[i].value));
    return o;
}

/* A product of matrices in the letters of --gemm. */
static json_t *gemm(const struct gemm_letters *g)
{
    json_t *o = tree_object();
    tree_put(o, "M", json_integer(g->M));
    tree_put(o, "N", json_integer(g->N));
    tree_put(o, "K", json_integer(g->K));
    tree_put(o, "B", json_integer(g->B));
    return o;
}

/* Keys of the architecture that have no effect under the mapping. */
static json_t *not_modelled(const struct layer_result *r)
{
    json_t *list = json_array();
    SIM_CHECK(list != NULL);
    for (int i = 0; i < r->n_not_modelled; i++)
        SIM_CHECK(
            json_array_append_new(list, json_string(r->not_modelled[i])) == 0);
    return list;
}

static void put_parameter(json_t *parameters, const char *name, int value)
{
    if (dataflow_param_is_told(name, value))
        tree_put(parameters, name, json_integer(value));
}

/* Mappings that were looked at before this one was chosen. */
static json_t *tried(const struct layer_result *r)
{
    json_t *list = tree_array();
    for (int i = 0; i < r->tried.n; i++) {
        const struct tried_mapping *one = &r->tried.one[i];
        json_t *o = tree_object(), *parameters = tree_object();
        for (int k = 0; k < r->n_params; k++)
            put_parameter(parameters, r->param[k].name, one->value[k]);
        tree_put_text(o, "source", one->source);
        tree_put(o, "parameters", parameters);
        tree_put_count(o, "estimate_cycles", one->estimate_cycles);
        if (one->cycles > 0)
            tree_put_count(o, "cycles", one->cycles);
        tree_append(list, o);
    }
    return list;
}

static json_t *mapping(const struct layer_result *r)
{
    json_t *o = tree_object(), *parameters = tree_object();
    SIM_CHECK(r->n_params >= 0 && r->n_params <= MAPPING_PARAMS_MAX);
    for (int i = 0; i < r->n_params; i++)
        put_parameter(parameters, r->param[i].name, r->param[i].value);
    tree_put_text(o, "source", r->mapping_source);
    if (r->table_source != NULL)
        tree_put_text(o, "table_source", r->table_source);
    tree_put(o, "parameters", parameters);
    if (r->tried.n > 0)
        tree_put(o, "tried", tried(r));
    if (r->mapping_text != NULL)
        tree_put_text(o, "text", r->mapping_text);
    return o;
}

static json_t *bounds(const struct arch *arch, const struct layer_result *r)
{
    json_t *o = tree_object();
    for (int i = 0; i < BOUND_N; i++)
        if (bound_applies(arch, (enum bound)i))
            tree_put_count(o, bound_name[i], r->bounds_cycles[i]);
    return o;
}

/* Bytes that a layer of the report moves, with its own widths, or the sum of
 * all layers. */
static uint64_t dram_bytes(const struct report_input *in,
                           const struct layer_result *r, enum tensor tensor)
{
    uint64_t bytes = 0;
    for (int i = 0; i < in->n_layers; i++) {
        struct arch own;
        if (metrics_part(in, r, i, &own))
            bytes = count_add(
                bytes, counts_dram_bytes(&own, &in->layers[i].counts, tensor));
    }
    return bytes;
}

/* Bytes over the DRAM's link: expected ones, which take time, and those of
 * functional mode's values. */
static void put_compressed(json_t *dram, const struct report_input *in,
                           const struct layer_result *r)
{
    const struct counts *c = &r->counts;
    json_t *expected = tree_object(), *checked = tree_object();
    for (int t = 0; t < TENSOR_N; t++) {
        uint64_t bytes = dram_bytes(in, r, (enum tensor)t);
        tree_put_count(expected, tensor_name[t], bytes);
        tree_put_count(checked, tensor_name[t],
                       bytes - c->dram_compressed[t].bytes +
                           r->check_compressed_bytes[t]);
    }
    tree_put(dram, "compressed_bytes", expected);
    if (r->checked)
        tree_put(dram, "compressed_bytes_of_values", checked);
    else
        json_decref(checked);
}

static json_t *metrics_object(const struct report_input *in,
                              const struct layer_result *r,
                              const struct layer_energy *energy, int batch)
{
    struct metrics m;
    metrics_of(in, r, energy, batch, &m);
    json_t *o = tree_object();
    for (int i = 0; i < METRIC_N; i++)
        if (!r->is_model || !metrics_needs_cycles((enum metric)i))
            tree_put_real(o, metric_name[i], m.value[i]);
    return o;
}

/* Puts the counters from `c` on up to the first whose path begins with `end`
 * ("": to the last), and returns that one. */
static const struct counter *put_counters(json_t *o, const struct counter *c,
                                          const char *end,
                                          const struct report_input *in,
                                          const struct layer_result *r,
                                          bool is_total)
{
    char path[COUNTER_PATH_BYTES];
    for (; c->path != NULL &&
           (end[0] == '\0' || strncmp(c->path, end, strlen(end)) != 0);
         c++)
        if (counter_is_reported(c, in->arch, r, is_total))
            tree_put_count_at(o, counter_path(c, in->arch, path),
                              counter_value(c, r));
    return c;
}

/* What a layer and the sum of all layers both have: the counters, with derived
 * figures in between. */
static void put_work(json_t *o, const struct report_input *in,
                     const struct layer_result *r,
                     const struct layer_energy *energy, int batch,
                     bool is_total)
{
    const struct counter *c =
        put_counters(o, counter_table, "ledger_pe_cycles.", in, r, is_total);
    if (!is_total) {
        tree_put(o, "bounds_cycles", bounds(in->arch, r));
        tree_put_text(o, "bound_by", bound_name[result_binding_bound(r)]);
        tree_put(o, "active_pes", json_integer(r->active_pes));
    }
    if (!r->is_model)
        tree_put_real(o, "utilization", metrics_utilization(in->arch, r));
    c = put_counters(o, c, "gated.", in, r, is_total);
    if (r->bursts_at_least)
        tree_put(json_object_get(o, "dram"), "bursts_at_least", json_true());
    if (in->arch->compression != COMPRESSION_NONE)
        put_compressed(json_object_get(o, "dram"), in, r);
    c = put_counters(o, c, "check.", in, r, is_total);
    tree_put(o, "energy_pj", document_energies(energy));
    document_put_range(o, in, r);
    if (r->is_model &&
        (r->bursts_at_least || energy->leakage + energy->clock > 0))
        tree_put(o, "energy_at_least", json_true());
    tree_put(o, "metrics", metrics_object(in, r, energy, batch));
    put_counters(o, c, "", in, r, is_total);
    const double power_mw = metrics_power_mw(in, r, energy);
    if (power_mw > 0)
        tree_put_real(o, "power_mw", power_mw);
    document_put_by_table(o, in, r);
}

static json_t *layer(const struct report_input *in,
                     const struct layer_result *r,
                     const struct layer_energy *energy)
{
    struct gemm_letters letters;
    json_t *o = tree_object();
    tree_put_text(o, "name", r->layer.name);
    tree_put_text(o, "op", layer_op_name[r->layer.op]);
    tree_put_text(o, "dataflow", r->dataflow);
    tree_put(o, "shape", shape(&r->layer));
    if (layer_is_gemm(&r->layer, &letters))
        tree_put(o, "gemm", gemm(&letters));
    tree_put(o, "precision", precision(in->arch, &r->layer));
    tree_put(o, "mapping", mapping(r));
    if (r->n_not_modelled > 0)
        tree_put(o, "not_modelled", not_modelled(r));
    put_work(o, in, r, energy, r->layer.N, false);
    return o;
}

static json_t *provenance(const struct report_input *in)
{
    json_t *o = tree_object();
    tree_put_text(o, "version", ACCELSIM_VERSION);
    tree_put_text(o, "mapping_source", in->mapping_source);
    if (in->objective != NULL)
        tree_put_text(o, "objective", in->objective);
    return o;
}

/* What the rooflines and the picture of the array are drawn from. */
static void put_peaks(const struct arch *arch, json_t *o)
{
    uint64_t words[BOUND_N];
    json_t *array = tree_object(), *peaks = tree_object();
    bounds_peak_words(arch, words);
    tree_put(array, "rows", json_integer(arch->rows));
    tree_put(array, "cols", json_integer(arch->cols));
    for (int k = 0; k < BOUND_N; k++)
        if (words[k] > 0)
            tree_put_count(peaks, bound_name[k], words[k]);
    tree_put(o, "array", array);
    tree_put(o, "peak_words_per_cycle", peaks);
}

json_t *report_document(const struct report_input *in)
{
    struct energy_costs costs;
    struct layer_energy total_energy = {0};
    struct layer_result total;
    struct machine_area area;
    energy_costs_of(in->energy, in->arch, &costs);
    json_t *layers = tree_array();
    for (int i = 0; i < in->n_layers; i++) {
        struct layer_energy energy;
        metrics_energy(in, &in->layers[i], &energy);
        energy_add(&total_energy, &energy);
        tree_append(layers, layer(in, &in->layers[i], &energy));
    }
    metrics_sum(in->layers, in->n_layers, &total);
    total.checked = total.checked || in->n_values > 0; /* of no MAC loop */

    json_t *o = tree_object(), *sum = tree_object();
    tree_put_text(o, "accelsim", ACCELSIM_VERSION);
    tree_put(o, "schema", json_integer(SCHEMA));
    tree_put_text(o, "arch", in->arch->name);
    network_document(in, o);
    tree_put(o, "batch", json_integer(in->batch));
    tree_put_text(o, "kernel", in->kernel);
    if (in->mapping_source != NULL)
        tree_put(o, "provenance", provenance(in));
    if (in->foreign_memory != NULL)
        tree_put_text(o, "sc_memory", in->foreign_memory);
    tree_put(o, "pes", json_integer(arch_pes(in->arch)));
    tree_put_count(o, "clock_hz", in->arch->clock_hz);
    put_peaks(in->arch, o);
    tree_put_text(o, "energy_unit", energy_unit(in->energy));
    tree_put(o, "energy_table", document_costs(in, &costs));
    if (energy_area_of(in->energy, in->arch, &area))
        tree_put(o, "area_mm2", document_area(&area));
    tree_put(o, "layers", layers);
    put_work(sum, in, &total, &total_energy, in->batch, true);
    tree_put(o, "total", sum);
    return o;
}
