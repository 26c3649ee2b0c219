/* foreign.h - files of other tools where files of accelsim's own are expected:
 * --net, --cfg, --mapping, --energy, --set energy= and dram.part=.
 *
 * Each is imported into a private folder, as 'accelsim import' would, and the
 * option names the file made there.  The program's own files never need Python.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_FOREIGN_H
#define SIM_CLI_FOREIGN_H

#include <stdbool.h>

#include "sim/base/diag.h"
#include "sim/cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { FOREIGN_FILES_MAX = 16 };

struct foreign_files {
    char *folder;                  /* owns; NULL: there was none */
    char *path[FOREIGN_FILES_MAX]; /* own */
    char *text[FOREIGN_FILES_MAX]; /* own; what options say in place */
    int n;
    /* The foreign architecture and network, borrowed from the options as they
     * were given. */
    const char *context[2];
    int n_context;
};

/* Whether the file is another tool's, by what is in it and how it is called;
 * nothing that cannot be read is one. */
bool foreign_is(const char *path);
/* Imports what the options name, and has them name what was made.  false after
 * a message. */
bool foreign_take(struct options *o, struct foreign_files *out, struct diag *d);
/* Removes what was made. */
void foreign_fini(struct foreign_files *files);

#ifdef __cplusplus
}
#endif

#endif
