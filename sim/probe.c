/* probe.c - lists of probes, and words of their values.
 * SPDX-License-Identifier: MIT
 */
#include "sim/probe.h"

#include <stdio.h>

#include "sim/diag.h"

#define STATE_WORD(name, doc) #name,
const char *const pe_state_words[] = {PE_STATES(STATE_WORD) NULL};
const char *const network_state_words[] = {NETWORK_STATES(STATE_WORD) NULL};
const char *const bank_state_words[] = {BANK_STATES(STATE_WORD) NULL};
#undef STATE_WORD

void probe_add(struct probe_list *list, const char *block, const char *signal,
               int bits, const char *const *words)
{
    if (list->n == list->room) {
        list->room = list->room == 0 ? 64 : 2 * list->room;
        list->probe =
            xrealloc(list->probe, (size_t)list->room, sizeof(*list->probe));
    }
    struct probe *probe = &list->probe[list->n++];
    snprintf(probe->name, sizeof(probe->name), "%s.%s", block, signal);
    probe->bits = bits;
    probe->words = words;
    probe->value = 0;
}
