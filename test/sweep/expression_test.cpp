// expression_test.cpp - expressions of plans: values by hand, precedence,
// columns that a point lacks, and what is refused.
// SPDX-License-Identifier: MIT
#include "sim/sweep/expression.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "sim/sweep/point.h"
#include "test/messages.h"

namespace
{

const char *const names[] = {"rows", "array.cols", "flow", "none"};

int find(const void *, const char *name)
{
    for (int i = 0; i < 4; i++)
        if (std::strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *nearest(const void *, const char *)
{
    return names[0];
}

class Expression : public ::testing::Test
{
  protected:
    cell value(const std::string &text)
    {
        const expression_names known = {find, nearest, nullptr};
        const cell cells[4] = {
            cell_whole(12), cell_real(2.5), cell_text("rs"), {}};
        expression *e =
            expression_read(text.c_str(), "it", &known, src_pos{"f", 3}, d_);
        EXPECT_NE(e, nullptr) << text << d_.text();
        const cell v = e != nullptr ? expression_value(e, cells) : cell{};
        expression_free(e);
        return v;
    }

    std::string refused(const std::string &text)
    {
        const expression_names known = {find, nearest, nullptr};
        diag_clear(d_);
        EXPECT_EQ(
            expression_read(text.c_str(), "it", &known, src_pos{"f", 3}, d_),
            nullptr)
            << text;
        EXPECT_EQ(diag_count(d_), 1);
        return d_.text();
    }

    Messages d_;
};

TEST_F(Expression, ValuesAreThoseWorkedOutByHand)
{
    const struct {
        const char *text;
        double value;
    } cases[] = {
        {"1 + 2 * 3", 7},
        {"(1 + 2) * 3", 9},
        {"-2 * -3", 6},
        {"10 - 4 - 3", 3},
        {"7 / 2", 3.5},
        {"17 % 5 * 2", 4},
        {"rows * array.cols", 30},
        {"min(rows, 4, 9)", 4},
        {"max(1, rows) + ceil(array.cols)", 15},
        {"floor(-0.5)", -1},
        {"sqrt(16) + log2(8)", 7},
        {"1e3 + .5", 1000.5},
        {"rows < 13", 1},
        {"rows <= 11.5", 0},
        {"flow == 'rs'", 1},
        {"flow != \"ws\"", 1},
        {"flow == 12", 0},
        {"flow != 12", 1},
        {"not rows == 12", 0},
        {"not not rows", 1},
        {"rows == 1 and 1 or 1", 1},
        {"rows == 1 and (1 or 1)", 0},
        {"1 or 0 and 0", 1},
        {"none < 1", 0},
        {"none != 1", 0},
        {"not none < 1", 1},
        {"1 < 2 == 1", 0}, // a comparison has two sides
    };
    for (const auto &c : cases) {
        if (std::string(c.text) == "1 < 2 == 1") {
            refused(c.text);
            continue;
        }
        const cell v = value(c.text);
        EXPECT_TRUE(cell_is_number(&v)) << c.text;
        EXPECT_EQ(cell_value(&v), c.value) << c.text;
    }
}

TEST_F(Expression, WhatHasNoValueIsNone)
{
    for (const char *text : {"1 / 0", "none + 1", "flow * 2", "sqrt(0 - 1)",
                             "log2(0)", "min(1, none)", "5 % 0"})
        EXPECT_EQ(value(text).kind, CELL_NONE) << text;
}

TEST_F(Expression, WholeNumbersStayWhole)
{
    EXPECT_EQ(value("rows * 9216").kind, CELL_WHOLE);
    EXPECT_EQ(value("rows * 9216").whole, 110592);
    EXPECT_EQ(value("7 / 2").kind, CELL_REAL);
}

TEST_F(Expression, WhatIsWrongIsOneLineWithItsPlace)
{
    for (const char *text :
         {"", "1 +", "(1", "1)", "rowz", "min 1", "'open", "1 $ 2", "min()",
          "rows rows", "* 2", "1..2", "and 1", "min(1,"})
        EXPECT_EQ(refused(text).find("f:3: error: it "), 0u)
            << text << ": " << d_.text();
    EXPECT_NE(refused("rowz * 2").find("the nearest is 'rows'"),
              std::string::npos);
    refused(std::string(5000, '('));
    refused(std::string(5000, '-') + "1");
    std::string nots, sum = "1";
    for (int i = 0; i < 2000; i++) {
        nots += "not ";
        sum += " + 1";
    }
    refused(nots + "1");
    refused(sum);
}

// A reason's status is that of the message, and its place is left out.
TEST(Point, AFailureHasAStatusAndAReason)
{
    const struct {
        exit_status said;
        point_status status;
    } cases[] = {{EXIT_USAGE, POINT_illegal},
                 {EXIT_NO_MAPPING, POINT_no_mapping},
                 {EXIT_MACHINE, POINT_deadlock}};
    for (const auto &c : cases) {
        Messages d;
        point_result r = {};
        diag_fail(d, c.said, src_pos{"some/where.cfg", 7}, "it %s", "failed");
        point_refuse(&r, d);
        EXPECT_EQ(r.status, c.status);
        EXPECT_STREQ(r.reason, "it failed");
        point_result_fini(&r);
    }
}

} // namespace
