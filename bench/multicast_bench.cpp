// multicast_bench.cpp - PE-cycles per second of the array side: AlexNet's
// CONV2 and CONV4 on Eyeriss, one pass after the other, nothing remembered.
// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <cstring>

#include "sim/array/multicast_machine.h"
#include "sim/config/layer_text.h"

namespace
{

arch eyeriss()
{
    arch a = {};
    a.clock_hz = 200000000;
    a.rows = 12;
    a.cols = 14;
    for (int &bits : a.precision_bits)
        bits = 16;
    a.rf_words[TENSOR_IFMAP] = 12;
    a.rf_words[TENSOR_FILTER] = 224;
    a.rf_words[TENSOR_PSUM] = 24;
    a.fifo_words = 16;
    a.pipeline_cycles = 3;
    for (network_arch &net : a.network)
        net = {4, 1};
    a.network[NETWORK_IFMAP] = {1, 1};
    a.l2_bytes = 110592;
    a.l2_banks = 27;
    a.l2_bank_row_words = 4;
    a.l2_ports = BANK_1R1W;
    a.l2_latency_cycles = 2;
    a.l2_buffers[TENSOR_IFMAP] = a.l2_buffers[TENSOR_FILTER] = 1;
    a.l2_buffers[TENSOR_PSUM] = 1;
    a.l2_tensor_banks[TENSOR_FILTER] = 2;
    std::strcpy(a.dram_model, "ideal");
    a.padding = PADDING_STORED;
    return a;
}

void run_passes(benchmark::State &state, const layer &shape,
                const char *dataflow_name)
{
    const arch a = eyeriss();
    layer l = shape;
    given_mapping none = {};
    mapping m = {};
    diag *d = diag_new();
    const dataflow *flow = dataflow_find(dataflow_name);
    auto *p = new program();
    if (!layer_finish(&l, src_pos{nullptr, 0}, d) ||
        !flow->choose(&a, &l, &none, &m, d)) {
        state.SkipWithError(diag_text(d, 0));
        return;
    }
    flow->compile(&a, &l, &m, p);
    multicast_machine *machine = multicast_machine_new(p);
    cursor at;
    pass one;
    cursor_start(&at);
    cursor_next(p, &at, &one);
    double pe_cycles = 0;
    for (auto _ : state) {
        multicast_machine_issue(machine, &one.work.multicast, nullptr);
        while (!multicast_machine_is_done(machine)) {
            multicast_machine_step(machine);
            pe_cycles += arch_pes(&a);
        }
    }
    state.counters["PE_cycles_per_second"] =
        benchmark::Counter(pe_cycles, benchmark::Counter::kIsRate);
    multicast_machine_free(machine);
    delete p;
    diag_free(d);
}

layer conv(const char *shape)
{
    layer l = {};
    diag *d = diag_new();
    SIM_CHECK(layer_parse_shape(shape, &l, d));
    diag_free(d);
    return l;
}

const layer conv2 = conv("G=2,M=256,C=96,H=27,W=27,R=5,S=5,pad=2");
const layer conv4 = conv("N=4,G=2,M=384,C=384,H=13,W=13,R=3,S=3,pad=1");

BENCHMARK_CAPTURE(run_passes, conv2_rs, conv2, "rs");
BENCHMARK_CAPTURE(run_passes, conv4_rs, conv4, "rs");
BENCHMARK_CAPTURE(run_passes, conv2_ws, conv2, "ws");
BENCHMARK_CAPTURE(run_passes, conv2_os, conv2, "os");

} // namespace

BENCHMARK_MAIN();
