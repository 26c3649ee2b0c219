/* validation_energy.c - figures of energy: what a run takes on chip, and what
 * an energy table says of one event or of a bank of SRAM.
 *
 *   on_chip_mw on_chip_mj      energy but for DRAM's, over time and in all
 *   on_chip_low_mw, _high_mw   with all entries at one end of their ranges
 *   on_chip_spread_mw          of the layer that takes most, less that of least
 *   work_w                     without clock and leakage
 *   tile_mw                    without what L2's banks for ifmaps and psums
 * take l2_energy_share, noc_..., clock_...  of the energy on chip; the clock of
 *                              networks' controllers is the networks'
 *   price.mac.BITS  price.multiply.BITS  price.add.BITS  price.dram.BITS
 *   price.sram.BITS.BYTES  price.rf.BITS.WORDS       pJ by the table, a read
 *   compiled.read.BITS.BYTES.BANKS.KIND, .write.     as the table's memory
 *                              compiler would say, at its own voltage
 *   held_out.mean, .worst      of the compiler's rows of the table's node that
 *                              no fit has seen, how far the table is from them
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/energy/energy_range.h"
#include "sim/energy/energy_table.h"
#include "sim/validate/validation_quantity.h"

static struct energy_table *table_of(const struct arch *arch)
{
    struct diag *d = diag_new();
    struct energy_table *table =
        energy_load(arch->energy, (struct src_pos){NULL, 0}, d);
    diag_free(d);
    return table;
}

struct on_chip {
    double noc, l2, leakage, clock, total; /* pJ */
    double fmap_l2;       /* of l2 and leakage, by banks for ifmaps and psums */
    double network_clock; /* of `clock` */
    double corner_low, corner_high;
    double seconds;
    double least_mw, most_mw; /* of a layer */
};

/* What ifmaps and psums take of L2, and their banks of what flows in every
 * cycle. */
static double fmap_l2(const struct energy_costs *costs, const struct arch *arch,
                      const struct layer_result *result, double l2,
                      double leakage)
{
    struct layer_result filters = *result;
    struct layer_energy e;
    for (int t = 0; t < TENSOR_N; t++)
        if (t != TENSOR_FILTER)
            memset(&filters.events.l2_rows[t], 0,
                   sizeof(filters.events.l2_rows[t]));
    memset(&filters.counts.finished_l2, 0, sizeof(filters.counts.finished_l2));
    energy_of_layer(costs, arch, &filters, 0, &e);
    const double share =
        (double)arch->l2_tensor_banks[TENSOR_FILTER] / arch->l2_banks;
    return l2 - e.l2 + leakage * (1 - share);
}

/* Sums over the layers, each with its own widths, DRAM left out. */
static void add_up(const struct quantity_input *in,
                   const struct energy_table *table, struct on_chip *out)
{
    struct energy_range_prices *prices = energy_range_prices_new(table);
    memset(out, 0, sizeof(*out));
    for (int i = 0; i < in->n_layers; i++) {
        struct layer_result r = in->r[1 + i];
        struct arch own;
        struct energy_costs costs;
        struct layer_energy e;
        struct energy_range range;
        arch_of_layer(in->arch, &in->layers[i], &own);
        memset(r.counts.access[LEVEL_DRAM], 0,
               sizeof(r.counts.access[LEVEL_DRAM]));
        memset(&r.counts.finished_dram, 0, sizeof(r.counts.finished_dram));
        memset(r.counts.dram_compressed, 0, sizeof(r.counts.dram_compressed));
        r.counts.dram_bursts = 0;
        energy_costs_of(table, &own, &costs);
        energy_of_layer(&costs, &own, &r, 0, &e);
        energy_range_of_layer(prices, &own, &r, 0, &range);
        out->noc += e.noc;
        out->l2 += e.l2;
        out->leakage += e.leakage;
        out->clock += e.clock;
        out->network_clock += costs.network_clock_cycle * (double)r.cycles;
        out->total += e.total;
        out->corner_low += range.corner_low;
        out->corner_high += range.corner_high;
        out->fmap_l2 += fmap_l2(&costs, &own, &r, e.l2, e.leakage);
        const double seconds = (double)r.cycles / (double)own.clock_hz;
        const double mw = e.total * 1e-9 / seconds;
        out->seconds += seconds;
        out->least_mw = i == 0 ? mw : fmin(out->least_mw, mw);
        out->most_mw = fmax(out->most_mw, mw);
    }
    energy_range_prices_free(prices);
}

struct figure {
    const char *name, *unit;
    double (*of)(const struct on_chip *e);
};

static double milliwatts(double pj, const struct on_chip *e)
{
    return pj * 1e-9 / e->seconds;
}

static double on_chip_mw(const struct on_chip *e)
{
    return milliwatts(e->total, e);
}

static double low_mw(const struct on_chip *e)
{
    return milliwatts(e->corner_low, e);
}

static double high_mw(const struct on_chip *e)
{
    return milliwatts(e->corner_high, e);
}

static double spread_mw(const struct on_chip *e)
{
    return e->most_mw - e->least_mw;
}

static double on_chip_mj(const struct on_chip *e)
{
    return e->total * 1e-9;
}

static double work_w(const struct on_chip *e)
{
    return milliwatts(e->total - e->clock - e->leakage, e) / 1e3;
}

static double tile_mw(const struct on_chip *e)
{
    return milliwatts(e->total - e->fmap_l2, e);
}

static double l2_share(const struct on_chip *e)
{
    return 100 * e->l2 / e->total;
}

static double noc_share(const struct on_chip *e)
{
    return 100 * (e->noc + e->network_clock) / e->total;
}

static double clock_share(const struct on_chip *e)
{
    return 100 * (e->clock - e->network_clock) / e->total;
}

static const struct figure figures[] = {
    {"on_chip_mw", "mW", on_chip_mw},
    {"on_chip_low_mw", "mW", low_mw},
    {"on_chip_high_mw", "mW", high_mw},
    {"on_chip_spread_mw", "mW", spread_mw},
    {"on_chip_mj", "mJ", on_chip_mj},
    {"work_w", "W", work_w},
    {"tile_mw", "mW", tile_mw},
    {"l2_energy_share", "%", l2_share},
    {"noc_energy_share", "%", noc_share},
    {"clock_energy_share", "%", clock_share},
    {NULL, NULL, NULL},
};

/* price.PART.BITS[.SIZE] */
static double price_of(const struct energy_table *table,
                       const struct arch *machine, const char *part, int bits,
                       unsigned long long size)
{
    struct arch a = *machine;
    struct energy_costs c;
    for (int t = 0; t < TENSOR_N; t++) {
        a.precision_bits[t] = bits;
        a.rf_words[t] = size > 0 && size <= ARCH_RF_WORDS_MAX ? (int)size : 1;
    }
    if (size > 0)
        a.l2_bytes = size;
    a.n_l2_stores = 0;
    a.l2_banks = a.l2_bank_row_words = 1;
    energy_costs_of(table, &a, &c);
    if (strcmp(part, "multiply") == 0)
        return energy_by_width(&table->int_multiply, bits);
    if (strcmp(part, "add") == 0)
        return energy_by_width(&table->int_add, bits);
    if (strcmp(part, "mac") == 0)
        return c.mac.energy;
    if (strcmp(part, "sram") == 0)
        return c.l2[TENSOR_IFMAP].energy;
    if (strcmp(part, "rf") == 0)
        return c.rf[TENSOR_IFMAP].energy;
    return strcmp(part, "dram") == 0 ? c.dram[TENSOR_IFMAP].energy : NAN;
}

/* Mean and worst of the rows of the memory compiler that are kept out of the
 * fits of the table's node, reads and writes, as a share. */
static double held_out(const struct energy_table *table, bool worst)
{
    char path[512], line[512];
    double sum = 0, most = 0;
    int n = 0;
    const char *slash = strrchr(table->path, '/');
    const int folder = slash != NULL ? (int)(slash - table->path) : 0;
    snprintf(path, sizeof(path), "%.*s%s../validation/sram_cacti.csv", folder,
             table->path, slash != NULL ? "/" : "");
    FILE *from = fopen(path, "r");
    if (from == NULL || table->grid == NULL) {
        if (from != NULL)
            fclose(from);
        return NAN;
    }
    while (fgets(line, sizeof(line), from) != NULL) {
        char series[4], device[8], ports[8], kept[8];
        int node, banks, bits;
        double bytes, read, write;
        if (sscanf(line,
                   "%3[^,],%d,%7[^,],%7[^,],%d,%lf,%d,%lf,%lf,%*f,%*f,%7s",
                   series, &node, device, ports, &banks, &bytes, &bits, &read,
                   &write, kept) != 10 ||
            node != table->node_nm || strncmp(kept, "yes", 3) != 0)
            continue;
        const char *kind = strcmp(series, "C") == 0 ? ports : device;
        const double said[] = {sram_grid_compiled(table->grid, SRAM_READ, bytes,
                                                  bits, banks, kind),
                               sram_grid_compiled(table->grid, SRAM_WRITE,
                                                  bytes, bits, banks, kind)};
        const double is[] = {read, write};
        for (int k = 0; k < 2; k++) {
            const double error = fabs(said[k] / is[k] - 1);
            sum += error;
            most = fmax(most, error);
            n++;
        }
    }
    fclose(from);
    return n == 0 ? NAN : worst ? most : sum / n;
}

static const struct figure *find(const char *name)
{
    for (int i = 0; figures[i].name != NULL; i++)
        if (strcmp(figures[i].name, name) == 0)
            return &figures[i];
    return NULL;
}

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

const char *energy_quantity_unit(const char *name)
{
    const struct figure *f = find(name);
    if (f != NULL)
        return f->unit;
    if (begins(name, "held_out."))
        return "";
    return begins(name, "price.") || begins(name, "compiled.") ? "pJ" : NULL;
}

enum quantity_need energy_quantity_need(const char *name)
{
    return find(name) != NULL ? NEED_RESULT : NEED_ARCH;
}

double energy_quantity_value(const char *name, const struct quantity_input *in)
{
    struct energy_table *table = table_of(in->arch);
    const struct figure *f = find(name);
    char part[16], kind[8];
    int bits = 0, banks = 0;
    unsigned long long size = 0;
    double value = NAN;
    if (table == NULL)
        return NAN;
    if (f != NULL) {
        struct on_chip e;
        add_up(in, table, &e);
        value = f->of(&e);
    } else if (sscanf(name, "price.%15[^.].%d.%llu", part, &bits, &size) >= 2) {
        value = price_of(table, in->arch, part, bits, size);
    } else if (sscanf(name, "compiled.%15[^.].%d.%llu.%d.%7s", part, &bits,
                      &size, &banks, kind) == 5 &&
               table->grid != NULL) {
        value = sram_grid_compiled(
            table->grid, strcmp(part, "read") == 0 ? SRAM_READ : SRAM_WRITE,
            (double)size, bits, banks, kind);
    } else if (begins(name, "held_out.")) {
        value = held_out(table, strcmp(name, "held_out.worst") == 0);
    }
    energy_free(table);
    return value;
}
