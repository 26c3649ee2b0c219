// nest_bench.cpp - nests per second that the closed form counts: random nests
// of AlexNet's CONV2 on an Eyeriss-sized array, with and without a cache, and
// that a search may ask for being legal.
// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <vector>

#include "dataflows/nest/lattice.h"
#include "sim/config/layer_text.h"
#include "test/random_nest.h"

namespace
{

struct nests {
    arch a;
    layer l = {};
    std::vector<nest> n;

    nests()
    {
        random_nest random(5);
        diag *d = diag_new();
        a = random.machine();
        a.has_l1 = false;
        a.rows = 12;
        a.cols = 14;
        a.rf_words[TENSOR_IFMAP] = 12;
        a.rf_words[TENSOR_FILTER] = 224;
        a.rf_words[TENSOR_PSUM] = 24;
        a.l2_bytes = 110592;
        if (!layer_parse_shape("N=4,G=2,M=256,C=96,H=27,W=27,R=5,S=5,pad=2", &l,
                               d))
            std::abort();
        for (int k = 0; k < 300; k++)
            n.push_back(random.mapping(a, l));
        diag_free(d);
    }
};

void count_nests(benchmark::State &state, bool with_cache)
{
    const nests all;
    lattice_cache *cache = with_cache ? lattice_cache_new() : nullptr;
    size_t k = 0;
    for (auto _ : state) {
        counts c;
        nest_expect_cached(&all.a, &all.l, &all.n[k++ % all.n.size()], cache,
                           &c);
        benchmark::DoNotOptimize(c);
    }
    state.counters["nests_per_second"] = benchmark::Counter(
        static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
    lattice_cache_free(cache);
}

void judge_nests(benchmark::State &state)
{
    const nests all;
    size_t k = 0;
    for (auto _ : state) {
        nest_verdict why;
        benchmark::DoNotOptimize(
            nest_is_legal(&all.a, &all.l, &all.n[k++ % all.n.size()], &why));
    }
    state.counters["nests_per_second"] = benchmark::Counter(
        static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(count_nests, without_cache, false);
BENCHMARK_CAPTURE(count_nests, with_cache, true);
BENCHMARK(judge_nests);

} // namespace

BENCHMARK_MAIN();
