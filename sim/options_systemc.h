/* options_systemc.h - values of the options of the SystemC kernel.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_OPTIONS_SYSTEMC_H
#define SIM_OPTIONS_SYSTEMC_H

#include "sim/diag.h"
#include "sim/systemc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Each reads one value and says what is wrong with it; false: nothing was
 * set.  --sc-granularity: "array" or "block". */
bool read_sc_granularity(const char *text, struct systemc_options *out,
                         struct diag *d);
/* --sc-memory: "LATENCY_NS,BYTES_PER_SECOND". */
bool read_sc_memory(const char *text, struct systemc_options *out,
                    struct diag *d);
/* --trace-window: "FROM:TO", cycles. */
bool read_trace_window(const char *text, struct systemc_options *out,
                       struct diag *d);
/* --trace-pes: "ROW:COL,ROW:COL,...". */
bool read_trace_pes(const char *text, struct systemc_options *out,
                    struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
