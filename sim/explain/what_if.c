/* what_if.c - the rows of what_if.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/explain/what_if.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "mem/dram.h"

const char *const what_if_kind_name[] = {"resource", "several", "mapping",
                                         "limit"};

/* On which machines a key has a meaning. */
enum needs {
    NEEDS_NOTHING = 0,
    NEEDS_MULTICAST = 1,
    NEEDS_SYSTOLIC = 2,
    NEEDS_L1 = 4,
    NEEDS_BANDWIDTH = 8, /* the DRAM of that model */
    NEEDS_PART = 16,     /* a DRAM part */
    NEEDS_ONE_L2 = 32,   /* not split into stores */
    NEEDS_USUAL = 64     /* no list of levels */
};

/* A number that is doubled. */
struct doubled {
    const char *key, *name;
    size_t offset;
    bool is_64; /* else an int */
    unsigned needs;
};
#define AT(field) offsetof(struct arch, field)
#define NETWORK(key, N, text)                                                 \
    {"noc." key ".words_per_slot", "twice as many words a slot of the " text, \
     AT(network[N].words_per_slot), false, NEEDS_MULTICAST | NEEDS_USUAL},    \
    {                                                                         \
        "noc." key ".slots_per_cycle", "twice as many slots of the " text,    \
            AT(network[N].slots_per_cycle), false,                            \
            NEEDS_MULTICAST | NEEDS_USUAL                                     \
    }

static const struct doubled doubled[] = {
    {"dram.bytes_per_second", "twice the bandwidth of DRAM",
     AT(dram_bytes_per_second), true, NEEDS_BANDWIDTH},
    {"dram.channels", "twice the channels of DRAM", AT(dram_channels), false,
     NEEDS_PART},
    NETWORK("filter", NETWORK_FILTER, "filter network"),
    NETWORK("ifmap", NETWORK_IFMAP, "ifmap network"),
    NETWORK("psum_in", NETWORK_PSUM_IN, "network that brings psums"),
    NETWORK("psum_out", NETWORK_PSUM_OUT, "network that collects psums"),
    {"noc.l2_to_l1_slots_per_cycle", "twice as many slots from L2 to the L1s",
     AT(l2_to_l1_slots_per_cycle), false, NEEDS_L1},
    {"l1.bytes", "twice as large L1s", AT(l1_bytes), true, NEEDS_L1},
    {"l1.banks", "twice the banks of the L1s", AT(l1_banks), false, NEEDS_L1},
    {"l1.bank_row_words", "rows of L1's banks twice as wide",
     AT(l1_bank_row_words), false, NEEDS_L1},
    {"l2.bytes", "twice as large an L2", AT(l2_bytes), true,
     NEEDS_ONE_L2 | NEEDS_USUAL},
    {"l2.banks", "twice the banks of L2", AT(l2_banks), false,
     NEEDS_ONE_L2 | NEEDS_USUAL},
    {"l2.bank_row_words", "rows of L2's banks twice as wide",
     AT(l2_bank_row_words), false, NEEDS_ONE_L2 | NEEDS_USUAL},
    {"l2.ifmap_banks", "twice the banks of L2 that are the ifmap's",
     AT(l2_tensor_banks[TENSOR_IFMAP]), false, NEEDS_ONE_L2 | NEEDS_USUAL},
    {"l2.filter_banks", "twice the banks of L2 that are the filters'",
     AT(l2_tensor_banks[TENSOR_FILTER]), false, NEEDS_ONE_L2 | NEEDS_USUAL},
    {"l2.psum_banks", "twice the banks of L2 that are the psums'",
     AT(l2_tensor_banks[TENSOR_PSUM]), false, NEEDS_ONE_L2 | NEEDS_USUAL},
    {"pe.rf.ifmap_words", "twice as large ifmap files in the PEs",
     AT(rf_words[TENSOR_IFMAP]), false, NEEDS_USUAL},
    {"pe.rf.filter_words", "twice as large filter files in the PEs",
     AT(rf_words[TENSOR_FILTER]), false, NEEDS_USUAL},
    {"pe.rf.psum_words", "twice as large psum files in the PEs",
     AT(rf_words[TENSOR_PSUM]), false, NEEDS_USUAL},
    {"pe.fifo_words", "fifos of the PEs twice as deep", AT(fifo_words), false,
     NEEDS_MULTICAST | NEEDS_USUAL},
    {"array.rows", "twice the rows of PEs", AT(rows), false, NEEDS_USUAL},
    {"array.cols", "twice the columns of PEs", AT(cols), false, NEEDS_USUAL},
    {"array.groups_parallel", "twice as many groups side by side",
     AT(groups_parallel), false, NEEDS_MULTICAST | NEEDS_USUAL},
    {"array.commands_in_flight", "twice as many commands in the array",
     AT(commands_in_flight), false, NEEDS_SYSTOLIC},
    {"vector.lanes", "twice the lanes of the vector unit", AT(vector_lanes),
     false, NEEDS_NOTHING},
};

static bool has(const struct arch *arch, unsigned needs)
{
    const bool is_systolic = arch->array_network == NETWORK_SYSTOLIC;
    const bool is_part = dram_part_find(arch->dram_model) != NULL;
    return !((needs & NEEDS_MULTICAST) != 0 && is_systolic) &&
           !((needs & NEEDS_SYSTOLIC) != 0 && !is_systolic) &&
           !((needs & NEEDS_L1) != 0 && !arch->has_l1) &&
           !((needs & NEEDS_BANDWIDTH) != 0 &&
             strcmp(arch->dram_model, "bandwidth") != 0) &&
           !((needs & NEEDS_PART) != 0 && !is_part) &&
           !((needs & NEEDS_ONE_L2) != 0 && arch->n_l2_stores > 0) &&
           !((needs & NEEDS_USUAL) != 0 && arch_has_levels(arch));
}

static uint64_t value_of(const struct arch *arch, const struct doubled *row)
{
    const char *at = (const char *)arch + row->offset;
    if (row->is_64)
        return *(const uint64_t *)(const void *)at;
    return (uint64_t) * (const int *)(const void *)at;
}

struct list {
    struct what_if *out;
    int n;
};

static struct what_if *add(struct list *list, enum what_if_kind kind,
                           const char *name)
{
    SIM_CHECK(list->n < WHAT_IFS_MAX);
    struct what_if *w = &list->out[list->n++];
    memset(w, 0, sizeof(*w));
    w->kind = kind;
    w->name = name;
    return w;
}

__attribute__((format(printf, 2, 3))) static void add_set(struct what_if *w,
                                                          const char *fmt, ...)
{
    va_list values;
    SIM_CHECK(w->n_sets < WHAT_IF_SETS);
    va_start(values, fmt);
    vsnprintf(w->set[w->n_sets++], WHAT_IF_SET_BYTES, fmt, values);
    va_end(values);
}

static void add_doubled(struct list *list, const struct arch *arch)
{
    for (size_t k = 0; k < sizeof(doubled) / sizeof(doubled[0]); k++) {
        const struct doubled *row = &doubled[k];
        const uint64_t value = value_of(arch, row);
        if (has(arch, row->needs) && value > 0 && value < COUNT_MAX / 2)
            add_set(add(list, WHAT_IF_RESOURCE, row->name), "%s=%" PRIu64,
                    row->key, 2 * value);
    }
}

/* Ways to build something, of which the machine has the slower one. */
static void add_choices(struct list *list, const struct arch *arch)
{
    const bool is_systolic = arch->array_network == NETWORK_SYSTOLIC;
    const struct {
        const char *name, *set;
        bool is_there;
    } row[] = {
        {"a read and a write port at each bank of L2", "l2.ports=1r1w",
         arch->n_l2_stores == 0 && arch->l2_ports == BANK_1RW},
        {"a read and a write port at each bank of the L1s", "l1.ports=1r1w",
         arch->has_l1 && arch->l1_ports == BANK_1RW},
        {"register files that take a word as the old one is read last",
         "pe.refill=last_use", arch->refill == PE_REFILL_NEXT_CYCLE},
        {"windows that begin with their first word", "pe.start=word",
         arch->start == PE_START_WINDOW},
        {"psums that are added in the last product's cycle",
         "pe.psum_add=last_product",
         !is_systolic && arch->psum_add == PSUM_ADD_OWN_CYCLE},
        {"ifmap words that do not wait for filters",
         "noc.ifmap_waits_for_filters=false", arch->ifmap_waits_for_filters},
        {"second registers, so that words that stay load beside work",
         "array.preload=shadow",
         is_systolic && arch->preload == PRELOAD_SERIAL},
        {"second registers, so that psums leave beside work",
         "array.drain=overlapped", is_systolic && arch->drain == DRAIN_SERIAL},
        {"partial folds that end when their last PE is done",
         "array.tight_folds=true", is_systolic && !arch->tight_folds},
        {"tiles that stay in L2 for the next step", "l2.keeps_tiles=true",
         !arch->l2_keeps_tiles},
        {"words that stay in the L1s for the next pass", "l1.keeps_tiles=true",
         arch->has_l1 && !arch->l1_keeps_tiles && !arch_skips_any(arch)},
        {"a layer that starts at once", "layer.start_cycles=0",
         arch->layer_start_cycles > 0},
        {"no latency of DRAM", "dram.latency_cycles=0",
         arch->dram_latency_cycles > 0},
    };
    for (size_t k = 0; k < sizeof(row) / sizeof(row[0]); k++)
        if (row[k].is_there)
            add_set(add(list, WHAT_IF_RESOURCE, row[k].name), "%s", row[k].set);
}

/* Second buffers: by tensor, together, and together in twice the L2. */
static void add_buffers(struct list *list, const struct arch *arch)
{
    static const char *const name[TENSOR_N] = {
        [TENSOR_IFMAP] = "a second buffer of the ifmap in L2",
        [TENSOR_FILTER] = "a second buffer of the filters in L2",
        [TENSOR_PSUM] = "a second buffer of the psums in L2"};
    int single = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        if (arch->l2_buffers[t] == 2 || arch_has_levels(arch))
            continue;
        single++;
        add_set(add(list, WHAT_IF_RESOURCE, name[t]), "l2.%s_buffers=2",
                tensor_name[t]);
    }
    for (int larger = 0; larger < 2 && single > 0; larger++) {
        if (larger > 0 ? arch->n_l2_stores > 0 : single < 2)
            continue;
        struct what_if *w =
            add(list, WHAT_IF_SEVERAL,
                larger > 0 ? "second buffers of all tensors, in twice the L2"
                           : "second buffers of all tensors in L2");
        for (int t = 0; t < TENSOR_N; t++)
            if (arch->l2_buffers[t] != 2)
                add_set(w, "l2.%s_buffers=2", tensor_name[t]);
        if (larger == 0)
            continue;
        add_set(w, "l2.bytes=%" PRIu64, 2 * arch->l2_bytes);
        add_set(w, "l2.banks=%d", 2 * arch->l2_banks);
    }
}

static void add_mappings(struct list *list, const struct arch *arch,
                         const struct what_if_mappings *now)
{
    const char *dataflow = now->dataflow;
    if (now->are_set) {
        struct what_if *w = add(list, WHAT_IF_MAPPING,
                                "the mapping that is found where none is set");
        snprintf(w->option, sizeof(w->option), "without --set mapping.*");
        w->is_unset = true;
    }
    if (!now->are_searched && !now->are_set) {
        struct what_if *w = add(list, WHAT_IF_MAPPING,
                                "the best mapping of some that are simulated");
        snprintf(w->option, sizeof(w->option), "--mapping-policy search");
    }
    for (int k = 0; k < 8 && arch->dataflows[k][0] != '\0'; k++) {
        if (dataflow != NULL && strcmp(dataflow, arch->dataflows[k]) == 0)
            continue;
        struct what_if *w =
            add(list, WHAT_IF_MAPPING,
                dataflow == NULL ? "one of the machine's dataflows, in place "
                                   "of the mapping that was given"
                                 : "another of the machine's dataflows");
        w->dataflow = arch->dataflows[k];
        snprintf(w->option, sizeof(w->option), "--dataflow %s",
                 arch->dataflows[k]);
    }
}

int what_ifs_of(const struct arch *arch, const struct what_if_mappings *now,
                struct what_if out[WHAT_IFS_MAX])
{
    struct list list = {out, 0};
    add_doubled(&list, arch);
    add_choices(&list, arch);
    add_buffers(&list, arch);
    if (!arch_has_levels(arch) && arch->rows < 1024 && arch->cols < 1024) {
        struct what_if *w = add(&list, WHAT_IF_SEVERAL,
                                "twice the rows and twice the columns of PEs");
        add_set(w, "array.rows=%d", 2 * arch->rows);
        add_set(w, "array.cols=%d", 2 * arch->cols);
    }
    if (strcmp(arch->dram_model, "ideal") != 0)
        add_set(add(&list, WHAT_IF_LIMIT, "a DRAM that takes no time"),
                "dram.model=ideal");
    add_mappings(&list, arch, now);
    return list.n;
}
