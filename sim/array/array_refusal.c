/* array_refusal.c - what several kinds of array do not model.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "sim/array/array_kind.h"

bool array_refuse(struct array_refusal *out, const char *key, const char *why)
{
    out->key = key;
    snprintf(out->why, sizeof(out->why), "%s", why);
    return false;
}

bool array_honours_carries(const struct arch *arch, struct array_refusal *out)
{
    return arch->carries == CARRIES_ALL ||
           array_refuse(out, "dram.carries",
                        "a nest moves all tensors and 'dram.carries' is "
                        "'filters'; 'all' is right");
}

bool array_honours_chains(const struct arch *arch, struct array_refusal *out)
{
    return arch->psum_reduce == PSUM_CHAIN ||
           array_refuse(out, "noc.psum_reduce",
                        "a nest sums psums by chains and 'noc.psum_reduce' is "
                        "'tree'; 'chain' is right");
}
