/* levels_room.c - deals the bytes of a listed level's store to its tensors.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_room.h"

uint64_t levels_room_words(const struct arch *arch, const struct layer *layer,
                           const struct nest *nest, enum level level,
                           enum tensor tensor)
{
    const struct l2_store *store = arch_level_store(arch, level, tensor);
    const uint64_t own = nest_tile_words(arch, layer, nest, level, tensor);
    uint64_t bits = 0;
    for (int t = 0; t < TENSOR_N; t++)
        if (store->holds[t])
            bits = count_add(bits,
                             count_mul(nest_tile_words(arch, layer, nest, level,
                                                       (enum tensor)t),
                                       (uint64_t)arch->precision_bits[t]));
    /* At least one tile, for the nest is legal. */
    if (bits == 0)
        return own;
    const uint64_t all = count_mul(store->bytes, 8);
    const uint64_t rest = count_mul(own, all % bits);
    return count_add(count_mul(own, all / bits),
                     rest == COUNT_OVERFLOW ? 0 : rest / bits);
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
