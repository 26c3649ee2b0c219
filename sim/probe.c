/* probe.c - words of the probes' values.
 * SPDX-License-Identifier: MIT
 */
#include "sim/probe.h"

#include <stddef.h>

#define STATE_WORD(name, doc) #name,
const char *const pe_state_words[] = {PE_STATES(STATE_WORD) NULL};
const char *const network_state_words[] = {NETWORK_STATES(STATE_WORD) NULL};
#undef STATE_WORD
