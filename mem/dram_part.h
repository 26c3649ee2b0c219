/* dram_part.h - one channel of a DRAM part: banks with open rows, and which
 * command is legal when.  One command per clock.
 *
 * Timing  the part's parameters, as the JEDEC data sheets define them:
 *   ACT -> RD, WR       tRCD           ACT -> PRE         tRAS
 *   ACT -> ACT          tRC same bank; tRRD_L same group; tRRD_S; and no more
 *                       than four in tFAW
 *   PRE -> ACT, REF     tRP            REF -> ACT, REF    tRFC
 *   RD -> RD, WR -> WR  max(tCCD_L in the group, else tCCD_S; burst)
 *   RD -> WR            CL + burst + 2 - CWL: the bus turns in two clocks
 *   WR -> RD            CWL + burst + tWTR_L in the group, else tWTR_S
 *   RD -> PRE           tRTP           WR -> PRE          CWL + burst + tWR
 *   Data ends CL (write: CWL) + burst clocks after the command, burst =
 *   clocks_per_burst.
 * Address from high to low: row, bank of the group, column, bank group, byte
 *         of the burst.  Bursts in a row thus change the group each time
 *         (tCCD_S, not tCCD_L), and a stream opens a row every row's length.
 * Limits  a command takes one clock of one bus (LPDDR4's take two or four;
 *         HBM has a second bus for row commands); no tDQSCK (LPDDR4), no
 *         refresh bank by bank, no power-down; one rank.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DRAM_PART_H
#define MEM_DRAM_PART_H

#include "mem/dram.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DRAM_BANKS_MAX 32
#define DRAM_GROUPS_MAX 8

enum dram_way { DRAM_WAY_READ, DRAM_WAY_WRITE, DRAM_WAYS };

/* A part's parameters as distances between commands, in clocks. */
struct dram_timing {
    int column_s[DRAM_WAYS][DRAM_WAYS]; /* [first][second], any group */
    int column_l[DRAM_WAYS][DRAM_WAYS]; /* in the same group */
    int column_to_precharge[DRAM_WAYS];
    int column_to_data_end[DRAM_WAYS];
    int tRCD, tRP, tRAS, tRC, tRFC, tREFI, tRRD_S, tRRD_L, tFAW;
    int banks, bankgroups;
    int group_shift; /* group = bank >> group_shift */
    int longest;     /* of all distances but tREFI */
};

/* Earliest clocks as far as this bank alone is concerned. */
struct dram_bank {
    uint64_t activate, precharge, column;
    int64_t open_row; /* -1: none */
};

struct dram_part_state {
    uint64_t clock;       /* from which the command bus is free */
    uint64_t refresh_due; /* clock */
    uint64_t refreshed;   /* before this clock no bank may be activated */
    uint64_t
        settled; /* from this clock on no timer below runs, at the latest */
    uint32_t open_banks; /* bit b: a row of bank b is open */
    uint64_t column[DRAM_WAYS], activate;
    uint64_t activate_faw[4]; /* the ring of the last four: + tFAW */
    int64_t faw_oldest;       /* index of it */
    struct {
        uint64_t column[DRAM_WAYS], activate;
    } group[DRAM_GROUPS_MAX];
    struct dram_bank bank[DRAM_BANKS_MAX];
};

void dram_timing_init(struct dram_timing *t, const struct dram_part *part);
void dram_part_state_init(struct dram_part_state *s,
                          const struct dram_timing *t);

static inline uint64_t dram_later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The first clock in which a column command (RD, WR), an ACT or a PRE may be
 * issued; whether the bank's row is as it must be is not looked at. */
static inline uint64_t
dram_part_earliest_column(const struct dram_timing *t,
                          const struct dram_part_state *s, enum dram_way way,
                          int bank)
{
    uint64_t any = dram_later(s->clock, s->column[way]);
    uint64_t group = s->group[bank >> t->group_shift].column[way];
    return dram_later(any, dram_later(group, s->bank[bank].column));
}

static inline uint64_t
dram_part_earliest_activate(const struct dram_timing *t,
                            const struct dram_part_state *s, int bank)
{
    uint64_t any = dram_later(dram_later(s->clock, s->refreshed), s->activate);
    uint64_t four = s->activate_faw[s->faw_oldest];
    uint64_t group = s->group[bank >> t->group_shift].activate;
    uint64_t own = s->bank[bank].activate;
    return dram_later(dram_later(any, four), dram_later(group, own));
}

static inline uint64_t
dram_part_earliest_precharge(const struct dram_part_state *s, int bank)
{
    return dram_later(s->clock, s->bank[bank].precharge);
}

/* The first clock in which any command may be issued. `bank` is 0 .. banks - 1,
 * with the bank of the group in the low bits; DRAM_PRECHARGE_ALL and
 * DRAM_REFRESH do not look at it. */
uint64_t dram_part_earliest(const struct dram_timing *t,
                            const struct dram_part_state *s,
                            enum dram_command command, int bank);
/* Issues a command at `clock`, which must be no earlier than dram_part_earliest
 * says. Rows must be closed (DRAM_ACTIVATE, DRAM_REFRESH) or open as the
 * command needs them. */
void dram_part_issue(const struct dram_timing *t, struct dram_part_state *s,
                     enum dram_command command, int bank, int row,
                     uint64_t clock);

/* Closes all rows and refreshes as soon as both may be. */
void dram_part_refresh(const struct dram_timing *t, struct dram_part_state *s);

/* Where a burst lies. */
struct dram_place {
    int bank, row;
    int burst; /* of the row */
};
/* How many bits of an address give the byte, the bank group, the column and the
 * bank. */
struct dram_map {
    int byte_bits, group_bits, burst_bits, bank_bits, row_bits;
};
void dram_map_init(struct dram_map *map, const struct dram_part *part);

static inline int dram_map_field(uint64_t bits_from_there, int bits)
{
    return (int)(bits_from_there & (((uint64_t)1 << bits) - 1));
}

/* Addresses beyond the part's capacity start again at its beginning. */
static inline struct dram_place dram_map_place(const struct dram_map *map,
                                               uint64_t address)
{
    struct dram_place place;
    uint64_t from_group = address >> map->byte_bits;
    uint64_t from_burst = from_group >> map->group_bits;
    uint64_t from_bank = from_burst >> map->burst_bits;
    uint64_t from_row = from_bank >> map->bank_bits;
    place.bank = dram_map_field(from_group, map->group_bits) << map->bank_bits |
                 dram_map_field(from_bank, map->bank_bits);
    place.row = dram_map_field(from_row, map->row_bits);
    place.burst = dram_map_field(from_burst, map->burst_bits);
    return place;
}
uint64_t dram_map_address(const struct dram_map *map, struct dram_place place);

#ifdef __cplusplus
}
#endif

#endif
