/* dram_part.c - one channel of a DRAM part: banks with open rows, and which
 * command is legal when.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram_part.h"

#include <string.h>

#include "sim/base/diag.h"

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

/* The exponent of a power of two. */
static int bits_of(int value)
{
    SIM_CHECK(value > 0 && (value & (value - 1)) == 0);
    return __builtin_ctz((unsigned)value);
}

/* ---- which command is legal when ---- */

/* The longest time for which a command keeps another one from being issued. */
static int longest_of(const struct dram_timing *t)
{
    const int rows[] = {t->tRCD, t->tRP,    t->tRAS,   t->tRC,
                        t->tRFC, t->tRRD_S, t->tRRD_L, t->tFAW};
    int longest = 0;
    for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
        longest = max_int(longest, rows[k]);
    for (int way = 0; way < DRAM_WAYS; way++) {
        longest = max_int(longest, t->column_to_precharge[way]);
        for (int next = 0; next < DRAM_WAYS; next++)
            longest = max_int(longest, max_int(t->column_s[way][next],
                                               t->column_l[way][next]));
    }
    return longest;
}

void dram_timing_init(struct dram_timing *t, const struct dram_part *part)
{
    const int r = DRAM_WAY_READ, w = DRAM_WAY_WRITE;
    int burst = part->clocks_per_burst;
    /* JEDEC: RL + burst + 2 tCK - WL; the two clocks turn the bus. */
    int read_to_write = max_int(part->CL + burst + 2 - part->CWL, burst);
    int write_end = part->CWL + burst;

    memset(t, 0, sizeof(*t));
    for (int way = 0; way < DRAM_WAYS; way++) {
        t->column_s[way][way] = max_int(part->tCCD_S, burst);
        t->column_l[way][way] = max_int(part->tCCD_L, burst);
    }
    t->column_s[r][w] = t->column_l[r][w] = read_to_write;
    t->column_s[w][r] = write_end + part->tWTR_S;
    t->column_l[w][r] = write_end + part->tWTR_L;
    t->column_to_precharge[r] = part->tRTP;
    t->column_to_precharge[w] = write_end + part->tWR;
    t->column_to_data_end[r] = part->CL + burst;
    t->column_to_data_end[w] = write_end;
    t->tRCD = part->tRCD;
    t->tRP = part->tRP;
    t->tRAS = part->tRAS;
    t->tRC = part->tRC;
    t->tRFC = part->tRFC;
    t->tREFI = part->tREFI;
    t->tRRD_S = part->tRRD_S;
    t->tRRD_L = part->tRRD_L;
    t->tFAW = part->tFAW;
    t->bankgroups = part->bankgroups;
    t->banks = part->bankgroups * part->banks_per_group;
    t->group_shift = bits_of(part->banks_per_group);
    SIM_CHECK(t->banks <= DRAM_BANKS_MAX && t->bankgroups <= DRAM_GROUPS_MAX);
    t->longest = longest_of(t);
    /* A refresh that was due while a row was open ends before the next. */
    SIM_CHECK(t->tREFI > t->tRAS + t->tRCD + t->column_to_precharge[w] +
                             t->column_s[w][r] + t->tRP + t->tRFC);
}

const char *dram_part_fault(const struct dram_part *part)
{
    const int write_end = part->CWL + part->clocks_per_burst;
    if (part->bankgroups * part->banks_per_group > DRAM_BANKS_MAX)
        return "'bankgroups' times 'banks_per_group' is more than 32 banks; "
               "fewer can be served";
    if (part->columns < part->BL)
        return "'columns' is less than 'BL'; a row holds a burst at least";
    if (part->tRAS + part->tRP > part->tRC)
        return "'tRC' is less than 'tRAS' and 'tRP' together; a row is open "
               "and closed within it";
    if (part->tREFI <= part->tRAS + part->tRCD + 2 * write_end + part->tWR +
                           part->tWTR_S + part->tRP + part->tRFC)
        return "'tREFI' leaves no time between refreshes; a longer one is "
               "needed";
    return NULL;
}

void dram_part_state_init(struct dram_part_state *s,
                          const struct dram_timing *t)
{
    memset(s, 0, sizeof(*s));
    for (int b = 0; b < DRAM_BANKS_MAX; b++)
        s->bank[b].open_row = -1;
    s->refresh_due = (uint64_t)t->tREFI;
}

uint64_t dram_part_earliest(const struct dram_timing *t,
                            const struct dram_part_state *s,
                            enum dram_command command, int bank)
{
    uint64_t clock = s->clock;
    switch (command) {
    case DRAM_READ:
        return dram_part_earliest_column(t, s, DRAM_WAY_READ, bank);
    case DRAM_WRITE:
        return dram_part_earliest_column(t, s, DRAM_WAY_WRITE, bank);
    case DRAM_ACTIVATE:
        return dram_part_earliest_activate(t, s, bank);
    case DRAM_PRECHARGE:
        return dram_part_earliest_precharge(s, bank);
    case DRAM_PRECHARGE_ALL:
        for (uint32_t left = s->open_banks; left != 0; left &= left - 1)
            clock = dram_later(clock, s->bank[__builtin_ctz(left)].precharge);
        return clock;
    case DRAM_REFRESH:
        for (int b = 0; b < t->banks; b++)
            clock = dram_later(clock, s->bank[b].activate);
        return dram_later(clock, s->refreshed);
    case DRAM_COMMAND_N:
        break;
    }
    SIM_CHECK(!"a command");
    return 0;
}

static void issue_column(const struct dram_timing *t, struct dram_part_state *s,
                         enum dram_way way, int bank, int row, uint64_t clock)
{
    struct dram_bank *b = &s->bank[bank];
    uint64_t *group = s->group[bank >> t->group_shift].column;
    SIM_CHECK(b->open_row == row);
    SIM_CHECK(clock >= dram_part_earliest_column(t, s, way, bank));
    for (int next = 0; next < DRAM_WAYS; next++) {
        s->column[next] = dram_later(s->column[next],
                                     clock + (uint64_t)t->column_s[way][next]);
        group[next] =
            dram_later(group[next], clock + (uint64_t)t->column_l[way][next]);
    }
    b->precharge =
        dram_later(b->precharge, clock + (uint64_t)t->column_to_precharge[way]);
}

static void issue_activate(const struct dram_timing *t,
                           struct dram_part_state *s, int bank, int row,
                           uint64_t clock)
{
    struct dram_bank *b = &s->bank[bank];
    SIM_CHECK(b->open_row < 0 && row >= 0);
    SIM_CHECK(clock >= dram_part_earliest_activate(t, s, bank));
    b->open_row = row;
    b->column = clock + (uint64_t)t->tRCD;
    b->precharge = clock + (uint64_t)t->tRAS;
    b->activate = clock + (uint64_t)t->tRC;
    s->activate = clock + (uint64_t)t->tRRD_S;
    s->group[bank >> t->group_shift].activate = clock + (uint64_t)t->tRRD_L;
    s->activate_faw[s->faw_oldest] = clock + (uint64_t)t->tFAW;
    s->faw_oldest = (s->faw_oldest + 1) & 3;
    s->open_banks |= (uint32_t)1 << bank;
}

static void issue_precharge(const struct dram_timing *t,
                            struct dram_part_state *s, int bank, uint64_t clock)
{
    struct dram_bank *b = &s->bank[bank];
    SIM_CHECK(b->open_row >= 0);
    SIM_CHECK(clock >= dram_part_earliest_precharge(s, bank));
    b->open_row = -1;
    b->activate = dram_later(b->activate, clock + (uint64_t)t->tRP);
    s->open_banks &= ~((uint32_t)1 << bank);
}

static void issue_refresh(const struct dram_timing *t,
                          struct dram_part_state *s, uint64_t clock)
{
    SIM_CHECK(s->open_banks == 0);
    SIM_CHECK(clock >= dram_part_earliest(t, s, DRAM_REFRESH, -1));
    s->refreshed = clock + (uint64_t)t->tRFC;
    s->refresh_due += (uint64_t)t->tREFI;
}

void dram_part_issue(const struct dram_timing *t, struct dram_part_state *s,
                     enum dram_command command, int bank, int row,
                     uint64_t clock)
{
    switch (command) {
    case DRAM_READ:
    case DRAM_WRITE:
        issue_column(t, s,
                     command == DRAM_READ ? DRAM_WAY_READ : DRAM_WAY_WRITE,
                     bank, row, clock);
        break;
    case DRAM_ACTIVATE:
        issue_activate(t, s, bank, row, clock);
        break;
    case DRAM_PRECHARGE:
        issue_precharge(t, s, bank, clock);
        break;
    case DRAM_PRECHARGE_ALL:
        for (uint32_t left = s->open_banks; left != 0; left &= left - 1)
            issue_precharge(t, s, __builtin_ctz(left), clock);
        break;
    case DRAM_REFRESH:
        issue_refresh(t, s, clock);
        break;
    case DRAM_COMMAND_N:
        SIM_CHECK(!"a command");
    }
    s->clock = clock + 1;
    s->settled = dram_later(s->settled, clock + (uint64_t)t->longest);
}

void dram_part_refresh(const struct dram_timing *t, struct dram_part_state *s)
{
    uint64_t clock = dram_later(s->refresh_due, s->clock), activate = 0;
    if (clock < s->settled) {
        for (uint32_t left = s->open_banks; left != 0; left &= left - 1)
            clock = dram_later(clock, s->bank[__builtin_ctz(left)].precharge);
        activate = s->refreshed;
        for (int b = 0; b < t->banks; b++)
            activate = dram_later(activate, s->bank[b].activate);
    }
    if (s->open_banks != 0) { /* all rows are closed at `clock` */
        activate = dram_later(activate, clock + (uint64_t)t->tRP);
        clock++;
    }
    clock = dram_later(clock, activate);
    for (uint32_t left = s->open_banks; left != 0; left &= left - 1)
        s->bank[__builtin_ctz(left)].open_row = -1;
    s->open_banks = 0;
    s->refreshed = clock + (uint64_t)t->tRFC;
    s->settled = dram_later(s->settled, s->refreshed);
    s->clock = clock + 1;
    s->refresh_due += (uint64_t)t->tREFI;
}

/* ---- where a burst lies ---- */

void dram_map_init(struct dram_map *map, const struct dram_part *part)
{
    map->byte_bits = bits_of(part->BL * part->bus_bytes);
    map->group_bits = bits_of(part->bankgroups);
    map->burst_bits = bits_of(part->columns / part->BL);
    map->bank_bits = bits_of(part->banks_per_group);
    map->row_bits = bits_of(part->rows);
}

uint64_t dram_map_address(const struct dram_map *map, struct dram_place place)
{
    int group = place.bank >> map->bank_bits;
    int bank = place.bank & ((1 << map->bank_bits) - 1);
    uint64_t n = (uint64_t)place.row;
    n = n << map->bank_bits | (uint64_t)bank;
    n = n << map->burst_bits | (uint64_t)place.burst;
    n = n << map->group_bits | (uint64_t)group;
    return n << map->byte_bits;
}
