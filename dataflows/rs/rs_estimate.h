/* rs_estimate.h - how many cycles a row-stationary mapping takes, by estimate,
 * and at least.
 *
 * The estimate is a bound per pass (MACs, networks) plus what DRAM exposes.
 * The bounds follow the order in which mappings are enumerated: what many of
 * them share is worked out once, in a strip, then for PE sets, then for the
 * channels of a PE.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_RS_RS_ESTIMATE_H
#define DATAFLOWS_RS_RS_ESTIMATE_H

#include "dataflows/rs/rs.h"
#include "dataflows/zero_shares.h"

#ifdef __cplusplus
extern "C" {
#endif

double rs_passes(const struct layer *layer, const struct mapping *mapping);
/* Estimated cycles of the layer; the mapping is legal. */
double rs_estimate(const struct arch *arch, const struct layer *layer,
                   const struct mapping *mapping);

/* What all mappings with the same n, e, w, fr and fc have in common. */
struct rs_strip {
    const struct arch *arch;
    const struct layer *layer;
    int n, e, w, fr, fc;
    unsigned kept;           /* as of a tiling */
    double strips;           /* of the layer */
    double inner;            /* passes over filter rows and columns */
    double ifmap_words;      /* of one channel: in L2 */
    double delivered;        /* and to the PEs, in one pass */
    double psum_words;       /* in L2, of one filter */
    double word_cycles;      /* DRAM's, per word */
    struct zero_shares left; /* where PEs skip zeros */
};
void rs_strip_set(struct rs_strip *strip, const struct arch *arch,
                  const struct layer *layer, const struct mapping *mapping);

/* No m, p <= p_most and q <= q_most give fewer cycles with r and t, if channels
 * come in at least c_tiles tiles.  HUGE_VAL: none fits into L2. */
double rs_strip_at_least(const struct rs_strip *strip, int r, int t, int q_most,
                         int p_most, double c_tiles);

/* What all mappings have in common that share q, r and t, too. */
struct rs_channels {
    const struct rs_strip *strip;
    int t;
    bool fits;                                   /* some psums, into L2 */
    double passes, macs, psums, ifmaps, filters; /* a filter's, or a pass's */
    double ramp;                                 /* a pass's */
    double moved_words, filter_words, exposed_words;
};
void rs_channels_set(struct rs_channels *channels, const struct rs_strip *strip,
                     int q, int r, int t);
/* No m gives fewer cycles with p.  HUGE_VAL: none fits. */
double rs_channels_at_least(const struct rs_channels *channels, int p);

#ifdef __cplusplus
}
#endif

#endif
