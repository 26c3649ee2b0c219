// mapping_file_test.cpp - mapping files, right and wrong, and back again.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "dataflows/nest/nest_pass.h"
#include "dataflows/nest/nest_text.h"
#include "sim/config/layer_text.h"
#include "sim/config/mapping_file.h"
#include "sim/run/mapping_print.h"
#include "test/messages.h"
#include "test/random_nest.h"
#include "test/sample.h"

namespace
{

class MappingFile : public testing::Test
{
  protected:
    ~MappingFile() override
    {
        mapping_file_free(file);
    }
    bool read(const std::string &text)
    {
        mapping_file_free(file);
        std::string path = folder.write("m.cfg", text);
        file = mapping_file_read(path.c_str(), &a, {nullptr, 0}, d);
        return file != nullptr;
    }
    // The nest for a layer.
    bool find(const arch &machine, const layer &shape, nest *out,
              nest_where *where)
    {
        const mapping_entry *entry =
            mapping_file_entry(file, "", shape.name, nullptr, d);
        if (entry == nullptr || !mapping_entry_is_nest(entry))
            return false;
        mapping_entry_nest(entry, &machine, out);
        *where = entry->where;
        return true;
    }
    // The messages about `text`, without the folder.
    std::string refused(const std::string &text)
    {
        diag_clear(d);
        EXPECT_FALSE(read(text));
        return without_folder();
    }
    // The message about a nest that a small machine cannot run.
    std::string illegal(const std::string &levels)
    {
        diag_clear(d);
        EXPECT_TRUE(read("mappings = ( {\n" + levels + "\n} );\n"));
        nest n;
        nest_where where;
        nest_verdict why;
        EXPECT_TRUE(find(a, l, &n, &where));
        EXPECT_FALSE(nest_is_legal(&a, &l, &n, &why)) << levels;
        EXPECT_FALSE(nest_report(&a, &l, &n, &why, &where, d));
        EXPECT_EQ(diag_status(d), EXIT_NO_MAPPING);
        return without_folder();
    }
    std::string without_folder()
    {
        std::string all = d.text(), prefix = folder.path("");
        for (size_t at; (at = all.find(prefix)) != std::string::npos;)
            all.erase(at, prefix.size());
        return all;
    }
    void SetUp() override
    {
        std::strcpy(a.name, "small");
        a.rows = 3;
        a.cols = 4;
        a.l2_bytes = 4096;
        a.l2_banks = 8;
        a.l2_bank_row_words = 1;
        for (int t = 0; t < TENSOR_N; t++) {
            a.precision_bits[t] = 16;
            a.rf_words[t] = 8;
        }
        ASSERT_TRUE(layer_parse_shape("M=8,C=4,H=10,W=10,R=3,S=3", &l, d));
    }
    arch a = {};
    layer l = {};
    struct mapping_file *file = nullptr;
    Folder folder;
    Messages d;
};

TEST_F(MappingFile, ReadsWhatIsPrinted)
{
    random_nest random(51);
    for (int k = 0, end = sample(200, "random nests"); k < end; k++) {
        arch machine = random.machine();
        layer shape = random.shape(100000);
        nest n = random.mapping(machine, shape), back;
        nest_where where;
        char *text = nullptr;
        size_t size = 0;
        FILE *to = open_memstream(&text, &size);
        layer_mapping whole = {};
        whole.dataflow = &nest_dataflow;
        whole.nest = n;
        mapping_print_entry(&machine, &shape, nullptr, &whole, nullptr, to);
        fclose(to);
        ASSERT_TRUE(read("mappings = ( " + std::string(text) + " );"))
            << d.text() << text;
        ASSERT_TRUE(find(machine, shape, &back, &where));
        // What is left out is printed.
        n.pass = machine.has_l1 && !n.l1_is_line
                     ? 0
                     : nest_pass_loops(&machine, &shape, &n);
        EXPECT_EQ(describe(n), describe(back)) << text;
        // Each level but DRAM says what it holds; a line holds nothing.
        int says = 0;
        for (const char *at = text; (at = std::strstr(at, "# holds")); at++)
            says++;
        EXPECT_EQ(machine.has_l1 && !n.l1_is_line ? 3 : 2, says) << text;
        free(text);
    }
}

TEST_F(MappingFile, FindsALayersEntryAndElseTheOneForAny)
{
    ASSERT_TRUE(read("mappings = ( { layer = \"conv2\"; rf = { loops = "
                     "[\"m 2\"]; }; }, { rf = { loops = [\"m 3\"]; }; } );"));
    nest n;
    nest_where where;
    std::strcpy(l.name, "conv2");
    ASSERT_TRUE(find(a, l, &n, &where));
    EXPECT_EQ(n.level[LEVEL_RF].time.loop[0].count, 2);
    std::strcpy(l.name, "conv3");
    ASSERT_TRUE(find(a, l, &n, &where));
    EXPECT_EQ(n.level[LEVEL_RF].time.loop[0].count, 3);
    ASSERT_TRUE(read("mappings = ( { layer = \"conv2\"; } );"));
    EXPECT_FALSE(find(a, l, &n, &where));
    EXPECT_EQ(without_folder(),
              "m.cfg:1: error: there is no mapping of layer 'conv3'; one with "
              "its name, or without 'layer', is needed\n");
}

TEST_F(MappingFile, SaysWhatIsWrongAndWhere)
{
    EXPECT_EQ(refused("x = 1;\n"),
              "m.cfg:1: error: unknown key 'x' in a mapping; the nearest is "
              "'mappings'\nm.cfg:1: error: missing 'mappings'; a list ( { "
              "dataflow = ...; m = ...; }, { dram = ...; l2 = ...; }, ... ) is "
              "needed\n");
    EXPECT_EQ(refused("mappings = ( );\n"),
              "m.cfg:1: error: 'mappings' is empty; a list ( { dataflow = ...; "
              "m = ...; }, { dram = ...; l2 = ...; }, ... ) is needed\n");
    EXPECT_EQ(refused("mappings = (\n{ l3 = { }; } );\n"),
              "m.cfg:2: error: unknown key 'l3' in a mapping; the nearest is "
              "'l2'\n");
    EXPECT_EQ(refused("mappings = ( { l2 = {\nloop = [\"m 2\"]; }; } );\n"),
              "m.cfg:2: error: unknown key 'loop' in a mapping; the nearest is "
              "'loops'\n");
    EXPECT_EQ(refused("mappings = ( { l2 = { loops = [\"k 2\"]; }; } );\n"),
              "m.cfg:1: error: 'loops' has the loop 'k 2'; a letter of g n m c "
              "p q r s comes first, as in \"m 4\"\n");
    EXPECT_EQ(refused("mappings = ( { l2 = { loops = [\"m 0\"]; }; } );\n"),
              "m.cfg:1: error: 'loops' has the loop 'm 0'; the count may be 1 "
              "to 65535, as in \"m 4\"\n");
    EXPECT_EQ(refused("mappings = ( { l2 = { loops = [\"m -1\"]; }; } );\n"),
              "m.cfg:1: error: 'loops' has the loop 'm -1'; a count follows "
              "the letter, as in \"m 4\"\n");
    EXPECT_EQ(refused("mappings = ( { l2 = { loops = [4]; }; } );\n"),
              "m.cfg:1: error: 'loops' has the loop 'a whole number'; a string "
              "is "
              "needed, as in \"m 4\"\n");
    EXPECT_EQ(refused("mappings = ( { l2 = { keep = [\"weight\"]; }; } );\n"),
              "m.cfg:1: error: 'keep' has 'weight'; it may have 'ifmap', "
              "'filter' and 'psum'\n");
}

TEST_F(MappingFile, SaysWhichConstraintFailsByHowManyWords)
{
    const std::string rest = "dram = { loops = [\"m 8\", \"c 4\", \"p 8\", "
                             "\"q 8\", \"r 3\", \"s 3\"]; };\n";
    EXPECT_EQ(illegal("rf = { loops = [\"m 8\"]; };"),
              "m.cfg:1: error: the loops over c make 1 steps and layer "
              "'shape' has 4; a loop of 4 more at dram would cover it\n");
    EXPECT_EQ(illegal(rest + "rf = { loops = [\"s 3\", \"c 4\"]; };"),
              "m.cfg:3: error: the ifmap tile at rf takes 12 words and "
              "'pe.rf.ifmap_words' is 8, 4 words short; nearest: s 2 in place "
              "of s 3 at rf, the other steps further out\n");
    EXPECT_EQ(illegal(rest + "l2 = { cols = [\"m 5\"]; };"),
              "m.cfg:3: error: the children of l2 take 5 columns and 'small' "
              "has 4; up to 4 are legal\n");
    EXPECT_EQ(illegal(rest + "l2 = { rows = [\"m 2\", \"p 2\"]; };"),
              "m.cfg:3: error: the children of l2 take 4 rows and 'small' has "
              "3; up to 3 are legal\n");
    EXPECT_EQ(illegal(rest + "l1 = { loops = [\"m 2\"]; };"),
              "m.cfg:3: error: loops or tensors at l1 and 'small' has none; "
              "leave the level out\n");
    EXPECT_EQ(illegal("dram = { cols = [\"m 2\"]; };"),
              "m.cfg:2: error: dram has children or bypasses a tensor, on "
              "'small'; it keeps all tensors and is split over none\n");
    a.l2_bytes = 2048;
    EXPECT_EQ(illegal(rest +
                      "l2 = { loops = [\"m 8\", \"p 8\", \"q 8\", \"c 4\", "
                      "\"r 3\", \"s 3\"]; };"),
              "m.cfg:3: error: the ifmap tile at l2 takes 400 words and lacks "
              "room for 384 of them (whole banks); nearest: p 4 in place of p "
              "8 at l2, the other steps further out\n");
    a.has_l1 = true;
    a.l1_bytes = 16;
    a.l1_cluster_cols = 2;
    EXPECT_EQ(illegal(rest + "l1 = { loops = [\"m 9\"]; };"),
              "m.cfg:3: error: the tiles at l1 take 34 bytes, most of them "
              "filter, and 'l1.bytes' is 16, 9 words of it short; nearest: m 3 "
              "in place of m 9 at l1, the other steps further out\n");
}

} // namespace
