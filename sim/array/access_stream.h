/* access_stream.h - the accesses of a run of a layer, one by one.
 *
 * L2: the array's reads and writes, as the networks move the words.  PE: three
 * accesses a MAC, an ifmap read, a filter read and a psum update (counted as
 * one write).  DRAM: what the DMA moves, in the order in which it is asked
 * for.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_ACCESS_STREAM_H
#define SIM_ARRAY_ACCESS_STREAM_H

#include "sim/array/word_flow.h"
#include "traces/access.h"

#ifdef __cplusplus
extern "C" {
#endif

struct access_stream;

/* Both borrowed. */
struct access_stream *access_stream_new(const struct program *program,
                                        const struct access_tap *tap);
void access_stream_free(struct access_stream *stream);
/* What follows the machine. */
struct word_flow *access_stream_flow(struct access_stream *stream);
/* The DMA is asked to move a tile; context: the stream. */
void access_stream_tile(void *context, const struct pass *pass,
                        enum tensor tensor);

#ifdef __cplusplus
}
#endif

#endif
