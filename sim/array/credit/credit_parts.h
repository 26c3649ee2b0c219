/* credit_parts.h - what the files of the credit machine share: its insides,
 * and the eval and commit of each of its blocks.  Private to
 * sim/array/credit/.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_CREDIT_CREDIT_PARTS_H
#define SIM_ARRAY_CREDIT_CREDIT_PARTS_H

#include "sim/array/credit/credit_l1.h"
#include "sim/array/credit/credit_machine.h"

#ifdef __cplusplus
extern "C" {
#endif

struct credit_machine {
    const struct credit_machine_cfg *cfg; /* borrowed */
    const struct credit_pass *pass;       /* borrowed */
    struct credit_lanes lanes;
    struct credit_stream_state stream[CREDIT_NETWORKS];
    struct credit_stream_state next[CREDIT_NETWORKS]; /* staged */
    bool in_flight; /* a PE has taken a word, and not all are done */
    bool flies;     /* staged: so it is in this cycle */
    bool running;   /* not all PEs are done */

    /* What the cycle did; cleared when it is committed. */
    struct credit_cycle cycle;
    enum network_wait network_did[CREDIT_NETWORKS]; /* each eval says it */
    bool moved;
    struct psum_grant {
        bool known, clash;
        int read_rows, write_rows; /* of the psum tile, that may move */
    } grant;
    bool made_headway, had_conflict; /* of the last cycle committed */
    uint8_t *lane_state; /* owns; 1 + cause, or 0; NULL: no one watches */

    struct credit_l1 *l1; /* owns, or NULL */

    struct credit_outcome out;
};

extern const char *const credit_network_name[CREDIT_NETWORKS];
void credit_pe_name(const struct credit_machine *m, int lane,
                    char name[BLOCK_NAME_MAX]);

/* In any order within eval and within commit. */
void credit_eval_sequencer(struct credit_machine *m);
void credit_commit_sequencer(struct credit_machine *m);
void credit_eval_network(struct credit_machine *m, int network);
void credit_commit_network(struct credit_machine *m, int network);
void credit_eval_l1s(struct credit_machine *m);
void credit_commit_l1s(struct credit_machine *m);
void credit_eval_psum_port(struct credit_machine *m);
void credit_commit_psum_port(struct credit_machine *m);
/* Lanes, and the fifos to L2. */
void credit_commit_exits(struct credit_machine *m);

#ifdef __cplusplus
}
#endif

#endif
