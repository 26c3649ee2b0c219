// each_part.h - tests that hold for every DRAM preset.
// SPDX-License-Identifier: MIT
#ifndef TEST_MEM_EACH_PART_H
#define TEST_MEM_EACH_PART_H

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "mem/dram.h"

inline void PrintTo(const dram_part &part, std::ostream *to)
{
    *to << part.name;
}

inline std::vector<dram_part> all_parts()
{
    std::vector<dram_part> parts;
    for (const dram_part *p = dram_parts; p->name != nullptr; p++)
        parts.push_back(*p);
    return parts;
}

class EachPart : public testing::TestWithParam<dram_part>
{
  protected:
    dram_part part = GetParam();
    int data = part.BL / 2; // clocks that a burst takes on the bus
};

inline std::string name_of(const testing::TestParamInfo<dram_part> &info)
{
    return info.param.name;
}

#endif
