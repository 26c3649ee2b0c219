/* l1_shape.c - what of an L1's banks each tensor has.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/l1_shape.h"

#include "dataflows/arith.h"

/* The most rows that a bank may have, so that the rows of all banks fit an
 * int. */
enum { ROWS_MAX = 1 << 24 };

/* Whether a tensor lies in the shared banks. */
static bool shares(const struct arch *a, enum tensor tensor)
{
    return !a->l1_bypass[tensor] && a->l1_tensor_banks[tensor] == 0;
}

static int rows_of_bank(const struct arch *a, enum tensor tensor)
{
    uint64_t bits = a->l1_bytes / (uint64_t)a->l1_banks * 8;
    uint64_t rows = bits / ((uint64_t)a->precision_bits[tensor] *
                            (uint64_t)a->l1_bank_row_words);
    bool halved = shares(a, TENSOR_FILTER) && shares(a, TENSOR_IFMAP);
    rows = halved ? rows / 2 : rows;
    return rows > ROWS_MAX ? ROWS_MAX : (int)rows;
}

static int slot_words(const struct arch *a, enum tensor tensor)
{
    enum network network =
        tensor == TENSOR_FILTER ? NETWORK_FILTER : NETWORK_IFMAP;
    return a->network[network].words_per_slot;
}

struct l1_part l1_part_of(const struct arch *a, enum tensor tensor)
{
    const int ifmap = a->l1_tensor_banks[TENSOR_IFMAP];
    const int filter = a->l1_tensor_banks[TENSOR_FILTER];
    const int own = a->l1_tensor_banks[tensor];
    const int row = a->l1_bank_row_words;
    struct l1_part part = {.bypass = a->l1_bypass[tensor]};
    if (part.bypass)
        return part;
    part.first_bank = own == 0                  ? ifmap + filter
                      : tensor == TENSOR_FILTER ? ifmap
                                                : 0;
    part.banks = own > 0 ? own : a->l1_banks - ifmap - filter;
    part.rows = part.banks * rows_of_bank(a, tensor);
    part.slot_rows = (slot_words(a, tensor) + row - 1) / row;
    return part;
}

double l1_slot_cycles(const struct arch *a, enum tensor tensor, double slots)
{
    const enum network k =
        tensor == TENSOR_FILTER ? NETWORK_FILTER : NETWORK_IFMAP;
    const struct l1_part part = l1_part_of(a, tensor);
    const double sent = slots / a->network[k].slots_per_cycle;
    const int uses = a->l1_ports == BANK_1RW ? 2 : 1;
    return part.bypass
               ? sent
               : max_real(sent, uses * slots * part.slot_rows / part.banks);
}

int l1_rows_of_pes(const struct arch *a)
{
    return a->l1_cluster_rows > 0 ? a->l1_cluster_rows : a->rows;
}

bool l1_takes_slots(const struct arch *a, const struct layer *layer,
                    const char *dataflow, struct diag *d)
{
    const enum tensor tensor[] = {TENSOR_IFMAP, TENSOR_FILTER};
    const struct src_pos at = {NULL, 0};
    bool ok = true;
    for (int k = 0; a->has_l1 && k < 2; k++) {
        struct l1_part part = l1_part_of(a, tensor[k]);
        int row = a->l1_bank_row_words;
        if (part.bypass)
            continue;
        if (part.slot_rows > part.banks)
            ok = diag_fail(d, EXIT_NO_MAPPING, at,
                           "layer '%s' has no legal '%s' mapping: %s slots of "
                           "%d words are %d words wider than L1's banks for "
                           "them; enlarge 'l1.bank_row_words' or 'l1.banks'",
                           layer->name, dataflow, tensor_name[tensor[k]],
                           slot_words(a, tensor[k]),
                           slot_words(a, tensor[k]) - part.banks * row);
        else if (part.slot_rows > part.rows)
            ok = diag_fail(d, EXIT_NO_MAPPING, at,
                           "layer '%s' has no legal '%s' mapping: L1 is short "
                           "by %d words for a slot of the %s network; enlarge "
                           "'l1.bytes'",
                           layer->name, dataflow,
                           (part.slot_rows - part.rows) * row,
                           tensor_name[tensor[k]]);
    }
    return ok;
}
