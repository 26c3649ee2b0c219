/* options_systemc.h - values of the options of the SystemC kernel.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SYSTEMC_OPTIONS_SYSTEMC_H
#define SIM_SYSTEMC_OPTIONS_SYSTEMC_H

#include "sim/base/diag.h"
#include "sim/systemc/systemc.h"

#ifdef __cplusplus
extern "C" {
#endif

enum systemc_key { /* of options without a letter; others begin at 256 */
                   KEY_SC_GRANULARITY = 512,
                   KEY_SC_MEMORY,
                   KEY_SC_SHUFFLE,
                   KEY_VCD,
                   KEY_TRACE_WINDOW,
                   KEY_TRACE_PES
};

/* Rows of an argp_option table. */
/* clang-format off */
#define SYSTEMC_OPTION_ROWS                                                   \
    {0, 0, 0, 0, "With --kernel systemc:", 3},                                \
    {"sc-granularity", KEY_SC_GRANULARITY, "array|block", 0,                  \
     "one module for the array, or one per PE, network and port", 0},         \
    {"sc-memory", KEY_SC_MEMORY, "NS,BYTES", 0,                               \
     "behind the DRAM's TLM-2.0 socket, a memory of so many ns latency and "  \
     "bytes per second", 0},                                                  \
    {"sc-shuffle", KEY_SC_SHUFFLE, "N", 0,                                    \
     "evaluate blocks in the N-th random order; no number may change", 0},    \
    {"vcd", KEY_VCD, "FILE", 0, "waveform of one layer", 0},                  \
    {"trace-window", KEY_TRACE_WINDOW, "FROM:TO", 0,                          \
     "cycles in the waveform; all without it", 0},                            \
    {"trace-pes", KEY_TRACE_PES, "ROW:COL,...", 0,                            \
     "PEs in the waveform; all without it", 0}
/* clang-format on */

/* Reads the value of one of these and says what is wrong with it.  false: the
 * key is none of them. */
bool options_systemc_read(int key, const char *text,
                          struct systemc_options *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
