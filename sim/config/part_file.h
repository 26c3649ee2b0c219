/* part_file.h - a DRAM part of the user's own, from a file (dram.part):
 *
 *   name = "mine"; source = "where its figures come from";
 *   clock_hz = 1200000000;
 *   CL = 17; CWL = 12; tRCD = 17; ...
 *
 * Each field of struct dram_part (mem/dram.h) is a key; timings are in clocks
 * of the part. devices, volts and the currents IDD0 ... IDD5 (mA, of a device)
 * may be left out: then an energy table's `dram` prices what it moves.
 * docs/config.md lists the shipped parts.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_PART_FILE_H
#define SIM_CONFIG_PART_FILE_H

#include "mem/dram.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the file, named at `at`, and makes its part one that dram_part_find
 * finds.  NULL after a message. */
const struct dram_part *part_file_use(const char *path, struct src_pos at,
                                      struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
