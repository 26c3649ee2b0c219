// drawn_run.h - the random runs whose figures are held to what they were: of
// the kinds of random_run.h, with a DRAM part or with zeros that are skipped.
// SPDX-License-Identifier: MIT
#ifndef TEST_PINS_DRAWN_RUN_H
#define TEST_PINS_DRAWN_RUN_H

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "sim/array/array_side.h"
#include "test/random_run.h"

// As often a nest, or listed levels, as a named mapping; some machines have
// a DRAM part, or skip zeros.
inline bool draw_of_all_kinds(unsigned seed, random_run *run, diag *d)
{
    static const char *const parts[] = {"ddr3_1600", "ddr4_2400", "lpddr4_2400",
                                        "hbm2"};
    static const char *const skips[] = {"ifmap", "filter", "both"};
    const unsigned kind = seed % 4;
    if (!(kind == 0   ? draw_nest(seed, run, d)
          : kind == 1 ? draw_levels(seed, run, d)
                      : draw_run(seed, run, d)))
        return false;
    if (seed % 5 == 0 && run->cfg == nullptr)
        std::snprintf(run->a.dram_model, sizeof(run->a.dram_model), "%s",
                      parts[seed / 5 % 4]);
    if (seed % 3 == 0 && kind > 1 && run->cfg == nullptr &&
        run->a.array_network == NETWORK_MULTICAST) {
        std::strcpy(run->a.skips[0], skips[seed / 3 % 3]);
        run->a.psum_add = PSUM_ADD_OWN_CYCLE;
        run->a.zero_gating = false;
        run->a.coding = seed / 9 % 2 ? CODING_CSC : CODING_NONE;
        run->l.zero_share[TENSOR_IFMAP] = 0.5;
    }
    return true;
}

// A machine that skips products of zeros, in every way there is, and a layer
// that has some.
inline bool draw_with_zeros(unsigned seed, random_run *run, diag *d)
{
    static const char *const flows[] = {"rs", "ws", "is", "os", "nlr"};
    static const char *const skips[] = {"ifmap", "filter", "both"};
    const given_mapping none = {};
    const char *const flow = flows[seed % 5];
    random_case random(seed);
    arch *a = &run->a;
    *a = random.machine();
    a->dram_latency_cycles = random.pick(0, 30);
    random.choose_for(flow, a);
    if (random.pick(0, 2) == 0 && std::strcmp(flow, "nlr") != 0)
        random.add_l1(a,
                      random.pick(0, 1) ? L2_TO_L1_MESH : L2_TO_L1_MULTICAST);
    a->array_network = NETWORK_MULTICAST;
    a->psum_reduce = PSUM_CHAIN;
    a->psum_add = PSUM_ADD_OWN_CYCLE;
    a->rows_hold[0] = a->cols_hold[0] = '\0';
    std::strcpy(a->skips[0], skips[random.pick(0, 2)]);
    a->coding = random.pick(0, 1) ? CODING_CSC : CODING_NONE;
    if (random.pick(0, 1)) {
        a->multipliers = 2;
        a->pipeline_cycles = std::min(a->pipeline_cycles, 8);
    }
    run->l = small_layer(random, 20000);
    run->l.zero_share[TENSOR_IFMAP] = random.pick(0, 4) / 4.0;
    run->l.zero_share[TENSOR_FILTER] = random.pick(0, 4) / 4.0;
    run->text = std::string("with zeros, ") + flow + " " + describe(run->l);
    return choose_mapping(a, &run->l, dataflow_find(flow), &none, &run->mapping,
                          d);
}

// Arrays that random runs have seldom: systolic ones that drain as they go on
// and, half of them, have second registers, some with strips; and passes that
// overlap behind multicast networks.
inline bool draw_rare_array(unsigned seed, random_run *run, diag *d)
{
    static const char *const flows[] = {"ws", "is", "os", "rs", "nlr"};
    const given_mapping none = {};
    const bool is_systolic = seed % 3 > 0;
    const char *const flow = flows[seed / 3 % (is_systolic ? 3 : 5)];
    random_case random(seed);
    arch *a = &run->a;
    *a = random.machine();
    a->l2_bytes = random.pick(0, 1) ? 4096 : 65536;
    a->dram_latency_cycles = random.pick(0, 30);
    if (is_systolic) {
        a->array_network = NETWORK_SYSTOLIC;
        a->drain = random.pick(0, 2) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        for (int k = 0; k < 4 && std::strcmp(flow, "os") != 0 && seed % 2; k++)
            random.add_shadow_words(a);
        if (a->preload == PRELOAD_SHADOW && random.pick(0, 1))
            random.add_strips(a);
    } else {
        a->array_network = NETWORK_MULTICAST;
        random.choose_for(flow, a);
        a->psum_reduce = PSUM_CHAIN;
        a->rows_hold[0] = a->cols_hold[0] = '\0';
        a->pass_overlap = true;
    }
    array_refusal why = {};
    if (!array_kind_of(a)->honours(a, flow, &why))
        return false;
    run->l = small_layer(random, 30000);
    run->text = std::string(is_systolic ? "systolic, " : "overlapped, ") +
                flow + " " + describe(run->l);
    return choose_mapping(a, &run->l, dataflow_find(flow), &none, &run->mapping,
                          d);
}

#endif
