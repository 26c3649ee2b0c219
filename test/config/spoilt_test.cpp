// spoilt_test.cpp - files of each kind with one value spoilt: each is put in
// turn in place of something of another kind or size, its key misspelt, or the
// whole of it left out.  The file is read, or refused in words that say where.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cctype>
#include <cstring>
#include <iterator>
#include <vector>

#include "test/messages.h"
#include "test/sample.h"

extern "C" {
#include "test/fuzz/fuzz_kinds.h"
}

namespace
{

// A member `key = value;` of a text, by the places where its parts are.
struct member {
    size_t key, key_end, value, end; // end: behind the semicolon
    bool is_scalar;
};

bool is_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Where a comment or a string that begins at i ends, or i.
size_t skipped(const std::string &text, size_t i)
{
    if (text[i] == '#')
        return std::min(text.find('\n', i), text.size() - 1);
    if (text[i] == '"')
        return text.find('"', i + 1);
    return i;
}

std::vector<member> members_of(const std::string &text)
{
    std::vector<member> out;
    for (size_t i = 0; i < text.size(); i++) {
        i = skipped(text, i);
        if (text[i] != '=')
            continue;
        member m = {};
        m.key_end = i;
        while (text[m.key_end - 1] == ' ')
            m.key_end--;
        m.key = m.key_end;
        while (m.key > 0 && is_word(text[m.key - 1]))
            m.key--;
        m.value = text.find_first_not_of(" \n", i + 1);
        m.is_scalar = std::strchr("{([", text[m.value]) == nullptr;
        int depth = 0;
        size_t k = m.value;
        for (; k < text.size() && (depth > 0 || text[k] != ';'); k++) {
            k = skipped(text, k);
            depth += std::strchr("{([", text[k]) != nullptr ? 1 : 0;
            depth -= std::strchr("})]", text[k]) != nullptr ? 1 : 0;
        }
        m.end = k + 1;
        out.push_back(m);
    }
    return out;
}

class Spoilt : public testing::Test
{
  protected:
    ~Spoilt() override
    {
        std::remove(input_.path);
    }

    // How many messages there are of a text, each of which says where.
    int said_of(const char *kind, const std::string &text)
    {
        Messages d;
        input_.bytes = text.copy(input_.text, FUZZ_BYTES_MAX);
        input_.text[input_.bytes] = '\0';
        std::ofstream(input_.path) << text;
        fuzz_kind_find(kind)->parse(&input_, d);
        for (int i = 0; i < diag_count(d); i++) {
            const std::string message = diag_text(d, i);
            EXPECT_NE(std::string::npos, message.find(": error: ")) << message;
            EXPECT_NE(std::string::npos, message.find_first_of(";(:", 20))
                << message;
        }
        return diag_count(d);
    }

    void spoil(const char *kind, const std::string &text)
    {
        static const char *const instead[] = {
            "{ }", "( )", "[ ]", "{ no = 1; }",  "( 1 )", "\"none\"", "\"\"",
            "-1",  "0",   "2.5", "999999999999", "1e300", "true"};
        ASSERT_EQ(0, said_of(kind, text)) << kind << ":\n" << text;
        // Each value in every other place; in the long form, in each.
        const int every = sample_is_long()                                ? 1
                          : std::getenv("ACCELSIM_TEST_SHORT") != nullptr ? 4
                                                                          : 2;
        int turn = 0;
        for (const member &m : members_of(text)) {
            const std::string key = text.substr(m.key, m.key_end - m.key);
            turn++;
            for (const char *value : instead) {
                if (turn++ % every != 0)
                    continue;
                std::string spoilt = text;
                spoilt.replace(m.value, m.end - 1 - m.value, value);
                const int said = said_of(kind, spoilt);
                EXPECT_TRUE(said > 0 || !m.is_scalar || value[0] != '{')
                    << kind << ": " << key << " = " << value;
            }
            std::string spoilt = text;
            spoilt.insert(m.key, "x");
            EXPECT_LT(0, said_of(kind, spoilt)) << kind << ": x" << key;
            spoilt = text;
            spoilt.erase(m.key, m.end - m.key);
            said_of(kind, spoilt);
            spoilt.insert(m.key, text.substr(m.key, m.end - m.key) +
                                     text.substr(m.key, m.end - m.key));
            EXPECT_LT(0, said_of(kind, spoilt)) << kind << ": twice " << key;
        }
    }

    static std::string shipped(const std::string &name)
    {
        return text_of("/configs/" + name);
    }

    // What the fuzzers begin with: files that have every key.
    static std::string corpus(const std::string &name)
    {
        return text_of("/test/fuzz/corpus/" + name);
    }

    static std::string text_of(const std::string &name)
    {
        const char *srcdir = std::getenv("srcdir");
        std::ifstream in((srcdir != nullptr ? srcdir : ".") + name);
        return {std::istreambuf_iterator<char>(in),
                std::istreambuf_iterator<char>()};
    }

    struct fuzz_input input_ = {"spoilt_test.cfg", 0, ""};
};

TEST_F(Spoilt, AMachinesFileIsReadOrRefusedInWords)
{
    for (const char *name :
         {"eyeriss_v2_sparse.cfg", "gemmini.cfg", "eyeriss_spads.cfg"})
        spoil("arch", shipped(name));
}

// A graph with a node of each kind.
const char GRAPH[] =
    "name = \"g\"; batch = 1;\n"
    "inputs = ( { name = \"x\"; C = 4; H = 8; W = 8; bits = 8; },\n"
    "{ name = \"q\"; C = 6; H = 5; W = 1; }, { name = \"k\"; C = 6; H = 7; "
    "W = 1; } );\n"
    "nodes = (\n"
    "{ name = \"c\"; op = \"conv\"; in = [\"x\"]; C = 4; M = 8; R = 3; S = 3; "
    "pad = 1; ifmap_bits = 8; ofmap_bits = 8; },\n"
    "{ name = \"r\"; type = \"relu\"; in = \"c\"; },\n"
    "{ name = \"p\"; op = \"maxpool\"; in = \"r\"; R = 2; S = 2; stride = 2; "
    "},\n"
    "{ name = \"l\"; op = \"lrn\"; in = \"p\"; size = 5; },\n"
    "{ name = \"s\"; op = \"split\"; in = \"l\"; parts = 2; },\n"
    "{ name = \"j\"; op = \"concat\"; in = [\"s.0\", \"s.1\"]; over = "
    "\"channels\"; },\n"
    "{ name = \"t\"; op = \"transpose\"; in = \"j\"; order = \"hcw\"; },\n"
    "{ name = \"u\"; op = \"reshape\"; in = \"t\"; to = [128, 1, 1]; },\n"
    "{ name = \"z\"; op = \"resize\"; in = \"j\"; to = [8, 8, 8]; },\n"
    "{ name = \"a\"; op = \"add\"; in = [\"z\", \"c\"]; },\n"
    "{ name = \"v\"; op = \"conv_transpose\"; in = [\"p\"]; M = 8; R = 2; S = "
    "2; stride = 2; },\n"
    "{ name = \"f\"; op = \"fc\"; in = \"u\"; M = 10; },\n"
    "{ name = \"m\"; op = \"matmul\"; in = [\"q\", \"k\"]; B = 2; N = 7; over "
    "= \"channels\"; },\n"
    "{ name = \"e\"; op = \"softmax\"; in = \"m\"; G = 2; } );\n";

TEST_F(Spoilt, ANetworksFileIsReadOrRefusedInWords)
{
    spoil("network", GRAPH);
    std::string both = GRAPH;
    both.insert(both.find("type ="), "op = \"relu\"; ");
    EXPECT_EQ(1, said_of("network", both));
    spoil("network", shipped("networks/lenet5.cfg"));
}

TEST_F(Spoilt, AnEnergyTableIsReadOrRefusedInWords)
{
    spoil("energy", shipped("energy/45nm_rough.cfg"));
}

TEST_F(Spoilt, AMappingFileIsReadOrRefusedInWords)
{
    for (const char *name : {"conv1d_order1_1.cfg", "conv1d_shared_by_2.cfg"})
        spoil("mapping", shipped(std::string("mappings/") + name));
    spoil("mapping", corpus("mapping/nest"));
}

TEST_F(Spoilt, ADramPartAndLimitsOfNestsAreReadOrRefusedInWords)
{
    spoil("part", corpus("part/ddr4"));
    spoil("limits", corpus("limits/free"));
}

TEST_F(Spoilt, APlanIsReadOrRefusedInWords)
{
    spoil("plan", corpus("plan/all"));
    spoil("plan", "cfg = \"eyeriss\"; axes = (\n"
                  "{ key = \"shape\"; values = [\"M=4,C=3,H=9,W=9,R=3,S=3\", "
                  "\"M=8,C=3,H=9,W=9,R=3,S=3\"]; },\n"
                  "{ key = \"batch\"; values = [1, 2]; } );\n"
                  "limits = { memory_mib = 400; };\n");
    spoil("plan",
          "cfg = \"eyeriss\"; set = [\"array.rows=6\"]; axes = (\n"
          "{ keys = [\"net\", \"layer\"];\n"
          "values = ( [\"lenet5\", \"c1\"], [\"alexnet\", \"conv1\"] ); "
          "},\n{ key = \"energy\"; values = [\"45nm\"]; },\n"
          "{ key = \"dram.model\"; values = [\"ideal\"]; },\n"
          "{ key = \"mapping.policy\"; values = [\"rules\"]; } );\n");
}

} // namespace
