/* format_table.h - every form of output, once: its name, and who writes it.
 *
 * A command prints a form when its row has a writer for what the command
 * prints; `--format` takes the names, and says which of them a command has.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_FORMAT_TABLE_H
#define SIM_CLI_FORMAT_TABLE_H

#include <stdio.h>

#include "sim/cli/command.h"
#include "sim/map/map_report.h"
#include "sim/report/listing.h"
#include "sim/report/report.h"
#include "sim/report/reuse_report.h"
#include "sim/sweep/export.h"
#include "sim/validate/validation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is printed, and by which commands. */
struct format_row {
    const char *name;
    bool (*results)(const struct report_input *in, FILE *to); /* run, model */
    bool (*map)(const struct map_report *in, FILE *to);       /* map */
    bool (*reuse)(const struct reuse_report *in, FILE *to);   /* reuse */
    void (*validation)(const struct validation *v, FILE *to); /* validate */
    bool (*listing)(const struct listing *l, FILE *to);       /* list */
    /* sweep */
    bool (*sweep)(struct store *store, FILE *to, struct diag *d);
    const char *doc;
};

/* By enum report_format. */
extern const struct format_row format_table[REPORT_FORMAT_N];

bool format_honoured(const struct format_row *row, enum command command);
/* Puts the name's format in *out.  false: the command does not print it, and
 * the message names those that it does. */
bool format_find(const char *name, enum command command,
                 enum report_format *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
