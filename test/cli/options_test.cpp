// options_test.cpp - the command line and the progress line.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <vector>

#include "sim/cli/options.h"
#include "sim/process/progress.h"
#include "test/messages.h"

namespace
{
class Options : public testing::Test
{
  protected:
    ~Options() override
    {
        options_fini(&o);
    }
    bool parse(std::vector<std::string> words)
    {
        options_fini(&o);
        diag_clear(d);
        words.insert(words.begin(), "accelsim");
        kept = words;
        std::vector<char *> argv;
        for (std::string &word : kept)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        return options_parse(static_cast<int>(kept.size()), argv.data(), &o, d);
    }
    std::string refused(const std::vector<std::string> &words)
    {
        EXPECT_FALSE(parse(words));
        EXPECT_EQ(diag_status(d), EXIT_USAGE);
        return d.text();
    }
    std::vector<std::string> kept; // what `o` borrows from
    struct options o = {};
    Messages d;
};

TEST_F(Options, LeftOutTheyHaveTheirDefaults)
{
    ASSERT_TRUE(parse({"--cfg", "a.cfg"})) << d.text();
    EXPECT_EQ(o.action, ACTION_COMMAND);
    EXPECT_EQ(o.command, COMMAND_run);
    EXPECT_STREQ(o.cfg, "a.cfg");
    EXPECT_EQ(o.layer, nullptr);
    EXPECT_STREQ(o.kernel, "native");
    EXPECT_EQ(o.format, REPORT_TABLE);
    EXPECT_TRUE(o.memo);
    EXPECT_FALSE(o.check);
    EXPECT_EQ(o.batch, 0);
    EXPECT_EQ(o.max_cycles, 0u);
}

TEST_F(Options, ACommandComesFirstAndOnlyThere)
{
    ASSERT_TRUE(parse({"run", "--cfg", "a.cfg"})) << d.text();
    EXPECT_EQ(o.command, COMMAND_run);
    EXPECT_STREQ(o.cfg, "a.cfg");
    refused({"--cfg", "a.cfg", "run"});
    refused({"runs", "--cfg", "a.cfg"});
}

TEST_F(Options, EachSetsItsOwn)
{
    ASSERT_TRUE(parse({"--cfg=a",
                       "--net",
                       "n",
                       "--layer",
                       "l",
                       "--batch=3",
                       "--dataflow",
                       "rs",
                       "--plugin=p.so",
                       "--set",
                       "a=1",
                       "--set=b=2",
                       "--kernel",
                       "native",
                       "--no-memo",
                       "--check",
                       "-j4",
                       "--format",
                       "csv",
                       "-o",
                       "out",
                       "--show-mapping",
                       "--max-cycles=5000000000",
                       "--stats"}))
        << d.text();
    EXPECT_STREQ(o.net, "n");
    EXPECT_STREQ(o.layer, "l");
    EXPECT_EQ(o.batch, 3);
    EXPECT_STREQ(o.dataflow, "rs");
    EXPECT_STREQ(o.plugin, "p.so");
    ASSERT_EQ(o.set.n, 2);
    EXPECT_STREQ(o.set.text[1], "b=2");
    EXPECT_FALSE(o.memo);
    EXPECT_TRUE(o.check);
    EXPECT_EQ(o.jobs, 4);
    EXPECT_EQ(o.format, REPORT_CSV);
    EXPECT_STREQ(o.output, "out");
    EXPECT_TRUE(o.show_mapping);
    EXPECT_EQ(o.max_cycles, 5000000000u);
    EXPECT_TRUE(o.stats);
}

TEST_F(Options, ShapesAndGemmsStandInForANetwork)
{
    EXPECT_TRUE(parse({"--cfg", "a", "--shape", "M=1"}));
    EXPECT_STREQ(o.shape, "M=1");
    EXPECT_TRUE(parse({"--cfg", "a", "--gemm", "M=1"}));
    EXPECT_STREQ(o.gemm, "M=1");
}

TEST_F(Options, HelpForConfigurationsAndDataflowsNeedsNoArchitecture)
{
    EXPECT_TRUE(parse({"--help-config"}));
    EXPECT_EQ(o.action, ACTION_HELP_CONFIG);
    EXPECT_TRUE(parse({"--help-config=markdown"}));
    EXPECT_EQ(o.action, ACTION_HELP_CONFIG_MARKDOWN);
    EXPECT_TRUE(parse({"--help-config=text"}));
    EXPECT_EQ(o.action, ACTION_HELP_CONFIG);
    EXPECT_TRUE(parse({"--list-dataflows"}));
    EXPECT_EQ(o.action, ACTION_LIST_DATAFLOWS);
}

TEST_F(Options, ADashForAFileIsStandardOutput)
{
    ASSERT_TRUE(parse({"--cfg", "a", "-o", "-"}));
    EXPECT_EQ(o.output, nullptr);
}

TEST_F(Options, HelpNeedsNoArchitectureAndIgnoresWhatFollows)
{
    for (const char *help : {"--help", "-?"}) {
        EXPECT_TRUE(parse({help, "--no-such-option", "word"})) << d.text();
        EXPECT_EQ(o.action, ACTION_HELP);
    }
    EXPECT_TRUE(parse({"--usage"}));
    EXPECT_EQ(o.action, ACTION_USAGE);
    for (const char *version : {"--version", "-V"}) {
        EXPECT_TRUE(parse({version}));
        EXPECT_EQ(o.action, ACTION_VERSION);
    }
}

TEST_F(Options, EachMistakeIsOneLineThatSaysWhatWouldBeRight)
{
    const struct {
        std::vector<std::string> words;
        const char *message;
    } cases[] = {
        {{},
         "nothing to do; usage: accelsim --cfg FILE [--layer NAME|all] "
         "[OPTION...], see 'accelsim --help'"},
        {{"--layer", "a"},
         "'--cfg' is missing; an architecture is needed, as in 'accelsim "
         "--cfg eyeriss.cfg --layer conv2'"},
        {{"--cfg"}, "'--cfg' has no value; FILE is needed"},
        {{"--check=1"}, "'--check' has a value; it takes none"},
        {{"--layr", "x"}, "unknown option '--layr'; the nearest is '--layer'"},
        {{"--cfg", "a", "--foo=3"},
         "unknown option '--foo'; the nearest is '--top'"},
        {{"--s", "x"},
         "'--s' is short for several options; more letters are needed"},
        {{"-z"}, "unknown option '-z'; 'accelsim --help' lists them"},
        {{"--cfg", "a", "-zj4"},
         "unknown option '-zj4'; 'accelsim --help' lists them"},
        {{"--cfg", "a", "-j"}, "'-j' has no value; N is needed"},
        {{"--cfg", "a", "-o"}, "'-o' has no value; FILE is needed"},
        {{"--cfg", "a", "conv2"},
         "'conv2' stands without an option; '--layer "
         "conv2' was meant, perhaps"},
        {{"-cfg", "a"}, "unknown option '-cfg'; '--cfg' has two dashes"},
        {{"modle", "--cfg", "a"},
         "unknown command 'modle'; the nearest is 'model'"},
        {{"help", "run", "model"},
         "the command 'model' stands behind an option; it comes first, as in "
         "'accelsim model --cfg FILE'"},
        {{"--cfg", "a", "run"},
         "the command 'run' stands behind an option; it comes first, as in "
         "'accelsim run --cfg FILE'"},
        {{"--cfg", "a", "--batch", "x"},
         "'--batch' is 'x'; a whole number is needed"},
        {{"--cfg", "a", "--batch", "0"},
         "'--batch' is 0; it may be 1 to 2147483647"},
        {{"--cfg", "a", "-j", "0"}, "'--jobs' is 0; it may be 1 to 1024"},
        {{"--cfg", "a", "--max-cycles", "-1"},
         "'--max-cycles' is -1; it may be 1 to 9223372036854775807"},
        {{"--cfg", "a", "--format", "xml"},
         "'--format' is 'xml'; 'accelsim run' prints 'table', 'json', 'csv', "
         "'markdown' or 'html'"},
        {{"map", "--cfg", "a", "--format", "markdown"},
         "'--format' is 'markdown'; 'accelsim map' prints 'table', 'json' or "
         "'csv'"},
        {{"validate", "--format", "xml"},
         "'--format' is 'xml'; 'accelsim validate' prints 'table', 'json' or "
         "'markdown'"},
        {{"--cfg", "a", "--filter", "x"},
         "'accelsim run' has no use for '--filter'; it goes with the command "
         "'validate' only"},
        {{"validate", "--cfg", "a"},
         "'accelsim validate' has no use for '--cfg'; it goes with the "
         "commands 'run', 'model', 'map', 'reuse', 'explain' and 'list' only"},
        {{"map", "--cfg", "a", "--mapping", "m"},
         "'accelsim map' has no use for '--mapping'; it goes with the commands "
         "'run', 'model', 'reuse' and 'explain' only"},
        {{"model", "--cfg", "a", "--check"},
         "'accelsim model' has no use for '--check'; it goes with the command "
         "'run' only"},
        {{"model", "--cfg", "a", "--kernel", "systemc"},
         "'--kernel systemc' goes with 'accelsim run'; the other commands have "
         "the native kernel only"},
        {{"reuse", "--accesses", "a", "--layer", "b"},
         "'--accesses' and '--layer' exclude each other; one is needed"},
        {{"--cfg", "a", "--mapping", "b", "--mappings", "c"},
         "'--mapping' and '--mappings' exclude each other; one is needed"},
        {{"validate", "--format", "csv"},
         "'--format' is 'csv'; 'accelsim validate' prints 'table', 'json' or "
         "'markdown'"},
        {{"--cfg", "a", "--kernel", "verilog"},
         "'--kernel' is 'verilog'; it may be 'native' or 'systemc'"},
        {{"--help-config=html"},
         "'--help-config' is 'html'; it may be 'text' or 'markdown'"},
        {{"--cfg", "a", "--shape", "M=1", "--gemm", "M=1"},
         "'--net', '--shape' and '--gemm' exclude each other; one is needed"},
        {{"--cfg", "a", "--shape", "M=1", "--layer", "x"},
         "'--layer' chooses from a network; it does not go with '--shape' or "
         "'--gemm'"},
    };
    for (const auto &c : cases)
        EXPECT_EQ(refused(c.words),
                  std::string("accelsim: error: ") + c.message + "\n");
}

TEST_F(Options, EachGoesWithTheCommandsThatHonourIt)
{
    const struct {
        std::vector<std::string> option;
        const char *commands; // first letters; a: reuse --accesses
    } cases[] = {
        {{"--net", "n"}, "rmMul"},
        {{"--layer", "l"}, "rmMu"},
        {{"--batch", "2"}, "rmMul"},
        {{"--shape", "M=1"}, "rmMu"},
        {{"--gemm", "M=1"}, "rmMu"},
        {{"--set", "a=1"}, "rmMu"},
        {{"--dataflow", "rs"}, "rmMu"},
        {{"--plugin", "p.so"}, "rmMu"},
        {{"--mapping", "f"}, "rmu"},
        {{"--mapping-policy", "estimate"}, "rmu"},
        {{"--mappings", "f"}, "rmu"},
        {{"--kernel", "native"}, "rmMuval"},
        {{"--no-memo"}, "r"},
        {{"--memo-bytes", "1"}, "r"},
        {{"--check"}, "r"},
        {{"-j", "2"}, "rmMuval"},
        {{"--max-cycles", "1"}, "rMu"},
        {{"--wall-limit", "1"}, "rmMuval"},
        {{"--kernel=systemc", "--sc-granularity", "block"}, "r"},
        {{"--kernel=systemc", "--sc-memory", "1,1"}, "r"},
        {{"--kernel=systemc", "--sc-shuffle", "1"}, "r"},
        {{"--kernel=systemc", "--vcd", "f"}, "r"},
        {{"--kernel=systemc", "--vcd=f", "--trace-window", "0:1"}, "r"},
        {{"--kernel=systemc", "--vcd=f", "--trace-pes", "0:0"}, "r"},
        {{"--objective", "edp"}, "rmMu"},
        {{"--top", "3"}, "M"},
        {{"--time-limit", "1"}, "M"},
        {{"--save", "f"}, "M"},
        {{"--constraints", "f"}, "M"},
        {{"--format", "json"}, "rmMuval"},
        {{"--format", "csv"}, "rmMual"},
        {{"--format", "markdown"}, "rmvl"},
        {{"-o", "f"}, "rmMuval"},
        {{"--filter", "f"}, "v"},
        {{"--show-mapping"}, "rm"},
        {{"--show-config"}, "rmM"},
        {{"--stats"}, "r"},
    };
    const std::pair<char, std::vector<std::string>> commands[] = {
        {'r', {"run", "--cfg", "c"}},        {'m', {"model", "--cfg", "c"}},
        {'M', {"map", "--cfg", "c"}},        {'u', {"reuse", "--cfg", "c"}},
        {'a', {"reuse", "--accesses", "f"}}, {'v', {"validate"}},
        {'l', {"list", "layers"}},
    };
    for (const auto &c : cases)
        for (const auto &[letter, command] : commands) {
            std::vector<std::string> words = command;
            words.insert(words.end(), c.option.begin(), c.option.end());
            const bool goes =
                std::string(c.commands).find(letter) != std::string::npos;
            EXPECT_EQ(parse(words), goes)
                << letter << ' ' << c.option.back() << d.text();
        }
}

TEST(Progress, NothingIsShownInTheFirstSecondOrTooOften)
{
    char line[80];
    EXPECT_FALSE(progress_line(0.5, 0.9, 9, "a", line, sizeof(line)));
    EXPECT_FALSE(progress_line(0.5, 2, 0.1, "a", line, sizeof(line)));
    EXPECT_TRUE(progress_line(0.5, 2, 0.3, "a", line, sizeof(line)));
}

TEST(Progress, TheLineTellsTheShareAndTheTimeLeft)
{
    char line[80];
    progress_line(0.25, 10, 1, "conv2", line, sizeof(line));
    EXPECT_STREQ(line, " 25 %  conv2, 30 s left");
    progress_line(0.1, 60, 1, "fc6", line, sizeof(line));
    EXPECT_STREQ(line, " 10 %  fc6, 9 min left");
    progress_line(0, 60, 1, "fc6", line, sizeof(line));
    EXPECT_STREQ(line, "  0 %  fc6");
}

TEST(Progress, AFileThatIsNoTerminalStaysEmpty)
{
    FILE *to = tmpfile();
    struct progress *p = progress_new(to, 1);
    progress_add(p, "a", 1);
    progress_free(p);
    EXPECT_EQ(ftell(to), 0);
    fclose(to);
}
} // namespace
