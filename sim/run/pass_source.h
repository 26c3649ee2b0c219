/* pass_source.h - the passes of a layer in their order, as a runner walks them,
 * whatever mapping they come from: program_passes.h and nest_passes.h.
 *
 * A source says of each pass what the array is to do, which tiles it needs and
 * what the DMA moves for them, and by which key the pass memory knows it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_PASS_SOURCE_H
#define SIM_RUN_PASS_SOURCE_H

#include "mem/dram.h"
#include "sim/array/array_side.h"
#include "sim/base/result.h"
#include "sim/run/pass_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tile_table; /* sim/run/tile_table.h */

struct source_pass {
    /* What array_side_issue takes; the source's, and there until the pass after
     * the next one has been asked for. */
    const void *work;
    bool new_tile[TENSOR_N]; /* the pass before had another tile, or none */
    /* The pass after has another tile, or none: the tile, or if it stays, the
     * one behind it, may be asked for. */
    bool last_use[TENSOR_N];
    /* The last pass of all on an operand's tile that stayed; load waits for
     * it where it says that there is none yet. */
    bool gives_place[TENSOR_PSUM];
    /* Passes that overlap with the first and are issued with it, on its
     * tiles. */
    uint64_t beside;
};

/* What the DMA moves for a tile. */
struct tile_transfer {
    bool is_none;  /* there is nothing to wait for */
    bool skips_l2; /* L2 does not keep the tensor, and counts none of it */
    int n_requests;
    const struct dram_request *request; /* the source's, until its next call */
    uint64_t words;                     /* useful ones */
    uint64_t compressed_bytes;          /* of all requests; 0: not compressed */
    uint64_t finished_words; /* of a store: outputs that are finished now,
                                whether DRAM gets them or not */
};

struct pass_source;

struct pass_source_ops {
    void (*destroy)(struct pass_source *s);
    /* An array for these passes; the caller frees it, before the source. */
    struct array_side *(*new_array)(struct pass_source *s);

    /* The first pass, then the next; false: there is none left. */
    bool (*next)(struct pass_source *s, struct source_pass *out);
    /* All that decides what the array does in the pass that next gave, which
     * is issued when passes before it have drained without another for
     * so many cycles since the boundary.  The bytes are there until the next
     * call. */
    struct pass_key (*key)(struct pass_source *s, uint64_t lateness_cycles);
    /* What array_side_put_draining takes for the passes that drain at the
     * boundary; there until the next pass is done.  NULL: none ever do. */
    const void *(*left)(struct pass_source *s);

    /* The next tile of a tensor that comes from DRAM, in the order of the
     * passes; false: there is none left, or one that stayed until the pass
     * that next gave, or longer, has its place.  Called ahead of the passes. */
    bool (*load)(struct pass_source *s, enum tensor tensor,
                 struct tile_transfer *out);
    /* The psums that leave with the pass that next gave, where its last_use
     * says so. */
    void (*store)(struct pass_source *s, struct tile_transfer *out);
    /* That pass is done, late_cycles of its outcome went by before it was
     * issued.  NULL: the source need not know. */
    void (*passed)(struct pass_source *s, const struct pass_outcome *outcome,
                   uint64_t late_cycles);
    /* At a boundary at *now: goes on by passes of which it is known what they
     * do, with all that they add to in *out.  NULL: none are. */
    void (*skip)(struct pass_source *s, struct tile_table *tiles,
                 struct layer_result *out, uint64_t *now);

    /* Another source of these passes, for threads that run them ahead of need:
     * next, key and new_array of it are called, of passes that this one may
     * come to; those that do as one before it may be left out.  NULL: what a
     * pass finds on the array is not known ahead. */
    struct pass_source *(*scout)(const struct pass_source *s);

    /* Lower bounds of the cycles, from what was counted. */
    void (*bounds)(const struct pass_source *s, const struct counts *counts,
                   uint64_t bounds_cycles[BOUND_N]);
    /* All passes and transfers are done: functional mode compares values, and
     * fills in what the result says of them. */
    void (*finish)(struct pass_source *s, struct layer_result *out);
};

/* What all sources have; the first member of each. */
struct pass_source {
    const struct pass_source_ops *ops;
    uint64_t passes;
    uint64_t pes_used;          /* PEs with work in some pass */
    uint64_t buffers[TENSOR_N]; /* tiles that have a place, 1 or 2 */
    /* A pass is issued so many cycles before it needs the tensor's tile. */
    uint64_t lead_cycles[TENSOR_N];
    size_t work_bytes; /* of source_pass.work, plain data */
    /* The key that was given last is the one that was given before it. */
    bool key_is_as_before;
    /* Words, or accesses, are followed one by one: every pass must be run. */
    bool is_followed;
};

#ifdef __cplusplus
}
#endif

#endif
