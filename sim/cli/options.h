/* options.h - the command line.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_OPTIONS_H
#define SIM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/base/arch.h"
#include "sim/base/diag.h"
#include "sim/cli/command.h"
#include "sim/cli/option_table.h"
#include "sim/map/map_options.h"
#include "sim/report/report.h"
#include "sim/systemc/systemc.h"
#include "sim/timeline/timeline.h"

#ifdef __cplusplus
extern "C" {
#endif

enum action {
    ACTION_COMMAND,
    ACTION_HELP_CONFIG,          /* the schema as text */
    ACTION_HELP_CONFIG_MARKDOWN, /* and as docs/config.md */
    ACTION_LIST_DATAFLOWS,
    ACTION_HELP, /* this and the next two: options_print_about */
    ACTION_USAGE,
    ACTION_VERSION
};

struct texts {         /* of what may be given again and again, in order */
    const char **text; /* owns the array */
    int n;
};

struct policy_option { /* of --mapping-policy */
    enum mapping_policy policy;
    const char *file; /* the mapping file that it names instead, or NULL */
};

struct safe_option { /* of --safe */
    bool is_on;
    const char *folder; /* that may be written, or NULL */
};

/* All strings are borrowed from argv. */
struct options {
    enum action action;
    enum command command;  /* for ACTION_COMMAND */
    bool names_command;    /* else it is the default one */
    const char *operand;   /* the first word behind the command, or NULL */
    struct texts operands; /* and all of them */
    const char *cfg, *net, *layer, *shape, *gemm, *dataflow, *mapping, *plugin;
    const char *accesses; /* a file for 'reuse' */
    const char *energy;   /* tables, "A" or "A,B"; NULL = the architecture's */
    const char *filter;   /* of validate; NULL = everything */
    const char *kernel;   /* "native" or "systemc" */
    struct systemc_options systemc;
    const char *output;               /* NULL = standard output */
    const char *store, *shard, *emit; /* of sweep, or NULL */
    const char *form;     /* of --to, what import makes; NULL = accelsim's */
    const char *timeline; /* a file; NULL = none */
    int timeline_events;  /* of a kind and layer; 0 = the default */
    struct timeline_window timeline_window; /* to: 0 = all cycles */
    const char *compare;  /* a report that import compares; NULL = none */
    const char *count_as; /* by whose definitions; NULL = accelsim's */
    const char *mappings; /* a file that 'map' saved, or NULL */
    struct map_options map;
    struct policy_option policy;
    struct safe_option safe;
    int batch;              /* 0 = not given */
    int jobs;               /* threads; 0 = as many as there are processors */
    int wall_limit_seconds; /* 0 = no limit */
    int memory_limit_mib;   /* 0 = no limit */
    uint64_t max_cycles;    /* 0 = no limit */
    uint64_t memo_bytes;    /* 0 = not given */
    struct texts set, dims;
    const char *format_name;   /* of --format, or NULL */
    enum report_format format; /* options_fit finds it by its name */
    bool memo, check, show_mapping, show_config, stats, strict, listed;
    bool given[OPTIONS_MAX]; /* by row of option_table */
};

void texts_add(struct texts *texts, const char *text);
void texts_fini(struct texts *texts);

/* Reads the command line: a command's name, if any, comes first.  What stands
 * behind --help, --usage or --version is not looked at.  Always pair with
 * options_fini. */
bool options_parse(int argc, char **argv, struct options *out, struct diag *d);
/* What --help, --usage and --version print: of a command that was named, its
 * options alone. */
void options_print_about(const struct options *options, FILE *to);
void options_fini(struct options *options);

#ifdef __cplusplus
}
#endif

#endif
