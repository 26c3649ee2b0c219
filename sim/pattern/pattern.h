/* pattern.h - which words of a layer's tensors are zero.
 *
 * The pattern of a tensor is a function of its declared share of zeros, or of a
 * mask, and of its words' coordinates alone, the same in every run, kernel and
 * mapping: the operands of functional mode follow it, and so does what PEs
 * skip.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PATTERN_PATTERN_H
#define SIM_PATTERN_PATTERN_H

#include "sim/base/arch.h"
#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pattern {
    const struct layer *layer; /* borrowed */
    enum tensor tensor;
    /* A tensor without declared zeros has no pattern: even the words of its
     * padding count as others do. */
    bool has_zeros;
    const struct zero_mask *mask; /* borrowed; NULL: zeros are drawn */
    uint64_t seed;
    double limit; /* of 2^24: hashes below it are zeros */
};

/* arch, layer: borrowed. */
struct pattern pattern_of(const struct arch *arch, const struct layer *layer,
                          enum tensor tensor);

/* coord: ifmap n, c (of all groups), h, w (padded); filter m (of all), c (of
 * the group), r, s; psum n, m, p, q. */
bool pattern_is_padding(const struct pattern *pattern, const int coord[4]);
/* Whether a word of a pattern with zeros, or without, is one. */
bool pattern_is_zero(const struct pattern *pattern, const int coord[4]);
/* Bits of up to 64 words that differ in coordinate `along` alone, from the
 * first on; 1: it is zero. */
uint64_t pattern_zeros(const struct pattern *pattern, const int coord[4],
                       int along, int words);
/* The same of up to 64 words in the order of a tensor of these extents; `along`
 * is its last coordinate, or the last whose extent is not 1. */
uint64_t pattern_zeros_behind(const struct pattern *pattern, const int first[4],
                              const int extent[4], int along, int words);
/* A well-mixed word of four coordinates. */
uint64_t pattern_hash(uint64_t seed, const int coord[4]);

/* Tensors of whose words PEs skip the zeros, as the architecture says. */
bool pattern_is_skipped(const struct arch *arch, const struct layer *layer,
                        enum tensor tensor);
/* Whether that is any of them. */
bool pattern_steers(const struct arch *arch, const struct layer *layer);
/* Whether PEs go by a pattern, if it be one without zeros: where they skip, and
 * where they have two multipliers. */
bool pattern_steps(const struct arch *arch, const struct layer *layer);

#ifdef __cplusplus
}
#endif

#endif
