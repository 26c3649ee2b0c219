// config_fuzz_test.cpp - shipped files, broken at random, are read or refused
// with messages; CONFIG_CASES=N in the environment asks for N of them.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <glob.h>
#include <iterator>
#include <random>
#include <vector>

#include "sim/base/config_text.h"
#include "test/messages.h"
#include "test/sample.h"

namespace
{
std::vector<std::string> shipped()
{
    const char *srcdir = std::getenv("srcdir");
    std::vector<std::string> files;
    for (const char *where : {"/*.cfg", "/*/*.cfg", "/*/*.inc"}) {
        const std::string pattern =
            std::string(srcdir != nullptr ? srcdir : ".") + "/configs" + where;
        glob_t found = {};
        if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
            for (size_t i = 0; i < found.gl_pathc; i++) {
                std::ifstream in(found.gl_pathv[i], std::ios::binary);
                files.emplace_back(std::istreambuf_iterator<char>(in),
                                   std::istreambuf_iterator<char>());
            }
        globfree(&found);
    }
    return files;
}

// Breaks texts in the ways in which hands and disks do.
class breaker
{
  public:
    explicit breaker(const std::vector<std::string> &files) : files_(files)
    {
    }

    std::string broken()
    {
        std::string text = files_[below(files_.size())];
        const size_t most = 1 + below(3000);
        if (text.size() > most)
            text = text.substr(below(text.size() - most), most);
        for (size_t n = 1 + below(4); n > 0; n--)
            once(&text);
        return text;
    }

  private:
    size_t below(size_t n)
    {
        return n > 0 ? random_() % n : 0;
    }

    void once(std::string *text)
    {
        static const char *const words[] = {
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            ";",
            ",",
            "=",
            ":",
            "\"",
            "\\",
            "/*",
            "*/",
            "//",
            "#",
            "\n",
            "\r\n",
            "@include \"a.cfg\"\n",
            "@include \"",
            "@include \"b.cfg\" ",
            "\\x",
            "\\x4",
            "\\n",
            "L",
            "0x",
            "1e",
            "-",
            "+",
            ".",
            "true",
            "9223372036854775808",
            "18446744073709551616",
            "1e308",
            "1e999",
            "\xff",
            "\x7f",
            "\t",
            "x = ",
            "a = { b = (",
            "((((((((((((((((((((((((((((((((((((((("};
        const size_t at = below(text->size() + 1), n = below(30);
        const std::string &other = files_[below(files_.size())];
        switch (below(7)) {
        case 0:
            text->resize(at);
            break;
        case 1:
            text->erase(at, n);
            break;
        case 2:
            if (at < text->size())
                (*text)[at] = static_cast<char>(random_());
            break;
        case 3:
            text->insert(at, other.substr(below(other.size()), n));
            break;
        case 4:
            text->insert(at, text->substr(below(text->size() + 1), n));
            break;
        default:
            text->insert(at, words[below(std::size(words))]);
        }
    }

    std::mt19937 random_;
    const std::vector<std::string> &files_;
};

// Looks at all of it; returns how many settings there are.
int walk(const setting *s)
{
    int n = 1;
    const src_pos at = setting_pos(s);
    EXPECT_NE(at.file, nullptr);
    EXPECT_GE(at.line, 1);
    EXPECT_STRNE(setting_kind(s), "");
    long long whole = 0;
    setting_whole_number(s, &whole);
    EXPECT_EQ(setting_string(s) != nullptr, setting_type(s) == SETTING_STRING);
    for (int i = 0; i < setting_length(s); i++) {
        const setting *item = setting_item(s, i);
        EXPECT_EQ(setting_name(item) == nullptr ||
                      setting_member(s, setting_name(item)) == item,
                  true);
        n += walk(item);
    }
    return n;
}

TEST(ConfigFuzz, ABrokenFileIsReadOrRefusedWithOneMessage)
{
    const char *asked = std::getenv("CONFIG_CASES");
    const int cases =
        asked != nullptr ? std::atoi(asked) : sample(1500, "broken files");
    const std::vector<std::string> files = shipped();
    ASSERT_GT(files.size(), 20u) << "srcdir is the root of the sources";
    Folder folder;
    breaker random(files);
    folder.write("b.cfg", "b = 1; c = ");
    int read = 0, refused = 0;
    for (int i = 0; i < cases; i++) {
        const std::string path = folder.write("a.cfg", random.broken());
        Messages d;
        config_text *text = config_text_read(path.c_str(), {}, d);
        if (text != nullptr) {
            const setting *root = config_text_root(text);
            EXPECT_EQ(d.text(), "");
            for (int k = 0; k < setting_length(root); k++)
                walk(setting_item(root, k));
        } else {
            EXPECT_EQ(diag_count(d), 1) << d.text();
            EXPECT_EQ(d.text().find(folder.path("")), 0u) << d.text();
            EXPECT_NE(d.text().find(": error: "), std::string::npos);
        }
        (text != nullptr ? read : refused)++;
        config_text_free(text);
        ASSERT_FALSE(testing::Test::HasFailure()) << "case " << i;
    }
    EXPECT_GT(read, cases / 50);
    EXPECT_GT(refused, cases / 4);
}
} // namespace
