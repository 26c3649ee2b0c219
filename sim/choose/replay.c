/* replay.c - goes through a mapping's passes beside the memory side of a run,
 * with whole periods of them skipped as there.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/replay.h"

#include <string.h>

#include "dataflows/search/pass_time.h"
#include "mem/dram.h"
#include "sim/run/pass_source.h"
#include "sim/run/tile_table.h"

/* The most passes that are gone through one by one. */
enum { PASSES_MAX = 1 << 14 };

bool replay_fits(const struct arch *arch)
{
    return arch->array_network == NETWORK_SYSTOLIC || !arch->pass_overlap;
}

/* The machine with a bandwidth for its DRAM part, whose bursts would have to be
 * gone through one by one. */
static void take_peak(struct arch *arch)
{
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    const uint64_t bytes = 1 << 20;
    if (dram.kind != DRAM_PART)
        return;
    const uint64_t cycles = dram_min_cycles(&dram, bytes);
    strcpy(arch->dram_model, "bandwidth");
    arch->dram_bytes_per_second =
        (uint64_t)((double)bytes * (double)arch->clock_hz / (double)cycles);
}

/* Where the next pass runs while a systolic array drains. */
static uint64_t drain_cycles(const struct arch *a)
{
    const bool overlaps =
        a->array_network == NETWORK_SYSTOLIC &&
        (a->drain == DRAIN_OVERLAPPED || a->preload == PRELOAD_SHADOW);
    return overlaps ? (uint64_t)a->rows + (uint64_t)a->cols - 2 : 0;
}

/* What a pass of a program comes to, by its descriptor; as before if that is
 * the same. */
static void take_pass(const struct arch *arch, const struct source_pass *pass,
                      struct multicast_pass *before, struct pass_outcome *out)
{
    const struct pass *work = pass->work;
    const struct multicast_pass *d = &work->work.multicast;
    if (memcmp(before, d, sizeof(*d)) == 0)
        return;
    const struct pass_time time = pass_time_about(arch, d);
    *before = *d;
    out->cycles = time.cycles;
    out->filter_free_cycle = time.filter_free;
}

bool replay_cycles(const struct arch *machine, const struct layer *layer,
                   const struct layer_mapping *mapping,
                   const struct replay_array *array, uint64_t *cycles)
{
    struct arch arch;
    struct layer_result result = {.cycles = 0};
    struct source_pass pass;
    arch_of_layer(machine, layer, &arch);
    take_peak(&arch);
    struct pass_source *source =
        pass_source_new(&arch, layer, mapping, NULL, NULL);
    struct tile_table *tiles =
        tile_table_new(source, &arch, NULL, &result.counts);
    const uint64_t n = source->passes;
    struct multicast_pass before = {0};
    /* What the array takes alone ends with a drain, which is the memory
     * side's here. */
    const uint64_t drain = drain_cycles(&arch);
    const uint64_t flows = array->cycles > drain ? array->cycles - drain : 1;
    struct pass_outcome outcome = {.cycles = (flows + n / 2) / n,
                                   .filter_free_cycle =
                                       array->filter_cycles / n};
    struct pass_outcome leaving = outcome; /* as the memory side sees it */
    leaving.drain_cycles = drain;
    uint64_t now = (uint64_t)arch.layer_start_cycles;
    bool is_short = true;
    for (int walked = 0; is_short; walked++) {
        if (source->ops->skip != NULL)
            source->ops->skip(source, tiles, &result, &now);
        if (!source->ops->next(source, &pass))
            break;
        if (array->knows_passes) {
            take_pass(&arch, &pass, &before, &outcome);
            leaving.cycles = outcome.cycles;
            leaving.filter_free_cycle = outcome.filter_free_cycle;
        }
        const uint64_t start = tile_table_ready(tiles, &pass, now);
        now = start + outcome.cycles;
        result.passes++;
        tile_table_done(tiles, &pass, &leaving, start, now);
        if (source->ops->passed != NULL)
            source->ops->passed(source, &outcome, 0);
        is_short = walked < PASSES_MAX;
    }
    if (is_short)
        *cycles = max_u64(now, tile_table_finish(tiles, &result.memo));
    tile_table_free(tiles);
    source->ops->destroy(source);
    return is_short;
}
