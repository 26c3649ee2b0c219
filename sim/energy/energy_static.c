/* energy_static.c - what a machine spends in every cycle, whatever it does: the
 * leakage and refresh of its memories and the clock of its registers.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "sim/energy/energy_table.h"

#define LEAKAGE_MAX 1e15

bool energy_leakage_read(const struct setting *s, struct energy_leakage *out,
                         struct diag *d)
{
    static const char *const known[] = {"mac", "rf",     "l1",
                                        "l2",  "source", NULL};
    double *const part[] = {&out->mac, &out->rf, &out->l1, &out->l2};
    bool ok = true;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(d, setting_pos(s),
                          "'leakage' is %s; a group { ... } is needed",
                          setting_kind(s));
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *member = setting_item(s, i);
        const double value = setting_number(member);
        int k = 0;
        while (known[k] != NULL && strcmp(setting_name(member), known[k]) != 0)
            k++;
        if (known[k] == NULL)
            ok = setting_unknown_key(member, known, " in 'leakage'", d);
        else if (k == 4 && setting_string(member) == NULL)
            ok = diag_error(d, setting_pos(member),
                            "'source' is %s; a string is needed",
                            setting_kind(member));
        else if (k < 4 && (!setting_is_number(member) ||
                           !(value >= 0 && value <= LEAKAGE_MAX)))
            ok = diag_error(d, setting_pos(member),
                            "'%s' of 'leakage' is no number from 0 to %g",
                            known[k], LEAKAGE_MAX);
        else if (k < 4)
            *part[k] = value;
    }
    return ok;
}

/* What a memory leaks at the machine's temperature, as a multiple of what it
 * leaks at 300 K: on an exponential through the table's figure for 350 K. */
static double warmer(const struct energy_table *table, const struct arch *arch)
{
    const struct energy_list *hot = &table->leakage_350k;
    return hot->n_entries == 0 || arch->temperature_k == 0
               ? 1
               : pow(hot->entry[0].energy, (arch->temperature_k - 300) / 50.0);
}

/* Energy that a memory of so many banks leaks in a cycle, by its transistors: a
 * mW is a pJ in a ns. */
double energy_memory_leakage(const struct energy_table *table,
                             const struct arch *arch, double bytes, int banks)
{
    static const char *const kind[] = {
        [DEVICE_LSTP] = "lstp", [DEVICE_LOP] = "lop", [DEVICE_HP] = "hp"};
    const double n = banks > 1 ? banks : 1;
    return n * sram_grid_look(table->grid, SRAM_LEAKAGE_MW, bytes / n, 64) *
           sram_grid_factor(table->grid, SRAM_LEAKAGE_MW, kind[arch->device]) *
           warmer(table, arch) * 1e9 / (double)arch->clock_hz;
}

/* Files of more words than register files of flip-flops have are SRAM. */
bool energy_rf_is_sram(const struct energy_table *table, int words)
{
    const struct energy_list *rf = &table->rf;
    return table->grid != NULL && words > rf->entry[rf->n_entries - 1].words;
}

double energy_leakage_cycle(const struct energy_table *table,
                            const struct arch *arch)
{
    const struct energy_leakage *leak = &table->leakage;
    double all = (double)arch_macs_per_cycle(arch) * leak->mac +
                 arch_pes(arch) * leak->rf + arch_l1s(arch) * leak->l1 +
                 leak->l2;
    if (table->grid == NULL)
        return all;
    if (arch_has_levels(arch)) {
        struct energy_parts parts;
        energy_levels_parts(table, arch, &parts);
        return parts.leakage_cycle;
    }
    for (int k = 0; k < arch_l2_memories(arch); k++) {
        const struct l2_store s = arch_l2_memory(arch, k);
        all += energy_memory_leakage(table, arch, (double)s.bytes, s.banks);
    }
    if (arch->has_l1)
        all += arch_l1s(arch) * energy_memory_leakage(table, arch,
                                                      (double)arch->l1_bytes,
                                                      arch->l1_banks);
    for (int t = 0; t < TENSOR_N; t++)
        if (energy_rf_is_sram(table, arch->rf_words[t]))
            all += arch_pes(arch) *
                   energy_memory_leakage(
                       table, arch,
                       arch->rf_words[t] * arch->precision_bits[t] / 8.0, 1);
    return all;
}

/* A bit that is refreshed is read and written back, at what it costs in a row
 * that is read. */
double energy_refresh_cycle(const struct energy_table *table,
                            const struct arch *arch)
{
    if (arch->l2_cell != L2_CELL_EDRAM || table->edram.n_entries == 0 ||
        table->edram_refresh.n_entries == 0)
        return 0;
    const struct energy_entry *row = &table->edram.entry[0];
    const double per_second = table->edram_refresh.entry[0].energy * 1e3;
    return 8.0 * (double)arch->l2_bytes * row->energy / row->width_bits *
           per_second / (double)arch->clock_hz;
}

double energy_pipeline_bits(const struct arch *arch)
{
    const int *bits = arch->precision_bits;
    if (arch->array_network == NETWORK_SYSTOLIC)
        return 0; /* its registers are its register files */
    return bits[TENSOR_PSUM] +
           arch->pipeline_cycles *
               (double)(bits[TENSOR_IFMAP] + bits[TENSOR_FILTER]);
}

/* Slots that the fifos of a PE hold, beside what pe.fifo_words lets a run
 * have.  Assumed. */
#define FIFO_SLOTS 2

/* Bits of the fifos of a PE: a slot of each network is as wide as its words. */
static double fifo_bits(const struct arch *arch)
{
    const bool has_trees = arch->psum_reduce == PSUM_TREE;
    double bits = 0;
    for (int k = 0; k < NETWORK_N; k++) {
        const enum tensor tensor = k == NETWORK_FILTER  ? TENSOR_FILTER
                                   : k == NETWORK_IFMAP ? TENSOR_IFMAP
                                                        : TENSOR_PSUM;
        const double slot = (double)arch->network[k].words_per_slot *
                            arch->precision_bits[tensor];
        /* A tree's psums come and leave at its root, one a column. */
        bits += FIFO_SLOTS *
                (has_trees && tensor == TENSOR_PSUM ? slot / arch->rows : slot);
    }
    return bits;
}

/* Register bits of a PE that the clock reaches: as the machine says, or its
 * register files of flip-flops, its pipeline, its fifos and its state; on a
 * systolic array the second registers of words that stay. */
double energy_clocked_bits(const struct energy_table *table,
                           const struct arch *arch)
{
    const int *bits = arch->precision_bits;
    if (arch->clocked_bits > 0)
        return arch->clocked_bits;
    double all = energy_pipeline_bits(arch);
    for (int t = 0; t < TENSOR_N; t++)
        if (!energy_rf_is_sram(table, arch->rf_words[t]))
            all += (double)arch->rf_words[t] * bits[t];
    if (arch->array_network == NETWORK_SYSTOLIC)
        return all +
               (arch->preload == PRELOAD_SHADOW ? bits[TENSOR_FILTER] : 0);
    return all + fifo_bits(arch) +
           (arch->psum_reduce == PSUM_CHAIN ? ENERGY_CONTROL_BITS : 0);
}

/* Bits of a tag, of a controller at each PE and each row of a bus: JSSC has
 * rows and columns of 4 and 5 bits; 7 with what holds them are assumed. */
#define CONTROLLER_BITS 7

double energy_network_clock_cycle(const struct energy_table *table,
                                  const struct arch *arch)
{
    if (table->clock.n_entries == 0 || arch->clocked_bits > 0 ||
        arch_has_levels(arch) || arch->array_network != NETWORK_MULTICAST)
        return 0;
    return table->clock.entry[0].energy * CONTROLLER_BITS * NETWORK_N *
           (arch_pes(arch) + arch->rows);
}

double energy_clock_cycle(const struct energy_table *table,
                          const struct arch *arch)
{
    if (table->clock.n_entries == 0)
        return 0;
    if (arch_has_levels(arch)) {
        struct energy_parts parts;
        energy_levels_parts(table, arch, &parts);
        return table->clock.entry[0].energy *
               (parts.file_bits + parts.register_bits);
    }
    return table->clock.entry[0].energy * energy_clocked_bits(table, arch) *
               arch_pes(arch) +
           energy_network_clock_cycle(table, arch);
}
