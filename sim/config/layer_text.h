/* layer_text.h - one layer from the command line: --shape and --gemm.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_LAYER_TEXT_H
#define SIM_CONFIG_LAYER_TEXT_H

#include <stddef.h>

#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parses "N=1,M=64,C=3,H=32,W=32,R=3,S=3,stride=1,pad=1": the keys of
 * layer_keys.h that are whole numbers, N and op. */
bool layer_parse_shape(const char *text, struct layer *out, struct diag *d);
/* Parses "M=..,N=..,K=..": rows, columns, products of an output; with "B=..",
 * a matmul of so many products side by side. */
bool layer_parse_gemm(const char *text, struct layer *out, struct diag *d);

/* Writes "stride=1 pad=2 dilation=1", and by axis and side what differs there;
 * `between` stands where there are spaces here. */
void layer_steps_text(const struct layer *layer, char between, char *out,
                      size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
