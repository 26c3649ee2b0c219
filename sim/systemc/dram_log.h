/* dram_log.h - what happened at the DRAM, and when, for waveforms.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SYSTEMC_DRAM_LOG_H
#define SIM_SYSTEMC_DRAM_LOG_H

#include "mem/dram_port.h"
#include "sim/base/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A transfer of the DMA, or a command of a part (kinds: enum dram_command,
 * mem/dram.h). */
struct dram_event {
    uint64_t from_tick,
        to_tick; /* of simulated time, from the first cycle on */
    bool is_command;
    int kind;             /* of a command */
    bool is_write;        /* of a transfer */
    int bank, row, burst; /* of a command; -1: names none */
    uint64_t bytes;       /* of a transfer */
};

struct dram_log;

/* Keeps events that begin before core cycle `to` and end after `from`. */
struct dram_log *dram_log_new(const struct arch *arch, uint64_t from_cycle,
                              uint64_t to_cycle, uint64_t period_ticks);
void dram_log_free(struct dram_log *log);
/* A port to the architecture's own DRAM that writes down what it does. It lives
 * as long as the log. */
const struct dram_port *dram_log_port(struct dram_log *log);
/* Events by the time they begin; valid until the log is freed. */
const struct dram_event *dram_log_events(struct dram_log *log, int *n);

#ifdef __cplusplus
}
#endif

#endif
