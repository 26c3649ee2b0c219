/* unfinished.h - new files and folders that are gone with the process when it
 * ends before they are finished.
 *
 * exit() removes what is left, and so does each signal that ends the process,
 * unless it is ignored or someone else handles it.  A child process removes
 * what it made itself, and nothing of its parent's.  One thread of a process
 * at a time may call these functions.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_UNFINISHED_H
#define SIM_BASE_UNFINISHED_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a file that was not there, under a name that nobody can guess, for its
 * owner alone.  `pattern` ends in "XXXXXX", which the name takes the place of.
 * Returns its descriptor, or -1 (errno). */
int unfinished_file(char *pattern);
/* Makes a folder in the same way; false: errno says why. */
bool unfinished_folder(char *pattern);
/* Takes note of a name that is going to be used in such a folder. */
void unfinished_name(const char *path);

/* The file at `path` is finished, and has another name now. */
void unfinished_forget(const char *path);
/* Removes a file or an empty folder that is not wanted any more. */
void unfinished_remove(const char *path);
/* Removes all that is left; for a process that ends without exit(). */
void unfinished_remove_all(void);

#ifdef __cplusplus
}
#endif

#endif
