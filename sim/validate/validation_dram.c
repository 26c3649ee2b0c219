/* validation_dram.c - figures of a DRAM part, by name: what its model does when
 * it is left to run, and the clock in which a command is first legal.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "mem/dram_part.h"
#include "sim/base/diag.h"
#include "sim/base/nearest.h"
#include "sim/validate/validation_quantity.h"

/* A DRAM configuration whose core clock is the part's own, so that cycles are
 * clocks. */
static struct dram_cfg own_clock(const struct dram_part *part)
{
    struct dram_cfg cfg = {
        .kind = DRAM_PART, .core_hz = part->clock_hz, .part = part};
    return cfg;
}

static uint64_t read_run(struct dram *d, uint64_t address, uint64_t bytes,
                         uint64_t start)
{
    struct dram_request r = {.address = address, .run_bytes = bytes};
    for (int k = 0; k < DRAM_LOOPS; k++)
        r.loop[k].count = 1;
    return dram_serve(d, &r, start);
}

/* Share of the peak that a stream of 20 refresh intervals of reads reaches. */
static double stream_share(const struct dram_part *part)
{
    struct dram_cfg cfg = own_clock(part);
    struct dram *d = dram_new(&cfg);
    uint64_t bursts =
        20 * (uint64_t)part->tREFI / (uint64_t)part->clocks_per_burst;
    uint64_t bytes = bursts * (uint64_t)dram_burst_bytes(&cfg);
    uint64_t clocks = read_run(d, 0, bytes, 0);
    dram_free(d);
    return 100 * (double)(bursts * (uint64_t)part->clocks_per_burst) /
           (double)clocks;
}

static double stream_gb(const struct dram_part *part)
{
    struct dram_cfg cfg = own_clock(part);
    return stream_share(part) / 100 * (double)dram_burst_bytes(&cfg) *
           (double)part->clock_hz / part->clocks_per_burst / 1e9;
}

static uint64_t address_of(const struct dram_part *part, int bank, int row)
{
    struct dram_map map;
    struct dram_place place = {bank, row, 0};
    dram_map_init(&map, part);
    return dram_map_address(&map, place);
}

/* Clocks of a single burst of bank 0, row 1, when row `open` is open, or none
 * (-1). */
static double read_clocks(const struct dram_part *part, int open)
{
    struct dram_cfg cfg = own_clock(part);
    struct dram *d = dram_new(&cfg);
    const uint64_t start = 1000; /* before the first refresh, all timers down */
    if (open >= 0)
        read_run(d, address_of(part, 0, open), 1, 0);
    uint64_t end = read_run(d, address_of(part, 0, 1), 1, start);
    dram_free(d);
    return (double)(end - start);
}

static double closed_read(const struct dram_part *part)
{
    return read_clocks(part, -1);
}

static double open_read(const struct dram_part *part)
{
    return read_clocks(part, 1);
}

static double conflict_read(const struct dram_part *part)
{
    return read_clocks(part, 2);
}

/* A part's banks by hand; all commands before the probed one are far away. */
struct bench {
    struct dram_timing timing;
    struct dram_part_state state;
};

enum { T0 = 2000, SAME_GROUP = 1 };

static int other_group(const struct dram_part *part)
{
    return part->bankgroups > 1 ? part->banks_per_group : 2;
}

static void bench_init(struct bench *b, const struct dram_part *part)
{
    dram_timing_init(&b->timing, part);
    dram_part_state_init(&b->state, &b->timing);
}

static void issue(struct bench *b, enum dram_command command, int bank,
                  uint64_t clock)
{
    dram_part_issue(&b->timing, &b->state, command, bank, 7, clock);
}

/* Returns the clocks from T0 to the first one in which the command is legal. */
static double from_t0(const struct bench *b, enum dram_command command,
                      int bank)
{
    return (double)(dram_part_earliest(&b->timing, &b->state, command, bank) -
                    T0);
}

static double two_activates(const struct dram_part *part, int bank)
{
    struct bench b;
    bench_init(&b, part);
    issue(&b, DRAM_ACTIVATE, 0, T0);
    return from_t0(&b, DRAM_ACTIVATE, bank);
}

static double trrd_l(const struct dram_part *part)
{
    return two_activates(part, SAME_GROUP);
}

static double trrd_s(const struct dram_part *part)
{
    return two_activates(part, other_group(part));
}

static double tfaw(const struct dram_part *part)
{
    struct dram_part close = *part;
    struct bench b;
    close.tRRD_S = close.tRRD_L = 1; /* else four of them may say the same */
    bench_init(&b, &close);
    for (int bank = 0; bank < 4; bank++)
        issue(&b, DRAM_ACTIVATE, bank, T0 + 2 * (uint64_t)bank);
    return from_t0(&b, DRAM_ACTIVATE, 4);
}

static double column_after(const struct dram_part *part,
                           enum dram_command first, enum dram_command second,
                           int bank)
{
    struct bench b;
    bench_init(&b, part);
    issue(&b, DRAM_ACTIVATE, 0, 200);
    issue(&b, DRAM_ACTIVATE, bank, 400);
    issue(&b, first, 0, T0);
    return from_t0(&b, second, bank);
}

static double tccd_l(const struct dram_part *part)
{
    return column_after(part, DRAM_READ, DRAM_READ, SAME_GROUP);
}

static double twtr_l(const struct dram_part *part)
{
    return column_after(part, DRAM_WRITE, DRAM_READ, SAME_GROUP) - part->CWL -
           part->clocks_per_burst;
}

static double twtr_s(const struct dram_part *part)
{
    return column_after(part, DRAM_WRITE, DRAM_READ, other_group(part)) -
           part->CWL - part->clocks_per_burst;
}

static double trfc(const struct dram_part *part)
{
    struct bench b;
    bench_init(&b, part);
    issue(&b, DRAM_REFRESH, -1, T0);
    return from_t0(&b, DRAM_ACTIVATE, 0);
}

struct dram_quantity {
    const char *name, *unit;
    double (*value)(const struct dram_part *part);
};

static const struct dram_quantity table[] = {
    {"stream_gbytes_per_second", "GB/s", stream_gb},
    {"stream_share", "%", stream_share},
    {"closed_row_read", "clocks", closed_read},
    {"open_row_read", "clocks", open_read},
    {"other_row_read", "clocks", conflict_read},
    {"tRRD_S", "clocks", trrd_s},
    {"tRRD_L", "clocks", trrd_l},
    {"tFAW", "clocks", tfaw},
    {"tCCD_L", "clocks", tccd_l},
    {"tWTR_S", "clocks", twtr_s},
    {"tWTR_L", "clocks", twtr_l},
    {"tRFC", "clocks", trfc},
    {NULL, NULL, NULL},
};

static const struct dram_quantity *find(const char *name)
{
    for (int i = 0; table[i].name != NULL; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

const char *dram_quantity_unit(const char *name)
{
    const struct dram_quantity *q = find(name);
    return q != NULL ? q->unit : NULL;
}

double dram_quantity_value(const char *name, const char *part)
{
    const struct dram_quantity *q = find(name);
    const struct dram_part *p = dram_part_find(part);
    SIM_CHECK(q != NULL && p != NULL);
    return q->value(p);
}

const char *dram_quantity_nearest(const char *name)
{
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; table[i].name != NULL; i++)
        nearest_offer(&near, table[i].name);
    return near.best;
}
