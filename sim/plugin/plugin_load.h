/* plugin_load.h - dataflows from shared objects (--plugin).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PLUGIN_PLUGIN_LOAD_H
#define SIM_PLUGIN_PLUGIN_LOAD_H

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Loads the dataflow that a shared object defines.  None of its code runs
 * before its file proved to be whole and of this version's interface, and none
 * in this process before loading it and letting it go went well in another.
 * What its functions do once they are called is its author's. */
bool plugin_load(const char *path, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
