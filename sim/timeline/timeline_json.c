/* timeline_json.c - trace events, a line each, in the order of layers, kinds
 * and time.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "sim/base/text_stream.h"
#include "sim/timeline/timeline.h"

/* "wait ifmap single_buffer" */
static void name_of(int kind, char *name, size_t bytes)
{
    const int wait = kind - TIMELINE_WAIT, tile = kind - TIMELINE_TILE;
    static const char *const network[NETWORK_N] = {"filter", "ifmap", "psum_in",
                                                   "psum_out"};
    if (kind == TIMELINE_PASS)
        snprintf(name, bytes, "pass");
    else if (kind >= TIMELINE_TILE)
        snprintf(name, bytes, "L2 tile %s %d",
                 tensor_name[tile / TIMELINE_PLACES], tile % TIMELINE_PLACES);
    else if (kind >= TIMELINE_NETWORK)
        snprintf(name, bytes, "network %s", network[kind - TIMELINE_NETWORK]);
    else if (kind == TIMELINE_STORE)
        snprintf(name, bytes, "DRAM store psum");
    else if (kind >= TIMELINE_LOAD)
        snprintf(name, bytes, "DRAM load %s",
                 tensor_name[kind - TIMELINE_LOAD]);
    else
        snprintf(name, bytes, "wait %s %s", tensor_name[wait / DRAM_WAIT_N],
                 dram_wait_name[wait % DRAM_WAIT_N]);
}

static void put_name(const char *what, int pid, int tid, const char *name,
                     FILE *to)
{
    fprintf(to,
            ",\n{\"name\":\"%s\",\"ph\":\"M\",\"pid\":%d,\"tid\":%d,"
            "\"args\":{\"name\":",
            what, pid, tid);
    text_json(name, to);
    fputs("}}", to);
}

/* The first n figures of an event, those that are not 0, by their names. */
static void put_figures(const char *what, const char *const names[], int n,
                        const struct timeline_event *e, FILE *to)
{
    const char *comma = "";
    fprintf(to, ",\"%s\":{", what);
    for (int k = 0; k < n; k++) {
        if (e->figure[k] == 0)
            continue;
        fprintf(to, "%s\"%s\":%" PRIu64, comma, names[k], e->figure[k]);
        comma = ",";
    }
    fputs("}", to);
}

static void put_event(const struct timeline_event *e, int pid, int kind,
                      uint64_t offset, const char *name, FILE *to)
{
    fprintf(to,
            ",\n{\"name\":\"%s\",\"ph\":\"X\",\"pid\":%d,\"tid\":%d,"
            "\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
            ",\"args\":{\"count\":%" PRIu64 ",\"cycles\":%" PRIu64,
            name, pid, kind, offset + e->from, e->to - e->from, e->count,
            e->cycles);
    if (kind == TIMELINE_PASS)
        put_figures("pe_cycles", ledger_name, LEDGER_N, e, to);
    if (kind >= TIMELINE_NETWORK && kind < TIMELINE_TILE) {
        fprintf(to, ",\"words\":%" PRIu64, e->figure[TIMELINE_WORDS]);
        put_figures("waits", network_wait_name, NETWORK_WAIT_N, e, to);
    }
    fputs("}}", to);
}

bool timeline_write(const struct layer_timeline *layer,
                    const struct layer_result *result, int n_layers,
                    uint64_t clock_hz, FILE *to)
{
    uint64_t offset = 0;
    char name[64], window[80] = "";
    if (n_layers > 0 && layer[0].window.to < UINT64_MAX)
        snprintf(window, sizeof(window),
                 ",\"window\":[%" PRIu64 ",%" PRIu64 "]", layer[0].window.from,
                 layer[0].window.to);
    fprintf(to,
            "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"accelsim\":\"%s\","
            "\"unit\":\"a microsecond is a cycle\",\"clock_hz\":%" PRIu64
            "%s},\n\"traceEvents\":[{\"name\":\"accelsim\",\"ph\":\"i\","
            "\"ts\":0,\"pid\":0,\"tid\":0,\"s\":\"g\"}",
            ACCELSIM_VERSION, clock_hz, window);
    for (int i = 0; i < n_layers; i++) {
        put_name("process_name", i, 0, result[i].layer.name, to);
        for (int k = 0; k < TIMELINE_KINDS; k++) {
            if (layer[i].kind[k].n == 0)
                continue;
            name_of(k, name, sizeof(name));
            put_name("thread_name", i, k, name, to);
            for (int j = 0; j < layer[i].kind[k].n; j++)
                put_event(&layer[i].kind[k].event[j], i, k, offset, name, to);
        }
        offset = count_add(offset, result[i].cycles);
    }
    fputs("\n]}\n", to);
    return fflush(to) == 0 && ferror(to) == 0;
}
