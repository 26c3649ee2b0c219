// step_bench.cpp - what one step of a part costs: PEs side by side, a
// multicast network, a look-up in the pass memory.
// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "noc/multicast.h"
#include "pe/lanes.h"
#include "sim/run/pass_view.h"

namespace
{

// A rows x cols array whose fifos never run empty or full: every PE works.
void pe_step(benchmark::State &state)
{
    lanes_cfg cfg = {};
    cfg.rows = static_cast<int>(state.range(0));
    cfg.chains = static_cast<int>(state.range(1));
    cfg.fifo_words = 16;
    cfg.pipeline_cycles = 3;
    cfg.psum_own_cycle = true;
    cfg.held_rf_words = 224;
    cfg.window_rf_words = 12;
    cfg.held_port_words = 4;
    cfg.window_port_words = 1;
    std::vector<char> arena(lanes_state_bytes(&cfg));
    std::vector<char> bounds(lanes_bounds_bytes(&cfg));
    lanes l;
    lanes_init(&l, &cfg, arena.data(), bounds.data());
    for (int k = 0; k < l.n; k++) {
        l.f.active[k] = -1;
        l.f.filters[k] = 16;
        l.f.taps[k] = 12;
        l.f.held_words[k] = 16 * 12;
        l.f.slide[k] = 4;
    }
    lanes_pass pass = {};
    pass.rows_used = cfg.rows;
    pass.groups.groups[0] = 1000;
    pass.groups.windows[0] = 1000;
    double pe_cycles = 0;
    for (auto _ : state) {
        lanes_cycle cycle = {};
        if (l.state->running == 0)
            lanes_issue(&l, &pass);
        std::fill(l.f.held_fifo, l.f.held_fifo + l.n, 16);
        std::fill(l.f.window_fifo, l.f.window_fifo + l.n, 16);
        std::fill(l.f.psum_reserved, l.f.psum_reserved + l.n + cfg.chains, 0);
        lanes_eval(&l, 0, l.n, &cycle);
        lanes_commit(&l, 0, l.stride);
        benchmark::DoNotOptimize(cycle);
        pe_cycles += l.n;
    }
    state.counters["PE_cycles_per_second"] =
        benchmark::Counter(pe_cycles, benchmark::Counter::kIsRate);
}
BENCHMARK(pe_step)
    ->Args({12, 14})
    ->Args({32, 32})
    ->Args({128, 128})
    ->Args({256, 256});

// A slot of a network to `fan_out` lanes that always have room.
void bus_step(benchmark::State &state)
{
    const int dests = 12, fan_out = static_cast<int>(state.range(0));
    std::vector<int32_t> begin, lane;
    for (int d = 0; d <= dests; d++)
        begin.push_back(d * fan_out);
    for (int k = 0; k < dests * fan_out; k++)
        lane.push_back(k);
    std::vector<int16_t> limit(dests, 4), words(lane.size()), push(lane.size());
    const destination_sets sets = {begin.data(), lane.data()};
    lane_fifo fifo = {words.data(), push.data(), 16};
    stream_shape shape = {};
    shape.words_per_slot = 4;
    shape.slots_per_cycle = 1;
    shape.chunks = 1;
    shape.dests = dests;
    shape.limit_words = limit.data();
    shape.banks = 2;
    shape.row_words = 4;
    stream_state stream;
    multicast_counts counts = {};
    stream_start(&stream, &shape, 1000000, 0, 0);
    for (auto _ : state) {
        if (stream_is_done(&stream))
            stream_start(&stream, &shape, 1000000, 0, 0);
        benchmark::DoNotOptimize(multicast_eval(
            &stream, &shape, shape.banks, &sets, &fifo, &counts, nullptr));
    }
    state.counters["slots_per_second"] = benchmark::Counter(
        static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(bus_step)->Arg(1)->Arg(14)->Arg(168);

// As long as the key of a program's pass.
using bytes = std::array<unsigned char, 128>;

bytes numbered(int number)
{
    bytes b = {};
    std::memcpy(b.data(), &number, sizeof(number));
    return b;
}

void key_hash(benchmark::State &state)
{
    bytes one = numbered(1);
    for (auto _ : state) {
        one[8]++;
        benchmark::DoNotOptimize(pass_key_of(one.data(), one.size()));
    }
}
BENCHMARK(key_hash);

// Looks up a pass in the memory. The benchmark's argument is the number of
// keys known; the view keeps their places or not.
void known_pass(benchmark::State &state, bool keeps_places)
{
    const int known = static_cast<int>(state.range(0));
    pass_memory *memory = pass_memory_new(PASS_MEMORY_BYTES_DEFAULT);
    pass_view *view = pass_view_new(memory, keeps_places);
    pass_outcome outcome = {};
    std::vector<bytes> all;
    for (int k = 0; k < known; k++)
        all.push_back(numbered(k));
    for (const bytes &b : all) {
        const pass_key key = pass_key_of(b.data(), b.size());
        pass_view_find(view, &key, &outcome);
        pass_view_add(view, &key, &outcome);
    }
    size_t at = 0;
    for (auto _ : state) {
        const pass_key key = pass_key_of(all[at].data(), all[at].size());
        benchmark::DoNotOptimize(pass_view_find(view, &key, &outcome));
        at = at + 1 == all.size() ? 0 : at + 1;
    }
    pass_view_free(view);
    pass_memory_free(memory);
}
BENCHMARK_CAPTURE(known_pass, in_place, true)->Arg(1)->Arg(8);
BENCHMARK_CAPTURE(known_pass, compared, false)->Arg(1)->Arg(8)->Arg(10000);

} // namespace

BENCHMARK_MAIN();
