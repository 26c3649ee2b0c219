/* os.h - what the files of the output-stationary dataflow share.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_GEMM_OS_H
#define DATAFLOWS_GEMM_OS_H

#include "dataflows/gemm/dot.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { OS_X = GEMM_TILES, OS_T, OS_P, OS_G };

/* Groups of the layer side by side. */
static inline int os_groups(const struct mapping *mapping)
{
    const int g = mapping->value[OS_G];
    return g > 1 ? g : 1;
}
/* Sets the tiles of a tiling to those of the mapping. */
void os_tiling(const struct mapping *mapping, struct tiling *out);
/* Links down which the psums of all blocks of x outputs leave a systolic array,
 * each of one filter and channel tile. */
uint64_t os_exit_links(const struct arch *arch, const struct layer *layer,
                       const struct tiling *t, int x);

/* How it runs where trees sum its psums. */
extern const struct dot os_dot;

/* The most filters of a PE with a multicast array: p psums, and, where MACs
 * wait for whole windows, p filter words. */
int os_filters_max(const struct arch *arch);
bool os_choose(const struct arch *arch, const struct layer *layer,
               const struct given_mapping *given, struct mapping *out,
               struct diag *d);
void os_expect(const struct arch *arch, const struct layer *layer,
               const struct mapping *mapping, struct counts *out);
uint64_t os_busiest_pe_cycles(const struct arch *arch,
                              const struct layer *layer,
                              const struct mapping *mapping);
void os_sum_folds(const struct arch *arch, const struct layer *layer,
                  const struct mapping *mapping, struct fold_sums *out);

#ifdef __cplusplus
}
#endif

#endif
