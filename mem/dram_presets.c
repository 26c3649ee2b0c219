/* dram_presets.c - parts with published timings.
 *
 * Each preset is one row of mem/dram_timings.csv (a test holds them together);
 * that table gives file and commit.  Where it has two rows for a part:
 *   DDR3-1600  DDR3_8Gb_x8_1600, not "DDR3_1600K + 8Gb_x8": an 8 Gb x8 DDR3
 *              has 2 KB pages (2048 columns), and tRRD 6, tFAW 32 belong to
 *              them; the other row takes both from the table for 1 KB pages.
 *   DDR4-2400  DDR4_8Gb_x8_2400: tRFC is JEDEC's 350 ns of an 8 Gb die, the
 *              other row has 360 ns; all else is equal.
 *   HBM2       HBM2_8Gb_x128: a whole 128-bit channel in legacy mode; the
 *              other row is half of one (a pseudo-channel).
 * All three chosen rows also give the IDD currents.  One channel each: 64
 * bits wide (LPDDR4: four x16 devices side by side, as in that row), HBM2 one
 * of a stack's eight.
 *
 * clock_hz is half of data_rate_MTs (tCK_ns is rounded in the table).  A burst
 * takes BL / 2 clocks of the data bus: two transfers a clock.  queue_bursts is
 * the default of DRAMsim3's trans_queue_size (src/configuration.cc).
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DRAMSIM3 "DRAMsim3, configs/, commit 29817593"

const struct dram_part dram_parts[] = {
    {
        .name = "ddr3_1600",
        .part = "DDR3_8Gb_x8_1600",
        .source = DRAMSIM3,
        .clock_hz = 800000000,
        .CL = 11,
        .CWL = 8,
        .tRCD = 11,
        .tRP = 11,
        .tRAS = 28,
        .tRC = 39,
        .tRFC = 280,
        .tREFI = 6240,
        .tCCD_S = 4,
        .tCCD_L = 4,
        .tRRD_S = 6,
        .tRRD_L = 6,
        .tFAW = 32,
        .tWR = 12,
        .tWTR_S = 6,
        .tWTR_L = 6,
        .tRTP = 6,
        .BL = 8,
        .clocks_per_burst = 4,
        .bankgroups = 1,
        .banks_per_group = 8,
        .rows = 65536,
        .columns = 2048,
        .bus_bytes = 8,
        .queue_bursts = 32,
        .devices = 8,
        .currents = {.volts = 1.35,
                     .IDD0 = 67,
                     .IDD2N = 36,
                     .IDD3N = 51,
                     .IDD4R = 125,
                     .IDD4W = 125,
                     .IDD5 = 245},
    },
    {
        .name = "ddr4_2400",
        .part = "DDR4_8Gb_x8_2400",
        .source = DRAMSIM3,
        .clock_hz = 1200000000,
        .CL = 17,
        .CWL = 12,
        .tRCD = 17,
        .tRP = 17,
        .tRAS = 39,
        .tRC = 56,
        .tRFC = 420,
        .tREFI = 9360,
        .tCCD_S = 4,
        .tCCD_L = 6,
        .tRRD_S = 4,
        .tRRD_L = 6,
        .tFAW = 26,
        .tWR = 18,
        .tWTR_S = 3,
        .tWTR_L = 9,
        .tRTP = 9,
        .BL = 8,
        .clocks_per_burst = 4,
        .bankgroups = 4,
        .banks_per_group = 4,
        .rows = 65536,
        .columns = 1024,
        .bus_bytes = 8,
        .queue_bursts = 32,
        .devices = 8,
        .currents = {.volts = 1.2,
                     .IDD0 = 48,
                     .IDD2N = 34,
                     .IDD3N = 43,
                     .IDD4R = 135,
                     .IDD4W = 123,
                     .IDD5 = 250},
    },
    {
        /* The row's two bank groups are no feature of LPDDR4, but do no harm:
         * a burst of 8 clocks is longer than tCCD_L. */
        .name = "lpddr4_2400",
        .part = "LPDDR4_8Gb_x16_2400",
        .source = DRAMSIM3,
        .clock_hz = 1200000000,
        .CL = 17,
        .CWL = 14,
        .tRCD = 15,
        .tRP = 15,
        .tRAS = 32,
        .tRC = 47,
        .tRFC = 392,
        .tREFI = 8660,
        .tCCD_S = 4,
        .tCCD_L = 6,
        .tRRD_S = 8,
        .tRRD_L = 8,
        .tFAW = 32,
        .tWR = 30,
        .tWTR_S = 8,
        .tWTR_L = 16,
        .tRTP = 12,
        .BL = 16,
        .clocks_per_burst = 8,
        .bankgroups = 2,
        .banks_per_group = 4,
        .rows = 65536,
        .columns = 1024,
        .bus_bytes = 8,
        .queue_bursts = 32,
        .devices = 4,
        .currents = {.volts = 1.2,
                     .IDD0 = 80,
                     .IDD2N = 34,
                     .IDD3N = 47,
                     .IDD4R = 243,
                     .IDD4W = 228,
                     .IDD5 = 280},
    },
    {
        .name = "hbm2",
        .part = "HBM2_8Gb_x128",
        .source = DRAMSIM3,
        .clock_hz = 1000000000,
        .CL = 14,
        .CWL = 4,
        .tRCD = 14,
        .tRP = 14,
        .tRAS = 34,
        .tRC = 48,
        .tRFC = 260,
        .tREFI = 3900,
        .tCCD_S = 1,
        .tCCD_L = 2,
        .tRRD_S = 4,
        .tRRD_L = 6,
        .tFAW = 30,
        .tWR = 16,
        .tWTR_S = 6,
        .tWTR_L = 8,
        .tRTP = 6,
        .BL = 4,
        .clocks_per_burst = 2,
        .bankgroups = 4,
        .banks_per_group = 4,
        .rows = 32768,
        .columns = 64,
        .bus_bytes = 16,
        .queue_bursts = 32,
        .devices = 1,
        .currents = {.volts = 1.2,
                     .IDD0 = 65,
                     .IDD2N = 40,
                     .IDD3N = 55,
                     .IDD4R = 390,
                     .IDD4W = 500,
                     .IDD5 = 250},
    },
    {.name = NULL},
};

/* Other names: shorter ones, and without the speed. */
static const struct {
    const char *alias, *name;
} aliases[] = {
    {"lpddr4", "lpddr4_2400"},
    {"hbm2_2000", "hbm2"},
};

static bool same_name(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        int x = *a == '-' ? '_' : tolower((unsigned char)*a);
        int y = *b == '-' ? '_' : tolower((unsigned char)*b);
        if (x != y)
            return false;
    }
    return *a == *b;
}

/* The user's own part; its name NULL: there is none. */
static struct {
    struct dram_part part;
    char name[DRAM_PART_NAME_MAX + 1], source[128];
} own;

const struct dram_part *dram_part_find(const char *name)
{
    for (int k = 0; k < (int)(sizeof(aliases) / sizeof(aliases[0])); k++)
        if (same_name(name, aliases[k].alias))
            name = aliases[k].name;
    for (int k = 0; dram_parts[k].name != NULL; k++)
        if (same_name(name, dram_parts[k].name))
            return &dram_parts[k];
    return own.part.name != NULL && same_name(name, own.part.name) ? &own.part
                                                                   : NULL;
}

const struct dram_part *dram_part_use(const struct dram_part *part)
{
    own.part.name = NULL;
    if (strlen(part->name) > DRAM_PART_NAME_MAX || part->name[0] == '\0' ||
        same_name(part->name, "ideal") || same_name(part->name, "bandwidth") ||
        dram_part_find(part->name) != NULL)
        return NULL;
    own.part = *part;
    strcpy(own.name, part->name);
    snprintf(own.source, sizeof(own.source), "%s", part->source);
    own.part.name = own.part.part = own.name;
    own.part.source = own.source;
    return &own.part;
}
