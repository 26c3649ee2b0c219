// like_layers_test.cpp - a layer runs as it would alone, whatever layers that
// differ from it in one thing have run before it under the same loops and with
// the same pass memory; and of layers of a run that are equal one runs.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>

#include "sim/base/counters.h"
#include "sim/run/pass_memory.h"
#include "sim/run/run.h"
#include "test/random_run.h"
#include "test/sample.h"

namespace
{

enum { VARIANTS = 13, OTHERS = 6 };

// The layer with one thing changed, and as many outputs where the input can be
// as large as that takes; false: it cannot, or nothing changed.
bool vary(int k, layer *l)
{
    const layer was = *l;
    int *const steps[] = {&l->stride_h, &l->stride_w, &l->dilation_h,
                          &l->dilation_w};
    int *const pads[] = {&l->pad_top, &l->pad_left, &l->pad_bottom,
                         &l->pad_right};
    if (l->op == LAYER_CONV_TRANSPOSE)
        return false;
    if (k < 4)
        *steps[k] = *steps[k] % 3 + 1;
    else if (k < 8)
        *pads[k - 4] = *pads[k - 4] > 0 ? 0 : 1;
    else if (k == 8)
        l->N++;
    else if (k == 9)
        l->M += l->G;
    else if (k == 10)
        l->C += l->G;
    else if (k == 11)
        l->op = l->op == LAYER_CONV ? LAYER_MATMUL : LAYER_CONV;
    else
        l->network_input = !l->network_input;
    l->H = (was.P - 1) * l->stride_h + (l->R - 1) * l->dilation_h + 1 -
           l->pad_top - l->pad_bottom;
    l->W = (was.Q - 1) * l->stride_w + (l->S - 1) * l->dilation_w + 1 -
           l->pad_left - l->pad_right;
    Messages unread;
    return l->H > 0 && l->W > 0 && layer_finish(l, src_pos{}, unread);
}

// The same loops or parameters for another layer; false: they are not legal.
bool mapping_for(const arch &a, const layer &l, const layer_mapping &like,
                 layer_mapping *out)
{
    Messages unread;
    if (layer_mapping_is_nest(&like))
        return choose_nest(&a, &l, &like.nest, nullptr, out, unread);
    given_mapping given = {};
    for (int k = 0; like.dataflow->params[k].name != nullptr; k++) {
        given_param &p = given.param[given.n++];
        std::snprintf(p.name, sizeof(p.name), "%s",
                      like.dataflow->params[k].name);
        p.value = like.mapping.value[k];
    }
    return choose_mapping(&a, &l, like.dataflow, &given, out, unread);
}

void expect_same(const layer_result &is, const layer_result &alone,
                 const std::string &of)
{
    EXPECT_EQ(is.cycles, alone.cycles) << of;
    EXPECT_EQ(is.array_cycles, alone.array_cycles) << of;
    EXPECT_EQ(is.active_pes, alone.active_pes) << of;
    for (const counter *c = counter_table; c->path != nullptr; c++)
        EXPECT_EQ(counter_value(c, &is), counter_value(c, &alone))
            << c->path << " of " << of;
    EXPECT_EQ(0, std::memcmp(is.ledger_pe_cycles, alone.ledger_pe_cycles,
                             sizeof(is.ledger_pe_cycles)))
        << of;
    EXPECT_EQ(0, std::memcmp(is.wait_by, alone.wait_by, sizeof(is.wait_by)))
        << of;
}

TEST(LikeLayers, RunAsAloneWithAMemoryThatTheyShare)
{
    int ran = 0;
    for (int k = 0, end = sample(240, "random runs"); k < end; k++) {
        random_run run;
        Messages d;
        if (!draw_run(2000 + unsigned(k), &run, d))
            continue;
        pass_memory *memory = pass_memory_new(PASS_MEMORY_BYTES_DEFAULT);
        simulate_options alone = {}, shares = {};
        alone.memo = shares.memo = true;
        shares.memory = memory;
        for (int i = -1; i < VARIANTS; i++) {
            layer l = run.l;
            layer_mapping m = run.mapping;
            if (i >= 0 &&
                (!vary(i, &l) || !mapping_for(run.a, l, run.mapping, &m)))
                continue;
            layer_result is = {}, was = {};
            if (!simulate_layer(&run.a, &l, &m, &alone, &was, d))
                continue;
            ASSERT_TRUE(simulate_layer(&run.a, &l, &m, &shares, &is, d));
            expect_same(is, was,
                        "variant " + std::to_string(i) + " of " + run.text);
            ran++;
            if (HasFailure())
                break;
        }
        pass_memory_free(memory);
        if (HasFailure())
            return;
    }
    EXPECT_GT(ran, 100);
}

// Other loops of the same layer.
TEST(LikeLayers, RunAsAloneUnderAllNestsThatShareAMemory)
{
    for (int k = 0, end = sample(100, "random machines"); k < end; k++) {
        const bool is_listed = k % 2 != 0;
        random_nest random(3000 + unsigned(k));
        random_levels levels(3000 + unsigned(k));
        const arch a =
            is_listed ? levels.machine(1 + k / 2 % 6) : random.machine();
        const layer l = is_listed ? levels.shape(500) : random.shape(2000);
        pass_memory *memory = pass_memory_new(PASS_MEMORY_BYTES_DEFAULT);
        simulate_options alone = {}, shares = {};
        alone.memo = shares.memo = true;
        shares.memory = memory;
        for (int i = 0; i < OTHERS; i++) {
            const nest n =
                is_listed ? levels.mapping(a, l) : random.mapping(a, l);
            layer_result is = {}, was = {};
            Messages d;
            if (!simulate_nest(&a, &l, &n, &alone, &was, d))
                continue;
            ASSERT_TRUE(simulate_nest(&a, &l, &n, &shares, &is, d));
            expect_same(is, was, describe(l) + " " + describe(n));
        }
        pass_memory_free(memory);
        if (HasFailure())
            return;
    }
}

// Under the mapping that a dataflow chooses.
struct chosen_by {
    const arch *a;
    static bool mapping_of(const void *context, const layer *l,
                           const simulate_options *, layer_mapping *out,
                           diag *d)
    {
        const given_mapping none = {};
        return choose_mapping(static_cast<const chosen_by *>(context)->a, l,
                              dataflow_find("ws"), &none, out, d);
    }
    static bool is_same(const void *, const layer *, const layer *)
    {
        return true;
    }
};

TEST(LikeLayers, OfEqualOnesOneRuns)
{
    enum { LAYERS = 6 };
    random_case random(41);
    for (int k = 0, end = sample(20, "runs of six layers"); k < end; k++) {
        const arch a = [&random] {
            arch one = random.machine();
            random.choose_for("ws", &one);
            return one;
        }();
        const chosen_by by = {&a};
        const layer_mapper mapper = {&by, chosen_by::mapping_of,
                                     chosen_by::is_same};
        // Three kinds in an order of chance.
        layer kind[3], list[LAYERS];
        int is[LAYERS];
        for (layer &one : kind)
            one = small_layer(random, 20000);
        for (int i = 0; i < LAYERS; i++) {
            is[i] = random.pick(0, 2);
            list[i] = kind[is[i]];
            std::snprintf(list[i].name, sizeof(list[i].name), "layer%d", i);
        }
        run_input in = {};
        in.arch = &a;
        in.layer = list;
        in.n_layers = LAYERS;
        in.mapper = &mapper;
        in.simulate.memo = true;
        in.jobs = 1 + k % 3;
        layer_result r[LAYERS] = {};
        pass_memory_stats stats;
        Messages d;
        if (!run_layers(&in, r, &stats, d))
            continue;
        for (int i = 0; i < LAYERS; i++) {
            layer_mapping m;
            layer_result alone = {};
            simulate_options o = {};
            ASSERT_TRUE(chosen_by::mapping_of(&by, &list[i], nullptr, &m, d));
            ASSERT_TRUE(simulate_layer(&a, &list[i], &m, &o, &alone, d));
            expect_same(r[i], alone, list[i].name);
            EXPECT_STREQ(r[i].layer.name, list[i].name);
            // Passes are repeated where the layer is one before it again.
            const bool again = std::find(is, is + i, is[i]) != is + i;
            EXPECT_EQ(r[i].memo.repeated_passes, again ? r[i].passes : 0);
        }
    }
}

} // namespace
