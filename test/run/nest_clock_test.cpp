// nest_clock_test.cpp - the clock of nests (test/array/nest_clock.h) against
// the machines: named mappings, whose nests are made here, and random nests.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>

#include "dataflows/program.h"
#include "test/array/nest_clock.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/random_nest.h"
#include "test/sample.h"

namespace
{

// Memory that never waits, PEs and networks at random.
arch machine(random_case *random)
{
    arch a = random->machine();
    std::strcpy(a.dram_model, "ideal");
    a.carries = CARRIES_ALL;
    a.compression = COMPRESSION_NONE;
    a.padding = PADDING_STORED;
    a.l2_ports = BANK_1R1W;
    a.l2_keeps_tiles = true;
    a.l2_bytes = 1 << 22;
    a.fifo_words = random->pick(4, 12);
    a.rows = random->pick(2, 9);
    return a;
}

std::string about(const arch &a)
{
    std::string text = "\n" + std::to_string(a.rows) + " x " +
                       std::to_string(a.cols) + ", fifos of " +
                       std::to_string(a.fifo_words) + ", pipeline " +
                       std::to_string(a.pipeline_cycles) + ", latency " +
                       std::to_string(a.l2_latency_cycles) + ", rf";
    for (int words : a.rf_words)
        text += " " + std::to_string(words);
    for (const network_arch &net : a.network)
        text += ", " + std::to_string(net.words_per_slot) + " x " +
                std::to_string(net.slots_per_cycle);
    text += ", rows of " + std::to_string(a.l2_bank_row_words);
    text += a.psum_add == PSUM_ADD_OWN_CYCLE ? ", own cycle" : "";
    text += a.start == PE_START_WINDOW ? ", whole windows" : "";
    text += a.refill == PE_REFILL_LAST_USE ? ", refill at last use" : "";
    text += a.ifmap_waits_for_filters ? ", waits" : "";
    return text;
}

struct named_case {
    arch a;
    layer l;
    mapping m;
    nest n;
    std::map<std::string, int> v;
};

void add(nest_loops *to, nest_dim dim, int extent, int tile)
{
    if (extent > tile)
        nest_append(to, dim, (extent + tile - 1) / tile);
}

int some_divisor(random_case *random, int n, int most)
{
    int d = std::min(n, random->pick(1, most));
    while (n % d != 0)
        d--;
    return d;
}

// The nests that named mappings are (docs/nest.md).  Which tiles lie in DRAM is
// of no account where memory does not wait, so all of a group is one.
void make_os(random_case *random, named_case *c)
{
    const layer &l = c->l;
    const int Mg = l.M / l.G;
    int x = some_divisor(random, l.Q, c->a.cols), rows = 1;
    if (x == l.Q)
        rows = some_divisor(random, l.P, std::max(1, c->a.cols / x));
    const int t = random->pick(1, c->a.rows);
    const int p = random->pick(
        1, std::min(c->a.rf_words[TENSOR_PSUM], c->a.rf_words[TENSOR_FILTER]));
    const int tile = random->pick(1, l.C / l.G);
    c->v = {{"x", x * rows}, {"t", t}, {"p", p}, {"c", tile}};
    nest_level *l2 = &c->n.level[LEVEL_L2];
    nest_append(&c->n.level[LEVEL_RF].time, NEST_M, p);
    nest_append(&l2->rows, NEST_M, t);
    nest_append(&l2->cols, NEST_P, rows);
    nest_append(&l2->cols, NEST_Q, x);
    add(&c->n.level[LEVEL_DRAM].time, NEST_C, l.C / l.G, tile);
    add(&l2->time, NEST_N, l.N, 1);
    add(&l2->time, NEST_P, l.P, rows);
    add(&l2->time, NEST_Q, l.Q, x);
    add(&l2->time, NEST_M, Mg, t * p);
    nest_append(&l2->time, NEST_C, tile);
    nest_append(&l2->time, NEST_R, l.R);
    nest_append(&l2->time, NEST_S, l.S);
    c->n.pass = 3;
}

// Operands that stay: of ws filters, of is the outputs of a row.
void make_stationary(random_case *random, named_case *c, bool is)
{
    layer &l = c->l;
    nest_level *l2 = &c->n.level[LEVEL_L2];
    const int Cg = l.C / l.G;
    const nest_dim across = is ? NEST_Q : NEST_M;
    const int extent = is ? l.Q : l.M / l.G;
    const int q = random->pick(1, std::min(Cg, 3));
    const int p = random->pick(1, 3);
    const int rows = std::min(c->a.rows, (Cg + q - 1) / q);
    const int cols = std::min(c->a.cols, (extent + p - 1) / p);
    c->v = {{"p", p}, {"q", q}};
    if (is)
        c->v.insert({{"n", 1}, {"e", 1}});
    nest_append(&c->n.level[LEVEL_RF].time, NEST_C, q);
    nest_append(&c->n.level[LEVEL_RF].time, across, p);
    nest_append(&l2->rows, NEST_C, rows);
    nest_append(&l2->cols, across, cols);
    if (is) {
        add(&c->n.level[LEVEL_DRAM].time, NEST_N, l.N, 1);
        add(&c->n.level[LEVEL_DRAM].time, NEST_P, l.P, 1);
    }
    add(&l2->time, across, extent, p * cols);
    add(&l2->time, NEST_C, Cg, q * rows);
    add(&l2->time, NEST_R, l.R, 1);
    add(&l2->time, NEST_S, l.S, 1);
    if (is) {
        nest_append(&l2->time, NEST_M, l.M / l.G);
        c->n.pass = 1;
    } else {
        nest_append(&l2->time, NEST_N, l.N);
        nest_append(&l2->time, NEST_P, l.P);
        nest_append(&l2->time, NEST_Q, l.Q);
        c->n.pass = 3;
    }
}

void make_rs(random_case *random, named_case *c)
{
    const layer &l = c->l;
    nest_level *l2 = &c->n.level[LEVEL_L2];
    const int e = random->pick(1, std::min(l.P, c->a.cols));
    const int r = random->pick(1, 2), t = random->pick(1, 2);
    const int q = random->pick(1, 2), p = random->pick(1, 3);
    const int n = random->pick(1, l.N);
    c->a.rows = std::max(c->a.rows, r * t * l.R);
    c->v = {{"e", e}, {"r", r},    {"t", t},    {"q", q}, {"p", p},
            {"n", n}, {"fr", l.R}, {"fc", l.S}, {"g", 1}, {"m", p * t}};
    nest_append(&c->n.level[LEVEL_RF].time, NEST_S, l.S);
    nest_append(&c->n.level[LEVEL_RF].time, NEST_C, q);
    nest_append(&c->n.level[LEVEL_RF].time, NEST_M, p);
    nest_append(&l2->rows, NEST_M, t);
    nest_append(&l2->rows, NEST_C, r);
    nest_append(&l2->rows, NEST_R, l.R);
    nest_append(&l2->cols, NEST_P, e);
    nest_loops *dram = &c->n.level[LEVEL_DRAM].time;
    add(dram, NEST_M, l.M / l.G, p * t);
    add(dram, NEST_N, l.N, n);
    add(dram, NEST_P, l.P, e);
    add(dram, NEST_C, l.C / l.G, q * r);
    nest_append(&l2->time, NEST_N, n);
    nest_append(&l2->time, NEST_Q, l.Q);
    c->n.pass = 2;
}

bool draw_named(const std::string &flow, random_case *random, named_case *c)
{
    Messages d;
    c->a = machine(random);
    std::snprintf(c->a.dataflows[0], sizeof(c->a.dataflows[0]), "%s",
                  flow.c_str());
    c->l = random->shape();
    c->l.N = random->pick(1, 2);
    c->l.dilation_h = c->l.dilation_w = 1;
    if (flow == "ws" || flow == "is") {
        if (random->pick(0, 1) == 0)
            std::strcpy(c->a.rows_hold, "c");
        else
            c->l.R = c->l.S = 1;
    }
    if (!layer_finish(&c->l, src_pos{nullptr, 0}, d) ||
        layer_macs(&c->l) > 20000)
        return false;
    nest_start(&c->a, &c->n);
    if (c->l.G > 1)
        nest_append(&c->n.level[LEVEL_DRAM].time, NEST_G, c->l.G);
    if (flow == "os")
        make_os(random, c);
    else if (flow == "rs")
        make_rs(random, c);
    else
        make_stationary(random, c, flow == "is");
    for (const char *whole : {"m", "f", "n", "e", "c"})
        if (flow != "rs" && c->v.count(whole) == 0)
            c->v[whole] = 65535;
    given_mapping given = {};
    for (const auto &p : c->v) {
        given_param &to = given.param[given.n++];
        std::snprintf(to.name, sizeof(to.name), "%s", p.first.c_str());
        to.value = p.second;
    }
    layer_mapping chosen;
    if (!choose_mapping(&c->a, &c->l, dataflow_find(flow.c_str()), &given,
                        &chosen, d))
        return false;
    c->m = chosen.mapping;
    return true;
}

// A tile in other banks has other ports.
bool same_banks(const std::string &flow, const named_case &c)
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    tensor unread;
    uint64_t lacking;
    program p = {};
    dataflow_find(flow.c_str())->compile(&c.a, &c.l, &c.m, &p);
    return nest_l2_places(&c.a, &c.l, &c.n, buffers, banks, &unread,
                          &lacking) &&
           std::equal(banks, banks + TENSOR_N, p.banks);
}

class NamedClock : public testing::TestWithParam<const char *>
{
};

TEST_P(NamedClock, AgreesWithTheMachineThatKnowsTheDataflow)
{
    const std::string flow = GetParam();
    random_case random(4401);
    const int wanted = sample(30, "named mappings as nests");
    int done = 0, drawn = 0, illegal = 0, other_banks = 0;
    while (done < wanted && !HasFailure()) {
        named_case c = {};
        Messages d;
        nest_verdict why;
        if (!draw_named(flow, &random, &c))
            continue;
        drawn++;
        if (!nest_is_legal(&c.a, &c.l, &c.n, &why)) {
            illegal++;
            continue;
        }
        if (!same_banks(flow, c)) {
            other_banks++;
            continue;
        }
        const layer_mapping named =
            layer_mapping_chosen(dataflow_find(flow.c_str()), &c.m);
        simulate_options o = {};
        o.memo = true;
        layer_result r = {}, as_nest = {};
        ASSERT_TRUE(simulate_layer(&c.a, &c.l, &named, &o, &r, d)) << d.text();
        done++;
        EXPECT_EQ(nest_clock(c.a, c.l, c.n), r.cycles)
            << describe(c.n) << about(c.a);
        ASSERT_TRUE(simulate_nest(&c.a, &c.l, &c.n, &o, &as_nest, d))
            << d.text();
        EXPECT_EQ(as_nest.cycles, r.cycles) << describe(c.n) << about(c.a);
    }
    std::printf("left out: %d of %d drawn: %d no legal nest, %d with tiles in "
                "other banks\n",
                drawn - done, drawn, illegal, other_banks);
}

INSTANTIATE_TEST_SUITE_P(, NamedClock, testing::Values("os", "ws", "is", "rs"),
                         [](const auto &one) {
                             return std::string(one.param);
                         });

// Any nest: tight fifos, register files of just a tile.
TEST(NestClock, AgreesWithTheMachineThatRunsTables)
{
    random_nest random(4409);
    const int wanted = sample(200, "random nests");
    int done = 0, drawn = 0;
    while (done < wanted && !testing::Test::HasFailure()) {
        random_case other(unsigned(drawn) + 99);
        arch a = machine(&other);
        layer l = random.shape(4000);
        Messages d;
        drawn++;
        a.padding = random.pick(0, 1) ? PADDING_STORED : PADDING_GENERATED;
        a.fifo_words = random.pick(4, 8);
        a.pass_overlap = drawn % 3 == 0;
        for (network_arch &net : a.network)
            net.words_per_slot = std::min(net.words_per_slot, a.fifo_words);
        for (int &words : a.rf_words)
            words = random.pick(1, 16);
        const nest n = random.mapping(a, l);
        if (random.pick(0, 2) > 0)
            for (int t = 0; t < TENSOR_N; t++)
                a.rf_words[t] =
                    int(nest_tile_words(&a, &l, &n, LEVEL_RF, tensor(t)));
        nest_verdict why;
        if (!nest_is_legal(&a, &l, &n, &why))
            continue;
        simulate_options o = {};
        o.memo = true;
        layer_result r = {};
        done++;
        ASSERT_TRUE(simulate_nest(&a, &l, &n, &o, &r, d))
            << d.text() << describe(n) << about(a);
        EXPECT_EQ(nest_clock(a, l, n), r.cycles) << describe(n) << about(a);
    }
    std::printf("left out: %d of %d drawn\n", drawn - done, drawn);
}

} // namespace
