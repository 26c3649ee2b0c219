/* energy_costs.c - from the entries of an energy table to what one event costs
 * on a machine.
 *
 * Rules: a MAC is a multiply at the wider operand's width and an add at the
 * psum's.  Widths and capacities between entries lie on a straight line in
 * log-log coordinates, those beyond on the end segment's line.  Moving data
 * costs in proportion to bits unless the table has an entry for the width.  A
 * table that knows wires builds buffers beyond its last entry of banks of that
 * capacity; one that says how many words its register files have prices others
 * by theirs, and one that says how long its hop is, others by their length.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "sim/energy/energy.h"
#include "sim/energy/energy_table.h"

/* How far a word travels between a bank and the port of a memory whose banks
 * fill a square of this side: half a side down to the spine, on average, and a
 * quarter along it.  Assumed. */
#define WIRE_SIDES 0.75

/* A machine that is priced. */
struct pricing {
    const struct energy_table *table;
    const struct arch *arch;
    int operand_bits; /* of the wider operand */
    struct energy_cost mac;
};

enum energy_origin energy_origin_worse(enum energy_origin a,
                                       enum energy_origin b)
{
    return a > b ? a : b;
}

/* What is neither read nor written. */
static struct energy_cost cost_of(double energy, enum energy_origin origin)
{
    return (struct energy_cost){energy, energy, origin};
}

static struct energy_cost times(struct energy_cost cost, double factor)
{
    cost.energy *= factor;
    cost.write *= factor;
    return cost;
}

static struct energy_cost sum_of(struct energy_cost a, struct energy_cost b)
{
    return (struct energy_cost){a.energy + b.energy, a.write + b.write,
                                energy_origin_worse(a.origin, b.origin)};
}

/* The line through two points of a curve, in log-log coordinates. */
static double on_line(double x0, double y0, double x1, double y1, double at)
{
    return y0 * pow(at / x0, log(y1 / y0) / log(x1 / x0));
}

/* The cost at `at` on the log-log polyline through n points, x rising; those
 * points are given. */
static struct energy_cost
log_log(const double x[], const struct energy_cost y[], int n, double at)
{
    SIM_CHECK(n > 0);
    int k = 0; /* the segment k, k + 1 */
    for (int i = 0; i < n; i++) {
        if (x[i] == at)
            return (struct energy_cost){y[i].energy, y[i].write, ENERGY_GIVEN};
        if (x[i] < at)
            k = i;
    }
    bool inside = at > x[0] && at < x[n - 1];
    enum energy_origin origin =
        inside ? ENERGY_INTERPOLATED : ENERGY_EXTRAPOLATED;
    if (n == 1)
        return (struct energy_cost){y[0].energy, y[0].write, origin};
    if (k > n - 2)
        k = n - 2;
    const struct energy_cost *a = &y[k], *b = &y[k + 1];
    const double energy = on_line(x[k], a->energy, x[k + 1], b->energy, at);
    const bool is_same = a->write == a->energy && b->write == b->energy;
    return (struct energy_cost){
        energy,
        is_same ? energy : on_line(x[k], a->write, x[k + 1], b->write, at),
        origin};
}

struct energy_cost energy_arithmetic(const struct energy_list *list,
                                     int operand_bits)
{
    double x[ENERGY_ENTRIES_MAX];
    struct energy_cost y[ENERGY_ENTRIES_MAX];
    for (int i = 0; i < list->n_entries; i++)
        if (list->entry[i].width_bits == operand_bits)
            return cost_of(list->entry[i].energy, ENERGY_GIVEN);
    for (int i = 0; i < list->n_entries; i++) {
        x[i] = list->entry[i].width_bits;
        y[i] = cost_of(list->entry[i].energy, ENERGY_GIVEN);
    }
    return log_log(x, y, list->n_entries, operand_bits);
}

double energy_by_width(const struct energy_list *list, int bits)
{
    return energy_arithmetic(list, bits).energy;
}

struct energy_cost energy_of_number(const struct energy_list *of_int,
                                    const struct energy_list *of_float,
                                    enum number_type type, int bits,
                                    double bf_times)
{
    if (type == NUMBER_INT)
        return energy_arithmetic(of_int, bits);
    const struct energy_cost fp = energy_arithmetic(of_float, bits);
    return type == NUMBER_FP ? fp
                             : cost_of(fp.energy * bf_times, ENERGY_SCALED);
}

/* A MAC of whole numbers. */
static struct energy_cost mac_cost(const struct energy_table *table,
                                   int operand_bits, int psum_bits)
{
    if (table->mac.n_entries > 0)
        return cost_of(table->mac.entry[0].energy, ENERGY_GIVEN);
    return sum_of(energy_arithmetic(&table->int_multiply, operand_bits),
                  energy_arithmetic(&table->int_add, psum_bits));
}

/* The machine's own; floats that the table does not price cost nothing, and
 * energy_is_possible refuses them. */
static struct energy_cost own_mac_cost(const struct energy_table *table,
                                       const struct arch *arch, int bits)
{
    const enum number_type *type = arch->precision_type;
    if (table->mac.n_entries > 0 || type[TENSOR_IFMAP] == NUMBER_INT)
        return mac_cost(table, bits, arch->precision_bits[TENSOR_PSUM]);
    if (table->float_multiply.n_entries == 0 || table->float_add.n_entries == 0)
        return cost_of(0, ENERGY_EXTRAPOLATED);
    return sum_of(
        energy_of_number(&table->int_multiply, &table->float_multiply,
                         type[TENSOR_IFMAP], bits, BF_MULTIPLY_TIMES),
        energy_of_number(&table->int_add, &table->float_add, type[TENSOR_PSUM],
                         arch->precision_bits[TENSOR_PSUM], BF_ADD_TIMES));
}

static struct pricing pricing_of(const struct energy_table *table,
                                 const struct arch *arch)
{
    int ifmap = arch->precision_bits[TENSOR_IFMAP];
    int filter = arch->precision_bits[TENSOR_FILTER];
    const int bits = ifmap > filter ? ifmap : filter;
    return (struct pricing){table, arch, bits, own_mac_cost(table, arch, bits)};
}

/* The cost that an entry gives for a word of `bits` bits. */
static struct energy_cost entry_cost(const struct pricing *p,
                                     const struct energy_entry *entry, int bits)
{
    const int width_bits = entry->width_bits;
    if (entry->is_ratio) {
        const double mac =
            width_bits > 0 ? mac_cost(p->table, width_bits, width_bits).energy
                           : p->mac.energy;
        const int mac_bits = width_bits > 0 ? width_bits : p->operand_bits;
        return cost_of(entry->energy * mac * bits / mac_bits, ENERGY_RATIO);
    }
    return (struct energy_cost){
        entry->energy * bits / width_bits, entry->write * bits / width_bits,
        bits == width_bits ? ENERGY_GIVEN : ENERGY_SCALED};
}

/* The cost of moving a word of `bits` in a memory of `bytes`; lists without
 * capacities have 0 there and are asked with 0. */
static struct energy_cost list_cost(const struct pricing *p,
                                    const struct energy_list *list,
                                    uint64_t bytes, int bits)
{
    /* Entries of one width: the word's, else the narrowest. */
    SIM_CHECK(list->n_entries > 0);
    int width_bits = list->entry[0].width_bits;
    for (int i = 0; i < list->n_entries; i++) {
        int has_bits = list->entry[i].width_bits;
        if (has_bits == bits)
            width_bits = bits;
        else if (width_bits != bits && has_bits < width_bits)
            width_bits = has_bits;
    }
    double x[ENERGY_ENTRIES_MAX];
    struct energy_cost y[ENERGY_ENTRIES_MAX];
    enum energy_origin origin = ENERGY_GIVEN;
    int n = 0;
    for (int i = 0; i < list->n_entries; i++) {
        const struct energy_entry *entry = &list->entry[i];
        if (entry->width_bits != width_bits)
            continue;
        x[n] = (double)entry->bytes;
        y[n] = entry_cost(p, entry, bits);
        origin = energy_origin_worse(origin, y[n++].origin);
    }
    struct energy_cost out = log_log(x, y, n, (double)bytes);
    out.origin = energy_origin_worse(out.origin, origin);
    return out;
}

/* The side, in mm, of a memory of so many bytes. */
static double side_mm(const struct energy_table *table, uint64_t bytes)
{
    return sqrt(table->sram_area.entry[0].energy * (double)bytes) / 1e3;
}

/* No memory costs less than a register of a table that knows registers: the
 * line through SRAMs of kilobytes would, at a few bytes. */
static struct energy_cost no_less_than_register(const struct pricing *p,
                                                struct energy_cost cost,
                                                int bits)
{
    const struct energy_list *rf = &p->table->rf;
    if (rf->entry[0].words == 0)
        return cost;
    const struct energy_cost least = entry_cost(p, &rf->entry[0], bits);
    return (struct energy_cost){fmax(cost.energy, least.energy),
                                fmax(cost.write, least.write), cost.origin};
}

/* A word of `bits` in an SRAM: on the line through the entries, or, in one
 * larger than all of them, in a bank of the largest, its data and address
 * crossing the memory to the port. */
static struct energy_cost sram_cost(const struct pricing *p, uint64_t bytes,
                                    int bits)
{
    const struct energy_list *list = &p->table->sram;
    const uint64_t most = list->entry[list->n_entries - 1].bytes;
    if (p->table->wire.n_entries == 0 || bytes <= most)
        return no_less_than_register(p, list_cost(p, list, bytes, bits), bits);
    const double address_bits = log2((double)bytes * 8 / bits);
    const double mm = side_mm(p->table, bytes) - side_mm(p->table, most);
    return sum_of(list_cost(p, list, most, bits),
                  cost_of(p->table->wire.entry[0].energy *
                              (bits + address_bits) * WIRE_SIDES * mm,
                          ENERGY_BANKED));
}

/* The dearer of two costs, reads and writes apart. */
static struct energy_cost dearer_of(struct energy_cost a, struct energy_cost b)
{
    return (struct energy_cost){fmax(a.energy, b.energy),
                                fmax(a.write, b.write),
                                energy_origin_worse(a.origin, b.origin)};
}

/* A word of `width` bits, which the grid has, from a bank of so many bytes. */
static struct energy_cost grid_cost(const struct pricing *p, double bytes,
                                    double width)
{
    const struct sram_grid *grid = p->table->grid;
    const double volts = p->table->volts / grid->volts;
    const struct energy_list *spread = &p->table->sram_spread;
    const double times = volts * volts * sram_grid_macro(grid, bytes) *
                         (spread->n_entries > 0 ? spread->entry[0].energy : 1);
    return (struct energy_cost){
        sram_grid_look(grid, SRAM_READ, bytes, width) * times,
        sram_grid_look(grid, SRAM_WRITE, bytes, width) * times,
        ENERGY_INTERPOLATED};
}

/* A word of `bits` from one bank, at least as much as from a smaller one.
 * Words narrower or wider than the grid has cost in proportion. */
static struct energy_cost bank_cost(const struct pricing *p, double bytes,
                                    double bits)
{
    const struct sram_grid *grid = p->table->grid;
    const double least = grid->bits[0], most = grid->bits[grid->n_bits - 1];
    const double width = fmin(fmax(bits, least), most);
    const double smallest = grid->bytes[0];
    struct energy_cost out = grid_cost(p, fmax(bytes, smallest), width);
    for (int k = 0; k < grid->n_bytes && grid->bytes[k] < bytes; k++)
        out = dearer_of(out, grid_cost(p, grid->bytes[k], width));
    if (bytes < smallest || bytes > grid->bytes[grid->n_bytes - 1] ||
        width != bits)
        out.origin = ENERGY_EXTRAPOLATED;
    return times(out, bits / width);
}

/* The side, in mm, of one bank; by its bytes alone, as banks of 64 bits. */
static double bank_side_mm(const struct pricing *p, double bytes)
{
    return sqrt(sram_grid_look(p->table->grid, SRAM_AREA_MM2, bytes, 64));
}

/* A word of `bits` in a buffer: by the grid, a port of a bank moves a whole row
 * of words, which crosses the buffer to the port with its address.  No bank is
 * larger than the grid has. */
static struct energy_cost buffer_cost(const struct pricing *p, uint64_t bytes,
                                      int banks, int row_words, int bits)
{
    if (p->table->grid == NULL)
        return sram_cost(p, bytes, bits);
    const struct sram_grid *grid = p->table->grid;
    const double words = row_words > 1 ? row_words : 1;
    const double bank = fmin((double)bytes / (banks > 1 ? banks : 1),
                             grid->bytes[grid->n_bytes - 1]);
    const double n = (double)bytes / bank, row_bits = words * bits;
    const double rows = fmax(2, (double)bytes * 8 / row_bits);
    const double mm = WIRE_SIDES * bank_side_mm(p, bank) * (sqrt(n) - 1);
    struct energy_cost out = sum_of(
        bank_cost(p, bank, row_bits),
        cost_of(p->table->wire.entry[0].energy * (row_bits + log2(rows)) * mm,
                n > 1 ? ENERGY_BANKED : ENERGY_INTERPOLATED));
    return no_less_than_register(p, times(out, 1 / words), bits);
}

/* Between two sizes of register files the cost of a bit is linear in words: a
 * flip-flop's own, and what selects one of them. */
static struct energy_cost between(const struct energy_entry *low,
                                  struct energy_cost at_low,
                                  const struct energy_entry *high,
                                  struct energy_cost at_high, int words)
{
    const double share =
        (double)(words - low->words) / (high->words - low->words);
    struct energy_cost out =
        sum_of(times(at_low, 1 - share), times(at_high, share));
    out.origin = words == high->words
                     ? at_high.origin
                     : energy_origin_worse(out.origin, ENERGY_INTERPOLATED);
    return out;
}

/* A file larger than the entries have: on the log-log line from the largest to
 * the first SRAM that is larger, and then as an SRAM. */
static struct energy_cost rf_beyond(const struct pricing *p, int words,
                                    int bits)
{
    const struct energy_list *rf = &p->table->rf, *sram = &p->table->sram;
    const struct energy_entry *last = &rf->entry[rf->n_entries - 1];
    if (p->table->grid != NULL)
        return dearer_of(entry_cost(p, last, bits),
                         bank_cost(p, (double)words * bits / 8, bits));
    const double word_bytes = last->width_bits / 8.0;
    const double largest = last->words * word_bytes, here = words * word_bytes;
    struct energy_cost x_cost[2] = {entry_cost(p, last, bits)};
    int k = 0;
    while (k < sram->n_entries && (double)sram->entry[k].bytes <= largest)
        k++;
    if (k == sram->n_entries) {
        x_cost[0].origin = ENERGY_EXTRAPOLATED;
        return x_cost[0];
    }
    const uint64_t next = sram->entry[k].bytes;
    if (here >= (double)next)
        return sram_cost(p, (uint64_t)here, bits);
    const double x[2] = {largest, (double)next};
    x_cost[1] = sram_cost(p, next, bits);
    return log_log(x, x_cost, 2, here);
}

/* A word of `bits` in a register file of so many words. */
static struct energy_cost rf_cost(const struct pricing *p, int words, int bits)
{
    const struct energy_list *rf = &p->table->rf;
    const struct energy_entry *e = rf->entry;
    if (e[0].words == 0)
        return list_cost(p, rf, 0, bits);
    if (words <= e[0].words)
        return entry_cost(p, &e[0], bits);
    for (int k = 1; k < rf->n_entries; k++)
        if (words <= e[k].words)
            return between(&e[k - 1], entry_cost(p, &e[k - 1], bits), &e[k],
                           entry_cost(p, &e[k], bits), words);
    return rf_beyond(p, words, bits);
}

/* A hop of a word of `bits`: of the table's length, or from PE to PE.  Of a
 * table of components it is a wire alone where no fifo lies behind it: on a
 * systolic array, whose register there is a register file of one word, and
 * between the adders of a tree. */
static struct energy_cost hop_cost(const struct pricing *p, enum tensor tensor,
                                   int bits)
{
    const struct energy_list *hop = &p->table->noc_hop;
    const struct energy_cost cost = list_cost(p, hop, 0, bits);
    const int length_um = hop->entry[0].length_um;
    const double mm = energy_pitch_mm(p->table, p->arch);
    if (p->table->grid != NULL) {
        const struct energy_list *wire = p->table->short_wire.n_entries > 0
                                             ? &p->table->short_wire
                                             : &p->table->wire;
        const struct energy_cost over =
            cost_of(wire->entry[0].energy * bits * mm, ENERGY_SCALED);
        const bool has_fifo =
            p->arch->array_network != NETWORK_SYSTOLIC &&
            (tensor != TENSOR_PSUM || p->arch->psum_reduce == PSUM_CHAIN);
        return p->table->register_bit.n_entries > 0 && !has_fifo
                   ? over
                   : sum_of(cost, over);
    }
    if (length_um == 0 || p->arch->pitch_um == 0)
        return cost;
    return times(cost, mm * 1e3 / length_um);
}

struct energy_cost energy_register_cost(const struct energy_table *table,
                                        const struct arch *arch, int words,
                                        int bits)
{
    const struct pricing p = pricing_of(table, arch);
    return rf_cost(&p, words, bits);
}

struct energy_cost energy_buffer_cost(const struct energy_table *table,
                                      const struct arch *arch,
                                      const struct l2_store *s, int bits)
{
    const struct pricing p = pricing_of(table, arch);
    return buffer_cost(&p, s->bytes, s->banks, s->bank_row_words, bits);
}

void energy_costs_of(const struct energy_table *table, const struct arch *arch,
                     struct energy_costs *out)
{
    const struct pricing p = pricing_of(table, arch);
    memset(out, 0, sizeof(*out));
    out->mac = p.mac;
    if (table->instruction.n_entries > 0)
        out->instruction = table->instruction.entry[0].energy;
    if (table->register_bit.n_entries > 0)
        out->mac = sum_of(p.mac, cost_of(table->register_bit.entry[0].energy *
                                             energy_pipeline_bits(arch),
                                         ENERGY_SCALED));
    for (int t = 0; t < TENSOR_N; t++) {
        int bits = arch->precision_bits[t];
        out->rf[t] = rf_cost(&p, arch->rf_words[t], bits);
        out->noc_hop[t] = hop_cost(&p, (enum tensor)t, bits);
        if (arch->has_l1)
            out->l1[t] = table->l1.n_entries > 0
                             ? list_cost(&p, &table->l1, 0, bits)
                             : buffer_cost(&p, arch->l1_bytes, arch->l1_banks,
                                           arch->l1_bank_row_words, bits);
        out->l2[t] = table->l2.n_entries > 0
                         ? list_cost(&p, &table->l2, 0, bits)
                         : energy_l2_cost(table, arch, (enum tensor)t, bits);
        out->dram[t] = list_cost(&p, &table->dram, 0, bits);
    }
    const int ofmap_bits = arch_ofmap_bits(arch);
    out->l2_finished = table->l2.n_entries > 0
                           ? list_cost(&p, &table->l2, 0, ofmap_bits)
                           : energy_l2_finished_cost(table, arch, ofmap_bits);
    if (arch_has_levels(arch))
        energy_level_costs(table, arch, out);
    out->dram_finished = list_cost(&p, &table->dram, 0, ofmap_bits);
    out->dram_bit = list_cost(&p, &table->dram, 0, 1);
    energy_dram_costs(table, arch, &out->part);
    out->of_components = energy_is_of_components(table);
    out->has_accumulators = energy_has_accumulators(table, arch);
    if (out->of_components)
        energy_bus_costs(table, arch, out);
    out->refresh_cycle = energy_refresh_cycle(table, arch);
    out->leakage_cycle = energy_leakage_cycle(table, arch) + out->refresh_cycle;
    out->clock_cycle = energy_clock_cycle(table, arch);
    out->network_clock_cycle = energy_network_clock_cycle(table, arch);
}
