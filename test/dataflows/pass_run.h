// pass_run.h - the first passes of a random program, as the machine steps them.
// SPDX-License-Identifier: MIT
#ifndef TEST_DATAFLOWS_PASS_RUN_H
#define TEST_DATAFLOWS_PASS_RUN_H

#include <gtest/gtest.h>

#include "sim/array/array_side.h"
#include "sim/run/kernel.h"
#include "test/random_layer.h"

// The program of a random machine and layer under a dataflow, or false.
inline bool draw_program(random_case *random, const dataflow *flow, program *p)
{
    diag *d = diag_new();
    arch a = random->machine();
    random->choose_for(flow->name, &a);
    const layer l = random->shape();
    const given_mapping none = {};
    mapping m = {};
    const bool ok = flow->choose(&a, &l, &none, &m, d);
    if (ok)
        flow->compile(&a, &l, &m, p);
    diag_free(d);
    return ok;
}

// Calls visit(pass, outcome) of its first passes, at most so many.
template <class Visit>
void step_first_passes(const program &p, int most, const Visit &visit)
{
    array_side *side = array_side_new(&p, nullptr);
    array_side_may_skip(side);
    cursor at;
    cursor_start(&at);
    pass one;
    for (int n = 0; n < most && cursor_next(&p, &at, &one); n++) {
        array_side_issue(side, &one);
        ASSERT_EQ(kernel_native.run_pass(nullptr, side, UINT64_MAX), RUN_DONE);
        pass_outcome outcome;
        array_side_finish(side, &outcome);
        visit(one, outcome);
    }
    array_side_free(side);
}

#endif
