/* levels_room.c - deals the bytes of a listed level's store to its tensors.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_room.h"

/* Whether a tensor's tile is served before another's: the smaller one. */
static bool comes_before(const uint64_t bits[TENSOR_N], int a, int b)
{
    return bits[a] < bits[b] || (bits[a] == bits[b] && a < b);
}

uint64_t levels_room_words(const struct arch *arch, const struct layer *layer,
                           const struct nest *nest, enum level level,
                           enum tensor tensor)
{
    const struct l2_store *store = arch_level_store(arch, level, tensor);
    uint64_t bits[TENSOR_N] = {0}, taken = 0;
    for (int t = 0; t < TENSOR_N; t++)
        if (store->holds[t]) {
            bits[t] = count_mul(
                nest_tile_words(arch, layer, nest, level, (enum tensor)t),
                (uint64_t)arch->precision_bits[t]);
            taken = count_add(taken, bits[t]);
        }
    for (int t = 0; t < TENSOR_N; t++)
        if (t != (int)tensor && comes_before(bits, t, (int)tensor))
            taken = count_add(taken, bits[t]);
    const uint64_t all = count_mul(store->bytes, 8);
    const uint64_t rest = all > taken ? all - taken : 0;
    const uint64_t own = bits[tensor];
    uint64_t room = count_add(own, rest < own ? rest : own);
    /* What second tiles leave is for psums. */
    for (int t = 0; t < TENSOR_N; t++)
        if (!comes_before(bits, t, (int)tensor))
            taken = count_add(taken, bits[t]);
    if (tensor == TENSOR_PSUM && all > taken)
        room = count_add(room, all - taken);
    return room / (uint64_t)arch->precision_bits[tensor];
}

int levels_psum_tiles(const struct arch *arch, const struct layer *layer,
                      const struct nest *nest, enum level level)
{
    const uint64_t tile =
        nest_tile_words(arch, layer, nest, level, TENSOR_PSUM);
    const uint64_t room =
        levels_room_words(arch, layer, nest, level, TENSOR_PSUM);
    return room / tile < LEVELS_PSUM_TILES ? (int)(room / tile)
                                           : LEVELS_PSUM_TILES;
}

int levels_buffers(const struct arch *arch, const struct layer *layer,
                   const struct nest *nest, enum tensor tensor)
{
    const uint64_t tile = nest_tile_words(arch, layer, nest, LEVEL_L2, tensor);
    return levels_room_words(arch, layer, nest, LEVEL_L2, tensor) >=
                   count_mul(tile, 2)
               ? 2
               : 1;
}
