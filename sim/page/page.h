/* page.h - pages and comparisons that the Python package `seeing` makes of
 * JSON.
 *
 * The package runs as a program of its own, without a shell; what it says on
 * its standard error become messages.  All of its text is taken before any of
 * it goes on.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PAGE_PAGE_H
#define SIM_PAGE_PAGE_H

#include "sim/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs the package with these words, NULL at the end, and `from` as its
 * standard input; NULL: none.  Writes what it says to `to`.  false after its
 * messages, or when it cannot be run (EXIT_IO). */
bool page_run(const char *const words[], FILE *from, FILE *to, struct diag *d);
/* The file with the meanings of words. */
const char *page_glossary(void);
/* --format html of results.  false: it could not be made, for want of
 * Python. */
bool page_write_results(const struct report_input *in, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
