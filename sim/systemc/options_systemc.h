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

/* Each reads the value of one option into a struct systemc_options, and says
 * what is wrong with it; then it returns false. */
bool options_systemc_granularity(const char *text, void *options,
                                 struct diag *d);
bool options_systemc_memory(const char *text, void *options, struct diag *d);
bool options_systemc_shuffle(const char *text, void *options, struct diag *d);
bool options_systemc_window(const char *text, void *options, struct diag *d);
bool options_systemc_pes(const char *text, void *options, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
