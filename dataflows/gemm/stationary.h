/* stationary.h - dataflows that keep words of one operand in the PEs and let
 * those of the other stream past: ws and is, which are one thing with filters
 * and ifmaps exchanged.
 *
 * Products (channel, filter row, filter column) of an output run down the
 * rows of the array, `q` a PE; what tells the staying words of a product
 * apart runs across the columns, `p` a PE: filters (ws) or outputs, that is
 * pixels (is).  The other of the two streams, in order.  The psums of an
 * output add up along a column.  On a systolic array p = q = 1.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_GEMM_STATIONARY_H
#define DATAFLOWS_GEMM_STATIONARY_H

#include "dataflows/gemm/gemm.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STATIONARY_P = GEMM_TILES, STATIONARY_Q, STATIONARY_G };

/* Groups of the layer side by side; each has a part of the columns. */
static inline int stationary_groups(const struct mapping *mapping)
{
    const int g = mapping->value[STATIONARY_G];
    return g > 1 ? g : 1;
}
static inline int stationary_cols(const struct arch *arch,
                                  const struct mapping *mapping)
{
    return arch->cols / stationary_groups(mapping);
}
/* Sets the tiles of a tiling to those of the mapping. */
void stationary_tiling(const struct mapping *mapping, struct tiling *out);

/* Tells ws and is apart: which operand stays in the PEs and which one streams
 * past. */
struct stationary {
    const struct dataflow *dataflow;
    enum tensor stays, streams;
    const char *across; /* what runs across the columns */
    const char *along;  /* what streams */
};

bool stationary_choose(const struct stationary *s, const struct arch *arch,
                       const struct layer *layer,
                       const struct given_mapping *given, struct mapping *out,
                       struct diag *d);
void stationary_compile(const struct stationary *s, const struct arch *arch,
                        const struct layer *layer,
                        const struct mapping *mapping, struct program *out);
void stationary_expect(const struct stationary *s, const struct arch *arch,
                       const struct layer *layer, const struct mapping *mapping,
                       struct counts *out);
uint64_t stationary_busiest_pe_cycles(const struct stationary *s,
                                      const struct arch *arch,
                                      const struct layer *layer,
                                      const struct mapping *mapping);
void stationary_sum_folds(const struct stationary *s, const struct arch *arch,
                          const struct layer *layer,
                          const struct mapping *mapping, struct fold_sums *out);
/* Cycles between the folds of a layer's tiles that follow each other without a
 * gap, for one fold across and one of products, in all. */
uint64_t stationary_paced_cycles(enum tensor stays, const struct arch *arch,
                                 const struct layer *l, const struct tiling *t);
void stationary_show(const struct stationary *s, const struct arch *arch,
                     const struct layer *layer, const struct mapping *mapping,
                     FILE *to);

#ifdef __cplusplus
}
#endif

#endif
