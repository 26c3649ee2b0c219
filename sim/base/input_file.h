/* input_file.h - opens files that are to be read.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_INPUT_FILE_H
#define SIM_BASE_INPUT_FILE_H

#include <stdio.h>
#include <sys/stat.h>

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Opens a file and says what it is; does not wait at a named pipe for someone
 * who writes.  NULL: errno says why. */
FILE *input_open(const char *path, struct stat *st);
/* Whether it is a pipe with a name in some folder, not one of the shell's. */
bool input_is_named_pipe(const char *path, const struct stat *st);
/* The exit status when a file could not be opened for the reason `error`. */
enum exit_status input_status(int error);

#ifdef __cplusplus
}
#endif

#endif
