// dram_bench.cpp - bursts per second of a DRAM part's model: streams, single
// bursts at a fixed distance, single bursts anywhere.
// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <cstring>
#include <random>
#include <vector>

#include "mem/dram.h"

namespace
{

const uint64_t memory_bytes = uint64_t(1) << 28;

dram_request single_burst(uint64_t address)
{
    dram_request r = {};
    r.address = address;
    r.run_bytes = 1;
    for (auto &loop : r.loop)
        loop.count = 1;
    return r;
}

void serve(benchmark::State &state, const char *part,
           const std::vector<dram_request> &requests)
{
    dram_cfg cfg = {};
    cfg.kind = DRAM_PART;
    cfg.core_hz = 200000000;
    cfg.part = dram_part_find(part);
    struct dram *d = dram_new(&cfg);
    for (auto _ : state)
        benchmark::DoNotOptimize(dram_serve_list(
            d, requests.data(), static_cast<int>(requests.size()), 0));
    const struct dram_totals *n = dram_counts(d);
    state.counters["bursts_per_second"] = benchmark::Counter(
        static_cast<double>(n->bursts), benchmark::Counter::kIsRate);
    state.counters["row_hits"] =
        static_cast<double>(n->row_hits) / static_cast<double>(n->bursts);
    dram_free(d);
}

void streaming(benchmark::State &state, const char *part)
{
    dram_request r = single_burst(0);
    r.run_bytes = uint64_t(1) << 24;
    serve(state, part, {r});
}

// Reads rows of four bursts out of rows of eight, as an ifmap tile does.
void tile(benchmark::State &state, const char *part)
{
    dram_request r = single_burst(0);
    r.run_bytes = 256;
    r.loop[2] = {64, 64 * 512};
    r.loop[3] = {64, 512};
    serve(state, part, {r});
}

void strided(benchmark::State &state, const char *part)
{
    dram_request r = single_burst(0);
    r.loop[3] = {65536, 4096};
    serve(state, part, {r});
}

void anywhere(benchmark::State &state, const char *part)
{
    std::mt19937_64 engine(1);
    std::vector<dram_request> requests;
    for (int k = 0; k < 65536; k++)
        requests.push_back(single_burst(engine() % memory_bytes));
    serve(state, part, requests);
}

#define BENCHMARK_PARTS(pattern)                            \
    BENCHMARK_CAPTURE(pattern, ddr3_1600, "ddr3_1600");     \
    BENCHMARK_CAPTURE(pattern, ddr4_2400, "ddr4_2400");     \
    BENCHMARK_CAPTURE(pattern, lpddr4_2400, "lpddr4_2400"); \
    BENCHMARK_CAPTURE(pattern, hbm2, "hbm2")

BENCHMARK_PARTS(streaming);
BENCHMARK_PARTS(tile);
BENCHMARK_PARTS(strided);
BENCHMARK_PARTS(anywhere);

} // namespace

BENCHMARK_MAIN();
