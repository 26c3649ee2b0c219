// apart_test.cpp - a layer in a process of its own is the layer in this one;
// and several layers together say what each of them would.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <csignal>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

#include "sim/base/counters.h"
#include "sim/run/apart.h"
#include "sim/run/check.h"
#include "sim/run/run.h"
#include "sim/timeline/timeline.h"
#include "test/messages.h"
#include "test/random_layer.h"

namespace
{

bool simulates(const void *, const arch *a, const layer *l,
               const layer_mapping *m, const simulate_options *o,
               layer_result *out, diag *d)
{
    return simulate_layer(a, l, m, o, out, d);
}

struct note {
    uint64_t done, passes;
    bool operator==(const note &other) const
    {
        return done == other.done && passes == other.passes;
    }
};

void add_note(void *context, uint64_t done, uint64_t passes)
{
    static_cast<std::vector<note> *>(context)->push_back({done, passes});
}

void expect_same(const layer_result &a, const layer_result &b)
{
    EXPECT_EQ(a.cycles, b.cycles);
    EXPECT_EQ(a.passes, b.passes);
    EXPECT_EQ(a.memo.simulated_passes, b.memo.simulated_passes);
    EXPECT_EQ(nullptr, counters_differ(&a.counts, &b.counts));
}

class Apart : public testing::Test
{
  protected:
    Apart()
    {
        random_case random(31);
        a_ = random.machine();
        a_.l2_bytes = 8192;
        do
            l_ = random.shape();
        while (!chosen_mapping(a_, l_, "ws", &m_) || layer_macs(&l_) > 40000);
        o_.memo = true;
    }

    bool run(const layer_runner &runner, layer_result *out)
    {
        return run_apart(&runner, &a_, &l_, &m_, &o_, out, d_);
    }

    arch a_ = {};
    layer l_ = {};
    layer_mapping m_ = {};
    simulate_options o_ = {};
    Messages d_;
};

TEST_F(Apart, SaysWhatItSaysHere)
{
    std::vector<note> here, there;
    layer_result is = {}, was = {};
    o_.show_mapping = true;
    o_.progress = add_note;
    o_.progress_context = &here;
    ASSERT_TRUE(simulate_layer(&a_, &l_, &m_, &o_, &was, d_));
    o_.progress_context = &there;
    ASSERT_TRUE(run({nullptr, simulates}, &is)) << d_.text();
    expect_same(was, is);
    ASSERT_NE(nullptr, is.mapping_text);
    EXPECT_STREQ(was.mapping_text, is.mapping_text);
    EXPECT_FALSE(here.empty());
    EXPECT_EQ(here, there);
    EXPECT_EQ("", d_.text());
    layer_result_fini(&is);
    layer_result_fini(&was);
    o_.show_mapping = false;
    o_.progress = nullptr;
    ASSERT_TRUE(run({nullptr, simulates}, &is));
    expect_same(was, is);
    EXPECT_EQ(nullptr, is.mapping_text);
}

TEST_F(Apart, HandsOverTheSums)
{
    const size_t n = size_t(l_.N) * size_t(l_.M) * size_t(l_.P) * size_t(l_.Q);
    const size_t ifmaps =
        size_t(l_.N) * size_t(l_.C) * size_t(l_.H) * size_t(l_.W);
    const size_t filters = size_t(l_.M) * size_t(l_.C / l_.G) * size_t(l_.R) *
                           size_t(l_.S) * (l_.op == LAYER_MATMUL ? 0 : 1);
    std::vector<int64_t> here(n, 77), there(n, 77), ifmap, filter;
    for (size_t k = 0; k < ifmaps; k++)
        ifmap.push_back(int64_t(k * 7 % 23) - 11);
    for (size_t k = 0; k < filters; k++)
        filter.push_back(int64_t(k * 5 % 19) - 9);
    layer_values values = {ifmap.data(), filters ? filter.data() : nullptr,
                           here.data()};
    layer_result is = {}, was = {};
    o_.check = true;
    o_.values = &values;
    ASSERT_TRUE(simulate_layer(&a_, &l_, &m_, &o_, &was, d_)) << d_.text();
    EXPECT_EQ(n, was.check_outputs);
    EXPECT_EQ(0u, was.check_mismatches);
    EXPECT_NE(std::vector<int64_t>(n, 77), here);
    values.psums = there.data();
    ASSERT_TRUE(run({nullptr, simulates}, &is)) << d_.text();
    expect_same(was, is);
    EXPECT_EQ(here, there);
    EXPECT_EQ(n, is.check_outputs);
}

TEST_F(Apart, RelaysMessages)
{
    const auto fails = [](const void *, const arch *, const layer *,
                          const layer_mapping *, const simulate_options *,
                          layer_result *, diag *d) {
        diag_fail(d, EXIT_NO_MAPPING, src_pos{nullptr, 0}, "first");
        return diag_fail(d, EXIT_NO_MAPPING, src_pos{nullptr, 0}, "then");
    };
    layer_result is = {};
    EXPECT_FALSE(run({nullptr, fails}, &is));
    EXPECT_EQ("accelsim: error: first\naccelsim: error: then\n", d_.text());
    EXPECT_EQ(EXIT_NO_MAPPING, diag_status(d_));
    EXPECT_EQ(0u, is.cycles);
}

// Calls `ends` in the child, which is not to come back.
template <typename Ends> std::string early(Ends ends)
{
    random_case random(32);
    const arch a = random.machine();
    const layer l = random.shape();
    const layer_mapping m = {};
    const simulate_options o = {};
    layer_result is = {};
    Messages d;
    const layer_runner runner = {nullptr, ends};
    EXPECT_FALSE(run_apart(&runner, &a, &l, &m, &o, &is, d));
    return std::to_string(diag_status(d)) + " " + d.text();
}

TEST_F(Apart, IsAnErrorWhereTheProcessEnds)
{
    const std::string says = " accelsim: error: layer 'random': its process "
                             "ended early (";
    const std::string should = "); it should have sent a result\n";
    EXPECT_EQ(std::to_string(EXIT_MACHINE) + says + "exit status 77" + should,
              early([](auto...) {
                  _exit(77);
                  return true;
              }));
    EXPECT_EQ(std::to_string(EXIT_IO) + says + "exit status " +
                  std::to_string(EXIT_IO) + should,
              early([](auto...) {
                  _exit(EXIT_IO);
                  return true;
              }));
    EXPECT_EQ(std::to_string(EXIT_MACHINE) + says + "signal 9" + should,
              early([](auto...) {
                  std::raise(SIGKILL);
                  return true;
              }));
    EXPECT_EQ(std::to_string(EXIT_MACHINE) + says + "exit status 0" + should,
              early([](auto...) { return false; }));
}

TEST_F(Apart, WritesNothingToTheReport)
{
    const auto writes = [](const void *, const arch *, const layer *,
                           const layer_mapping *, const simulate_options *,
                           layer_result *out, diag *) {
        out->cycles = 5;
        return write(STDOUT_FILENO, "noise", 5) == 5;
    };
    layer_result is = {};
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const bool ok = run({nullptr, writes}, &is);
    EXPECT_EQ("", testing::internal::GetCapturedStdout());
    EXPECT_EQ("noise", testing::internal::GetCapturedStderr());
    EXPECT_TRUE(ok) << d_.text();
    EXPECT_EQ(5u, is.cycles);
}

// --- several layers ---------------------------------------------------------

class Together : public Apart
{
  protected:
    static bool mapping_of(const void *context, const layer *l,
                           const simulate_options *, layer_mapping *out,
                           diag *d)
    {
        const auto *self = static_cast<const Together *>(context);
        const int k = int(l - self->layers_.data());
        *out = self->m_;
        if (k == self->ran_at_)
            out->ran = &self->ran_;
        return k != self->fails_at_ ||
               diag_fail(d, EXIT_NO_MAPPING, src_pos{nullptr, 0}, "layer %d",
                         k);
    }
    static bool is_same(const void *, const layer *, const layer *)
    {
        return false;
    }

    bool go(const run_input &input)
    {
        run_input in = input;
        pass_memory_stats unread;
        layers_.assign(3, l_);
        in.arch = &a_;
        in.layer = layers_.data();
        in.n_layers = 3;
        in.mapper = &mapper_;
        in.simulate.memo = true;
        r_.assign(3, layer_result{});
        return run_layers(&in, r_.data(), &unread, d_);
    }

    layer_mapper mapper_ = {this, mapping_of, is_same};
    int fails_at_ = -1, ran_at_ = -1;
    layer_result ran_ = {};
    std::vector<layer> layers_;
    std::vector<layer_result> r_;
};

TEST_F(Together, RunsEachApart)
{
    layer_result was = {};
    ASSERT_TRUE(simulate_layer(&a_, &l_, &m_, &o_, &was, d_));
    const layer_runner runner = {nullptr, simulates};
    run_input in = {};
    in.apart = &runner;
    in.jobs = 2;
    ASSERT_TRUE(go(in)) << d_.text();
    for (const layer_result &one : r_)
        expect_same(was, one);
}

TEST_F(Together, SaysWhichFailed)
{
    for (int jobs : {1, 3})
        for (int k = 0; k < 3; k++) {
            fails_at_ = k;
            run_input in = {};
            in.jobs = jobs;
            EXPECT_FALSE(go(in));
        }
    EXPECT_EQ("accelsim: error: layer 0\naccelsim: error: layer 1\n"
              "accelsim: error: layer 2\naccelsim: error: layer 0\n"
              "accelsim: error: layer 1\naccelsim: error: layer 2\n",
              d_.text());
}

// What who chose the mapping ran is not run again, unless more is asked for.
TEST_F(Together, TakesWhatRanAlready)
{
    ran_at_ = 1;
    ran_.cycles = 12345;
    run_input in = {};
    in.jobs = 1;
    in.simulate.show_mapping = true;
    ASSERT_TRUE(go(in));
    EXPECT_EQ(12345u, r_[1].cycles);
    EXPECT_NE(12345u, r_[0].cycles);
    EXPECT_EQ(r_[0].cycles, r_[2].cycles);
    for (layer_result &one : r_) {
        ASSERT_NE(nullptr, one.mapping_text);
        EXPECT_STREQ(r_[0].mapping_text, one.mapping_text);
    }
    for (layer_result &one : r_)
        layer_result_fini(&one);
    in.simulate.show_mapping = false;
    ASSERT_TRUE(go(in));
    EXPECT_EQ(12345u, r_[1].cycles);
    EXPECT_EQ(nullptr, r_[1].mapping_text);
    const uint64_t cycles = r_[0].cycles;
    // All that the run before did not look at.
    const access_tap tap = {nullptr, [](void *, const struct access *) {}};
    const layer_runner runner = {nullptr, simulates};
    layer_timeline times[3];
    for (int more = 0; more < 5; more++) {
        in = {};
        in.jobs = 1;
        if (more == 0)
            in.simulate.check = true;
        else if (more == 1)
            in.simulate.max_cycles = 1 << 30;
        else if (more == 2)
            in.simulate.access_tap = &tap;
        else if (more == 3)
            in.apart = &runner;
        for (layer_timeline &t : times)
            layer_timeline_init(&t, 16, nullptr);
        if (more == 4)
            in.timeline = times;
        ASSERT_TRUE(go(in)) << d_.text();
        for (const layer_result &one : r_)
            EXPECT_EQ(cycles, one.cycles) << more;
        for (layer_timeline &t : times) {
            EXPECT_EQ(more == 4, t.kind[TIMELINE_PASS].n > 0);
            layer_timeline_fini(&t);
        }
    }
}

// A carrier is asked for words, and told, layer by layer in their order.
TEST_F(Together, CarriesWords)
{
    struct carried {
        std::string said;
        layer_values values;
    } to = {"", check_random_values};
    word_carrier carrier = {};
    carrier.context = &to;
    carrier.words_of = [](void *context, int k) -> const layer_values * {
        auto *self = static_cast<carried *>(context);
        self->said += " words " + std::to_string(k);
        return &self->values;
    };
    carrier.is_done = [](void *context, int k) {
        static_cast<carried *>(context)->said += " done " + std::to_string(k);
    };
    run_input in = {};
    in.carrier = &carrier;
    in.simulate.check = true;
    in.jobs = 3;
    ASSERT_TRUE(go(in)) << d_.text();
    EXPECT_EQ(" words 0 done 0 words 1 done 1 words 2 done 2", to.said);
    for (const layer_result &one : r_)
        EXPECT_GT(one.check_outputs, 0u);
}

} // namespace
