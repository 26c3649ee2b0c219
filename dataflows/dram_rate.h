/* dram_rate.h - how long a byte of DRAM takes, for estimates.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_DRAM_RATE_H
#define DATAFLOWS_DRAM_RATE_H

#include "sim/base/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Cycles of the array, at DRAM's peak; 0: it takes no time.  A part has a
 * bandwidth of its own, and dram.bytes_per_second is none of it. */
double dram_cycles_per_byte(const struct arch *arch);

#ifdef __cplusplus
}
#endif

#endif
