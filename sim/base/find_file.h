/* find_file.h - where a configuration file lies.
 *
 * A name is looked up as a path, then with ".cfg" added, beside the current
 * folder, in each folder of $ACCELSIM_PATH, in the installed data and in the
 * source tree; in each of these folders also in the subfolder of its kind.
 * Upper and lower case, '-' and '_' are told apart only where two files would
 * answer to a name.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_FIND_FILE_H
#define SIM_BASE_FIND_FILE_H

#include "sim/base/config_kind.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the path, which the caller frees, or NULL after a message at `at`
 * that says where it looked. */
char *find_config_file(const char *name, enum config_kind kind,
                       struct src_pos at, struct diag *d);
/* Calls `each` with every file that a name of the kind could find, in the order
 * of the folders; of files with one name, the first. */
typedef void found_file(const char *path, void *context);
void find_each_config_file(enum config_kind kind, found_file *each,
                           void *context);
/* The same for a file of the subfolder `folder` that users do not name
 * themselves. */
char *find_own_file(const char *name, const char *folder, struct src_pos at,
                    struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
