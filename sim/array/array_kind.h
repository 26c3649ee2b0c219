/* array_kind.h - what a kind of array side must be able to do.
 *
 * One definition a file: multicast_array.c, systolic_array.c,
 * overlap/overlap_array.c, nest/nest_credit.c and levels/levels_array.c.
 * Whoever has an array side (array_side.h) calls these through it and asks no
 * kind which it is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_ARRAY_KIND_H
#define SIM_ARRAY_ARRAY_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataflows/program.h"
#include "sim/array/pass_outcome.h"
#include "sim/array/probe.h"
#include "sim/array/word_flow.h"
#include "sim/base/block.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What of an architecture a kind of array does not model. */
struct array_refusal {
    const char *key; /* of the schema */
    char why[256];   /* what is wrong; what would be right */
};

/* Returns false. */
bool array_refuse(struct array_refusal *out, const char *key, const char *why);
/* For kinds that run nests: a nest moves all tensors; sums go by chains. */
bool array_honours_carries(const struct arch *arch, struct array_refusal *out);
bool array_honours_chains(const struct arch *arch, struct array_refusal *out);

/* self: the machine, which the kind made and frees.  The functions of
 * array_side.h say what each of these means. */
struct array_kind {
    const char *name;
    /* Whether the kind does all that the architecture asks of it under this
     * dataflow ("nest": a loop nest), but for the next; false: says what not.
     */
    bool (*honours)(const struct arch *arch, const char *dataflow,
                    struct array_refusal *out);
    /* Keys that steer this machine under other kinds of array and that this one
     * does not read, at most RESULT_KEYS_MAX; returns how many.  NULL: none. */
    int (*not_modelled)(const struct arch *arch, const char **keys);
    /* For a program (borrowed), and for words that follow the timing (borrowed,
     * or NULL).  NULL: arrays of this kind run no programs. */
    void *(*create)(const struct program *program, struct word_flow *flow);
    void (*destroy)(void *self);

    /* pass: what the kind runs, a struct pass (dataflows/program.h), a struct
     * overlap_run (overlap/overlap_run.h) or a struct nest_pass_place
     * (nest/nest_source.h); borrowed until it is done. */
    void (*issue)(void *self, const void *pass);
    bool (*is_done)(const void *self);
    /* NULL: nothing is left when a pass is done, and it is asked with one there
     * alone. */
    bool (*flows)(const void *self);
    void (*finish)(void *self, struct pass_outcome *out);

    /* Both NULL: nothing is left in the array when a pass is done. */
    void (*let_drain)(void *self, uint64_t cycles);
    void (*put_draining)(void *self, const void *left);

    uint64_t (*step)(void *self, uint64_t most_cycles);
    void (*may_skip)(void *self); /* NULL: step finds no periods */
    int (*blocks)(void *self, enum block_grain grain, struct block **blocks);
    bool (*moved)(const void *self);

    struct probe *(*probes)(void *self, const struct probe_pes *pes, int *n);
    void (*sample)(void *self); /* after probes */

    void (*explain)(const void *self, char *text, size_t size_bytes);
    const char *(*remedy)(const void *self);
};

extern const struct array_kind multicast_array, systolic_array, overlap_array,
    nest_credit_array, levels_array;

#ifdef __cplusplus
}
#endif

#endif
