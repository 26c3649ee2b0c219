/* overlap_shape.h - what one descriptor of a pass means in tables of the credit
 * machine.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_OVERLAP_OVERLAP_SHAPE_H
#define SIM_ARRAY_OVERLAP_OVERLAP_SHAPE_H

#include "dataflows/program.h"
#include "sim/array/credit/credit_pass.h"
#include "sim/array/multicast_machine.h"
#include "sim/array/nest/nest_work.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A window's place in its pass and in its group of windows. */
enum overlap_window {
    OVERLAP_FIRST_OF_PASS = 1,
    OVERLAP_LAST_OF_PASS = 2,
    OVERLAP_FIRST_OF_GROUP = 4,
    OVERLAP_LAST_OF_GROUP = 8,
    OVERLAP_WINDOWS = 16 /* sets of these */
};

/* All own but the works. */
struct overlap_shape {
    struct multicast_pass of;
    int lanes;
    struct credit_slots held;     /* of a round */
    struct credit_slots first;    /* window words of a group's first window */
    struct credit_slots next;     /* of each further one */
    struct credit_slots psums[2]; /* of an emission, in and out */
    struct credit_leave *leave;   /* by lane */
    /* By enum overlap_window; NULL: not met. */
    const struct credit_work **work[OVERLAP_WINDOWS];
    struct lane_bounds {
        int32_t filters, taps, slide; /* filters 0: no work */
    } * lane;
};

void overlap_shape_init(struct overlap_shape *s,
                        struct multicast_machine *machine,
                        const struct multicast_pass *of);
void overlap_shape_fini(struct overlap_shape *s);
/* By lane.  rides: psums leave with their last products. */
const struct credit_work *const *overlap_shape_work(struct overlap_shape *s,
                                                    struct nest_works *works,
                                                    unsigned window,
                                                    bool rides);

#ifdef __cplusplus
}
#endif

#endif
