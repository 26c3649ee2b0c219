/* output.h - a report goes out whole, or not at all.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_OUTPUT_H
#define SIM_BASE_OUTPUT_H

#include <stddef.h>

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether `option` could write a file there; tried out, nothing is left
 * behind.  path NULL: standard output, always true.  A place that cannot be
 * written is EXIT_IO, a file in use (sim/base/file_use.h) EXIT_USAGE. */
bool output_is_possible(const char *option, const char *path, struct diag *d);

/* Writes beside the file and renames; a device or pipe is written as it is.
 * path NULL: to standard output. */
bool output_write(const char *path, const char *text, size_t text_bytes,
                  struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
