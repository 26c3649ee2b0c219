/* multicast_alike.h - passes of which the descriptors differ and the timing
 * does not, on a multicast array.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_MULTICAST_ALIKE_H
#define DATAFLOWS_MULTICAST_ALIKE_H

#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What of an architecture says which passes are alike. */
struct multicast_alike {
    uint16_t wide_banks[TENSOR_N]; /* as many as no stream asks for more */
    bool psums_share_ports;
};
void multicast_alike_of(const struct arch *arch, struct multicast_alike *out);

/* Makes a descriptor that of the simplest pass that takes the same cycles and
 * moves as many words.  For keys of the pass memory: it has no other place in
 * the layer. */
void multicast_make_simple(const struct multicast_alike *alike,
                           struct multicast_pass *pass);

#ifdef __cplusplus
}
#endif

#endif
