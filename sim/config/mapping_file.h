/* mapping_file.h - a file of mappings, by hand or by `map --save`: what
 * --show-mapping prints, --mapping reads.
 *
 *   mappings = ( { layer = "conv2"; dataflow = "rs"; m = 64; ... },
 *                { layer = "conv3"; dram = ...; l2 = ...; rf = ...; } );
 *
 * An entry (sim/config/mapping_entry.h) may name its network as well; one that
 * leaves out `layer` holds for any.  The first that fits a layer holds.  A
 * file may have a group of tables in the place of the list
 * (sim/config/mapping_table.h), whose rows are its entries.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CONFIG_MAPPING_FILE_H
#define SIM_CONFIG_MAPPING_FILE_H

#include "sim/config/mapping_entry.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mapping_file; /* owns its text */

/* Found as an architecture is, also in the folder "mappings"; at: who named
 * it.  The levels of nests are the architecture's.  NULL after all messages
 * about it. */
struct mapping_file *mapping_file_read(const char *name_or_path,
                                       const struct arch *arch,
                                       struct src_pos at, struct diag *d);
void mapping_file_free(struct mapping_file *file);

/* The entry for a layer of a network ("": of none) by a dataflow; NULL: by
 * that of the first entry that fits.  Returns NULL after a message that there
 * is none. */
const struct mapping_entry *mapping_file_entry(const struct mapping_file *file,
                                               const char *network,
                                               const char *layer,
                                               const struct dataflow *dataflow,
                                               struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
