/* stats.c - how the kernel got to its numbers.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/stats.h"

#include <inttypes.h>

void report_stats(const struct layer_result *layers, int n_layers,
                  const struct pass_memory_stats *memory,
                  const struct choose_stats *chosen, FILE *to)
{
    struct memo_stats sum = {0};
    uint64_t passes = 0;
    for (int i = 0; i < n_layers; i++) {
        passes += layers[i].passes;
        memo_stats_add(&sum, &layers[i].memo);
    }
    fprintf(to,
            "accelsim: %" PRIu64 " passes: %" PRIu64 " simulated, %" PRIu64
            " remembered, %" PRIu64 " skipped in %" PRIu64 " periods, %" PRIu64
            " in layers equal to others\n",
            passes, sum.simulated_passes, sum.remembered_passes,
            sum.skipped_passes, sum.periods, sum.repeated_passes);
    fprintf(to,
            "accelsim: %" PRIu64 " PE-cycles: %" PRIu64
            " simulated in full, %" PRIu64 " skipped inside passes, %" PRIu64
            " known\n",
            sum.pe_cycles, sum.simulated_pe_cycles, sum.skipped_pe_cycles,
            sum.pe_cycles - sum.simulated_pe_cycles - sum.skipped_pe_cycles);
    fprintf(to,
            "accelsim: keys missed: %" PRIu64 " new descriptors, %" PRIu64
            " evicted; pass memory: %" PRIu64 " outcomes, %" PRIu64
            " bytes at most, %" PRIu64 " forgotten, %" PRIu64
            " waits for another thread, %" PRIu64 " brought ahead of need\n",
            sum.new_descriptors, sum.evicted_descriptors, memory->outcomes,
            memory->bytes_peak, memory->forgotten, memory->waits,
            memory->ahead);
    const uint64_t transfers = sum.simulated_transfers +
                               sum.remembered_transfers + sum.remembered_phases;
    if (transfers > 0)
        fprintf(to,
                "accelsim: %" PRIu64 " transfers of the DRAM part: %" PRIu64
                " simulated, %" PRIu64 " remembered, %" PRIu64
                " remembered with their time to a refresh\n",
                transfers, sum.simulated_transfers, sum.remembered_transfers,
                sum.remembered_phases);
    if (chosen->layers > 0)
        fprintf(to,
                "accelsim: mappings of %" PRIu64
                " layers searched in %.3f s: %" PRIu64 " candidates, %" PRIu64
                " simulated, %" PRIu64 " of them given up\n",
                chosen->layers, chosen->seconds, chosen->candidates,
                chosen->simulated, chosen->given_up);
}
