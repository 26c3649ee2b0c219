/* importer.h - the Python package that reads other tools' files, as a program
 * that this one runs.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_IMPORTER_H
#define SIM_CLI_IMPORTER_H

#include <stdbool.h>

#include "sim/base/diag.h"
#include "sim/cli/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the package is to make of its files. */
struct import_task {
    /* "network", "architecture", "mapping", "energy" or "part": that one alone,
     * into the file `to`.  NULL: all that the files say, into the folder `to`.
     */
    const char *kind;
    const char *to;
    const char *form; /* of what is made: --to; NULL: accelsim's own */
    struct texts files;
    bool is_strict;       /* what cannot be expressed is an error */
    const char *compare;  /* a report to compare with; NULL: none */
    const char *count_as; /* by whose definitions; NULL: accelsim's */
    bool is_told;         /* its report has been printed before */
    bool is_listed;       /* levels by the names that the file gives them */
    struct texts dims;
};

/* Runs the package and waits for it.  Its report goes to standard output, or
 * for a task of one kind to the standard error.  false after the package's own
 * messages. */
bool importer_run(const struct import_task *task, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
