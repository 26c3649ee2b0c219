/* mac_operands.h - the words of a node with a MAC loop: those of its inputs and
 * of its filters, in as many bits as its sums can hold.
 *
 * A transposed convolution runs in parts (sim/base/transposed.h), each with its
 * own words of both, which together make the whole.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_VALUES_MAC_OPERANDS_H
#define SIM_VALUES_MAC_OPERANDS_H

#include "sim/base/arch.h"
#include "sim/run/check.h"
#include "sim/values/value_map.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mac_operands {
    struct layer layer; /* the whole, of all images */
    bool with_zeros;    /* a transposed one runs as one, over inserted zeros */
    struct value_map ifmap, sums; /* own; sums: of the whole */
    int64_t *filter;              /* owns; M C/G R S */
    /* What the part that runs has: the whole's, but of a transposed one, which
     * owns them. */
    struct layer_values values;
    int64_t *part_ifmap, *part_filter, *part_psums;
    struct layer part;
    int phase; /* of a transposed one: remainders of row and column */
};

/* Bits of a word of the machine with which it holds all whole numbers: of a
 * float, its significant ones and the sign. */
int mac_word_bits(const struct arch *arch, enum tensor tensor);
/* The bits, at most the machine's, with which no sum of so many products
 * passes the bits of a psum: the wider operand gives way first, the filter
 * where both are as wide. */
void mac_operand_bits(const struct arch *arch, uint64_t products,
                      int *ifmap_bits, int *filter_bits);

/* arch: with the layer's widths.  second: of a matmul, whose second operand it
 * is, in columns (sums_rows: rows) of which sums are made. */
void mac_operands_init(struct mac_operands *m, const struct arch *arch,
                       const struct layer *layer, const struct value_map *first,
                       const struct value_map *second, bool sums_rows);
void mac_operands_fini(struct mac_operands *m);

/* The words of the next part, from 0 on; there until the one after it. */
const struct layer_values *mac_operands_part(struct mac_operands *m);
/* The part has run: its psums go to where they belong in the sums. */
void mac_operands_take(struct mac_operands *m);

#ifdef __cplusplus
}
#endif

#endif
