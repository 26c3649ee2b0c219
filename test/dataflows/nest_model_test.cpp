// nest_model_test.cpp - the closed form of a nest against its enumeration.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "test/dataflows/nest_oracle.h"
#include "test/random_nest.h"
#include "test/sample.h"

namespace
{

uint64_t *words(counts *c)
{
    return reinterpret_cast<uint64_t *>(c);
}

TEST(NestModel, CountsWhatAnEnumerationOfAllStepsCounts)
{
    random_nest random(21);
    for (int k = 0, end = sample(500, "random nests"); k < end; k++) {
        arch a = random.machine();
        layer l = random.shape(3000);
        nest n = random.mapping(a, l);
        counts want = nest_by_enumeration(a, l, n), got = {};
        nest_expect(&a, &l, &n, &got);
        for (size_t i = 0; i < sizeof(want) / sizeof(uint64_t); i++)
            ASSERT_EQ(words(&got)[i], words(&want)[i])
                << "counter " << i << ", case " << k << ", array " << a.rows
                << " x " << a.cols << ", cluster " << a.has_l1 << " "
                << a.l1_cluster_cols << ", " << describe(l) << describe(n);
    }
}

} // namespace
