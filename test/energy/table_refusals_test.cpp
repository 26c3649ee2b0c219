// table_refusals_test.cpp - every way to spoil a table with a grid of SRAM
// banks, by one replacement each, and the message that tells of it.
// SPDX-License-Identifier: MIT
#include "test/energy/energy_fixture.h"

namespace
{

const std::string GRID =
    "sram_grid = { source = \"s\"; volts = 1; bytes = [64, 128];\n"
    "bits = [8, 16]; read = [1, 2, 3, 4]; write = [1, 2, 3, 4];\n"
    "leakage_mw = [1, 2, 3, 4]; area_mm2 = [1, 2, 3, 4]; };\n";
const std::string TABLE =
    std::string(ANY_TABLE) + ANY_MAC +
    "wire = { energy = 1; source = \"s\"; };\n"
    "volts = 1;\n" +
    GRID +
    "sram_macro = ( { bytes = 64; times = 1; source = \"s\"; },\n"
    "{ bytes = 128; times = 2; source = \"s\"; } );\n"
    "sram_kinds = ( { kind = \"hp\"; read = 1; write = 1; leakage = 9; "
    "area = 1; source = \"s\"; } );\n"
    "cacti_wire_pj = 1;\n"
    "multiply_area = ( { um2 = 9; bits = 8; source = \"s\"; },\n"
    "{ um2 = 99; bits = 32; source = \"s\"; } );\n"
    "add_area = ( { um2 = 9; bits = 8; source = \"s\"; },\n"
    "{ um2 = 99; bits = 32; source = \"s\"; } );\n"
    "register_area = { um2_per_bit = 6; source = \"s\"; };\n";

struct row {
    const char *from, *to; // the first is replaced
    const char *message;   // of the error, or a part of it
};

TEST_F(Energy, EachPartOfAGridThatIsWrittenOtherwiseIsAnError)
{
    const struct row rows[] = {
        {"volts = 1; bytes", "bytes", "'volts' is missing; a number above 0"},
        {"volts = 1; bytes", "volts = -1; bytes", "'volts' is out of range;"},
        {"volts = 1; bytes", "volts = 1e16; bytes", "'volts' is out of range;"},
        {"volts = 1; bytes", "volts = \"1\"; bytes", "'volts' is a string;"},
        {"bytes = [64, 128];", "", "'bytes' has 0 numbers; 2 to "},
        {"bytes = [64, 128];", "bytes = 64;", "'bytes' has 0 numbers; 2 to "},
        {"bytes = [64, 128];", "bytes = [64];", "'bytes' has 1 numbers; 2 to "},
        {"bits = [8, 16];", "bits = [8, \"a\"];", ": error: "},
        {"bits = [8, 16];", "bits = (8, \"a\");", "number 2 of 'bits' is not"},
        {"bits = [8, 16];", "bits = [16, 8];", "'bits' does not rise at "},
        {"read = [1, 2, 3, 4]", "read = [1, 2, 3, 4, 5]", "'read' has 5 "},
        {"read = [1, 2, 3, 4]", "read = [1.0, 2.0, 3.0, 1e16]",
         "number 4 of 'read' is not above 0"},
        {"area_mm2 = [1, 2, 3, 4];", "", "'area_mm2' has 0 numbers; 4 are "},
        {"{ source = \"s\"; volts", "{ volts", "'sram_grid' lacks 'source';"},
        {"{ source = \"s\"; volts", "{ source = 1; volts",
         "'sram_grid' lacks 'source';"},
        {"area_mm2", "area_mm3 = 1; area_mm2", "'area_mm3' in 'sram_grid'"},
        {GRID.c_str(), "sram_grid = 1;",
         "'sram_grid' is a whole number; a group"},
        {"bytes = 64; times = 1;", "times = 1;", "'bytes' is missing;"},
        {"bytes = 64; times = 1;", "bytes = 64;", "'times' is missing;"},
        {"times = 1; source = \"s\";", "times = 1;",
         "'sram_macro' lacks 'source';"},
        {"bytes = 128; times", "bytes = 64; times",
         "'sram_macro' does not rise at number 2"},
        {"sram_macro = ( {", "sram_macro = 1; x = ( {",
         "'sram_macro' is no list of up to"},
        {"sram_kinds = ( {", "sram_kinds = 1; x = ( {",
         "'sram_kinds' is no list of up to"},
        {"kind = \"hp\";", "", "'sram_kinds' lacks 'kind';"},
        {"kind = \"hp\";", "kind = 1;", "'sram_kinds' lacks 'kind';"},
        {"\"hp\"", "\"a kind of a name far too long\"",
         "'sram_kinds' lacks 'kind';"},
        {"leakage = 9;", "", "'leakage' is missing;"},
        {"leakage = 9;", "leakage = 0;", "'leakage' is out of range;"},
        {"cacti_wire_pj = 1;", "cacti_wire_pj = \"1\";",
         "'cacti_wire_pj' is a string;"},
        {"add_area", "sum_area", "areas need 'multiply_area', 'add_area',"},
        {"cacti_wire_pj = 1;",
         "sram_spread = { factor = 1; source = \"s\"; }; sram = { bytes = 64; "
         "bits = 8; energy = 1; source = \"s\"; };",
         "both 'sram' and 'sram_grid' are given;"},
    };
    ASSERT_TRUE(load_text(TABLE)) << messages();
    for (const struct row &row : rows) {
        std::string text = TABLE;
        const size_t at = text.find(row.from);
        ASSERT_NE(std::string::npos, at) << row.from;
        text.replace(at, std::strlen(row.from), row.to);
        EXPECT_FALSE(load_text(text)) << row.from << " -> " << row.to;
        EXPECT_NE(std::string::npos, messages().find(row.message))
            << row.from << " -> " << row.to << ":\n"
            << messages();
    }
}

TEST_F(Energy, EachPartOfATableThatIsWrittenOtherwiseIsAnError)
{
    const struct row rows[] = {
        {"leakage = 1;", "", "'leakage' is a whole number; a group"},
        {"leakage = { macs = 1; };", "", "'macs' in 'leakage'"},
        {"leakage = { source = 1; };", "",
         "'source' is a whole number; a string"},
        {"leakage = { mac = \"a\"; };", "", "'mac' of 'leakage' is no number"},
        {"leakage = { l2 = -1; };", "", "'l2' of 'leakage' is no number"},
        {"leakage = { rf = 1e16; };", "", "'rf' of 'leakage' is no number"},
        {"l1 = { low = 1.0; LINE };", "", "'l1' lacks 'high'; a range has"},
        {"l1 = { high = 3.0; LINE };", "", "'l1' lacks 'low'; a range has"},
        {"l1 = { range_source = \"r\"; LINE };", "", "'l1' lacks 'low';"},
        {"l1 = { low = 1.0; high = \"a\"; LINE };", "", "'high' of 'l1' is no"},
        {"l1 = { low = 0.0; high = 3.0; LINE };", "", "'low' of 'l1' is no"},
        {"l1 = { low = 1.0; high = 1e16; LINE };", "", "'high' of 'l1' is no"},
        {"l1 = { low = 1.0; high = 3.0; LINE };", "",
         "'l1' lacks 'range_source'; a string"},
        {"l1 = { low = 1.0; high = 3.0; range_source = 1; LINE };", "",
         "'l1' lacks 'range_source'; a string"},
        {"l1 = { low = 3.0; high = 4.0; range_source = \"r\"; LINE };", "",
         "'l1' is 2, outside its range of 3 to 4"},
        {"l1 = { low = 1.0; high = 1.5; range_source = \"r\"; LINE };", "",
         "'l1' is 2, outside its range of 1 to 1.5"},
        {"sram_spread = { factor = 1; source = \"s\"; };", "",
         "'sram_spread' is given without 'sram_grid'"},
    };
    const std::string line =
        "bytes = 64; bits = 8; energy = 2; source = \"s\";";
    for (const struct row &row : rows) {
        std::string text = row.from;
        const size_t at = text.find("LINE");
        if (at != std::string::npos)
            text.replace(at, 4, line);
        EXPECT_FALSE(load_text(ANY + text + "\n")) << text;
        EXPECT_NE(std::string::npos, messages().find(row.message))
            << text << ":\n"
            << messages();
    }
}

} // namespace
