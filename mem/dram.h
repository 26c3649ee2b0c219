/* dram.h - off-chip memory: "ideal", "bandwidth", or a part with banks, open
 * rows and timing parameters under an FR-FCFS controller.
 *
 * Only forward in time.  A request is a tile: nested runs of consecutive
 * bytes.  Requests are served in the order in which they are made; a part
 * serves the bursts inside one request first-ready, first-come (row hits
 * first, `queue_bursts` of them in sight, reads and writes in queues of
 * their own), and a request's first burst enters the queue when the previous
 * request's last one has been served.
 *
 * Time    core cycles outside; a part counts its own clock, and its event k
 *         is seen at core cycle ceil(k * f_core / f_dram), in integers.
 *         `bandwidth` keeps its phase as a rational: bytes * den / num.
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

/* Timings in clocks of the part (tCK); names as in the data sheets. */
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
    int bus_bytes; /* of one transfer */
    int queue_bursts;
};

extern const struct dram_part dram_parts[]; /* name NULL at the end */
const struct dram_part *dram_part_find(const char *name); /* or NULL */

struct dram_cfg {
    enum dram_kind kind;
    uint64_t core_hz;
    uint64_t bytes_per_second; /* bandwidth */
    uint64_t latency_cycles;   /* bandwidth: of the first word, core cycles */
    const struct dram_part *part; /* borrowed */
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

struct dram_counts {
    uint64_t requests, bursts, activates, row_hits, refreshes;
    uint64_t read_bytes, write_bytes; /* useful ones */
};

struct dram;
struct dram *dram_new(const struct dram_cfg *cfg);
void dram_free(struct dram *d);

/* Serves the request from core cycle `start_cycle` on (or from the end of the
 * previous one, if later).  Returns the core cycle in which the last word is
 * there (read) or accepted (write): the tile may be used from that cycle on.
 * `ideal`: start_cycle. */
uint64_t dram_serve(struct dram *d, const struct dram_request *request,
                    uint64_t start_cycle);
/* The core cycle from which the next request can be served. */
uint64_t dram_free_cycle(const struct dram *d);
/* Bytes of one burst: the part's, or 1 (ideal, bandwidth). */
int dram_burst_bytes(const struct dram_cfg *cfg);
const struct dram_counts *dram_counts(const struct dram *d);
/* Lower bound, in core cycles, of moving `bytes` at the peak bandwidth. */
uint64_t dram_min_cycles(const struct dram_cfg *cfg, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
