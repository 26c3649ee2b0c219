/* probe.c - lists of probes, words of their values, which PEs are wanted.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/probe.h"

#include <stdio.h>

#include "sim/base/diag.h"

#define STATE_WORD(name, doc) #name,
const char *const pe_state_words[] = {PE_STATES(STATE_WORD) NULL};
const char *const network_state_words[] = {NETWORK_STATES(STATE_WORD) NULL};
const char *const bank_state_words[] = {BANK_STATES(STATE_WORD) NULL};
#undef STATE_WORD

int probe_bits(int least, uint64_t most)
{
    int bits = least;
    while (bits < 32 && most >> bits > 0)
        bits++;
    return bits;
}

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

bool probe_pe_is_wanted(const struct probe_pes *pes, int row, int col)
{
    if (pes == NULL)
        return true;
    for (int k = 0; k < pes->n; k++)
        if (pes->pe[k].row == row && pes->pe[k].col == col)
            return true;
    return false;
}
