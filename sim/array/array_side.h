/* array_side.h - the array side of a machine, whatever its kind.
 *
 * PEs, their networks and the array's ports of L2.  It runs one pass at a
 * time, issued on a quiescent array or, where drains overlap, on one from
 * which the psums of the pass before are still shifted out.  It knows nothing
 * of the memory side.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_ARRAY_SIDE_H
#define SIM_ARRAY_ARRAY_SIDE_H

#include "dataflows/nest/nest.h"
#include "sim/array/array_kind.h"

#ifdef __cplusplus
extern "C" {
#endif

struct array_side;

/* The kind of an architecture's array, as programs use it. */
const struct array_kind *array_kind_of(const struct arch *arch);
/* The kind that runs an architecture's loop nests. */
const struct array_kind *array_kind_of_nests(const struct arch *arch,
                                             const struct nest *nest);

/* The array that a program is for.  Both borrowed; flow: words that follow the
 * timing, or NULL. */
struct array_side *array_side_new(const struct program *program,
                                  struct word_flow *flow);
/* An array of any kind; owns self from now on. */
struct array_side *array_side_of(const struct array_kind *kind, void *self);
void array_side_free(struct array_side *side);

/* pass: as the array's kind takes it; borrowed until it is done. */
void array_side_issue(struct array_side *side, const void *pass);
bool array_side_is_done(const struct array_side *side);
/* Whether a pass is on the array that is not done. */
bool array_side_flows(const struct array_side *side);
/* What the array did since it was asked last; once, when it is done.
 * drain_cycles: for how long the pass will go on draining. */
void array_side_finish(struct array_side *side, struct pass_outcome *out);

/* For arrays that drain after a pass is done.  The next `cycles` go by without
 * another, then array_side_is_done says that one may be issued. */
void array_side_let_drain(struct array_side *side, uint64_t cycles);
/* As if the latest pass had just been done, whatever was before: what is left
 * on the array, as its kind knows it (pass_source.h). */
void array_side_put_draining(struct array_side *side, const void *left);
/* Who waits for what; for the report of a deadlock. */
void array_side_explain(const struct array_side *side, char *text,
                        size_t size_bytes);
/* What may end a deadlock; for the same report. */
const char *array_side_remedy(const struct array_side *side);

/* One cycle: eval and commit of every block, in the order that is fastest; and
 * those that are like it, as far as the array knows them, up to most_cycles.
 * Returns how many they were; 0 in a cycle in which nothing moved and no timer
 * ran down: a deadlock. */
uint64_t array_side_step(struct array_side *side, uint64_t most_cycles);
/* From now on array_side_step may skip periods inside a pass, exactly
 * (docs/periods.md), whatever most_cycles says.  Once, before the first pass.
 */
void array_side_may_skip(struct array_side *side);

/* The same cycle, in parts: n blocks, valid as long as `side`; each must be
 * called in every cycle.  The caller frees *blocks. */
int array_side_blocks(struct array_side *side, enum block_grain grain,
                      struct block **blocks);
/* Whether anything moved in the last cycle, so that array_side_step would have
 * returned 1. */
bool array_side_moved(const struct array_side *side);

/* The signals of the array, valid as long as `side`; once, and with blocks of
 * BLOCK_GRAIN_PE.  pes: those whose insides are wanted, NULL for all. */
struct probe *array_side_probes(struct array_side *side,
                                const struct probe_pes *pes, int *n);
/* Sets them after a cycle's commit. */
void array_side_sample(struct array_side *side);

#ifdef __cplusplus
}
#endif

#endif
