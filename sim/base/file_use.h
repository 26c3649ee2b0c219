/* file_use.h - what this process reads and what it is to write, so that no
 * output takes the place of an input or of another output.
 *
 * For the main thread.  Devices and pipes do not count.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_FILE_USE_H
#define SIM_BASE_FILE_USE_H

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a path stands for behind all links, also where nothing is yet; the
 * caller frees it.  NULL (errno): the links have no end, or one of them was
 * put by somebody else into a folder with the sticky bit that all may write
 * to. */
char *file_behind_links(const char *path);

/* From now on only what lies below the current folder, below those of
 * $ACCELSIM_PATH and among what accelsim ships is read, and only what lies
 * below `folder` is written, NULL: nothing; links do not lead out.  false after
 * a message: there is no such folder.  Once a process. */
bool file_use_confine(const char *folder, struct diag *d);
bool file_use_is_confined(void);
/* Files below this folder may be read, too. */
void file_use_trust(const char *folder);
/* Whether the file may be read, and `option` may write there; false after a
 * message. */
bool file_use_may_read(const char *path, struct src_pos at, struct diag *d);
bool file_use_may_write(const char *option, const char *path, struct diag *d);

/* Takes note of a file that is read; a path to nothing is none. */
void file_use_read(const char *path);
/* Calls `use` with each file that was read, in the order of the first time. */
void file_use_each_read(void (*use)(void *context, const char *path),
                        void *context);
/* Whether that file was read. */
bool file_use_is_read(const char *path);
/* Takes note of a file that `option` is to write.  false after a message: it
 * is read, or another option writes it. */
bool file_use_write(const char *option, const char *path, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
