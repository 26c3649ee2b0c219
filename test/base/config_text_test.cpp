// config_text_test.cpp - what is written in a configuration file, in whatever
// spelling, is what is read; budgets and mistakes have their messages.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <vector>

#include "sim/base/config_text.h"
#include "test/messages.h"
#include "test/sample.h"

namespace
{
using text_ptr = std::unique_ptr<config_text, decltype(&config_text_free)>;

class ConfigText : public testing::Test
{
  protected:
    text_ptr read(const std::string &text)
    {
        return open(folder.write("a.cfg", text));
    }
    text_ptr open(const std::string &path)
    {
        return text_ptr(config_text_read(path.c_str(), {}, d),
                        config_text_free);
    }
    // The messages about `text`, without the folder.
    std::string refused(const std::string &text)
    {
        diag_clear(d);
        EXPECT_EQ(read(text), nullptr);
        std::string all = d.text(), prefix = folder.path("");
        for (size_t at; (at = all.find(prefix)) != std::string::npos;)
            all.erase(at, prefix.size());
        return all;
    }
    long long whole(const std::string &value)
    {
        text_ptr text = read("x = " + value);
        long long found = 0;
        EXPECT_NE(text, nullptr) << d.text();
        EXPECT_TRUE(setting_whole_number(
            setting_member(config_text_root(text.get()), "x"), &found));
        return found;
    }
    Folder folder;
    Messages d;
};

TEST_F(ConfigText, WholeNumbersHave64Bits)
{
    EXPECT_EQ(whole("9223372036854775807"), INT64_MAX);
    EXPECT_EQ(whole("-9223372036854775808L"), INT64_MIN);
    EXPECT_EQ(whole("0x7fffffffFFFFFFFF"), INT64_MAX);
    EXPECT_EQ(whole("+4295077888LL"), 4295077888);
    EXPECT_EQ(whole("010"), 10);
    EXPECT_EQ(whole("2e8"), 200000000);
    EXPECT_EQ(refused("\nx = 9223372036854775808L;"),
              "a.cfg:2: error: number 9223372036854775808L is too large; "
              "9223372036854775807 is the largest\n");
    EXPECT_EQ(refused("x = -9223372036854775809;"),
              "a.cfg:1: error: number -9223372036854775809 is too large; "
              "-9223372036854775808 is the least\n");
    EXPECT_EQ(refused("x = 0x8000000000000000;"),
              "a.cfg:1: error: number 0x8000000000000000 is too large; "
              "9223372036854775807 is the largest\n");
    EXPECT_EQ(refused("x = 1e999;"),
              "a.cfg:1: error: number 1e999 is too large; 1.7e308 is the "
              "largest\n");
    for (const char *none : {"12x", "1.2.3", "0x", "-", ".", "1e", "1.5L", "e5",
                             "0xg", "--1", "1-2"})
        EXPECT_EQ(refused("x = " + std::string(none)),
                  "a.cfg:1: error: syntax error near 'x'; 'name = value;' or "
                  "'name = { ... };' is needed\n")
            << none;
}

TEST_F(ConfigText, AnEditorsMarkOfUtf8IsNoText)
{
    text_ptr text = read("\xef\xbb\xbfx = 1;");
    ASSERT_NE(text, nullptr) << d.text();
    EXPECT_NE(setting_member(config_text_root(text.get()), "x"), nullptr);
}

TEST_F(ConfigText, AStringHasNoLetterThatIsNotThere)
{
    text_ptr text = read(R"(x = "a\\\"\n\x41" /* and */ "b" # more
        "\t" ""; )");
    ASSERT_NE(text, nullptr) << d.text();
    EXPECT_STREQ(
        setting_string(setting_member(config_text_root(text.get()), "x")),
        "a\\\"\nAb\t");
    EXPECT_EQ(refused(R"(x = "\q";)"),
              "a.cfg:1: error: '\\q' in a string stands for nothing; '\\\\' is "
              "the letter '\\', '\\x41' the letter 'A'\n");
    EXPECT_EQ(diag_count(d), 1);
    refused(R"(x = "\x00";)");
    EXPECT_EQ(diag_count(d), 1);
}

TEST_F(ConfigText, WhatHasNoEndOrNoBeginIsNoFile)
{
    for (const char *text :
         {"x = {", "x = (1, 2", "x = [1", "x", "x =", "x = 1 }", "x = (1 2)",
          "x = 1;;", "= 1", "x = [{}]", "x = {a = 1", "{}", "x = ,", "x = (,)",
          "true = 1", "x = /", "@x", "x = 1 @"})
        EXPECT_EQ(refused(text).find("a.cfg:1: error: syntax error near '"), 0u)
            << text;
    for (const char *two : {"x = 1; x = \"", "x = [1, \"a\" \"]"}) {
        refused(two);
        EXPECT_EQ(diag_count(d), 1) << d.text();
    }
    EXPECT_EQ(refused("@include x"), "a.cfg:1: error: '@include' names no "
                                     "file; '@include \"FILE\"' is needed\n");
    std::string deep;
    for (int i = 0; i < 64; i++)
        deep += "(";
    EXPECT_NE(read("x = " + deep + std::string(64, ')')), nullptr) << d.text();
    EXPECT_EQ(refused("x = (" + deep),
              "a.cfg:1: error: groups and lists are nested more than 64 deep; "
              "a flatter file is needed\n");
}

// Includes of a file in another folder were looked for beside the first file,
// and one with a path from the root was not found from there.
TEST_F(ConfigText, AnIncludeIsLookedForBesideItsIncluder)
{
    const std::string sub = folder.path("sub");
    ASSERT_EQ(std::system(("mkdir " + sub).c_str()), 0);
    folder.write("sub/b.cfg", "@include \"c.cfg\" b = 1;");
    folder.write("sub/c.cfg", "c = 2;");
    for (const std::string &path : {std::string("sub/b.cfg"), sub + "/b.cfg"}) {
        text_ptr text = read("g = { @include \"" + path + "\"\n a = 3; };");
        ASSERT_NE(text, nullptr) << d.text();
        const setting *g = setting_member(config_text_root(text.get()), "g");
        ASSERT_EQ(setting_length(g), 3);
        EXPECT_STREQ(setting_name(setting_item(g, 0)), "c");
        EXPECT_EQ(setting_pos(setting_item(g, 0)).file, sub + "/c.cfg");
        EXPECT_EQ(setting_pos(setting_item(g, 2)).line, 2);
    }
}

// It ran without end.
TEST_F(ConfigText, IncludesHaveABudget)
{
    std::string eight;
    folder.write("i8.cfg", "");
    for (int i = 7; i >= 0; i--) {
        eight = "";
        for (int k = 0; k < 8; k++)
            eight += "@include \"i" + std::to_string(i + 1) + ".cfg\"\n";
        folder.write("i" + std::to_string(i) + ".cfg", eight);
    }
    EXPECT_NE(refused(eight).find("error: more than 256 files are included; "
                                  "fewer are allowed\n"),
              std::string::npos)
        << d.text();
    folder.write("large.cfg", std::string(3 << 20, ' '));
    std::string six;
    for (int k = 0; k < 6; k++)
        six += "@include \"large.cfg\"\n";
    EXPECT_EQ(refused(six),
              "a.cfg:6: error: 'large.cfg' makes more than 16 MiB of what is "
              "read; less is allowed\n");
}

TEST_F(ConfigText, AMemberIsFoundAtOnceInALargeGroup)
{
    std::string text;
    for (int i = 0; i < 100000; i++)
        text += "k" + std::to_string(i) + " = " + std::to_string(i) + "\n";
    const clock_t begin = clock();
    text_ptr read_back = read(text);
    ASSERT_NE(read_back, nullptr) << d.text();
    const setting *root = config_text_root(read_back.get());
    ASSERT_EQ(setting_length(root), 100000);
    for (int i = 0; i < 100000; i++)
        ASSERT_EQ(setting_number(
                      setting_member(root, ("k" + std::to_string(i)).c_str())),
                  i);
    EXPECT_EQ(setting_member(root, "k100000"), nullptr);
    EXPECT_EQ(setting_member(setting_item(root, 0), "k1"), nullptr);
    EXPECT_LT(double(clock() - begin) / CLOCKS_PER_SEC, 3);
}

// A tree as it should be read.
struct node {
    explicit node(config_type of) : type(of)
    {
    }
    config_type type;
    std::string name, string;
    int64_t whole = 0;
    double fraction = 0;
    std::vector<node> items;
    std::string file; // where it was written
    int line = 0;
};

// Makes trees, and spells them in any way that the grammar allows.
class writer
{
  public:
    writer(unsigned seed, const Folder &folder) : random_(seed), folder_(folder)
    {
    }

    node tree()
    {
        node root(SETTING_GROUP);
        fill(&root, 4);
        return root;
    }

    void write(node *root)
    {
        file("a.cfg", root->items.data(), root->items.size());
    }

  private:
    int pick(int n)
    {
        return static_cast<int>(random_() % static_cast<unsigned>(n));
    }

    node scalar(config_type type)
    {
        node n(type);
        const uint64_t bits = (uint64_t(random_()) << 32 | random_());
        if (type == SETTING_INT)
            n.whole = static_cast<int64_t>(bits) >> pick(64);
        if (type == SETTING_BOOL)
            n.whole = pick(2);
        if (type == SETTING_FLOAT)
            n.fraction = static_cast<double>(static_cast<int64_t>(bits)) *
                         std::pow(10, pick(60) - 40);
        for (int i = pick(9); type == SETTING_STRING && i > 0; i--)
            n.string += static_cast<char>(1 + pick(255));
        return n;
    }

    node value(int depth)
    {
        const auto type = static_cast<config_type>(pick(7));
        if (type > SETTING_ARRAY || depth == 0)
            return scalar(static_cast<config_type>(SETTING_INT + pick(4)));
        node n(type);
        fill(&n, depth - 1);
        return n;
    }

    void fill(node *n, int depth)
    {
        const auto kind = static_cast<config_type>(SETTING_INT + pick(4));
        for (int i = 0, items = pick(7); i < items; i++) {
            n->items.push_back(n->type == SETTING_ARRAY ? scalar(kind)
                                                        : value(depth));
            if (n->type == SETTING_GROUP)
                n->items.back().name = std::string(1, "azAZ*"[pick(5)]) +
                                       "-_*9x"[pick(5)] + std::to_string(i);
        }
    }

    void put(const std::string &text)
    {
        for (char c : text)
            line_ += c == '\n';
        text_ += text;
    }

    // At least one letter when the words around it would run together.
    void gap(bool needed)
    {
        static const char *const gaps[] = {
            " ",        "\n",          "\t \r\n", "# a \"b\n",
            "// }*/\n", "/* x\n ; */", "/**/"};
        do {
            if (pick(2) == 0 || needed)
                put(gaps[pick(7)]);
        } while (pick(4) == 0);
    }

    void put_string(const std::string &string)
    {
        put("\"");
        for (const char c : string) {
            const unsigned char u = static_cast<unsigned char>(c);
            char hex[8];
            std::snprintf(hex, sizeof(hex), "\\x%02X", u);
            const bool is_text =
                u >= 0x20 && u != 0x7f && c != '"' && c != '\\';
            if (c == '\n' && pick(2) == 0)
                put("\\n");
            else
                put(is_text && pick(4) > 0 ? std::string(1, c) : hex);
            if (pick(8) == 0) {
                put("\"");
                gap(false);
                put("\"");
            }
        }
        put("\"");
    }

    void put_scalar(const node &n)
    {
        char text[64];
        static const char *const ends[] = {"", "L", "LL"};
        if (n.type == SETTING_STRING)
            return put_string(n.string);
        if (n.type == SETTING_BOOL)
            return put(n.whole   ? pick(2) ? "true" : "TRUE"
                       : pick(2) ? "false"
                                 : "False");
        if (n.type == SETTING_FLOAT) {
            std::snprintf(text, sizeof(text), pick(2) ? "%.17e" : "%.17E",
                          n.fraction);
            return put(text);
        }
        if (n.whole >= 0 && pick(3) == 0)
            std::snprintf(text, sizeof(text), pick(2) ? "0x%llx" : "0X%llX",
                          static_cast<long long>(n.whole));
        else
            std::snprintf(text, sizeof(text), "%s%lld",
                          n.whole >= 0 && pick(4) == 0 ? "+0" : "",
                          static_cast<long long>(n.whole));
        put(text + std::string(ends[pick(3)]));
    }

    void put_value(node *n)
    {
        if (n->type > SETTING_ARRAY)
            return put_scalar(*n);
        put(n->type == SETTING_GROUP  ? "{"
            : n->type == SETTING_LIST ? "("
                                      : "[");
        if (n->type == SETTING_GROUP) {
            members(n->items.data(), n->items.size());
        } else {
            for (size_t i = 0; i < n->items.size(); i++) {
                gap(false);
                n->items[i].file = file_;
                n->items[i].line = line_;
                put_value(&n->items[i]);
                gap(false);
                if (i + 1 < n->items.size() || pick(4) == 0)
                    put(",");
            }
            gap(false);
        }
        put(n->type == SETTING_GROUP  ? "}"
            : n->type == SETTING_LIST ? ")"
                                      : "]");
    }

    void members(node *n, size_t count)
    {
        gap(false);
        for (size_t i = 0; i < count; i++) {
            if (depth_ < 3 && pick(12) == 0) { // the next few by an include
                const size_t k =
                    1 + static_cast<size_t>(pick(static_cast<int>(count - i)));
                const std::string name = "i" + std::to_string(files_++);
                put("@include \"" + name + "\"");
                depth_++;
                file(name, n + i, k);
                depth_--;
                i += k - 1;
                gap(true);
                continue;
            }
            n[i].file = file_;
            n[i].line = line_;
            put(n[i].name);
            gap(false);
            put(pick(2) ? "=" : ":");
            gap(false);
            put_value(&n[i]);
            gap(false);
            static const char *const ends[] = {";", ",", " "};
            put(ends[pick(3)]);
            gap(false);
        }
    }

    void file(const std::string &name, node *n, size_t count)
    {
        const std::string text = text_, file = file_;
        const int line = line_;
        text_ = "";
        file_ = folder_.path(name);
        line_ = 1;
        members(n, count);
        folder_.write(name, text_);
        text_ = text;
        file_ = file;
        line_ = line;
    }

    std::mt19937 random_;
    const Folder &folder_;
    std::string text_, file_;
    int line_ = 1, depth_ = 0, files_ = 0;
};

// Whether the setting is what the node says, to the last bit.
void expect_same(const setting *s, const node &n, bool is_root)
{
    ASSERT_EQ(setting_type(s), n.type) << n.name;
    if (!is_root) {
        EXPECT_EQ(setting_name(s) != nullptr ? setting_name(s) : "", n.name);
        EXPECT_EQ(setting_pos(s).file, n.file) << n.name;
        EXPECT_EQ(setting_pos(s).line, n.line) << n.name;
    }
    ASSERT_EQ(setting_length(s), static_cast<int>(n.items.size()));
    for (size_t i = 0; i < n.items.size(); i++) {
        const setting *item = setting_item(s, static_cast<int>(i));
        expect_same(item, n.items[i], false);
        EXPECT_EQ(setting_member(s, n.items[i].name.c_str()),
                  n.type == SETTING_GROUP ? item : nullptr);
    }
    long long whole = 0;
    EXPECT_EQ(setting_whole_number(s, &whole) && n.type == SETTING_INT,
              n.type == SETTING_INT);
    EXPECT_EQ(n.type == SETTING_INT ? whole : 0,
              n.whole * (n.type == SETTING_INT));
    EXPECT_EQ(n.type == SETTING_FLOAT ? setting_number(s) : 0, n.fraction);
    EXPECT_EQ(setting_is_true(s), n.type == SETTING_BOOL && n.whole != 0);
    EXPECT_EQ(setting_string(s) != nullptr ? setting_string(s) : "", n.string);
}

int cases(int usual)
{
    const char *text = std::getenv("CONFIG_CASES");
    return text != nullptr ? std::atoi(text) : sample(usual, "random files");
}

TEST_F(ConfigText, WhateverIsWrittenIsRead)
{
    for (int seed = 0, end = cases(500); seed < end; seed++) {
        writer w(static_cast<unsigned>(seed), folder);
        node root = w.tree();
        w.write(&root);
        text_ptr text = open(folder.path("a.cfg"));
        ASSERT_NE(text, nullptr) << d.text() << "seed " << seed;
        expect_same(config_text_root(text.get()), root, true);
        ASSERT_FALSE(HasFailure()) << "seed " << seed;
    }
}
} // namespace
