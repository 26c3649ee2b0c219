/* result.c - names of what is counted, and sums that cannot wrap unseen: one
 * that passes 64 bits stays at their end, where result_fits finds it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/result.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/base/counters.h"

#define TABLE_NAME(name, doc) #name,
#define TABLE_DOC(name, doc) doc,

const char *const ledger_name[LEDGER_N] = {LEDGER_CAUSES(TABLE_NAME)};
const char *const ledger_doc[LEDGER_N] = {LEDGER_CAUSES(TABLE_DOC)};
const char *const link_name[LINK_N] = {LINKS(TABLE_NAME)};
const char *const bound_name[BOUND_N] = {BOUNDS(TABLE_NAME)};
const char *const bound_doc[BOUND_N] = {BOUNDS(TABLE_DOC)};
const enum link network_link[NETWORK_N] = {
    [NETWORK_FILTER] = LINK_filter,
    [NETWORK_IFMAP] = LINK_ifmap,
    [NETWORK_PSUM_IN] = LINK_psum_in,
    [NETWORK_PSUM_OUT] = LINK_psum_out,
};
const enum bound network_bound[NETWORK_N] = {
    [NETWORK_FILTER] = BOUND_filter_network,
    [NETWORK_IFMAP] = BOUND_ifmap_network,
    [NETWORK_PSUM_IN] = BOUND_psum_in_network,
    [NETWORK_PSUM_OUT] = BOUND_psum_out_network,
};
bool link_needs_l1(enum link link)
{
    return link == LINK_filter_l1 || link == LINK_ifmap_l1;
}

bool ledger_applies(const struct arch *arch, enum ledger_cause cause)
{
    return cause != LEDGER_skip || arch_skips_any(arch);
}

bool bound_applies(const struct arch *arch, enum bound bound)
{
    if (bound == BOUND_folds)
        return arch->array_network == NETWORK_SYSTOLIC;
    if (bound == BOUND_passes)
        return arch->array_network == NETWORK_MULTICAST &&
               !arch_has_levels(arch) && !arch->pass_overlap &&
               !arch_skips_any(arch);
    if (bound == BOUND_l1_ports && arch_has_levels(arch))
        return true;
    if (bound == BOUND_filter_l1_network || bound == BOUND_ifmap_l1_network ||
        bound == BOUND_l1_ports)
        return arch->has_l1;
    return true;
}

/* struct counts is nothing but counters, so it is summed as an array. */
#define COUNTERS ((int)(sizeof(struct counts) / sizeof(uint64_t)))
_Static_assert(sizeof(struct counts) % sizeof(uint64_t) == 0,
               "struct counts holds counters only; tests hold each to a row of "
               "counter_table");

void counts_add_times(struct counts *a, const struct counts *b, uint64_t times)
{
    uint64_t *into = (uint64_t *)(void *)a;
    const uint64_t *from = (const uint64_t *)(const void *)b;
    for (int i = 0; i < COUNTERS; i++)
        into[i] = count_add(into[i], count_mul(from[i], times));
}

void layer_events_repeat(struct layer_events *events,
                         const struct layer_events *before, uint64_t times)
{
    uint64_t *sum = (uint64_t *)(void *)events;
    const uint64_t *old = (const uint64_t *)(const void *)before;
    for (size_t i = 0; i < sizeof(*events) / sizeof(*sum); i++)
        sum[i] = count_add(sum[i], count_mul(times, count_sub(sum[i], old[i])));
}

void counts_add(struct counts *a, const struct counts *b)
{
    counts_add_times(a, b, 1);
}

struct finished_words counts_finished(const struct counts *counts,
                                      enum level level)
{
    if (level == LEVEL_L2)
        return counts->finished_l2;
    if (level == LEVEL_DRAM)
        return counts->finished_dram;
    return (struct finished_words){0, 0};
}

void counts_set_macs(const struct arch *arch, uint64_t macs,
                     struct counts *counts)
{
    counts->macs = macs;
    counts->macs_performed = arch_skips_any(arch) ? 0 : macs;
}

void counts_add_finished(struct counts *counts, uint64_t words, bool kept_in_l2,
                         bool moved)
{
    struct finished_words *l2 = &counts->finished_l2;
    struct finished_words *dram = &counts->finished_dram;
    if (kept_in_l2)
        l2->writes = count_add(l2->writes, words);
    if (kept_in_l2 && moved)
        l2->reads = count_add(l2->reads, words);
    if (moved)
        dram->writes = count_add(dram->writes, words);
}

/* Only the product passes 64 bits. */
uint64_t bytes_of_words(uint64_t words, int bits)
{
    return count_add(count_mul(words / 8, (uint64_t)bits),
                     words % 8 * (uint64_t)bits / 8);
}

uint64_t counts_dram_bytes(const struct arch *arch, const struct counts *counts,
                           enum tensor tensor)
{
    const struct accesses *a = &counts->access[LEVEL_DRAM][tensor];
    const struct compressed_words *c = &counts->dram_compressed[tensor];
    uint64_t words = count_add(a->reads, a->writes);
    uint64_t bytes = c->bytes;
    if (tensor == TENSOR_PSUM) {
        const struct finished_words *f = &counts->finished_dram;
        const uint64_t finished = count_add(f->reads, f->writes);
        words = count_sub(words, finished);
        /* Compressed words are finished ones. */
        bytes = count_add(bytes, bytes_of_words(count_sub(finished, c->words),
                                                arch_ofmap_bits(arch)));
    } else {
        words = count_sub(words, c->words);
    }
    return count_add(bytes,
                     bytes_of_words(words, arch->precision_bits[tensor]));
}

uint64_t ledger_total(const uint64_t ledger_pe_cycles[LEDGER_N])
{
    uint64_t sum_pe_cycles = 0;
    for (int i = 0; i < LEDGER_N; i++)
        sum_pe_cycles = count_add(sum_pe_cycles, ledger_pe_cycles[i]);
    return sum_pe_cycles;
}

void layer_result_fini(struct layer_result *r)
{
    free(r->mapping_text);
    r->mapping_text = NULL;
}

void memo_stats_add(struct memo_stats *a, const struct memo_stats *b)
{
    uint64_t *sum = (uint64_t *)a;
    const uint64_t *term = (const uint64_t *)b;
    for (size_t k = 0; k < sizeof(*a) / sizeof(*sum); k++)
        sum[k] = count_add(sum[k], term[k]);
}

/* Names the figure that passes COUNT_MAX, or returns NULL when none does. */
static const char *beyond_count_max(const struct arch *arch,
                                    const struct layer_result *r)
{
    uint64_t bytes = 0;
    const struct counter *counter = counters_beyond(r, COUNT_MAX);
    if (r->cycles > COUNT_MAX / (uint64_t)arch_pes(arch))
        return "PE-cycles";
    for (int i = 0; i < BOUND_N; i++)
        if (r->bounds_cycles[i] > COUNT_MAX)
            return "cycles";
    if (counter != NULL)
        return counter->unit;
    for (int t = 0; t < TENSOR_N; t++) {
        bytes = count_add(bytes,
                          counts_dram_bytes(arch, &r->counts, (enum tensor)t));
        bytes = count_add(bytes, r->check_compressed_bytes[t]);
    }
    return bytes > COUNT_MAX ? "bytes from and to DRAM" : NULL;
}

static bool too_many(const struct arch *arch, const char *subject,
                     const char *what, struct diag *d)
{
    const struct src_pos at = {NULL, 0};
    return diag_error(d, at,
                      "%s: more than 2^63 - 1 %s on '%s'; a smaller layer or "
                      "array can be counted",
                      subject, what, arch->name);
}

bool result_fits(const struct arch *arch, const struct layer_result *r,
                 const char *subject, struct diag *d)
{
    const char *what = beyond_count_max(arch, r);
    return what == NULL || too_many(arch, subject, what, d);
}

struct subject {
    char text[sizeof(((struct layer *)0)->name) + 16];
};

static struct subject subject_of(const struct layer *layer)
{
    struct subject s;
    snprintf(s.text, sizeof(s.text), "layer '%s'", layer->name);
    return s;
}

bool layer_result_fits(const struct arch *arch, const struct layer_result *r,
                       struct diag *d)
{
    return result_fits(arch, r, subject_of(&r->layer).text, d);
}

bool layer_cycles_fit(const struct arch *arch, const struct layer_result *r,
                      struct diag *d)
{
    return r->cycles <= COUNT_MAX / (uint64_t)arch_pes(arch) ||
           too_many(arch, subject_of(&r->layer).text, "PE-cycles", d);
}

enum bound result_binding_bound(const struct layer_result *r)
{
    int binding = 0;
    for (int i = 1; i < BOUND_N; i++)
        if (i != BOUND_passes &&
            r->bounds_cycles[i] > r->bounds_cycles[binding])
            binding = i;
    return (enum bound)binding;
}

uint64_t result_least_cycles(const struct layer_result *r)
{
    uint64_t most = 0;
    for (int i = 0; i < BOUND_N; i++)
        if (r->bounds_cycles[i] > most)
            most = r->bounds_cycles[i];
    return most;
}
