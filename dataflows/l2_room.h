/* l2_room.h - whether tiles fit into L2: its banks, by tensor.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_L2_ROOM_H
#define DATAFLOWS_L2_ROOM_H

#include "sim/base/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* L2 of a machine, for whoever asks about many tiles. */
struct l2_room {
    uint64_t bank_words[TENSOR_N]; /* of one bank */
    int banks[TENSOR_N];           /* of the memory that holds the tensor */
    int own[TENSOR_N];             /* that no other tensor has; 0: it shares */
    int shared;                    /* those that are shared */
    int buffers[TENSOR_N];         /* 0: two where they fit, else one */
};
/* kept: bit k says that all tiles of tensor k have one buffer together. */
void l2_room_of(const struct arch *arch, unsigned kept, struct l2_room *out);

/* Whether tiles of these sizes fit into L2, and with how many buffers and
 * banks each.  On failure *short_tensor and *short_words say what is
 * lacking.  A tile of no words takes no bank. */
bool l2_room_takes(const struct l2_room *room,
                   const uint64_t tile_words[TENSOR_N], int buffers[TENSOR_N],
                   int banks[TENSOR_N], enum tensor *short_tensor,
                   uint64_t *short_words);
/* The same for one set of tiles. */
bool l2_fits(const struct arch *arch, const uint64_t tile_words[TENSOR_N],
             int buffers[TENSOR_N], int banks[TENSOR_N],
             enum tensor *short_tensor, uint64_t *short_words);

#ifdef __cplusplus
}
#endif

#endif
