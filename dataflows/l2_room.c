/* l2_room.c - how many buffers of each tensor's tile L2 has room for.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/program.h"

void l2_room_of(const struct arch *arch, unsigned kept, struct l2_room *out)
{
    out->shared = arch_l2_shared_banks(arch);
    for (int k = 0; k < TENSOR_N; k++) {
        const enum tensor tensor = (enum tensor)k;
        out->bank_words[k] = arch_l2_bank_words(arch, tensor);
        out->banks[k] = arch_l2_banks_of(arch, tensor);
        out->own[k] = arch_l2_own_banks(arch, tensor);
        out->buffers[k] = (kept >> k & 1) != 0 ? 1 : arch->l2_buffers[k];
    }
}

/* The tensor that shares its banks and takes the most of them; -1: none. */
static int largest_shared(const struct l2_room *room,
                          const int buffers[TENSOR_N],
                          const int banks[TENSOR_N])
{
    int k = -1;
    for (int i = 0; i < TENSOR_N; i++)
        if (room->own[i] == 0 &&
            (k < 0 || banks[i] * buffers[i] > banks[k] * buffers[k]))
            k = i;
    return k;
}

/* A tensor that has two buffers and may do with one, of those that lack banks;
 * over: one with banks of its own, or -1; another than that: -1. */
static int gives_a_buffer(const struct l2_room *room,
                          const int buffers[TENSOR_N], int over)
{
    /* The order in which tensors give up their second buffer when two of each
     * do not fit. */
    static const enum tensor order[TENSOR_N] = {TENSOR_PSUM, TENSOR_IFMAP,
                                                TENSOR_FILTER};
    if (over >= 0)
        return room->buffers[over] == 0 && buffers[over] > 1 ? over : -1;
    for (int k = 0; k < TENSOR_N; k++) {
        const int o = (int)order[k];
        if (room->own[o] == 0 && room->buffers[o] == 0 && buffers[o] > 1)
            return o;
    }
    return -1;
}

bool l2_room_takes(const struct l2_room *room,
                   const uint64_t tile_words[TENSOR_N], int buffers[TENSOR_N],
                   int banks[TENSOR_N], enum tensor *short_tensor,
                   uint64_t *short_words)
{
    for (int k = 0; k < TENSOR_N; k++) {
        const uint64_t each = room->bank_words[k];
        const uint64_t need = (tile_words[k] + each - 1) / each;
        if (need > (uint64_t)room->banks[k]) {
            const int most = room->own[k] > 0 ? room->own[k] : room->banks[k];
            *short_tensor = (enum tensor)k;
            *short_words = tile_words[k] - each * (uint64_t)most;
            return false;
        }
        banks[k] = (int)need;
        buffers[k] = room->buffers[k] > 0 ? room->buffers[k] : 2;
    }
    for (;;) {
        int used = 0, over = -1;
        for (int k = 0; k < TENSOR_N; k++) {
            if (room->own[k] == 0)
                used += banks[k] * buffers[k];
            else if (banks[k] * buffers[k] > room->own[k])
                over = k;
        }
        if (over < 0 && used <= room->shared)
            return true;
        const int give = gives_a_buffer(room, buffers, over);
        if (give >= 0) {
            buffers[give] = 1;
            continue;
        }
        const int k = over >= 0 ? over : largest_shared(room, buffers, banks);
        const int lacking = over >= 0
                                ? banks[over] * buffers[over] - room->own[over]
                                : used - room->shared;
        SIM_CHECK(k >= 0);
        *short_tensor = (enum tensor)k;
        *short_words = (uint64_t)lacking * room->bank_words[k];
        return false;
    }
}

bool l2_fits(const struct arch *arch, const uint64_t tile_words[TENSOR_N],
             int buffers[TENSOR_N], int banks[TENSOR_N],
             enum tensor *short_tensor, uint64_t *short_words)
{
    struct l2_room room;
    l2_room_of(arch, 0, &room);
    return l2_room_takes(&room, tile_words, buffers, banks, short_tensor,
                         short_words);
}
