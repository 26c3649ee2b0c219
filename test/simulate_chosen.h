// simulate_chosen.h - a layer under what its dataflow chooses, or under a nest:
// a mapping is found, and a run, or the closed form, is given it.
// SPDX-License-Identifier: MIT
#ifndef TEST_SIMULATE_CHOSEN_H
#define TEST_SIMULATE_CHOSEN_H

#include <gtest/gtest.h>

#include "sim/choose/chooser.h"
#include "sim/run/model.h"
#include "sim/run/simulate.h"
#include "test/messages.h"

inline bool simulate_chosen(const arch *a, const layer *l, const char *flow,
                            const given_mapping *given,
                            const simulate_options *options, layer_result *out,
                            diag *d)
{
    layer_mapping mapping;
    return choose_mapping(a, l, dataflow_find(flow), given, &mapping, d) &&
           simulate_layer(a, l, &mapping, options, out, d);
}

// The mapping alone; false where there is none.
inline bool chosen_mapping(const arch &a, const layer &l, const char *flow,
                           layer_mapping *out)
{
    given_mapping none = {};
    Messages d;
    return choose_mapping(&a, &l, dataflow_find(flow), &none, out, d);
}

inline layer_result simulated(const arch &a, const layer &l,
                              const layer_mapping &m, const simulate_options &o)
{
    layer_result r = {};
    Messages d;
    EXPECT_TRUE(simulate_layer(&a, &l, &m, &o, &r, d)) << d.text();
    return r;
}

inline bool model_chosen(const arch *a, const layer *l, const char *flow,
                         const given_mapping *given, layer_result *out, diag *d)
{
    layer_mapping mapping;
    return choose_mapping(a, l, dataflow_find(flow), given, &mapping, d) &&
           model_layer(a, l, &mapping, false, out, d);
}

inline bool simulate_nest(const arch *a, const layer *l, const nest *n,
                          const simulate_options *options, layer_result *out,
                          diag *d)
{
    layer_mapping mapping;
    return choose_nest(a, l, n, nullptr, &mapping, d) &&
           simulate_layer(a, l, &mapping, options, out, d);
}

#endif
