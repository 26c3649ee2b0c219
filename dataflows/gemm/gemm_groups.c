/* gemm_groups.c - groups of a layer side by side, for the dataflows that see it
 * as a GEMM.
 *
 * Tiles then hold whole groups: all filters and channels of each.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/gemm/gemm.h"

static bool asks_for_part(const struct gemm_groups *s)
{
    const int Mg = group_m(s->layer), Cg = group_c(s->layer);
    return (s->fixed[GEMM_M] > 0 && s->fixed[GEMM_M] < Mg) ||
           (s->fixed[GEMM_F] > 0 && s->fixed[GEMM_F] < Mg) ||
           (s->fixed[GEMM_C] > 0 && s->fixed[GEMM_C] < Cg);
}

void gemm_ask_for_groups(const struct gemm_groups *s, int g, int *fixed)
{
    fixed[s->param] = g;
    fixed[GEMM_M] = fixed[GEMM_F] = group_m(s->layer);
    fixed[GEMM_C] = group_c(s->layer);
}

bool gemm_may_group(const struct gemm_groups *s)
{
    return s->fixed[s->param] == 0 && s->layer->G > 1 &&
           gemm_groups_max(s->arch) > 1 && !asks_for_part(s);
}

static void consider(const struct gemm_groups *s, int g, bool *found,
                     struct gemm_grouped *best)
{
    int fixed[MAPPING_PARAMS_MAX];
    struct gemm_grouped one;
    memcpy(fixed, s->fixed, sizeof(fixed));
    gemm_ask_for_groups(s, g, fixed);
    if (!s->choose(s, fixed, &one))
        return;
    if (*found &&
        (one.pes <= best->pes || one.cycles > best->cycles * (1 + 1e-9)))
        return;
    *found = true;
    *best = one;
}

bool gemm_choose_groups(const struct gemm_groups *s, bool found,
                        struct gemm_grouped *best)
{
    const int given = s->fixed[s->param], G = s->layer->G;
    const int most = min_int(gemm_groups_max(s->arch), G);
    if (given == 1 || given > most || most == 1 || asks_for_part(s))
        return found;
    if (given > 1) {
        consider(s, given, &found, best);
        return found;
    }
    for (int g = tiling_next_even(G, 1); g > 0 && g <= most;
         g = tiling_next_even(G, g))
        consider(s, g, &found, best);
    consider(s, most, &found, best);
    return found;
}

bool gemm_groups_lack(const struct gemm_groups *s, struct src_pos at,
                      struct diag *d)
{
    const int given = s->fixed[s->param], most = gemm_groups_max(s->arch);
    const char *why = "a pass takes whole groups: 'mapping.m', 'mapping.f' and "
                      "'mapping.c' are all of a group's filters and channels";
    if (given <= 1 || (given <= most && !asks_for_part(s)))
        return false;
    if (given > most)
        why = s->arch->array_network == NETWORK_SYSTOLIC
                  ? "a systolic array streams the same words past all groups"
              : s->arch->psum_reduce == PSUM_TREE
                  ? "adder trees sum whole columns of one group"
              : s->arch->groups_parallel < given
                  ? "'array.groups_parallel' is less"
                  : "rows or columns hold no 'g'";
    diag_fail(d, EXIT_NO_MAPPING, at,
              "layer '%s' has no legal '%s' mapping with mapping.g=%d: %s",
              s->layer->name, s->dataflow->name, given, why);
    return true;
}
