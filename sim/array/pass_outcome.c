/* pass_outcome.c - what passes did on an array, added to a result, and without
 * its zeros.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/pass_outcome.h"

#include <string.h>

_Static_assert(sizeof(struct pass_outcome) % sizeof(uint64_t) == 0,
               "an outcome is words of 64 bits");

static void add_waits(const struct pass_outcome *outcome, uint64_t times,
                      struct layer_result *out)
{
    for (int k = 0; k < NETWORK_N; k++)
        for (int cause = 0; cause < NETWORK_WAIT_N; cause++)
            out->wait_by[k][cause] += times * outcome->wait_by[k][cause];
}

void pass_outcome_add(const struct arch *arch, uint64_t pes_used,
                      const struct pass_outcome *outcome, uint64_t times,
                      struct layer_result *out)
{
    const uint64_t pes = (uint64_t)arch_pes(arch);
    const uint64_t used_pe_cycles = pes_used * outcome->flight_cycles;
    uint64_t *ledger = out->ledger_pe_cycles;
    uint64_t active = 0;
    /* PE-cycles are no more than layer_cycles_fit lets by. */
    for (int k = 0; k < LEDGER_N; k++) {
        active += outcome->ledger_pe_cycles[k];
        ledger[k] += times * outcome->ledger_pe_cycles[k];
    }
    add_waits(outcome, times, out);
    SIM_CHECK(active <= used_pe_cycles);
    const uint64_t flight_cycles = times * outcome->flight_cycles;
    ledger[LEDGER_idle_edge] += times * (used_pe_cycles - active);
    ledger[LEDGER_idle_mapping] += (pes - pes_used) * flight_cycles;
    out->array_cycles += flight_cycles;
    out->wait_dram_by[TENSOR_PSUM][DRAM_WAIT_ramp] +=
        times * outcome->cycles - flight_cycles;
    out->memo.pe_cycles += pes * times * outcome->cycles;
    if ((uint64_t)out->active_pes < outcome->active_pes)
        out->active_pes = (int)outcome->active_pes;
    counts_add_times(&out->counts, &outcome->counts, times);
}

size_t pass_outcome_pack(const struct pass_outcome *outcome,
                         uint64_t packed[PASS_OUTCOME_PACKED_MAX])
{
    uint64_t word[PASS_OUTCOME_WORDS];
    size_t n = PASS_OUTCOME_MASKS;
    memcpy(word, outcome, sizeof(word));
    memset(packed, 0, PASS_OUTCOME_MASKS * sizeof(*packed));
    for (int k = 0; k < PASS_OUTCOME_WORDS; k++)
        if (word[k] != 0) {
            packed[k / 64] |= UINT64_C(1) << k % 64;
            packed[n++] = word[k];
        }
    return n;
}

void pass_outcome_unpack(const uint64_t *packed, struct pass_outcome *out)
{
    uint64_t word[PASS_OUTCOME_WORDS] = {0};
    const uint64_t *next = packed + PASS_OUTCOME_MASKS;
    for (int m = 0; m < PASS_OUTCOME_MASKS; m++)
        for (uint64_t left = packed[m]; left != 0; left &= left - 1)
            word[64 * m + __builtin_ctzll(left)] = *next++;
    memcpy(out, word, sizeof(word));
}
