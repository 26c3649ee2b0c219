/* pass_outcome.c - what one pass did on an array, added to a result.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/pass_outcome.h"

void pass_outcome_add(const struct arch *arch,
                      const struct pass_outcome *outcome,
                      struct layer_result *out)
{
    /* PE-cycles are no more than layer_cycles_fit lets by. */
    for (int k = 0; k < LEDGER_N; k++)
        out->ledger_pe_cycles[k] += outcome->ledger_pe_cycles[k];
    out->array_cycles += outcome->flight_cycles;
    out->memo.pe_cycles += (uint64_t)arch_pes(arch) * outcome->cycles;
    if ((uint64_t)out->active_pes < outcome->active_pes)
        out->active_pes = (int)outcome->active_pes;
    counts_add(&out->counts, &outcome->counts);
}
