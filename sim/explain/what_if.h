/* what_if.h - changes of a machine that might make a layer quicker, each with
 * the options that make it.
 *
 * A row changes what one resource can do: it doubles a size, a width or a
 * number of ports, gives a tensor a second buffer, or takes the quicker of two
 * ways to build something.  Which rows a machine has follows from its
 * architecture; whether it can be built with one of them is found out by
 * building it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_EXPLAIN_WHAT_IF_H
#define SIM_EXPLAIN_WHAT_IF_H

#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

enum what_if_kind {
    WHAT_IF_RESOURCE, /* one resource, one key of the configuration */
    WHAT_IF_SEVERAL,  /* several keys together */
    WHAT_IF_MAPPING,  /* the same machine under another mapping */
    WHAT_IF_LIMIT     /* no machine can have it: the most that others gain */
};
extern const char *const what_if_kind_name[];

enum { WHAT_IF_SETS = 5, WHAT_IF_SET_BYTES = 64, WHAT_IFS_MAX = 72 };

struct what_if {
    enum what_if_kind kind;
    const char *name; /* "twice the banks of L2", a constant */
    int n_sets;
    char set[WHAT_IF_SETS][WHAT_IF_SET_BYTES]; /* as --set takes them */
    /* The option that a WHAT_IF_MAPPING is, "--dataflow ws"; else "". */
    char option[WHAT_IF_SET_BYTES];
    const char *dataflow; /* that it names, borrowed of the architecture */
    bool is_unset;        /* without the --set mapping.X that were given */
};

/* How layers are mapped now. */
struct what_if_mappings {
    const char *dataflow; /* in use; NULL: a mapping file's */
    bool are_searched;    /* the best of some that are simulated */
    bool are_set;         /* by --set mapping.X */
};

/* Fills out with all that the machine may have; returns how many. */
int what_ifs_of(const struct arch *arch, const struct what_if_mappings *now,
                struct what_if out[WHAT_IFS_MAX]);

#ifdef __cplusplus
}
#endif

#endif
