/* l2_deal.c - spreads tiles over the banks of L2 that none of them needs.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/l2_deal.h"

#include <stdbool.h>

#include "dataflows/arith.h"
#include "sim/base/result.h"

/* A tile among those that share its banks. */
struct heap {
    uint64_t rows;     /* 0: it has no words, or other banks */
    uint64_t row_bits; /* its tensor's */
};

/* Bits that a bank must have for so many of them to hold the tile. */
static uint64_t bank_bits(const struct heap *h, int banks)
{
    return count_mul(ceil_div_u64(h->rows, (uint64_t)banks), h->row_bits);
}

/* The tile that needs the largest banks, of those whose buffers a bank each is
 * left for; -1: none. */
static int heaviest(const struct heap pool[TENSOR_N],
                    const int buffers[TENSOR_N], const int banks[TENSOR_N],
                    int free_banks)
{
    int found = -1;
    for (int k = 0; k < TENSOR_N; k++)
        if (pool[k].rows > 0 && buffers[k] <= free_banks &&
            (found < 0 || bank_bits(&pool[k], banks[k]) >
                              bank_bits(&pool[found], banks[found])))
            found = k;
    return found;
}

static void deal_pool(const struct heap pool[TENSOR_N],
                      const int buffers[TENSOR_N], int banks[TENSOR_N],
                      int free_banks)
{
    for (int k = 0; k < TENSOR_N; k++) {
        if (pool[k].rows == 0)
            continue;
        banks[k] = 1;
        free_banks -= buffers[k];
    }
    for (int to; (to = heaviest(pool, buffers, banks, free_banks)) >= 0;) {
        banks[to]++;
        free_banks -= buffers[to];
    }
}

void l2_deal(const struct arch *arch, const uint64_t tile_words[TENSOR_N],
             const int buffers[TENSOR_N], int banks[TENSOR_N])
{
    struct heap shared[TENSOR_N] = {{0, 0}};
    for (int k = 0; k < TENSOR_N; k++) {
        const uint64_t row =
            (uint64_t)arch_l2_store(arch, (enum tensor)k).bank_row_words;
        const struct heap tile = {
            ceil_div_u64(tile_words[k], row),
            count_mul(row, (uint64_t)arch->precision_bits[k])};
        const int own_banks = arch_l2_own_banks(arch, (enum tensor)k);
        if (own_banks == 0)
            shared[k] = tile;
        else if (tile.rows > 0)
            banks[k] = own_banks / buffers[k];
    }
    deal_pool(shared, buffers, banks, arch_l2_shared_banks(arch));
}
