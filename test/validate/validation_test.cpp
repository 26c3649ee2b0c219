// validation_test.cpp - plans of claims: what is read, what is refused, and
// what becomes of a row.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>

#include "sim/validate/validation.h"
#include "test/messages.h"

namespace
{

using validation_ptr = std::unique_ptr<validation, decltype(&validation_free)>;

// A plan of one file, found before the shipped one.
class Validation : public testing::Test
{
  protected:
    Validation()
    {
        setenv("ACCELSIM_PATH", folder.path("").c_str(), 1);
        folder.write("plan.cfg", "files = [\"claims\"];\n");
    }
    ~Validation() override
    {
        unsetenv("ACCELSIM_PATH");
    }
    validation_ptr load(const std::string &text, const char *filter = nullptr)
    {
        folder.write("claims.cfg", text);
        return validation_ptr(validation_load(filter, d), validation_free);
    }
    // The message about a file with these runs and checks, without folders.
    std::string refused(const std::string &runs, const std::string &checks)
    {
        diag_clear(d);
        validation_ptr v = load("title = \"t\";\nruns = (" + runs +
                                ");\nchecks = (" + checks + ");\n");
        if (v != nullptr) {
            EXPECT_FALSE(validation_run_all(v.get(), d));
        }
        std::string all = d.text();
        size_t at = all.rfind('/');
        return at == std::string::npos ? all : all.substr(at + 1);
    }
    // The only row, run.
    validation_row one(const std::string &value,
                       const std::string &run = "simulate = false;")
    {
        kept = load("title = \"t\";\nruns = ( { name = \"r\"; shape = "
                    "\"M=2,C=3,H=4,W=4,R=1,S=1\"; " +
                    run +
                    " } );\nchecks = ( { claim = \"c\"; run = \"r\"; quantity "
                    "= \"macs\"; values = ( { " +
                    value + " } ); } );\n");
        if (kept == nullptr || !validation_run_all(kept.get(), d)) {
            ADD_FAILURE() << d.text();
            return {};
        }
        return kept->group[0].row[0];
    }
    Folder folder;
    Messages d;
    validation_ptr kept{nullptr, validation_free};
};

const char good_run[] =
    "{ name = \"r\"; shape = \"M=2,C=3,H=4,W=4,R=1,S=1\"; simulate = false; }";

TEST_F(Validation, ARowWithinItsTolerancePasses)
{
    validation_row row = one("published = 100; tolerance = 0.05;");
    EXPECT_DOUBLE_EQ(row.ours, 96);
    EXPECT_NEAR(validation_error(&row), -0.04, 1e-12);
    EXPECT_EQ(row.verdict, VERDICT_PASS);
    EXPECT_EQ(one("published = 96; tolerance = 0;").verdict, VERDICT_PASS);
}

TEST_F(Validation, ARowOutsideItIsAMissUnlessItIsExplained)
{
    EXPECT_EQ(one("published = 100; tolerance = 0.03;").verdict, VERDICT_MISS);
    EXPECT_EQ(validation_count(kept.get(), VERDICT_MISS), 1);
    EXPECT_EQ(one("published = 97; tolerance = 0;").verdict, VERDICT_MISS);
    EXPECT_EQ(
        one("published = 100; tolerance = 0.03; known_miss = \"why\";").verdict,
        VERDICT_KNOWN_MISS);
    EXPECT_EQ(validation_count(kept.get(), VERDICT_MISS), 0);
    EXPECT_EQ(
        one("published = 100; tolerance = 0.05; known_miss = \"why\";").verdict,
        VERDICT_PASS);
}

TEST_F(Validation, APredictionHasNoVerdict)
{
    validation_row row = one("tolerance = 0.1;");
    EXPECT_TRUE(std::isnan(validation_error(&row)));
    EXPECT_EQ(row.verdict, VERDICT_NONE);
    EXPECT_EQ(one("published = 1;").verdict, VERDICT_NONE);
}

TEST_F(Validation, ARunOfADataflowThatIsNotBuiltIsAbsent)
{
    validation_row row = one("published = 1; tolerance = 0;",
                             "cfg = \"eyeriss\"; dataflow = \"zz\";");
    EXPECT_EQ(row.verdict, VERDICT_ABSENT);
}

TEST_F(Validation, FiguresOfARunAreThoseOfItsResult)
{
    const std::string cfg = "cfg = \"eyeriss\";";
    EXPECT_GT(one("quantity = \"cycles\";", cfg).ours, 0);
    EXPECT_DOUBLE_EQ(one("quantity = \"dram.filter.reads\";", cfg).ours, 6);
    EXPECT_DOUBLE_EQ(one("quantity = \"dram.psum.writes\";", cfg).ours, 32);
    EXPECT_STREQ(one("quantity = \"ledger.mac\";", cfg).unit, "%");
    double shares = 0;
    for (const char *cause : {"mac", "psum", "idle_mapping", "idle_edge",
                              "fill", "drain", "wait_filter", "wait_ifmap",
                              "wait_psum_in", "wait_psum_out", "wait_dram"})
        shares +=
            one(std::string("quantity = \"ledger.") + cause + "\";", cfg).ours;
    EXPECT_NEAR(shares, 100, 1e-9);
    validation_row row =
        one("quantity = \"cycles\"; with_account = true;", cfg);
    EXPECT_EQ(std::string(row.account).find("mac "), 0u) << row.account;
}

// One mapping parameter of the variant would be chosen anew for its machine.
TEST_F(Validation, AVariantKeepsTheMappingsOfTheRunItIsLike)
{
    validation_ptr v = load(
        "title = \"t\"; runs = ( { name = \"a\"; cfg = \"eyeriss\"; layer = "
        "\"conv5\"; }, { name = \"b\"; like = \"a\"; set = "
        "[\"pe.rf.filter_words=256\"]; } ); checks = ( { claim = \"c\"; "
        "quantity = \"array_cycles\"; variants = [\"a\", \"b\"]; values = ( { "
        "layer = \"conv5\"; published = 1; tolerance = 0; } ); } );\n");
    ASSERT_NE(v, nullptr) << d.text();
    ASSERT_TRUE(validation_run_all(v.get(), d)) << d.text();
    ASSERT_EQ(v->group[0].n_rows, 2);
    EXPECT_EQ(v->group[0].row[0].ours, v->group[0].row[1].ours);
    EXPECT_EQ(v->group[0].row[0].verdict, VERDICT_NONE);
}

TEST_F(Validation, AFilterKeepsFilesClaimsAndItems)
{
    const std::string text =
        "title = \"t\"; runs = ( " + std::string(good_run) +
        " ); checks = ( { claim = \"some MACs\"; run = \"r\"; quantity = "
        "\"macs\"; values = ( { item = \"x\"; }, { item = \"y\"; } ); } );\n";
    const struct {
        const char *filter;
        int rows;
    } cases[] = {{"x", 1}, {"some*", 2}, {"claims", 2}, {nullptr, 2}};
    for (const auto &c : cases) {
        validation_ptr v = load(text, c.filter);
        ASSERT_NE(v, nullptr) << d.text();
        EXPECT_EQ(v->group[0].n_rows, c.rows);
    }
    EXPECT_EQ(load(text, "z"), nullptr);
    EXPECT_EQ(d.text(), "accelsim: error: no claim matches 'z'; 'accelsim "
                        "validate' without a filter prints them all\n");
}

TEST_F(Validation, MistakesInAFileAreToldWithTheirLine)
{
    const std::string run = good_run;
    const struct {
        std::string line, runs, checks, message;
    } cases[] = {
        {"2", "{ nam = 1; }", "", "unknown key 'nam'; the nearest is 'name'"},
        {"2", "{ name = 1; }", "",
         "'name' is a whole number; a string is needed"},
        {"2", "{ cfg = \"x\"; }", "", "a run lacks 'name'; a string is needed"},
        {"2", "{ name = \"r\"; dram = \"sd\"; }", "",
         "there is no DRAM part 'sd'; a preset is needed"},
        {"2", "{ name = \"r\"; sequence = \"0 a\"; }", "",
         "'sequence' is '0 a'; numbers of words are needed, with '|' between "
         "consumers"},
        {"3", "{ name = \"r\"; sequence = \"0 1\"; }",
         "{ run = \"r\"; quantity = \"macs\"; values = ( { } ); }",
         "there is no quantity 'macs'; the nearest is 'multicast_reads'"},
        {"2", "{ name = \"r\"; like = \"q\"; }", "",
         "run 'r' is like 'q'; that is no run"},
        {"2", "{ name = \"r\"; batch = 0; }", "",
         "'batch' is a whole number; a whole number from 1 to 2147483647 is "
         "needed"},
        {"2", "{ name = \"r\"; set = 1; }", "",
         "'set' is a whole number; a list of strings is needed"},
        {"2", "4", "",
         "'an entry' is a whole number; a group { ... } is needed"},
        {"2", "{ name = \"r\"; simulate = 1; }", "",
         "'simulate' is a whole number; true or false is needed"},
        {"2", "{ name = \"r\"; batch = 4000000000; }", "",
         "'batch' is a whole number; a whole number from 1 to 2147483647"},
        {"2", "{ name = \"r\"; set = [1]; }", "",
         "'set' is an array; a list of strings is needed"},
        {"3", run,
         "{ run = \"r\"; quantity = \"macs\"; values = ( { published = "
         "\"x\"; } ); }",
         "'published' is a string; a number is needed"},
        {"3", run,
         "{ run = \"r\"; quantity = \"macs\"; mean_error = \"x\"; values = ( { "
         "} ); }",
         "'mean_error' is a string; a number is needed"},
        {"3", run, "{ run = \"r\"; quantity = \"macs\"; values = 3; }",
         "a check lacks 'values'; a list ( { ... }, ... ) is needed"},
        {"3", run, "{ claim = \"c\"; }",
         "a check lacks 'values'; a list ( { ... }, ... ) is needed"},
        {"3", run, "{ run = \"q\"; quantity = \"macs\"; values = ( { } ); }",
         "a claim needs the run 'q'; one of 'runs' is meant"},
        {"3", run, "{ run = \"r\"; quantity = \"mac\"; values = ( { } ); }",
         "there is no quantity 'mac'; the nearest is 'macs'"},
        {"3", run, "{ run = \"r\"; quantity = \"cycles\"; values = ( { } ); }",
         "'cycles' needs a run that is simulated; 'r' is not"},
        {"3", run,
         "{ run = \"r\"; quantity = \"ridge_macs_per_byte\"; values = ( { } ); "
         "}",
         "'ridge_macs_per_byte' needs an architecture; run 'r' has no 'cfg'"},
        {"3", run,
         "{ run = \"r\"; quantity = \"macs\"; values = ( { layer = \"x\"; } ); "
         "}",
         "run 'r' has no layer 'x'"},
        {"2", "{ name = \"r\"; net = \"lenet5\"; }",
         "{ run = \"r\"; quantity = \"cycles\"; values = ( { } ); }",
         "run 'r' lacks 'cfg'; an architecture is needed"},
    };
    for (const auto &c : cases)
        EXPECT_EQ(refused(c.runs, c.checks).substr(0, 21 + c.message.size()),
                  std::string("claims.cfg:") + c.line + ": error: " + c.message)
            << c.message;
}

TEST_F(Validation, AFileHasListsOfRunsAndOfChecks)
{
    for (const char *text :
         {"title = \"t\";\n", "runs = ( );\n", "checks = ( );\n",
          "runs = 3;\nchecks = ( );\n", "runs = ( );\nchecks = 3;\n"}) {
        diag_clear(d);
        EXPECT_EQ(load(text), nullptr);
        EXPECT_NE(d.text().find("claims.cfg:1: error: 'runs' or 'checks' is "
                                "missing; both are needed"),
                  std::string::npos)
            << d.text();
    }
    for (const char *plan : {"files = [\"none\"];\n", "files = 3;\n",
                             "files = [3];\n", "files = \n"}) {
        diag_clear(d);
        folder.write("plan.cfg", plan);
        EXPECT_EQ(validation_load(nullptr, d), nullptr);
        EXPECT_EQ(diag_count(d), 1) << d.text();
    }
}

std::string written(void (*write)(const validation *, FILE *),
                    const validation *v)
{
    char *text = nullptr;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    write(v, to);
    fclose(to);
    std::string out = text;
    free(text);
    return out;
}

TEST_F(Validation, EachFormSaysWhatMissedAndWhy)
{
    one("item = \"that\"; published = 100; tolerance = 0.03; reason = \"so\"; "
        "known_miss = \"why\"; source = \"book\";");
    std::string table = written(validation_write_table, kept.get());
    std::string page = written(validation_write_markdown, kept.get());
    std::string json = written(validation_write_json, kept.get());
    for (const std::string *text : {&table, &page, &json})
        for (const char *word :
             {"that", "100", "96", "known miss", "why", "so", "book"})
            EXPECT_NE(text->find(word), std::string::npos) << word << *text;
    EXPECT_NE(page.find("| that | 100 | 96 |  | -4.0 % | 3.0 % | known miss |"),
              std::string::npos)
        << page;
    EXPECT_NE(json.find("\"unexpected_misses\": 0"), std::string::npos);
}

TEST_F(Validation, EachFormHasVariantsAndWhereCyclesWent)
{
    validation_ptr v = load(
        "title = \"t\"; runs = ( { name = \"a\"; cfg = \"eyeriss\"; shape = "
        "\"M=2,C=3,H=4,W=4,R=1,S=1; M=4,C=3,H=4,W=4,R=1,S=1\"; "
        "mapping_policy = \"rules\"; }, { name = \"b\"; like = \"a\"; set = "
        "[\"array.rows=1\"]; } ); checks = ( { claim = \"c\"; quantity = "
        "\"cycles\"; variants = [\"a\", \"b\"]; values = ( { item = \"that\"; "
        "} ); }, { claim = \"d\"; run = \"a\"; quantity = \"cycles\"; "
        "with_account = true; values = ( { item = \"this\"; } ); } );\n");
    ASSERT_NE(v, nullptr) << d.text();
    ASSERT_TRUE(validation_run_all(v.get(), d)) << d.text();
    const validation_row *row = v->group[0].row;
    ASSERT_EQ(v->group[0].n_rows, 3);
    EXPECT_NE(row[1].ours, row[0].ours);
    EXPECT_EQ(row[2].ours, row[0].ours);
    const std::string account = row[2].account;
    for (auto *write : {validation_write_table, validation_write_markdown,
                        validation_write_json}) {
        const std::string text = written(write, v.get());
        for (const std::string &word : {std::string("that"), account})
            EXPECT_NE(text.find(word), std::string::npos) << word << text;
    }
    const std::string table = written(validation_write_table, v.get());
    EXPECT_NE(table.find("published"), std::string::npos) << table;
}

TEST_F(Validation, ARunThatCannotBeIsToldWithItsLine)
{
    const std::string check =
        "{ run = \"r\"; quantity = \"macs\"; values = ( { } ); }";
    const struct {
        std::string run, message;
    } cases[] = {
        {"net = \"none\"; simulate = false;", "accelsim list networks"},
        {"cfg = \"none\"; simulate = false;", "accelsim list architectures"},
        {"net = \"lenet5\"; layer = \"zz\"; simulate = false;", "'zz'"},
        {"gemm = \"M=4\"; simulate = false;", "'N', 'K' missing"},
        {"shape = \"M=2,C=3,H=4,W=4,R=1,S=1; M=0\"; simulate = false;",
         "'M' is 0"},
        {"cfg = \"eyeriss\"; net = \"lenet5\"; mapping_policy = \"best\";",
         "run 'r' has 'mapping_policy' = \"best\"; it may be 'search', "},
        {"cfg = \"eyeriss\"; net = \"lenet5\"; batch = \"x\";",
         "'batch' is a string; a whole number"},
    };
    for (const auto &c : cases) {
        const std::string said =
            refused("{ name = \"r\"; " + c.run + " }", check);
        EXPECT_NE(said.find(c.message), std::string::npos) << said;
    }
}

} // namespace
