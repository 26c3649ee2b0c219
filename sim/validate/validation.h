/* validation.h - published claims beside what this simulator finds.
 *
 * A plan is read from configs/validation/plan.cfg: the names of its files, in
 * order.  A file holds a title, runs, and checks; each value of a check is one
 * row of the table.  To add claims, add a file, or lines to one: no code.
 *
 *   title = "..."; about = "...";
 *   runs = (
 *     { name = "a"; cfg = "eyeriss"; net = "alexnet"; layer = "conv*";
 *       batch = 4; },            # or shape = "...; ...", gemm = "..."
 *                                # and perhaps mapping = "file", or
 *                                # mapping_policy = "rules"
 *     { name = "b"; like = "a"; set = ["pe.start=window"]; }, # a's mappings
 *     { name = "c"; net = "vgg16"; simulate = false; },       # shapes only
 *     { name = "d"; dram = "hbm2"; },                         # a part
 *     { name = "e"; sequence = "0 1 0 1 | 1 0 1 0"; }        # words, in time
 *   );
 *   checks = (
 *     { claim = "..."; run = "a"; quantity = "array_ms"; source = "...";
 *       tolerance = 0.08; reason = "...";
 *       values = ( { layer = "conv1"; published = 16.5; }, ... ); } );
 *
 * A value is known by its `item`, left out: its layer, its run, its quantity,
 * whichever it says first.  It may override the check's run, quantity,
 * tolerance, reason, source; `note` explains it, `known_miss` says why it is
 * missed.  Without `published` it is a prediction, without `tolerance` it has
 * no verdict; `with_account` adds the ledger's.  `layer` left out: the sum of
 * all.  `mean_error` and `bias` of a check are tolerances, too: of the mean of
 * its values' absolute errors and of their errors, a row each, where all values
 * are asked for.  A check with `variants`, names of runs, has a row for each,
 * without a verdict.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_VALIDATE_VALIDATION_H
#define SIM_VALIDATE_VALIDATION_H

#include "sim/base/config_text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One run: a layer, a machine or a DRAM part, and what is set on it. */
struct validation_run {
    const char *name;
    const char *like; /* NULL, or the run whose mappings it takes */
    const char *cfg, *net, *layer, *shape, *gemm, *dataflow; /* or NULL */
    const char *mapping;         /* a mapping file, or NULL */
    const char *mapping_policy;  /* as of --mapping-policy, or NULL */
    const char *dram, *sequence; /* or NULL */
    const char **set;            /* owns the array */
    int n_sets;
    int batch; /* 0 = the architecture's */
    bool simulate;
    double zero_share; /* of all fmaps but the network's input; -1 = as given */
    struct src_pos at;
};

enum validation_verdict {
    VERDICT_NONE,       /* a prediction, or a figure beside others */
    VERDICT_PASS,       /* within the tolerance */
    VERDICT_MISS,       /* outside */
    VERDICT_KNOWN_MISS, /* outside, and explained */
    VERDICT_ABSENT      /* this build has no such dataflow or machine */
};
extern const char *const validation_verdict_name[];

/* Rows that are about the others of their check. */
enum validation_summary { SUMMARY_NONE, SUMMARY_MEAN_ERROR, SUMMARY_BIAS };

/* A row; texts are borrowed from the plan, "" where there is none. */
struct validation_row {
    const char *claim, *item, *layer, *run, *quantity, *unit, *source;
    const char *reason;     /* of the tolerance */
    const char *note;       /* and of a known miss */
    const char *known_miss; /* "": a miss is an error */
    char *account;          /* owns, or NULL: where the PE-cycles went */
    double published, ours, tolerance; /* NAN: none */
    enum validation_summary summary;   /* ours: in % */
    bool with_account, is_variant;
    enum validation_verdict verdict;
    struct src_pos at;
};

/* Consecutive rows of one check. */
struct validation_check {
    const char *claim;
    int first_row, n_rows;
    int n_variants; /* rows of a value that stand beside each other, or 0 */
};

struct validation_group {     /* a file */
    struct config_text *file; /* owns */
    char *path;               /* owns */
    const char *title, *about;
    struct validation_run *run; /* owns */
    int n_runs;
    struct validation_check *check; /* owns */
    int n_checks;
    struct validation_row *row; /* owns */
    int n_rows;
};

struct validation {
    struct validation_group *group; /* owns */
    int n_groups;
};

/* Reads the plan.  filter: a glob that a file's name, a claim or an item must
 * match; NULL: all.  NULL after a message. */
struct validation *validation_load(const char *filter, struct diag *d);
void validation_free(struct validation *v);

/* Runs what the rows need and fills them.  false: a run failed, and `d` says
 * why; a miss is no failure. */
bool validation_run_all(struct validation *v, struct diag *d);

/* How many rows have this verdict. */
int validation_count(const struct validation *v,
                     enum validation_verdict verdict);
/* (ours - published) / published; NAN without either.  Of a summary, what it
 * says. */
double validation_error(const struct validation_row *row);

void validation_write_table(const struct validation *v, FILE *to);
void validation_write_json(const struct validation *v, FILE *to);
void validation_write_markdown(const struct validation *v, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
