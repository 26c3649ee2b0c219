/* input_file.h - opens files that are to be read.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_INPUT_FILE_H
#define SIM_BASE_INPUT_FILE_H

#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Opens a file and says what it is; does not wait at a named pipe for someone
 * who writes.  NULL: errno says why. */
FILE *input_open(const char *path, struct stat *st);
/* Whether it is a pipe with a name in some folder, not one of the shell's. */
bool input_is_named_pipe(const char *path, const struct stat *st);
/* Reads the next line into *line, of *room bytes, which grows and which the
 * caller frees; with the letter that ends it, if one does.  Returns how long it
 * is, or -1 when there is none (ferror). */
ssize_t input_line(FILE *from, char **line, size_t *room);
/* Where a path leads to behind all links, which the caller frees.  NULL: to
 * nothing (errno). */
char *input_real_path(const char *path);
/* The exit status when a file could not be opened for the reason `error`. */
enum exit_status input_status(int error);

#ifdef __cplusplus
}
#endif

#endif
