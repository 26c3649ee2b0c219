/* validation_reuse.c - figures of a sequence of words, by name: how far apart
 * its accesses are (traces/reuse.h), and those of several consumers
 * (traces/sharing.h).
 *
 * "0 1 2 3 0 1 2 3": the words that one consumer asks for, in time; consumers
 * have '|' between them.
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"
#include "sim/base/nearest.h"
#include "sim/validate/validation_quantity.h"
#include "traces/reuse.h"
#include "traces/sharing.h"

enum { WORDS_MAX = 4096 };

bool reuse_sequence_is_right(const char *sequence)
{
    size_t n = strlen(sequence);
    return n > 0 && strspn(sequence, "0123456789 |") == n &&
           strpbrk(sequence, "0123456789") != NULL;
}

/* Calls `use` with each word and its consumer. */
static void walk(const char *sequence,
                 void (*use)(void *context, int consumer, uint64_t word),
                 void *context)
{
    int consumer = 0;
    while (*sequence != '\0') {
        if (isdigit((unsigned char)*sequence)) {
            char *end;
            use(context, consumer, strtoull(sequence, &end, 10));
            sequence = end;
            continue;
        }
        consumer += *sequence++ == '|';
    }
}

static void use_once(void *context, int consumer, uint64_t word)
{
    (void)consumer;
    reuse_access(context, word);
}

static void use_shared(void *context, int consumer, uint64_t word)
{
    sharing_access(context, consumer, word);
}

static struct reuse_counts reuse_of(const char *sequence)
{
    struct reuse_counts counts;
    struct reuse *r = reuse_new(WORDS_MAX);
    walk(sequence, use_once, r);
    reuse_read(r, &counts);
    reuse_free(r);
    return counts;
}

static struct sharing_counts sharing_of(const char *sequence)
{
    struct sharing_counts counts;
    struct sharing *s = sharing_new(WORDS_MAX);
    walk(sequence, use_shared, s);
    sharing_read(s, &counts);
    sharing_free(s);
    return counts;
}

static double least_distance(const char *sequence)
{
    return (double)reuse_of(sequence).reuse.min;
}

static double greatest_distance(const char *sequence)
{
    return (double)reuse_of(sequence).reuse.max;
}

static double misses(const char *sequence, uint64_t capacity_words)
{
    struct reuse_counts counts = reuse_of(sequence);
    return (double)reuse_misses(&counts, capacity_words);
}

static double misses_1(const char *sequence)
{
    return misses(sequence, 1);
}

static double misses_2(const char *sequence)
{
    return misses(sequence, 2);
}

static double misses_4(const char *sequence)
{
    return misses(sequence, 4);
}

static double spatial_distance(const char *sequence)
{
    return (double)sharing_of(sequence).distance.max;
}

static double multicast_reads(const char *sequence)
{
    return (double)sharing_of(sequence).multicast_reads;
}

struct reuse_quantity {
    const char *name, *unit;
    double (*value)(const char *sequence);
};

static const struct reuse_quantity table[] = {
    {"least_reuse_distance", "accesses", least_distance},
    {"greatest_reuse_distance", "accesses", greatest_distance},
    {"source_reads_with_1_word", "reads", misses_1},
    {"source_reads_with_2_words", "reads", misses_2},
    {"source_reads_with_4_words", "reads", misses_4},
    {"spatial_reuse_distance", "steps", spatial_distance},
    {"multicast_reads", "reads", multicast_reads},
    {NULL, NULL, NULL},
};

static const struct reuse_quantity *find(const char *name)
{
    for (int i = 0; table[i].name != NULL; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

const char *reuse_quantity_unit(const char *name)
{
    const struct reuse_quantity *q = find(name);
    return q != NULL ? q->unit : NULL;
}

double reuse_quantity_value(const char *name, const char *sequence)
{
    const struct reuse_quantity *q = find(name);
    SIM_CHECK(q != NULL);
    return q->value(sequence);
}

const char *reuse_quantity_nearest(const char *name)
{
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; table[i].name != NULL; i++)
        nearest_offer(&near, table[i].name);
    return near.best;
}
