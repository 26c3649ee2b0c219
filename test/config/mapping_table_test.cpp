// mapping_table_test.cpp - mapping parameters, tables of published mappings,
// and when they hold.
// SPDX-License-Identifier: MIT
#include "sim/config/layer_text.h"
#include "test/config/config_fixture.h"

namespace
{
TEST_F(Config, MappingParametersAreChecked)
{
    EXPECT_EQ(refused(std::string(good) + "mapping = { qq = 1; };\n"),
              "a.cfg:8: error: no dataflow has a parameter 'mapping.qq'; the "
              "nearest is 'mapping.q'\n");
    EXPECT_EQ(refused(std::string(good) + "mapping = { q = \"1\"; };\n"),
              "a.cfg:8: error: 'mapping.q' is a string; a whole number is "
              "needed\n");
    EXPECT_EQ(refused(std::string(good) + "mapping = { q = 0; };\n")
                  .find("a.cfg:8: error: 'mapping.q' is 0; it may be 1 to "),
              0u);
    EXPECT_EQ(refused(std::string(good) + tables, {"mapping.table=ones"}),
              "accelsim: --set mapping.table=ones: error: there is no mapping "
              "table 'ones'; the nearest is 'one'\n");
    EXPECT_EQ(refused(std::string(good) + tables, {"mapping.table=,"})
                  .find("accelsim: --set mapping.table=,: error: there is no "
                        "mapping table ''; the nearest is '"),
              0u);
    EXPECT_EQ(refused(std::string(good) + tables, {"mapping.table=one,tow"}),
              "accelsim: --set mapping.table=one,tow: error: there is no "
              "mapping table 'tow'; the nearest is 'two'\n");
}

TEST_F(Config, AListOfMappingTablesHasEachNameOnce)
{
    for (const char *list : {"one,,two", ",one", "one,", "one, ,two"})
        EXPECT_EQ(
            refused(std::string(good) + tables,
                    {("mapping.table=\"" + std::string(list) + "\"").c_str()})
                .find("accelsim: --set mapping.table=\"" + std::string(list) +
                      "\": error: there is no mapping table ''; "),
            0u);
    EXPECT_EQ(
        refused(std::string(good) + tables, {"mapping.table=one,two,one"}),
        "accelsim: --set mapping.table=one,two,one: error: the mapping "
        "table 'one' is named twice; once is enough\n");
}

// The messages about a table with these rows for a network of c1, conv_2, fc.
class Rows : public Config
{
  protected:
    std::string fits(const std::string &rows)
    {
        config_ptr cfg = load(
            std::string(good) +
            "mapping = { table = \"x\"; };\nmapping_tables = { x = { dataflow "
            "= \"rs\"; network = \"Net\"; rows = (\n" +
            rows + ");};};\n");
        if (cfg == nullptr)
            return d.text();
        std::vector<layer> layers(3);
        const char *const name[] = {"c1", "conv_2", "fc"};
        for (size_t i = 0; i < 3; i++)
            snprintf(layers[i].name, sizeof(layers[i].name), "%s", name[i]);
        diag_clear(d);
        const bool fit = config_table_fits(
            cfg.get(), "net", dataflow_find("rs"), layers.data(), 3, d);
        EXPECT_EQ(fit, diag_count(d) == 0);
        EXPECT_TRUE(config_table_fits(cfg.get(), "other", dataflow_find("rs"),
                                      layers.data(), 3, d));
        EXPECT_TRUE(config_table_fits(cfg.get(), "net", dataflow_find("ws"),
                                      layers.data(), 3, d));
        std::string all = d.text(), prefix = folder.path("");
        if (all.find(prefix) == 0)
            all.erase(0, prefix.size());
        return all;
    }
};

TEST_F(Rows, MayLackAndMayBeOfOtherLayers)
{
    EXPECT_EQ(fits("{ layer = \"c1\"; }, { layer = \"conv_2\"; }"), "");
    EXPECT_EQ(fits("{ layer = \"conv_2\"; }, { layer = \"fc3\"; }, { layer = "
                   "\"pool\"; }, { layer = \"fc\"; }"),
              "");
    EXPECT_EQ(fits("{ layer = \"C1\"; }, { layer = \"Conv-2\"; }"), "");
}

TEST_F(Rows, OfMisspeltLayersAreErrors)
{
    EXPECT_EQ(fits("{ layer = \"c1\"; },\n{ layer = \"conv2\"; }"),
              "a.cfg:11: error: the network 'net' has no layer 'conv2'; the "
              "nearest, which has no row, is 'conv_2'\n");
    EXPECT_EQ(fits("{ layer = \"cx1\"; }"),
              "a.cfg:10: error: the network 'net' has no layer 'cx1'; the "
              "nearest, which has no row, is 'c1'\n");
}

TEST_F(Config, TooManyMappingParametersAreRefused)
{
    std::vector<const char *> many(65, "mapping.q=1");
    EXPECT_EQ(refused(good, many), "accelsim: --set mapping.q=1: error: more "
                                   "than 64 mapping parameters are set; fewer "
                                   "are allowed\n");
}

TEST_F(Config, MappingTablesAreChecked)
{
    const struct {
        const char *table, *message;
    } cases[] = {
        {"5", "'mapping_tables' is a whole number; a group { NAME = { ... }; "
              "} is needed"},
        {"{ x = 5; }", "the mapping table 'x' is a whole number; a group { "
                       "dataflow, network, rows } is needed"},
        {"{ x = { dataflow = \"rs\"; rows = (); }; }",
         "a mapping table lacks 'network'; a string is needed"},
        {"{ x = { dataflow = \"rr\"; network = \"n\"; rows = (); }; }",
         "there is no dataflow 'rr'; 'accelsim --list-dataflows' names them"},
        {"{ x = { dataflow = 1; network = \"n\"; rows = (); }; }",
         "'dataflow' is a whole number; a string is needed"},
        {"{ x = { dataflow = \"\"; network = \"n\"; rows = (); }; }",
         "'dataflow' has 0 letters; 1 to 15 are allowed"},
        {"{ x = { dataflow = \"rs\"; network = \"n\"; source = 1; rows = (); "
         "}; }",
         "'source' is a whole number; a string is needed"},
        {"{ x = { dataflow = \"rs\"; network = \"n\"; }; }",
         "a mapping table lacks 'rows'; a list is needed"},
        {"{ x = { dataflow = \"rs\"; network = \"n\"; rows = 1; }; }",
         "'rows' is a whole number; a list ( { ... }, ... ) is needed"},
        {"{ x = { dataflow = \"rs\"; network = \"n\"; row = 1; rows = (); }; "
         "}",
         "unknown key 'row' in the mapping table 'x'; the nearest is 'rows'"},
        {"{ x = { dataflow = \"rs\"; network = \"n\"; rows = (1); }; }",
         "a row of a mapping table is a whole number; a group { layer = "
         "\"...\"; ... } is needed"},
        {"{ x = { dataflow = \"rs\"; network = \"n\"; rows = ({ m = 1; }); }; "
         "}",
         "a row of a mapping table lacks 'layer'; a string is needed"},
        {"{ x = { dataflow = \"rs\"; network = \"n\"; rows = ({ layer = "
         "\"a\"; mm = 1; }); }; }",
         "the dataflow 'rs' has no parameter 'mapping.mm'; the nearest is "
         "'mapping.m'"},
        {"{ x = { dataflow = \"rs\"; network = \"n\"; rows = ({ layer = "
         "\"a\"; m = \"1\"; }); }; }",
         "'mapping.m' is a string; a whole number is needed"},
        {"{ x = { dataflow = \"rs\"; network = \"n\"; rows = ({ layer = "
         "\"a\"; }, { layer = \"a\"; }); }; }",
         "layer 'a' has two rows in the mapping table 'x'; one is enough"},
    };
    for (const auto &c : cases)
        EXPECT_EQ(
            refused(std::string(good) + "mapping_tables = " + c.table + ";\n"),
            std::string("a.cfg:8: error: ") + c.message + "\n");
}

// What the table, --set and the machine make of conv3 of AlexNet.
class Given : public Config
{
  protected:
    struct given_mapping given(std::vector<const char *> set = {},
                               const char *network = "alexnet",
                               const char *dataflow = "rs", int n = 4)
    {
        struct given_mapping out = {};
        config_ptr cfg = load(std::string(good) + tables, set);
        if (cfg == nullptr) {
            ADD_FAILURE() << d.text();
            return out;
        }
        struct layer l = {};
        EXPECT_TRUE(
            layer_parse_shape("M=384,C=256,H=13,W=13,R=3,S=3,pad=1", &l, d));
        snprintf(l.name, sizeof(l.name), "conv3");
        l.N = n;
        EXPECT_TRUE(config_given_mapping(cfg.get(), network, &l,
                                         dataflow_find(dataflow), &out, d))
            << d.text();
        return out;
    }
    static int value(const struct given_mapping &g, const std::string &name)
    {
        for (int i = 0; i < g.n; i++)
            if (name == g.param[i].name)
                return g.param[i].value;
        return -1;
    }
};

TEST_F(Given, TheTableHoldsForTheMachineAsShipped)
{
    struct given_mapping g = given();
    EXPECT_TRUE(g.from_table);
    EXPECT_EQ(g.n, 7);
    EXPECT_EQ(value(g, "q"), 3);
}

TEST_F(Given, AnotherTableCanBeChosenOrNone)
{
    EXPECT_EQ(value(given({"mapping.table=two"}), "q"), 4);
    EXPECT_EQ(given({"mapping.table=none"}).n, 0);
}

TEST_F(Given, OfSeveralTablesTheFirstForTheNetworkHolds)
{
    EXPECT_EQ(value(given({"mapping.table=\"three, two,one\""}), "q"), 4);
    struct given_mapping g =
        given({"mapping.table=\"two,three\""}, "vgg16", "rs");
    EXPECT_EQ(value(g, "q"), 2);
    EXPECT_EQ(given({"mapping.table=\"three\""}).n, 0);
}

TEST_F(Given, TheTableIsLeftAsideWhenTheMachineDiffers)
{
    EXPECT_EQ(given({"array.rows=13"}).n, 0);
    EXPECT_EQ(given({"pe.rf.filter_words=512"}).n, 0);
    EXPECT_EQ(given({"l1.bytes=512"}).n, 0);
    EXPECT_EQ(given({"l2.bytes=221184"}).n, 0);
    EXPECT_EQ(given({}, "alexnet", "ws").n, 0);
    EXPECT_EQ(given({}, "vgg16").n, 0);
    EXPECT_EQ(given({}, "").n, 0);
}

TEST_F(Given, ValuesOutsideTheMachineOrAsInTheFileLeaveTheTableInPlace)
{
    EXPECT_TRUE(given({"noc.filter.words_per_slot=2"}).from_table);
    EXPECT_TRUE(given({"clock_hz=1000"}).from_table);
    EXPECT_TRUE(given({"array.rows=12"}).from_table);
}

TEST_F(Given, ImagesOfAPassAreClippedToTheBatch)
{
    EXPECT_EQ(value(given({}, "alexnet", "rs", 1), "n"), 1);
    EXPECT_EQ(value(given({}, "alexnet", "rs", 8), "n"), 4);
}

TEST_F(Given, OneParameterBySetKeepsTheTablesOthersWhileLegal)
{
    struct given_mapping g = given({"mapping.q=1"});
    EXPECT_FALSE(g.from_table);
    EXPECT_EQ(value(g, "q"), 1);
    EXPECT_EQ(value(g, "r"), 2);
    EXPECT_EQ(g.n, 7);
}

TEST_F(Given, OneParameterThatBreaksTheTablesRowLeavesTheRestToTheDataflow)
{
    struct given_mapping g = given({"mapping.r=4"}); // 4 x 2 sets do not fit
    EXPECT_FALSE(g.from_table);
    EXPECT_EQ(g.n, 1);
    EXPECT_EQ(value(g, "r"), 4);
}

TEST_F(Given, SetReplacesTheFilesParameter)
{
    config_ptr cfg = load(std::string(good) + "mapping = { q = 2; t = 1; };\n",
                          {"mapping.q=3"});
    ASSERT_NE(cfg, nullptr) << d.text();
    struct layer l = {};
    ASSERT_TRUE(layer_parse_shape("M=8,C=8,H=9,W=9,R=3,S=3", &l, d));
    struct given_mapping g = {};
    ASSERT_TRUE(
        config_given_mapping(cfg.get(), "", &l, dataflow_find("rs"), &g, d));
    EXPECT_EQ(g.n, 2);
    EXPECT_EQ(value(g, "q"), 3);
    EXPECT_EQ(value(g, "t"), 1);
}

TEST_F(Config, ADataflowMustBeKnownAndTheMachinesOwn)
{
    config_ptr cfg = load(good);
    ASSERT_NE(cfg, nullptr);
    EXPECT_EQ(config_dataflow(cfg.get(), nullptr, d), dataflow_find("rs"));
    EXPECT_EQ(config_dataflow(cfg.get(), "ws", d), dataflow_find("ws"));
    EXPECT_EQ(config_dataflow(cfg.get(), "os", d), nullptr);
    EXPECT_EQ(config_dataflow(cfg.get(), "zz", d), nullptr);
    EXPECT_EQ(d.text(), "accelsim: error: 'small' does not have the dataflow "
                        "'os'; it has 'rs', 'ws'\n"
                        "accelsim: error: 'small' knows no dataflow 'zz'; it "
                        "has 'rs', 'ws'\n");
}

TEST_F(Config, ASetParameterOfAnotherDataflowIsAnError)
{
    config_ptr cfg = load(good, {"mapping.fr=1"});
    ASSERT_NE(cfg, nullptr) << d.text();
    EXPECT_EQ(config_dataflow(cfg.get(), "ws", d), nullptr);
    EXPECT_EQ(d.text().find("accelsim: --set mapping.fr=1: error: the "
                            "dataflow 'ws' has no parameter 'mapping.fr'; the "
                            "nearest is 'mapping."),
              0u)
        << d.text();
}
} // namespace
