/* plan.h - a sweep as its file says it: keys, the axes that vary them, links
 * between them and conditions.
 *
 *   cfg = "eyeriss";                    # any of the single keys below
 *   net = "alexnet";
 *   set = ["pass.overlap=true"];        # as --set, for all points
 *   axes = (
 *     { key = "array.rows"; values = [4, 8, 12]; },
 *     { key = "array.cols"; from = 4; to = 16; step = 4; },   # or times = 2
 *     { keys = ["pe.rf.ifmap_words", "pe.rf.filter_words"];
 *       values = ( [12, 224], [24, 448] ); },                 # side by side
 *     { key = "layer"; values = "each"; }      # every layer of the network
 *   );
 *   links = ( { key = "l2.bytes"; value = "array.rows * array.cols * 642"; } );
 *   where = ["array.rows <= array.cols", "area_mm2 <= 10"];
 *
 * docs/sweeps.md has all of it.  A point takes one value of each axis; points
 * are numbered as counters count, the last axis of the file first.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_PLAN_H
#define SIM_SWEEP_PLAN_H

#include "sim/base/config_text.h"
#include "sim/sweep/expression.h"
#include "sim/sweep/inputs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Keys that are options of the command line; all others are as in --set. */
#define PLAN_OPTIONS(X) \
    X(cfg) X(net) X(layer) X(batch) X(shape) X(gemm) X(dataflow) X(objective)
#define PLAN_ENUM(name) PLAN_##name,
enum plan_key_kind { PLAN_OPTIONS(PLAN_ENUM) PLAN_SET };
#undef PLAN_ENUM

enum { PLAN_KEYS_MAX = 48, PLAN_CONDITIONS_MAX = 16, PLAN_KEY_BYTES = 64 };
#define PLAN_POINTS_MAX UINT64_C(100000000)

struct plan_key {
    char name[PLAN_KEY_BYTES];
    enum plan_key_kind kind;
    struct src_pos at;
    int axis, part;          /* where its values are; axis -1: it is linked */
    struct expression *link; /* owns */
    const char *link_text;   /* until it is read */
};

struct plan_axis {
    int n_keys, n;       /* keys side by side, and values of each */
    struct cell *value;  /* owns; n rows of n_keys; texts are the plan's */
    struct src_pos *at;  /* owns; of each row */
    uint64_t stride;     /* points from one value to the next */
    bool is_every_layer; /* of its values, the layers are to be found */
};

/* What a condition waits for. */
enum plan_stage {
    STAGE_KEYS,    /* nothing: a point for which it does not hold is none */
    STAGE_MACHINE, /* the machine: it is not run */
    STAGE_RESULTS  /* the results: they are kept, and it is excluded */
};
struct plan_condition {
    struct expression *holds; /* owns */
    enum plan_stage stage;
};

struct plan {
    char *path;               /* owns */
    struct config_text *text; /* owns; most texts are in it */
    char **own;               /* owns these, too */
    int n_own;
    char name[PLAN_KEY_BYTES]; /* the file's, without folder and suffix */
    bool simulates;            /* command = "run"; else "model" */
    bool screens;              /* by closed forms first */
    double screen_band;        /* at least 1 */
    int n_objectives;          /* of pareto: result columns */
    int objective[PLAN_OBJECTIVES_MAX];
    uint64_t limit_cycles, limit_seconds; /* of a layer, a point; 0: none */
    int limit_mib;                        /* of memory, of a point; 0: none */
    int n_keys, n_axes, n_conditions;
    struct plan_key key[PLAN_KEYS_MAX]; /* in the order of the file */
    struct plan_axis axis[PLAN_KEYS_MAX];
    struct plan_condition condition[PLAN_CONDITIONS_MAX];
    uint64_t n_points; /* before conditions on keys */
};

/* Reads the plan and all files that it names, which are then known to be
 * right.  NULL after messages. */
struct plan *plan_load(const char *name_or_path, struct inputs *inputs,
                       struct diag *d);
void plan_free(struct plan *plan); /* or NULL */

/* --- for the parts of the reader ------------------------------------------ */

/* The key of a name, added to the plan; NULL after a message: there is one, or
 * one too many. */
struct plan_key *plan_add_key(struct plan *plan, const char *name,
                              struct src_pos at, struct diag *d);
/* A copy that lives as long as the plan. */
const char *plan_keep(struct plan *plan, const char *text);
/* An axis of one value. */
bool plan_fix(struct plan *plan, const char *name, struct cell value,
              struct src_pos at, struct diag *d);
bool plan_read_axis(struct plan *plan, const struct setting *s, struct diag *d);
/* A setting's value; false: it is no number, text, bool or list of texts. */
bool plan_read_cell(struct plan *plan, const struct setting *s,
                    struct cell *out);
/* Whether keys exist and take the values, and files are there; finds the layers
 * of values = "each". */
bool plan_check(struct plan *plan, struct inputs *inputs, struct diag *d);
/* Reads links, then conditions. */
bool plan_read_expressions(struct plan *plan, const struct setting *where,
                           struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
