// probes_test.cpp - signals tell the truth: summed over a layer's cycles they
// are what the layer counted, whatever order blocks are called in.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "dataflows/dataflow.h"
#include "sim/run/kernel.h"
#include "test/messages.h"
#include "test/random_nest.h"
#include "test/sample.h"

namespace
{

// A kernel that shuffles blocks of a PE each and adds signals up.
class observer
{
  public:
    explicit observer(unsigned seed) : engine_(seed)
    {
    }

    kernel hook()
    {
        return {this, assembled, run_pass, nullptr};
    }

    // Adds up the signals whose names begin and end so.
    uint64_t sum(const std::string &begin, const std::string &end) const
    {
        uint64_t n = 0;
        for (const auto &s : sums_)
            n += matches(s.first, begin, end) ? s.second : 0;
        return n;
    }

    // PE-cycles in a state.
    uint64_t cycles(pe_state state) const
    {
        return states_[state];
    }

    size_t blocks() const
    {
        return blocks_.size();
    }

  private:
    static bool matches(const std::string &name, const std::string &begin,
                        const std::string &end)
    {
        return name.size() >= begin.size() + end.size() &&
               name.compare(0, begin.size(), begin) == 0 &&
               name.compare(name.size() - end.size(), end.size(), end) == 0;
    }

    static void assembled(void *context, array_side *side)
    {
        auto *o = static_cast<observer *>(context);
        block *list = nullptr;
        int n = array_side_blocks(side, BLOCK_GRAIN_PE, &list);
        o->blocks_.assign(list, list + n);
        std::free(list);
        o->probe_ = array_side_probes(side, nullptr, &o->n_);
    }

    static run_end run_pass(void *context, array_side *side, uint64_t)
    {
        auto *o = static_cast<observer *>(context);
        while (!array_side_is_done(side)) {
            std::shuffle(o->blocks_.begin(), o->blocks_.end(), o->engine_);
            for (const block &b : o->blocks_)
                b.eval(b.self, b.part);
            std::shuffle(o->blocks_.begin(), o->blocks_.end(), o->engine_);
            for (const block &b : o->blocks_)
                b.commit(b.self, b.part);
            array_side_sample(side);
            o->look();
            if (!array_side_moved(side))
                return RUN_DEADLOCK;
        }
        return RUN_DONE;
    }

    void look()
    {
        for (int k = 0; k < n_; k++) {
            const probe &p = probe_[k];
            EXPECT_TRUE(p.bits >= 32 || p.value >> p.bits == 0) << p.name;
            if (p.words == pe_state_words)
                states_[p.value]++;
            else
                sums_[p.name] += p.value;
        }
    }

    std::mt19937 engine_;
    std::vector<block> blocks_;
    probe *probe_ = nullptr;
    int n_ = 0;
    std::map<std::string, uint64_t> sums_;
    uint64_t states_[PE_STATE_N] = {};
};

void expect_ledger(const observer &o, const layer_result &r)
{
    const std::pair<pe_state, ledger_cause> charged[] = {
        {PE_IS_mac, LEDGER_mac},
        {PE_IS_psum, LEDGER_psum},
        {PE_IS_fill, LEDGER_fill},
        {PE_IS_drain, LEDGER_drain},
        {PE_IS_wait_filter, LEDGER_wait_filter},
        {PE_IS_wait_ifmap, LEDGER_wait_ifmap},
        {PE_IS_wait_psum_in, LEDGER_wait_psum_in},
        {PE_IS_wait_psum_out, LEDGER_wait_psum_out}};
    for (const auto &c : charged)
        EXPECT_EQ(o.cycles(c.first), r.ledger_pe_cycles[c.second])
            << pe_state_words[c.first];
}

void expect_same(const layer_result &got, const layer_result &want)
{
    EXPECT_EQ(got.cycles, want.cycles);
    for (int c = 0; c < LEDGER_N; c++)
        EXPECT_EQ(got.ledger_pe_cycles[c], want.ledger_pe_cycles[c])
            << ledger_name[c];
    EXPECT_EQ(std::memcmp(&got.counts, &want.counts, sizeof(got.counts)), 0);
}

// With an L1 all PEs have one state, and a number says how many have work.
void expect_working(observer &o, const layer_result &r)
{
    uint64_t working = 0;
    for (int k = 0; k < LEDGER_N; k++)
        if (k != LEDGER_idle_edge && k != LEDGER_idle_mapping &&
            k != LEDGER_wait_dram)
            working += r.ledger_pe_cycles[k];
    EXPECT_EQ(o.sum("macs", ".working"), working);
}

TEST(Probes, OfANestAddUpToItsCounts)
{
    random_nest random(80);
    diag *d = diag_new();
    size_t most_blocks = 0;
    uint64_t conflicts = 0, via_l1 = 0;
    for (int k = 0, end = sample(60, "random nests"); k < end; k++) {
        arch a = random.machine();
        layer l = random.shape(20000);
        nest n = random.mapping(a, l);
        simulate_options o = {};
        layer_result want = {}, got = {};
        ASSERT_TRUE(simulate_nest(&a, &l, &n, &o, &want, d)) << diag_text(d, 0);
        observer seen{unsigned(k)};
        const kernel kernel = seen.hook();
        o.kernel = &kernel;
        o.check = k % 4 == 0;
        ASSERT_TRUE(simulate_nest(&a, &l, &n, &o, &got, d)) << diag_text(d, 0);
        SCOPED_TRACE(k);
        EXPECT_EQ(got.check_mismatches, 0u);
        expect_same(got, want);
        const link_words *link = got.counts.link;
        via_l1 += link[LINK_filter_l1].words_sent;
        if (a.has_l1 && !n.l1_is_line) {
            expect_working(seen, got);
            continue;
        }
        expect_ledger(seen, got);
        EXPECT_EQ(seen.sum("filter_network", ".words"),
                  link[a.has_l1 ? LINK_filter_l1 : LINK_filter].words_sent);
        EXPECT_EQ(seen.sum("ifmap_network", ".words"),
                  link[a.has_l1 ? LINK_ifmap_l1 : LINK_ifmap].words_sent);
        EXPECT_EQ(seen.sum("psum_in_", ".words"),
                  link[LINK_psum_in].words_sent);
        EXPECT_EQ(seen.sum("psum_out_", ".words"),
                  link[LINK_psum_out].words_sent);
        // A word is in a fifo for a cycle at least, and then in a register.
        const uint64_t filters = link[LINK_filter].words_delivered;
        const uint64_t ifmaps = link[LINK_ifmap].words_delivered;
        EXPECT_GE(seen.sum("pe_", ".filter_fifo"), filters);
        EXPECT_GE(seen.sum("pe_", ".ifmap_fifo"), ifmaps);
        EXPECT_GE(seen.sum("pe_", ".filter_rf"), filters);
        EXPECT_GE(seen.sum("pe_", ".ifmap_rf"), ifmaps);
        EXPECT_GE(seen.sum("pe_", ".psum_fifo"),
                  link[LINK_psum_in].words_delivered +
                      link[LINK_psum_link].words_delivered);
        EXPECT_EQ(seen.sum("sequencer", ".running_pes") > 0, got.cycles > 0);
        most_blocks = std::max(most_blocks, seen.blocks());
        conflicts += seen.sum("psum_port", ".conflict");
    }
    EXPECT_GT(most_blocks, 12u);
    if (!sample_is_short()) {
        EXPECT_GT(conflicts, 0u);
    }
    EXPECT_GT(via_l1, 0u);
    diag_free(d);
}

// Whether the layer ran under the dataflow's own mapping, watched.
bool observed(const arch &a, const layer &l, const char *flow, observer *seen,
              layer_result *got)
{
    Messages d;
    const given_mapping none = {};
    simulate_options o = {};
    const kernel kernel = seen->hook();
    o.kernel = &kernel;
    const bool ok = simulate_chosen(&a, &l, flow, &none, &o, got, d);
    EXPECT_TRUE(ok) << d.text();
    return ok;
}

TEST(Probes, OfMulticastNetworksL1sAndRoutersAddUpToTheirCounts)
{
    random_case random(78);
    uint64_t conflicts = 0;
    for (int k = 0, end = sample(16, "random layers"); k < end; k++) {
        static const char *const flows[] = {"rs", "ws", "os", "is"};
        const char *flow = flows[k % 4];
        arch a = random.machine();
        a.array_network = NETWORK_MULTICAST;
        random.choose_for(flow, &a);
        if (k % 3 > 0)
            random.add_l1(&a, k % 3 == 1 ? L2_TO_L1_MESH : L2_TO_L1_MULTICAST);
        layer l = random.shape();
        observer seen{unsigned(k)};
        SCOPED_TRACE(describe(l));
        layer_result got = {};
        ASSERT_TRUE(observed(a, l, flow, &seen, &got));
        expect_ledger(seen, got);
        const link_words *link = got.counts.link;
        const int to_pe[] = {LINK_filter, LINK_ifmap};
        const int to_l1[] = {LINK_filter_l1, LINK_ifmap_l1};
        const tensor of[] = {TENSOR_FILTER, TENSOR_IFMAP};
        for (int line = 0; line < 2; line++) {
            const std::string name = line == 0 ? "filter" : "ifmap";
            const bool l1 = a.has_l1;
            EXPECT_EQ(seen.sum(name + "_network", ".words"),
                      link[l1 ? to_l1[line] : to_pe[line]].words_sent);
            EXPECT_EQ(seen.sum("l1_", "." + name + "_words"),
                      l1 ? link[to_pe[line]].words_sent : 0);
            EXPECT_EQ(seen.sum("l1_", "." + name + "_reads"),
                      got.counts.access[LEVEL_L1][of[line]].reads);
            EXPECT_EQ(seen.sum("l1_", "." + name + "_writes"),
                      got.counts.access[LEVEL_L1][of[line]].writes);
            if (k % 3 == 1) {
                EXPECT_EQ(seen.sum(name + "_router_", "_words"),
                          link[to_l1[line]].hops);
                EXPECT_EQ(seen.sum(name + "_router_", ".local_words"),
                          link[to_l1[line]].words_delivered);
            }
        }
        EXPECT_EQ(seen.sum("psum_in_network", ".words"),
                  link[LINK_psum_in].words_sent);
        EXPECT_EQ(seen.sum("psum_out_network", ".words"),
                  link[LINK_psum_out].words_sent);
        conflicts += seen.sum("l1_", ".conflicts");
    }
    if (!sample_is_short()) {
        EXPECT_GT(conflicts, 0u);
    }
}

TEST(Probes, OfASystolicArrayAddUpToItsCounts)
{
    random_case random(79);
    int seen_runs = 0;
    for (int k = 0, end = sample(16, "random layers"); k < end; k++) {
        const char *flow = k % 2 ? "ws" : "is";
        arch a = random.machine();
        a.array_network = NETWORK_SYSTOLIC;
        random.choose_for(flow, &a);
        const layer l = random.shape();
        observer seen{unsigned(k)};
        SCOPED_TRACE(describe(l));
        layer_result got = {};
        ASSERT_TRUE(observed(a, l, flow, &seen, &got));
        const link_words *link = got.counts.link;
        EXPECT_EQ(seen.sum("filter_edge", ".words"),
                  link[LINK_filter].words_sent);
        EXPECT_EQ(seen.sum("ifmap_edge", ".words"),
                  link[LINK_ifmap].words_sent);
        EXPECT_EQ(seen.sum("psum_in_edge", ".words"),
                  link[LINK_psum_in].words_sent);
        EXPECT_EQ(seen.sum("psum_out_edge", ".words"),
                  link[LINK_psum_out].words_sent);
        // All PEs together, and each for itself.
        EXPECT_EQ(seen.sum("pes.", "mac"), got.ledger_pe_cycles[LEDGER_mac]);
        EXPECT_EQ(seen.cycles(PE_IS_mac), got.ledger_pe_cycles[LEDGER_mac]);
        seen_runs++;
    }
    EXPECT_GT(seen_runs, 3);
}

// A layer's array on its own, stepped without blocks of a PE each; no PE's
// insides but of the first column's.
class watched
{
  public:
    watched(const arch &a, const layer &l, const char *name,
            const std::map<std::string, int> &values = {})
    {
        const dataflow *flow = dataflow_find(name);
        given_mapping given = {};
        for (const auto &v : values) {
            given_param &p = given.param[given.n++];
            std::snprintf(p.name, sizeof(p.name), "%s", v.first.c_str());
            p.value = v.second;
        }
        mapping m = {};
        diag *d = diag_new();
        EXPECT_TRUE(flow->choose(&a, &l, &given, &m, d)) << diag_text(d, 0);
        diag_free(d);
        flow->compile(&a, &l, &m, program_.get());
        side_ = array_side_new(program_.get(), nullptr);
        const probe_pe corner = {0, 0};
        const probe_pes pes = {1, &corner};
        probe_ = array_side_probes(side_, &pes, &n_);
    }
    ~watched()
    {
        array_side_free(side_);
    }
    watched(const watched &) = delete;
    watched &operator=(const watched &) = delete;

    // The first pass; the most that each signal was.
    void run()
    {
        cursor at;
        pass one;
        cursor_start(&at);
        ASSERT_TRUE(cursor_next(program_.get(), &at, &one));
        array_side_issue(side_, &one);
        while (!array_side_is_done(side_) && array_side_step(side_, 1)) {
            array_side_sample(side_);
            for (int k = 0; k < n_; k++) {
                const probe &p = probe_[k];
                EXPECT_TRUE(p.bits >= 32 || p.value >> p.bits == 0) << p.name;
                most_[p.name] = std::max(most_[p.name], p.value);
            }
        }
        EXPECT_TRUE(array_side_is_done(side_));
    }

    uint32_t most(const std::string &name)
    {
        return most_[name];
    }

    // Bits of the first signal whose name ends so, 0 if there is none.
    int bits(const std::string &end) const
    {
        for (int k = 0; k < n_; k++) {
            const std::string name = probe_[k].name;
            if (name.size() >= end.size() &&
                name.compare(name.size() - end.size(), end.size(), end) == 0)
                return probe_[k].bits;
        }
        return 0;
    }

  private:
    std::unique_ptr<program> program_{new program()};
    array_side *side_ = nullptr;
    probe *probe_ = nullptr;
    int n_ = 0;
    std::map<std::string, uint32_t> most_;
};

// A machine on which every signal is as wide as the schema allows.
arch largest()
{
    arch a = random_case(79).machine();
    a.array_network = NETWORK_MULTICAST;
    a.rows = 1024;
    a.cols = 128;
    for (int &words : a.rf_words)
        words = 256;
    a.fifo_words = 4096;
    for (network_arch &net : a.network)
        net = {256, 1024};
    a.l2_bytes = 1 << 23; // a row of each bank
    a.l2_banks = 4096;
    a.l2_bank_row_words = ARCH_ROW_WORDS_MAX;
    return a;
}

layer shaped(int M, int C, int rows, int taps)
{
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "large");
    l.N = l.G = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.M = M;
    l.C = C;
    l.H = l.R = taps;
    l.H += rows - 1;
    l.W = l.S = taps;
    diag *d = diag_new();
    EXPECT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d)) << diag_text(d, 0);
    diag_free(d);
    return l;
}

TEST(Probes, OfTheLargestMachinesTakeAllTheirValues)
{
    // 262,140 products, 256 a PE: all words in one cycle.
    watched words(largest(), shaped(1, 65535, 1, 2), "ws", {{"q", 256}});
    words.run();
    EXPECT_EQ(words.most("filter_network.words"), 262140u);
    EXPECT_EQ(words.most("ifmap_network.words"), 262140u);
    EXPECT_GE(words.bits(".psum_fifo"), 13);

    watched pes(largest(), shaped(4, 1, 32768, 1), "os",
                {{"x", 32768}, {"t", 4}});
    pes.run();
    EXPECT_EQ(pes.most("sequencer.running_pes"), 131072u);
    EXPECT_GT(pes.most("psum_out_network.destination"), 65535u);
}

TEST(Probes, OfTheLargestL1sAreWideEnough)
{
    for (bool bypass : {false, true}) {
        arch a = largest();
        a.rows = a.cols = 8;
        a.psum_reduce = PSUM_CHAIN;
        a.has_l1 = true;
        a.l1_bytes = ARCH_BYTES_MAX;
        a.l1_cluster_cols = 4;
        a.l1_banks = 64;
        a.l1_bank_row_words = ARCH_ROW_WORDS_MAX;
        a.l1_bypass[TENSOR_IFMAP] = bypass;
        a.l1_input_slots = 1024;
        a.l2_to_l1 = L2_TO_L1_MESH;
        a.l2_to_l1_slots_per_cycle = 1;
        a.mesh_buffer_flits = 1024;
        watched w(a, shaped(2, 4, 3, 3), "rs");
        w.run();
        EXPECT_GE(w.bits("router_0_0.local_fifo"), 11);
        EXPECT_GE(w.bits(".filter_fifo"), 11);
        EXPECT_GE(w.bits(".ifmap_words"), 19);
        EXPECT_GE(w.bits(".ifmap_reads"), 19);
        EXPECT_GE(w.bits("bank_0.rows"), 24);
    }
}

TEST(Probes, OfSmallMachinesAreAsWideAsEachOther)
{
    arch a = largest();
    a.rows = a.cols = 1;
    a.fifo_words = 255;
    for (network_arch &net : a.network)
        net = {255, 257};
    watched w(a, shaped(1, 1, 1, 1), "os");
    EXPECT_EQ(w.bits(".psum_fifo"), 8);
    EXPECT_EQ(w.bits(".running_pes"), 16);
    EXPECT_EQ(w.bits(".words"), 16);
    EXPECT_EQ(w.bits(".destination"), 16);
}

} // namespace
