/* mapping_file.h - nests written by hand, or by a search
 * (dataflows/nest/nest.h).
 *
 *   mappings = ( {
 *     layer = "conv2";            # left out: any layer
 *     dram = { loops = ["m 4", "c 24"]; };
 *     l2 = { loops = ["p 27"]; rows = ["r 5"]; cols = ["q 14"];
 *            keep = ["ifmap", "filter", "psum"]; };
 *     l1 = { ... };               # machines with an L1: as l2
 *     rf = { loops = ["m 16", "s 5", "q 2"]; };
 *   } );
 *
 * Lists are outermost first; one left out has no loops.  `keep` left out: all.
 * The first entry whose layer fits holds.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_MAPPING_FILE_H
#define SIM_CONFIG_MAPPING_FILE_H

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mapping_file; /* owns its text */

/* Found as an architecture is, also in the folder "mappings"; at: who named
 * it.  NULL after all messages about it. */
struct mapping_file *mapping_file_read(const char *name_or_path,
                                       struct src_pos at, struct diag *d);
void mapping_file_free(struct mapping_file *file);

/* The nest for a layer on a machine, and where it stands (borrowed from the
 * file).  false: no entry fits the layer. */
bool mapping_file_nest(const struct mapping_file *file, const struct arch *arch,
                       const struct layer *layer, struct nest *out,
                       struct nest_where *where, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
