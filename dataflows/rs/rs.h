/* rs.h - what the files of the row-stationary dataflow share.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_RS_RS_H
#define DATAFLOWS_RS_RS_H

#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    RS_M,
    RS_N,
    RS_E,
    RS_P,
    RS_Q,
    RS_R,
    RS_T,
    RS_FR,
    RS_FC,
    RS_G,
    RS_W,
    RS_KEEP,
    RS_PARAMS
};

extern const struct mapping_param rs_params[];
extern const struct dataflow rs_dataflow;

/* PE sets of `set_rows` x `e` PEs that fit on the array. */
int rs_set_capacity(const struct arch *arch, int set_rows, int e);
void rs_tiling(const struct mapping *mapping, struct tiling *out);
/* Residues of ofmap columns whose windows share no ifmap column. */
int rs_phases(const struct layer *layer);
/* Whether PEs can count the windows of w ofmap columns. */
bool rs_windows_are_counted(const struct layer *layer, int w);
/* The most images whose windows of w columns can be counted in a pass over fc
 * filter columns, 1 or more: groups by the PEs, columns by the networks. */
int rs_images_max(const struct layer *layer, int w, int fc);
/* Whether L2 holds a row of w ofmap columns for as many channels and filters as
 * a PE does. Where it does not hold whole rows so, they are cut. */
bool rs_is_roomy(const struct arch *arch, const struct layer *layer, int w);
/* The next narrower of the even cuts of an ofmap row (no narrower one has as
 * few tiles); w is more than 1. */
static inline int rs_next_width(const struct layer *layer, int w)
{
    return ceil_div(layer->Q, ceil_div(layer->Q, w - 1));
}

/* Whether a mapping fits the machine. */
bool rs_is_legal(const struct arch *arch, const struct layer *layer,
                 const struct mapping *mapping);
/* Looks for a mapping with several groups side by side that takes no longer, by
 * estimate, than the one in *best (none if !found); given: parameters, or 0.
 * Returns whether there is one in *best. */
bool rs_choose_groups(const struct arch *arch, const struct layer *layer,
                      const int given[RS_PARAMS], bool found,
                      struct mapping *best);
bool rs_choose(const struct arch *arch, const struct layer *layer,
               const struct given_mapping *given, struct mapping *out,
               struct diag *d);
void rs_expect(const struct arch *arch, const struct layer *layer,
               const struct mapping *mapping, struct counts *out);
uint64_t rs_busiest_pe_cycles(const struct arch *arch,
                              const struct layer *layer,
                              const struct mapping *mapping);
void rs_show(const struct arch *arch, const struct layer *layer,
             const struct mapping *mapping, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
