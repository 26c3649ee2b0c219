/* counters.c - the rows of counters.h, in the order of JSON, and what walks
 * them.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/counters.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct layer_result, field)

#define ACCESS(level, L, tensor, T, kind, when, doc)                 \
    {                                                                \
        "accesses." #level "." #tensor "." #kind, "words", NULL,     \
            AT(counts.access[LEVEL_##L][TENSOR_##T].kind), when, doc \
    }
#define READ_AND_WRITTEN(level, L, tensor, T, when)         \
    ACCESS(level, L, tensor, T, reads, when, "words read"), \
        ACCESS(level, L, tensor, T, writes, when, "words written")
#define TENSORS(level, L, when)                           \
    READ_AND_WRITTEN(level, L, ifmap, IFMAP, when),       \
        READ_AND_WRITTEN(level, L, filter, FILTER, when), \
        READ_AND_WRITTEN(level, L, psum, PSUM, when)
#define WITH_DMA(tensor, T)                                                 \
    READ_AND_WRITTEN(l2, L2, tensor, T, 0),                                 \
        ACCESS(l2, L2, tensor, T, dma_reads, 0, "of them read by the DMA"), \
        ACCESS(l2, L2, tensor, T, dma_writes, 0, "of them written by the DMA")

#define FINISHED(level)                                            \
    {"accesses." #level ".psum.finished_reads",                    \
     "words",                                                      \
     NULL,                                                         \
     AT(counts.finished_##level.reads),                            \
     0,                                                            \
     "of the reads, finished outputs"},                            \
    {                                                              \
        "accesses." #level ".psum.finished_writes", "words", NULL, \
            AT(counts.finished_##level.writes), 0,                 \
            "of the writes, those that finished an output"         \
    }

#define L2_ROWS(tensor, T)                                             \
    {"accesses.l2." #tensor ".row_reads",                              \
     "rows",                                                           \
     NULL,                                                             \
     AT(events.l2_rows[TENSOR_##T].reads),                             \
     COUNTER_OF_PROGRAM,                                               \
     "of its banks, that these words are read from"},                  \
    {                                                                  \
        "accesses.l2." #tensor ".row_writes", "rows", NULL,            \
            AT(events.l2_rows[TENSOR_##T].writes), COUNTER_OF_PROGRAM, \
            "of its banks, that these words are written to"            \
    }
#define CHANGED(tensor, T)                                             \
    {                                                                  \
        "accesses.rf." #tensor ".changed_reads", "words", NULL,        \
            AT(events.changed_reads[TENSOR_##T]), COUNTER_OF_PROGRAM,  \
            "of the reads, those of another word than the read before" \
    }
#define REACHED(name, N)                                                     \
    {                                                                        \
        "noc." #name ".rows", "rows", NULL, AT(events.reached[NETWORK_##N]), \
            COUNTER_OF_PROGRAM | COUNTER_MULTICAST,                          \
            "of PEs that the words sent reach, added up"                     \
    }

#define LINK_OF_L1(name) \
    (LINK_##name == LINK_filter_l1 || LINK_##name == LINK_ifmap_l1)
#define LINK_PART(name, part, text)                                   \
    {                                                                 \
        "noc." #name "." #part, "words", NULL,                        \
            AT(counts.link[LINK_##name].part),                        \
            COUNTER_USUAL | (LINK_OF_L1(name) ? COUNTER_L1 : 0), text \
    }
#define LINK_ROWS(name, doc)                                           \
    LINK_PART(name, words_sent, doc ": read once at the source"),      \
        LINK_PART(name, words_delivered, doc ": at all destinations"), \
        LINK_PART(name, hops, doc ": links crossed"),

/* Words over the network inside a level. */
#define FLOW_PART(level, L, what, F, part, text)                            \
    {                                                                       \
        "noc." #level "." #what "." #part, "words", NULL,                   \
            AT(counts.flow[LEVEL_##L][FLOW_##F].part), COUNTER_LISTED, text \
    }
#define FLOW(level, L, what, F)                             \
    FLOW_PART(level, L, what, F, words_sent, "words sent"), \
        FLOW_PART(level, L, what, F, words_delivered,       \
                  "the same at all destinations"),          \
        FLOW_PART(level, L, what, F, hops, "the same by links crossed")
#define FLOWS(level, L)                                                       \
    FLOW(level, L, ifmap, IFMAP), FLOW(level, L, filter, FILTER),             \
        FLOW(level, L, psum_in, PSUM_IN), FLOW(level, L, psum_out, PSUM_OUT), \
        FLOW(level, L, psum_link, PSUM_LINK)

#define LEDGER_ROW(name, doc)                                                \
    {"ledger_pe_cycles." #name,                                              \
     "PE-cycles",                                                            \
     NULL,                                                                   \
     AT(ledger_pe_cycles[LEDGER_##name]),                                    \
     COUNTER_SIMULATED | (LEDGER_##name == LEDGER_skip ? COUNTER_SKIPS : 0), \
     doc},
#define DRAM_WAIT(tensor, T, cause, doc)              \
    {"wait_dram_by." #tensor "." #cause,              \
     "PE-cycles",                                     \
     NULL,                                            \
     AT(wait_dram_by[TENSOR_##T][DRAM_WAIT_##cause]), \
     COUNTER_SIMULATED,                               \
     doc},
#define NETWORK_WAIT(name, N, cause, doc)            \
    {"wait_by." #name "." #cause,                    \
     "PE-cycles",                                    \
     NULL,                                           \
     AT(wait_by[NETWORK_##N][NETWORK_WAIT_##cause]), \
     COUNTER_SIMULATED,                              \
     doc},
#define FOR_FILTER(cause, doc) NETWORK_WAIT(filter, FILTER, cause, doc)
#define FOR_IFMAP(cause, doc) NETWORK_WAIT(ifmap, IFMAP, cause, doc)
#define FOR_PSUM_IN(cause, doc) NETWORK_WAIT(psum_in, PSUM_IN, cause, doc)
#define FOR_PSUM_OUT(cause, doc) NETWORK_WAIT(psum_out, PSUM_OUT, cause, doc)
#define WAIT_IFMAP(cause, doc) DRAM_WAIT(ifmap, IFMAP, cause, doc)
#define WAIT_FILTER(cause, doc) DRAM_WAIT(filter, FILTER, cause, doc)
#define WAIT_PSUM(cause, doc) DRAM_WAIT(psum, PSUM, cause, doc)
#define COUNT_ROW(name, path, unit, label, when, doc) \
    {path, unit, label, AT(counts.name), when, doc},

/* What derived figures are made of. */
#define COMPRESSED(tensor, T)                                       \
    {"dram_compressed." #tensor ".words",                           \
     "words",                                                       \
     NULL,                                                          \
     AT(counts.dram_compressed[TENSOR_##T].words),                  \
     COUNTER_HIDDEN,                                                \
     "that crossed the DRAM's link compressed"},                    \
        {"dram_compressed." #tensor ".bytes",                       \
         "bytes",                                                   \
         NULL,                                                      \
         AT(counts.dram_compressed[TENSOR_##T].bytes),              \
         COUNTER_HIDDEN,                                            \
         "that these words took there"},                            \
    {                                                               \
        "check_compressed_bytes." #tensor, "bytes", NULL,           \
            AT(check_compressed_bytes[TENSOR_##T]), COUNTER_HIDDEN, \
            "that they took with the values of --check"             \
    }

const struct counter counter_table[] = {
    {"macs", "MACs", NULL, AT(counts.macs), 0, "products, zero-gated ones too"},
    {"passes", "passes", NULL, AT(passes), COUNTER_OF_LAYER,
     "of the array, each with its tiles there"},
    {"cycles", "cycles", NULL, AT(cycles), COUNTER_SIMULATED,
     "from the first DRAM request to the last word written"},
    {"array_cycles", "cycles", NULL, AT(array_cycles), COUNTER_SIMULATED,
     "with a pass in flight"},
    LEDGER_CAUSES(LEDGER_ROW) LOAD_WAITS(WAIT_IFMAP) LOAD_WAITS(WAIT_FILTER)
        DRAM_WAITS(WAIT_PSUM) NETWORK_WAITS(FOR_FILTER) NETWORK_WAITS(FOR_IFMAP)
            NETWORK_WAITS(FOR_PSUM_IN) NETWORK_WAITS(FOR_PSUM_OUT)
                TENSORS(rf, RF, 0),
    CHANGED(ifmap, IFMAP),
    CHANGED(filter, FILTER),
    TENSORS(l1, L1, 0),
    TENSORS(inner_2, INNER_2, 0),
    TENSORS(inner_3, INNER_3, 0),
    TENSORS(inner_4, INNER_4, 0),
    WITH_DMA(ifmap, IFMAP),
    WITH_DMA(filter, FILTER),
    WITH_DMA(psum, PSUM),
    FINISHED(l2),
    L2_ROWS(ifmap, IFMAP),
    L2_ROWS(filter, FILTER),
    L2_ROWS(psum, PSUM),
    TENSORS(dram, DRAM, 0),
    FINISHED(dram),
    LINKS(LINK_ROWS) FLOWS(rf, RF),
    FLOWS(l1, L1),
    FLOWS(inner_2, INNER_2),
    FLOWS(inner_3, INNER_3),
    FLOWS(inner_4, INNER_4),
    FLOWS(l2, L2),
    FLOWS(dram, DRAM),
    REACHED(filter, FILTER),
    REACHED(ifmap, IFMAP),
    REACHED(psum_in, PSUM_IN),
    REACHED(psum_out, PSUM_OUT),
    {"fifo_pushes", "words", NULL, AT(fifo_pushes), COUNTER_MULTICAST,
     "put into the fifos of PEs, and of psums on their way to L2"},
    COUNTS(COUNT_ROW){"gated.macs", "MACs", NULL, AT(gated_macs), 0,
                      "whose ifmap word is zero"},
    {"gated.rf_filter_reads", "words", NULL, AT(gated_rf_filter_reads), 0,
     "filter words that were not read for them"},
    {"gated.rf_psum_reads", "words", NULL, AT(gated_rf_psum_reads), 0,
     "psum words that need not be read for them"},
    {"gated.rf_psum_writes", "words", NULL, AT(gated_rf_psum_writes), 0,
     "psum words that need not be written for them"},
    {"check.outputs", "outputs", NULL, AT(check_outputs), COUNTER_CHECKED,
     "compared with a direct convolution"},
    {"check.mismatches", "outputs", NULL, AT(check_mismatches), COUNTER_CHECKED,
     "that differ from it"},
    {"check.zero_macs", "MACs", NULL, AT(check_zero_macs), COUNTER_CHECKED,
     "whose ifmap word is zero by the values of --check, padding too"},
    COMPRESSED(ifmap, IFMAP),
    COMPRESSED(filter, FILTER),
    COMPRESSED(psum, PSUM),
    {NULL, NULL, NULL, 0, 0, NULL},
};

/* "accesses.l2.psum.reads": 9, after the first dot. */
static size_t name_place(const struct counter *c)
{
    return strcspn(c->path, ".") + 1;
}

enum level counter_level(const struct counter *c)
{
    const char *name = c->path + name_place(c);
    int level = 0;
    if (strncmp(c->path, "accesses.", 9) != 0 &&
        strncmp(c->path, "noc.", 4) != 0)
        return LEVEL_N;
    while (level < LEVEL_N &&
           (strlen(level_name[level]) != strcspn(name, ".") ||
            strncmp(level_name[level], name, strcspn(name, ".")) != 0))
        level++;
    return (enum level)level;
}

const char *counter_path(const struct counter *c, const struct arch *arch,
                         char text[COUNTER_PATH_BYTES])
{
    const enum level level = counter_level(c);
    const size_t at = name_place(c);
    if (level == LEVEL_N || !arch_has_levels(arch))
        return c->path;
    snprintf(text, COUNTER_PATH_BYTES, "%.*s%s%s", (int)at, c->path,
             arch_level_name(arch, level), strchr(c->path + at, '.'));
    return text;
}

/* Whether the machine has what it counts. */
static bool has_place(const struct counter *c, const struct arch *arch)
{
    const enum level level = counter_level(c);
    const bool is_listed = arch_has_levels(arch);
    if ((c->when & COUNTER_LISTED) != 0 &&
        (!is_listed || !arch_level_has_network(arch, level)))
        return false;
    if ((c->when & COUNTER_USUAL) != 0 && is_listed)
        return false;
    return level == LEVEL_N || arch_has_level(arch, level);
}

uint64_t counter_value(const struct counter *c, const struct layer_result *r)
{
    return *(const uint64_t *)(const void *)((const char *)r + c->offset);
}

bool counter_is_reported(const struct counter *c, const struct arch *arch,
                         const struct layer_result *r, bool is_total)
{
    return (c->when & COUNTER_HIDDEN) == 0 && has_place(c, arch) &&
           !((c->when & COUNTER_L1) != 0 && !arch->has_l1) &&
           !((c->when & COUNTER_SYSTOLIC) != 0 &&
             arch->array_network != NETWORK_SYSTOLIC) &&
           !((c->when & COUNTER_MULTICAST) != 0 &&
             arch->array_network == NETWORK_SYSTOLIC) &&
           !((c->when & COUNTER_OF_PROGRAM) != 0 &&
             (!r->has_events || arch_has_levels(arch))) &&
           !((c->when & COUNTER_SIMULATED) != 0 && r->is_model) &&
           !((c->when & COUNTER_VECTOR) != 0 && !r->has_vector) &&
           !((c->when & COUNTER_SKIPS) != 0 && !arch_skips_any(arch)) &&
           !((c->when & COUNTER_CHECKED) != 0 && !r->checked) &&
           !((c->when & COUNTER_OF_LAYER) != 0 && is_total);
}

void counters_add(struct layer_result *sum, const struct layer_result *r)
{
    for (const struct counter *c = counter_table; c->path != NULL; c++) {
        uint64_t *into = (uint64_t *)(void *)((char *)sum + c->offset);
        *into = count_add(*into, counter_value(c, r));
    }
}

const struct counter *counters_beyond(const struct layer_result *r,
                                      uint64_t max)
{
    for (const struct counter *c = counter_table; c->path != NULL; c++)
        if (counter_value(c, r) > max)
            return c;
    return NULL;
}

const struct counter *counters_differ(const struct counts *run,
                                      const struct counts *expected)
{
    const size_t first = AT(counts), end = first + sizeof(*run);
    for (const struct counter *c = counter_table; c->path != NULL; c++) {
        if (c->offset < first || c->offset >= end ||
            (c->when & COUNTER_WITHOUT_FORM) != 0)
            continue;
        size_t at = (c->offset - first) / sizeof(uint64_t);
        if (((const uint64_t *)(const void *)run)[at] !=
            ((const uint64_t *)(const void *)expected)[at])
            return c;
    }
    return NULL;
}
