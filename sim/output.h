/* output.h - a report goes out whole, or not at all.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_OUTPUT_H
#define SIM_OUTPUT_H

#include <stddef.h>

#include "sim/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a file could be written there; tried out, nothing is left behind.
 * path NULL: standard output, always true.  Errors are EXIT_IO. */
bool output_is_possible(const char *path, struct diag *d);

/* Writes beside the file and renames; a device or pipe is written as it is.
 * path NULL: to standard output. */
bool output_write(const char *path, const char *text, size_t text_bytes,
                  struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
