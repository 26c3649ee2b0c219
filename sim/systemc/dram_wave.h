/* dram_wave.h - puts what the DRAM did into a waveform that is already written.
 *
 * The memory side is asked at passes' boundaries, when part of what it answers
 * is past, and a waveform is written forward in time.  So its signals are
 * declared in the VCD, stay 0 while it is written, and get their values in
 * their place afterwards.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SYSTEMC_DRAM_WAVE_H
#define SIM_SYSTEMC_DRAM_WAVE_H

#include "sim/systemc/dram_log.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DRAM_SIGNALS(X)                                       \
    X(transfer, 2, "the DMA's: 0 none, 1 read, 2 write")      \
    X(transfers, 32, "begun in this waveform")                \
    X(transfer_bytes, 32, "of the transfer")                  \
    X(command, 3, "of a part: 0 none, 1 + enum dram_command") \
    X(bank, 8, "of the command; stays")                       \
    X(row, 24, "of the last command that named one")

#define DRAM_SIGNAL_ENUM(name, bits, doc) DRAM_SIGNAL_##name,
enum dram_signal { DRAM_SIGNALS(DRAM_SIGNAL_ENUM) DRAM_SIGNAL_N };
#undef DRAM_SIGNAL_ENUM
extern const char *const dram_signal_name[DRAM_SIGNAL_N];
extern const int dram_signal_bits[DRAM_SIGNAL_N];

/* Copies the VCD `from`, in whose scope "top.dram" the signals are declared, to
 * the new file `to`, with what the events (by time) did in ticks
 * [from_tick, to_tick].  false: errno says why. */
bool dram_wave_insert(const char *from, const char *to,
                      const struct dram_event *events, int n,
                      uint64_t from_tick, uint64_t to_tick);

#ifdef __cplusplus
}
#endif

#endif
