// evaluate_test.cpp - a point whose machine stands still, or is late, is a
// result with its status and its reason, and the next point on the same bench
// comes to what it comes to alone.
// SPDX-License-Identifier: MIT
#include "sim/sweep/evaluate.h"

#include <gtest/gtest.h>

#include <string>

#include "sim/run/kernel.h"

namespace
{

class Evaluate : public testing::Test
{
  protected:
    Evaluate()
    {
        workbench_init(&bench_, 0);
    }
    ~Evaluate() override
    {
        workbench_fini(&bench_);
    }

    // What a small layer on eyeriss comes to; end: of every pass, where it is
    // not stepped.
    point_status status(const kernel *end, std::string *reason)
    {
        static const char *const set[] = {"mapping.policy=rules"};
        point p = {};
        p.cfg = "eyeriss";
        p.shape = "M=4,C=3,H=9,W=9,R=3,S=3";
        p.objective = SEARCH_delay;
        p.set = set;
        p.n_sets = 1;
        p.simulates = true;
        evaluation how = {};
        how.bench = &bench_;
        how.kernel = end;
        point_result r = {};
        evaluate(&how, &p, &r);
        *reason = r.reason != nullptr ? r.reason : "";
        const int cycles = result_column_find("cycles");
        cycles_ = r.value[cycles].kind == CELL_NONE ? 0 : r.value[cycles].whole;
        const point_status s = r.status;
        point_result_fini(&r);
        return s;
    }

    workbench bench_;
    int64_t cycles_ = 0;
};

template <run_end END> const kernel *ends_as()
{
    static const kernel k = {nullptr, nullptr,
                             [](void *, array_side *, uint64_t) { return END; },
                             nullptr};
    return &k;
}

TEST_F(Evaluate, AMachineThatStandsStillIsADeadlock)
{
    std::string reason;
    EXPECT_EQ(status(ends_as<RUN_DEADLOCK>(), &reason), POINT_deadlock);
    EXPECT_NE(reason.find("deadlocked"), std::string::npos) << reason;
    EXPECT_EQ(cycles_, 0);

    EXPECT_EQ(status(nullptr, &reason), POINT_ok);
    EXPECT_EQ(reason, "");
    const int64_t after = cycles_;
    EXPECT_GT(after, 0);
    EXPECT_EQ(status(ends_as<RUN_DEADLOCK>(), &reason), POINT_ok)
        << "an equal layer ran before, and is not run again";
    EXPECT_EQ(cycles_, after);
}

// A search that would take minutes ends when it is told to.
TEST_F(Evaluate, ASearchThatIsStoppedEndsThePoint)
{
    point p = {};
    p.cfg = "systolic";
    p.shape = "N=21473648,M=40,C=64,H=19,W=17,R=3,S=1,stride=3";
    p.objective = SEARCH_energy;
    int asked = 0;
    evaluation how = {};
    how.bench = &bench_;
    how.stop = [](void *context) { return ++*static_cast<int *>(context) > 9; };
    how.context = &asked;
    point_result r = {};
    evaluate(&how, &p, &r);
    EXPECT_EQ(r.status, POINT_over_limit);
    EXPECT_GT(asked, 9);
    EXPECT_LT(asked, 100);
    point_result_fini(&r);
}

} // namespace
