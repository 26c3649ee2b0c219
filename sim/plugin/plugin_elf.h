/* plugin_elf.h - what a shared object says of itself, read from its file
 * without loading it, so that none of its code runs.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PLUGIN_PLUGIN_ELF_H
#define SIM_PLUGIN_PLUGIN_ELF_H

#include <stddef.h>

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

struct plugin_elf; /* owns the file's bytes */

/* Reads the file.  NULL after a message: it is no regular file, no shared
 * object of this machine's word size and byte order, or cut short. */
struct plugin_elf *plugin_elf_read(const char *path, struct diag *d);
void plugin_elf_free(struct plugin_elf *elf); /* or NULL */

/* Whether it defines a symbol of that name. */
bool plugin_elf_defines(const struct plugin_elf *elf, const char *name);
/* Copies the first bytes of the constant of that name.  false: there is none,
 * or it is shorter. */
bool plugin_elf_constant(const struct plugin_elf *elf, const char *name,
                         void *out, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
