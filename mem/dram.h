/* dram.h - off-chip memory: "ideal", "bandwidth", or a part with banks, open
 * rows and timing parameters (mem/dram_part.h) under an FR-FCFS controller
 * (mem/dram_controller.h).
 *
 * Only forward in time.  A request is a part of a tile: nested runs of
 * consecutive bytes.  Calls are served in the order in which they are made; a
 * part serves the bursts inside one call first-ready, first-come (row hits
 * first, `queue_bursts` of them in sight, reads and writes in queues of their
 * own), and the bursts of a call enter the queues from the clock on in which
 * the previous call's queues ran empty, its last data still on its way.
 *
 * Channels  of a part: burst k of the address space is burst k / channels of
 *         channel k % channels, so that every stream is shared by all.  Each
 *         channel has banks, buses, queues and a controller of its own; all
 *         begin a call together, when the last one's queues ran empty, and the
 *         call is served when the last one is.  As Ramulator's mapping
 *         RoBaRaCoCh (Kim, Yang, Mutlu, IEEE CAL 2015).
 * Time    core cycles outside; a part counts its own clock, and its event k
 *         is seen at core cycle ceil(k * f_core / f_dram), in integers.
 *         `bandwidth` keeps its phase as a rational: with num / den bytes per
 *         core cycle in lowest terms, in units of 1/num cycle; the latency is
 *         pipelined and does not occupy the link.
 * Range   exact up to 2^60 core cycles.
 * Source  presets: mem/dram_presets.c, one row per part with its source.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DRAM_H
#define MEM_DRAM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dram_kind { DRAM_IDEAL, DRAM_BANDWIDTH, DRAM_PART };

/* What a device of a part draws, as its data sheet has it: JEDEC's currents, in
 * mA.  volts 0: not known. */
struct dram_currents {
    double volts;
    double IDD0;         /* a row is opened and closed every tRC */
    double IDD2N, IDD3N; /* no command, and no row or a row open */
    double IDD4R, IDD4W; /* bursts one after the other */
    double IDD5;         /* refreshes one after the other */
};

/* One channel.  Timings in clocks of the part (tCK); names as in the data
 * sheets. */
struct dram_part {
    const char *name;   /* "ddr3_1600" */
    const char *part;   /* row of the published table it was taken from */
    const char *source; /* where that table comes from */
    uint64_t clock_hz;  /* of tCK */
    int CL, CWL, tRCD, tRP, tRAS, tRC, tRFC, tREFI;
    int tCCD_S, tCCD_L, tRRD_S, tRRD_L, tFAW, tWR, tWTR_S, tWTR_L, tRTP;
    int BL;               /* transfers of a burst */
    int clocks_per_burst; /* of the data bus */
    int bankgroups, banks_per_group, rows, columns;
    int bus_bytes;    /* of one transfer */
    int queue_bursts; /* of the read queue, and of the write queue */
    int devices;      /* side by side in the channel */
    struct dram_currents currents; /* of a device */
};

extern const struct dram_part dram_parts[]; /* name NULL at the end */
/* Upper and lower case are alike, and so are '-' and '_'; NULL: unknown. */
const struct dram_part *dram_part_find(const char *name);

/* Makes a part of the user's own one that dram_part_find finds as well, in
 * place of the one before; it is copied.  NULL: its name is another's or too
 * long. Before any DRAM is made. */
enum { DRAM_PART_NAME_MAX = 31 };
const struct dram_part *dram_part_use(const struct dram_part *part);
/* Why no controller can serve the part, as a message, or NULL.  Each number is
 * in its range, and those that are bits of an address are powers of two. */
const char *dram_part_fault(const struct dram_part *part);

struct dram_cfg {
    enum dram_kind kind;
    uint64_t core_hz;
    uint64_t bytes_per_second;    /* bandwidth */
    uint64_t latency_cycles;      /* bandwidth: of a word, core cycles */
    const struct dram_part *part; /* borrowed */
    int channels;                 /* of the part; 0 is 1 */
};

/* Up to four nested loops, outermost first, around a run of bytes. */
#define DRAM_LOOPS 4
struct dram_request {
    bool is_write;
    uint64_t address; /* byte address of the first run */
    struct {
        uint32_t count; /* at least 1 */
        uint64_t stride_bytes;
    } loop[DRAM_LOOPS];
    uint64_t run_bytes;
};

/* bursts up to write_bursts: parts only, else 0.  row_hits: bursts for which no
 * row had to be opened. */
struct dram_totals {
    uint64_t requests, bursts, activates, row_hits, refreshes;
    uint64_t write_bursts;            /* of `bursts` */
    uint64_t read_bytes, write_bytes; /* useful ones */
};

/* What a call took of a part, whichever of its channels took most. */
enum dram_recall {
    DRAM_REMEMBERED,
    DRAM_REMEMBERED_PHASE, /* with the time to a refresh that it met */
    DRAM_SIMULATED,
    DRAM_RECALLS
};

/* The commands that a part gets on its command bus. */
enum dram_command {
    DRAM_READ,
    DRAM_WRITE,
    DRAM_ACTIVATE,
    DRAM_PRECHARGE,
    DRAM_PRECHARGE_ALL,
    DRAM_REFRESH,
    DRAM_COMMAND_N
};

/* Sees every command of a part, of its first channel, for traces. */
struct dram_tap {
    void *context; /* borrowed */
    /* NULL: no one looks.  clock: of the part; bank, row, burst of the row:
     * -1 where the command names none. */
    void (*command)(void *context, uint64_t clock, enum dram_command command,
                    int bank, int row, int burst);
};

/* Stands for a cycle that 64 bits do not hold. */
#define DRAM_NEVER UINT64_MAX

struct dram;
struct dram *dram_new(const struct dram_cfg *cfg);
void dram_free(struct dram *d);
/* From now on what calls of a part have done is remembered
 * (mem/dram_memory.h), but for a part with a tap.  It changes time only. */
void dram_remember(struct dram *d);
/* How many calls took which way. */
const uint64_t *dram_recalls(const struct dram *d);
void dram_set_tap(struct dram *d, const struct dram_tap *tap);

/* Serves the request from core cycle `start_cycle` on (or from the end of the
 * previous one, if later).  Returns the core cycle in which the last word is
 * there (read) or accepted (write): the tile may be used from that cycle on;
 * or DRAM_NEVER.  `ideal`, and a request of no bytes: start_cycle. */
uint64_t dram_serve(struct dram *d, const struct dram_request *request,
                    uint64_t start_cycle);
/* As dram_serve, for n requests in one call: a part's queues hold bursts of
 * several of them at a time. */
uint64_t dram_serve_list(struct dram *d, const struct dram_request *requests,
                         int n, uint64_t start_cycle);
/* The core cycle from which the next request can be served. */
uint64_t dram_free_cycle(const struct dram *d);
/* Useful bytes of a request. */
uint64_t dram_request_bytes(const struct dram_request *request);
/* Bytes of one burst: the part's, or 1 (ideal, bandwidth). */
int dram_burst_bytes(const struct dram_cfg *cfg);
const struct dram_totals *dram_counts(const struct dram *d);
/* Lower bound, in core cycles, of moving `bytes` from cycle 0 on: at the peak
 * bandwidth, less a part's refreshes. */
uint64_t dram_min_cycles(const struct dram_cfg *cfg, uint64_t bytes);

/* Writes out all that decides how calls that start at now_cycle or later will
 * be served, relative to now_cycle: two DRAMs with equal words have an equal
 * future. Counts are no part of it. A part cannot be described so, because
 * addresses matter there, too. */
void dram_relative_state(const struct dram *d, uint64_t now_cycle,
                         uint64_t out[2]);

/* Moves the whole state `cycles` core cycles into the future. A part cannot be
 * moved so, because it would have refreshed meanwhile. */
void dram_shift(struct dram *d, uint64_t cycles);

#ifdef __cplusplus
}
#endif

#endif
