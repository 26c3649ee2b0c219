/* output.h - the one way in which files leave the program: whole, or not at
 * all.
 *
 * A new file is made in the target's folder, under a name that nobody can
 * guess and that was not there; when it is whole and on the disk, it takes the
 * target's place, whose mode and owner it keeps as far as the system allows.
 * What is left of it goes with the process (sim/base/unfinished.h).  A device
 * or a pipe is written as it is, and so is the file that standard output goes
 * to.  A link stays a link, but one that somebody else put into a folder that
 * all may write to, such as /tmp, is not followed.
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

/* Writes the text.  path NULL: to standard output. */
bool output_write(const char *path, const char *text, size_t text_bytes,
                  struct diag *d);

/* For files that a library writes, which wants a name and follows links: a new
 * folder beside the target, for its owner alone.  The caller takes note of the
 * names in it (unfinished_name), removes it (unfinished_remove) and frees its
 * name.  NULL after a message. */
char *output_folder(const char *path, struct diag *d);
/* Moves a file that was made in such a folder to its target. */
bool output_move(const char *from, const char *path, struct diag *d);
/* Appends "cannot write", for the reason that errno gives; returns false. */
bool output_failed(const char *path, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
