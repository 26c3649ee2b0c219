/* gtkwave.h - a GTKWave save file beside a waveform.
 *
 * VCD holds numbers; the save file lists the signals and names the files
 * (configs/gtkwave/) that tell GTKWave the words for them.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SYSTEMC_GTKWAVE_H
#define SIM_SYSTEMC_GTKWAVE_H

#include "sim/array/probe.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The part of time to show at first, in the waveform's unit. */
struct gtkwave_view {
    uint64_t from_tick, to_tick;
};

/* "dir/x.vcd" -> "dir/x.gtkw", where a name too long is cut; the caller frees
 * it. */
char *gtkwave_file_name(const char *vcd);

/* Writes x.gtkw beside x.vcd: clock, DRAM, and the array's probes, states of
 * PEs together. */
bool gtkwave_write(const char *vcd, const struct gtkwave_view *view,
                   const struct probe *probe, int n_probes, bool has_dram,
                   struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
