/* zero_shares.c - about how much is left of a layer's work where PEs skip.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/zero_shares.h"

#include <math.h>

#include "dataflows/arith.h"

/* A run of more words fills its slots but for half of one, about. */
enum { SHORT_RUN = 64 };

static enum network network_of(enum tensor tensor)
{
    return tensor == TENSOR_FILTER ? NETWORK_FILTER : NETWORK_IFMAP;
}

static bool are_skipped(const struct arch *arch, const struct layer *layer,
                        enum tensor tensor)
{
    return layer->zero_share[tensor] > 0 && arch_skips(arch, tensor);
}

bool zeros_are_coded(const struct arch *arch, const struct layer *layer,
                     enum tensor tensor)
{
    return arch->coding == CODING_CSC && are_skipped(arch, layer, tensor);
}

int zeros_slot_words(const struct arch *arch, const struct layer *layer,
                     enum tensor tensor)
{
    const int bits = arch->precision_bits[tensor];
    const int words = arch->network[network_of(tensor)].words_per_slot;
    if (!zeros_are_coded(arch, layer, tensor))
        return words;
    const int coded = words * bits / (bits + ZERO_COUNT_BITS);
    return coded > 0 ? coded : 1;
}

static double share_of(const struct arch *arch, const struct layer *layer,
                       enum tensor tensor)
{
    return are_skipped(arch, layer, tensor) ? 1 - layer->zero_share[tensor] : 1;
}

struct zero_shares zero_shares_of(const struct arch *arch,
                                  const struct layer *layer, enum tensor window)
{
    const enum tensor held =
        window == TENSOR_IFMAP ? TENSOR_FILTER : TENSOR_IFMAP;
    struct zero_shares out = {.left = {1, 1, 1},
                              .sent = {1, 1, 1},
                              .window = share_of(arch, layer, window),
                              .held = share_of(arch, layer, held),
                              .multipliers = arch->multipliers > 1 ? 2 : 1};
    for (int t = 0; t < TENSOR_PSUM; t++) {
        const enum tensor tensor = (enum tensor)t;
        const int words = zeros_slot_words(arch, layer, tensor);
        out.slot_words[t] = words;
        if (!zeros_are_coded(arch, layer, tensor))
            continue;
        out.left[t] = share_of(arch, layer, tensor);
        out.sent[t] = out.left[t] *
                      arch->network[network_of(tensor)].words_per_slot / words;
    }
    return out;
}

bool zero_shares_matter(const struct zero_shares *s)
{
    return s->window < 1 || s->held < 1 || s->multipliers > 1;
}

/* With two multipliers an odd number of products has half a cycle more than its
 * half; a binomial number is odd with probability (1 - (1 - 2 p)^n) / 2. */
double zero_shares_product_cycles(const struct zero_shares *s, int held)
{
    if (s->multipliers == 1)
        return s->window * s->held;
    const double odd = held > 0 ? (1 - pow(1 - 2 * s->held, held)) / 2 : 0;
    return s->window * (s->held + odd / (held > 0 ? held : 1)) / 2;
}

double zero_shares_none(const struct zero_shares *s, int words, int held)
{
    const double word_has_some = s->window * (1 - pow(1 - s->held, held));
    return pow(1 - word_has_some, words);
}

double zero_shares_window_cycles(const struct zero_shares *s, int words,
                                 int held)
{
    return (double)words * held * zero_shares_product_cycles(s, held) +
           zero_shares_none(s, words, held);
}

int zero_shares_add_cycles(const struct zero_shares *s, int psums)
{
    return ceil_div(psums, s->multipliers);
}

double zero_shares_slots(const struct zero_shares *s, enum tensor tensor,
                         int words)
{
    const double left = s->left[tensor];
    const int each = s->slot_words[tensor];
    if (left >= 1)
        return ceil_div(words, each);
    if (words > SHORT_RUN)
        return left * words / each + (each - 1.0) / (2 * each);
    /* The mean of the slots of k words, over the binomial chances of k. */
    double chance = pow(1 - left, words), slots = 0;
    for (int k = 0; k <= words; k++) {
        slots += chance * ceil_div(k, each);
        chance *= left / (1 - left) * (words - k) / (k + 1);
    }
    return slots;
}

uint64_t zero_shares_sent(const struct zero_shares *s, enum tensor tensor,
                          uint64_t words)
{
    return s->left[tensor] < 1 ? (uint64_t)ceil(s->sent[tensor] * (double)words)
                               : words;
}
