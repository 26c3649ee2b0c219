/* credit_l1.h - L1s between the networks of operands and the lanes of a credit
 * machine: lines (mem/l1.h) that hold slots on their way, in the order of the
 * pass's streams.
 *
 * A slot leaves L2 when all L1s with a lane of its set have room in their input
 * buffers; each gives it to its lanes when these have.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_CREDIT_CREDIT_L1_H
#define SIM_ARRAY_CREDIT_CREDIT_L1_H

#include "mem/l1.h"
#include "sim/array/credit/credit_lanes.h"
#include "sim/array/credit/credit_stream.h"

#ifdef __cplusplus
extern "C" {
#endif

struct credit_l1;

/* cluster: by lane; borrowed. */
struct credit_l1 *credit_l1_new(const struct l1_cfg *cfg, const int *cluster,
                                int lanes, int fifo_words);
void credit_l1_free(struct credit_l1 *l);
/* The pass is borrowed until it is done. */
void credit_l1_issue(struct credit_l1 *l, const struct credit_pass *pass);
/* A cycle of the network from L2 to the L1s; says whether a slot moved or the
 * latency ran down. */
bool credit_l1_send(struct credit_l1 *l, int line,
                    struct credit_stream_state *state,
                    const struct credit_stream_cfg *cfg,
                    const struct credit_stream *stream,
                    struct credit_stream_counts *counts);
/* A cycle of the L1s; stages pushes to the lanes. */
bool credit_l1_feed(struct credit_l1 *l, struct credit_lane_fields *lanes);
void credit_l1_commit(struct credit_l1 *l);
const struct l1_counts *credit_l1_counts(const struct credit_l1 *l);
/* Words that L2 sent, times L1s. */
uint64_t credit_l1_arrived(const struct credit_l1 *l, int line);

#ifdef __cplusplus
}
#endif

#endif
