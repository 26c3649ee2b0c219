/* reuse_report.h - what `accelsim reuse` found, for a person or a program.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_REUSE_REPORT_H
#define SIM_REPORT_REUSE_REPORT_H

#include <assert.h>

#include "sim/report/report.h"
#include "traces/access_file.h"
#include "traces/survey.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One stream of accesses. */
struct reuse_row {
    const char *level; /* "rf", "l2", ..., or "" for a file's */
    const char *name;  /* tensor, or the file's name for it */
    struct survey_row found;
    uint64_t macs;           /* 0: not known */
    uint64_t capacity_words; /* that the level holds; 0: not known */
};

/* Who else uses the same words. */
struct sharing_row {
    const char *name;
    struct sharing_counts found;
};

/* A network's fan-out. */
struct fan_out_row {
    const char *name;
    uint64_t words_sent, words_delivered;
};

/* A tensor's at each level and at MACs, or the names of a file. */
enum { REUSE_ROWS_MAX = TENSOR_N * (LEVEL_N + 1) };
static_assert((int)REUSE_ROWS_MAX >= (int)ACCESS_FILE_NAMES,
              "a row for each name of a file");

struct reuse_subject { /* a layer, or a file */
    const char *name, *dataflow;
    int n_rows, n_sharing, n_fan_out;
    struct reuse_row row[REUSE_ROWS_MAX];
    struct sharing_row sharing[REUSE_ROWS_MAX];
    struct fan_out_row fan_out[LINK_N];
};

struct reuse_report {
    const char *arch; /* or NULL */
    int n_subjects;
    const struct reuse_subject *subjects;
};

/* One form each.  false: `to` could not be written. */
bool reuse_report_table(const struct reuse_report *in, FILE *to);
bool reuse_report_json(const struct reuse_report *in, FILE *to);
bool reuse_report_csv(const struct reuse_report *in, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
