/* systolic_shadow_state.h - the insides of an array with second registers, for
 * pe/systolic_shadow*.c alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_SYSTOLIC_SHADOW_STATE_H
#define PE_SYSTOLIC_SHADOW_STATE_H

#include "pe/systolic_planes.h"
#include "pe/systolic_shadow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A pass on the array: its words that stay come in (load_step cycles of it are
 * over), and once it flows, the others (flow_step). */
struct shadow_wave {
    struct systolic_pass pass;
    bool flows;
    bool loads;    /* they do; else the pass before has strips to begin yet */
    int load_step; /* up to rows + cols - 1 */
    uint32_t flow_step;
    struct strip_flight flight; /* as it began to flow */
    struct strip_span span;     /* from then on */
    struct systolic_values values;
};

/* One bit per PE; row i is words i * words .. of each. */
struct shadow_planes {
    uint64_t *left, *psum;   /* a word is there */
    uint64_t *top, *next;    /* ... in use, ... in the second register */
    uint64_t *has_work;      /* of the pass whose word it took last */
    uint64_t *macs, *drains; /* in the last cycle; ... */
    uint64_t *had_work;      /* ... these are no state */
};
enum { SHADOW_PLANES = 8 };

/* Set bits of a cycle. */
struct shadow_sums {
    uint64_t left, macs, first_macs, load_moves, loaded, load_enters, enters;
    uint64_t psum_in, psum_links, psum_out, work, drains;
};

struct systolic_shadow {
    struct systolic_cfg cfg;
    int rows, cols, words; /* words of a row */
    /* Oldest first; all but the last flow. */
    struct shadow_wave *wave;
    int n_waves, waves_max;
    struct strip_walk walk; /* the latest that flows: its strips */
    /* By age in cycles, in turn: 1 + the word that entered the left edge's
     * first row, or 0.  Age 0 is the coming cycle. */
    uint32_t *entered;
    int ages, age_0;
    struct shadow_planes now, then; /* as the cycle begins and ends */
    uint64_t *psum_is_read;         /* a row: psums that enter are */
    uint64_t *psum_was_read;        /* scratch: the same in this cycle */
    uint64_t *plane_words;          /* owns all of these */
    bool is_open;                   /* rows are evaluated in this cycle */
    bool has_moved;
    bool foresees; /* planes and `entered` are not used */
    struct shadow_sums sums;
    uint64_t alone_cycles;
    uint64_t charged_pe_cycles;
    struct pass_counts counts, done_counts;
    bool has_values;
    /* At row * cols + col. */
    uint64_t *left_value, *top_value, *next_value, *psum_value;
};

enum { SHADOW_WORDS_MAX = SYSTOLIC_DIM_MAX / 64 };

static inline uint64_t *shadow_row(const struct systolic_shadow *s,
                                   uint64_t *plane, int row)
{
    return plane + (size_t)row * (size_t)s->words;
}

static inline uint64_t shadow_bits(const uint64_t *words, int n)
{
    return (uint64_t)plane_words_bits(words, n);
}

/* Columns from .. to-1 of word w. */
static inline uint64_t shadow_columns(int from, int to, int w)
{
    return plane_low_columns(to, w) & ~plane_low_columns(from, w);
}

/* 1 + the word that flows at distance i + j from the corner in this cycle, or
 * 0; one more is where it was in the cycle before. */
static inline uint32_t shadow_word(const struct systolic_shadow *s,
                                   int distance)
{
    return s->entered[(s->age_0 + distance) % s->ages];
}

/* systolic_shadow.c.  So many cycles are over: moves the passes on. */
void systolic_shadow_advance(struct systolic_shadow *s, uint64_t cycles);
/* systolic_shadow_foresee.c.  Counts a stretch of at most so many cycles and
 * moves to its end; returns how many. */
uint64_t systolic_shadow_foresee(struct systolic_shadow *s,
                                 uint64_t most_cycles);
/* systolic_shadow.c.  A cycle is over: notes which word of the latest wave that
 * flows enters in the coming one. */
void systolic_shadow_age(struct systolic_shadow *s);

/* systolic_shadow_count.c.  Adds up what the planes show as the cycle ends, and
 * counts so many cycles with these sums. */
void systolic_shadow_sum(struct systolic_shadow *s);
void systolic_shadow_count(struct systolic_shadow *s, uint64_t cycles);
/* Counts cycles that do just what the last one did, at most so many, and moves
 * on to behind them; returns how many. */
uint64_t systolic_shadow_skip(struct systolic_shadow *s, uint64_t most_cycles);

/* systolic_shadow_values.c.  After the cycle's bits have moved. */
void systolic_shadow_move_values(struct systolic_shadow *s);

#ifdef __cplusplus
}
#endif

#endif
