/* systolic_strips.c - the strips of a pass, one after another.
 * SPDX-License-Identifier: MIT
 */
#include "pe/systolic_strips.h"

#include <string.h>

#include "pe/systolic.h"

static uint64_t max_cycles(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The strip whose first word is walk->first, at the earliest. */
static void place_strip(struct strip_walk *walk, uint64_t earliest)
{
    const struct systolic_cfg *cfg = walk->cfg;
    const uint32_t most =
        cfg->strip_words > 0 ? (uint32_t)cfg->strip_words : walk->depth;
    const uint32_t rest = walk->line_words - walk->first % walk->line_words;
    walk->words = rest < most ? rest : most;
    walk->begins = earliest;
    if (cfg->commands_in_flight > 0) {
        uint64_t *const left = &walk->left[walk->oldest];
        const uint64_t crosses =
            walk->words + (uint64_t)(cfg->rows + cfg->cols - 2);
        walk->begins = max_cycles(earliest, *left);
        *left =
            walk->begins + max_cycles(crosses, (uint64_t)cfg->command_cycles);
        walk->oldest = (walk->oldest + 1) % cfg->commands_in_flight;
    }
    walk->ends =
        walk->begins + max_cycles(walk->words, (uint64_t)cfg->strip_min_cycles);
}

void strip_walk_start(struct strip_walk *walk, const struct systolic_cfg *cfg,
                      const struct systolic_pass *pass,
                      const struct strip_flight *flight)
{
    memset(walk, 0, sizeof(*walk));
    walk->cfg = cfg;
    walk->depth = pass->depth;
    walk->line_words = pass->line_words > 0 ? pass->line_words : pass->depth;
    for (int k = 0; k < cfg->commands_in_flight; k++)
        walk->left[k] = flight->cycles[k];
    place_strip(walk, 0);
}

bool strip_walk_next(struct strip_walk *walk)
{
    if (walk->first + walk->words >= walk->depth)
        return false;
    walk->first += walk->words;
    place_strip(walk, walk->ends);
    return true;
}

struct strip_span strip_span_of(const struct systolic_cfg *cfg,
                                const struct systolic_pass *pass,
                                const struct strip_flight *flight)
{
    struct strip_walk walk;
    struct strip_span span;
    strip_walk_start(&walk, cfg, pass, flight);
    while (strip_walk_next(&walk))
        ;
    span.last_begins = walk.begins;
    span.entered = walk.begins + walk.words;
    span.stream = cfg->commands_in_flight > 0
                      ? max_cycles(walk.ends, walk.left[walk.oldest])
                      : walk.ends;
    const uint64_t crosses = walk.words + (uint64_t)(cfg->rows + cfg->cols - 2);
    span.life = max_cycles(
        walk.ends,
        walk.begins + max_cycles(crosses, (uint64_t)cfg->command_cycles));
    return span;
}

struct strip_flight strip_flight_after(const struct systolic_cfg *cfg,
                                       const struct systolic_pass *pass,
                                       const struct strip_flight *flight,
                                       uint64_t cycles)
{
    struct strip_walk walk;
    struct strip_flight after;
    memset(&after, 0, sizeof(after));
    strip_walk_start(&walk, cfg, pass, flight);
    while (strip_walk_next(&walk))
        ;
    for (int k = 0; k < cfg->commands_in_flight; k++) {
        const uint64_t left =
            walk.left[(walk.oldest + k) % cfg->commands_in_flight];
        after.cycles[k] = left > cycles ? (uint32_t)(left - cycles) : 0;
    }
    return after;
}
