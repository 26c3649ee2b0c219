/* validation_quantity.c - figures of layers and machines, by name.
 *
 * Beside the table: LEVEL.TENSOR.reads and LEVEL.TENSOR.writes in words, as in
 * "l1.filter.reads", and the ledger's causes as shares, "ledger.wait_dram".
 * SPDX-License-Identifier: MIT
 */
#include "sim/validate/validation_quantity.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/network/fuse/fusion.h"
#include "sim/report/metrics.h"

static uint64_t layer_weights(const struct layer *l)
{
    return (uint64_t)l->M * (uint64_t)(l->C / l->G) * (uint64_t)l->R *
           (uint64_t)l->S;
}

enum { CONV = 1 << LAYER_CONV, FC = 1 << LAYER_FC, ANY = INT_MAX };

/* Sum over the layers of these types. */
static double sum_of(const struct quantity_input *in, int types,
                     uint64_t (*of)(const struct layer *l))
{
    uint64_t sum = 0;
    for (int i = 0; i < in->n_layers; i++)
        if ((types >> in->layers[i].op & 1) != 0)
            sum = count_add(sum, of(&in->layers[i]));
    return (double)sum;
}

static double macs(const struct quantity_input *in)
{
    return sum_of(in, ANY, layer_macs);
}

static double conv_macs(const struct quantity_input *in)
{
    return sum_of(in, CONV, layer_macs);
}

static double fc_macs(const struct quantity_input *in)
{
    return sum_of(in, FC, layer_macs);
}

static double weights(const struct quantity_input *in)
{
    return sum_of(in, ANY, layer_weights);
}

static double conv_weights(const struct quantity_input *in)
{
    return sum_of(in, CONV, layer_weights);
}

static double layers(const struct quantity_input *in)
{
    return in->n_layers;
}

static double cycles(const struct quantity_input *in)
{
    return (double)in->r->cycles;
}

static double array_cycles(const struct quantity_input *in)
{
    return (double)in->r->array_cycles;
}

static double total_ms(const struct quantity_input *in)
{
    return metrics_ms(in->arch, in->r->cycles);
}

/* Images. */
static double per_second(const struct quantity_input *in)
{
    return 1000 * (double)in->layers[0].N / total_ms(in);
}

static double array_ms(const struct quantity_input *in)
{
    return metrics_ms(in->arch, in->r->array_cycles);
}

static double active_pes(const struct quantity_input *in)
{
    return in->r->active_pes;
}

static double l2_array_mb(const struct quantity_input *in)
{
    return metrics_l2_array_bytes(in->arch, &in->r->counts) / 1e6;
}

/* Psums that the array gives back to L2, the DMA's part left out. */
static double psums_to_l2(const struct quantity_input *in)
{
    const struct accesses *a = &in->r->counts.access[LEVEL_L2][TENSOR_PSUM];
    return (double)(a->writes - a->dma_writes);
}

static double dram_mb(const struct quantity_input *in)
{
    return metrics_level_bytes(in->arch, &in->r->counts, LEVEL_DRAM) / 1e6;
}

static double dram_link_mb(const struct quantity_input *in)
{
    return metrics_dram_link_bytes(in->arch, &in->r->counts) / 1e6;
}

static double tops(const struct quantity_input *in)
{
    return 2e-12 * macs(in) * (double)in->arch->clock_hz /
           (double)in->r->cycles;
}

static double macs_per_weight_byte(const struct quantity_input *in)
{
    return macs(in) /
           (weights(in) * in->arch->precision_bits[TENSOR_FILTER] / 8);
}

static double ridge_macs_per_byte(const struct quantity_input *in)
{
    return (double)arch_pes(in->arch) * (double)in->arch->clock_hz /
           (double)in->arch->dram_bytes_per_second;
}

static double useful_share(const struct quantity_input *in)
{
    return metrics_utilization(in->arch, in->r);
}

/* A systolic array's cycles but those in which the last psums of a layer leave
 * a machine that loads ahead: nothing is computed, shifted in or awaited. */
static double matrix_cycles(const struct quantity_input *in)
{
    const struct arch *a = in->arch;
    const double ramp =
        a->preload == PRELOAD_SHADOW ? a->rows + a->cols - 2 : 0;
    return (double)in->r->cycles - ramp * in->n_layers;
}

static double active_share(const struct quantity_input *in)
{
    return (double)in->r->counts.stream_cycles / matrix_cycles(in);
}

static double shift_share(const struct quantity_input *in)
{
    return (double)in->r->counts.load_cycles / matrix_cycles(in);
}

static double stall_share(const struct quantity_input *in)
{
    return 1 - active_share(in) - shift_share(in);
}

/* The part of the PEs that hold a weight while rows stream. */
static double filled_share(const struct quantity_input *in)
{
    return macs(in) /
           ((double)in->r->counts.stream_cycles * (double)arch_pes(in->arch));
}

/* The largest share of an axis of `places` PEs that a layer keeps at work, over
 * all folds, if it may share out these loops there only ("": any). */
static double axis_ceiling(const struct layer *l, const char *held, int places)
{
    const uint64_t extent[] = {(uint64_t)l->G,          (uint64_t)l->N,
                               (uint64_t)(l->M / l->G), (uint64_t)(l->C / l->G),
                               (uint64_t)l->P,          (uint64_t)l->Q,
                               (uint64_t)l->R,          (uint64_t)l->S};
    const uint64_t room = (uint64_t)places;
    uint64_t all = 1;
    if (held[0] == '\0')
        return 1;
    for (int k = 0; LOOP_LETTERS[k] != '\0'; k++)
        if (strchr(held, LOOP_LETTERS[k]) != NULL)
            all = count_mul(all, extent[k]);
    const uint64_t folds = all / room + (all % room > 0);
    return (double)all / ((double)folds * (double)room);
}

/* Layers that issue no more MACs a cycle than an array whose rows and columns
 * hold these loops could. */
static double layers_within_ceiling(const struct quantity_input *in)
{
    const struct arch *a = in->arch;
    int within = 0;
    for (int i = 0; i < in->n_layers; i++) {
        const struct layer *l = &in->layers[i];
        const double most = axis_ceiling(l, a->rows_hold, a->rows) *
                            axis_ceiling(l, a->cols_hold, a->cols);
        const double used = metrics_utilization(a, &in->r[1 + i]);
        within += used <= most * (1 + 1e-12);
    }
    return within;
}

/* The value of a published figure that is not modelled: it stands in the table
 * without one of ours. */
static double not_modelled(const struct quantity_input *in)
{
    (void)in;
    return NAN;
}

/* Maps over DRAM in words of 32 bits, in units of 2^20 bytes, of the layers as
 * a chain that is fused, tile by tile of one output; what is kept in 2^10. */
static bool fused(const struct quantity_input *in, struct fusion *out)
{
    struct diag *d = diag_new();
    bool ok = fusion_of(in->layers, in->n_layers, 1, (struct src_pos){NULL, 0},
                        out, d);
    diag_free(d);
    return ok;
}

static double fused_maps_mib(const struct quantity_input *in)
{
    struct fusion f;
    return fused(in, &f) ? (double)f.fused_words * 4 / 1048576 : NAN;
}

static double apart_maps_mib(const struct quantity_input *in)
{
    struct fusion f;
    return fused(in, &f) ? (double)f.apart_words * 4 / 1048576 : NAN;
}

static double merged_maps_mib(const struct quantity_input *in)
{
    struct fusion f;
    return fused(in, &f) ? (double)f.merged_words * 4 / 1048576 : NAN;
}

static double fused_kept_kib(const struct quantity_input *in)
{
    struct fusion f;
    return fused(in, &f)
               ? (double)(f.kept_row_words + f.kept_column_words) * 4 / 1024
               : NAN;
}

static double fused_saved_share(const struct quantity_input *in)
{
    struct fusion f;
    return fused(in, &f) ? 1 - (double)f.fused_words / (double)f.apart_words
                         : NAN;
}

struct quantity {
    const char *name, *unit;
    enum quantity_need need;
    double (*value)(const struct quantity_input *in);
};

static const struct quantity table[] = {
    {"macs", "", NEED_SHAPES, macs},
    {"conv_macs", "", NEED_SHAPES, conv_macs},
    {"fc_macs", "", NEED_SHAPES, fc_macs},
    {"weights", "", NEED_SHAPES, weights},
    {"conv_weights", "", NEED_SHAPES, conv_weights},
    {"layers", "", NEED_SHAPES, layers},
    {"fused_maps", "MiB", NEED_SHAPES, fused_maps_mib},
    {"apart_maps", "MiB", NEED_SHAPES, apart_maps_mib},
    {"merged_maps", "MiB", NEED_SHAPES, merged_maps_mib},
    {"fused_kept", "KiB", NEED_SHAPES, fused_kept_kib},
    {"fused_saved_share", "%", NEED_SHAPES, fused_saved_share},
    {"macs_per_weight_byte", "MAC/byte", NEED_ARCH, macs_per_weight_byte},
    {"ridge_macs_per_byte", "MAC/byte", NEED_ARCH, ridge_macs_per_byte},
    {"cycles", "cycles", NEED_RESULT, cycles},
    {"array_cycles", "cycles", NEED_RESULT, array_cycles},
    {"total_ms", "ms", NEED_RESULT, total_ms},
    {"per_second", "a second", NEED_RESULT, per_second},
    {"array_ms", "ms", NEED_RESULT, array_ms},
    {"active_pes", "PEs", NEED_RESULT, active_pes},
    {"l2_array_mb", "MB", NEED_RESULT, l2_array_mb},
    {"l2_psum_from_array", "words", NEED_RESULT, psums_to_l2},
    {"dram_mb", "MB", NEED_RESULT, dram_mb},
    {"dram_link_mb", "MB", NEED_RESULT, dram_link_mb},
    {"tops", "TOPS", NEED_RESULT, tops},
    {"useful_share", "%", NEED_RESULT, useful_share},
    {"layers_within_ceiling", "layers", NEED_RESULT, layers_within_ceiling},
    {"systolic_active_share", "%", NEED_RESULT, active_share},
    {"systolic_shift_share", "%", NEED_RESULT, shift_share},
    {"systolic_stall_share", "%", NEED_RESULT, stall_share},
    {"systolic_filled_share", "%", NEED_RESULT, filled_share},
    {"not_modelled", "", NEED_SHAPES, not_modelled},
    {NULL, NULL, NEED_SHAPES, NULL},
};

static const struct quantity *find(const char *name)
{
    for (int i = 0; table[i].name != NULL; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* Finds the counter that a name such as "l1.filter.reads" stands for. */
static bool find_access(const char *name, int *level, int *tensor,
                        bool *is_write)
{
    for (*level = 0; *level < LEVEL_N; ++*level)
        for (*tensor = 0; *tensor < TENSOR_N; ++*tensor)
            for (int way = 0; way < 2; way++) {
                char path[64];
                snprintf(path, sizeof(path), "%s.%s.%s", level_name[*level],
                         tensor_name[*tensor], way ? "writes" : "reads");
                *is_write = way != 0;
                if (strcmp(path, name) == 0)
                    return true;
            }
    return false;
}

static bool find_cause(const char *name, int *cause)
{
    static const char ledger[] = "ledger.";
    const size_t n = sizeof(ledger) - 1;
    if (strncmp(name, ledger, n) != 0)
        return false;
    for (*cause = 0; *cause < LEDGER_N; ++*cause)
        if (strcmp(ledger_name[*cause], name + n) == 0)
            return true;
    return false;
}

const char *quantity_unit(const char *name)
{
    const struct quantity *q = find(name);
    int a, b;
    bool is_write;
    if (q != NULL)
        return q->unit;
    if (find_access(name, &a, &b, &is_write))
        return "words";
    if (energy_quantity_unit(name) != NULL)
        return energy_quantity_unit(name);
    return find_cause(name, &a) ? "%" : NULL;
}

enum quantity_need quantity_need(const char *name)
{
    const struct quantity *q = find(name);
    return q != NULL                            ? q->need
           : energy_quantity_unit(name) != NULL ? energy_quantity_need(name)
                                                : NEED_RESULT;
}

double quantity_value(const char *name, const struct quantity_input *in)
{
    const struct quantity *q = find(name);
    int level, tensor, cause;
    bool is_write;
    if (q != NULL)
        return q->value(in) * (strcmp(q->unit, "%") == 0 ? 100 : 1);
    if (energy_quantity_unit(name) != NULL)
        return energy_quantity_value(name, in);
    if (find_access(name, &level, &tensor, &is_write)) {
        const struct accesses *a = &in->r->counts.access[level][tensor];
        return (double)(is_write ? a->writes : a->reads);
    }
    SIM_CHECK(find_cause(name, &cause));
    return 100 * metrics_ratio((double)in->r->ledger_pe_cycles[cause],
                               (double)ledger_total(in->r->ledger_pe_cycles));
}

const char *quantity_nearest(const char *name)
{
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; table[i].name != NULL; i++)
        nearest_offer(&near, table[i].name);
    return near.best;
}
