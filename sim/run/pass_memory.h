/* pass_memory.h - what equal passes did before, for all layers and threads of
 * a run; or what passes to come will do (sim/run/ahead.h).
 *
 * What a pass does is a pure function of the machine, of what the array holds
 * when it starts and of what it is told to do, so these are the key, which a
 * pass source makes (sim/run/pass_source.h).  Keys are bytes, of any number,
 * compared in full; equal keys have equal outcomes.  One memory serves one
 * machine, whatever runs on it.
 *
 * Bounded: beyond the budget the least recently used outcomes are forgotten.
 * Threads may share it: who asks for an unknown key claims it and must bring
 * its outcome; who asks for a claimed key waits for that.  What is found never
 * depends on the order of threads or on the budget, only whether it is found.
 * What is brought ahead of need never makes the memory forget.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_PASS_MEMORY_H
#define SIM_RUN_PASS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/array/pass_outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PASS_MEMORY_BYTES_DEFAULT (UINT64_C(64) << 20)

struct pass_key {
    const void *bytes; /* borrowed */
    size_t n_bytes;
    uint64_t hash; /* of them; never 0 */
};
struct pass_key pass_key_of(const void *bytes, size_t n_bytes);
bool pass_key_same(const struct pass_key *a, const struct pass_key *b);

enum pass_answer {
    PASS_KNOWN,   /* the outcome is there */
    PASS_NEW,     /* claimed; never seen */
    PASS_EVICTED, /* claimed; was there, and forgotten since: also what was
                     brought ahead of need and not asked for in time */
    PASS_AHEAD,   /* the outcome is there, brought ahead of need: new, but no
                     claim */
};

struct pass_memory_stats {
    uint64_t known, is_new, evicted; /* answers */
    uint64_t waits;                  /* for another thread to bring it */
    uint64_t ahead;                /* of the new ones: brought ahead of need */
    uint64_t forgotten;            /* outcomes that had to go */
    uint64_t outcomes, bytes_peak; /* of those that somebody needed */
};

struct pass_memory;

/* budget_bytes: of keys, outcomes and the table of both. */
struct pass_memory *pass_memory_new(uint64_t budget_bytes);
void pass_memory_free(struct pass_memory *memory);

/* What a thread does that waits for another one's outcome: a piece of work.
 * false: there is none left. */
struct pass_meanwhile {
    bool (*work)(void *context);
    void *context;
};

/* Fills *out when the key is known.  Otherwise the caller has the claim and
 * must call one of the next two, soon, and ask for no other key before.
 * meanwhile: NULL for none. */
enum pass_answer pass_memory_find(struct pass_memory *memory,
                                  const struct pass_key *key,
                                  struct pass_outcome *out,
                                  const struct pass_meanwhile *meanwhile);
/* Claims a key ahead of need, as if it had not been found; false where it is
 * known, claimed or forgotten, or where it would find no room. */
bool pass_memory_claim_ahead(struct pass_memory *memory,
                             const struct pass_key *key);
void pass_memory_add(struct pass_memory *memory, const struct pass_key *key,
                     const struct pass_outcome *outcome);
/* The claim is given up: the pass had no outcome. */
void pass_memory_abandon(struct pass_memory *memory,
                         const struct pass_key *key);

void pass_memory_get_stats(struct pass_memory *memory,
                           struct pass_memory_stats *out);
/* For tests that poison it: the stored bytes of a key; NULL: not there. */
unsigned char *pass_memory_stored_key(struct pass_memory *memory,
                                      const struct pass_key *key);

#ifdef __cplusplus
}
#endif

#endif
