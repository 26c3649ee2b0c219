/* energy_dram.c - what a DRAM part spends, from the currents of its data sheet.
 *
 * A device draws IDD3N while a row is open, as one nearly always is here.  What
 * commands add to that is, with times in ns (Micron, TN-41-01, 2007):
 *   a row opened and closed  V (IDD0 tRC - IDD3N tRAS - IDD2N (tRC - tRAS))
 *   a burst                  V (IDD4 - IDD3N) and the time of its data
 *   a refresh                V (IDD5 - IDD3N) tRFC, every tREFI
 * V mA ns is pJ.  Drivers and terminations draw from a rail of their own: what
 * a bit takes on the bus is the table's `dram_io`, or that of its kind of part.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "mem/dram.h"
#include "sim/energy/energy_table.h"

/* The table's entry for a bit on the bus of this kind of part, or of any. */
static const struct energy_list *io_of(const struct energy_table *table,
                                       const struct dram_part *part)
{
    const struct {
        const char *kind; /* that the part's name begins with, in any case */
        const struct energy_list *io;
    } kinds[] = {{"ddr3", &table->dram_io_ddr3},
                 {"ddr4", &table->dram_io_ddr4},
                 {"lpddr4", &table->dram_io_lpddr4},
                 {"hbm2", &table->dram_io_hbm2}};
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        if (strncasecmp(part->name, kinds[k].kind, strlen(kinds[k].kind)) ==
                0 &&
            kinds[k].io->n_entries > 0)
            return kinds[k].io;
    return &table->dram_io;
}

void energy_dram_costs(const struct energy_table *table,
                       const struct arch *arch, struct energy_dram *out)
{
    const struct dram_part *part = dram_part_find(arch->dram_model);
    *out = (struct energy_dram){.is_of_currents = false};
    if (part == NULL || part->currents.volts <= 0 ||
        table->dram_io.n_entries == 0)
        return;
    const struct dram_currents *c = &part->currents;
    const double clock_ns = 1e9 / (double)part->clock_hz;
    const double device_ns = part->devices * c->volts * clock_ns;
    const double burst_ns = device_ns * part->clocks_per_burst;
    const double io =
        io_of(table, part)->entry[0].energy * 8 * part->BL * part->bus_bytes;
    const double refresh_mA =
        fmax(0, c->IDD5 - c->IDD3N) * part->tRFC / part->tREFI;
    const int channels = arch->dram_channels > 1 ? arch->dram_channels : 1;
    out->is_of_currents = true;
    out->read_burst = burst_ns * fmax(0, c->IDD4R - c->IDD3N) + io;
    out->write_burst = burst_ns * fmax(0, c->IDD4W - c->IDD3N) + io;
    out->activate =
        device_ns * fmax(0, c->IDD0 * part->tRC - c->IDD3N * part->tRAS -
                                c->IDD2N * (part->tRC - part->tRAS));
    out->cycle = channels * part->devices * c->volts * (c->IDD3N + refresh_mA) *
                 1e9 / (double)arch->clock_hz;
    out->row_bursts = part->columns / part->BL;
    out->burst_bits = 8 * part->BL * part->bus_bytes;
}

double energy_dram_bit(const struct energy_dram *dram)
{
    return (fmax(dram->read_burst, dram->write_burst) +
            dram->activate / dram->row_bursts) /
           dram->burst_bits;
}

double energy_dram_of(const struct energy_dram *dram,
                      const struct counts *counts, bool is_model,
                      uint64_t cycles)
{
    const uint64_t row = (uint64_t)dram->row_bursts;
    const uint64_t bursts = counts->dram_bursts;
    const uint64_t rows =
        is_model ? bursts / row + (bursts % row != 0) : counts->dram_activates;
    return (double)(bursts - counts->dram_write_bursts) * dram->read_burst +
           (double)counts->dram_write_bursts * dram->write_burst +
           (double)rows * dram->activate + (double)cycles * dram->cycle;
}
