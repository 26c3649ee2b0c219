/* levels_parts.h - the parts of the machine of listed levels, for its blocks
 * and probes.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_PARTS_H
#define SIM_ARRAY_LEVELS_LEVELS_PARTS_H

#include "sim/array/levels/levels_machine.h"
#include "sim/array/levels/levels_room.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /* Stores on chip but for the outermost level's, and engines: the MACs, then
     * those that bring tiles and those that take psums. */
    LEVELS_STAGES_MAX = (LEVEL_DRAM - 1) * TENSOR_N,
    LEVELS_ENGINES_MAX = 1 + LEVELS_STAGES_MAX + LEVEL_DRAM - 1,
    LEVELS_ENGINE_MACS = 0, /* the MACs' */
    LEVELS_FLIGHT_MAX = 4   /* moves of an engine that wait for a latency */
};

/* The tiles of one tensor at a level. */
struct levels_stage {
    int level;
    enum tensor tensor;
    int outer;             /* the stage further out; -1: L2 or DRAM */
    int tiles;             /* of psums, that it has room for; else 2 */
    uint64_t come;         /* tiles that are there, from the pass's first */
    uint64_t used, gone;   /* of these, no more in use, and left */
    struct nest_step step; /* of the tile in use, in functional mode */
};

/* A move whose words are on their way. */
struct levels_flight {
    uint64_t due_cycle;
    bool closes; /* the last within its tile further out */
    struct levels_place at, other;
};

struct levels_engine {
    enum levels_direction direction;
    int stage;               /* none of the MACs */
    uint64_t latency_cycles; /* from a read to a use */
    struct nest_step step;   /* of the pass */
    struct levels_place at, other;
    bool reads_back;
    bool is_last, ended;
    uint64_t index;           /* of the step */
    uint64_t outer[TENSOR_N]; /* tiles further out that it has left; of IN and
                               * OUT the first is the stage's */
    /* IN: the last tiles before this one in the pass, the latest first. */
    struct levels_place past[LEVELS_PSUM_TILES - 1];
    uint64_t ahead; /* tiles that may still be there as this one comes */
    struct levels_move *move;
    uint64_t beat; /* cycles of the move that are done */
    bool moves;    /* staged: one more */
    uint64_t sent, landed;
    struct levels_flight flight[LEVELS_FLIGHT_MAX];
};

struct levels_machine {
    const struct arch *arch;          /* borrowed */
    const struct nest_walk *walk;     /* borrowed */
    struct levels_classes *classes;   /* borrowed */
    struct levels_values *values;     /* borrowed, or NULL */
    struct levels_follow *follow;     /* borrowed, or NULL */
    uint64_t width[LEVELS_RESOURCES]; /* words a cycle */
    int n_stages, n_engines;
    struct levels_stage stage[LEVELS_STAGES_MAX];
    int inner[TENSOR_N]; /* the stage that the MACs use; -1: L2 or DRAM */
    struct levels_engine engine[LEVELS_ENGINES_MAX]; /* in order of service */
    struct nest_pass_place place;
    struct nest_step before; /* the last step of the pass before */
    uint64_t clock;          /* since the pass was issued */
    uint64_t last_due_cycle; /* of the MACs */
    bool in_flight, moved;
    enum ledger_cause waits_for; /* in the latest cycle; of MACs */
    uint64_t working;            /* MACs that this was charged to */
    struct levels_outcome out;
};

/* Makes stages and engines (levels_steps.c). */
void levels_engines_init(struct levels_machine *m);
int levels_level_of(const struct levels_machine *m,
                    const struct levels_engine *e);
void levels_place_of(const struct levels_machine *m, int level,
                     const struct nest_step *step, struct levels_place *out);
/* The place behind the engine's step, in this pass or the next. */
void levels_place_behind(const struct levels_machine *m,
                         const struct levels_engine *e,
                         struct levels_place *out);
/* Finds what the engine's step moves, whose places have been set. */
void levels_set_move(struct levels_machine *m, struct levels_engine *e);

/* Whether an engine moves in this cycle, from committed state, for all of
 * them. */
void levels_find_moves(const struct levels_machine *m,
                       bool moves[LEVELS_ENGINES_MAX]);
void levels_engine_name(const struct levels_machine *m, int engine,
                        char name[BLOCK_NAME_MAX]);

#ifdef __cplusplus
}
#endif

#endif
