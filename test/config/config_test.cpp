// config_test.cpp - architectures: the reader, the checks and --set.
// SPDX-License-Identifier: MIT
#include "test/config/config_fixture.h"

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/stat.h>

#include "sim/base/find_file.h"
#include "sim/config/help_config.h"
#include "sim/config/layer_keys.h"
#include "sim/config/schema.h"
#include "test/sample.h"

namespace
{
TEST_F(Config, AFileGivesItsValuesAndTheDefaults)
{
    config_ptr cfg = load(good);
    ASSERT_NE(cfg, nullptr) << d.text();
    const struct arch *a = config_arch(cfg.get());
    EXPECT_STREQ(a->name, "small");
    EXPECT_EQ(a->clock_hz, 200000000u);
    EXPECT_EQ(a->rows, 12);
    EXPECT_EQ(a->rf_words[TENSOR_FILTER], 224);
    EXPECT_STREQ(a->dataflows[1], "ws");
    EXPECT_STREQ(a->dataflows[2], "");
    EXPECT_STREQ(a->default_dataflow, "rs");
    EXPECT_EQ(a->fifo_words, 16);
    EXPECT_EQ(a->psum_add, PSUM_ADD_OWN_CYCLE);
    EXPECT_STREQ(a->dram_model, "ideal");
    EXPECT_STREQ(a->energy, "45nm");
    EXPECT_FALSE(a->has_l1);
    EXPECT_EQ(a->padding, PADDING_GENERATED);
}

TEST_F(Config, AnL1IsThereWhenItHasBytes)
{
    config_ptr cfg = load(good, {"l1.bytes=1024"});
    ASSERT_NE(cfg, nullptr) << d.text();
    EXPECT_TRUE(config_arch(cfg.get())->has_l1);
}

TEST_F(Config, IncludedFilesAreReadBesideTheFile)
{
    folder.write("l2.cfg", "l2 = { bytes = 110592; banks = 27; };\n");
    config_ptr cfg = load(changed("l2 = { bytes = 110592; banks = 27; };",
                                  "@include \"l2.cfg\""));
    ASSERT_NE(cfg, nullptr) << d.text();
    EXPECT_EQ(config_arch(cfg.get())->l2_banks, 27);
}

TEST_F(Config, UnknownKeysNameTheNearest)
{
    EXPECT_EQ(refused(changed("rows = 12", "rows = 12; colls = 3")),
              "a.cfg:4: error: unknown key 'array.colls'; the nearest is "
              "'array.cols'\n");
    EXPECT_EQ(refused(std::string(good) + "rows = 3;\n"),
              "a.cfg:8: error: unknown key 'rows'; the nearest is "
              "'array.rows'\n");
}

TEST_F(Config, WrongTypesSayWhatIsNeeded)
{
    EXPECT_EQ(refused(changed("rows = 12", "rows = \"12\"")),
              "a.cfg:4: error: 'array.rows' is a string; a whole number is "
              "needed\n");
    EXPECT_EQ(refused(changed("rows = 12", "rows = 12.5")),
              "a.cfg:4: error: 'array.rows' is a number with a fraction; a "
              "whole number is needed\n");
    EXPECT_EQ(refused(changed("2e8", "2.5")),
              "a.cfg:2: error: 'clock_hz' is a number with a fraction; a whole "
              "number is needed\n");
    EXPECT_EQ(refused(changed("\"small\"", "5")),
              "a.cfg:1: error: 'name' is a whole number; a string is needed\n");
    EXPECT_EQ(refused(changed("[\"rs\", \"ws\"]", "\"rs\"")),
              "a.cfg:3: error: 'dataflows' is a string; an array of strings is "
              "needed\n");
    EXPECT_EQ(refused(changed("[\"rs\", \"ws\"]", "[1, 2]")),
              "a.cfg:3: error: item 1 of 'dataflows' is no string; one is "
              "needed\n");
    EXPECT_EQ(refused(changed("[\"rs\", \"ws\"]", "[]")),
              "a.cfg:3: error: 'dataflows' is empty; at least one item is "
              "needed\n");
    EXPECT_EQ(refused(changed("pe = {", "pe = { zero_gating = 1;")),
              "a.cfg:6: error: 'pe.zero_gating' is a whole number; true or "
              "false is needed\n");
    EXPECT_EQ(
        refused(changed("l2 = { bytes = 110592; banks = 27; }", "l2 = 5")),
        "a.cfg:7: error: 'l2' is a whole number; a group { ... } is "
        "needed\na.cfg:7: error: missing 'l2.bytes', 'l2.banks'; "
        "'accelsim --help-config' explains them\n");
}

TEST_F(Config, ValuesOutOfRangeNameTheRangeAndUnit)
{
    EXPECT_EQ(refused(changed("rows = 12", "rows = 0")),
              "a.cfg:4: error: 'array.rows' is 0; it may be 1 to 1024 PEs\n");
    EXPECT_EQ(refused(changed("rows = 12", "rows = -12")),
              "a.cfg:4: error: 'array.rows' is -12; it may be 1 to 1024 "
              "PEs\n");
    EXPECT_EQ(refused(changed("110592", "99999999999999L")),
              "a.cfg:7: error: 'l2.bytes' is 99999999999999; it may be 1 to "
              "1099511627776 bytes\n");
    EXPECT_EQ(refused(changed("110592", "9223372036854775808")),
              "a.cfg:7: error: number 9223372036854775808 is too large; "
              "9223372036854775807 is the largest\n");
    EXPECT_EQ(refused(changed("\"multicast\"", "\"mesh\"")),
              "a.cfg:4: error: 'array.network' is 'mesh'; it may be "
              "'multicast' or 'systolic'\n");
    EXPECT_EQ(refused(changed("\"small\"", '"' + std::string(64, 'x') + '"')),
              "a.cfg:1: error: 'name' has 64 letters; at most 63 are "
              "allowed\n");
    EXPECT_EQ(refused(changed("\"small\"", "\"\"")),
              "a.cfg:1: error: 'name' is empty; 1 to 63 letters are needed\n");
    for (const char *name : {R"("a\nb")", R"("a\x0a")"})
        EXPECT_EQ(refused(changed("\"small\"", name)),
                  "a.cfg:1: error: 'name' has the byte 0x0a; letters on one "
                  "line are needed\n");
    EXPECT_EQ(refused(good, {"name=\x1b[1m"}),
              "accelsim: --set name=?[1m: error: 'name' has the byte 0x1b; "
              "letters on one line are needed\n");
    EXPECT_EQ(refused(changed("\"ws\"", "\"weight_stationary\"")),
              "a.cfg:3: error: 'dataflows' has the item 'weight_stationary'; "
              "an item has 1 to 15 letters\n");
    EXPECT_EQ(refused(changed("\"ws\"", "\"a\",\"b\",\"c\",\"d\",\"e\",\"f\","
                                        "\"g\"")),
              "a.cfg:3: error: 'dataflows' has more than 7 items; fewer are "
              "allowed\n");
}

TEST_F(Config, MissingKeysAreOneLineAGroup)
{
    EXPECT_EQ(refused(changed("rows = 12; cols = 14;", "")),
              "a.cfg:4: error: missing 'array.rows', 'array.cols'; 'accelsim "
              "--help-config' explains them\n");
    EXPECT_EQ(refused(""),
              "a.cfg:1: error: missing 'name', 'clock_hz', 'dataflows', "
              "'energy'; 'accelsim --help-config' explains them\n"
              "a.cfg:1: error: missing 'array.rows', 'array.cols', "
              "'array.network'; 'accelsim --help-config' explains them\n"
              "a.cfg:1: error: missing 'precision.ifmap_bits', "
              "'precision.filter_bits', 'precision.psum_bits'; 'accelsim "
              "--help-config' explains them\n"
              "a.cfg:1: error: missing 'pe.rf.ifmap_words', "
              "'pe.rf.filter_words', 'pe.rf.psum_words'; 'accelsim "
              "--help-config' explains them\n"
              "a.cfg:1: error: missing 'l2.bytes', 'l2.banks'; 'accelsim "
              "--help-config' explains them\n"
              "a.cfg:1: error: missing 'dram.model'; 'accelsim "
              "--help-config' explains them\n");
}

// A machine without 'dram' ran with an ideal one.
TEST_F(Config, AMachineSaysWhatDramAndEnergyItHas)
{
    EXPECT_EQ(refused(changed("dram = { model = \"ideal\"; };", "")),
              "a.cfg:1: error: missing 'dram.model'; 'accelsim --help-config' "
              "explains them\n");
    EXPECT_EQ(refused(changed("energy = \"45nm\";", "")),
              "a.cfg:1: error: missing 'energy'; 'accelsim --help-config' "
              "explains them\n");
    EXPECT_NE(load(changed("energy = \"45nm\";", ""), {"energy=45nm"}),
              nullptr);
}

// What is left of a shipped file that was cut off is no machine.
TEST_F(Config, NoShippedFileRunsWithoutItsEnd)
{
    const char *srcdir = std::getenv("srcdir");
    const std::string from = std::string(srcdir != nullptr ? srcdir : ".");
    for (const char *include : {"/configs/conv1d", "/configs/experiments/"})
        ASSERT_EQ(
            std::system(
                ("cp -r " + from + include + "* " + folder.path("")).c_str()),
            0);
    for (const char *name :
         {"dadiannao_like", "eyeriss", "eyeriss_v2_dense", "nvdla_small",
          "nvdla_large", "shidiannao", "systolic", "tensor_core", "tpu_v1",
          "haswell", "k80", "gemmini", "conv1d_pes", "conv1d_banks",
          "conv1d_l1_1", "experiments/isca16_rs"}) {
        std::ifstream in(from + "/configs/" + name + ".cfg");
        const std::string text(std::istreambuf_iterator<char>(in), {});
        diag_clear(d);
        ASSERT_NE(load(text), nullptr) << name << d.text();
        const size_t last_line = text.rfind('\n', text.size() - 2);
        const size_t apart = sample_is_short() ? 7 : 1;
        for (size_t end = 0, k = 0; end < last_line; end++) {
            if (end > 0 && strchr(";})\n", text[end - 1]) == nullptr)
                continue;
            if (k++ % apart != 0)
                continue;
            ASSERT_EQ(load(text.substr(0, end)), nullptr)
                << name << text.substr(0, end);
        }
    }
}

TEST_F(Config, AllErrorsOfAFileAreReportedAtOnce)
{
    std::string text = changed("rows = 12", "rows = 0");
    text.replace(text.find("psum_words = 24"), 15, "psum_word = 24");
    refused(text, {"clock_hz=x"});
    EXPECT_EQ(diag_count(d), 4) << d.text();
}

TEST_F(Config, BrokenSyntaxNamesItsLine)
{
    EXPECT_EQ(refused("name = \"a\";\narray = ;\n"),
              "a.cfg:2: error: syntax error near 'array'; 'name = value;' or "
              "'name = { ... };' is needed\n");
    EXPECT_EQ(refused("name = \"a\";\nname = \"b\";\n"),
              "a.cfg:2: error: 'name' is set twice in one group; once is "
              "enough\n");
    EXPECT_EQ(refused("dataflows = [\"rs\", 1];\n"),
              "a.cfg:1: error: values of several kinds in one array [ ]; one "
              "kind, or a list ( ), is needed\n");
    EXPECT_EQ(refused("name = \"a;\n"), "a.cfg:1: error: a string begins here "
                                        "and has no end; a \" is needed\n");
    EXPECT_EQ(refused("\n/* name\n"), "a.cfg:2: error: a comment begins here "
                                      "and has no end; a */ is needed\n");
    std::string binary("\x7f"
                       "ELF\2\1\0",
                       7);
    EXPECT_NE(
        refused("x=1;\n" + binary).find("a.cfg:2: error: byte 0x7f in 'a.cfg'"),
        std::string::npos);
}

TEST_F(Config, DigitsInNamesStringsAndCommentsAreNoNumbers)
{
    std::string text = good;
    text += "/* 99999999999 */ # 99999999999\n// 99999999999\n";
    text += "default = { network = \"net99999999999\"; };\n";
    EXPECT_NE(load(text), nullptr) << d.text();
}

TEST_F(Config, IncludesThatLoopOrLackOrAreFoldersAreNamed)
{
    EXPECT_EQ(refused("@include \"a.cfg\"\n"),
              "a.cfg:1: error: include loop: 'a.cfg' includes itself in the "
              "end; a file may include other files only\n");
    folder.write("b.cfg", "\n@include \"a.cfg\"\n");
    EXPECT_EQ(refused("@include \"b.cfg\"\n"),
              "b.cfg:2: error: include loop: 'a.cfg' includes itself in the "
              "end; a file may include other files only\n");
    EXPECT_EQ(refused("\n@include \"no.cfg\"\n"),
              "a.cfg:2: error: cannot read 'no.cfg' (No such file or "
              "directory); a readable file is needed\n");
    EXPECT_EQ(refused("@include \"/tmp\"\n"),
              "a.cfg:1: error: '/tmp' is a folder; a text file is needed\n");
    EXPECT_EQ(refused("@include \"/dev/null\"\n"),
              "a.cfg:1: error: '/dev/null' is no regular file; a text file is "
              "needed\n");
    std::string last = "c0.cfg";
    folder.write(last, "x = 1;\n");
    for (int i = 1; i < 12; i++) {
        std::string name = "c" + std::to_string(i) + ".cfg";
        folder.write(name, "@include \"" + last + "\"\n");
        last = name;
    }
    EXPECT_NE(refused("@include \"" + last + "\"\n")
                  .find("includes are nested more than 10 deep; fewer are "
                        "allowed"),
              std::string::npos);
}

TEST_F(Config, ACommentMayEndTheFile)
{
    for (const char *last : {"# end", "//", "  // 99999999999", "/* end */"})
        EXPECT_NE(load(good + std::string(last)), nullptr) << d.text();
    EXPECT_EQ(refused("@include \"b.cfg\" # no end\nnam = 1; # end"),
              "a.cfg:1: error: cannot read 'b.cfg' (No such file or "
              "directory); a readable file is needed\n");
    folder.write("b.cfg", std::string(good) + "# end");
    EXPECT_NE(load("@include \"b.cfg\" default = { batch = 2; }; # end"),
              nullptr)
        << d.text();
}

// They were read as 32 bits: as 200 Hz and as 110592.
TEST_F(Config, NumbersHave64BitsWhereverTheyStand)
{
    folder.write("empty.inc", "");
    config_ptr cfg = load(changed("clock_hz = 2e8;", "@include \"empty.inc\" "
                                                     "clock_hz = 4294967496;"));
    ASSERT_NE(cfg, nullptr) << d.text();
    EXPECT_EQ(config_arch(cfg.get())->clock_hz, 4294967496u);
    cfg = load(changed("110592", "4295077888"));
    ASSERT_NE(cfg, nullptr) << d.text();
    EXPECT_EQ(config_arch(cfg.get())->l2_bytes, 4295077888u);
}

// It took 14 s: each name was compared with all before it, and with all of the
// schema, for messages that nobody saw.
TEST_F(Config, ManyUnknownKeysAreCountedInNoTime)
{
    std::string text = good;
    for (int i = 0; i < 40000; i++)
        text += "key" + std::to_string(i) + " = 1;\n";
    const clock_t begin = clock();
    EXPECT_EQ(load(text), nullptr);
    EXPECT_EQ(diag_count(d), 40000);
    EXPECT_LT(double(clock() - begin) / CLOCKS_PER_SEC, 3);
}

TEST_F(Config, ANamedPipeIsNotWaitedFor)
{
    const std::string pipe = folder.path("pipe.cfg");
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(refused("@include \"pipe.cfg\"\n"),
              "a.cfg:1: error: 'pipe.cfg' is no regular file; a text file is "
              "needed\n");
    EXPECT_EQ(config_load(pipe.c_str(), nullptr, 0, d), nullptr);
}

TEST_F(Config, AFileThatIsTooLargeIsRefused)
{
    EXPECT_EQ(refused(std::string(17 << 20, ' ')),
              "accelsim: error: 'a.cfg' is larger than 16 MiB; a text file is "
              "needed\n");
}

TEST_F(Config, AWordThatIsTooLongIsRefused)
{
    std::string much(65537, 'x');
    for (const std::string &text :
         {"name = \"" + much + "\";", "\n# " + much, much + " = 1;"})
        EXPECT_NE(refused(text).find(" bytes begins here; at most 65536 are "
                                     "allowed\n"),
                  std::string::npos);
}

TEST_F(Config, AFileOfAnotherKindIsOneMessage)
{
    EXPECT_EQ(refused("name = \"a\"; layers = ();"),
              "a.cfg:1: error: the file is a network, for '--net'; an "
              "architecture is needed\n");
    EXPECT_EQ(refused("unit = \"pJ\"; nothing = 1;"),
              "a.cfg:1: error: the file is an energy table, for '--set "
              "energy='; an architecture is needed\n");
}

TEST_F(Config, AMissingFileSaysWhereItWasLookedFor)
{
    setenv("ACCELSIM_PATH", "/tmp/here:/tmp/there", 1);
    EXPECT_EQ(config_load("nosuch", nullptr, 0, d), nullptr);
    unsetenv("ACCELSIM_PATH");
    EXPECT_EQ(d.text().find("accelsim: error: there is no architecture "
                            "'nosuch'; looked in '.', '/tmp/here', "
                            "'/tmp/there', '"),
              0u)
        << d.text();
    EXPECT_EQ(diag_status(d), EXIT_USAGE);
    diag_clear(d);
    EXPECT_EQ(config_load("no/such.cfg", nullptr, 0, d), nullptr);
    EXPECT_EQ(d.text(), "accelsim: error: there is no architecture "
                        "'no/such.cfg'; the path of a file, or a name without "
                        "a folder, is needed\n");
    diag_clear(d);
    EXPECT_EQ(config_load("eyeris", nullptr, 0, d), nullptr);
    EXPECT_NE(d.text().find("; the nearest is 'eyeriss'; 'accelsim list "
                            "architectures' lists all\n"),
              std::string::npos)
        << d.text();
    diag_clear(d);
    EXPECT_EQ(config_load("lenet5", nullptr, 0, d), nullptr);
    EXPECT_EQ(d.text(), "accelsim: error: there is no architecture 'lenet5'; "
                        "it is the name of a network, for '--net'\n");
    diag_clear(d);
    EXPECT_EQ(config_load("/tmp", nullptr, 0, d), nullptr);
    EXPECT_EQ(d.text(),
              "accelsim: error: '/tmp' is a folder; a file is needed\n");
}

TEST_F(Config, ANameIsFoundInThePathWithoutItsEnding)
{
    folder.write("My-Chip.cfg", good);
    setenv("ACCELSIM_PATH", folder.path("").c_str(), 1);
    for (const char *name : {"My-Chip", "My-Chip.cfg", "mychip", "MY_CHIP"}) {
        char *found =
            find_config_file(name, CONFIG_ARCHITECTURE, {nullptr, 0}, d);
        EXPECT_NE(found, nullptr) << name << d.text();
        free(found);
    }
    unsetenv("ACCELSIM_PATH");
}

TEST_F(Config, SetOverridesWithTheSameChecks)
{
    config_ptr cfg =
        load(good, {"array.rows=16", "array.rows=8", "pe.zero_gating=true",
                    "clock_hz=1e9", "energy=\"x y\"", "l2.ports=1r1w",
                    "dataflows=ws,rs"});
    ASSERT_NE(cfg, nullptr) << d.text();
    const struct arch *a = config_arch(cfg.get());
    EXPECT_EQ(a->rows, 8);
    EXPECT_TRUE(a->zero_gating);
    EXPECT_EQ(a->clock_hz, 1000000000u);
    EXPECT_STREQ(a->energy, "x y");
    EXPECT_EQ(a->l2_ports, BANK_1R1W);
    EXPECT_STREQ(a->dataflows[0], "ws");
}

TEST_F(Config, SetCanBringWhatTheFileLacks)
{
    EXPECT_NE(load(changed("rows = 12; ", ""), {"array.rows=4"}), nullptr)
        << d.text();
}

TEST_F(Config, ABrokenSetNamesItself)
{
    const struct {
        const char *set, *message;
    } cases[] = {
        {"array.rows=0", "'array.rows' is 0; it may be 1 to 1024 PEs"},
        {"array.rows=x", "'array.rows' is 'x'; a whole number is needed"},
        {"array.rows=1e1", "'array.rows' is '1e1'; a whole number is needed"},
        {"array.rows=", "'array.rows' is ''; a whole number is needed"},
        {"array.rows=99999999999999999999",
         "'array.rows' is 99999999999999999999; it may be 1 to 1024 PEs"},
        {"array.row=1", "unknown key 'array.row'; the nearest is 'array.rows'"},
        {"array=1", "'array' is a group; one of its keys is needed"},
        {"array.rows",
         "'array.rows' is not of the form PATH=VALUE; as in 'array.rows=16'"},
        {"=5", "'=5' is not of the form PATH=VALUE; as in 'array.rows=16'"},
        {"pe.zero_gating=1", "'pe.zero_gating' is '1'; it may be true or "
                             "false"},
        {"l2.ports=2rw", "'l2.ports' is '2rw'; it may be '1rw' or '1r1w'"},
        {"mapping.q=x", "'mapping.q' is 'x'; a whole number is needed"},
        {"dataflows=", "'dataflows' has the item ''; an item has 1 to 15 "
                       "letters"},
    };
    for (const auto &c : cases)
        EXPECT_EQ(refused(good, {c.set}), std::string("accelsim: --set ") +
                                              c.set + ": error: " + c.message +
                                              "\n");
}

TEST_F(Config, ValuesMustFitEachOther)
{
    EXPECT_EQ(
        refused(good, {"pe.fifo_words=2", "noc.psum_in.words_per_slot=4"}),
        "accelsim: --set noc.psum_in.words_per_slot=4: error: "
        "'noc.psum_in.words_per_slot' is 4 and 'pe.fifo_words' is 2; a "
        "fifo must take a whole slot\n");
    EXPECT_EQ(refused(changed("\"ws\"", "\"xs\"")),
              "a.cfg:3: error: there is no dataflow 'xs'; 'accelsim "
              "--list-dataflows' names them\n");
    EXPECT_EQ(refused(good, {"default.dataflow=os"}),
              "accelsim: --set default.dataflow=os: error: "
              "'default.dataflow' is 'os'; it must be one of 'dataflows'\n");
    EXPECT_EQ(refused(good, {"l2.ifmap_banks=20", "l2.psum_banks=8"}),
              "a.cfg:7: error: 'l2.banks' is 27; 28 are kept for single "
              "tensors\n");
    EXPECT_EQ(refused(good, {"l2.bytes=100", "l2.bank_row_words=4"}),
              "accelsim: --set l2.bytes=100: error: 'l2.bytes' is 100; 27 "
              "banks with rows of 4 words of 16 bits need 216\n");
    EXPECT_EQ(refused(good, {"l1.bytes=64", "l1.cluster_cols=15"}),
              "accelsim: --set l1.cluster_cols=15: error: 'l1.cluster_cols' "
              "is 15; the array has 14 columns\n");
    EXPECT_EQ(refused(good, {"l1.bytes=64", "l1.cluster_rows=13"}),
              "accelsim: --set l1.cluster_rows=13: error: 'l1.cluster_rows' "
              "is 13; the array has 12 rows\n");
    EXPECT_EQ(refused(good, {"l1.bytes=64", "l1.cluster_rows=2"}),
              "a.cfg:1: error: clusters of 1 columns make 84 of them; at most "
              "64 are modelled: enlarge 'l1.cluster_cols' or "
              "'l1.cluster_rows'\n");
    EXPECT_EQ(refused(good, {"l1.bytes=64", "l1.banks=2", "l1.ifmap_banks=3"}),
              "accelsim: --set l1.banks=2: error: 'l1.banks' is 2; 3 are kept "
              "for single tensors\n");
    EXPECT_EQ(refused(good, {"l1.bytes=64", "l1.banks=2", "l1.ifmap_banks=2"}),
              "a.cfg:1: error: 'l1.filter_banks' is 0 and no bank of L1 is "
              "shared; it needs one\n");
    EXPECT_EQ(refused(good, {"l1.bytes=64", "array.network=systolic"}),
              "accelsim: --set array.network=systolic: error: an L1 "
              "('l1.bytes') feeds 'multicast' arrays; this one is "
              "'systolic'\n");
    EXPECT_EQ(refused(good, {"array.preload=shadow"}),
              "accelsim: --set array.preload=shadow: error: 'array.preload' = "
              "'shadow' is of 'systolic' arrays; this one is 'multicast' (it "
              "may be 'serial')\n");
    const std::string wide[] = {
        "noc.filter.slots_per_cycle=14", "noc.ifmap.slots_per_cycle=14",
        "noc.psum_in.slots_per_cycle=14", "noc.psum_out.slots_per_cycle=14"};
    EXPECT_EQ(
        refused(good, {"array.preload=shadow", "array.network=systolic",
                       "array.tight_folds=true", wide[0].c_str(),
                       wide[1].c_str(), wide[2].c_str(), wide[3].c_str()}),
        "accelsim: --set array.tight_folds=true: error: "
        "'array.preload' = 'shadow' with 'array.tight_folds' is not "
        "modelled ('array.tight_folds' may be false)\n");
    EXPECT_EQ(refused(good, {"array.preload=shadow", "array.network=systolic",
                             wide[0].c_str(), wide[1].c_str(), wide[2].c_str(),
                             "noc.psum_out.slots_per_cycle=3",
                             "noc.psum_out.words_per_slot=4"}),
              "accelsim: --set array.preload=shadow: error: 'array.preload' = "
              "'shadow' needs edges that never make the array wait; "
              "'noc.psum_out' takes 12 words a cycle (it may take 14 or "
              "more)\n");
    EXPECT_EQ(refused(good, {"precision.psum_type=bf"}),
              "accelsim: --set precision.psum_type=bf: error: "
              "'precision.psum_type' is a float and the operands are 'int'; "
              "'int' is right\n");
    EXPECT_EQ(
        refused(good, {"precision.psum_type=fp", "precision.ifmap_type=fp",
                       "precision.filter_type=fp", "precision.psum_bits=24"}),
        "accelsim: --set precision.psum_bits=24: error: "
        "'precision.psum_bits' is 24 and the type is 'fp'; 16 or 32 is "
        "right\n");
    EXPECT_EQ(
        refused(good, {"precision.ofmap_bits=59", "dram.compression=rlc"}),
        "accelsim: --set precision.ofmap_bits=59: error: "
        "'precision.ofmap_bits' is 59; 'dram.compression' = 'rlc' takes "
        "at most 58 bits\n");
    EXPECT_EQ(refused(good, {"dram.model=bandwidth"}),
              "accelsim: --set dram.model=bandwidth: error: 'dram.model' is "
              "'bandwidth' without 'dram.bytes_per_second'; it needs one\n");
    EXPECT_EQ(refused(good, {"dram.model=sdram"})
                  .find("accelsim: --set dram.model=sdram: error: "
                        "'dram.model' is 'sdram'; it may be 'ideal', "
                        "'bandwidth'"),
              0u);
}

TEST(Shipped, EveryArchitectureIsRead)
{
    for (const char *name :
         {"eyeriss", "eyeriss_v2_dense", "systolic", "shidiannao",
          "nvdla_small", "tpu_v1", "gemmini"}) {
        Messages d;
        struct config *cfg = config_load(name, nullptr, 0, d);
        ASSERT_NE(cfg, nullptr) << d.text();
        EXPECT_STREQ(config_arch(cfg)->name, name);
        EXPECT_STREQ(config_pos(cfg, "name").file +
                         strlen(config_pos(cfg, "name").file) - 4,
                     ".cfg");
        config_free(cfg);
    }
}

TEST(Schema, EveryKeyHasItsDocumentationAndASensibleRange)
{
    for (int i = 0; schema[i].key != nullptr; i++) {
        EXPECT_GT(strlen(schema[i].doc), 4u) << schema[i].key;
        EXPECT_LE(schema[i].min, schema[i].max) << schema[i].key;
        EXPECT_EQ(schema_find(schema[i].key), i) << "twice " << schema[i].key;
        if (schema[i].type == SCHEMA_INT || schema[i].type == SCHEMA_INT64) {
            EXPECT_STRNE(schema[i].unit, "") << schema[i].key;
        }
        if (schema[i].type == SCHEMA_ENUM) {
            EXPECT_EQ(schema[i].size_bytes, sizeof(unsigned)) << schema[i].key;
        }
    }
}

TEST(Schema, TheHelpNamesEveryKey)
{
    char *text = nullptr;
    size_t bytes = 0;
    for (auto write : {help_config_text, help_config_markdown}) {
        FILE *to = open_memstream(&text, &bytes);
        write(to);
        fclose(to);
        for (int i = 0; schema[i].key != nullptr; i++)
            EXPECT_NE(strstr(text, schema[i].key), nullptr) << schema[i].key;
        EXPECT_NE(strstr(text, "mapping.fr"), nullptr);
        for (const layer_key *key = layer_keys; key->name != nullptr; key++)
            EXPECT_NE(strstr(text, key->doc), nullptr) << key->name;
        free(text);
    }
}
} // namespace
