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
    if (arch->psum_reduce == PSUM_TREE)
        return array_refuse(out, "noc.psum_reduce",
                            "a nest sums psums by chains and "
                            "'noc.psum_reduce' is 'tree'; 'chain' is right");
    if (arch->has_l1 && arch->l2_to_l1 == L2_TO_L1_MESH)
        return array_refuse(out, "noc.l2_to_l1",
                            "a nest reaches its L1s by a multicast network "
                            "and 'noc.l2_to_l1' is 'mesh'; 'multicast' is "
                            "right");
    return true;
}
