// pins.h - figures that no law says, such as how many steps a search takes and
// what its bounds are on the way, held to what they were: a table in the tree
// has a line a case.
//
// A change that is meant to move them renews the tables (`make pins`), and the
// difference of the tables says what it moved.  Doubles are held to some digits
// less than they have, so that compilers may round their last ones as they
// like.
// SPDX-License-Identifier: MIT
#ifndef TEST_PINS_PINS_H
#define TEST_PINS_PINS_H

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "test/sample.h"

// Under the sanitizers, which are ten times slower, the first half is held.
inline int pinned(int cases)
{
    return sample_is_short() ? cases / 2 : cases;
}

// Many numbers as three: how many, their sum, and a hash of them in order.
class digest
{
  public:
    void add(double x)
    {
        char text[40];
        std::snprintf(text, sizeof(text), "%.8g", x);
        for (const char *c = text; *c != '\0'; c++)
            hash_ = (hash_ ^ static_cast<unsigned char>(*c)) * 16777619u;
        hash_ *= 16777619u;
        sum_ += x;
        n_++;
    }
    template <typename... More> void add(double x, More... more)
    {
        add(x);
        add(static_cast<double>(more)...);
    }
    // Quicker, of many.
    void add_word(uint64_t word)
    {
        for (int k = 0; k < 64; k += 16)
            hash_ =
                (hash_ ^ static_cast<uint32_t>(word >> k & 0xffff)) * 16777619u;
        n_++;
    }
    std::string text() const
    {
        char out[80];
        std::snprintf(out, sizeof(out), "%" PRIu64 "/%.7g/%08" PRIx32, n_, sum_,
                      hash_);
        return out;
    }

  private:
    uint64_t n_ = 0;
    double sum_ = 0;
    uint32_t hash_ = 2166136261u;
};

// A line of a table: words "NAME=FIGURE".
class figures
{
  public:
    void add(const char *name, double x)
    {
        char text[40];
        std::snprintf(text, sizeof(text), "%.9g", x);
        put(name, text);
    }
    void add(const char *name, const digest &of)
    {
        put(name, of.text());
    }
    void add(const char *name, const std::string &text)
    {
        put(name, text);
    }
    const std::string &line() const
    {
        return line_;
    }

  private:
    void put(const char *name, const std::string &what)
    {
        line_ += (line_.empty() ? "" : " ") + std::string(name) + "=";
        for (char c : what)
            line_ += c == ' ' || c == '\n' ? '_' : c;
    }
    std::string line_;
};

// A part of the table tables/NAME.txt.
class pins
{
  public:
    pins(const std::string &name, const std::string &part) : part_(part)
    {
        const char *srcdir = std::getenv("srcdir");
        path_ = std::string(srcdir != nullptr ? srcdir : ".") +
                "/test/pins/tables/" + name + ".txt";
        std::ifstream in(path_);
        for (std::string key, line; in >> key && std::getline(in, line);)
            if (key[0] != '#' && !renews())
                lines()[path_][key] = line.substr(1);
    }
    pins(const pins &) = delete;
    pins &operator=(const pins &) = delete;
    ~pins()
    {
        if (!renews())
            return;
        std::ofstream out(path_);
        out << "# Figures as they were: renew by `make pins`.\n"
               "# SPDX-License-Identifier: MIT\n";
        for (const auto &one : lines()[path_])
            out << one.first << ' ' << one.second << '\n';
    }

    // Holds a case to its line.
    void hold(int number, const figures &now)
    {
        const std::string key = part_ + "." + std::to_string(number);
        std::string &line = lines()[path_][key];
        if (renews())
            line = now.line();
        else if (line != now.line())
            ADD_FAILURE() << path_ << ", " << key << ":"
                          << difference(line, now.line());
    }

  private:
    // By table and case: parts of a table are written together.
    static std::map<std::string, std::map<std::string, std::string>> &lines()
    {
        static std::map<std::string, std::map<std::string, std::string>> all;
        return all;
    }

    static bool renews()
    {
        return std::getenv("ACCELSIM_PINS_RENEW") != nullptr;
    }

    // The words that are not as they were.
    static std::string difference(const std::string &was, const std::string &is)
    {
        std::istringstream a(was), b(is);
        std::string out;
        for (;;) {
            std::string x, y;
            a >> x;
            b >> y;
            if (x.empty() && y.empty())
                return out;
            if (x != y)
                out += "\n  " + x + " is now " + y;
        }
    }

    std::string path_, part_;
};

#endif
