// systolic_bench.cpp - PE-cycles per second of the systolic array: whole
// passes that use all of it, 2048 deep, edges that never make it wait.
// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include "pe/systolic.h"

namespace
{

constexpr uint32_t DEPTH = 2048;

systolic_cfg square_edges(int rows, int cols)
{
    systolic_cfg cfg = {};
    cfg.rows = rows;
    cfg.cols = cols;
    cfg.left_words_per_cycle = rows;
    cfg.top_words_per_cycle = cols;
    cfg.psum_in_words_per_cycle = cols;
    cfg.psum_out_words_per_cycle = cols;
    return cfg;
}

void run_passes(benchmark::State &state, systolic_kind kind)
{
    const int rows = static_cast<int>(state.range(0));
    const int cols = static_cast<int>(state.range(1));
    const systolic_cfg cfg = square_edges(rows, cols);
    systolic *array = systolic_new(&cfg);
    systolic_pass pass = {};
    pass.kind = static_cast<uint16_t>(kind);
    pass.rows_used = static_cast<uint16_t>(rows);
    pass.cols_used = static_cast<uint16_t>(cols);
    pass.depth = DEPTH;
    double pe_cycles = 0;
    for (auto _ : state) {
        systolic_issue(array, &pass, nullptr);
        while (systolic_step(array)) {
        }
        pass_counts counts;
        systolic_counts(array, &counts);
        benchmark::DoNotOptimize(counts);
        pe_cycles += static_cast<double>(counts.cycles) * rows * cols;
    }
    state.counters["PE_cycles_per_second"] =
        benchmark::Counter(pe_cycles, benchmark::Counter::kIsRate);
    systolic_free(array);
}

void sizes(benchmark::internal::Benchmark *b)
{
    b->Args({12, 14})->Args({128, 128})->Args({256, 256});
}

BENCHMARK_CAPTURE(run_passes, ws, SYSTOLIC_WS)->Apply(sizes);
BENCHMARK_CAPTURE(run_passes, os, SYSTOLIC_OS)->Apply(sizes);
BENCHMARK_CAPTURE(run_passes, is, SYSTOLIC_IS)->Apply(sizes);

} // namespace

BENCHMARK_MAIN();
