// survey_test.cpp - the stream of accesses is what the counters count.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <sys/stat.h>

#include "sim/config/config.h"
#include "sim/run/simulate.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/sample.h"
#include "traces/access_file.h"
#include "traces/survey.h"

namespace
{

// architecture, dataflow
class Survey
    : public testing::TestWithParam<std::pair<const char *, const char *>>
{
  protected:
    void run(const layer &l)
    {
        const char *const small[] = {"array.rows=12", "array.cols=14"};
        std::unique_ptr<config, decltype(&config_free)> cfg(
            config_load(GetParam().first, small, 2, d), config_free);
        ASSERT_NE(cfg, nullptr) << d.text();
        arch = *config_arch(cfg.get());
        found.reset(
            survey_new(arch_pes(&arch), arch.has_l1 ? arch_pes(&arch) : 0));
        const access_tap tap = survey_tap(found.get());
        const given_mapping none = {};
        simulate_options options = {};
        options.access_tap = &tap;
        ASSERT_TRUE(simulate_chosen(&arch, &l, GetParam().second, &none,
                                    &options, &result, d))
            << d.text();
    }
    survey_row row(level at, tensor t)
    {
        survey_row out = {};
        survey_read(found.get(), at, t, &out);
        return out;
    }

    struct arch arch = {};
    std::unique_ptr<survey, decltype(&survey_free)> found{nullptr, survey_free};
    layer_result result = {};
    Messages d;
};

TEST_P(Survey, SeesEachAccessThatIsCounted)
{
    random_case random(77);
    for (int k = 0, end = sample(6, "random layers"); k < end && !HasFailure();
         k++) {
        const layer l = random.shape();
        run(l);
        for (int t = 0; t < TENSOR_N; t++) {
            const accesses &l2 = result.counts.access[LEVEL_L2][t];
            EXPECT_EQ(row(LEVEL_RF, tensor(t)).all_accesses, result.counts.macs)
                << describe(l);
            const survey_row pe = row(LEVEL_RF, tensor(t));
            EXPECT_EQ(pe.counts.compulsory + pe.counts.reuse.n, pe.all_accesses)
                << describe(l);
            EXPECT_LE(pe.accesses_followed, pe.all_accesses);
            EXPECT_EQ(pe.followed < pe.units,
                      pe.accesses_followed < pe.all_accesses);
            EXPECT_EQ(row(LEVEL_L2, tensor(t)).all_accesses,
                      l2.reads + l2.writes - l2.dma_reads - l2.dma_writes)
                << describe(l) << tensor_name[t];
        }
        // Each output is a word of its own, written to DRAM once.
        const uint64_t outputs =
            uint64_t(l.N) * uint64_t(l.M) * uint64_t(l.P) * uint64_t(l.Q);
        const survey_row psum = row(LEVEL_DRAM, TENSOR_PSUM);
        EXPECT_EQ(psum.counts.compulsory, outputs) << describe(l);
        EXPECT_EQ(psum.all_accesses, outputs) << describe(l);
        EXPECT_EQ(row(LEVEL_L2, TENSOR_PSUM).counts.compulsory, outputs);
        for (tensor t : {TENSOR_IFMAP, TENSOR_FILTER})
            EXPECT_EQ(row(LEVEL_DRAM, t).all_accesses,
                      result.counts.access[LEVEL_DRAM][t].reads)
                << describe(l) << tensor_name[t];
    }
}

INSTANTIATE_TEST_SUITE_P(
    Machines, Survey,
    testing::Values(std::make_pair("eyeriss", "rs"),
                    std::make_pair("eyeriss", "ws"),
                    std::make_pair("eyeriss", "os"),
                    std::make_pair("systolic", "os"),
                    std::make_pair("systolic", "ws")),
    [](const testing::TestParamInfo<Survey::ParamType> &machine) {
        return std::string(machine.param.first) + "_" + machine.param.second;
    });

class AccessFile : public testing::Test
{
  protected:
    ~AccessFile() override
    {
        std::remove(path.c_str());
    }
    bool read(const std::string &text)
    {
        std::ofstream(path) << text;
        return access_file_read(path.c_str(), &file, d);
    }
    std::string refused(const std::string &text)
    {
        diag_clear(d);
        EXPECT_FALSE(read(text));
        return d.text();
    }
    std::string path = "access_file_test.txt";
    access_file file = {};
    Messages d;
};

TEST_F(AccessFile, KeepsNamesAndConsumersApart)
{
    ASSERT_TRUE(read("# two names\nweight 0 3\nweight 1 3 # shared\n\n"
                     "input 0 3\nweight 0 3\n"))
        << d.text();
    ASSERT_EQ(file.n_names, 2);
    EXPECT_STREQ(file.data[0].name, "weight");
    EXPECT_EQ(file.data[0].consumers, 2);
    EXPECT_EQ(file.data[0].counts.accesses, 3u);
    EXPECT_EQ(file.data[0].counts.compulsory, 2u);
    EXPECT_EQ(file.data[0].counts.reuse.max, 1u);
    EXPECT_EQ(file.data[0].sharing.at_once, 1u);
    EXPECT_EQ(file.data[1].counts.accesses, 1u);
}

TEST_F(AccessFile, ShippedOrderingsHaveTheTextbooksReads)
{
    const char *const folder = std::getenv("srcdir");
    ASSERT_NE(folder, nullptr);
    const struct {
        const char *name;
        uint64_t reads, distance;
    } row[] = {{"weights_at_once", 4, 0},
               {"weights_in_pairs", 8, 1},
               {"weights_apart", 16, 3}};
    for (const auto &r : row) {
        const std::string at =
            std::string(folder) + "/configs/accesses/" + r.name + ".txt";
        ASSERT_TRUE(access_file_read(at.c_str(), &file, d)) << d.text();
        EXPECT_EQ(file.data[0].sharing.multicast_reads, r.reads);
        EXPECT_EQ(file.data[0].sharing.distance.max, r.distance);
        EXPECT_EQ(file.data[0].counts.accesses, 16u);
    }
}

TEST_F(AccessFile, MustBeThereAndNoNamedPipe)
{
    EXPECT_FALSE(access_file_read("no_such_file.txt", &file, d));
    EXPECT_EQ(diag_status(d), EXIT_USAGE);
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    EXPECT_FALSE(access_file_read(path.c_str(), &file, d));
    EXPECT_EQ(d.text(),
              "accelsim: error: cannot read 'no_such_file.txt' (No such file "
              "or directory); a file of accesses is needed\n"
              "accelsim: error: '" +
                  path + "' is a named pipe; a file of accesses is needed\n");
}

TEST_F(AccessFile, SaysWhichLineIsWrong)
{
    const std::string three = "an access is not three words; NAME CONSUMER "
                              "WORD is needed, as in 'weight 0 3'\n";
    EXPECT_EQ(refused("weight 0 1\nweight 1\n"), path + ":2: error: " + three);
    EXPECT_EQ(refused("weight 0 1 2\n"), path + ":1: error: " + three);
    EXPECT_EQ(refused("weight x 1\n"),
              path + ":1: error: the consumer is 'x'; a whole number from 0 to "
                     "1023 is needed\n");
    EXPECT_EQ(refused("weight 0 -1\n"),
              path + ":1: error: the word is '-1'; a whole number from 0 to "
                     "9223372036854775807 is needed\n");
    EXPECT_EQ(refused("# nothing\n"),
              path + ":1: error: there is no access; lines NAME CONSUMER WORD "
                     "are needed\n");
    const std::string whole = "a line of more than 4094 letters, or with a "
                              "zero byte; NAME CONSUMER WORD is needed\n";
    EXPECT_TRUE(read("weight 0 1 #" + std::string(4082, '-') + "\na 0 1"));
    EXPECT_EQ(refused("weight 0 1\n#" + std::string(5000, '-')),
              path + ":2: error: " + whole);
    EXPECT_EQ(refused("weight 0 1" + std::string(1, '\0') + "\na 0 1\n"),
              path + ":1: error: " + whole);
    EXPECT_EQ(refused("weight 0 1\na 0 1" + std::string(1, '\0') + " 2"),
              path + ":2: error: " + whole);
    diag_clear(d);
    EXPECT_FALSE(access_file_read("/dev/zero", &file, d));
    EXPECT_EQ(d.text(), "/dev/zero:1: error: " + whole);
    EXPECT_EQ(refused(std::string(50, 'n') + " 0 0\n"),
              path + ":1: error: the name '" + std::string(40, 'n') +
                  "' is too long; at most 31 letters are possible\n");
    std::string many;
    for (int k = 0; k < 17; k++)
        many += "n" + std::to_string(k) + " 0 0\n";
    EXPECT_EQ(refused(many),
              path + ":17: error: 'n16' is one name too many; at most 16 are "
                     "possible\n");
}

} // namespace
