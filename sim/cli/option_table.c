/* option_table.c - the rows of option_table.h, and the commands' names.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/option_table.h"

#include <string.h>

#include "sim/base/layer.h"
#include "sim/cli/option_readers.h"
#include "sim/cli/options.h"
#include "sim/map/map_options.h"
#include "sim/systemc/options_systemc.h"

#define BATCH_MAX LAYER_DIM_MAX
#define JOBS_MAX 1024
#define TOP_MAX 1000
#define TIMELINE_EVENTS_MAX 1000000
#define TIME_LIMIT_SECONDS_MAX 1000000
#define WALL_LIMIT_SECONDS_MAX 1000000
#define MEMORY_LIMIT_MIB_MAX (1 << 24)
#define MEMO_BYTES_MAX (INT64_C(1) << 40)

#define COMMAND_NAME(name, operand, doc) #name,
const char *const command_name[COMMAND_N] = {COMMANDS(COMMAND_NAME)};
#undef COMMAND_NAME
#define COMMAND_OPERAND(name, operand, doc) operand,
const char *const command_operand[COMMAND_N] = {COMMANDS(COMMAND_OPERAND)};
#undef COMMAND_OPERAND
#define COMMAND_DOC(name, operand, doc) doc,
const char *const command_doc[COMMAND_N] = {COMMANDS(COMMAND_DOC)};
#undef COMMAND_DOC

enum use {
    RUN = OPTION_FOR(COMMAND_run),
    MODEL = OPTION_FOR(COMMAND_model),
    MAP = OPTION_FOR(COMMAND_map),
    REUSE = OPTION_FOR(COMMAND_reuse),
    EXPLAIN = OPTION_FOR(COMMAND_explain),
    PAGE = OPTION_FOR(COMMAND_report),
    COMPARE = OPTION_FOR(COMMAND_compare),
    VALIDATE = OPTION_FOR(COMMAND_validate),
    LIST = OPTION_FOR(COMMAND_list),
    IMPORT = OPTION_FOR(COMMAND_import),
    SWEEP = OPTION_FOR(COMMAND_sweep),
    SERVE = OPTION_FOR(COMMAND_serve),
    STREAM = OPTION_FOR_STREAM,
    LAYERS = RUN | MODEL | MAP | REUSE | EXPLAIN,
    REPORTS = LAYERS | VALIDATE | STREAM,
    ANY = OPTION_FOR(COMMAND_N + 1) - 1
};

/* Each row names what differs from the others of its kind. */
#define AT(field) offsetof(struct options, field)
#define TITLE(text)                                                  \
    {                                                                \
        NULL, 0, NULL, false, ANY, OPTION_TITLE, 0, 0, 0, NULL, text \
    }
#define TEXT(name, letter, argument, use, field, doc)                     \
    {                                                                     \
        name, letter, argument, false, use, OPTION_TEXT, AT(field), 0, 0, \
            NULL, doc                                                     \
    }
#define ON(name, use, field, doc)                                        \
    {                                                                    \
        name, 0, NULL, false, use, OPTION_ON, AT(field), 0, 0, NULL, doc \
    }
#define OFF(name, use, field, doc)                                        \
    {                                                                     \
        name, 0, NULL, false, use, OPTION_OFF, AT(field), 0, 0, NULL, doc \
    }
#define INT(name, letter, argument, use, field, min, max, doc)               \
    {                                                                        \
        name, letter, argument, false, use, OPTION_INT, AT(field), min, max, \
            NULL, doc                                                        \
    }
#define COUNT(name, argument, use, field, max, doc)                           \
    {                                                                         \
        name, 0, argument, false, use, OPTION_COUNT, AT(field), 1, max, NULL, \
            doc                                                               \
    }
#define OWN(name, letter, argument, use, field, read, doc)                     \
    {                                                                          \
        name, letter, argument, false, use, OPTION_OWN, AT(field), 0, 0, read, \
            doc                                                                \
    }
#define OWN_MAY_LACK(name, argument, use, field, read, doc)                  \
    {                                                                        \
        name, 0, argument, true, use, OPTION_OWN, AT(field), 0, 0, read, doc \
    }

const struct option_row option_table[] = {
    TITLE("What to run:"),
    TEXT("cfg", 0, "FILE", LAYERS | LIST, cfg,
         "architecture: a path or a shipped name"),
    TEXT("net", 0, "NAME|FILE", LAYERS | LIST | COMPARE, net,
         "network; without it, the architecture's default"),
    TEXT("layer", 0, "NAME|all", LAYERS | COMPARE, layer,
         "layers: a name, a comma list, a glob or all (the default)"),
    INT("batch", 0, "N", LAYERS | LIST | COMPARE, batch, 1, BATCH_MAX,
        "images of every layer"),
    TEXT("shape", 0, "N=1,G=1,M=64,C=3,...", LAYERS | COMPARE, shape,
         "one layer: M C H W R S, and N G stride pad dilation op where needed; "
         "of "
         "one axis or side stride_h, pad_top, ..."),
    TEXT("gemm", 0, "M=..,N=..,K=..", LAYERS | COMPARE, gemm,
         "one matrix product: M rows, N columns, K products"),
    OWN("set", 0, "PATH=VALUE", LAYERS | COMPARE, set, read_set,
        "override a value of the architecture or mapping; may be repeated"),
    TEXT("energy", 0, "TABLE[,TABLE...]", RUN | MODEL | MAP | EXPLAIN, energy,
         "the energy table, in place of the architecture's; of several, the "
         "totals under each beside those of the first"),
    TEXT("accesses", 0, "FILE", REUSE | STREAM, accesses,
         "a stream of accesses from a file, in place of a run"),

    TITLE("How to run it:"),
    TEXT("dataflow", 0, "NAME", LAYERS | COMPARE, dataflow,
         "dataflow; without it, the architecture's default"),
    TEXT("mapping", 0, "FILE", RUN | MODEL | REUSE | EXPLAIN, mapping,
         "mappings of layers, as --show-mapping prints or 'map --save' puts "
         "them"),
    OWN("mapping-policy", 0, "search|table|estimate|rules|FILE",
        RUN | MODEL | REUSE | EXPLAIN, policy, read_policy,
        "mappings of layers: the best of some that are simulated, published "
        "ones and else those, the best by estimate, published ones and else "
        "the dataflow's rules', or a file's; without it, mapping.policy"),
    TEXT("plugin", 0, "FILE.so", LAYERS, plugin, "load a dataflow"),
    OWN("kernel", 0, "native|systemc", ANY, kernel, read_kernel,
        "what steps the machine; the numbers are the same"),
    OFF("no-memo", RUN, memo, "simulate every pass, also those seen before"),
    COUNT("memo-bytes", "N", RUN | SWEEP | SERVE, memo_bytes, MEMO_BYTES_MAX,
          "most that is kept of passes seen before; without it, 64 MiB"),
    ON("check", RUN, check,
       "run with operands, of a graph from node to node, and compare every "
       "output of a MAC loop with a direct convolution"),
    INT("jobs", 'j', "N", ANY, jobs, 1, JOBS_MAX,
        "threads that run or search layers, or run passes ahead of need; every "
        "command takes it, and no number depends on it"),
    COUNT("max-cycles", "N", RUN | MAP | REUSE, max_cycles, INT64_MAX,
          "give a layer up after so many cycles; map: a mapping"),
    INT("wall-limit", 0, "SECONDS", ANY, wall_limit_seconds, 1,
        WALL_LIMIT_SECONDS_MAX,
        "end after so many seconds without a report, with status 5"),
    INT("memory-limit", 0, "MIB", ANY, memory_limit_mib, 1,
        MEMORY_LIMIT_MIB_MAX,
        "end when more memory than so many MiB is wanted, with status 4"),
    OWN_MAY_LACK("safe", "FOLDER", ANY, safe, read_safe,
                 "for options and files of others: no plugin, no input from "
                 "outside the current folder, no output outside FOLDER, and "
                 "limits of time and memory"),
    TEXT("mappings", 0, "FILE", RUN | MODEL | REUSE | EXPLAIN, mappings,
         "the same as --mapping"),

    TITLE("With --kernel systemc:"),
    OWN("sc-granularity", 0, "array|block", RUN, systemc,
        options_systemc_granularity,
        "one module for the array, or one per PE, network and port"),
    OWN("sc-memory", 0, "NS,BYTES", RUN, systemc, options_systemc_memory,
        "behind the DRAM's TLM-2.0 socket, a memory of so many ns latency and "
        "bytes per second"),
    OWN("sc-shuffle", 0, "N", RUN, systemc, options_systemc_shuffle,
        "evaluate blocks in the N-th random order; no number may change"),
    TEXT("vcd", 0, "FILE", RUN, systemc.vcd, "waveform of one layer"),
    OWN("trace-window", 0, "FROM:TO", RUN, systemc, options_systemc_window,
        "cycles in the waveform; all without it"),
    OWN("trace-pes", 0, "ROW:COL,...", RUN, systemc, options_systemc_pes,
        "PEs in the waveform; all without it"),

    TITLE("For the command 'map':"),
    OWN("objective", 0, "energy|delay|edp|edp2|front", LAYERS, map.objective,
        map_options_objective,
        "what is to be least; without it, map: energy, the others, which "
        "know no front: delay"),
    INT("top", 0, "K", MAP, map.top, 0, TOP_MAX,
        "simulate the best K and rank them by what they take; 0: find the "
        "best and simulate none; without it, 3"),
    INT("time-limit", 0, "SECONDS", MAP, map.time_limit_seconds, 1,
        TIME_LIMIT_SECONDS_MAX,
        "stop searching a layer, and say how much better it may get"),
    ON("count", MAP, map.count,
       "say how many mappings the space has, too; that takes longer than to "
       "search it"),
    TEXT("save", 0, "FILE", MAP, map.save, "put the best mappings there"),
    TEXT("constraints", 0, "FILE", MAP, map.constraints,
         "with --dataflow nest: what nests to look at"),

    TITLE("With files of other tools:"),
    OWN("dim", 0, "NAME=N", LAYERS | LIST | IMPORT, dims, read_dim,
        "the size of a dimension that a model leaves open; may be repeated"),
    TEXT("to", 0, "accelsim|scalesim|timeloop", IMPORT, form,
         "what import makes of networks: files of accelsim's, topologies of "
         "SCALE-Sim's or problems of Timeloop's"),
    ON("strict", LAYERS | LIST | IMPORT, strict,
       "what accelsim cannot express is an error"),
    ON("listed", IMPORT, listed,
       "levels of Timeloop's machines by their own names (docs/nest.md)"),
    TEXT("compare", 0, "STATS", IMPORT, compare,
         "writes nothing, and sets counts beside those of a report of "
         "Timeloop's"),
    TEXT("count-as", 0, "accelsim|timeloop", IMPORT, count_as,
         "with --compare: by whose definitions"),

    TITLE("For the command 'sweep':"),
    TEXT("store", 0, "FILE", SWEEP, store,
         "where the points are kept; without it, a file of the plan's name"),
    TEXT("shard", 0, "I/N", SWEEP, shard,
         "only the I-th of N parts of the plan, for N machines"),
    TEXT("emit", 0, "slurm|parallel", SWEEP, emit,
         "run nothing, and print a script that runs all N parts"),

    TITLE("What to print:"),
    TEXT("format", 0, "table|json|csv|markdown|html|pareto",
         REPORTS | LIST | SWEEP, format_name,
         "form of the report; map and reuse have no markdown, validate no csv; "
         "run and model: html, too; explain: table or json; "
         "sweep export: csv, json or pareto"),
    TEXT("filter", 0, "GLOB", VALIDATE, filter,
         "only the files, claims or layers that match"),
    TEXT("output", 'o', "FILE",
         REPORTS | LIST | IMPORT | SWEEP | PAGE | COMPARE, output,
         "where the report goes; -: standard output; import: the folder of "
         "the files that are made, without it the current one"),
    ON("show-mapping", RUN | MODEL, show_mapping,
       "each layer's loop nest, and what each PE holds"),
    ON("show-config", RUN | MODEL | MAP, show_config,
       "each value of the configuration, its unit and where it comes from; in "
       "place of the work"),
    TEXT("timeline", 0, "FILE", RUN, timeline,
         "passes, waits, DRAM transfers, networks and tiles in L2 as trace "
         "events, for Perfetto or Chrome; of the native kernel"),
    INT("timeline-events", 0, "N", RUN, timeline_events, 2, TIMELINE_EVENTS_MAX,
        "with --timeline: events of a kind and layer, more are joined; without "
        "it, 256"),
    OWN("timeline-window", 0, "FROM:TO", RUN, timeline_window,
        read_timeline_window,
        "with --timeline: events of these cycles of each layer alone"),
    ON("stats", RUN, stats,
       "to stderr: passes simulated and remembered, and why"),
    OWN_MAY_LACK("help-config", "text|markdown", ANY, action, read_help_config,
                 "every key of a configuration"),
    OWN("list-dataflows", 0, NULL, ANY, action, read_list_dataflows,
        "the dataflows and their parameters"),

    TITLE("About accelsim:"),
    OWN("help", '?', NULL, ANY, action, read_help, "this list"),
    OWN("usage", 0, NULL, ANY, action, read_usage,
        "the options without a word on them"),
    OWN("version", 'V', NULL, ANY, action, read_version, "the version"),
    {NULL, 0, NULL, false, 0, OPTION_TITLE, 0, 0, 0, NULL, NULL},
};
_Static_assert(sizeof(option_table) / sizeof(option_table[0]) <= OPTIONS_MAX,
               "struct options has a place for each row");

const struct option_row *option_find(const char *name)
{
    size_t n = strcspn(name, "=");
    for (const struct option_row *row = option_table; row->doc != NULL; row++)
        if (row->name != NULL && strlen(row->name) == n &&
            strncmp(row->name, name, n) == 0)
            return row;
    return NULL;
}

bool option_honoured(const struct option_row *row, enum command command)
{
    return (row->commands & OPTION_FOR(command)) != 0;
}
