// named_nest_test.cpp - a loop nest that is a named mapping takes its cycles:
// two machines written apart, one clock.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dataflows/dataflow.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/random_nest.h"
#include "test/sample.h"
#include "test/simulate_chosen.h"

namespace
{

using loops = std::vector<std::pair<nest_dim, int>>;

// A mapping by its parameters, and the same as a nest.
struct two_ways {
    std::vector<std::pair<const char *, int>> params;
    nest n;
    int rows, cols;
    int rf[TENSOR_N]; // words that a PE needs
    int filters;      // that a pass takes; 0: as many as there are
};

int up(int a, int b)
{
    return (a + b - 1) / b;
}

void append(nest_loops *to, const loops &from)
{
    for (const auto &loop : from)
        nest_append(to, loop.first, loop.second);
}

class drawing
{
  public:
    explicit drawing(unsigned seed) : random_(seed)
    {
    }

    int pick(int low, int high)
    {
        return random_.pick(low, high);
    }

    // Without padding; taps R x S.
    layer shape(int taps_r, int taps_s, bool strided)
    {
        layer l = {};
        l.N = pick(1, 2);
        l.G = 1;
        l.M = pick(1, 12);
        l.C = pick(1, 7);
        l.R = pick(1, taps_r);
        l.S = pick(1, taps_s);
        l.stride_h = l.stride_w = strided ? pick(1, 2) : 1;
        l.dilation_h = l.dilation_w = 1;
        l.P = pick(1, 5);
        l.Q = pick(1, 8);
        l.H = (l.P - 1) * l.stride_h + l.R;
        l.W = (l.Q - 1) * l.stride_w + l.S;
        return l;
    }

    arch machine(const two_ways &w)
    {
        arch a = random_.machine();
        a.array_network = NETWORK_MULTICAST;
        a.psum_reduce = PSUM_CHAIN;
        a.has_l1 = false;
        a.carries = CARRIES_ALL;
        a.compression = COMPRESSION_NONE;
        a.rows_hold[0] = a.cols_hold[0] = '\0';
        a.rows = w.rows;
        a.cols = w.cols;
        a.l2_bytes = 1 << 18;
        for (int t = 0; t < TENSOR_N; t++)
            a.rf_words[t] = w.rf[t] + (t == TENSOR_PSUM ? 0 : pick(0, 4));
        return a;
    }

    // A divisor of n.
    int part(int n)
    {
        for (;;) {
            const int d = pick(1, n);
            if (n % d == 0)
                return d;
        }
    }

  private:
    random_case random_;
};

// Tiles of these sizes.  None is larger than the layer: a named mapping would
// take room in L2 for all of it.
two_ways start(layer *shape, int m, int n, int e, int c)
{
    two_ways w = {};
    layer &l = *shape;
    l.M = std::max(l.M, m);
    l.C = std::max(l.C, c);
    const arch without_l1 = {};
    nest_start(&without_l1, &w.n);
    append(&w.n.level[LEVEL_DRAM].time, {{NEST_M, up(l.M, m)},
                                         {NEST_N, up(l.N, n)},
                                         {NEST_P, up(l.P, e)},
                                         {NEST_C, up(l.C, c)}});
    return w;
}

void put(two_ways *w, const loops &l2, const loops &rows, const loops &cols,
         const loops &rf)
{
    append(&w->n.level[LEVEL_L2].time, l2);
    append(&w->n.level[LEVEL_L2].rows, rows);
    append(&w->n.level[LEVEL_L2].cols, cols);
    append(&w->n.level[LEVEL_RF].time, rf);
}

two_ways os(drawing &d, layer *l)
{
    *l = d.shape(3, 3, true);
    const int x = d.part(l->Q), t = d.pick(1, 4), p = d.pick(1, 4);
    const int m = t * p * d.pick(1, 2), n = d.pick(1, l->N);
    const int e = d.pick(1, l->P), c = d.pick(1, l->C);
    two_ways w = start(l, m, n, e, c);
    w.params = {{"x", x}, {"t", t}, {"p", p}, {"m", m},
                {"n", n}, {"e", e}, {"c", c}, {"f", m}};
    put(&w,
        {{NEST_N, n},
         {NEST_P, e},
         {NEST_Q, l->Q / x},
         {NEST_M, up(m, t * p)},
         {NEST_C, c},
         {NEST_R, l->R},
         {NEST_S, l->S}},
        {{NEST_M, t}}, {{NEST_Q, x}}, {{NEST_M, p}});
    w.rows = t;
    w.cols = x;
    w.filters = t * p;
    w.rf[TENSOR_IFMAP] = 1;
    w.rf[TENSOR_FILTER] = w.rf[TENSOR_PSUM] = p;
    return w;
}

// Products of a channel down the rows, or q channels of 1 x 1 filters a PE.
two_ways ws(drawing &d, layer *l)
{
    *l = d.shape(3, 2, true);
    const int q = l->R * l->S == 1 ? d.pick(1, 3) : 1, p = d.pick(1, 4);
    const int rows = d.pick(1, 3), cols = d.pick(1, 4);
    const int m = cols * p * d.pick(1, 2), c = rows * q * d.pick(1, 2);
    const int n = d.pick(1, l->N), e = d.pick(1, l->P);
    two_ways w = start(l, m, n, e, c);
    w.params = {{"m", m}, {"n", n}, {"e", e}, {"c", c},
                {"f", m}, {"p", p}, {"q", q}};
    put(&w,
        {{NEST_M, up(m, cols * p)},
         {NEST_C, up(c, rows * q)},
         {NEST_N, n},
         {NEST_P, e},
         {NEST_Q, l->Q}},
        {{NEST_C, rows}, {NEST_R, l->R}, {NEST_S, l->S}}, {{NEST_M, cols}},
        {{NEST_C, q}, {NEST_M, p}});
    w.rows = rows * l->R * l->S;
    w.cols = cols;
    w.filters = cols * p;
    w.rf[TENSOR_IFMAP] = q;
    w.rf[TENSOR_FILTER] = p * q;
    w.rf[TENSOR_PSUM] = p;
    return w;
}

two_ways is(drawing &d, layer *l)
{
    *l = d.shape(1, 1, false);
    const int across = d.part(l->Q), p = d.part(across), cols = across / p;
    const int rows = d.pick(1, 4), q = d.pick(1, 3);
    const int m = d.pick(1, l->M), c = rows * q * d.pick(1, 2);
    const int n = d.pick(1, l->N), e = d.pick(1, l->P);
    two_ways w = start(l, m, n, e, c);
    w.params = {{"m", m}, {"n", n}, {"e", e}, {"c", c},
                {"f", m}, {"p", p}, {"q", q}};
    put(&w,
        {{NEST_N, n},
         {NEST_P, e},
         {NEST_Q, l->Q / across},
         {NEST_C, up(c, rows * q)},
         {NEST_M, m}},
        {{NEST_C, rows}}, {{NEST_Q, cols}}, {{NEST_C, q}, {NEST_Q, p}});
    w.rows = rows;
    w.cols = cols;
    w.rf[TENSOR_IFMAP] = p * q;
    w.rf[TENSOR_FILTER] = q;
    w.rf[TENSOR_PSUM] = p;
    return w;
}

two_ways rs(drawing &d, layer *l)
{
    *l = d.shape(3, 4, true);
    const int e = d.pick(1, l->P), t = d.pick(1, 3), p = d.pick(1, 4);
    const int q = d.pick(1, 3), r = d.pick(1, 2), n = d.pick(1, l->N);
    two_ways w = start(l, p * t, n, e, q * r);
    w.params = {{"m", p * t}, {"n", n}, {"e", e}, {"p", p},
                {"q", q},     {"r", r}, {"t", t}};
    put(&w, {{NEST_N, n}, {NEST_Q, l->Q}}, {{NEST_C, r}, {NEST_R, l->R}},
        {{NEST_M, t}, {NEST_P, e}}, {{NEST_S, l->S}, {NEST_C, q}, {NEST_M, p}});
    w.rows = r * l->R;
    w.cols = t * e;
    w.rf[TENSOR_IFMAP] = q * l->S;
    w.rf[TENSOR_FILTER] = p * q * l->S;
    w.rf[TENSOR_PSUM] = p;
    return w;
}

// Whether as many words go over each network, and to and from DRAM.
bool same_words(const layer_result &a, const layer_result &b)
{
    for (int k = 0; k < LINK_N; k++)
        if (a.counts.link[k].words_sent != b.counts.link[k].words_sent)
            return false;
    for (int t = 0; t < TENSOR_N; t++) {
        const accesses &x = a.counts.access[LEVEL_DRAM][t];
        const accesses &y = b.counts.access[LEVEL_DRAM][t];
        if (x.reads != y.reads || x.writes != y.writes)
            return false;
    }
    return true;
}

// Cuts loops over PEs at the borders of L1s; false: one lies inside a step.
bool cut_axis(const nest_loops &whole, int clusters_of, nest_loops *outer,
              nest_loops *inner)
{
    int left = clusters_of;
    outer->n = inner->n = 0;
    for (int i = whole.n - 1; i >= 0; i--) {
        const nest_loop loop = whole.loop[i];
        nest_loop in = loop, out = loop;
        if (left >= loop.count) {
            if (left % loop.count != 0)
                return false;
            left /= loop.count;
            out.count = 1;
        } else if (loop.count % left != 0) {
            return false;
        } else {
            in.count = uint16_t(left);
            out.count = uint16_t(loop.count / left);
            left = 1;
        }
        for (int k = inner->n++; k > 0; k--)
            inner->loop[k] = inner->loop[k - 1];
        inner->loop[0] = in;
        for (int k = outer->n++; k > 0; k--)
            outer->loop[k] = outer->loop[k - 1];
        outer->loop[0] = out;
    }
    return true;
}

// Gives the machine L1s as lines.
bool add_lines(drawing &d, arch *a, nest *n)
{
    nest_level *l2 = &n->level[LEVEL_L2], *l1 = &n->level[LEVEL_L1];
    const nest_level whole = *l2;
    bool is_cut = false;
    for (int tries = 0; tries < 50 && !is_cut; tries++) {
        a->l1_cluster_rows = d.pick(1, a->rows);
        a->l1_cluster_cols = d.pick(1, a->cols);
        is_cut =
            up(a->rows, a->l1_cluster_rows) * up(a->cols, a->l1_cluster_cols) <=
                64 && // a machine may have so many
            cut_axis(whole.rows, a->l1_cluster_rows, &l2->rows, &l1->rows) &&
            cut_axis(whole.cols, a->l1_cluster_cols, &l2->cols, &l1->cols);
    }
    if (!is_cut)
        return false;
    a->has_l1 = true;
    a->l1_banks = d.pick(1, 4);
    a->l1_tensor_banks[TENSOR_FILTER] = d.pick(0, a->l1_banks - 1);
    a->l1_bank_row_words = 4;
    a->l1_bytes = uint64_t(a->l1_banks) * 64 * 4;
    a->l1_bypass[TENSOR_IFMAP] = d.pick(0, 3) == 0;
    a->l1_bypass[TENSOR_FILTER] = d.pick(0, 3) == 0;
    a->l1_ports = d.pick(0, 1) ? BANK_1RW : BANK_1R1W;
    a->l1_latency_cycles = d.pick(0, 3);
    a->l1_input_slots = d.pick(1, 4);
    a->l2_to_l1 = L2_TO_L1_MULTICAST;
    a->l2_to_l1_slots_per_cycle = d.pick(1, 3);
    n->l1_is_line = true;
    for (bool &keep : l1->keep)
        keep = false;
    return true;
}

struct dataflow_case {
    const char *name;
    two_ways (*draw)(drawing &d, layer *l);
    unsigned seed;
};

class NamedNest : public testing::TestWithParam<dataflow_case>
{
};

TEST_P(NamedNest, TakesTheCyclesOfItsMapping)
{
    drawing d(GetParam().seed);
    const int cases = sample(30, "mappings");
    int same = 0, other_words = 0, overlapping = 0;
    for (int k = 0; k < cases; k++) {
        layer l = {};
        const two_ways w = GetParam().draw(d, &l);
        arch a = d.machine(w);
        // Gaps between strided words come with rows of a named dataflow, and
        // are left out by a nest: other bytes from DRAM.
        if (d.pick(0, 1) || l.stride_w > 1)
            std::strcpy(a.dram_model, "ideal");
        given_mapping given = {};
        for (const auto &param : w.params) {
            given_param &to = given.param[given.n++];
            std::snprintf(to.name, sizeof(to.name), "%s", param.first);
            to.value = param.second;
        }
        simulate_options o = {};
        layer_result named = {}, nested = {};
        Messages messages;
        ASSERT_TRUE(simulate_chosen(&a, &l, GetParam().name, &given, &o, &named,
                                    messages))
            << messages.text() << describe(l) << describe(w.n);
        ASSERT_TRUE(simulate_nest(&a, &l, &w.n, &o, &nested, messages))
            << messages.text() << describe(l) << describe(w.n);
        if (!same_words(named, nested)) {
            other_words++;
            continue;
        }
        same++;
        EXPECT_EQ(named.cycles, nested.cycles)
            << describe(l) << describe(w.n) << ", array " << a.rows << " x "
            << a.cols << ", " << a.dram_model;
        for (int cause = 0; cause < LEDGER_N; cause++) {
            if (cause == LEDGER_idle_edge || cause == LEDGER_idle_mapping)
                continue;
            EXPECT_EQ(named.ledger_pe_cycles[cause],
                      nested.ledger_pe_cycles[cause])
                << "cause " << cause << describe(l) << describe(w.n);
        }
        for (int t = 0; t < TENSOR_N; t++) {
            const accesses &x = named.counts.access[LEVEL_RF][t];
            const accesses &y = nested.counts.access[LEVEL_RF][t];
            EXPECT_EQ(x.reads, y.reads) << describe(l) << describe(w.n);
            EXPECT_EQ(x.writes, y.writes) << describe(l) << describe(w.n);
        }
        // The same where passes overlap, if the nest's PEs, which do not forget
        // at a pass's end, get as many words.  Nests whose filters move wait
        // for none of them; a named mapping's last filters may be fewer than
        // its columns or rows, and the array is empty before.
        a.pass_overlap = true;
        a.ifmap_waits_for_filters = false;
        ASSERT_TRUE(simulate_chosen(&a, &l, GetParam().name, &given, &o, &named,
                                    messages))
            << messages.text() << describe(l) << describe(w.n);
        ASSERT_TRUE(simulate_nest(&a, &l, &w.n, &o, &nested, messages))
            << messages.text() << describe(l) << describe(w.n);
        if (!same_words(named, nested) ||
            (w.filters > 0 && l.M % w.filters != 0))
            continue;
        overlapping += named.passes > nested.passes;
        EXPECT_EQ(named.cycles, nested.cycles)
            << "overlapping" << describe(l) << describe(w.n) << ", array "
            << a.rows << " x " << a.cols << ", " << a.dram_model;
    }
    std::printf("%s: %d as named, %d of them with passes that overlap; %d send "
                "other words, and are left out\n",
                GetParam().name, same, overlapping, other_words);
    if (!sample_is_short()) {
        EXPECT_GT(same, cases / 2);
    }
}

// The same where L1s stand between: lines, whose slots are those of the L2
// stream, cluster by cluster.
TEST_P(NamedNest, TakesTheCyclesOfItsMappingBehindL1s)
{
    drawing d(GetParam().seed + 10);
    const int cases = sample(30, "mappings");
    int same = 0, other_words = 0, uncut = 0;
    for (int k = 0; k < cases; k++) {
        layer l = {};
        two_ways w = GetParam().draw(d, &l);
        arch a = d.machine(w);
        if (d.pick(0, 1) || l.stride_w > 1)
            std::strcpy(a.dram_model, "ideal");
        if (!add_lines(d, &a, &w.n)) {
            uncut++;
            continue;
        }
        given_mapping given = {};
        for (const auto &param : w.params) {
            given_param &to = given.param[given.n++];
            std::snprintf(to.name, sizeof(to.name), "%s", param.first);
            to.value = param.second;
        }
        simulate_options o = {}, checked = {};
        checked.check = true;
        layer_result named = {}, nested = {}, exact = {};
        Messages messages;
        const std::string of =
            describe(l) + describe(w.n) + ", array " + std::to_string(a.rows) +
            " x " + std::to_string(a.cols) + ", L1s of " +
            std::to_string(a.l1_cluster_rows) + " x " +
            std::to_string(a.l1_cluster_cols) + ", " + a.dram_model;
        ASSERT_TRUE(simulate_chosen(&a, &l, GetParam().name, &given, &o, &named,
                                    messages))
            << messages.text() << of;
        ASSERT_TRUE(simulate_nest(&a, &l, &w.n, &o, &nested, messages))
            << messages.text() << of;
        counts want = {};
        nest_expect(&a, &l, &w.n, &want);
        want.dram_bursts = nested.counts.dram_bursts;
        EXPECT_EQ(0, std::memcmp(&want, &nested.counts, sizeof(want))) << of;
        if (!same_words(named, nested)) {
            other_words++;
            continue;
        }
        same++;
        EXPECT_EQ(named.cycles, nested.cycles) << of;
        for (int cause = 0; cause < LEDGER_N; cause++) {
            if (cause == LEDGER_idle_edge || cause == LEDGER_idle_mapping)
                continue;
            EXPECT_EQ(named.ledger_pe_cycles[cause],
                      nested.ledger_pe_cycles[cause])
                << ledger_name[cause] << of;
        }
        for (int level = LEVEL_RF; level <= LEVEL_L1; level++)
            for (int t = 0; t < TENSOR_N; t++) {
                EXPECT_EQ(named.counts.access[level][t].reads,
                          nested.counts.access[level][t].reads)
                    << of;
                EXPECT_EQ(named.counts.access[level][t].writes,
                          nested.counts.access[level][t].writes)
                    << of;
            }
        if (k % 4 == 0) {
            ASSERT_TRUE(simulate_nest(&a, &l, &w.n, &checked, &exact, messages))
                << messages.text() << of;
            EXPECT_EQ(exact.check_mismatches, 0u) << of;
            EXPECT_EQ(exact.cycles, nested.cycles) << of;
        }
        if (HasFailure())
            return;
    }
    std::printf("%s behind L1s: %d as named; %d send other words and %d cannot "
                "be cut at L1s, and are left out\n",
                GetParam().name, same, other_words, uncut);
    EXPECT_GT(same, cases / 4);
}

INSTANTIATE_TEST_SUITE_P(
    Dataflows, NamedNest,
    testing::Values(dataflow_case{"os", os, 311}, dataflow_case{"ws", ws, 312},
                    dataflow_case{"is", is, 313}, dataflow_case{"rs", rs, 314}),
    [](const auto &one) { return std::string(one.param.name); });

} // namespace
