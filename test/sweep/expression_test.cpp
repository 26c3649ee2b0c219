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

// "some" is a number at one point and a text at another.
const char *const names[] = {"rows", "array.cols", "flow", "none", "some"};
enum { NAMES = 5 };

int find(const void *, const char *name)
{
    for (int i = 0; i < NAMES; i++)
        if (std::strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *nearest(const void *, const char *)
{
    return names[0];
}

expression_kind kind(const void *, int column)
{
    return column == 2   ? EXPRESSION_TEXT
           : column == 4 ? EXPRESSION_EITHER
                         : EXPRESSION_NUMBER;
}

class Expression : public ::testing::Test
{
  protected:
    cell value(const std::string &text)
    {
        const expression_names known = {find, nearest, kind, nullptr};
        const cell cells[NAMES] = {cell_whole(12),
                                   cell_real(2.5),
                                   cell_text("rs"),
                                   {},
                                   cell_text("none")};
        expression *e =
            expression_read(text.c_str(), "it", &known, src_pos{"f", 3}, d_);
        EXPECT_NE(e, nullptr) << text << d_.text();
        const cell v = e != nullptr ? expression_value(e, cells) : cell{};
        expression_free(e);
        return v;
    }

    std::string refused(const std::string &text)
    {
        const expression_names known = {find, nearest, kind, nullptr};
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
        {"some == 12", 0},
        {"some != 12", 1},
        {"some < 12", 0},
        {"some >= 12", 0},
        {"some == 'none'", 1},
        {"'a' < 'b'", 1},
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
    for (const char *text : {"1 / 0", "none + 1", "some * 2", "sqrt(0 - 1)",
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

// A number beside a text would be silently false.
TEST_F(Expression, ANumberBesideATextIsRefused)
{
    const struct {
        const char *text, *part;
    } cases[] = {
        {"flow == 12", "'flow == 12', which compares a number with a text"},
        {"flow != 12", "'flow != 12', which compares"},
        {"rows <= 'many'", "'rows <= 'many'', which compares"},
        {"rows > 3 and  (flow < rows + 1 )", "'flow < rows + 1', which"},
        {"flow * 2", "'flow * 2', which takes a text for a number"},
        {"-flow < 3", "'-flow', which takes"},
        {"not flow", "'not flow', which takes"},
        {"rows > 3 and flow", "'rows > 3 and flow', which takes"},
        {"flow or rows", "'flow or rows', which takes"},
        {"max(1, flow) > 2", "'1, flow', which takes"},
        {"log2('8')", "''8'', which takes"},
    };
    for (const auto &c : cases)
        EXPECT_NE(refused(c.text).find(c.part), std::string::npos)
            << c.text << ": " << d_.text();
}

TEST_F(Expression, ItsKindIsKnown)
{
    const struct {
        const char *text;
        expression_kind kind;
    } cases[] = {
        {"'ws'", EXPRESSION_TEXT},          {"flow", EXPRESSION_TEXT},
        {"rows", EXPRESSION_NUMBER},        {"some", EXPRESSION_EITHER},
        {"some + 1", EXPRESSION_NUMBER},    {"(flow)", EXPRESSION_TEXT},
        {"flow == 'rs'", EXPRESSION_NUMBER}};
    const expression_names known = {find, nearest, kind, nullptr};
    for (const auto &c : cases) {
        expression *e =
            expression_read(c.text, "it", &known, src_pos{"f", 3}, d_);
        ASSERT_NE(e, nullptr) << c.text << d_.text();
        EXPECT_EQ(expression_kind_of(e), c.kind) << c.text;
        expression_free(e);
    }
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
