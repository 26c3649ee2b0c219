// pass_time_test.cpp - how long passes take by their descriptors, against the
// machine that steps them; and the kinds of a program's passes.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "dataflows/search/pass_time.h"
#include "test/dataflows/pass_run.h"
#include "test/sample.h"

namespace
{

// A descriptor, whether psums of passes before come in or not.
std::string bytes_of(multicast_pass d)
{
    d.psum_in = 0;
    return std::string(reinterpret_cast<const char *>(&d), sizeof(d));
}

using kinds = std::map<std::string, uint64_t>;

void add_kind(void *context, const pass *one, uint64_t times)
{
    (*static_cast<kinds *>(context))[bytes_of(one->work.multicast)] += times;
}

TEST(PassKinds, AreAsManyPassesOfEachDescriptorAsTheCursorFinds)
{
    random_case random(41);
    const int machines = sample(60, "random machines");
    auto *p = new program();
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        for (int n = 0; n < machines; n++) {
            if (!draw_program(&random, dataflow_table[k], p))
                continue;
            kinds ours, want;
            program_each_kind(p, add_kind, &ours);
            cursor at;
            cursor_start(&at);
            pass one;
            while (cursor_next(p, &at, &one))
                want[bytes_of(one.work.multicast)]++;
            EXPECT_EQ(ours, want) << dataflow_table[k]->name << " " << n;
        }
    delete p;
}

// What the first passes of a program take, by their descriptors, as a share of
// what they take on the machine.
// In *free: how far off the end of its filters is, as a share of the pass.
void add_shares(const program &p, int most, std::vector<double> *out,
                std::vector<double> *free)
{
    step_first_passes(p, most, [&](const pass &one, const pass_outcome &ran) {
        const pass_time about = pass_time_about(&p.arch, &one.work.multicast);
        EXPECT_LE(about.filter_free, about.cycles);
        if (ran.cycles < 100)
            return; /* single cycles are left out */
        out->push_back(double(about.cycles) / double(ran.cycles));
        free->push_back(std::abs(double(about.filter_free) -
                                 double(ran.filter_free_cycle)) /
                        double(ran.cycles));
    });
}

// On machines whose ports and networks do as most chips' do.
TEST(PassTime, IsAboutThatOfTheMachine)
{
    random_case random(42);
    const int machines = sample(100, "random machines");
    auto *p = new program();
    for (const char *name : {"rs", "ws", "is", "os", "nlr"}) {
        std::vector<double> off, free;
        for (int n = 0; n < machines; n++) {
            if (!draw_program(&random, dataflow_find(name), p))
                continue;
            p->arch.ifmap_waits_for_filters = false;
            p->arch.start = PE_START_WORD;
            p->arch.l2_ports = BANK_1R1W;
            std::vector<double> shares;
            add_shares(*p, 4, &shares, &free);
            for (const double share : shares)
                off.push_back(std::abs(share - 1));
        }
        ASSERT_GT(off.size(), size_t(machines) / 8) << name;
        std::sort(off.begin(), off.end());
        std::printf("%s: %zu off by %.3f in the median, %.3f for nine of ten\n",
                    name, off.size(), off[off.size() / 2],
                    off[off.size() * 9 / 10]);
        EXPECT_LT(off[off.size() / 2], 0.05) << name;
        std::sort(free.begin(), free.end());
        EXPECT_LT(free[free.size() / 2], 0.02) << name;
        EXPECT_LT(free[free.size() * 9 / 10], 0.12) << name;
    }
    delete p;
}

} // namespace
