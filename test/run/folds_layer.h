// folds_layer.h - whole layers on a systolic array, for tests of their closed
// forms: GEMMs by their sizes, and a run held to its folds' cycles.
// SPDX-License-Identifier: MIT
#ifndef TEST_RUN_FOLDS_LAYER_H
#define TEST_RUN_FOLDS_LAYER_H

#include <gtest/gtest.h>

#include <string>

#include "sim/base/result.h"
#include "sim/config/layer_text.h"
#include "test/messages.h"
#include "test/random_layer.h"

inline layer gemm_layer(int M, int N, int K)
{
    Messages d;
    layer l = {};
    const std::string text = "M=" + std::to_string(M) +
                             ",N=" + std::to_string(N) +
                             ",K=" + std::to_string(K);
    EXPECT_TRUE(layer_parse_gemm(text.c_str(), &l, d)) << d.text();
    return l;
}

// Nothing but folds takes time, and their bound is the run's cycles.
inline void expect_folds(const layer_result &r, uint64_t cycles, int rows,
                         int cols, const layer &l)
{
    const std::string what = describe(l) + " on " + std::to_string(rows) +
                             " x " + std::to_string(cols);
    EXPECT_EQ(r.cycles, cycles) << what;
    EXPECT_EQ(r.array_cycles, cycles) << what;
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_wait_dram], 0u) << what;
    EXPECT_EQ(r.bounds_cycles[BOUND_folds], cycles) << what;
}

#endif
