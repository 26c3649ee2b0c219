/* array_kind.h - what a kind of array side must be able to do.
 *
 * One definition a file: multicast_array.c, systolic_array.c and
 * nest/nest_array.c.  Whoever has an array side (array_side.h) calls these
 * through it and asks no kind which it is.
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

/* self: the machine, which the kind made and frees.  The functions of
 * array_side.h say what each of these means. */
struct array_kind {
    const char *name;
    /* For a program (borrowed), and for words that follow the timing (borrowed,
     * or NULL).  NULL: arrays of this kind run no programs. */
    void *(*create)(const struct program *program, struct word_flow *flow);
    void (*destroy)(void *self);

    /* pass: what the kind runs, a struct pass (dataflows/program.h) or a
     * struct nest_pass_place (nest/nest_source.h); borrowed until it is
     * done. */
    void (*issue)(void *self, const void *pass);
    bool (*is_done)(const void *self);
    bool (*flows)(const void *self);
    void (*finish)(void *self, struct pass_outcome *out);

    /* Both NULL: nothing is left in the array when a pass is done. */
    void (*let_drain)(void *self, uint64_t cycles);
    void (*put_draining)(void *self, const void *pass);

    uint64_t (*step)(void *self, uint64_t most_cycles);
    int (*blocks)(void *self, enum block_grain grain, struct block **blocks);
    bool (*moved)(const void *self);

    struct probe *(*probes)(void *self, const struct probe_pes *pes, int *n);
    void (*sample)(void *self); /* after probes */

    void (*explain)(const void *self, char *text, size_t size_bytes);
    const char *(*remedy)(const void *self);
};

extern const struct array_kind multicast_array, systolic_array, nest_array;

#ifdef __cplusplus
}
#endif

#endif
