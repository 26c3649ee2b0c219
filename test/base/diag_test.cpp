// diag_test.cpp - messages, exit statuses, nearest names, whole numbers.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "sim/base/nearest.h"
#include "sim/base/whole_number.h"
#include "test/messages.h"

namespace
{
std::string printed(struct diag *d)
{
    char *text = nullptr;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    diag_print(d, to);
    fclose(to);
    std::string out(text);
    free(text);
    return out;
}

TEST(Diag, AMessageBeginsWithFileAndLine)
{
    Messages d;
    EXPECT_FALSE(
        diag_error(d, {"a.cfg", 12}, "'%s' is %d; 1 is right", "x", 0));
    EXPECT_EQ(d.text(), "a.cfg:12: error: 'x' is 0; 1 is right\n");
}

TEST(Diag, AMessageAboutAWholeFileHasNoLine)
{
    Messages d;
    diag_error(d, {"a.cfg", 0}, "empty");
    EXPECT_EQ(d.text(), "a.cfg: error: empty\n");
}

TEST(Diag, AMessageAboutTheCommandLineBeginsWithTheProgram)
{
    Messages d;
    diag_error(d, {nullptr, 0}, "no");
    EXPECT_EQ(d.text(), "accelsim: error: no\n");
}

TEST(Diag, ControlCharactersOfAFileCannotBreakTheLine)
{
    Messages d;
    diag_error(d, {"a", 1}, "'%s'", "x\ny\033z");
    EXPECT_EQ(d.text(), "a:1: error: 'x?y?z'\n");
}

TEST(Diag, StatusIsOkThenUsageThenTheFirstOther)
{
    Messages d;
    EXPECT_EQ(diag_status(d), EXIT_OK);
    diag_error(d, {nullptr, 0}, "a");
    EXPECT_EQ(diag_status(d), EXIT_USAGE);
    EXPECT_FALSE(diag_fail(d, EXIT_NO_MAPPING, {nullptr, 0}, "b"));
    diag_fail(d, EXIT_IO, {nullptr, 0}, "c");
    EXPECT_EQ(diag_status(d), EXIT_NO_MAPPING);
}

TEST(Diag, OfALongMessageTheMiddleIsLeftOut)
{
    Messages d;
    diag_error(d, {nullptr, 0}, "'%s'; %s", std::string(10000000, 'x').c_str(),
               "what would be right");
    EXPECT_EQ(d.text().find("accelsim: error: 'xxxx"), 0u);
    EXPECT_NE(d.text().find("xxxx ... xxxx"), std::string::npos);
    EXPECT_NE(d.text().find("xx'; what would be right\n"), std::string::npos);
    EXPECT_LT(d.text().size(), 2001u);
}

TEST(Diag, TenMessagesArePrintedAndTheRestCounted)
{
    Messages ten, twelve;
    for (int i = 0; i < 12; i++) {
        if (i < 10)
            diag_error(ten, {nullptr, 0}, "%d", i);
        diag_error(twelve, {nullptr, 0}, "%d", i);
    }
    EXPECT_EQ(printed(ten).find("more"), std::string::npos);
    EXPECT_NE(printed(twelve).find("error: 9\nand 2 more\n"),
              std::string::npos);
}

TEST(Diag, ALineIsPrintedOnce)
{
    Messages d, many;
    for (const char *text : {"a", "a", "b", "a"})
        diag_error(d, {nullptr, 0}, "%s", text);
    EXPECT_EQ(printed(d), "accelsim: error: a\naccelsim: error: b\n");
    for (int i = 0; i < 22; i++)
        diag_error(many, {nullptr, 0}, "%d", i % 11);
    EXPECT_NE(printed(many).find("error: 9\nand 2 more\n"), std::string::npos);
}

TEST(Diag, MovedMessagesComeBehindAndBringTheirStatus)
{
    Messages to, from;
    diag_error(to, {nullptr, 0}, "a");
    diag_fail(from, EXIT_MACHINE, {nullptr, 0}, "b");
    diag_move(to, from);
    EXPECT_EQ(to.text(), "accelsim: error: a\naccelsim: error: b\n");
    EXPECT_EQ(diag_status(to), EXIT_MACHINE);
    EXPECT_EQ(diag_count(from), 0);
    EXPECT_EQ(diag_status(from), EXIT_OK);
}

TEST(Diag, ClearedItIsAsNew)
{
    Messages d;
    diag_fail(d, EXIT_IO, {nullptr, 0}, "a");
    diag_clear(d);
    EXPECT_EQ(diag_count(d), 0);
    EXPECT_EQ(diag_status(d), EXIT_OK);
}

TEST(DiagDeathTest, AFailedCheckNamesItsPlaceAndAborts)
{
    EXPECT_DEATH(SIM_CHECK(1 > 2), "BUG: .*diag_test.cpp:[0-9]+: '1 > 2'");
}

TEST(DiagDeathTest, NoMemoryEndsTheProgramAndSaysHowMuchWasWanted)
{
    EXPECT_DEATH(xrealloc(nullptr, SIZE_MAX, 16), "out of memory: .* times 16");
}

TEST(Nearest, DistanceCountsEditsAndSwaps)
{
    EXPECT_EQ(edit_distance("rows", "rows"), 0);
    EXPECT_EQ(edit_distance("rows", "ROWS"), 0);
    EXPECT_EQ(edit_distance("rows", "row"), 1);
    EXPECT_EQ(edit_distance("rwos", "rows"), 1);
    EXPECT_EQ(edit_distance("", "rows"), 4);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(Nearest, TheFirstOfEquallyNearNamesStays)
{
    struct nearest n;
    nearest_start(&n, "conv9");
    nearest_offer(&n, "fc1");
    nearest_offer(&n, "conv1");
    nearest_offer(&n, "conv2");
    EXPECT_STREQ(n.best, "conv1");
    EXPECT_EQ(n.distance, 1);
}

TEST(WholeNumber, DigitsWithASignAndNothingElse)
{
    int64_t value = 7;
    EXPECT_EQ(whole_number_read("-12", &value), NUMBER_OK);
    EXPECT_EQ(value, -12);
    for (const char *wrong : {"", "-", "1x", " 1", "1 ", "1.0", "0x10", "x"})
        EXPECT_EQ(whole_number_read(wrong, &value), NUMBER_NONE) << wrong;
    EXPECT_EQ(whole_number_read("9223372036854775808", &value),
              NUMBER_TOO_LARGE);
    EXPECT_EQ(value, -12);
}
} // namespace
